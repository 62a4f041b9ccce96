/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-accelerator-row.h"
#include "drover-directory-row.h"
#include "drover-pages.h"
#include "drover-session-group.h"
#include "drover-value-editor.h"

/* What is Drover's and not QEMU's: the machine's name, notes and tags; and whose program it is. */

typedef struct
{
  DroverConfig *config;
  GtkEditable *name;
  GtkEditable *tags;
  GtkTextBuffer *notes;
  DroverSetting program_setting;
  GStrv programs;
  DroverValueEditor *program;
  GtkLabel *program_text;
  DroverDirectoryRow *directory;
  gboolean showing;
} Overview;

static void
overview_free (gpointer data)
{
  Overview *self = data;

  g_strfreev (self->programs);
  g_free (self);
}

static DroverDocument *
get_document (Overview *self)
{
  return drover_editor_get_document (drover_config_get_editor (self->config));
}

/* Consumes DOCUMENT. */
static void
apply (Overview *self, DroverDocument *document, const char *label, const char *merge)
{
  g_autoptr (DroverDocument) owned = document;
  g_autoptr (GError) error = NULL;

  if (!drover_editor_apply (drover_config_get_editor (self->config), owned, label, merge, &error))
    gtk_widget_activate_action (GTK_WIDGET (self->name), "win.toast", "s", error->message);
}

/* What the user does */

static void
name_cb (Overview *self)
{
  const char *text = gtk_editable_get_text (self->name);
  gboolean empty = *text == '\0';

  if (empty)
    gtk_widget_add_css_class (GTK_WIDGET (self->name), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->name), "error");
  if (!self->showing && !empty && get_document (self) != NULL)
    apply (self, drover_document_with_name (get_document (self), text), _("Name"), "overview.name");
}

static GStrv
split_tags (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; words[i] != NULL; i++)
    if (*g_strstrip (words[i]) != '\0')
      g_strv_builder_add (builder, words[i]);

  return g_strv_builder_end (builder);
}

static void
tags_cb (Overview *self)
{
  g_auto (GStrv) tags = split_tags (gtk_editable_get_text (self->tags));

  if (!self->showing && get_document (self) != NULL)
    apply (self, drover_document_with_tags (get_document (self), (const char *const *) tags),
           _("Tags"), "overview.tags");
}

static char *
dup_notes (Overview *self)
{
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (self->notes, &start, &end);
  return gtk_text_buffer_get_text (self->notes, &start, &end, TRUE);
}

static void
notes_cb (Overview *self)
{
  g_autofree char *text = dup_notes (self);

  if (!self->showing && get_document (self) != NULL)
    apply (self, drover_document_with_notes (get_document (self), *text != '\0' ? text : NULL),
           _("Notes"), "overview.notes");
}

static void
program_cb (Overview *self, const char *program)
{
  if (program != NULL && *program != '\0' && get_document (self) != NULL)
    apply (self, drover_document_with_program (get_document (self), program), _("Program"), NULL);
}

static void
program_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWidget) page = user_data;
  Overview *self = g_object_get_data (G_OBJECT (page), "overview");
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, &error);

  if (file != NULL && g_file_peek_path (file) != NULL)
    program_cb (self, g_file_peek_path (file));
  else if (error != NULL && !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    gtk_widget_activate_action (page, "win.toast", "s", error->message);
}

static void
choose_program_cb (GtkWidget *page)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, _("Choose a QEMU Program"));
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (page)), NULL, program_chosen_cb,
                        g_object_ref (page));
}

static void
directory_cb (Overview *self, const char *directory)
{
  if (get_document (self) != NULL)
    apply (self, drover_document_with_directory (get_document (self), directory),
           _("Folder of relative file names"), NULL);
}

/* Showing */

static void
set_text (GtkEditable *editable, const char *text)
{
  if (g_strcmp0 (gtk_editable_get_text (editable), text) != 0)
    gtk_editable_set_text (editable, text);
}

static gboolean
same_tags (Overview *self, char **tags)
{
  g_auto (GStrv) shown = split_tags (gtk_editable_get_text (self->tags));

  return g_strv_equal ((const char *const *) shown, (const char *const *) tags);
}

