/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-agent-channel.h"
#include "drover-agent-files.h"
#include "drover-agent-run.h"
#include "drover-dex.h"
#include "drover-editor.h"
#include "drover-guest-private.h"

/* What is done in a guest by its agent. */

/* While the agent talks about one thing it hears nothing of another. */
void
_drover_guest_page_set_busy (DroverGuestPage *self, gboolean busy)
{
  self->busy = busy;
  for (guint i = 0; self->groups != NULL && i < self->groups->len; i++)
    gtk_widget_set_sensitive (self->groups->pdata[i], !busy);
  if (!busy && self->stale)
    _drover_guest_page_outdate (self);
}

static DexFuture *
shut_down_fiber (gpointer user_data)
{
  DroverGuestPage *self = user_data;
  g_autoptr (GError) error = NULL;

  if (dex_await (drover_run_shut_down_by_agent (self->run), &error))
    _drover_guest_page_tell (self, _("The guest shuts itself down."));
  else
    _drover_guest_page_tell (self, error->message);
  _drover_guest_page_set_busy (self, FALSE);
  return dex_future_new_true ();
}

static DexFuture *
sync_time_fiber (gpointer user_data)
{
  DroverGuestPage *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverAgent) agent = dex_await_object (drover_run_open_agent (self->run), &error);
  gboolean done =
    agent != NULL && dex_await (drover_agent_set_time (agent, g_get_real_time ()), &error);

  if (agent != NULL)
    drover_agent_close (agent);
  _drover_guest_page_tell (self, done ? _("The guest’s clock is set.") : error->message);
  self->stale |= done;
  _drover_guest_page_set_busy (self, FALSE);
  return dex_future_new_true ();
}

static void
begin (DroverGuestPage *self, DexFiberFunc fiber)
{
  _drover_guest_page_set_busy (self, TRUE);
  drover_dex_forget (drover_dex_spawn (fiber, g_object_ref (self), g_object_unref));
}

/* Copies */

typedef struct
{
  DroverGuestPage *page;
  char *path;
  char *guest_path;
  gboolean in;
} Copy;

static void
copy_free (gpointer data)
{
  Copy *copy = data;

  g_object_unref (copy->page);
  g_free (copy->path);
  g_free (copy->guest_path);
  g_free (copy);
}

static void
progress_cb (guint64 done, guint64 total, gboolean comparing, gpointer user_data)
{
  DroverGuestPage *self = user_data;
  g_autofree char *text = NULL;

  if (self->stack == NULL)
    return;

  text = comparing ? g_strdup (_("Comparing the two files")) : g_format_size (done);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->work_row), text);
  if (comparing || total == 0)
    gtk_progress_bar_pulse (self->progress);
  else
    gtk_progress_bar_set_fraction (self->progress, (double) MIN (done, total) / total);
}

static DexFuture *
copy_fiber (gpointer user_data)
{
  Copy *copy = user_data;
  DroverGuestPage *self = copy->page;
  g_autoptr (GCancellable) cancellable = g_object_ref (self->cancellable);
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverAgent) agent = dex_await_object (drover_run_open_agent (self->run), &error);
  g_autofree char *sum = NULL;

  if (agent != NULL && copy->in)
    sum = dex_await_string (drover_agent_copy_in (agent, copy->path, copy->guest_path, cancellable,
                                                  progress_cb, self), &error);
  else if (agent != NULL)
    sum = dex_await_string (drover_agent_copy_out (agent, copy->guest_path, copy->path,
                                                   cancellable, progress_cb, self), &error);
  if (agent != NULL)
    drover_agent_close (agent);
  if (self->stack == NULL)
    return dex_future_new_true ();

  gtk_widget_set_visible (GTK_WIDGET (self->work), FALSE);
  g_clear_object (&self->cancellable);
  _drover_guest_page_tell (self, sum != NULL ? _("The file is copied, and both are the same.")
                                             : error->message);
  _drover_guest_page_set_busy (self, FALSE);
  return dex_future_new_true ();
}

