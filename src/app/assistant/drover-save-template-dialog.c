/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-assistant-page.h"
#include "drover-save-template-dialog.h"
#include "drover-template-save.h"
#include "drover-templates.h"

/* Makes a template of a machine: one of the user's own, or a file to give away. */
struct _DroverSaveTemplateDialog
{
  AdwDialog parent_instance;

  DroverMachine *machine;
  GtkWidget *title;
  GtkWidget *summary;
  AdwPreferencesGroup *left_out;
  GtkWidget *save;
  GtkWidget *share;
};

G_DEFINE_FINAL_TYPE (DroverSaveTemplateDialog, drover_save_template_dialog, ADW_TYPE_DIALOG)

enum
{
  SAVED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static DroverTemplate *
make_template (DroverSaveTemplateDialog *self, GStrv *left_out, GError **error)
{
  g_autofree char *title = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->title)));
  g_autofree char *summary = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->summary)));
  g_autofree char *id = drover_template_id_from_title (g_strstrip (title));

  return drover_template_new_from_document (drover_machine_get_document (self->machine),
                                            drover_machine_get_directory (self->machine), id, title,
                                            *g_strstrip (summary) != '\0' ? summary : NULL,
                                            left_out, error);
}

static void
check (DroverSaveTemplateDialog *self)
{
  g_autofree char *title = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->title)));
  gboolean named = *g_strstrip (title) != '\0';

  g_assert (DROVER_IS_SAVE_TEMPLATE_DIALOG (self));

  drover_assistant_set_problem (self->title, named ? NULL : _("The template needs a title"));
  gtk_widget_set_sensitive (self->save, named);
  gtk_widget_set_sensitive (self->share, named);
}

static void
save_clicked_cb (DroverSaveTemplateDialog *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverTemplate) template = make_template (self, NULL, &error);

  if (template == NULL || !drover_templates_save (template, FALSE, &error))
    {
      drover_assistant_set_problem (self->title, error->message);
      return;
    }
  g_signal_emit (self, signals[SAVED], 0, _("The template is in the gallery now"));
  adw_dialog_close (ADW_DIALOG (self));
}

static void
file_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DroverSaveTemplateDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, &error);
  g_autoptr (DroverTemplate) template = NULL;

  if (self->machine == NULL || g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    return;

  if (file != NULL && g_file_peek_path (file) == NULL)
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                 _("A template can only be saved on this computer"));
  if (error == NULL)
    template = make_template (self, NULL, &error);
  if (template == NULL || !drover_template_export (template, g_file_peek_path (file), &error))
    {
      drover_assistant_set_problem (self->title, error->message);
      return;
    }
  g_signal_emit (self, signals[SAVED], 0, _("The template was saved"));
  adw_dialog_close (ADW_DIALOG (self));
}

static void
share_cb (DroverSaveTemplateDialog *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autofree char *id =
    drover_template_id_from_title (gtk_editable_get_text (GTK_EDITABLE (self->title)));
  g_autofree char *name = g_strconcat (id, DROVER_TEMPLATE_SUFFIX, NULL);

  gtk_file_dialog_set_title (dialog, _("Save the Template as a File"));
  gtk_file_dialog_set_initial_name (dialog, name);
  gtk_file_dialog_save (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
                        file_chosen_cb, g_object_ref (self));
}

static void
show_left_out (DroverSaveTemplateDialog *self)
{
  g_auto (GStrv) left_out = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverTemplate) template = make_template (self, &left_out, &error);

  if (template == NULL)
    drover_assistant_set_problem (self->title, error->message);
  for (guint i = 0; left_out != NULL && left_out[i] != NULL; i++)
    {
      GtkWidget *row = adw_action_row_new ();

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), left_out[i]);
      adw_preferences_group_add (self->left_out, row);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->left_out), left_out != NULL && left_out[0] != NULL);
}

static void
drover_save_template_dialog_dispose (GObject *object)
{
  DroverSaveTemplateDialog *self = DROVER_SAVE_TEMPLATE_DIALOG (object);

  g_clear_object (&self->machine);

  G_OBJECT_CLASS (drover_save_template_dialog_parent_class)->dispose (object);
}

static void
drover_save_template_dialog_class_init (DroverSaveTemplateDialogClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_save_template_dialog_dispose;

  /**
   * DroverSaveTemplateDialog::saved:
   * @message: what became of it, for the user
   */
  signals[SAVED] = g_signal_new ("saved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static GtkWidget *
create_header (DroverSaveTemplateDialog *self)
{
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *cancel = gtk_button_new_with_mnemonic (_("_Cancel"));

  self->save = gtk_button_new_with_mnemonic (_("_Save"));
  gtk_widget_add_css_class (self->save, "suggested-action");
  g_signal_connect_object (cancel, "clicked", G_CALLBACK (adw_dialog_close), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->save, "clicked", G_CALLBACK (save_clicked_cb), self,
                           G_CONNECT_SWAPPED);
  adw_header_bar_set_show_start_title_buttons (ADW_HEADER_BAR (header), FALSE);
  adw_header_bar_set_show_end_title_buttons (ADW_HEADER_BAR (header), FALSE);
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), cancel);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), self->save);
  return header;
}

static GtkWidget *
create_content (DroverSaveTemplateDialog *self)
{
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *texts = adw_preferences_group_new ();
  GtkWidget *sharing = adw_preferences_group_new ();

  self->title = drover_assistant_add_entry (ADW_PREFERENCES_GROUP (texts), _("Title"));
  self->summary = drover_assistant_add_entry (ADW_PREFERENCES_GROUP (texts), _("Summary"));
  adw_preferences_group_set_description (
    ADW_PREFERENCES_GROUP (texts),
    _("All arguments are kept, with their notes. A machine made from the template gets a new, "
      "empty disk."));
  g_signal_connect_object (self->title, "changed", G_CALLBACK (check), self, G_CONNECT_SWAPPED);

  self->left_out = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  adw_preferences_group_set_title (self->left_out, _("Left Out"));

  self->share = adw_button_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->share), _("Save as a _File to Share…"));
  adw_preferences_row_set_use_underline (ADW_PREFERENCES_ROW (self->share), TRUE);
  g_signal_connect_object (self->share, "activated", G_CALLBACK (share_cb), self,
                           G_CONNECT_SWAPPED);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (sharing), self->share);

  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (texts));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), self->left_out);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (sharing));
  return page;
}

static void
drover_save_template_dialog_init (DroverSaveTemplateDialog *self)
{
  GtkWidget *view = adw_toolbar_view_new ();

  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), create_header (self));
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), create_content (self));
  adw_dialog_set_child (ADW_DIALOG (self), view);
  adw_dialog_set_title (ADW_DIALOG (self), _("Save as Template"));
  adw_dialog_set_content_width (ADW_DIALOG (self), 480);
  adw_dialog_set_content_height (ADW_DIALOG (self), 560);
}

/**
 * drover_save_template_dialog_new:
 * @machine: a machine whose file can be read
 *
 * Returns: (transfer floating): a dialog that makes a template of it
 */
DroverSaveTemplateDialog *
drover_save_template_dialog_new (DroverMachine *machine)
{
  DroverSaveTemplateDialog *self = g_object_new (DROVER_TYPE_SAVE_TEMPLATE_DIALOG, NULL);

  self->machine = g_object_ref (machine);
  gtk_editable_set_text (GTK_EDITABLE (self->title), drover_machine_get_name (machine));
  show_left_out (self);
  return self;
}