/* A comma that has just been typed makes no tag yet, and must not go. */
static void
show_tags (Overview *self, DroverDocument *document)
{
  g_auto (GStrv) tags = drover_document_dup_tags (document);
  g_autofree char *joined = tags != NULL ? g_strjoinv (", ", tags) : g_strdup ("");

  if (tags == NULL || !same_tags (self, tags))
    set_text (self->tags, joined);
}

static void
show_notes (Overview *self, DroverDocument *document)
{
  const char *notes = drover_document_get_notes (document);
  g_autofree char *shown = dup_notes (self);

  if (g_strcmp0 (shown, notes != NULL ? notes : "") != 0)
    gtk_text_buffer_set_text (self->notes, notes != NULL ? notes : "", -1);
}

static void
show_catalogue (Overview *self)
{
  DroverCatalogue *catalogue = drover_config_get_catalogue (self->config);
  const GError *error = drover_config_get_catalogue_error (self->config);
  g_autofree char *text = NULL;

  if (catalogue != NULL)
    text = g_strdup_printf (_("QEMU %s for %s"), drover_catalogue_get_version (catalogue),
                            drover_catalogue_get_architecture (catalogue));
  else
    text = g_strdup (error != NULL ? error->message : _("QEMU is being asked…"));
  gtk_label_set_label (self->program_text, text);
}

static void
update (Overview *self)
{
  DroverDocument *document = get_document (self);

  if (document == NULL)
    return;

  self->showing = TRUE;
  set_text (self->name, drover_document_get_name (document));
  show_tags (self, document);
  show_notes (self, document);
  drover_value_editor_show (self->program, drover_document_get_program (document));
  show_catalogue (self);
  drover_directory_row_show (self->directory, drover_document_get_directory (document),
                             drover_machine_get_folder (drover_editor_get_machine (
                               drover_config_get_editor (self->config))));
  self->showing = FALSE;
}

static void
page_update_cb (GtkWidget *page)
{
  update (g_object_get_data (G_OBJECT (page), "overview"));
}

/* Making it */

static void
add_programs (GHashTable *seen, GPtrArray *programs, const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "qemu-system-") && g_hash_table_add (seen, g_strdup (name)))
      g_ptr_array_add (programs, g_strdup (name));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GStrv
list_programs (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) folders = g_strsplit (g_getenv ("PATH") != NULL ? g_getenv ("PATH") : "",
                                       G_SEARCHPATH_SEPARATOR_S, -1);
  GPtrArray *programs = g_ptr_array_new ();

  for (guint i = 0; folders[i] != NULL; i++)
    add_programs (seen, programs, folders[i]);
  g_ptr_array_sort (programs, compare_names);
  g_ptr_array_add (programs, NULL);
  return (GStrv) g_ptr_array_free (programs, FALSE);
}

static GtkEditable *
add_entry (Overview *self, AdwPreferencesGroup *group, const char *title, GCallback callback)
{
  GtkWidget *row = adw_entry_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_editable_set_enable_undo (GTK_EDITABLE (row), FALSE);
  g_signal_connect_swapped (row, "changed", callback, self);
  adw_preferences_group_add (group, row);
  return GTK_EDITABLE (row);
}

static void
add_notes (Overview *self, AdwPreferencesGroup *group)
{
  GtkWidget *frame = gtk_scrolled_window_new ();
  GtkWidget *view = gtk_text_view_new ();

  self->notes = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  gtk_text_buffer_set_enable_undo (self->notes, FALSE);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 12);
  gtk_text_view_set_bottom_margin (GTK_TEXT_VIEW (view), 12);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 12);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (view), 12);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  drover_value_editor_name (view, _("Notes"));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (frame), view);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (frame), 100);
  gtk_widget_add_css_class (frame, "card");
  gtk_widget_add_css_class (frame, "notes");
  gtk_widget_set_overflow (frame, GTK_OVERFLOW_HIDDEN);
  g_signal_connect_swapped (self->notes, "changed", G_CALLBACK (notes_cb), self);
  adw_preferences_group_set_title (group, _("Notes"));
  adw_preferences_group_add (group, frame);
}

