/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-entry-editor.h"

/* Something that is typed: a text, a path with a button to choose it, a whole number with
 * buttons for one more and one less. Empty is QEMU's default. */
struct _DroverEntryEditor
{
  DroverValueEditor parent_instance;

  const DroverSetting *setting;
  DroverConfig *config;
  GtkEditable *entry;
  GtkWidget *less;
  GtkWidget *more;
  gboolean showing;
};

G_DEFINE_FINAL_TYPE (DroverEntryEditor, drover_entry_editor, DROVER_TYPE_VALUE_EDITOR)

static gboolean
is_number (DroverEntryEditor *self, const char *text, gint64 *number)
{
  return drover_integer_parse (text, number) && drover_setting_check (self->setting, text, NULL);
}

/* Half a number is no value yet. */
static gboolean
is_good (DroverEntryEditor *self, const char *text)
{
  return *text == '\0' || drover_setting_check (self->setting, text, NULL);
}

static void
update_buttons (DroverEntryEditor *self)
{
  gint64 number;
  gboolean known = is_number (self, gtk_editable_get_text (self->entry), &number);
  gint64 maximum = self->setting->maximum;

  gtk_widget_set_sensitive (self->less, known && number > self->setting->minimum);
  gtk_widget_set_sensitive (self->more, !known || maximum == 0 || number < maximum);
}

static void
changed_cb (DroverEntryEditor *self)
{
  const char *text = gtk_editable_get_text (self->entry);
  gboolean good = is_good (self, text);

  if (good)
    gtk_widget_remove_css_class (GTK_WIDGET (self->entry), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->entry), "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID,
                               good ? GTK_ACCESSIBLE_INVALID_FALSE : GTK_ACCESSIBLE_INVALID_TRUE,
                               -1);
  if (self->less != NULL)
    update_buttons (self);
  if (!self->showing && *text == '\0')
    drover_value_editor_empty (DROVER_VALUE_EDITOR (self));
  else if (!self->showing && good)
    drover_value_editor_edit (DROVER_VALUE_EDITOR (self), text);
}

static void
drover_entry_editor_show (DroverValueEditor *editor, const char *text)
{
  DroverEntryEditor *self = DROVER_ENTRY_EDITOR (editor);

  self->showing = TRUE;
  gtk_editable_set_text (self->entry, text != NULL ? text : "");
  changed_cb (self);
  self->showing = FALSE;
}

static void
drover_entry_editor_show_default (DroverValueEditor *editor, const char *text)
{
  DroverEntryEditor *self = DROVER_ENTRY_EDITOR (editor);

  gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), text);
}

static void
step (DroverEntryEditor *self, int by)
{
  g_autofree char *text = NULL;
  gint64 number;

  if (!is_number (self, gtk_editable_get_text (self->entry), &number))
    number = MAX (self->setting->minimum, 1) - by;
  text = g_strdup_printf ("%" G_GINT64_FORMAT, number + by);
  gtk_editable_set_text (self->entry, text);
}

static void
less_cb (DroverEntryEditor *self)
{
  step (self, -1);
}

static void
more_cb (DroverEntryEditor *self)
{
  step (self, 1);
}

static GtkWidget *
new_button (const char *icon, const char *name, GCallback callback, DroverEntryEditor *self)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, name);
  drover_value_editor_name (button, name);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (button, "clicked", callback, self);
  return button;
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DroverEntryEditor) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, &error);
  const char *path = file != NULL ? g_file_peek_path (file) : NULL;

  if (path != NULL)
    {
      gtk_editable_set_text (self->entry, path);
      drover_editor_end_merge (drover_config_get_editor (self->config));
    }
  else if (file != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s",
                                _("QEMU can open only files that have a path on this computer."));
  else if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
}

/* A relative path is relative to the machine's folder, in which QEMU is started. */
static GFile *
resolve (DroverEntryEditor *self)
{
  DroverMachine *machine = drover_editor_get_machine (drover_config_get_editor (self->config));
  g_autoptr (GFile) folder = g_file_new_for_path (drover_machine_get_directory (machine));
  const char *text = gtk_editable_get_text (self->entry);

  return *text != '\0' ? g_file_resolve_relative_path (folder, text) : NULL;
}

