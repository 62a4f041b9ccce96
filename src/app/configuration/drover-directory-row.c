/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-directory-row.h"

/* Where relative file names are looked for: a command line from a guide means the folder in
 * which it is typed. */
struct _DroverDirectoryRow
{
  AdwActionRow parent_instance;

  GtkWidget *reset;
  char *directory;
  char *otherwise;
};

G_DEFINE_FINAL_TYPE (DroverDirectoryRow, drover_directory_row, ADW_TYPE_ACTION_ROW)

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
drover_directory_row_finalize (GObject *object)
{
  DroverDirectoryRow *self = DROVER_DIRECTORY_ROW (object);

  g_free (self->directory);
  g_free (self->otherwise);
  G_OBJECT_CLASS (drover_directory_row_parent_class)->finalize (object);
}

static void
drover_directory_row_class_init (DroverDirectoryRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_directory_row_finalize;

  /**
   * DroverDirectoryRow::chosen:
   * @directory: (nullable): an absolute path; %NULL for the machine's own folder
   *
   * The user chose another folder.
   */
  signals[CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DroverDirectoryRow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) folder =
    gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, &error);

  if (folder != NULL && g_file_peek_path (folder) != NULL)
    g_signal_emit (self, signals[CHOSEN], 0, g_file_peek_path (folder));
  else if (error != NULL && !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
}

static void
choose_cb (DroverDirectoryRow *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  const char *shown = self->directory != NULL ? self->directory : self->otherwise;
  g_autoptr (GFile) folder = shown != NULL ? g_file_new_for_path (shown) : NULL;

  g_assert (DROVER_IS_DIRECTORY_ROW (self));

  gtk_file_dialog_set_title (dialog, _("Where Relative File Names Are Looked For"));
  gtk_file_dialog_set_initial_folder (dialog, folder);
  gtk_file_dialog_select_folder (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
                                 chosen_cb, g_object_ref (self));
}

static void
reset_cb (DroverDirectoryRow *self)
{
  g_assert (DROVER_IS_DIRECTORY_ROW (self));

  g_signal_emit (self, signals[CHOSEN], 0, NULL);
}

static GtkWidget *
add_button (DroverDirectoryRow *self, const char *icon, const char *name, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  g_signal_connect_swapped (button, "clicked", callback, self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), button);
  return button;
}

static void
drover_directory_row_init (DroverDirectoryRow *self)
{
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), _("Relative file names are in"));
  gtk_widget_add_css_class (GTK_WIDGET (self), "property");
  self->reset = add_button (self, "edit-undo-symbolic", _("Use the Machine’s Own Folder"),
                            G_CALLBACK (reset_cb));
  add_button (self, "document-open-symbolic", _("Choose a Folder"), G_CALLBACK (choose_cb));
}

/**
 * drover_directory_row_new:
 *
 * Returns: (transfer floating): a row that shows a folder and lets another be chosen
 */
GtkWidget *
drover_directory_row_new (void)
{
  return g_object_new (DROVER_TYPE_DIRECTORY_ROW, NULL);
}

/**
 * drover_directory_row_show:
 * @directory: (nullable): the folder; %NULL for the machine's own
 * @otherwise: (nullable): the machine's own folder; %NULL for one that is still to be made
 */
void
drover_directory_row_show (DroverDirectoryRow *self, const char *directory, const char *otherwise)
{
  g_return_if_fail (DROVER_IS_DIRECTORY_ROW (self));

  g_set_str (&self->directory, directory);
  g_set_str (&self->otherwise, otherwise);
  gtk_widget_set_visible (self->reset, directory != NULL);
  if (directory == NULL)
    directory = otherwise != NULL ? otherwise : _("The machine’s own folder");
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), directory);
}
