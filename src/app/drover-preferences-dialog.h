/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define DROVER_TYPE_PREFERENCES_DIALOG (drover_preferences_dialog_get_type ())
G_DECLARE_FINAL_TYPE (DroverPreferencesDialog, drover_preferences_dialog, DROVER,
                      PREFERENCES_DIALOG, AdwDialog)

AdwDialog *drover_preferences_dialog_new (GSettings *settings);

G_END_DECLS
