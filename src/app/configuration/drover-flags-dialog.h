/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_FLAGS_DIALOG (drover_flags_dialog_get_type ())
G_DECLARE_FINAL_TYPE (DroverFlagsDialog, drover_flags_dialog, DROVER, FLAGS_DIALOG, AdwDialog)

AdwDialog *drover_flags_dialog_new (DroverConfig *config, const DroverSetting *setting,
                                    const char *list);

G_END_DECLS
