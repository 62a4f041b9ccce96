/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-firmware-group.h"
#include "drover-firmware-store-group.h"
#include "drover-pages.h"
#include "drover-settings-page.h"
#include "drover-tpm-group.h"

/**
 * drover_firmware_page_new:
 *
 * Returns: (transfer floating): the page of what runs first
 */
GtkWidget *
drover_firmware_page_new (DroverConfig *config, DroverRun *run)
{
  DroverSettingsPage *page = drover_settings_page_new (config);
  AdwPreferencesPage *groups = ADW_PREFERENCES_PAGE (page);

  adw_preferences_page_add (groups, ADW_PREFERENCES_GROUP (drover_firmware_group_new (config)));
  adw_preferences_page_add (
    groups, ADW_PREFERENCES_GROUP (drover_firmware_store_group_new (config, run)));
  adw_preferences_page_add (groups, ADW_PREFERENCES_GROUP (drover_tpm_group_new (config, run)));
  drover_settings_page_add_page (page, "firmware");
  return GTK_WIDGET (page);
}