/* Takes the paths. */
static void
start_copy (DroverGuestPage *self, char *path, char *guest_path, gboolean in)
{
  Copy *copy = g_new0 (Copy, 1);
  g_autofree char *name = g_path_get_basename (path);

  copy->page = g_object_ref (self);
  copy->path = path;
  copy->guest_path = guest_path;
  copy->in = in;
  self->cancellable = g_cancellable_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->work_row), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->work_row), NULL);
  gtk_progress_bar_set_fraction (self->progress, 0);
  gtk_widget_set_visible (GTK_WIDGET (self->work), TRUE);
  _drover_guest_page_set_busy (self, TRUE);
  drover_dex_forget (drover_dex_spawn (copy_fiber, copy, copy_free));
}

typedef struct
{
  DroverGuestPage *page;
  GtkEditable *entry;
  char *path; /* (nullable): of this computer, known when it goes in */
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_object_unref (question->page);
  g_free (question->path);
  g_free (question);
}

static void
say_not_here (DroverGuestPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s",
                              _("Only a file of this computer can be used"));
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Copy *copy = user_data;
  g_autoptr (GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL && g_file_peek_path (file) == NULL)
    say_not_here (copy->page);
  else if (file != NULL && copy->page->stack != NULL && !copy->page->busy)
    start_copy (copy->page, g_file_get_path (file), g_steal_pointer (&copy->guest_path), FALSE);
  copy_free (copy);
}

/* A path of Windows' has its own separator. */
static char *
dup_name (const char *guest_path)
{
  const char *name = guest_path;

  for (const char *p = guest_path; *p != '\0'; p++)
    if (*p == '/' || *p == '\\')
      name = p + 1;
  return g_strdup (name);
}

static void
answered_cb (AdwAlertDialog *dialog, const char *response, Question *question)
{
  DroverGuestPage *self = question->page;
  const char *guest_path = gtk_editable_get_text (question->entry);
  g_autoptr (GtkFileDialog) save = NULL;
  g_autofree char *name = NULL;
  Copy *copy;

  if (!g_str_equal (response, "copy") || *guest_path == '\0' || self->stack == NULL || self->busy)
    return;

  if (question->path != NULL)
    {
      start_copy (self, g_steal_pointer (&question->path), g_strdup (guest_path), TRUE);
      return;
    }

  copy = g_new0 (Copy, 1);
  copy->page = g_object_ref (self);
  copy->guest_path = g_strdup (guest_path);
  save = gtk_file_dialog_new ();
  name = dup_name (guest_path);
  gtk_file_dialog_set_initial_name (save, name);
  gtk_file_dialog_save (save, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL, saved_cb,
                        copy);
}

static void
question_unref (gpointer data, GClosure *closure)
{
  question_free (data);
}

/* Takes the path. */
static void
ask_guest_path (DroverGuestPage *self, char *path)
{
  AdwDialog *dialog = adw_alert_dialog_new (
    path != NULL ? _("Copy Into the Guest") : _("Copy Out of the Guest"),
    path != NULL ? _("Where the file goes in the guest. One that is there is overwritten.")
                 : _("Which file of the guest’s, with its whole path."));
  GtkWidget *entry = adw_entry_row_new ();
  GtkWidget *list = gtk_list_box_new ();
  Question *question = g_new0 (Question, 1);
  gboolean windows = self->facts != NULL && drover_agent_facts_is_windows (self->facts);
  g_autofree char *name = path != NULL ? g_path_get_basename (path) : g_strdup ("");
  g_autofree char *text =
    g_strconcat (windows ? "C:\\Users\\Public\\" : path != NULL ? "/tmp/" : "/", name, NULL);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (entry), _("Path in the guest"));
  gtk_editable_set_text (GTK_EDITABLE (entry), text);
  adw_entry_row_set_activates_default (ADW_ENTRY_ROW (entry), TRUE);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_append (GTK_LIST_BOX (list), entry);
  adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (dialog), list);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "copy",
                                  path != NULL ? _("C_opy") : _("_Save As…"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "copy",
                                            ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "copy");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  question->page = g_object_ref (self);
  question->entry = GTK_EDITABLE (entry);
  question->path = path;
  g_signal_connect_data (dialog, "response", G_CALLBACK (answered_cb), question, question_unref,
                         G_CONNECT_DEFAULT);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DroverGuestPage) self = user_data;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL && g_file_peek_path (file) == NULL)
    say_not_here (self);
  else if (file != NULL && self->stack != NULL)
    ask_guest_path (self, g_file_get_path (file));
}

static void
copy_in (DroverGuestPage *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
                        opened_cb, g_object_ref (self));
}

