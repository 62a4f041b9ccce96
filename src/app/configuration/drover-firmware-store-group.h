/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"
#include "drover-run.h"

G_BEGIN_DECLS

#define DROVER_TYPE_FIRMWARE_STORE_GROUP (drover_firmware_store_group_get_type ())
G_DECLARE_FINAL_TYPE (DroverFirmwareStoreGroup, drover_firmware_store_group, DROVER,
                      FIRMWARE_STORE_GROUP, AdwPreferencesGroup)

GtkWidget *drover_firmware_store_group_new (DroverConfig *config, DroverRun *run);

G_END_DECLS
