/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-diff-dialog.h"
#include "drover-share-dialog.h"
#include "drover-share.h"

/* A folder for the guest: which, under which name, and by which method. The arguments that it makes
 * are shown while it is put together. */
struct _DroverShareDialog
{
  AdwDialog parent_instance;

  DroverConfig *config;
  DroverDocument *result;
  char *id;
  char *suggested; /* the tag that was put in for the folder */
  gboolean updating;

  AdwEntryRow *folder;
  AdwEntryRow *tag;
  AdwSwitchRow *read_only;
  AdwActionRow *virtiofs_row;
  GtkCheckButton *virtiofs;
  AdwActionRow *plan9_row;
  GtkCheckButton *plan9;
  AdwComboRow *security;
  GtkWidget *add;
  AdwPreferencesGroup *preview;
  GtkLabel *message;
  GtkWidget *diff;
};

G_DEFINE_FINAL_TYPE (DroverShareDialog, drover_share_dialog, ADW_TYPE_DIALOG)

enum
{
  ADDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* In the order of the combo row. */
static const struct
{
  const char *model;
  const char *title;
  const char *sentence;
} models[] = {
  { "mapped-xattr", N_("Kept beside the files"),
    N_("The files are yours; the owners and rights that the guest gives them are kept in extended "
       "attributes. Right for nearly all.") },
  { "mapped-file", N_("Kept in hidden files"),
    N_("The same, in folders called .virtfs_metadata: for file systems without extended "
       "attributes.") },
  { "none", N_("Not kept"),
    N_("The files are yours, and the guest’s attempts to change owners or rights come to "
       "nothing.") },
  { "passthrough", N_("As they are"),
    N_("The guest’s users are this computer’s. QEMU can do that only as root.") },
};

static DroverDocument *
get_document (DroverShareDialog *self)
{
  return drover_editor_get_document (drover_config_get_editor (self->config));
}

static const char *
get_text (AdwEntryRow *row)
{
  return gtk_editable_get_text (GTK_EDITABLE (row));
}

static gboolean
is_virtiofs (DroverShareDialog *self)
{
  return gtk_check_button_get_active (self->virtiofs);
}

static void
build (DroverShareDialog *self, GError **error)
{
  const char *folder = get_text (self->folder);
  guint selected = adw_combo_row_get_selected (self->security);
  const char *model = models[MIN (selected, G_N_ELEMENTS (models) - 1)].model;

  g_clear_pointer (&self->result, drover_document_unref);
  g_clear_pointer (&self->id, g_free);
  if (*folder == '\0' || get_document (self) == NULL)
    return;

  self->result =
    drover_share_add (get_document (self),
                      is_virtiofs (self) ? DROVER_SHARE_VIRTIOFS : DROVER_SHARE_9P, folder,
                      get_text (self->tag), adw_switch_row_get_active (self->read_only),
                      is_virtiofs (self) ? NULL : model, &self->id, error);
}

static void
changed_cb (DroverShareDialog *self)
{
  guint selected = adw_combo_row_get_selected (self->security);
  g_autoptr (GError) error = NULL;

  g_assert (DROVER_IS_SHARE_DIALOG (self));

  if (self->updating || self->config == NULL)
    return;

  gtk_widget_set_visible (GTK_WIDGET (self->security), !is_virtiofs (self));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->security),
                               _(models[MIN (selected, G_N_ELEMENTS (models) - 1)].sentence));
  build (self, &error);
  gtk_label_set_label (self->message, error != NULL ? error->message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->message), error != NULL);
  gtk_widget_set_sensitive (self->add, self->result != NULL);
  if (self->result != NULL)
    drover_diff_view_show (self->diff, drover_document_get_arguments (get_document (self)),
                           drover_document_get_arguments (self->result), 0);
  gtk_widget_set_visible (self->diff, self->result != NULL);
}

/* A tag that was typed stays. */
static void
folder_changed_cb (DroverShareDialog *self)
{
  const char *folder = get_text (self->folder);
  const char *tag = get_text (self->tag);
  g_autofree char *suggested = NULL;

  g_assert (DROVER_IS_SHARE_DIALOG (self));

  if (self->config == NULL || get_document (self) == NULL)
    return;

  if (*folder != '\0' && (*tag == '\0' || g_strcmp0 (tag, self->suggested) == 0))
    {
      suggested = drover_share_suggest_tag (get_document (self), folder);
      g_set_str (&self->suggested, suggested);
      self->updating = TRUE;
      gtk_editable_set_text (GTK_EDITABLE (self->tag), suggested);
      self->updating = FALSE;
    }
  changed_cb (self);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DroverShareDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) folder =
    gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, &error);
  g_autofree char *path = folder != NULL ? g_file_get_path (folder) : NULL;
  const char *words = error != NULL ? error->message
                                    : _("QEMU can share only folders of this computer.");

  if (path != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->folder), path);
  else if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    {
      gtk_label_set_label (self->message, words);
      gtk_widget_set_visible (GTK_WIDGET (self->message), TRUE);
    }
}

