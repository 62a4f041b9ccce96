/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-run.h"

G_BEGIN_DECLS

#define DROVER_TYPE_TROUBLE_BAR (drover_trouble_bar_get_type ())
G_DECLARE_FINAL_TYPE (DroverTroubleBar, drover_trouble_bar, DROVER, TROUBLE_BAR, GtkBox)

void drover_trouble_bar_set_run (DroverTroubleBar *self, DroverRun *run);

G_END_DECLS
