/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "drover-config.h"

G_BEGIN_DECLS

GtkWidget *drover_disks_page_new (DroverConfig *config);

G_END_DECLS