static GtkWidget *
new_button (const char *icon, const char *name)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, name);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  drover_value_editor_name (button, name);
  return button;
}

static GtkWidget *
new_label (const char *text, gboolean dimmed)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (dimmed)
    {
      gtk_widget_add_css_class (label, "dimmed");
      gtk_widget_add_css_class (label, "caption");
    }
  return label;
}

/* The control goes below the text where both do not fit side by side. */
static GtkWidget *
new_program_row (Overview *self, GtkWidget *browse)
{
  GtkWidget *row = adw_preferences_row_new ();
  GtkWidget *wrap = adw_wrap_box_new ();
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *controls = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->program_text = GTK_LABEL (new_label (NULL, TRUE));
  gtk_box_append (GTK_BOX (texts), new_label (_("Program"), FALSE));
  gtk_box_append (GTK_BOX (texts), GTK_WIDGET (self->program_text));
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (texts, 160, -1);
  gtk_box_append (GTK_BOX (controls), GTK_WIDGET (self->program));
  gtk_box_append (GTK_BOX (controls), browse);
  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (wrap), 12);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (wrap), 6);
  adw_wrap_box_append (ADW_WRAP_BOX (wrap), texts);
  adw_wrap_box_append (ADW_WRAP_BOX (wrap), controls);
  gtk_widget_add_css_class (wrap, "setting");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _("Program"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), wrap);
  return row;
}

static void
add_program (Overview *self, GtkWidget *page, AdwPreferencesGroup *group)
{
  GtkWidget *browse = new_button ("document-open-symbolic", _("Choose Another Program"));

  self->programs = list_programs ();
  self->program_setting = (DroverSetting) { .id = "overview.program",
                                            .title = N_("Program"),
                                            .kind = DROVER_SETTING_CHOICE,
                                            .choices = (const char *const *) self->programs };
  self->program = drover_value_editor_new (self->config, &self->program_setting);
  g_signal_connect_swapped (self->program, "edited", G_CALLBACK (program_cb), self);
  g_signal_connect_swapped (browse, "clicked", G_CALLBACK (choose_program_cb), page);
  adw_preferences_group_add (group, new_program_row (self, browse));
}

static void
add_folder (Overview *self, AdwPreferencesGroup *group)
{
  DroverMachine *machine = drover_editor_get_machine (drover_config_get_editor (self->config));
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = new_button ("folder-open-symbolic", _("Open Folder"));

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _("Folder"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), drover_machine_get_folder (machine));
  adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), TRUE);
  gtk_widget_add_css_class (row, "property");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.open-folder");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  adw_preferences_group_add (group, row);

  self->directory = DROVER_DIRECTORY_ROW (drover_directory_row_new ());
  g_signal_connect_swapped (self->directory, "chosen", G_CALLBACK (directory_cb), self);
  adw_preferences_group_add (group, GTK_WIDGET (self->directory));
}

static AdwPreferencesGroup *
add_group (GtkWidget *page)
{
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());

  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), group);
  return group;
}

/**
 * drover_overview_page_new:
 *
 * Returns: (transfer floating): what the machine is, for people
 */
GtkWidget *
drover_overview_page_new (DroverConfig *config, DroverRun *run)
{
  GtkWidget *page = adw_preferences_page_new ();
  Overview *self = g_new0 (Overview, 1);
  AdwPreferencesGroup *group = add_group (page);

  self->config = config;
  g_object_set_data_full (G_OBJECT (page), "overview", self, overview_free);
  self->name = add_entry (self, group, _("Name"), G_CALLBACK (name_cb));
  self->tags = add_entry (self, group, _("Tags, with commas between them"), G_CALLBACK (tags_cb));
  group = add_group (page);
  add_program (self, page, group);
  adw_preferences_group_add (group, drover_accelerator_row_new (run));
  add_folder (self, group);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page),
                            ADW_PREFERENCES_GROUP (drover_session_group_new (config)));
  add_notes (self, add_group (page));
  g_signal_connect_object (config, "changed", G_CALLBACK (page_update_cb), page,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (config, "notify::catalogue", G_CALLBACK (page_update_cb), page,
                           G_CONNECT_SWAPPED);
  update (self);
  return page;
}
