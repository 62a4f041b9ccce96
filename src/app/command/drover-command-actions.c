/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "drover-command-view-private.h"
#include "drover-export.h"
#include "drover-part-actions.h"
#include "drover-shell.h"

/* What the command view can do with the machine and with one argument. */

static DroverDocument *
get_document (DroverCommandView *self)
{
  return drover_editor_get_document (drover_config_get_editor (self->config));
}

/* It as a shell reads it. */
static char *
dup_line (DroverArgument *argument)
{
  const char *const words[] = { drover_argument_get_flag (argument),
                                drover_argument_get_value (argument), NULL };

  return drover_shell_from_argv (words[0] != NULL ? words : words + 1);
}

static void
toast (DroverCommandView *self, const char *text)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", text);
}

static void
copy (DroverCommandView *self, const char *text, const char *done)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  toast (self, done);
}

/* The argument that the menu is for; %NULL when there is none. */
static DroverArgument *
get_argument (DroverCommandView *self)
{
  if (self->arguments == NULL || self->argument < 0 ||
      self->argument >= (int) self->arguments->len)
    return NULL;

  return self->arguments->pdata[self->argument];
}

/* @argument: (transfer full) (nullable): what is to be in its place; %NULL for nothing */
static void
replace_argument (DroverCommandView *self, DroverArgument *argument, const char *label)
{
  g_autoptr (GPtrArray) arguments =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);

  for (guint i = 0; i < self->arguments->len; i++)
    if ((int) i != self->argument)
      g_ptr_array_add (arguments, drover_argument_ref (self->arguments->pdata[i]));
    else if (argument != NULL)
      g_ptr_array_add (arguments, argument);

  drover_config_apply (self->config, arguments, label, NULL);
}

static void
toggle_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverCommandView *self = DROVER_COMMAND_VIEW (widget);
  DroverArgument *argument;
  gboolean enabled;

  if (!_drover_command_view_flush (self) || (argument = get_argument (self)) == NULL)
    return;

  enabled = drover_argument_get_enabled (argument);
  replace_argument (self, drover_argument_with_enabled (argument, !enabled),
                    enabled ? _("Switch off an option") : _("Switch on an option"));
}

static void
remove_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverCommandView *self = DROVER_COMMAND_VIEW (widget);

  if (_drover_command_view_flush (self) && get_argument (self) != NULL)
    replace_argument (self, NULL, _("Remove an option"));
}

static void
copy_argument_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverCommandView *self = DROVER_COMMAND_VIEW (widget);
  DroverArgument *argument;
  g_autofree char *text = NULL;

  if (!_drover_command_view_flush (self) || (argument = get_argument (self)) == NULL)
    return;

  text = dup_line (argument);
  copy (self, text, _("Option copied"));
}

/* Where the note ends, or where one can be written. */
static void
find_note_end (DroverCommandView *self, GtkTextIter *at)
{
  GtkTextIter start;

  drover_command_buffer_find_range (self->buffer, self->argument, 0, 0, &start, at);
  if (!gtk_text_iter_ends_line (at))
    gtk_text_iter_forward_to_line_end (at);
}

/* A note is written where it stands. */
static void
note_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverCommandView *self = DROVER_COMMAND_VIEW (widget);
  DroverArgument *argument;
  GtkTextIter at;

  if (!_drover_command_view_flush (self) || (argument = get_argument (self)) == NULL)
    return;

  gtk_toggle_button_set_active (self->launch, FALSE);
  gtk_widget_grab_focus (GTK_WIDGET (self->text));
  find_note_end (self, &at);
  if (drover_argument_get_note (argument) == NULL)
    gtk_text_buffer_insert (GTK_TEXT_BUFFER (self->buffer), &at, "  # ", -1);
  gtk_text_buffer_place_cursor (GTK_TEXT_BUFFER (self->buffer), &at);
  gtk_text_view_scroll_mark_onscreen (self->text,
                                      gtk_text_buffer_get_insert (GTK_TEXT_BUFFER (self->buffer)));
}

static void
modernise_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverCommandView *self = DROVER_COMMAND_VIEW (widget);

  if (_drover_command_view_flush (self) && get_argument (self) != NULL)
    drover_part_actions_modernise_argument (widget, self->config, self->argument);
}

/* What was typed and cannot be read is the first thing to be taken back. */
static void
undo_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverCommandView *self = DROVER_COMMAND_VIEW (widget);
  g_autoptr (GError) error = NULL;

  _drover_command_view_flush (self);
  if (_drover_command_view_is_stale (self))
    {
      g_autofree char *text = drover_command_buffer_dup_text (self->buffer);

      _drover_command_view_render (self);
      g_set_str (&self->taken_back, text);
    }
  else if (!drover_editor_undo (drover_config_get_editor (self->config), &error) && error != NULL)
    g_signal_emit_by_name (self->config, "failed", error->message);
}

static void
redo_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverCommandView *self = DROVER_COMMAND_VIEW (widget);
  g_autoptr (GError) error = NULL;

  if (self->taken_back != NULL)
    {
      _drover_command_view_restore (self);
      return;
    }

  if (_drover_command_view_flush (self) &&
      !drover_editor_redo (drover_config_get_editor (self->config), &error) && error != NULL)
    g_signal_emit_by_name (self->config, "failed", error->message);
}

