/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"
#include "drover-run.h"

G_BEGIN_DECLS

/* The pages that are more than the table's rows. */

GtkWidget *drover_overview_page_new    (DroverConfig *config, DroverRun *run);
GtkWidget *drover_machine_settings_page_new (DroverConfig *config, DroverRun *run);
GtkWidget *drover_cpu_page_new         (DroverConfig *config, DroverRun *run);
GtkWidget *drover_memory_page_new      (DroverConfig *config, DroverRun *run);
GtkWidget *drover_sound_page_new       (DroverConfig *config, DroverRun *run);
GtkWidget *drover_firmware_page_new    (DroverConfig *config, DroverRun *run);
GtkWidget *drover_accelerator_page_new (DroverConfig *config, DroverRun *run);
GtkWidget *drover_sharing_page_new     (DroverConfig *config, DroverRun *run);
GtkWidget *drover_rest_page_new        (DroverConfig *config, DroverRun *run);

G_END_DECLS
