/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_SHARE_DIALOG (drover_share_dialog_get_type ())
G_DECLARE_FINAL_TYPE (DroverShareDialog, drover_share_dialog, DROVER, SHARE_DIALOG, AdwDialog)

DroverShareDialog *drover_share_dialog_new (DroverConfig *config);

G_END_DECLS
