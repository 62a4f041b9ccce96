/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-argument-row.h"
#include "drover-command-text.h"
#include "drover-config-file-row.h"
#include "drover-lazy.h"
#include "drover-options-file.h"
#include "drover-pages.h"
#include "drover-settings-page.h"
#include "drover-shell.h"

/* Everything else: the arguments that no other page shows, as text, and the table's rows for
 * what fits nowhere. */

/* So many rows are made at once: more than fit on a screen. */
#define PIECE 10

typedef struct
{
  DroverConfig *config;
  AdwPreferencesGroup *group;
  GPtrArray *rows; /* (element-type DroverArgumentRow), not owned */
  guint most;      /* how many of them there may be by now */
  GtkWidget *empty;
  AdwEntryRow *entry;
  AdwPreferencesGroup *files;
  GPtrArray *file_rows; /* (element-type DroverConfigFileRow), not owned */
} Rest;

static void
rest_free (gpointer data)
{
  Rest *rest = data;

  g_ptr_array_unref (rest->rows);
  g_ptr_array_unref (rest->file_rows);
  g_free (rest);
}

static DroverArgumentRow *
ensure_row (Rest *rest, guint n)
{
  GtkWidget *row;

  if (n < rest->rows->len)
    return rest->rows->pdata[n];

  row = drover_argument_row_new (rest->config);
  adw_preferences_group_add (rest->group, row);
  g_ptr_array_add (rest->rows, row);
  return DROVER_ARGUMENT_ROW (row);
}

static gboolean
is_config_file (DroverArgument *argument)
{
  return drover_argument_get_value (argument) != NULL &&
         g_str_equal (drover_argument_get_option (argument), "readconfig");
}

/* One row for each file of options that the command line names. */
static void
update_files (Rest *rest)
{
  GPtrArray *arguments = drover_config_get_arguments (rest->config);
  DroverMachine *machine = drover_editor_get_machine (drover_config_get_editor (rest->config));
  guint n = 0;

  for (guint i = 0; arguments != NULL && i < arguments->len; i++)
    {
      g_autofree char *path = NULL;

      if (!is_config_file (arguments->pdata[i]))
        continue;
      path = g_canonicalize_filename (drover_argument_get_value (arguments->pdata[i]),
                                      drover_machine_get_directory (machine));
      if (n == rest->file_rows->len)
        {
          g_ptr_array_add (rest->file_rows, drover_config_file_row_new ());
          adw_preferences_group_add (rest->files, rest->file_rows->pdata[n]);
        }
      drover_config_file_row_set_path (rest->file_rows->pdata[n++], path);
    }

  for (guint i = 0; i < rest->file_rows->len; i++)
    gtk_widget_set_visible (rest->file_rows->pdata[i], i < n);
  gtk_widget_set_visible (GTK_WIDGET (rest->files), n > 0);
}

/* A file that cannot be read, or not all of it, says so without being opened. */
static void
update_problems (Rest *rest)
{
  GPtrArray *arguments = drover_config_get_arguments (rest->config);
  DroverMachine *machine = drover_editor_get_machine (drover_config_get_editor (rest->config));
  g_autoptr (GPtrArray) problems =
    arguments != NULL ? drover_arguments_list_file_problems (
                          arguments, drover_machine_get_directory (machine))
                      : NULL;
  g_autofree char *text = NULL;
  g_autofree char *markup = NULL;

  if (problems != NULL && problems->len > 0)
    {
      g_ptr_array_add (problems, NULL);
      text = g_strjoinv ("\n", (char **) problems->pdata);
      markup = g_markup_escape_text (text, -1);
    }
  adw_preferences_group_set_description (rest->files, markup);
}

/* Returns whether there are more to show. */
static gboolean
update_rows (Rest *rest)
{
  GPtrArray *arguments = drover_config_get_arguments (rest->config);
  g_autoptr (GArray) shown = arguments != NULL ? drover_locations_list_rest (arguments) : NULL;
  guint n = shown != NULL ? shown->len : 0;

  for (guint i = 0; i < MIN (n, rest->most); i++)
    drover_argument_row_set_argument (ensure_row (rest, i), g_array_index (shown, guint, i));

  for (guint i = 0; i < rest->rows->len; i++)
    gtk_widget_set_visible (rest->rows->pdata[i], i < n);
  gtk_widget_set_visible (rest->empty, n == 0);
  return n > rest->most;
}

