/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-add-medium-dialog.h"
#include "drover-checksums.h"
#include "drover-dex.h"

/* Takes a file that the user has, such as Windows, which only a page gives out, and compares it
 * with the checksum that stands on that page. */
struct _DroverAddMediumDialog
{
  AdwDialog parent_instance;

  DroverMedia *media;
  char *medium_title;
  char *page;
  GFile *file;
  GCancellable *cancellable; /* only while the file is read */

  GtkWidget *page_group;
  AdwActionRow *file_row;
  GtkWidget *choose;
  GtkEditable *sum;
  GtkWidget *add;
  GtkWidget *spinner;
  GtkLabel *message;
};

G_DEFINE_FINAL_TYPE (DroverAddMediumDialog, drover_add_medium_dialog, ADW_TYPE_DIALOG)

enum
{
  ADDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
show_message (DroverAddMediumDialog *self, const char *text, gboolean is_error)
{
  gtk_label_set_label (self->message, text);
  if (is_error)
    gtk_widget_add_css_class (GTK_WIDGET (self->message), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->message), "error");
}

static gboolean
is_sum_fine (DroverAddMediumDialog *self)
{
  const char *text = gtk_editable_get_text (self->sum);
  g_autofree char *sum = drover_checksums_normalise (text);

  return *text == '\0' || sum != NULL;
}

static void
update (DroverAddMediumDialog *self)
{
  const gboolean reads = self->cancellable != NULL;
  const char *why_not = NULL;

  if (reads)
    why_not = _("The file is being read");
  else if (self->file == NULL)
    why_not = _("Choose a file first");
  else if (!is_sum_fine (self))
    why_not = _("A SHA-256 has 64 digits, 0 to 9 and A to F");

  gtk_widget_set_sensitive (self->add, why_not == NULL);
  gtk_widget_set_tooltip_text (self->add, why_not);
  gtk_widget_set_visible (self->spinner, reads);
  gtk_widget_set_sensitive (self->choose, !reads);
  gtk_widget_set_sensitive (GTK_WIDGET (self->sum), !reads);
}

static void
changed_cb (DroverAddMediumDialog *self)
{
  if (is_sum_fine (self))
    show_message (self, _("The file stays where it is. Only what it is goes on record."), FALSE);
  else
    show_message (self, _("A SHA-256 has 64 digits, 0 to 9 and A to F. Spaces and line breaks do "
                          "not matter."), TRUE);
  update (self);
}

static void
launched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DroverAddMediumDialog) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!gtk_uri_launcher_launch_finish (GTK_URI_LAUNCHER (source), result, &error) &&
      !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    {
      g_autofree char *text = g_strdup_printf (_("Cannot open %s: %s"), self->page,
                                               error->message);

      show_message (self, text, TRUE);
    }
}

static void
page_cb (DroverAddMediumDialog *self)
{
  g_autoptr (GtkUriLauncher) launcher = gtk_uri_launcher_new (self->page);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  gtk_uri_launcher_launch (launcher, GTK_WINDOW (root), NULL, launched_cb, g_object_ref (self));
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DroverAddMediumDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = NULL;

  file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, &error);
  if (file != NULL)
    drover_add_medium_dialog_set_file (self, file);
  else if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    show_message (self, error->message, TRUE);
}

static void
choose_cb (DroverAddMediumDialog *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  gtk_file_dialog_set_title (dialog, _("Choose a Medium"));
  gtk_file_dialog_open (dialog, GTK_WINDOW (root), NULL, chosen_cb, g_object_ref (self));
}

static DexFuture *
added_cb (DexFuture *future, gpointer user_data)
{
  DroverAddMediumDialog *self = user_data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  g_clear_object (&self->cancellable);
  update (self);
  if (value != NULL)
    {
      g_signal_emit (self, signals[ADDED], 0, g_value_get_object (value));
      adw_dialog_force_close (ADW_DIALOG (self));
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      show_message (self, error->message, TRUE);
    }
  return dex_future_new_true ();
}

