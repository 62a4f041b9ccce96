/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-command-view-private.h"
#include "drover-option.h"

/* The command line as text beside the pages. What is typed is applied as soon as it can be read,
 * and until then stays as it was typed; what changes elsewhere is shown at once, unless that
 * would cost something that was typed. */

G_DEFINE_FINAL_TYPE (DroverCommandView, drover_command_view, ADW_TYPE_BIN)

static DroverDocument *
get_document (DroverCommandView *self)
{
  return drover_editor_get_document (drover_config_get_editor (self->config));
}

static gboolean
same_argument (DroverArgument *a, DroverArgument *b)
{
  g_autoptr (JsonNode) a_node = NULL;
  g_autoptr (JsonNode) b_node = NULL;

  if (a == b)
    return TRUE;

  a_node = drover_argument_to_json (a);
  b_node = drover_argument_to_json (b);
  return json_node_equal (a_node, b_node);
}

static gboolean
same_arguments (GPtrArray *a, GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;

  for (guint i = 0; i < a->len; i++)
    if (!same_argument (a->pdata[i], b->pdata[i]))
      return FALSE;

  return TRUE;
}

static void
set_base (DroverCommandView *self, const char *program, GPtrArray *arguments)
{
  GPtrArray *old = self->arguments;

  g_set_str (&self->program, program);
  self->arguments = g_ptr_array_ref (arguments);
  g_clear_pointer (&old, g_ptr_array_unref);
}

/* Messages */

static void
show_message (DroverCommandView *self, const char *message)
{
  gtk_label_set_label (self->message, message != NULL ? message : "");
  gtk_widget_set_visible (self->message_box, message != NULL);
  gtk_widget_set_visible (self->keep, self->has_conflict);
  gtk_widget_set_visible (self->discard, self->has_conflict);
}

static const DroverCheckProblem *
find_problem (DroverCommandView *self, int argument)
{
  DroverCheck *check = drover_config_get_check (self->config);

  for (guint i = 0; check != NULL && i < check->problems->len; i++)
    {
      const DroverCheckProblem *problem = check->problems->pdata[i];

      if (problem->argument == argument)
        return problem;
    }

  return NULL;
}

static void
describe_location (DroverCommandView *self, int argument, gsize offset)
{
  g_autoptr (DroverLocation) location =
    drover_location_find (self->arguments, argument, offset);
  const DroverSetting *setting = location != NULL ? location->setting : NULL;
  const char *part = location != NULL && location->part != NULL ? location->part->title : NULL;
  const char *flag = drover_argument_get_flag (self->arguments->pdata[argument]);

  if (setting != NULL)
    {
      gtk_label_set_label (self->about_title, _(setting->title));
      gtk_label_set_label (self->about, _(setting->summary));
      return;
    }

  gtk_label_set_label (self->about_title, part != NULL ? part : flag != NULL ? flag : "");
  gtk_label_set_label (self->about, _("Goes to QEMU as it stands here"));
}

/* What the chosen token is, and what is wrong with it. */
static void
describe (DroverCommandView *self, int argument, gsize offset)
{
  const DroverCheckProblem *problem;
  gboolean known = argument >= 0 && argument < (int) self->arguments->len;

  problem = find_problem (self, known ? argument : -1);
  gtk_label_set_label (self->problem, problem != NULL ? problem->message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), problem != NULL);
  if (known)
    describe_location (self, argument, offset);
  else
    {
      gtk_label_set_label (self->about_title, "");
      gtk_label_set_label (self->about, _("Click on an option to see what it is"));
    }
  gtk_widget_set_visible (GTK_WIDGET (self->about_title),
                          *gtk_label_get_label (self->about_title) != '\0');
}

/* Whether something was typed that the machine does not say. */
gboolean
_drover_command_view_is_stale (DroverCommandView *self)
{
  return self->idle != 0 || self->has_error || self->is_half_typed || self->has_conflict;
}

/* What is chosen */

