/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-machine-properties.h"
#include "drover-setting-row.h"
#include "drover-value-editor.h"

/* Every property of `-machine` that the installed QEMU knows, each a row like those of the
 * table. */

static DroverSettingKind
get_kind (const DroverCatalogueProperty *property)
{
  if (property->choices != NULL)
    return DROVER_SETTING_CHOICE;
  if (g_str_equal (property->type, "bool"))
    return DROVER_SETTING_SWITCH;

  return DROVER_SETTING_TEXT;
}

static void
setting_free (gpointer data)
{
  DroverSetting *setting = data;

  g_free ((char *) setting->id);
  g_free ((char *) setting->title);
  g_free ((char *) setting->summary);
  g_free ((char *) setting->absent);
  g_strfreev ((char **) setting->choices);
  g_free (setting);
}

/* The catalogue may go while the row is there. */
static DroverSetting *
setting_new (const DroverCatalogueProperty *property)
{
  DroverSetting *setting = g_new0 (DroverSetting, 1);

  setting->id = g_strconcat ("machine-property.", property->name, NULL);
  setting->page = "machine";
  setting->title = g_strdup (property->name);
  if (property->description != NULL && *property->description != '\0')
    setting->summary = g_strdup (property->description);
  setting->kind = get_kind (property);
  setting->absent = drover_catalogue_dup_value_text (setting, property->default_value);
  setting->places[0].option = "machine";
  setting->places[0].key = setting->title;
  setting->choices = (const char *const *) g_strdupv ((char **) property->choices);
  return setting;
}

static void
add_rows (AdwPreferencesGroup *group, DroverConfig *config, const char *machine)
{
  g_autoptr (GArray) properties =
    drover_catalogue_list_machine_properties (drover_config_get_catalogue (config), machine);

  for (guint i = 0; properties != NULL && i < properties->len; i++)
    {
      const DroverCatalogueProperty *property =
        &g_array_index (properties, DroverCatalogueProperty, i);
      DroverSetting *setting;
      GtkWidget *row;

      if (property->internal)
        continue;
      setting = setting_new (property);
      row = drover_setting_row_new (config, setting);
      g_object_set_data_full (G_OBJECT (row), "own-setting", setting, setting_free);
      adw_preferences_group_add (group, row);
    }
}

static gboolean
matches (GtkListBoxRow *row, const char *needle)
{
  const DroverSetting *setting = drover_setting_row_get_setting (DROVER_SETTING_ROW (row));
  g_autofree char *words = g_strdup_printf (
    "%s %s", setting->title, setting->summary != NULL ? setting->summary : "");
  g_autofree char *folded = g_utf8_casefold (words, -1);

  return strstr (folded, needle) != NULL;
}

static void
filter (GtkWidget *root, const char *needle)
{
  if (DROVER_IS_SETTING_ROW (root))
    gtk_widget_set_visible (root, matches (GTK_LIST_BOX_ROW (root), needle));
  else
    for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
         child = gtk_widget_get_next_sibling (child))
      filter (child, needle);
}

static void
search_cb (GtkWidget *group, GtkEditable *search)
{
  g_autofree char *needle = g_utf8_casefold (gtk_editable_get_text (search), -1);

  filter (group, needle);
}

static GtkWidget *
new_search (GtkWidget *group)
{
  GtkWidget *search = gtk_search_entry_new ();

  gtk_widget_set_margin_start (search, 12);
  gtk_widget_set_margin_end (search, 12);
  gtk_widget_set_margin_bottom (search, 6);
  gtk_search_entry_set_search_delay (GTK_SEARCH_ENTRY (search), 0);
  gtk_search_entry_set_placeholder_text (GTK_SEARCH_ENTRY (search), _("Search Properties"));
  drover_value_editor_name (search, _("Search Properties"));
  g_signal_connect_object (search, "search-changed", G_CALLBACK (search_cb), group,
                           G_CONNECT_SWAPPED);
  return search;
}

/**
 * drover_machine_properties_dialog_new:
 * @config: a configuration that has a catalogue
 * @machine: the machine's type
 *
 * Returns: (transfer floating): a dialog of all properties of that type
 */
AdwDialog *
drover_machine_properties_dialog_new (DroverConfig *config, const char *machine)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *toolbar = adw_toolbar_view_new ();
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *search = new_search (group);
  g_autofree char *title = g_strdup_printf (_("Properties of “%s”"), machine);

  add_rows (ADW_PREFERENCES_GROUP (group), config, machine);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (toolbar), adw_header_bar_new ());
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (toolbar), search);
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (toolbar), page);
  adw_dialog_set_title (dialog, title);
  adw_dialog_set_child (dialog, toolbar);
  adw_dialog_set_content_width (dialog, 600);
  adw_dialog_set_content_height (dialog, 640);
  adw_dialog_set_focus (dialog, search);
  return dialog;
}
