/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-dex.h"
#include "drover-directory-row.h"
#include "drover-export.h"
#include "drover-import-dialog.h"
#include "drover-import-summary.h"
#include "drover-import.h"

/* How long the text must stay as it is before it is read, so that typing goes on smoothly. */
#define READ_AFTER_MSEC 150

/* Nobody's command line is longer; a disk image is. */
#define FILE_LIMIT (8 * 1024 * 1024)

/* Makes a machine from a command line that was pasted, opened or dropped. */
struct _DroverImportDialog
{
  AdwDialog parent_instance;

  DroverLibrary *library;
  DroverImport *import;          /* NULL when the text has no command */
  DroverDocument *document;      /* what Create makes; NULL when it cannot */
  DroverOptionTable *options;    /* what the program has said of its own; NULL before */
  char *options_program;         /* which program, with which options */
  char *directory;               /* of relative file names; NULL: the machine's own folder */
  gboolean updating;             /* the rows are written, not edited */
  gboolean name_edited;
  gsize error_start;
  gsize error_end;
  guint read_source;
  GPtrArray *variable_rows;

  AdwToolbarView *toolbar_view;
  GtkWidget *create;
  GtkTextView *text;
  GtkRevealer *error_revealer;
  GtkWidget *error_button;
  GtkLabel *error;
  GtkWidget *machine_group;
  GtkWidget *command;
  GtkStringList *commands;
  GtkEditable *name;
  GtkEditable *program;
  DroverDirectoryRow *directory_row;
  AdwPreferencesGroup *variables_group;
  DroverImportSummary *summary;
  AdwPreferencesGroup *summary_group;
};

G_DEFINE_FINAL_TYPE (DroverImportDialog, drover_import_dialog, ADW_TYPE_DIALOG)