static void
choose_cb (DroverEntryEditor *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GFile) file = resolve (self);

  gtk_file_dialog_set_title (dialog, _(self->setting->title));
  if (file != NULL && g_file_query_exists (file, NULL))
    gtk_file_dialog_set_initial_file (dialog, file);
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
                        chosen_cb, g_object_ref (self));
}

static void
drover_entry_editor_dispose (GObject *object)
{
  DroverEntryEditor *self = DROVER_ENTRY_EDITOR (object);

  g_clear_object (&self->config);

  G_OBJECT_CLASS (drover_entry_editor_parent_class)->dispose (object);
}

static void
drover_entry_editor_class_init (DroverEntryEditorClass *klass)
{
  DroverValueEditorClass *editor_class = DROVER_VALUE_EDITOR_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_entry_editor_dispose;
  editor_class->show = drover_entry_editor_show;
  editor_class->show_default = drover_entry_editor_show_default;
}

static void
drover_entry_editor_init (DroverEntryEditor *self)
{
}

static void
fill (DroverEntryEditor *self, GtkBox *box)
{
  if (self->setting->kind == DROVER_SETTING_INTEGER)
    {
      self->less = new_button ("list-remove-symbolic", _("One Less"), G_CALLBACK (less_cb), self);
      self->more = new_button ("list-add-symbolic", _("One More"), G_CALLBACK (more_cb), self);
      gtk_box_append (box, self->less);
      gtk_box_append (box, self->more);
    }
  if (self->setting->kind == DROVER_SETTING_PATH)
    gtk_box_append (box, new_button ("document-open-symbolic", _("Choose a File"),
                                     G_CALLBACK (choose_cb), self));
}

/* The document has the one history; an entry's own would run beside it. */
static GtkWidget *
new_entry (DroverEntryEditor *self)
{
  GtkWidget *entry = gtk_entry_new ();
  gboolean number = self->setting->kind == DROVER_SETTING_INTEGER;

  gtk_editable_set_enable_undo (GTK_EDITABLE (entry), FALSE);
  gtk_widget_set_valign (entry, GTK_ALIGN_CENTER);
  drover_value_editor_name (entry, _(self->setting->title));
  if (number)
    {
      gtk_entry_set_input_purpose (GTK_ENTRY (entry), GTK_INPUT_PURPOSE_NUMBER);
      gtk_editable_set_width_chars (GTK_EDITABLE (entry), 8);
      gtk_editable_set_max_width_chars (GTK_EDITABLE (entry), 8);
    }
  else
    gtk_widget_set_hexpand (entry, TRUE);
  return entry;
}

static GtkWidget *
with_unit (GtkWidget *control, const char *unit)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (unit);

  gtk_widget_add_css_class (label, "dimmed");
  gtk_widget_set_hexpand (control, TRUE);
  gtk_box_append (GTK_BOX (box), control);
  gtk_box_append (GTK_BOX (box), label);
  return box;
}

/* Enter says that the typing is over. */
static void
activate_cb (DroverEntryEditor *self)
{
  drover_value_editor_commit (DROVER_VALUE_EDITOR (self));
  drover_editor_end_merge (drover_config_get_editor (self->config));
}

/**
 * drover_entry_editor_new:
 *
 * Returns: (transfer floating): the control of a text, a path or a whole number
 */
DroverValueEditor *
drover_entry_editor_new (DroverConfig *config, const DroverSetting *setting)
{
  DroverEntryEditor *self = g_object_new (DROVER_TYPE_ENTRY_EDITOR, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *entry;

  self->config = g_object_ref (config);
  self->setting = setting;
  entry = new_entry (self);
  self->entry = GTK_EDITABLE (entry);
  gtk_box_append (GTK_BOX (box), entry);
  fill (self, GTK_BOX (box));
  gtk_widget_add_css_class (box, "linked");
  adw_bin_set_child (ADW_BIN (self),
                     setting->unit != NULL ? with_unit (box, _(setting->unit)) : box);
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (entry, "activate", G_CALLBACK (activate_cb), self);
  return DROVER_VALUE_EDITOR (self);
}
