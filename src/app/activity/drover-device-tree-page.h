/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-device-tree.h"

G_BEGIN_DECLS

#define DROVER_TYPE_DEVICE_TREE_PAGE (drover_device_tree_page_get_type ())
G_DECLARE_FINAL_TYPE (DroverDeviceTreePage, drover_device_tree_page, DROVER, DEVICE_TREE_PAGE,
                      AdwBin)

GtkWidget *drover_device_tree_page_new (DroverRun *run);

G_END_DECLS
