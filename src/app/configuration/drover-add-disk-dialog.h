/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_ADD_DISK_DIALOG (drover_add_disk_dialog_get_type ())
G_DECLARE_FINAL_TYPE (DroverAddDiskDialog, drover_add_disk_dialog, DROVER, ADD_DISK_DIALOG,
                      AdwDialog)

DroverAddDiskDialog *drover_add_disk_dialog_new (DroverConfig *config);

G_END_DECLS