/* By a mark: lines that were not measured yet are waited for. */
static void
scroll_to (DroverCommandView *self, const GtkTextIter *place)
{
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self->buffer);
  GtkTextMark *mark = gtk_text_buffer_get_mark (buffer, "chosen");

  if (mark == NULL)
    mark = gtk_text_buffer_create_mark (buffer, "chosen", place, TRUE);
  else
    gtk_text_buffer_move_mark (buffer, mark, place);
  gtk_text_view_scroll_to_mark (self->text, mark, 0.1, FALSE, 0, 0);
}

static void
show_selection (DroverCommandView *self, gboolean scroll)
{
  int argument;
  gsize start;
  gsize end;
  GtkTextIter from;
  GtkTextIter to;

  drover_command_buffer_clear_marks (self->buffer, DROVER_COMMAND_CHOSEN);
  if (_drover_command_view_is_stale (self) || self->arguments == NULL)
    return;

  drover_config_get_selection (self->config, &argument, &start, &end);
  drover_command_buffer_mark (self->buffer, DROVER_COMMAND_CHOSEN, argument, start, end);
  describe (self, argument, start);
  if (scroll &&
      drover_command_buffer_find_range (self->buffer, argument, start, end, &from, &to))
    scroll_to (self, &from);
}

static void
scroll_again_cb (gpointer user_data)
{
  DroverCommandView *self = user_data;

  self->scroll_idle = 0;
  if (!gtk_widget_get_mapped (GTK_WIDGET (self->text)))
    return;
  if (gtk_widget_has_focus (GTK_WIDGET (self->text)))
    gtk_text_view_scroll_mark_onscreen (
      self->text, gtk_text_buffer_get_insert (GTK_TEXT_BUFFER (self->buffer)));
  else
    show_selection (self, TRUE);
}

/* In another size lines break elsewhere: what was in sight would not be. */
static void
resized_cb (DroverCommandView *self)
{
  if (self->scroll_idle == 0)
    self->scroll_idle = g_idle_add_once (scroll_again_cb, self);
}

static void
selection_changed_cb (DroverConfig *config, DroverCommandView *self)
{
  int argument;

  g_assert (DROVER_IS_COMMAND_VIEW (self));

  show_selection (self, !self->selecting);

  /* The menu is for what is chosen, wherever it was chosen. */
  drover_config_get_selection (config, &argument, NULL, NULL);
  if (!self->selecting && !_drover_command_view_is_stale (self) && self->arguments != NULL)
    {
      self->argument = argument < (int) self->arguments->len ? argument : -1;
      _drover_command_view_update_actions (self);
    }
}

/* The token at the cursor is the chosen one while the cursor is in use. */
static void
select_at_cursor (DroverCommandView *self)
{
  DroverToken token;
  int cursor;

  if (_drover_command_view_is_stale (self) || self->arguments == NULL)
    return;

  g_object_get (self->buffer, "cursor-position", &cursor, NULL);
  if (!drover_command_buffer_find_token (self->buffer, cursor, &token))
    return;

  self->argument = token.argument;
  _drover_command_view_update_actions (self);
  self->selecting = TRUE;
  if (token.kind == DROVER_TOKEN_NOTE || token.kind == DROVER_TOKEN_DISABLED ||
      token.kind == DROVER_TOKEN_SEPARATOR)
    drover_config_select (self->config, token.argument, 0, 0);
  else
    drover_config_select (self->config, token.argument, token.value_start, token.value_end);
  self->selecting = FALSE;
}

static void
show_problems (DroverCommandView *self)
{
  DroverCheck *check = drover_config_get_check (self->config);

  drover_command_buffer_clear_marks (self->buffer, DROVER_COMMAND_PROBLEM);
  for (guint i = 0; check != NULL && i < check->problems->len; i++)
    {
      const DroverCheckProblem *problem = check->problems->pdata[i];

      if (problem->argument >= 0)
        drover_command_buffer_mark (self->buffer, DROVER_COMMAND_PROBLEM, problem->argument,
                                    problem->start, problem->end);
    }
}