static void
add_cb (DroverAddMediumDialog *self)
{
  const DroverMediumOrigin origin = { .title = self->medium_title, .source = self->page };
  const char *sum = gtk_editable_get_text (self->sum);
  DexFuture *work;

  if (self->file == NULL || self->cancellable != NULL || !is_sum_fine (self))
    return;

  self->cancellable = g_cancellable_new ();
  if (*sum != '\0')
    work = drover_media_add_compared (self->media, g_file_peek_path (self->file), sum, &origin,
                                      self->cancellable);
  else
    work = drover_media_add (self->media, g_file_peek_path (self->file), &origin,
                             self->cancellable);
  show_message (self, _("Reading the file to find out its checksum…"), FALSE);
  update (self);
  drover_dex_forget (dex_future_finally (work, added_cb, g_object_ref (self), g_object_unref));
}

static void
drover_add_medium_dialog_closed (AdwDialog *dialog)
{
  DroverAddMediumDialog *self = DROVER_ADD_MEDIUM_DIALOG (dialog);

  g_cancellable_cancel (self->cancellable);
}

static void
drover_add_medium_dialog_dispose (GObject *object)
{
  DroverAddMediumDialog *self = DROVER_ADD_MEDIUM_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), DROVER_TYPE_ADD_MEDIUM_DIALOG);
  g_clear_object (&self->media);
  g_clear_object (&self->file);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->medium_title, g_free);
  g_clear_pointer (&self->page, g_free);

  G_OBJECT_CLASS (drover_add_medium_dialog_parent_class)->dispose (object);
}

static void
drover_add_medium_dialog_class_init (DroverAddMediumDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_add_medium_dialog_dispose;
  ADW_DIALOG_CLASS (klass)->closed = drover_add_medium_dialog_closed;

  /* DroverAddMediumDialog::added: the file is on record; with its DroverMedium */
  signals[ADDED] = g_signal_new ("added", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, DROVER_TYPE_MEDIUM);

  gtk_widget_class_set_template_from_resource (
    widget_class, RESOURCE_PATH "/downloads/drover-add-medium-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverAddMediumDialog, page_group);
  gtk_widget_class_bind_template_child (widget_class, DroverAddMediumDialog, file_row);
  gtk_widget_class_bind_template_child (widget_class, DroverAddMediumDialog, choose);
  gtk_widget_class_bind_template_child (widget_class, DroverAddMediumDialog, sum);
  gtk_widget_class_bind_template_child (widget_class, DroverAddMediumDialog, add);
  gtk_widget_class_bind_template_child (widget_class, DroverAddMediumDialog, spinner);
  gtk_widget_class_bind_template_child (widget_class, DroverAddMediumDialog, message);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_cb);
  gtk_widget_class_bind_template_callback (widget_class, page_cb);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
}

static void
drover_add_medium_dialog_init (DroverAddMediumDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * drover_add_medium_dialog_new:
 * @media: where it goes
 * @title: (nullable): what it is, for people
 * @page: (nullable): the page that gives it out
 *
 * Returns: (transfer floating): a dialog for adw_dialog_present()
 */
AdwDialog *
drover_add_medium_dialog_new (DroverMedia *media, const char *title, const char *page)
{
  DroverAddMediumDialog *self = g_object_new (DROVER_TYPE_ADD_MEDIUM_DIALOG, NULL);

  self->media = g_object_ref (media);
  self->medium_title = g_strdup (title);
  self->page = g_strdup (page);
  gtk_widget_set_visible (self->page_group, page != NULL);
  if (title != NULL)
    adw_dialog_set_title (ADW_DIALOG (self), title);
  update (self);
  return ADW_DIALOG (self);
}

/**
 * drover_add_medium_dialog_set_file:
 * @file: a file of this computer
 *
 * Chooses it, as the user does.
 */
void
drover_add_medium_dialog_set_file (DroverAddMediumDialog *self, GFile *file)
{
  g_return_if_fail (DROVER_IS_ADD_MEDIUM_DIALOG (self) && G_IS_FILE (file));

  if (g_file_peek_path (file) == NULL)
    {
      show_message (self, _("Only a file of this computer can be used"), TRUE);
      return;
    }
  g_set_object (&self->file, file);
  adw_action_row_set_subtitle (self->file_row, g_file_peek_path (file));
  update (self);
}