enum
{
  CREATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* A text that was not imported is there again when the dialog is opened anew. */
static char *kept_text;

static GtkTextBuffer *
get_buffer (DroverImportDialog *self)
{
  return gtk_text_view_get_buffer (self->text);
}

static char *
dup_text (DroverImportDialog *self)
{
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (get_buffer (self), &start, &end);
  return gtk_text_buffer_get_text (get_buffer (self), &start, &end, TRUE);
}

/* Places */

static void
get_range (DroverImportDialog *self, gsize start, gsize end, GtkTextIter *from, GtkTextIter *to)
{
  g_autofree char *text = dup_text (self);
  gsize length = strlen (text);

  start = MIN (start, length);
  end = CLAMP (end, start, length);
  gtk_text_buffer_get_iter_at_offset (get_buffer (self), from, g_utf8_strlen (text, start));
  gtk_text_buffer_get_iter_at_offset (get_buffer (self), to, g_utf8_strlen (text, end));
}

static void
select_range (DroverImportDialog *self, gsize start, gsize end)
{
  GtkTextIter from;
  GtkTextIter to;

  get_range (self, start, end, &from, &to);
  gtk_text_buffer_select_range (get_buffer (self), &from, &to);
  gtk_text_view_scroll_to_iter (self->text, &from, 0.1, FALSE, 0, 0);
  gtk_widget_grab_focus (GTK_WIDGET (self->text));
}

static void
unmark_error (DroverImportDialog *self)
{
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (get_buffer (self), &start, &end);
  gtk_text_buffer_remove_tag_by_name (get_buffer (self), "error", &start, &end);
  self->error_start = self->error_end = 0;
}

/* The parser's message has line, column and byte, in this order. */
static gboolean
find_byte (const char *message, gsize *byte)
{
  g_autoptr (GRegex) regex = g_regex_new ("^\\D*\\d+\\D+\\d+\\D+(\\d+)", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *number = NULL;

  if (!g_regex_match (regex, message, 0, &match))
    return FALSE;

  number = g_match_info_fetch (match, 1);
  *byte = g_ascii_strtoull (number, NULL, 10);
  return TRUE;
}

static void
mark_error (DroverImportDialog *self, const char *message)
{
  GtkTextIter from;
  GtkTextIter to;
  gsize byte;

  if (!find_byte (message, &byte))
    return;

  get_range (self, byte, byte, &from, &to);
  if (!gtk_text_iter_ends_line (&to))
    gtk_text_iter_forward_to_line_end (&to);
  gtk_text_buffer_apply_tag_by_name (get_buffer (self), "error", &from, &to);
  self->error_start = byte;
  self->error_end = byte;
}

static void
error_clicked_cb (DroverImportDialog *self)
{
  select_range (self, self->error_start, self->error_end);
}

static void
set_error (DroverImportDialog *self, const char *message)
{
  gtk_label_set_label (self->error, message != NULL ? message : "");
  gtk_revealer_set_reveal_child (self->error_revealer, message != NULL);
}

/* What is made */

static void
set_document (DroverImportDialog *self, DroverDocument *document, const char *why_not)
{
  g_clear_pointer (&self->document, drover_document_unref);
  self->document = document;
  gtk_widget_set_sensitive (self->create, document != NULL);
  gtk_widget_set_tooltip_text (self->create, document != NULL ? NULL : why_not);
}

static void
set_entry (GtkEditable *entry, const char *text)
{
  /* Setting an equal text would move the cursor. */
  if (!g_str_equal (gtk_editable_get_text (entry), text))
    gtk_editable_set_text (entry, text);
}

static void
show_directory (DroverImportDialog *self)
{
  drover_directory_row_show (self->directory_row, self->directory, NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->directory_row),
                          drover_export_needs_directory (self->document));
}

static void
directory_chosen_cb (DroverImportDialog *self, const char *directory)
{
  g_assert (DROVER_IS_IMPORT_DIALOG (self));

  g_set_str (&self->directory, directory);
  if (self->document != NULL)
    show_directory (self);
}

static void
show_document (DroverImportDialog *self, GPtrArray *notices)
{
  show_directory (self);
  if (!self->name_edited)
    {
      g_autofree char *name =
        drover_library_dup_free_name (self->library, drover_document_get_name (self->document));

      self->updating = TRUE;
      set_entry (self->name, name);
      self->updating = FALSE;
    }
  drover_import_summary_show (self->summary, self->document, notices);
}

static void
make_document (DroverImportDialog *self)
{
  g_autoptr (GPtrArray) notices = NULL;
  g_autoptr (GError) error = NULL;
  DroverDocument *document;

  if (self->import == NULL)
    return;

  document = drover_import_make_document (
    self->import, NULL,
    self->options != NULL ? self->options : drover_option_table_get_built_in (), &notices, &error);
  set_document (self, document, error != NULL ? error->message : NULL);
  set_error (self, error != NULL ? error->message : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->summary_group), document != NULL);
  if (document != NULL)
    show_document (self, notices);
}

typedef struct
{
  DroverImportDialog *dialog;
  char *program;
  char *key;
  GStrv names;
} Learning;

static void
learning_free (gpointer data)
{
  Learning *learning = data;

  g_object_unref (learning->dialog);
  g_free (learning->program);
  g_free (learning->key);
  g_strfreev (learning->names);
  g_free (learning);
}

static DexFuture *
learn_fiber (gpointer user_data)
{
  Learning *learning = user_data;
  DroverImportDialog *self = learning->dialog;
  g_autoptr (DroverOptionTable) options = dex_await_boxed (
    drover_option_table_learn (learning->program, (const char *const *) learning->names), NULL);

  /* Without an answer the built-in table goes on to serve. */
  if (options != NULL && self->import != NULL &&
      g_strcmp0 (self->options_program, learning->key) == 0)
    {
      self->options = g_steal_pointer (&options);
      make_document (self);
    }

  return dex_future_new_true ();
}