static void
check_changed_cb (DroverCommandView *self)
{
  int argument;
  gsize start;

  show_problems (self);
  if (self->arguments == NULL)
    return;

  drover_config_get_selection (self->config, &argument, &start, NULL);
  describe (self, argument, start);
}

/* From the text to the machine */

static gboolean
apply_document (DroverCommandView *self, const char *program, GPtrArray *arguments,
                const char *merge)
{
  g_autoptr (DroverDocument) with_program =
    drover_document_with_program (get_document (self), program);
  g_autoptr (DroverDocument) document =
    drover_document_with_arguments (with_program, arguments);
  g_autoptr (GError) error = NULL;

  if (drover_editor_apply (drover_config_get_editor (self->config), document, _("Command line"),
                           merge, &error))
    return TRUE;

  g_signal_emit_by_name (self->config, "failed", error->message);
  return FALSE;
}

/* Typing in one line is one step to undo. */
static void
apply (DroverCommandView *self, const char *program, GPtrArray *arguments)
{
  g_autofree char *merge = NULL;
  gboolean applied;
  GtkTextIter cursor;

  gtk_text_buffer_get_iter_at_mark (GTK_TEXT_BUFFER (self->buffer), &cursor,
                                    gtk_text_buffer_get_insert (GTK_TEXT_BUFFER (self->buffer)));
  merge = g_strdup_printf ("command-text/%d", gtk_text_iter_get_line (&cursor));
  self->applying = TRUE;
  if (g_str_equal (program, self->program))
    applied = drover_config_apply (self->config, arguments, _("Command line"), merge);
  else
    applied = apply_document (self, program, arguments, merge);
  self->applying = FALSE;
  if (applied)
    set_base (self, program, arguments);
}

/* While a name such as `-snapshot` is typed, `-sna` must not become an option of the machine, nor
 * `-s`, which is one. */
static gboolean
is_half_typed (DroverCommandView *self)
{
  g_autofree char *flag = NULL;
  GtkTextIter start;
  GtkTextIter end;
  DroverToken token;
  const char *name;
  int cursor;

  g_object_get (self->buffer, "cursor-position", &cursor, NULL);
  if (!gtk_widget_is_focus (GTK_WIDGET (self->text)) ||
      !drover_command_buffer_find_token (self->buffer, cursor, &token) ||
      token.kind != DROVER_TOKEN_FLAG || (int) token.end != cursor)
    return FALSE;

  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self->buffer), &start, token.start);
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self->buffer), &end, token.end);
  flag = gtk_text_iter_get_text (&start, &end);
  for (guint i = 0; i < self->arguments->len; i++)
    if (g_strcmp0 (flag, drover_argument_get_flag (self->arguments->pdata[i])) == 0)
      return FALSE;

  name = flag + (flag[1] == '-' ? 2 : 1);
  return strlen (name) == 1 || drover_option_find (name) == NULL;
}

/* Reads what was typed.
 *
 * @finally: nothing more comes, so that a name is whole
 *
 * Returns: whether text and machine now say the same */
static gboolean
read_text (DroverCommandView *self, gboolean finally)
{
  g_autofree char *program = NULL;
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_handle_id (&self->idle, g_source_remove);
  if (get_document (self) == NULL)
    return FALSE;

  self->has_error = !drover_command_buffer_parse (self->buffer, self->arguments, &program,
                                                  &arguments, &error);
  if (self->has_conflict)
    return FALSE;

  show_message (self, error != NULL ? error->message : NULL);
  self->is_half_typed = !self->has_error && !finally && is_half_typed (self);
  if (!self->has_error && !self->is_half_typed &&
      (!g_str_equal (program, self->program) || !same_arguments (arguments, self->arguments)))
    apply (self, program, arguments);
  show_selection (self, FALSE);
  show_problems (self);
  if (gtk_widget_is_focus (GTK_WIDGET (self->text)))
    select_at_cursor (self);
  _drover_command_view_update_actions (self);
  return !_drover_command_view_is_stale (self);
}

