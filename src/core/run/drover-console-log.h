/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How large a console's log may get on disk, in bytes. */
#define DROVER_CONSOLE_LOG_LIMIT (64 * 1024 * 1024)

gboolean drover_console_log_limit       (const char *path, goffset limit, GError **error);
GBytes  *drover_console_log_read        (const char *path, goffset from, gsize length);
goffset  drover_console_log_get_size    (const char *path);
goffset  drover_console_log_get_start   (const char *path);
char    *drover_console_log_dup_earlier (const char *path);

G_END_DECLS
