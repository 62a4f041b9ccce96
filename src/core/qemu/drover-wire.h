/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * DroverWireFunc:
 * @bytes: (nullable): what came; none at the end of the stream; %NULL when reading failed
 * @error: (nullable): why
 * @user_data: what was given to drover_wire_read()
 *
 * Gets all that comes, piece by piece. After the end or an error nothing more comes.
 */
typedef void (*DroverWireFunc) (GBytes *bytes, const GError *error, gpointer user_data);

/* One end of a connection to QEMU, or through it into a guest: what is sent goes out in its
 * order, what comes is handed on, and after a close neither. */
typedef struct _DroverWire DroverWire;

DroverWire *drover_wire_new   (GIOStream *stream);
void        drover_wire_read  (DroverWire *self, int priority, DroverWireFunc func,
                               gpointer user_data);
void        drover_wire_send  (DroverWire *self, GBytes *bytes);
void        drover_wire_leave (DroverWire *self);
void        drover_wire_close (DroverWire *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverWire, drover_wire_close)

G_END_DECLS
