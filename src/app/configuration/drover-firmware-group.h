/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_FIRMWARE_GROUP (drover_firmware_group_get_type ())
G_DECLARE_FINAL_TYPE (DroverFirmwareGroup, drover_firmware_group, DROVER, FIRMWARE_GROUP,
                      AdwPreferencesGroup)

GtkWidget *drover_firmware_group_new (DroverConfig *config);

G_END_DECLS
