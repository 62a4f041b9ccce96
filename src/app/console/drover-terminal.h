/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <vte/vte.h>

#include "drover-console.h"

G_BEGIN_DECLS

#define DROVER_TYPE_TERMINAL (drover_terminal_get_type ())
G_DECLARE_FINAL_TYPE (DroverTerminal, drover_terminal, DROVER, TERMINAL, VteTerminal)

#define DROVER_SCROLLBACK_KEY "scrollback-lines"

DroverTerminal *drover_terminal_new         (void);
void            drover_terminal_set_console (DroverTerminal *self, DroverConsole *console);
DroverConsole  *drover_terminal_get_console (DroverTerminal *self);
gboolean        drover_terminal_is_behind   (DroverTerminal *self);
double          drover_terminal_get_zoom    (DroverTerminal *self);
gboolean        drover_terminal_zoom        (DroverTerminal *self, int steps);
void            drover_terminal_send        (DroverTerminal *self, const char *keys);
void            drover_terminal_set_search  (DroverTerminal *self, const char *text,
                                             gboolean match_case);
gboolean        drover_terminal_find        (DroverTerminal *self, gboolean backwards);
gboolean        drover_terminal_save        (DroverTerminal *self, GFile *file, GError **error);

G_END_DECLS
