/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Takes what comes out of a console's socket, in a thread, as fast as it comes: whoever shows it
 * may be slow, and QEMU must not wait for that. */
typedef struct _DroverConsoleReader DroverConsoleReader;

/**
 * DroverConsoleWakeFunc:
 *
 * There is something to take, or the far end closed. Called in the thread of who made the reader,
 * with a low priority.
 */
typedef void (*DroverConsoleWakeFunc) (gpointer user_data);

DroverConsoleReader *_drover_console_reader_new  (GSocket *socket, const char *limited_log,
                                                  DroverConsoleWakeFunc func, gpointer user_data);
void                 _drover_console_reader_stop (DroverConsoleReader *self);
gboolean             _drover_console_reader_take (DroverConsoleReader *self, GByteArray **bytes,
                                                  guint64 *skipped);
gsize                _drover_console_reader_settle (DroverConsoleReader *self, GByteArray *bytes,
                                                    guint64 *skipped);
gboolean             _drover_console_reader_has_ended (DroverConsoleReader *self);
gboolean             _drover_console_reader_is_empty (DroverConsoleReader *self);
void                 _drover_console_reader_wake (DroverConsoleReader *self, gboolean at_once);
void                 _drover_console_reader_limit_log (DroverConsoleReader *self);

G_END_DECLS