static gboolean
read_idle_cb (gpointer user_data)
{
  DroverCommandView *self = DROVER_COMMAND_VIEW (user_data);

  self->idle = 0;
  read_text (self, FALSE);
  return G_SOURCE_REMOVE;
}

static void
text_changed_cb (DroverCommandView *self)
{
  if (self->rendering)
    return;

  g_clear_pointer (&self->taken_back, g_free);
  if (self->idle == 0)
    self->idle = g_idle_add (read_idle_cb, self);
}

static void
cursor_moved_cb (DroverCommandView *self)
{
  if (self->rendering || !gtk_widget_is_focus (GTK_WIDGET (self->text)))
    return;

  /* Elsewhere now: the name was meant as it stands. */
  if (self->is_half_typed && self->idle == 0)
    self->idle = g_idle_add (read_idle_cb, self);
  select_at_cursor (self);
}

/* What was typed a moment ago is read now. Returns: whether text and machine say the same */
gboolean
_drover_command_view_flush (DroverCommandView *self)
{
  return self->idle != 0 || self->is_half_typed ? read_text (self, TRUE)
                                                : !_drover_command_view_is_stale (self);
}

/* From the machine to the text */

/* Shows the machine as it is, whatever the text was. */
void
_drover_command_view_render (DroverCommandView *self)
{
  DroverDocument *document = get_document (self);

  g_clear_handle_id (&self->idle, g_source_remove);
  gtk_widget_set_sensitive (GTK_WIDGET (self), document != NULL);
  if (document == NULL)
    return;

  set_base (self, drover_document_get_program (document),
            drover_document_get_arguments (document));
  self->has_error = self->is_half_typed = self->has_conflict = FALSE;
  self->rendering = TRUE;
  drover_command_buffer_set_command (self->buffer, self->program, self->arguments);
  self->rendering = FALSE;
  if (self->argument >= (int) self->arguments->len)
    self->argument = -1;
  show_message (self, NULL);
  show_selection (self, FALSE);
  show_problems (self);
  _drover_command_view_update_actions (self);
}

/* Gives what was typed back that _render() took away. */
void
_drover_command_view_restore (DroverCommandView *self)
{
  g_autofree char *text = g_steal_pointer (&self->taken_back);

  drover_command_buffer_replace (self->buffer, text);
  read_text (self, TRUE);
}

static void
show_conflict (DroverCommandView *self)
{
  self->has_conflict = TRUE;
  show_message (self, _("The machine was changed elsewhere while this text could not be read"));
  _drover_command_view_update_actions (self);
}

/* Whether the machine is still what the text was made of, or made to. */
static gboolean
is_unchanged (DroverCommandView *self)
{
  DroverDocument *document = get_document (self);

  return document != NULL && self->arguments != NULL &&
         g_str_equal (drover_document_get_program (document), self->program) &&
         same_arguments (drover_document_get_arguments (document), self->arguments);
}

static void
document_changed_cb (DroverConfig *config, DroverCommandView *self)
{
  g_assert (DROVER_IS_COMMAND_VIEW (self));

  if (self->applying)
    return;

  g_clear_pointer (&self->taken_back, g_free);
  if (is_unchanged (self))
    gtk_widget_set_sensitive (GTK_WIDGET (self), TRUE);
  else if (self->arguments == NULL || !_drover_command_view_is_stale (self))
    _drover_command_view_render (self);
  else
    show_conflict (self);
}

/* Text that cannot be read waits at the editor for the next view of its machine. */
typedef struct
{
  char *text;
  char *program;
  GPtrArray *arguments;
} Draft;

static void
draft_free (gpointer data)
{
  Draft *self = data;

  g_free (self->text);
  g_free (self->program);
  g_ptr_array_unref (self->arguments);
  g_free (self);
}

static void
leave_draft (DroverCommandView *self)
{
  Draft *draft = NULL;

  if (_drover_command_view_is_stale (self))
    {
      draft = g_new0 (Draft, 1);
      draft->text = drover_command_buffer_dup_text (self->buffer);
      draft->program = g_strdup (self->program);
      draft->arguments = g_ptr_array_ref (self->arguments);
    }

  g_object_set_data_full (G_OBJECT (drover_config_get_editor (self->config)),
                          "drover-command-draft", draft, draft_free);
}

