/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-run.h"

G_BEGIN_DECLS

#define DROVER_TYPE_BALLOON_ROW (drover_balloon_row_get_type ())
G_DECLARE_FINAL_TYPE (DroverBalloonRow, drover_balloon_row, DROVER, BALLOON_ROW,
                      AdwPreferencesRow)

GtkWidget *drover_balloon_row_new (DroverRun *run);

G_END_DECLS
