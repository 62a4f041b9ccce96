/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-run.h"

G_BEGIN_DECLS

#define DROVER_TYPE_CONSOLE_PANE (drover_console_pane_get_type ())
G_DECLARE_FINAL_TYPE (DroverConsolePane, drover_console_pane, DROVER, CONSOLE_PANE, AdwBin)

void     drover_console_pane_set_run      (DroverConsolePane *self, DroverRun *run);
void     drover_console_pane_update       (DroverConsolePane *self);
void     drover_console_pane_attach       (DroverConsolePane *self);
gboolean drover_console_pane_show_first   (DroverConsolePane *self);
void     drover_console_pane_focus        (DroverConsolePane *self);
gboolean drover_console_pane_has_consoles (DroverConsolePane *self);
gboolean drover_console_pane_connect_ssh  (DroverConsolePane *self, GError **error);

G_END_DECLS