static void
take_draft (DroverCommandView *self)
{
  const Draft *draft = g_object_get_data (G_OBJECT (drover_config_get_editor (self->config)),
                                          "drover-command-draft");

  if (draft == NULL || self->arguments == NULL)
    return;

  set_base (self, draft->program, draft->arguments);
  self->rendering = TRUE;
  drover_command_buffer_replace (self->buffer, draft->text);
  self->rendering = FALSE;
  self->has_conflict = !is_unchanged (self);
  read_text (self, TRUE);
  if (self->has_conflict)
    show_conflict (self);
}

static void
config_changed_cb (DroverConfig *config, DroverCommandView *self)
{
  document_changed_cb (config, self);
  if (gtk_toggle_button_get_active (self->launch))
    _drover_command_view_show_launch (self);
}

static void
launch_toggled_cb (DroverCommandView *self)
{
  gboolean active = gtk_toggle_button_get_active (self->launch);

  if (active)
    _drover_command_view_show_launch (self);
  gtk_stack_set_visible_child_name (self->stack, active ? "launch" : "edit");
}

static void
focus_left_cb (DroverCommandView *self)
{
  if (self->config == NULL)
    return;

  _drover_command_view_flush (self);
  drover_editor_end_merge (drover_config_get_editor (self->config));
}

/* The menu is for what was clicked on, unless that is selected. */
static void
context_pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y,
                    DroverCommandView *self)
{
  GtkTextIter at;
  GtkTextIter start;
  GtkTextIter end;
  int buffer_x;
  int buffer_y;

  gtk_text_view_window_to_buffer_coords (self->text, GTK_TEXT_WINDOW_WIDGET, x, y, &buffer_x,
                                         &buffer_y);
  gtk_text_view_get_iter_at_location (self->text, &at, buffer_x, buffer_y);
  if (gtk_text_buffer_get_selection_bounds (GTK_TEXT_BUFFER (self->buffer), &start, &end) &&
      gtk_text_iter_in_range (&at, &start, &end))
    return;

  gtk_widget_grab_focus (GTK_WIDGET (self->text));
  gtk_text_buffer_place_cursor (GTK_TEXT_BUFFER (self->buffer), &at);
}

/* What was typed last is not lost because the page is closed at once. */
static void
drover_command_view_unmap (GtkWidget *widget)
{
  DroverCommandView *self = DROVER_COMMAND_VIEW (widget);

  if (self->config != NULL && self->arguments != NULL)
    {
      _drover_command_view_flush (self);
      leave_draft (self);
    }

  GTK_WIDGET_CLASS (drover_command_view_parent_class)->unmap (widget);
}

static void
drover_command_view_dispose (GObject *object)
{
  DroverCommandView *self = DROVER_COMMAND_VIEW (object);

  g_clear_handle_id (&self->idle, g_source_remove);
  g_clear_handle_id (&self->scroll_idle, g_source_remove);
  if (self->config != NULL)
    g_signal_handlers_disconnect_by_data (self->config, self);
  if (self->buffer != NULL)
    g_signal_handlers_disconnect_by_data (self->buffer, self);
  g_clear_object (&self->config);
  g_clear_object (&self->run);
  gtk_widget_dispose_template (GTK_WIDGET (self), DROVER_TYPE_COMMAND_VIEW);
  g_clear_object (&self->buffer);
  g_clear_object (&self->launch_buffer);

  G_OBJECT_CLASS (drover_command_view_parent_class)->dispose (object);
}

static void
drover_command_view_finalize (GObject *object)
{
  DroverCommandView *self = DROVER_COMMAND_VIEW (object);

  g_clear_pointer (&self->program, g_free);
  g_clear_pointer (&self->arguments, g_ptr_array_unref);
  g_clear_pointer (&self->taken_back, g_free);

  G_OBJECT_CLASS (drover_command_view_parent_class)->finalize (object);
}