/* Which options take a value is the program's to say, which takes it a moment. */
static void
learn_options (DroverImportDialog *self)
{
  const char *program = drover_import_get_program (self->import);
  g_auto (GStrv) names = drover_import_dup_options (self->import);
  g_autofree char *joined = g_strjoinv (" ", names);
  g_autofree char *key = g_strdup_printf ("%s %s", program != NULL ? program : "", joined);
  Learning *learning;

  if (program == NULL || *program == '\0' || g_strcmp0 (key, self->options_program) == 0)
    return;

  g_set_str (&self->options_program, key);
  g_clear_pointer (&self->options, drover_option_table_unref);
  learning = g_new0 (Learning, 1);
  learning->dialog = g_object_ref (self);
  learning->program = g_strdup (program);
  learning->key = g_steal_pointer (&key);
  learning->names = g_steal_pointer (&names);
  dex_future_disown (drover_dex_spawn (learn_fiber, learning, learning_free));
}

static void
update_document (DroverImportDialog *self)
{
  learn_options (self);
  make_document (self);
}

/* Variables */

static void
variable_changed_cb (DroverImportDialog *self, GtkEditable *row)
{
  const char *name = g_object_get_data (G_OBJECT (row), "variable");
  gboolean has_proposal = g_object_get_data (G_OBJECT (row), "proposal") != NULL;
  gboolean is_place = g_object_get_data (G_OBJECT (row), "is-place") != NULL;
  const char *value = gtk_editable_get_text (row);

  if (self->updating || self->import == NULL)
    return;

  drover_import_set_variable (self->import, name,
                              *value != '\0' || (has_proposal && !is_place) ? value : NULL);
  update_document (self);
}

static void
clear_variables (DroverImportDialog *self)
{
  for (guint i = 0; i < self->variable_rows->len; i++)
    adw_preferences_group_remove (self->variables_group, self->variable_rows->pdata[i]);
  g_ptr_array_set_size (self->variable_rows, 0);
  gtk_widget_set_visible (GTK_WIDGET (self->variables_group), FALSE);
}

static void
add_variable (DroverImportDialog *self, const DroverImportVariable *variable)
{
  GtkWidget *row = adw_entry_row_new ();
  const char *value = variable->value != NULL ? variable->value : variable->proposal;

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), variable->name);
  g_object_set_data_full (G_OBJECT (row), "variable", g_strdup (variable->name), g_free);
  g_object_set_data (G_OBJECT (row), "is-place", GINT_TO_POINTER (variable->is_place));
  g_object_set_data_full (G_OBJECT (row), "proposal", g_strdup (variable->proposal), g_free);
  gtk_editable_set_text (GTK_EDITABLE (row), value != NULL ? value : "");
  g_signal_connect_object (row, "changed", G_CALLBACK (variable_changed_cb), self,
                           G_CONNECT_SWAPPED);
  adw_preferences_group_add (self->variables_group, row);
  g_ptr_array_add (self->variable_rows, row);
}

/* What is proposed for a command that is not run stands in its row, so it has to count. */
static void
take_proposals (DroverImportDialog *self)
{
  g_autoptr (GPtrArray) variables = g_ptr_array_ref (drover_import_get_variables (self->import));

  for (guint i = 0; i < variables->len; i++)
    {
      const DroverImportVariable *variable = variables->pdata[i];

      if (variable->is_place && variable->value == NULL && variable->proposal != NULL)
        drover_import_set_variable (self->import, variable->name, variable->proposal);
    }
}

static void
show_variables (DroverImportDialog *self)
{
  GPtrArray *variables;

  take_proposals (self);
  variables = drover_import_get_variables (self->import);

  clear_variables (self);
  for (guint i = 0; i < variables->len; i++)
    add_variable (self, variables->pdata[i]);
  gtk_widget_set_visible (GTK_WIDGET (self->variables_group), variables->len > 0);
}

/* The text */

static void
show_command (DroverImportDialog *self)
{
  const char *program;

  drover_import_set_program (self->import, NULL);
  program = drover_import_get_program (self->import);
  self->updating = TRUE;
  set_entry (self->program, program != NULL ? program : "");
  self->updating = FALSE;
  show_variables (self);
  update_document (self);
}

