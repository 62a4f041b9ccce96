/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-run.h"

G_BEGIN_DECLS

#define DROVER_TYPE_EVENTS_PAGE (drover_events_page_get_type ())
G_DECLARE_FINAL_TYPE (DroverEventsPage, drover_events_page, DROVER, EVENTS_PAGE, AdwBin)

GtkWidget  *drover_events_page_new       (DroverRun *run);
GListModel *drover_events_page_get_shown (DroverEventsPage *self);

G_END_DECLS