static void
choose_cb (DroverShareDialog *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  g_assert (DROVER_IS_SHARE_DIALOG (self));

  gtk_file_dialog_set_title (dialog, _("Choose a Folder to Share"));
  gtk_file_dialog_select_folder (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL,
                                 chosen_cb, g_object_ref (self));
}

static void
add_cb (DroverShareDialog *self)
{
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;

  g_assert (DROVER_IS_SHARE_DIALOG (self));

  /* The machine may have changed meanwhile. */
  build (self, &error);
  if (self->result != NULL &&
      drover_editor_apply (drover_config_get_editor (self->config), self->result,
                           _("Folder shared"), NULL, &error))
    {
      id = g_strdup (self->id);
      g_signal_emit (self, signals[ADDED], 0, id);
      adw_dialog_close (ADW_DIALOG (self));
      return;
    }

  gtk_label_set_label (self->message, error != NULL ? error->message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->message), error != NULL);
}

static void
drover_share_dialog_dispose (GObject *object)
{
  DroverShareDialog *self = DROVER_SHARE_DIALOG (object);

  self->updating = TRUE;
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_SHARE_DIALOG);
  g_clear_object (&self->config);
  g_clear_pointer (&self->result, drover_document_unref);

  G_OBJECT_CLASS (drover_share_dialog_parent_class)->dispose (object);
}

static void
drover_share_dialog_finalize (GObject *object)
{
  DroverShareDialog *self = DROVER_SHARE_DIALOG (object);

  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->suggested, g_free);

  G_OBJECT_CLASS (drover_share_dialog_parent_class)->finalize (object);
}

static void
drover_share_dialog_class_init (DroverShareDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = drover_share_dialog_dispose;
  object_class->finalize = drover_share_dialog_finalize;

  /**
   * DroverShareDialog::added:
   * @id: the new part's id
   */
  signals[ADDED] = g_signal_new ("added", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (
    widget_class, RESOURCE_PATH "/configuration/drover-share-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverShareDialog, folder);
  gtk_widget_class_bind_template_child (widget_class, DroverShareDialog, tag);
  gtk_widget_class_bind_template_child (widget_class, DroverShareDialog, read_only);
  gtk_widget_class_bind_template_child (widget_class, DroverShareDialog, virtiofs_row);
  gtk_widget_class_bind_template_child (widget_class, DroverShareDialog, virtiofs);
  gtk_widget_class_bind_template_child (widget_class, DroverShareDialog, plan9_row);
  gtk_widget_class_bind_template_child (widget_class, DroverShareDialog, plan9);
  gtk_widget_class_bind_template_child (widget_class, DroverShareDialog, security);
  gtk_widget_class_bind_template_child (widget_class, DroverShareDialog, add);
  gtk_widget_class_bind_template_child (widget_class, DroverShareDialog, preview);
  gtk_widget_class_bind_template_child (widget_class, DroverShareDialog, message);
  gtk_widget_class_bind_template_callback (widget_class, folder_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
}

static void
name_button (GtkCheckButton *button, AdwActionRow *row)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), -1);
}

static void
drover_share_dialog_init (DroverShareDialog *self)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_add_css_class (GTK_WIDGET (self->message), "error");
  name_button (self->virtiofs, self->virtiofs_row);
  name_button (self->plan9, self->plan9_row);
  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    gtk_string_list_append (titles, _(models[i].title));
  adw_combo_row_set_model (self->security, G_LIST_MODEL (titles));
  self->diff = drover_diff_view_new ();
  adw_preferences_group_add (self->preview, self->diff);
}

/* What is not installed cannot be chosen, and says so. */
static void
look_for_virtiofsd (DroverShareDialog *self)
{
  g_autoptr (GError) missing = NULL;
  g_autofree char *program = drover_virtiofs_find (&missing);

  if (program != NULL)
    return;

  gtk_check_button_set_active (self->plan9, TRUE);
  gtk_widget_set_sensitive (GTK_WIDGET (self->virtiofs_row), FALSE);
  adw_action_row_set_subtitle (self->virtiofs_row, missing->message);
}

/**
 * drover_share_dialog_new:
 * @config: of the machine that is to see a folder
 *
 * Returns: (transfer floating): a dialog for adw_dialog_present()
 */
DroverShareDialog *
drover_share_dialog_new (DroverConfig *config)
{
  DroverShareDialog *self = g_object_new (DROVER_TYPE_SHARE_DIALOG, NULL);

  self->config = g_object_ref (config);
  look_for_virtiofsd (self);
  changed_cb (self);
  return self;
}
