/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-dex.h"
#include "drover-json.h"
#include "drover-line-history.h"
#include "drover-monitor-view.h"
#include "drover-qmp-line.h"

/* As much as is kept of what was said, in characters. */
#define OUTPUT_LIMIT (1024 * 1024)

/* As many candidates as are offered at a time. */
#define MOST_CANDIDATES 12

/* QEMU's monitor, or its QMP, for people: what was said above, one line to type in below, with
 * what can stand there and what it means. */
struct _DroverMonitorView
{
  AdwBin parent_instance;

  DroverRun *run;
  DroverMonitorKind kind;
  DroverUserMonitor *monitor;
  DroverLineHistory *history;
  gboolean opening;
  gboolean holds;   /* the connection */
  gboolean recalls; /* the text is from the history, not typed */

  GtkScrolledWindow *output_scroll;
  gboolean at_end;
  GtkTextView *output;
  GtkTextTag *command_tag;
  GtkTextTag *error_tag;
  GtkTextTag *event_tag;
  GtkWidget *help_scroll;
  GtkLabel *help;
  AdwWrapBox *candidates;
  GStrv words;       /* what is offered */
  gsize words_start; /* from where on they replace what is typed, in bytes */
  GtkEntry *entry;
  GtkToggleButton *events;
  GtkWidget *send;
};

G_DEFINE_FINAL_TYPE (DroverMonitorView, drover_monitor_view, ADW_TYPE_BIN)

/* --- what was said ---------------------------------------------------------------------------- */

static void
append (DroverMonitorView *self, GtkTextTag *tag, const char *text)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->output);
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  int too_many;
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_end_iter (buffer, &end);
  if (!gtk_text_iter_is_start (&end))
    gtk_text_buffer_insert (buffer, &end, "\n", 1);
  gtk_text_buffer_insert_with_tags (buffer, &end, g_strchomp (valid), -1, tag, NULL);

  too_many = gtk_text_buffer_get_char_count (buffer) - OUTPUT_LIMIT;
  if (too_many > 0)
    {
      gtk_text_buffer_get_start_iter (buffer, &start);
      gtk_text_buffer_get_iter_at_offset (buffer, &end, too_many);
      gtk_text_iter_forward_line (&end);
      gtk_text_buffer_delete (buffer, &start, &end);
    }
}

static void
scrolled_cb (GtkAdjustment *adjustment, DroverMonitorView *self)
{
  self->at_end = gtk_adjustment_get_value (adjustment) + gtk_adjustment_get_page_size (adjustment) >=
                 gtk_adjustment_get_upper (adjustment) - 1;
}

/* Whoever looks at the end goes on seeing it. */
static void
size_changed_cb (GtkAdjustment *adjustment, DroverMonitorView *self)
{
  if (self->at_end)
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
}

static void
append_json (DroverMonitorView *self, GtkTextTag *tag, JsonNode *node)
{
  g_autofree char *text = drover_json_to_text (node, TRUE);

  append (self, tag, text);
}

static void
append_plain (DroverMonitorView *self, const char *text)
{
  append (self, NULL, text);
}

static void
event_cb (DroverUserMonitor *monitor, const char *name, JsonObject *message,
          DroverMonitorView *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  if (self->kind != DROVER_MONITOR_QMP || !gtk_toggle_button_get_active (self->events))
    return;

  json_node_set_object (node, message);
  text = drover_json_to_text (node, FALSE);
  append (self, self->event_tag, text);
}

static void
update_colors (DroverMonitorView *self)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());

  g_object_set (self->error_tag, "foreground", dark ? "#ff938c" : "#c30000", NULL);
  g_object_set (self->event_tag, "foreground", dark ? "#99c1f1" : "#1a5fb4", NULL);
}

/* --- what is typed ---------------------------------------------------------------------------- */

static void
show_help (DroverMonitorView *self, const char *text, gboolean is_error)
{
  gtk_widget_set_visible (self->help_scroll, text != NULL);
  gtk_label_set_label (self->help, text != NULL ? text : "");
  if (is_error)
    gtk_widget_add_css_class (GTK_WIDGET (self->help), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->help), "error");
}

/* A byte offset into the entry's text, of a position in characters. */
static gsize
get_cursor (DroverMonitorView *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  int position = gtk_editable_get_position (GTK_EDITABLE (self->entry));

  return g_utf8_offset_to_pointer (text, position) - text;
}

static void
take_candidate (DroverMonitorView *self, const char *word)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  gsize cursor = get_cursor (self);
  const gboolean is_command =
    self->words_start == strspn (text, " ") && text[self->words_start] != '{';
  gboolean at_end = text[cursor] == '\0';
  g_autofree char *before = g_strndup (text, self->words_start);
  g_autofree char *whole = g_strconcat (before, word, is_command && at_end ? " " : "",
                                        text + cursor, NULL);
  int position = g_utf8_strlen (before, -1) + g_utf8_strlen (word, -1) + (is_command && at_end);

  gtk_editable_set_text (GTK_EDITABLE (self->entry), whole);
  gtk_editable_set_position (GTK_EDITABLE (self->entry), position);
}

