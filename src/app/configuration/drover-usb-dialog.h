/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_USB_DIALOG (drover_usb_dialog_get_type ())
G_DECLARE_FINAL_TYPE (DroverUsbDialog, drover_usb_dialog, DROVER, USB_DIALOG, AdwDialog)

DroverUsbDialog *drover_usb_dialog_new (DroverConfig *config, const char *root);

G_END_DECLS
