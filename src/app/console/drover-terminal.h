/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <vte/vte.h>

#include "drover-console.h"

G_BEGIN_DECLS

#define DROVER_TYPE_TERMINAL (drover_terminal_get_type ())
G_DECLARE_FINAL_TYPE (DroverTerminal, drover_terminal, DROVER, TERMINAL, VteTerminal)

DroverTerminal *drover_terminal_new         (void);
void            drover_terminal_set_console (DroverTerminal *self, DroverConsole *console);

G_END_DECLS
