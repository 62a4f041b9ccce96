/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_NUMA_PICTURE (drover_numa_picture_get_type ())
G_DECLARE_FINAL_TYPE (DroverNumaPicture, drover_numa_picture, DROVER, NUMA_PICTURE, GtkWidget)

GtkWidget *drover_numa_picture_new (DroverConfig *config);

G_END_DECLS
