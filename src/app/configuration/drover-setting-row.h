/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_SETTING_ROW (drover_setting_row_get_type ())
G_DECLARE_FINAL_TYPE (DroverSettingRow, drover_setting_row, DROVER, SETTING_ROW, AdwPreferencesRow)

GtkWidget           *drover_setting_row_new         (DroverConfig *config,
                                                     const DroverSetting *setting);
void                 drover_setting_row_set_scope   (DroverSettingRow *self,
                                                     const DroverScope *scope);
const DroverSetting *drover_setting_row_get_setting (DroverSettingRow *self);
gboolean             drover_setting_row_is_at       (DroverSettingRow *self, int argument,
                                                     gsize start, gsize end);

G_END_DECLS
