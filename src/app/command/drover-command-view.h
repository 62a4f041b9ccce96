/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"
#include "drover-run.h"

G_BEGIN_DECLS

#define DROVER_TYPE_COMMAND_VIEW (drover_command_view_get_type ())
G_DECLARE_FINAL_TYPE (DroverCommandView, drover_command_view, DROVER, COMMAND_VIEW, AdwBin)

GtkWidget *drover_command_view_new     (DroverConfig *config);
void       drover_command_view_set_run (DroverCommandView *self, DroverRun *run);

G_END_DECLS
