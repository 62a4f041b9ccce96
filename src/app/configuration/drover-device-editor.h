/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_DEVICE_EDITOR (drover_device_editor_get_type ())
G_DECLARE_FINAL_TYPE (DroverDeviceEditor, drover_device_editor, DROVER, DEVICE_EDITOR,
                      AdwNavigationPage)

DroverDeviceEditor *drover_device_editor_new_add  (DroverConfig *config, const char *kind,
                                                   const char *type);
DroverDeviceEditor *drover_device_editor_new_edit (DroverConfig *config, const char *part,
                                                   DroverHalf half);

void                drover_device_editor_present  (GtkWidget *parent, DroverConfig *config,
                                                   const char *part, DroverHalf half);

G_END_DECLS
