/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_SETTINGS_PAGE (drover_settings_page_get_type ())
G_DECLARE_FINAL_TYPE (DroverSettingsPage, drover_settings_page, DROVER, SETTINGS_PAGE,
                      AdwPreferencesPage)

DroverSettingsPage  *drover_settings_page_new       (DroverConfig *config);
void                 drover_settings_page_add_page  (DroverSettingsPage *self, const char *page);
AdwPreferencesGroup *drover_settings_page_add_group (DroverSettingsPage *self, const char *page,
                                                     const char *group);
AdwPreferencesGroup *drover_settings_page_get_group (DroverSettingsPage *self, const char *group);
DroverConfig        *drover_settings_page_get_config (DroverSettingsPage *self);

G_END_DECLS
