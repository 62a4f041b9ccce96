/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-device-tree.h"

G_BEGIN_DECLS

#define DROVER_TYPE_DEVICE_DETAILS (drover_device_details_get_type ())
G_DECLARE_FINAL_TYPE (DroverDeviceDetails, drover_device_details, DROVER, DEVICE_DETAILS, AdwBin)

GtkWidget *drover_device_details_new  (DroverRun *run);
void       drover_device_details_show (DroverDeviceDetails *self, DroverDeviceNode *node);

G_END_DECLS