static void
show_commands (DroverImportDialog *self)
{
  guint n = drover_import_get_n_commands (self->import);

  self->updating = TRUE;
  gtk_string_list_splice (self->commands, 0, g_list_model_get_n_items (G_LIST_MODEL (self->commands)),
                          NULL);
  for (guint i = 0; i < n; i++)
    gtk_string_list_take (self->commands, drover_import_dup_command_title (self->import, i));
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->command),
                              drover_import_get_chosen (self->import));
  self->updating = FALSE;
  gtk_widget_set_visible (self->command, n > 1);
}

static DroverImport *
parse (const char *text, GError **error)
{
  return text[strspn (text, " \t\r\n")] == '[' ? drover_import_new_from_json (text, -1, error)
                                               : drover_import_new_from_text (text, -1, error);
}

static void
read_text (DroverImportDialog *self)
{
  g_autofree char *text = dup_text (self);
  gboolean is_empty = text[strspn (text, " \t\r\n")] == '\0';
  g_autoptr (GError) error = NULL;

  g_clear_handle_id (&self->read_source, g_source_remove);
  g_clear_object (&self->import);
  unmark_error (self);
  if (!is_empty)
    self->import = parse (text, &error);

  gtk_widget_set_visible (self->machine_group, self->import != NULL);
  if (self->import != NULL)
    {
      set_error (self, NULL);
      show_commands (self);
      show_command (self);
      return;
    }

  clear_variables (self);
  gtk_widget_set_visible (GTK_WIDGET (self->summary_group), FALSE);
  set_document (self, NULL, is_empty ? _("Paste a command line first") : error->message);
  set_error (self, is_empty ? NULL : error->message);
  if (!is_empty)
    mark_error (self, error->message);
}

static void
read_cb (gpointer user_data)
{
  DroverImportDialog *self = user_data;

  self->read_source = 0;
  read_text (self);
}

/* Until the new text is read, the old one must not be created. */
static void
text_changed_cb (DroverImportDialog *self)
{
  g_clear_handle_id (&self->read_source, g_source_remove);
  self->read_source = g_timeout_add_once (READ_AFTER_MSEC, read_cb, self);
  set_document (self, NULL, _("The text is being read"));
}

static void
command_selected_cb (DroverImportDialog *self)
{
  guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (self->command));

  if (self->updating || self->import == NULL || selected == GTK_INVALID_LIST_POSITION)
    return;

  drover_import_choose (self->import, selected);
  show_command (self);
}

static void
name_changed_cb (DroverImportDialog *self)
{
  if (!self->updating)
    self->name_edited = *gtk_editable_get_text (self->name) != '\0';
}

static void
program_changed_cb (DroverImportDialog *self)
{
  const char *program = gtk_editable_get_text (self->program);

  if (self->updating || self->import == NULL)
    return;

  drover_import_set_program (self->import, *program != '\0' ? program : NULL);
  update_document (self);
}

static void
place_chosen_cb (DroverImportDialog *self, guint64 start, guint64 end)
{
  select_range (self, start, end);
}

static void
create_clicked_cb (DroverImportDialog *self)
{
  const char *name = gtk_editable_get_text (self->name);
  g_autofree char *free_name = NULL;
  g_autoptr (DroverDocument) named = NULL;
  g_autoptr (DroverDocument) document = NULL;
  g_autoptr (GError) error = NULL;
  DroverMachine *machine;

  free_name = drover_library_dup_free_name (
    self->library, *name != '\0' ? name : drover_document_get_name (self->document));
  named = drover_document_with_name (self->document, free_name);
  if (self->directory != NULL && drover_export_needs_directory (named))
    document = drover_document_with_directory (named, self->directory);
  else
    document = g_steal_pointer (&named);
  machine = drover_library_create (self->library, document, &error);
  if (machine == NULL)
    {
      set_error (self, error->message);
      return;
    }

  gtk_text_buffer_set_text (get_buffer (self), "", 0);
  g_signal_emit (self, signals[CREATED], 0, machine);
  adw_dialog_close (ADW_DIALOG (self));
}

/* Files */

