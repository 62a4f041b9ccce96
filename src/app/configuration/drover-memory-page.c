/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "drover-balloon-row.h"
#include "drover-pages.h"
#include "drover-settings-page.h"

/* How much this computer has, beside how much the guest is to have. */

static guint64
get_host_memory (void)
{
  long pages = sysconf (_SC_PHYS_PAGES);
  long size = sysconf (_SC_PAGESIZE);

  return pages > 0 && size > 0 ? (guint64) pages * (guint64) size : 0;
}

static gboolean
read_size (DroverConfig *config, guint64 *bytes)
{
  const DroverSetting *setting = drover_setting_find ("memory.size");
  GPtrArray *arguments = drover_config_get_arguments (config);
  g_autoptr (DroverReading) reading =
    setting != NULL && arguments != NULL ? drover_setting_read (setting, arguments, NULL) : NULL;

  return reading != NULL && reading->state == DROVER_SETTING_VALUE &&
         drover_size_parse (reading->text, drover_setting_get_size_unit (setting), bytes);
}

static void
update (GtkWidget *row)
{
  DroverConfig *config = g_object_get_data (G_OBJECT (row), "config");
  guint64 host = get_host_memory ();
  g_autofree char *size = g_format_size_full (host, G_FORMAT_SIZE_IEC_UNITS);
  g_autofree char *title = g_strdup_printf (_("This computer has %s"), size);
  guint64 bytes = 0;
  gboolean too_much = read_size (config, &bytes) && bytes > host;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (
    ADW_ACTION_ROW (row),
    too_much ? _("The guest is to have more than that. It starts, and may make this computer very "
                 "slow once it uses it.")
             : "");
  if (too_much)
    gtk_widget_add_css_class (row, "warning");
  else
    gtk_widget_remove_css_class (row, "warning");
}

/**
 * drover_memory_page_new:
 *
 * Returns: (transfer floating): the page of the guest’s memory
 */
GtkWidget *
drover_memory_page_new (DroverConfig *config, DroverRun *run)
{
  DroverSettingsPage *page = drover_settings_page_new (config);

  drover_settings_page_add_page (page, "memory");
  if (get_host_memory () > 0)
    {
      GtkWidget *row = adw_action_row_new ();

      g_object_set_data_full (G_OBJECT (row), "config", g_object_ref (config), g_object_unref);
      adw_action_row_add_prefix (ADW_ACTION_ROW (row),
                                 gtk_image_new_from_icon_name ("computer-symbolic"));
      adw_preferences_group_add (drover_settings_page_get_group (page, NULL), row);
      g_signal_connect_object (config, "changed", G_CALLBACK (update), row, G_CONNECT_SWAPPED);
      update (row);
    }
  adw_preferences_group_add (drover_settings_page_get_group (page, NULL),
                             drover_balloon_row_new (run));
  return GTK_WIDGET (page);
}
