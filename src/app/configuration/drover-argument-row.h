/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_ARGUMENT_ROW (drover_argument_row_get_type ())
G_DECLARE_FINAL_TYPE (DroverArgumentRow, drover_argument_row, DROVER, ARGUMENT_ROW,
                      AdwExpanderRow)

GtkWidget *drover_argument_row_new          (DroverConfig *config);
void       drover_argument_row_set_argument (DroverArgumentRow *self, guint argument);

G_END_DECLS
