/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Who has a console. QEMU serves one client of a socket, and leaves the next one waiting without
 * a word, so the programs of Drover tell each other. */

int     _drover_console_holder_take  (const char *socket_path, char **holder);
char   *_drover_console_holder_look  (const char *socket_path);
void    _drover_console_holder_leave (int *fd);

int     _drover_console_holder_watch (const char *socket_path, const char *log);
void    _drover_console_holder_seen  (int fd);

G_END_DECLS