static void
candidate_clicked_cb (GtkButton *button, DroverMonitorView *self)
{
  g_autofree char *word = g_strdup (gtk_button_get_label (button));

  gtk_entry_grab_focus_without_selecting (self->entry);
  take_candidate (self, word);
}

static void
show_candidates (DroverMonitorView *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->candidates))) != NULL)
    adw_wrap_box_remove (self->candidates, child);

  for (guint i = 0; self->words != NULL && self->words[i] != NULL && i < MOST_CANDIDATES; i++)
    {
      GtkWidget *button = gtk_button_new_with_label (self->words[i]);

      gtk_button_set_can_shrink (GTK_BUTTON (button), TRUE);
      gtk_widget_add_css_class (button, "candidate");
      gtk_widget_set_focusable (button, FALSE);
      g_signal_connect_object (button, "clicked", G_CALLBACK (candidate_clicked_cb), self,
                               G_CONNECT_DEFAULT);
      adw_wrap_box_append (self->candidates, button);
    }
  if (self->words != NULL && g_strv_length (self->words) > MOST_CANDIDATES)
    {
      guint more = g_strv_length (self->words) - MOST_CANDIDATES;
      g_autofree char *text = g_strdup_printf (ngettext ("and %u more", "and %u more", more), more);
      GtkWidget *label = gtk_label_new (text);

      gtk_widget_add_css_class (label, "dimmed");
      gtk_widget_add_css_class (label, "caption");
      adw_wrap_box_append (self->candidates, label);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->candidates), self->words != NULL && *self->words != NULL);
}

static GStrv
find_candidates (DroverMonitorView *self, const char *text)
{
  DroverQmpSchema *schema = drover_user_monitor_get_schema (self->monitor);
  DroverHmpHelp *help = drover_user_monitor_get_help (self->monitor);
  GStrv words;

  if (schema == NULL || text[strspn (text, " ")] == '\0')
    return NULL;

  words = self->kind == DROVER_MONITOR_QMP
            ? drover_qmp_line_complete (text, get_cursor (self), schema, &self->words_start)
            : drover_hmp_help_complete (help, text, get_cursor (self), &self->words_start);

  /* What stands there already need not be offered. */
  if (words[0] != NULL && words[1] == NULL &&
      strlen (words[0]) == get_cursor (self) - self->words_start &&
      g_str_has_prefix (text + self->words_start, words[0]))
    g_clear_pointer (&words[0], g_free);
  return words;
}

static void
changed_cb (DroverMonitorView *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  DroverQmpSchema *schema;
  g_autofree char *help = NULL;

  if (self->monitor == NULL || get_cursor (self) > strlen (text))
    return;

  schema = drover_user_monitor_get_schema (self->monitor);
  g_clear_pointer (&self->words, g_strfreev);
  if (!self->recalls)
    self->words = find_candidates (self, text);
  show_candidates (self);

  if (schema != NULL)
    help = self->kind == DROVER_MONITOR_QMP
             ? drover_qmp_line_dup_help (text, schema)
             : drover_hmp_help_dup (drover_user_monitor_get_help (self->monitor), text);
  show_help (self, help, FALSE);
}

static void
recall (DroverMonitorView *self, const char *line)
{
  if (line == NULL)
    return;

  self->recalls = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self->entry), line);
  gtk_editable_set_position (GTK_EDITABLE (self->entry), -1);
  self->recalls = FALSE;
}

