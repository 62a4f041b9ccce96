/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-run.h"

G_BEGIN_DECLS

#define DROVER_TYPE_ACTIVITY_VIEW (drover_activity_view_get_type ())
G_DECLARE_FINAL_TYPE (DroverActivityView, drover_activity_view, DROVER, ACTIVITY_VIEW, AdwBin)

GtkWidget *drover_activity_view_new       (DroverRun *run);
GtkWidget *drover_activity_view_show_page (DroverActivityView *self, const char *name);

G_END_DECLS