static GBytes *
load (GFile *file, GError **error)
{
  g_autoptr (GFileInfo) info = dex_await_object (
    dex_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE, G_FILE_QUERY_INFO_NONE,
                         G_PRIORITY_DEFAULT), error);
  g_autofree char *name = g_file_get_basename (file);
  g_autoptr (GBytes) bytes = NULL;

  if (info == NULL)
    return NULL;
  if (g_file_info_get_size (info) > FILE_LIMIT)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _("“%s” is too large to be a command line"), name);
      return NULL;
    }

  bytes = dex_await_boxed (dex_file_load_contents_bytes (file), error);
  if (bytes != NULL &&
      !g_utf8_validate (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("“%s” is not a text file"), name);
      return NULL;
    }

  return g_steal_pointer (&bytes);
}

typedef struct
{
  DroverImportDialog *dialog;
  GFile *file;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *opening = data;

  g_object_unref (opening->dialog);
  g_object_unref (opening->file);
  g_free (opening);
}

static DexFuture *
open_fiber (gpointer user_data)
{
  Opening *opening = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = load (opening->file, &error);
  DroverImportDialog *self = opening->dialog;
  g_autofree char *text = NULL;

  if (self->text == NULL)
    return dex_future_new_true ();
  if (bytes == NULL)
    {
      set_error (self, error->message);
      return dex_future_new_true ();
    }

  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  drover_import_dialog_set_text (self, text);
  return dex_future_new_true ();
}

/**
 * drover_import_dialog_open_file:
 * @file: a file with a command line in it
 *
 * Takes its text.
 */
void
drover_import_dialog_open_file (DroverImportDialog *self, GFile *file)
{
  Opening *opening;

  g_return_if_fail (DROVER_IS_IMPORT_DIALOG (self));

  if (g_file_peek_path (file) != NULL)
    {
      g_free (self->directory);
      self->directory = g_path_get_dirname (g_file_peek_path (file));
    }
  opening = g_new0 (Opening, 1);
  opening->dialog = g_object_ref (self);
  opening->file = g_object_ref (file);
  dex_future_disown (drover_dex_spawn (open_fiber, opening, opening_free));
}

static void
file_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DroverImportDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, &error);

  if (self->text == NULL)
    return;
  if (file != NULL)
    drover_import_dialog_open_file (self, file);
  else if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    set_error (self, error->message);
}

/**
 * drover_import_dialog_choose_file:
 *
 * Asks for a file to take the text from.
 */
void
drover_import_dialog_choose_file (DroverImportDialog *self)
{
  g_autoptr (GtkFileDialog) dialog = NULL;

  g_return_if_fail (DROVER_IS_IMPORT_DIALOG (self));

  dialog = gtk_file_dialog_new ();
  gtk_file_dialog_set_title (dialog, _("Open a Command Line"));
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
                        file_chosen_cb, g_object_ref (self));
}

static gboolean
drop_cb (DroverImportDialog *self, const GValue *value)
{
  GSList *files = g_value_get_boxed (value);

  if (files == NULL)
    return FALSE;

  drover_import_dialog_open_file (self, files->data);
  return TRUE;
}

/* The dialog itself */

static void
closed_cb (DroverImportDialog *self)
{
  g_autofree char *text = dup_text (self);

  g_set_str (&kept_text, text);
}

static void
drover_import_dialog_dispose (GObject *object)
{
  DroverImportDialog *self = DROVER_IMPORT_DIALOG (object);

  g_clear_handle_id (&self->read_source, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_IMPORT_DIALOG);
  g_clear_pointer (&self->variable_rows, g_ptr_array_unref);
  g_clear_pointer (&self->directory, g_free);
  g_clear_object (&self->summary);
  g_clear_object (&self->library);
  g_clear_object (&self->import);
  g_clear_pointer (&self->document, drover_document_unref);
  g_clear_pointer (&self->options, drover_option_table_unref);
  g_clear_pointer (&self->options_program, g_free);

  G_OBJECT_CLASS (drover_import_dialog_parent_class)->dispose (object);
}