static gboolean
key_pressed_cb (GtkEventControllerKey *controller, guint keyval, guint keycode,
                GdkModifierType state, gpointer user_data)
{
  GtkWidget *widget = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (controller));
  DroverMonitorView *self = DROVER_MONITOR_VIEW (
    gtk_widget_get_ancestor (widget, DROVER_TYPE_MONITOR_VIEW));
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  if ((state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK | GDK_ALT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;

  switch (keyval)
    {
    case GDK_KEY_Tab:
      /* With nothing to complete it leads on, as everywhere. */
      if (self->words == NULL || *self->words == NULL)
        return GDK_EVENT_PROPAGATE;
      take_candidate (self, self->words[0]);
      return GDK_EVENT_STOP;
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      recall (self, drover_line_history_earlier (self->history, text));
      return GDK_EVENT_STOP;
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      recall (self, drover_line_history_later (self->history));
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

/* --- sending ---------------------------------------------------------------------------------- */

typedef struct
{
  DroverMonitorView *view;
  DroverUserMonitor *monitor; /* held */
  char *command;       /* (nullable): a line of the monitor has none */
  char *line;
  JsonNode *arguments;
} Sending;

static void
sending_free (gpointer data)
{
  Sending *sending = data;

  drover_user_monitor_release (sending->monitor);
  g_object_unref (sending->monitor);
  g_object_unref (sending->view);
  g_clear_pointer (&sending->arguments, json_node_unref);
  g_free (sending->command);
  g_free (sending->line);
  g_free (sending);
}

static JsonNode *
await_answer (Sending *sending, GError **error)
{
  if (!dex_await (drover_user_monitor_open (sending->monitor), error))
    return NULL;

  return dex_await_boxed (
    sending->command != NULL
      ? drover_user_monitor_execute (sending->monitor, sending->command,
                                     g_steal_pointer (&sending->arguments))
      : drover_user_monitor_hmp (sending->monitor, sending->line), error);
}

static DexFuture *
send_fiber (gpointer user_data)
{
  Sending *sending = user_data;
  DroverMonitorView *self = sending->view;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = await_answer (sending, &error);

  /* The window may have been closed meanwhile. */
  if (self->output == NULL)
    return dex_future_new_true ();

  if (answer == NULL)
    append (self, self->error_tag, error->message);
  else if (self->kind == DROVER_MONITOR_QMP)
    append_json (self, NULL, answer);
  else if (json_node_get_string (answer) != NULL && *json_node_get_string (answer) != '\0')
    append_plain (self, json_node_get_string (answer));
  return dex_future_new_true ();
}

static void
send_cb (DroverMonitorView *self)
{
  g_autofree char *line = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry)));
  g_autoptr (GError) error = NULL;
  g_autofree char *command = NULL;
  g_autoptr (JsonNode) arguments = NULL;
  g_autofree char *echo = NULL;
  Sending *sending;

  g_strstrip (line);
  if (*line == '\0')
    return;

  if (self->kind == DROVER_MONITOR_QMP &&
      !drover_qmp_line_parse (line, drover_user_monitor_get_schema (self->monitor), &command,
                              &arguments, &error))
    {
      show_help (self, error->message, TRUE);
      return;
    }

  if (!drover_line_history_add (self->history, line, &error))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);

  sending = g_new0 (Sending, 1);
  sending->view = g_object_ref (self);
  sending->monitor = g_object_ref (self->monitor);
  drover_user_monitor_hold (sending->monitor);
  sending->command = g_steal_pointer (&command);
  sending->arguments = g_steal_pointer (&arguments);
  sending->line = g_strdup (line);
  echo = g_strconcat (self->kind == DROVER_MONITOR_QMP ? "→ " : "(qemu) ", line, NULL);
  self->at_end = TRUE;
  append (self, self->command_tag, echo);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  drover_dex_forget (drover_dex_spawn (send_fiber, sending, sending_free));
}

/* --- the widget ------------------------------------------------------------------------------- */

static DexFuture *
opened_cb (DexFuture *future, gpointer user_data)
{
  DroverMonitorView *self = user_data;
  g_autoptr (GError) error = NULL;

  self->opening = FALSE;
  if (self->output == NULL)
    return dex_future_new_true ();

  if (dex_future_get_value (future, &error) == NULL)
    show_help (self, error->message, TRUE);
  else
    changed_cb (self);
  return dex_future_new_true ();
}

/* While it is looked at, the connection is ours. */
static void
set_holds (DroverMonitorView *self, gboolean holds)
{
  if (holds == self->holds)
    return;

  self->holds = holds;
  if (holds)
    drover_user_monitor_hold (self->monitor);
  else
    drover_user_monitor_release (self->monitor);
}

/* It is opened when it is looked at: what is not used costs QEMU nothing. */
static void
drover_monitor_view_map (GtkWidget *widget)
{
  DroverMonitorView *self = DROVER_MONITOR_VIEW (widget);

  GTK_WIDGET_CLASS (drover_monitor_view_parent_class)->map (widget);
  set_holds (self, TRUE);
  drover_monitor_view_update (self);
}

static void
drover_monitor_view_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (drover_monitor_view_parent_class)->unmap (widget);
  set_holds (DROVER_MONITOR_VIEW (widget), FALSE);
}

static void
drover_monitor_view_dispose (GObject *object)
{
  DroverMonitorView *self = DROVER_MONITOR_VIEW (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_MONITOR_VIEW);
  self->output = NULL;
  g_clear_object (&self->run);
  set_holds (self, FALSE);
  g_clear_object (&self->monitor);
  g_clear_pointer (&self->history, drover_line_history_free);
  g_clear_pointer (&self->words, g_strfreev);

  G_OBJECT_CLASS (drover_monitor_view_parent_class)->dispose (object);
}

static gboolean
drover_monitor_view_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (DROVER_MONITOR_VIEW (widget)->entry));
}

