/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-device-chooser.h"
#include "drover-device-row.h"
#include "drover-devices-page.h"
#include "drover-parts-group.h"
#include "drover-settings-page.h"

static void
add_cb (DroverPartsGroup *group)
{
  DroverDeviceChooser *dialog =
    drover_device_chooser_new (drover_parts_group_get_config (group));

  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (group));
}

static DroverPartsGroup *
add_group (DroverSettingsPage *page, DroverConfig *config, const char *title, const char *kind)
{
  DroverPartsGroup *group = drover_parts_group_new (
    config, title, (const char *const[]) { kind, NULL }, DROVER_TYPE_DEVICE_ROW);

  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  return group;
}

/**
 * drover_devices_page_new:
 * @config: the configuration of a machine
 *
 * Returns: (transfer floating): its devices that no other page shows, its character devices and
 *   its objects
 */
GtkWidget *
drover_devices_page_new (DroverConfig *config)
{
  DroverSettingsPage *page = drover_settings_page_new (config);
  DroverPartsGroup *devices = add_group (page, config, _("Devices"), DROVER_PART_DEVICE);
  GtkWidget *button = drover_parts_group_add_button (devices, _("_Add Device…"));

  drover_parts_group_set_empty (devices, _("No devices"),
                                _("None but the board’s own, and those on the other pages."));
  g_signal_connect_object (button, "clicked", G_CALLBACK (add_cb), devices, G_CONNECT_SWAPPED);
  add_group (page, config, _("Character Devices"), DROVER_PART_CHARACTER);
  add_group (page, config, _("Objects"), DROVER_PART_OBJECT);
  drover_settings_page_add_page (page, "devices");
  return GTK_WIDGET (page);
}
