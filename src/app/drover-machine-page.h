/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"
#include "drover-run.h"

G_BEGIN_DECLS

#define DROVER_TYPE_MACHINE_PAGE (drover_machine_page_get_type ())
G_DECLARE_FINAL_TYPE (DroverMachinePage, drover_machine_page, DROVER, MACHINE_PAGE, AdwBin)

DroverMachinePage *drover_machine_page_new     (DroverRun *run);
DroverConfig      *drover_machine_page_show_configuration (DroverMachinePage *self);
GtkWidget         *drover_machine_page_show_activity (DroverMachinePage *self, const char *page);
gboolean           drover_machine_page_show_terminal (DroverMachinePage *self);
gboolean           drover_machine_page_connect_ssh (DroverMachinePage *self, GError **error);
void               drover_machine_page_check   (DroverMachinePage *self);

G_END_DECLS
