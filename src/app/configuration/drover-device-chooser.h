/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_DEVICE_CHOOSER (drover_device_chooser_get_type ())
G_DECLARE_FINAL_TYPE (DroverDeviceChooser, drover_device_chooser, DROVER, DEVICE_CHOOSER,
                      AdwDialog)

DroverDeviceChooser *drover_device_chooser_new (DroverConfig *config, const char *kind);

G_END_DECLS