static gboolean
add_piece (GtkWidget *group)
{
  Rest *rest = g_object_get_data (G_OBJECT (group), "rest");

  rest->most += PIECE;
  return update_rows (rest);
}

static void
update (Rest *rest)
{
  if (update_rows (rest))
    drover_lazy_start (GTK_WIDGET (rest->group), add_piece);
  update_files (rest);
  update_problems (rest);
}

/* A hidden page waits until it is looked at. */
static void
changed_cb (GtkWidget *page)
{
  if (gtk_widget_get_mapped (page))
    update (g_object_get_data (G_OBJECT (page), "rest"));
}

/* The files may have been written since. */
static void
map_cb (Rest *rest)
{
  drover_config_look (rest->config);
  update (rest);
}

/* As the command view takes words apart; the program stands before them there. */
static GPtrArray *
parse (const char *program, const char *text, GError **error)
{
  g_autofree char *quoted = drover_shell_quote (program);
  g_autofree char *line = g_strconcat (quoted, " ", text, NULL);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autofree char *found = NULL;
  GPtrArray *arguments = NULL;
  gsize start, end;

  return drover_command_text_parse (line, none, &found, &arguments, &start, &end, error)
           ? arguments
           : NULL;
}

static void
add_cb (Rest *rest)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (rest->entry));
  DroverDocument *document = drover_editor_get_document (drover_config_get_editor (rest->config));
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (GPtrArray) added = NULL;
  g_autoptr (GError) error = NULL;

  if (drover_config_get_arguments (rest->config) == NULL)
    return;

  added = parse (drover_document_get_program (document), text, &error);
  arguments = drover_arguments_copy (drover_config_get_arguments (rest->config));
  for (guint i = 0; added != NULL && i < added->len; i++)
    g_ptr_array_add (arguments, drover_argument_ref (added->pdata[i]));
  if (added == NULL)
    gtk_widget_activate_action (GTK_WIDGET (rest->entry), "win.toast", "s", error->message);
  else if (drover_config_apply (rest->config, arguments, _("Argument added"), NULL))
    gtk_editable_set_text (GTK_EDITABLE (rest->entry), "");
}

static void
fill (Rest *rest)
{
  GtkWidget *empty = adw_action_row_new ();
  GtkWidget *entry = adw_entry_row_new ();

  adw_preferences_group_set_title (rest->group, _("Other Arguments"));
  adw_preferences_group_set_description (
    rest->group, _("What no other page shows, just as QEMU gets it. An argument that is switched "
                   "off is kept here too."));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (entry), _("Add as text, such as “-d int”"));
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (entry), TRUE);
  rest->entry = ADW_ENTRY_ROW (entry);
  g_signal_connect_swapped (entry, "apply", G_CALLBACK (add_cb), rest);
  adw_preferences_group_add (rest->group, entry);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (empty), _("None"));
  gtk_widget_set_sensitive (empty, FALSE);
  rest->empty = empty;
  adw_preferences_group_add (rest->group, empty);
}

/**
 * drover_rest_page_new:
 *
 * Returns: (transfer floating): the page of all that no other page shows
 */
GtkWidget *
drover_rest_page_new (DroverConfig *config, DroverRun *run)
{
  DroverSettingsPage *page = drover_settings_page_new (config);
  Rest *rest = g_new0 (Rest, 1);

  rest->config = config;
  rest->most = PIECE;
  rest->rows = g_ptr_array_new ();
  rest->group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  rest->file_rows = g_ptr_array_new ();
  rest->files = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  adw_preferences_group_set_title (rest->files, _("In the Configuration File"));
  g_object_set_data_full (G_OBJECT (page), "rest", rest, rest_free);
  g_object_set_data (G_OBJECT (rest->group), "rest", rest);
  fill (rest);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), rest->group);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), rest->files);
  drover_settings_page_add_page (page, "rest");
  g_signal_connect_object (config, "changed", G_CALLBACK (changed_cb), page, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (page, "map", G_CALLBACK (map_cb), rest);
  return GTK_WIDGET (page);
}
