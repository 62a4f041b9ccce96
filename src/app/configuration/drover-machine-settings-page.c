/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-machine-properties.h"
#include "drover-pages.h"
#include "drover-settings-page.h"

/* The board: the table's rows, and all properties of this very board. */

static char *
dup_machine (DroverConfig *config)
{
  const DroverSetting *setting = drover_setting_find ("machine.type");
  DroverCatalogue *catalogue = drover_config_get_catalogue (config);
  GPtrArray *arguments = drover_config_get_arguments (config);
  g_autoptr (DroverReading) reading =
    arguments != NULL ? drover_setting_read (setting, arguments, NULL) : NULL;
  g_autoptr (GArray) machines = NULL;

  if (reading != NULL && reading->text != NULL)
    return g_strdup (reading->text);

  machines = catalogue != NULL ? drover_catalogue_list_machines (catalogue) : NULL;
  for (guint i = 0; machines != NULL && i < machines->len; i++)
    if (g_array_index (machines, DroverCatalogueMachine, i).is_default)
      return g_strdup (g_array_index (machines, DroverCatalogueMachine, i).name);

  return NULL;
}

static const char *
describe (DroverConfig *config, const char *machine)
{
  const GError *error = drover_config_get_catalogue_error (config);

  if (error != NULL)
    return error->message;
  if (drover_config_get_catalogue (config) == NULL)
    return _("QEMU is being asked…");

  return machine != NULL
           ? _("What this QEMU lets one change about this type of machine, one by one.")
           : _("Choose a type first.");
}

static void
update (AdwActionRow *row)
{
  DroverConfig *config = g_object_get_data (G_OBJECT (row), "config");
  g_autofree char *machine = dup_machine (config);
  gboolean usable = drover_config_get_catalogue (config) != NULL && machine != NULL;

  gtk_widget_set_sensitive (GTK_WIDGET (row), usable);
  adw_action_row_set_subtitle (row, describe (config, machine));
}

static void
activated_cb (AdwActionRow *row)
{
  DroverConfig *config = g_object_get_data (G_OBJECT (row), "config");
  g_autofree char *machine = dup_machine (config);

  if (machine != NULL)
    adw_dialog_present (drover_machine_properties_dialog_new (config, machine), GTK_WIDGET (row));
}

/**
 * drover_machine_settings_page_new:
 *
 * Returns: (transfer floating): the page of the board
 */
GtkWidget *
drover_machine_settings_page_new (DroverConfig *config, DroverRun *run)
{
  DroverSettingsPage *page = drover_settings_page_new (config);
  GtkWidget *row = adw_action_row_new ();

  g_object_set_data_full (G_OBJECT (row), "config", g_object_ref (config), g_object_unref);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _("All Properties of This Machine"));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             gtk_image_new_from_icon_name ("go-next-symbolic"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_signal_connect (row, "activated", G_CALLBACK (activated_cb), NULL);
  g_signal_connect_object (config, "changed", G_CALLBACK (update), row, G_CONNECT_SWAPPED);
  g_signal_connect_object (config, "notify::catalogue", G_CALLBACK (update), row,
                           G_CONNECT_SWAPPED);
  drover_settings_page_add_group (page, "machine", NULL);
  adw_preferences_group_add (drover_settings_page_get_group (page, NULL), row);
  drover_settings_page_add_page (page, "machine");
  update (ADW_ACTION_ROW (row));
  return GTK_WIDGET (page);
}
