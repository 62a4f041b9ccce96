/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-run.h"

G_BEGIN_DECLS

#define DROVER_TYPE_ACCELERATOR_ROW (drover_accelerator_row_get_type ())
G_DECLARE_FINAL_TYPE (DroverAcceleratorRow, drover_accelerator_row, DROVER, ACCELERATOR_ROW,
                      AdwActionRow)

GtkWidget *drover_accelerator_row_new (DroverRun *run);

G_END_DECLS