static void
drover_command_view_class_init (DroverCommandViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = drover_command_view_dispose;
  object_class->finalize = drover_command_view_finalize;
  widget_class->unmap = drover_command_view_unmap;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               RESOURCE_PATH "/command/drover-command-view.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverCommandView, copy);
  gtk_widget_class_bind_template_child (widget_class, DroverCommandView, launch);
  gtk_widget_class_bind_template_child (widget_class, DroverCommandView, stack);
  gtk_widget_class_bind_template_child (widget_class, DroverCommandView, text);
  gtk_widget_class_bind_template_child (widget_class, DroverCommandView, launch_text);
  gtk_widget_class_bind_template_child (widget_class, DroverCommandView, launch_caption);
  gtk_widget_class_bind_template_child (widget_class, DroverCommandView, message_box);
  gtk_widget_class_bind_template_child (widget_class, DroverCommandView, message);
  gtk_widget_class_bind_template_child (widget_class, DroverCommandView, keep);
  gtk_widget_class_bind_template_child (widget_class, DroverCommandView, discard);
  gtk_widget_class_bind_template_child (widget_class, DroverCommandView, about_title);
  gtk_widget_class_bind_template_child (widget_class, DroverCommandView, about);
  gtk_widget_class_bind_template_child (widget_class, DroverCommandView, problem);
  gtk_widget_class_bind_template_child (widget_class, DroverCommandView, argument_menu);
  gtk_widget_class_bind_template_callback (widget_class, focus_left_cb);
  gtk_widget_class_bind_template_callback (widget_class, context_pressed_cb);
  _drover_command_view_install_actions (widget_class);
}

static void
drover_command_view_init (DroverCommandView *self)
{
  self->argument = -1;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->buffer = drover_command_buffer_new ();
  self->launch_buffer = drover_command_buffer_new ();
  gtk_text_view_set_buffer (self->text, GTK_TEXT_BUFFER (self->buffer));
  gtk_text_view_set_buffer (self->launch_text, GTK_TEXT_BUFFER (self->launch_buffer));
  g_signal_connect_swapped (self->buffer, "changed", G_CALLBACK (text_changed_cb), self);
  g_signal_connect_swapped (self->buffer, "notify::cursor-position", G_CALLBACK (cursor_moved_cb),
                            self);
  g_signal_connect_swapped (self->launch, "toggled", G_CALLBACK (launch_toggled_cb), self);
  g_signal_connect_object (gtk_scrollable_get_hadjustment (GTK_SCROLLABLE (self->text)),
                           "notify::page-size", G_CALLBACK (resized_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (self->text)),
                           "notify::page-size", G_CALLBACK (resized_cb), self, G_CONNECT_SWAPPED);
}

/**
 * drover_command_view_new:
 * @config: a machine's configuration
 *
 * Returns: (transfer floating): the machine's command line as a text to edit
 */
GtkWidget *
drover_command_view_new (DroverConfig *config)
{
  DroverCommandView *self = g_object_new (DROVER_TYPE_COMMAND_VIEW, NULL);

  self->config = g_object_ref (config);
  g_signal_connect (config, "changed", G_CALLBACK (config_changed_cb), self);
  g_signal_connect (config, "selection-changed", G_CALLBACK (selection_changed_cb), self);
  g_signal_connect_swapped (config, "notify::check", G_CALLBACK (check_changed_cb), self);
  _drover_command_view_render (self);
  take_draft (self);
  return GTK_WIDGET (self);
}

/**
 * drover_command_view_set_run:
 * @run: the machine's run
 *
 * With it the view can show what is really launched.
 */
void
drover_command_view_set_run (DroverCommandView *self, DroverRun *run)
{
  g_return_if_fail (DROVER_IS_COMMAND_VIEW (self) && DROVER_IS_RUN (run));

  g_set_object (&self->run, run);
  gtk_widget_set_visible (GTK_WIDGET (self->launch), TRUE);
}
