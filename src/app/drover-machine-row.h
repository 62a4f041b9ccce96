/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "drover-run.h"

G_BEGIN_DECLS

#define DROVER_TYPE_MACHINE_ROW (drover_machine_row_get_type ())
G_DECLARE_FINAL_TYPE (DroverMachineRow, drover_machine_row, DROVER, MACHINE_ROW, GtkListBoxRow)

GtkWidget *drover_machine_row_new     (DroverRun *run);
DroverRun *drover_machine_row_get_run (DroverMachineRow *self);

G_END_DECLS