static void
copy_out (DroverGuestPage *self)
{
  ask_guest_path (self, NULL);
}

static void
shut_down (DroverGuestPage *self)
{
  begin (self, shut_down_fiber);
}

static void
sync_time (DroverGuestPage *self)
{
  begin (self, sync_time_fiber);
}

GtkWidget *
_drover_guest_page_new_actions (DroverGuestPage *self)
{
  static const struct
  {
    const char *title;
    const char *subtitle;
    const char *command; /* the agent's, which must be allowed */
    void (*act) (DroverGuestPage *self);
  } actions[] = {
    { N_("Copy a File In…"), N_("From this computer into the guest"), "guest-file-write", copy_in },
    { N_("Copy a File Out…"), N_("From the guest to this computer"), "guest-file-read", copy_out },
    { N_("Run a Command…"), N_("As the user that the agent runs as, mostly root"), "guest-exec",
      _drover_guest_page_run_command },
    { N_("Set the Clock"), N_("The guest’s time to this computer’s"), "guest-set-time", sync_time },
    { N_("Shut Down"), N_("By the agent, where the power button does nothing"), "guest-shutdown",
      shut_down },
  };
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _("Actions"));
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      GtkWidget *row = adw_action_row_new ();
      gboolean can = drover_agent_facts_can (self->facts, actions[i].command);
      g_autofree char *refusal = g_strdup_printf (
        _("The agent has no “%s”, or it is forbidden in the guest"), actions[i].command);

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _(actions[i].title));
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), can ? _(actions[i].subtitle) : refusal);
      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), can);
      gtk_widget_set_sensitive (row, can);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                                 gtk_image_new_from_icon_name ("go-next-symbolic"));
      g_signal_connect_object (row, "activated", G_CALLBACK (actions[i].act), self,
                               G_CONNECT_SWAPPED);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
    }
  return group;
}

/* The channel */

static void
add_answered_cb (AdwAlertDialog *dialog, const char *response, DroverGuestPage *self)
{
  DroverEditor *editor;
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_str_equal (response, "add") || self->run == NULL)
    return;

  editor = drover_editor_get_for_machine (drover_run_get_machine (self->run));
  arguments = drover_agent_channel_add (
    drover_editor_get_arguments (editor),
    drover_document_get_program (drover_editor_get_document (editor)), &error);
  if (arguments == NULL ||
      !drover_editor_apply_arguments (editor, arguments, _("Add a guest agent channel"), NULL,
                                      &error))
    _drover_guest_page_tell (self, error->message);
  else
    _drover_guest_page_outdate (self);
}

static GtkWidget *
new_argument_list (GPtrArray *before, GPtrArray *after)
{
  GtkWidget *list = gtk_list_box_new ();

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  for (guint i = 0; i < after->len; i++)
    {
      DroverArgument *argument = after->pdata[i];
      GtkWidget *row;
      g_autofree char *text = NULL;

      if (g_ptr_array_find (before, argument, NULL))
        continue;
      text = g_strdup_printf ("%s %s", drover_argument_get_flag (argument),
                              drover_argument_get_value (argument));
      row = adw_action_row_new ();
      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row),
                                     drover_agent_channel_explain (argument));
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
      adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 4);
      gtk_list_box_append (GTK_LIST_BOX (list), row);
    }
  return list;
}

void
_drover_guest_page_add_channel (DroverGuestPage *self)
{
  DroverEditor *editor = drover_editor_get_for_machine (drover_run_get_machine (self->run));
  GPtrArray *before = drover_editor_get_arguments (editor);
  g_autoptr (GPtrArray) after = NULL;
  g_autoptr (GError) error = NULL;
  AdwDialog *dialog;

  if (before == NULL)
    return;
  after = drover_agent_channel_add (
    before, drover_document_get_program (drover_editor_get_document (editor)), &error);
  if (after == NULL)
    {
      _drover_guest_page_tell (self, error->message);
      return;
    }

  dialog = adw_alert_dialog_new (
    _("Add a Guest Agent Channel?"),
    _("These arguments are added. They count from the next start. Then install the package "
      "qemu-guest-agent in the guest; in Windows, the guest tools from the CD of virtio-win."));
  adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (dialog), new_argument_list (before, after));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "add",
                                  _("_Add"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "add",
                                            ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "add");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (add_answered_cb), self,
                           G_CONNECT_DEFAULT);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}
