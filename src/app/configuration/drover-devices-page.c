/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-device-chooser.h"
#include "drover-device-row.h"
#include "drover-devices-page.h"
#include "drover-parts-group.h"
#include "drover-settings-page.h"

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
  drover_settings_page_add_page (page, "devices");
  return GTK_WIDGET (page);
}
