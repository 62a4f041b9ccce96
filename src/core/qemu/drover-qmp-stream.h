/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * DroverQmpStream:
 *
 * Cuts the bytes that come from a QMP peer into its messages, one JSON object a line.
 * It knows nothing of sockets, so that it can be tested and fuzzed by itself.
 */
typedef struct _DroverQmpStream DroverQmpStream;

DroverQmpStream *drover_qmp_stream_new    (void);
void             drover_qmp_stream_free   (DroverQmpStream *self);
void             drover_qmp_stream_push   (DroverQmpStream *self, const void *data, gsize length);
JsonObject      *drover_qmp_stream_pop    (DroverQmpStream *self, GError **error);
gboolean         drover_qmp_stream_finish (DroverQmpStream *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverQmpStream, drover_qmp_stream_free)

G_END_DECLS
