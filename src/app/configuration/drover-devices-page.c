/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-device-chooser.h"
#include "drover-device-row.h"
#include "drover-devices-page.h"
#include "drover-parts-group.h"
#include "drover-settings-page.h"
#include "drover-usb-dialog.h"

static const struct
{
  const char *kind;
  const char *title;
  const char *button;
  const char *none;
  const char *what;
} groups[] = {
  { DROVER_PART_DEVICE, N_("Devices"), N_("_Add Device…"), N_("No devices"),
    N_("None but the board’s own, and those on the other pages.") },
  { DROVER_PART_CHARACTER, N_("Character Devices"), N_("Add _Character Device…"),
    N_("No character devices"),
    N_("They are the host’s side of a serial port, a monitor or a device: a socket, a file, a "
       "terminal.") },
  { DROVER_PART_OBJECT, N_("Objects"), N_("Add _Object…"), N_("No objects"),
    N_("They are what devices and memory are given to work with: threads, random numbers, "
       "secrets, blocks of memory.") },
};

static void
add_cb (GtkWidget *button, const char *kind)
{
  DroverPartsGroup *group =
    DROVER_PARTS_GROUP (gtk_widget_get_ancestor (button, DROVER_TYPE_PARTS_GROUP));
  DroverDeviceChooser *dialog =
    drover_device_chooser_new (drover_parts_group_get_config (group), kind);

  adw_dialog_present (ADW_DIALOG (dialog), button);
}

static void
add_group (DroverSettingsPage *page, DroverConfig *config, guint i)
{
  const char *const kinds[] = { groups[i].kind, NULL };
  DroverPartsGroup *group =
    drover_parts_group_new (config, _(groups[i].title), kinds, DROVER_TYPE_DEVICE_ROW);
  GtkWidget *button = drover_parts_group_add_button (group, _(groups[i].button));

  drover_parts_group_set_empty (group, _(groups[i].none), _(groups[i].what));
  g_signal_connect (button, "clicked", G_CALLBACK (add_cb), (gpointer) groups[i].kind);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
}

static void
usb_cb (GtkWidget *row, DroverConfig *config)
{
  adw_dialog_present (ADW_DIALOG (drover_usb_dialog_new (config, "/")), row);
}

/* Such a device is one like the others once it is there; only how it is found differs. */
static void
add_usb_group (DroverSettingsPage *page, DroverConfig *config)
{
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  GtkWidget *row = adw_button_row_new ();

  adw_preferences_group_set_title (group, _("This Computer’s USB Devices"));
  adw_preferences_row_set_use_underline (ADW_PREFERENCES_ROW (row), TRUE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _("Give One to the _Guest…"));
  g_signal_connect_object (row, "activated", G_CALLBACK (usb_cb), config, G_CONNECT_DEFAULT);
  adw_preferences_group_add (group, row);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), group);
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

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    add_group (page, config, i);
  add_usb_group (page, config);
  drover_settings_page_add_page (page, "devices");
  return GTK_WIDGET (page);
}
