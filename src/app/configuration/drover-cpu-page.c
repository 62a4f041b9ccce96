/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <inttypes.h>

#include "drover-device-row.h"
#include "drover-numa-picture.h"
#include "drover-pages.h"
#include "drover-parts-group.h"
#include "drover-settings-page.h"

/* The processors: the table's rows, what their arrangement comes to, and the NUMA nodes. */

/* The numbers whose product is the most processors that there can be. */
static const char *const factors[] = { "cpu.drawers",  "cpu.books", "cpu.sockets", "cpu.dies",
                                       "cpu.clusters", "cpu.modules", "cpu.cores", "cpu.threads" };

static gboolean
read_number (DroverConfig *config, const char *id, gint64 *number)
{
  const DroverSetting *setting = drover_setting_find (id);
  GPtrArray *arguments = drover_config_get_arguments (config);
  g_autoptr (DroverReading) reading =
    setting != NULL && arguments != NULL ? drover_setting_read (setting, arguments, NULL) : NULL;

  return reading != NULL && reading->state == DROVER_SETTING_VALUE &&
         drover_integer_parse (reading->text, number) && *number > 0;
}

/* The product of what is said, as `2 × 4`; how many of sockets, cores and threads are said. */
static char *
multiply (DroverConfig *config, gint64 *product, guint *n_said)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gint64 number;

  *product = 1;
  *n_said = 0;
  for (guint i = 0; i < G_N_ELEMENTS (factors); i++)
    if (read_number (config, factors[i], &number) && number <= G_MAXINT32 &&
        *product <= G_MAXINT32)
      {
        *product *= number;
        g_string_append_printf (text, "%s%" G_GINT64_FORMAT, text->len > 0 ? " × " : "", number);
        if (g_str_equal (factors[i], "cpu.sockets") || g_str_equal (factors[i], "cpu.cores") ||
            g_str_equal (factors[i], "cpu.threads"))
          ++*n_said;
      }

  return g_string_free_and_steal (g_steal_pointer (&text));
}

/* QEMU works out what is not said of the three, if it can. */
static char *
dup_warning (gint64 product, guint n_said, gint64 most)
{
  if (n_said == 3 && product != most)
    return g_strdup_printf (_("These numbers do not match: there are to be %" PRId64
                              ". QEMU refuses to start so."),
                            most);
  if (n_said < 3 && most % product != 0)
    return g_strdup_printf (_("%" PRId64 " processors cannot be arranged like that. QEMU "
                              "refuses to start so."),
                            most);

  return NULL;
}

static void
update_total (GtkWidget *row)
{
  DroverConfig *config = g_object_get_data (G_OBJECT (row), "config");
  gint64 product, most = 0;
  guint n_said;
  g_autofree char *text = multiply (config, &product, &n_said);
  gboolean known = read_number (config, "cpu.maximum", &most) ||
                   read_number (config, "cpu.count", &most);
  g_autofree char *warning = known && *text != '\0' ? dup_warning (product, n_said, most) : NULL;
  g_autofree char *title =
    *text != '\0' ? g_strdup_printf (_("In all: %s = %" PRId64), text, product)
                  : g_strdup (_("In all: QEMU arranges them"));

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), warning != NULL ? warning : "");
  if (warning != NULL)
    gtk_widget_add_css_class (row, "warning");
  else
    gtk_widget_remove_css_class (row, "warning");
}

static void
add_total (DroverSettingsPage *page, DroverConfig *config)
{
  const DroverSetting *cores = drover_setting_find ("cpu.cores");
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  g_object_set_data_full (G_OBJECT (row), "config", g_object_ref (config), g_object_unref);
  adw_preferences_group_add (
    drover_settings_page_get_group (page, cores != NULL ? cores->group : NULL), row);
  g_signal_connect_object (config, "changed", G_CALLBACK (update_total), row, G_CONNECT_SWAPPED);
  update_total (row);
}

static void
add_node_cb (DroverPartsGroup *group)
{
  DroverConfig *config = drover_parts_group_get_config (group);
  DroverDocument *document = drover_editor_get_document (drover_config_get_editor (config));
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  if (document == NULL)
    return;

  arguments = drover_parts_add (drover_document_get_arguments (document),
                                drover_document_get_program (document), DROVER_PART_NUMA, NULL,
                                &id, &error);
  if (arguments == NULL)
    gtk_widget_activate_action (GTK_WIDGET (group), "win.toast", "s", error->message);
  else if (drover_config_apply (config, arguments, _("NUMA node added"), NULL))
    drover_parts_group_open (group, id);
}

static void
add_numa (DroverSettingsPage *page, DroverConfig *config)
{
  GtkWidget *picture = drover_numa_picture_new (config);
  AdwPreferencesGroup *above = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  DroverPartsGroup *nodes = drover_parts_group_new (
    config, NULL, (const char *const[]) { DROVER_PART_NUMA, NULL }, DROVER_TYPE_DEVICE_ROW);
  GtkWidget *button = drover_parts_group_add_button (nodes, _("_Add Node"));

  adw_preferences_group_set_title (above, _("NUMA Nodes"));
  adw_preferences_group_set_description (
    above, _("Processors and the memory that is near to them. A guest that knows of nodes keeps "
             "both together."));
  adw_preferences_group_add (above, picture);
  drover_parts_group_set_empty (nodes, _("No nodes"),
                                _("All processors are equally near to all memory."));
  g_signal_connect_object (button, "clicked", G_CALLBACK (add_node_cb), nodes, G_CONNECT_SWAPPED);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), above);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (nodes));
}

/**
 * drover_cpu_page_new:
 *
 * Returns: (transfer floating): the page of the guest's processors
 */
GtkWidget *
drover_cpu_page_new (DroverConfig *config, DroverRun *run)
{
  DroverSettingsPage *page = drover_settings_page_new (config);

  drover_settings_page_add_page (page, "cpu");
  add_total (page, config);
  add_numa (page, config);
  return GTK_WIDGET (page);
}