static void
drover_monitor_view_class_init (DroverMonitorViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_monitor_view_dispose;
  widget_class->map = drover_monitor_view_map;
  widget_class->unmap = drover_monitor_view_unmap;
  widget_class->grab_focus = drover_monitor_view_grab_focus;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               RESOURCE_PATH "/console/drover-monitor-view.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverMonitorView, output_scroll);
  gtk_widget_class_bind_template_child (widget_class, DroverMonitorView, output);
  gtk_widget_class_bind_template_child (widget_class, DroverMonitorView, help_scroll);
  gtk_widget_class_bind_template_child (widget_class, DroverMonitorView, help);
  gtk_widget_class_bind_template_child (widget_class, DroverMonitorView, candidates);
  gtk_widget_class_bind_template_child (widget_class, DroverMonitorView, entry);
  gtk_widget_class_bind_template_child (widget_class, DroverMonitorView, events);
  gtk_widget_class_bind_template_child (widget_class, DroverMonitorView, send);
  gtk_widget_class_bind_template_callback (widget_class, send_cb);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, key_pressed_cb);
}

static void
drover_monitor_view_init (DroverMonitorView *self)
{
  GtkTextBuffer *buffer;
  GtkAdjustment *adjustment;

  gtk_widget_init_template (GTK_WIDGET (self));
  self->at_end = TRUE;
  adjustment = gtk_scrolled_window_get_vadjustment (self->output_scroll);
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (scrolled_cb), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (size_changed_cb), self,
                           G_CONNECT_DEFAULT);
  buffer = gtk_text_view_get_buffer (self->output);
  self->command_tag =
    gtk_text_buffer_create_tag (buffer, NULL, "weight", PANGO_WEIGHT_BOLD, NULL);
  self->error_tag = gtk_text_buffer_create_tag (buffer, NULL, NULL);
  self->event_tag = gtk_text_buffer_create_tag (buffer, NULL, NULL);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (update_colors), self, G_CONNECT_SWAPPED);
  update_colors (self);
}

/**
 * drover_monitor_view_new:
 *
 * Returns: (transfer floating): the monitor, or QMP, of a machine
 */
GtkWidget *
drover_monitor_view_new (DroverRun *run, DroverMonitorKind kind)
{
  DroverMonitorView *self = g_object_new (DROVER_TYPE_MONITOR_VIEW, NULL);

  self->run = g_object_ref (run);
  self->kind = kind;
  self->monitor = g_object_ref (drover_user_monitor_get_for_run (run));
  self->history = drover_line_history_new (kind == DROVER_MONITOR_QMP ? "qmp" : "hmp");
  g_signal_connect_object (self->monitor, "event", G_CALLBACK (event_cb), self, G_CONNECT_DEFAULT);
  gtk_widget_set_visible (GTK_WIDGET (self->events), kind == DROVER_MONITOR_QMP);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  kind == DROVER_MONITOR_QMP ? _("QMP Command")
                                                             : _("Command of QEMU’s Monitor"),
                                  -1);
  drover_monitor_view_update (self);
  return GTK_WIDGET (self);
}

/**
 * drover_monitor_view_update:
 *
 * Takes note of whether the machine runs.
 */
void
drover_monitor_view_update (DroverMonitorView *self)
{
  gboolean live;

  g_return_if_fail (DROVER_IS_MONITOR_VIEW (self));

  live = drover_run_is_live (self->run);
  gtk_widget_set_sensitive (GTK_WIDGET (self->entry), live);
  gtk_widget_set_sensitive (self->send, live);
  gtk_entry_set_placeholder_text (self->entry,
                                  !live ? _("The machine is not running")
                                  : self->kind == DROVER_MONITOR_QMP
                                    ? _("A command, such as query-status")
                                    : _("A command, such as info block"));

  if (live && !self->opening && gtk_widget_get_mapped (GTK_WIDGET (self)) &&
      !drover_user_monitor_is_open (self->monitor))
    {
      self->opening = TRUE;
      drover_dex_forget (dex_future_finally (drover_user_monitor_open (self->monitor), opened_cb,
                                             g_object_ref (self), g_object_unref));
    }
}

/**
 * drover_monitor_view_clear:
 *
 * Forgets what was said.
 */
void
drover_monitor_view_clear (DroverMonitorView *self)
{
  g_return_if_fail (DROVER_IS_MONITOR_VIEW (self));
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->output), "", 0);
}

/**
 * drover_monitor_view_dup_text:
 *
 * Returns: (transfer full): what was said
 */
char *
drover_monitor_view_dup_text (DroverMonitorView *self)
{
  GtkTextBuffer *buffer;
  GtkTextIter start;
  GtkTextIter end;

  g_return_val_if_fail (DROVER_IS_MONITOR_VIEW (self), NULL);

  buffer = gtk_text_view_get_buffer (self->output);
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
}
