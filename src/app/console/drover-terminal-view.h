/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-terminal.h"

G_BEGIN_DECLS

#define DROVER_TYPE_TERMINAL_VIEW (drover_terminal_view_get_type ())
G_DECLARE_FINAL_TYPE (DroverTerminalView, drover_terminal_view, DROVER, TERMINAL_VIEW, GtkWidget)

GtkWidget      *drover_terminal_view_new          (DroverTerminal *terminal);
DroverTerminal *drover_terminal_view_get_terminal (DroverTerminalView *self);

G_END_DECLS