static void
drover_import_dialog_class_init (DroverImportDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_import_dialog_dispose;

  /**
   * DroverImportDialog::created:
   * @machine: the new machine
   *
   * A machine was made; the dialog closes.
   */
  signals[CREATED] = g_signal_new ("created", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, DROVER_TYPE_MACHINE);

  g_type_ensure (DROVER_TYPE_DIRECTORY_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               RESOURCE_PATH "/import/drover-import-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverImportDialog, toolbar_view);
  gtk_widget_class_bind_template_child (widget_class, DroverImportDialog, create);
  gtk_widget_class_bind_template_child (widget_class, DroverImportDialog, text);
  gtk_widget_class_bind_template_child (widget_class, DroverImportDialog, error_revealer);
  gtk_widget_class_bind_template_child (widget_class, DroverImportDialog, error_button);
  gtk_widget_class_bind_template_child (widget_class, DroverImportDialog, error);
  gtk_widget_class_bind_template_child (widget_class, DroverImportDialog, machine_group);
  gtk_widget_class_bind_template_child (widget_class, DroverImportDialog, command);
  gtk_widget_class_bind_template_child (widget_class, DroverImportDialog, commands);
  gtk_widget_class_bind_template_child (widget_class, DroverImportDialog, name);
  gtk_widget_class_bind_template_child (widget_class, DroverImportDialog, program);
  gtk_widget_class_bind_template_child (widget_class, DroverImportDialog, variables_group);
  gtk_widget_class_bind_template_child (widget_class, DroverImportDialog, summary_group);
  gtk_widget_class_bind_template_callback (widget_class, adw_dialog_close);
  gtk_widget_class_bind_template_callback (widget_class, create_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, error_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, command_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, directory_chosen_cb);
  gtk_widget_class_bind_template_child (widget_class, DroverImportDialog, directory_row);
  gtk_widget_class_bind_template_callback (widget_class, name_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, program_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, drover_import_dialog_choose_file);
}

static void
drover_import_dialog_init (DroverImportDialog *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  self->variable_rows = g_ptr_array_new ();
  self->directory = g_strdup (g_get_home_dir ());
  gtk_widget_init_template (GTK_WIDGET (self));
  self->summary = drover_import_summary_new (self->summary_group);
  g_signal_connect_object (self->summary, "place-chosen", G_CALLBACK (place_chosen_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_text_buffer_create_tag (get_buffer (self), "error", "underline", PANGO_UNDERLINE_ERROR,
                              NULL);
  gtk_text_buffer_set_text (get_buffer (self), kept_text != NULL ? kept_text : "", -1);
  g_signal_connect_object (get_buffer (self), "changed", G_CALLBACK (text_changed_cb), self,
                           G_CONNECT_SWAPPED);

  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (target), GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (GTK_WIDGET (self->toolbar_view), GTK_EVENT_CONTROLLER (target));
  g_signal_connect (self, "closed", G_CALLBACK (closed_cb), NULL);
}

/**
 * drover_import_dialog_new:
 * @library: where the machine is to be made
 *
 * Returns: (transfer floating): a dialog, with the text that was left in the last one
 */
DroverImportDialog *
drover_import_dialog_new (DroverLibrary *library)
{
  DroverImportDialog *self = g_object_new (DROVER_TYPE_IMPORT_DIALOG, NULL);

  self->library = g_object_ref (library);
  read_text (self);
  return self;
}

/**
 * drover_import_dialog_set_text:
 * @text: what was pasted, opened or dropped
 *
 * Replaces the text, as one step to undo.
 */
void
drover_import_dialog_set_text (DroverImportDialog *self, const char *text)
{
  GtkTextIter start;
  GtkTextIter end;

  g_return_if_fail (DROVER_IS_IMPORT_DIALOG (self));

  /* Not set_text(), which can not be undone. */
  gtk_text_buffer_begin_user_action (get_buffer (self));
  gtk_text_buffer_get_bounds (get_buffer (self), &start, &end);
  gtk_text_buffer_delete (get_buffer (self), &start, &end);
  gtk_text_buffer_insert (get_buffer (self), &start, text, -1);
  gtk_text_buffer_end_user_action (get_buffer (self));
  read_text (self);
}