/* The text counts, also over what was changed elsewhere. */
static void
keep_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverCommandView *self = DROVER_COMMAND_VIEW (widget);
  g_autofree char *text = drover_command_buffer_dup_text (self->buffer);

  _drover_command_view_render (self);
  g_set_str (&self->taken_back, text);
  _drover_command_view_restore (self);
}

static void
discard_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverCommandView *self = DROVER_COMMAND_VIEW (widget);
  g_autofree char *text = drover_command_buffer_dup_text (self->buffer);

  _drover_command_view_render (self);
  g_set_str (&self->taken_back, text);
}

static void
copy_shell_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverCommandView *self = DROVER_COMMAND_VIEW (widget);
  g_autofree char *text = NULL;

  _drover_command_view_flush (self);
  text = drover_export_dup_shell (get_document (self));
  copy (self, text, _("Command line copied"));
}

static void
copy_argv_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverCommandView *self = DROVER_COMMAND_VIEW (widget);
  g_autofree char *text = NULL;

  _drover_command_view_flush (self);
  text = drover_export_dup_argv (get_document (self));
  copy (self, text, _("Arguments copied as JSON"));
}

static void
script_written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GFile *file = G_FILE (source);
  g_autoptr (DroverCommandView) self = user_data;
  g_autoptr (GError) error = NULL;
  const char *path = g_file_peek_path (file);

  if (!g_file_replace_contents_finish (file, result, NULL, &error))
    toast (self, error->message);
  else if (path != NULL && g_chmod (path, 0755) != 0)
    toast (self, _("The script was saved, but cannot be made executable there"));
  else
    toast (self, _("Script saved"));
}

static void
script_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DroverCommandView) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file =
    gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, &error);
  g_autoptr (GBytes) contents = NULL;
  DroverMachine *machine;
  char *text;

  if (file == NULL)
    {
      if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
        toast (self, error->message);
      return;
    }
  if (self->config == NULL || get_document (self) == NULL)
    return;

  machine = drover_editor_get_machine (drover_config_get_editor (self->config));
  text = drover_export_dup_script (get_document (self), drover_machine_get_directory (machine));
  contents = g_bytes_new_take (text, strlen (text));
  g_file_replace_contents_bytes_async (file, contents, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                       script_written_cb, g_object_ref (self));
}

static void
save_script_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverCommandView *self = DROVER_COMMAND_VIEW (widget);
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  DroverMachine *machine = drover_editor_get_machine (drover_config_get_editor (self->config));
  g_autofree char *file_name = g_strdup_printf ("%s.sh", drover_machine_get_slug (machine));

  _drover_command_view_flush (self);
  gtk_file_dialog_set_title (dialog, _("Save as Script"));
  gtk_file_dialog_set_initial_name (dialog, file_name);
  gtk_file_dialog_save (dialog, GTK_WINDOW (gtk_widget_get_root (widget)), NULL, script_chosen_cb,
                        g_object_ref (self));
}

void
_drover_command_view_install_actions (GtkWidgetClass *widget_class)
{
  static const struct
  {
    const char *name;
    GtkWidgetActionActivateFunc activate;
  } actions[] = {
    { "command.toggle", toggle_action },
    { "command.remove", remove_action },
    { "command.copy-argument", copy_argument_action },
    { "command.note", note_action },
    { "command.modernise", modernise_action },
    { "command.undo", undo_action },
    { "command.redo", redo_action },
    { "command.keep", keep_action },
    { "command.discard", discard_action },
    { "command.copy-shell", copy_shell_action },
    { "command.copy-argv", copy_argv_action },
    { "command.save-script", save_script_action },
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, NULL, actions[i].activate);
}

static GMenu *
new_section (GMenu *menu)
{
  GMenu *section = g_menu_new ();

  g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
  return section;
}

static GMenu *
make_argument_menu (DroverCommandView *self, DroverArgument *argument)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) first = new_section (menu);
  g_autoptr (GMenu) second = new_section (menu);
  g_autofree char *modern = drover_part_describe_modern (self->arguments, self->argument);

  g_menu_append (first,
                 drover_argument_get_enabled (argument) ? _("_Switch Off") : _("_Switch On"),
                 "command.toggle");
  g_menu_append (first,
                 drover_argument_get_note (argument) == NULL ? _("Add _Note") : _("Edit _Note"),
                 "command.note");
  if (modern != NULL)
    g_menu_append (first, _("_Modernise…"), "command.modernise");
  g_menu_append (second, _("_Copy Option"), "command.copy-argument");
  g_menu_append (second, _("_Remove Option"), "command.remove");
  return menu;
}

/* What can be done now, and with which argument. */
void
_drover_command_view_update_actions (DroverCommandView *self)
{
  static const char *const for_argument[] = {
    "command.toggle", "command.remove", "command.copy-argument", "command.note",
    "command.modernise",
  };
  DroverArgument *argument =
    !self->has_error && !self->has_conflict ? get_argument (self) : NULL;
  g_autoptr (GMenu) menu = argument != NULL ? make_argument_menu (self, argument) : NULL;

  for (guint i = 0; i < G_N_ELEMENTS (for_argument); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), for_argument[i], argument != NULL);
  gtk_menu_button_set_menu_model (self->argument_menu, G_MENU_MODEL (menu));
  gtk_widget_set_sensitive (GTK_WIDGET (self->argument_menu), argument != NULL);
  gtk_text_view_set_extra_menu (self->text, G_MENU_MODEL (menu));
}
