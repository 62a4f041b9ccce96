/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-run.h"

G_BEGIN_DECLS

#define DROVER_TYPE_GRAPHS_PAGE (drover_graphs_page_get_type ())
G_DECLARE_FINAL_TYPE (DroverGraphsPage, drover_graphs_page, DROVER, GRAPHS_PAGE, AdwBin)

GtkWidget *drover_graphs_page_new (DroverRun *run);

G_END_DECLS
