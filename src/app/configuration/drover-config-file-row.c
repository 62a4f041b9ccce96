/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-config-file-row.h"
#include "drover-options-file.h"
#include "drover-value-editor.h"

/* What stands in the file that a `-readconfig` names. It is the user's, and only shown. */
struct _DroverConfigFileRow
{
  AdwExpanderRow parent_instance;

  char *path;
  GCancellable *cancellable;
  GtkLabel *text;
};

G_DEFINE_FINAL_TYPE (DroverConfigFileRow, drover_config_file_row, ADW_TYPE_EXPANDER_ROW)

static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  char *text = drover_options_file_read (data, &error);

  if (text != NULL)
    g_task_return_pointer (task, text, g_free);
  else
    g_task_return_error (task, error);
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  DroverConfigFileRow *self = DROVER_CONFIG_FILE_ROW (object);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_task_propagate_pointer (G_TASK (result), &error);

  /* Of another path by now, or of a row that is gone. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  gtk_label_set_text (self->text, text != NULL ? text : error->message);
}

/* Anew whenever it is opened: another program writes the file. */
static void
read_file (DroverConfigFileRow *self)
{
  g_autoptr (GTask) task = NULL;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->path == NULL || !adw_expander_row_get_expanded (ADW_EXPANDER_ROW (self)))
    return;

  self->cancellable = g_cancellable_new ();
  task = g_task_new (self, self->cancellable, read_cb, NULL);
  g_task_set_task_data (task, g_strdup (self->path), g_free);
  g_task_run_in_thread (task, read_thread);
}

static void
drover_config_file_row_dispose (GObject *object)
{
  DroverConfigFileRow *self = DROVER_CONFIG_FILE_ROW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  G_OBJECT_CLASS (drover_config_file_row_parent_class)->dispose (object);
}

static void
drover_config_file_row_finalize (GObject *object)
{
  g_free (DROVER_CONFIG_FILE_ROW (object)->path);
  G_OBJECT_CLASS (drover_config_file_row_parent_class)->finalize (object);
}

static void
drover_config_file_row_class_init (DroverConfigFileRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_config_file_row_dispose;
  G_OBJECT_CLASS (klass)->finalize = drover_config_file_row_finalize;
}

static void
drover_config_file_row_init (DroverConfigFileRow *self)
{
  GtkWidget *text = gtk_label_new (NULL);
  GtkWidget *row = adw_preferences_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self),
                                 _("QEMU reads this file at each start; Drover never changes it"));
  self->text = GTK_LABEL (text);
  gtk_label_set_selectable (self->text, TRUE);
  gtk_label_set_wrap (self->text, TRUE);
  gtk_label_set_wrap_mode (self->text, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (self->text, 0);
  gtk_widget_add_css_class (text, "monospace");
  gtk_widget_set_margin_start (text, 12);
  gtk_widget_set_margin_end (text, 12);
  gtk_widget_set_margin_top (text, 12);
  gtk_widget_set_margin_bottom (text, 12);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), text);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), row);
  g_signal_connect (self, "notify::expanded", G_CALLBACK (read_file), NULL);
}

/**
 * drover_config_file_row_new:
 *
 * Returns: (transfer floating): a row that shows nothing until drover_config_file_row_set_path()
 */
GtkWidget *
drover_config_file_row_new (void)
{
  return g_object_new (DROVER_TYPE_CONFIG_FILE_ROW, NULL);
}

/**
 * drover_config_file_row_set_path:
 * @path: an absolute path
 *
 * Shows what is in that file, once the row is opened.
 */
void
drover_config_file_row_set_path (DroverConfigFileRow *self, const char *path)
{
  g_return_if_fail (DROVER_IS_CONFIG_FILE_ROW (self));

  if (!g_set_str (&self->path, path))
    return;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), path);
  drover_value_editor_name (GTK_WIDGET (self), path);
  gtk_label_set_text (self->text, "");
  read_file (self);
}
