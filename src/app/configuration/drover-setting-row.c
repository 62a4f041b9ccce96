/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-key.h"
#include "drover-setting-row.h"
#include "drover-value.h"
#include "drover-value-editor.h"

/* One setting: what it is, the argument it makes, and the control that changes it. The row has
 * no value of its own; it reads the arguments whenever they change. */
struct _DroverSettingRow
{
  AdwPreferencesRow parent_instance;

  DroverConfig *config;
  const DroverSetting *setting;
  DroverScope scope;
  gboolean scoped;
  gboolean stale; /* something has changed since the row was last in sight */
  gboolean shown;

  GtkLabel *title;
  GtkLabel *summary;
  GtkLabel *words;
  GtkLabel *absent;
  GtkLabel *wait; /* says that the running machine has another value */
  GtkLabel *note;
  GtkLabel *problem;
  GtkWidget *edit_text;
  GtkWidget *reset;
  AdwBin *narrow_slot;
  AdwBin *wide_slot;
  GtkBox *narrow_box;
  GtkBox *wide_box;
  GtkStack *stack; /* the editor, or what it cannot edit */
  DroverValueEditor *editor;
  GtkEditable *opaque;
};

G_DEFINE_FINAL_TYPE (DroverSettingRow, drover_setting_row, ADW_TYPE_PREFERENCES_ROW)

static const DroverScope *
get_scope (DroverSettingRow *self)
{
  return self->scoped ? &self->scope : NULL;
}

static DroverReading *
read_setting (DroverSettingRow *self)
{
  GPtrArray *arguments = drover_config_get_arguments (self->config);

  /* The setting of a part is nowhere until it is known which part. */
  if (arguments == NULL ||
      (!self->scoped && self->setting->places[0].half != DROVER_HALF_WHOLE))
    return NULL;

  return drover_setting_read (self->setting, arguments, get_scope (self));
}

static gboolean
is_set (const DroverReading *reading)
{
  return reading->state != DROVER_SETTING_ABSENT;
}

static void
show_text (GtkLabel *label, const char *text)
{
  gtk_label_set_label (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL && *text != '\0');
}

/* What counts without it */

static char *
dup_default (DroverSettingRow *self)
{
  DroverCatalogue *catalogue = drover_config_get_catalogue (self->config);
  GPtrArray *arguments = drover_config_get_arguments (self->config);
  g_autofree char *text = NULL;
  gboolean on;

  if (catalogue != NULL && arguments != NULL)
    text = drover_catalogue_dup_default_of (catalogue, self->setting, arguments,
                                            get_scope (self));
  /* Arm boards differ too much for QEMU to choose one. */
  if (text == NULL && catalogue != NULL && g_str_equal (self->setting->id, "machine.type"))
    return g_strdup (_("none: choose one"));
  if (text == NULL)
    return self->setting->absent != NULL ? g_strdup (_(self->setting->absent)) : NULL;
  if (self->setting->kind == DROVER_SETTING_SWITCH && drover_switch_parse (text, &on))
    return g_strdup (on ? _("on") : _("off"));

  return g_steal_pointer (&text);
}

/* The third state of a switch says which of the two it is, where that is known. */
static void
update_third_state (DroverSettingRow *self, const char *absent)
{
  const char *label = _("Default");

  if (self->setting->kind != DROVER_SETTING_SWITCH)
    return;

  if (g_strcmp0 (absent, _("on")) == 0)
    label = _("Default (on)");
  else if (g_strcmp0 (absent, _("off")) == 0)
    label = _("Default (off)");
  drover_value_editor_show_default (self->editor, label);
}

static void
update_default (DroverSettingRow *self, const DroverReading *reading)
{
  g_autofree char *absent = dup_default (self);
  g_autofree char *line = absent != NULL ? g_strdup_printf (_("Default: %s"), absent) : NULL;

  g_autofree char *file =
    reading->file != NULL ? g_strdup_printf (_("From the file %s"), reading->file) : NULL;

  show_text (self->absent, file != NULL ? file : is_set (reading) ? NULL : line);
  gtk_widget_set_tooltip_text (self->reset, line != NULL ? line : _("Back to the Default"));
  update_third_state (self, absent);
}

/* What the check says */

static gboolean
is_about (const DroverCheckProblem *problem, const DroverReading *reading)
{
  if (problem->argument < 0 || problem->argument != reading->argument)
    return FALSE;

  /* A problem of the whole argument is told once, by the row of its first item. */
  if (problem->start == problem->end)
    return reading->start == 0;

  return problem->start < reading->end && reading->start < problem->end;
}

static const DroverCheckProblem *
find_problem (DroverSettingRow *self, const DroverReading *reading)
{
  DroverCheck *check = drover_config_get_check (self->config);

  for (guint i = 0; check != NULL && i < check->problems->len; i++)
    if (is_about (check->problems->pdata[i], reading))
      return check->problems->pdata[i];

  return NULL;
}

static void
update_problem (DroverSettingRow *self, const DroverReading *reading)
{
  const DroverCheckProblem *problem = find_problem (self, reading);
  GtkWidget *widget = GTK_WIDGET (self->problem);

  show_text (self->problem, problem != NULL ? problem->message : NULL);
  gtk_widget_remove_css_class (widget, "error");
  gtk_widget_remove_css_class (widget, "warning");
  if (problem != NULL)
    gtk_widget_add_css_class (widget, problem->fatal ? "error" : "warning");
}

/* The value */

static void
update_note (DroverSettingRow *self, const DroverReading *reading)
{
  const char *note = drover_value_editor_get_note (self->editor);

  if (reading->state == DROVER_SETTING_OPAQUE)
    note = _("This row cannot read what stands there, so it leaves it alone.");
  if (reading->state == DROVER_SETTING_CONFLICT && reading->file != NULL)
    note = _("It is set before -readconfig too, so this row leaves it alone. The file comes later, "
             "and this is the value that QEMU takes.");
  else if (reading->state == DROVER_SETTING_CONFLICT)
    note = _("It is set more than once, so this row leaves it alone. This is the value that QEMU "
             "takes.");
  show_text (self->note, note);
}

static void
update_wait (DroverSettingRow *self)
{
  gtk_widget_set_visible (
    GTK_WIDGET (self->wait),
    drover_config_runs_otherwise (self->config, self->setting, get_scope (self)));
}

/* Which of those that @means speaks of it would be: the first that is offered. */
static char *
dup_likely (const DroverSetting *setting, const char *means)
{
  g_auto (GStrv) patterns = g_strsplit (means, "|", -1);

  if (*means == '!')
    return NULL;
  for (guint i = 0; setting->choices != NULL && setting->choices[i] != NULL; i++)
    if (g_pattern_match_simple (patterns[0], setting->choices[i]))
      return g_strdup (setting->choices[i]);

  return strpbrk (patterns[0], "*?") == NULL ? g_strdup (patterns[0]) : NULL;
}

/* What the part is that has the place. */
static char *
dup_own_type (DroverSettingRow *self, const DroverPlace *place, const char *main_key)
{
  GPtrArray *arguments = drover_config_get_arguments (self->config);
  int slot = !self->scoped                        ? -1
             : place->half == DROVER_HALF_FRONT ? self->scope.front
             : place->half == DROVER_HALF_BACK  ? self->scope.back
                                                : self->scope.file;

  if (slot < 0 ||
      !g_str_equal (drover_argument_get_option (arguments->pdata[slot]), place->option))
    return NULL;

  return drover_key_dup (arguments, slot, main_key);
}

/* Of a key that only counts in an argument that says what it is: `-accel tcg,thread=…`, and
 * `-device virtio-balloon-pci…` of the one that says it. */
static char *
dup_meaning_words (DroverSettingRow *self, const DroverPlace *place)
{
  const char *main_key = drover_value_get_main_key (place->option);
  g_autofree char *type = NULL;

  if (main_key == NULL)
    return NULL;
  if (g_str_equal (main_key, place->key))
    {
      type = dup_likely (self->setting, place->means);
      return type != NULL ? g_strdup_printf ("-%s %s…", place->option, type) : NULL;
    }

  type = dup_own_type (self, place, main_key);
  if (type == NULL && !self->scoped)
    type = dup_likely (self->setting, place->means);
  return type != NULL ? g_strdup_printf ("-%s %s,%s=…", place->option, type, place->key) : NULL;
}

/* The words it would make, with the value left open. */
static char *
dup_open_words (DroverSettingRow *self)
{
  const DroverSetting *setting = self->setting;
  const DroverPlace *place = &setting->places[0];
  char *words = NULL;

  if (place->means != NULL && place->key != NULL)
    words = dup_meaning_words (self, place);
  if (words != NULL)
    return words;
  if (place->means != NULL && place->key == NULL)
    return g_strdup_printf ("-%s", place->option);
  if (place->key != NULL)
    return g_strdup_printf ("-%s %s=…", place->option, place->key);

  return *place->option != '\0' ? g_strdup_printf ("-%s …", place->option) : NULL;
}

static void
update_words (DroverSettingRow *self, const DroverReading *reading)
{
  gboolean here = is_set (reading) && reading->file == NULL;
  g_autofree char *words =
    here
      ? drover_setting_dup_words (self->setting, drover_config_get_arguments (self->config),
                                  get_scope (self), NULL)
      : dup_open_words (self);

  show_text (self->words, words);
  if (here)
    gtk_widget_remove_css_class (GTK_WIDGET (self->words), "dimmed");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->words), "dimmed");
}

static void
update_value (DroverSettingRow *self, const DroverReading *reading)
{
  gboolean editable =
    reading->state == DROVER_SETTING_ABSENT || reading->state == DROVER_SETTING_VALUE;

  gtk_stack_set_visible_child_name (self->stack, editable ? "editor" : "opaque");
  gtk_widget_set_visible (self->edit_text, !editable);
  gtk_widget_set_visible (self->reset,
                          editable && is_set (reading) && reading->file == NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->editor), reading->file == NULL || !self->scoped);
  if (editable)
    drover_value_editor_show (self->editor, is_set (reading) ? reading->text : NULL);
  else
    gtk_editable_set_text (self->opaque, reading->text != NULL ? reading->text : "");
}

static void
update_chosen (DroverSettingRow *self)
{
  int argument;
  gsize start, end;

  drover_config_get_selection (self->config, &argument, &start, &end);
  if (drover_setting_row_is_at (self, argument, start, end))
    gtk_widget_add_css_class (GTK_WIDGET (self), "chosen");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "chosen");
}

static void
update (DroverSettingRow *self)
{
  g_autoptr (DroverReading) reading = NULL;

  /* Rows that nobody sees wait: there are many, and each key stroke changes the arguments. */
  if (self->shown && !gtk_widget_get_mapped (GTK_WIDGET (self)))
    {
      self->stale = TRUE;
      return;
    }

  reading = read_setting (self);
  if (reading == NULL)
    return;

  self->stale = FALSE;
  self->shown = TRUE;
  update_value (self, reading);
  update_words (self, reading);
  update_default (self, reading);
  update_problem (self, reading);
  update_note (self, reading);
  update_wait (self);
  update_chosen (self);
}

static void
noted_cb (DroverSettingRow *self)
{
  g_autoptr (DroverReading) reading = read_setting (self);

  if (reading != NULL)
    update_note (self, reading);
}

/* What the user does */

static void
choose (DroverSettingRow *self)
{
  g_autoptr (DroverReading) reading = read_setting (self);

  if (reading != NULL && reading->argument >= 0)
    drover_config_select (self->config, reading->argument, reading->start, reading->end);
  else
    drover_config_select (self->config, -1, 0, 0);
}

static void
edited_cb (DroverSettingRow *self, const char *text)
{
  if (drover_config_write (self->config, self->setting, get_scope (self), text))
    choose (self);
}

static void
reset_cb (DroverSettingRow *self)
{
  drover_editor_end_merge (drover_config_get_editor (self->config));
  drover_config_write (self->config, self->setting, get_scope (self), NULL);
  drover_editor_end_merge (drover_config_get_editor (self->config));
}

static void
edit_text_cb (DroverSettingRow *self)
{
  choose (self);
  gtk_widget_activate_action (GTK_WIDGET (self), "configuration.edit-text", NULL);
}

static void
focus_enter_cb (DroverSettingRow *self)
{
  choose (self);
}

static void
focus_leave_cb (DroverSettingRow *self)
{
  if (self->config == NULL)
    return;

  drover_value_editor_commit (self->editor);
  drover_editor_end_merge (drover_config_get_editor (self->config));
}

/* A click beside the control is meant for it. */
static void
drover_setting_row_activate (GtkListBoxRow *row)
{
  DroverSettingRow *self = DROVER_SETTING_ROW (row);

  choose (self);
  gtk_widget_child_focus (GTK_WIDGET (self->stack), GTK_DIR_TAB_FORWARD);
}

static void
drover_setting_row_map (GtkWidget *widget)
{
  DroverSettingRow *self = DROVER_SETTING_ROW (widget);

  GTK_WIDGET_CLASS (drover_setting_row_parent_class)->map (widget);
  if (self->stale)
    update (self);
}

static void
drover_setting_row_dispose (GObject *object)
{
  DroverSettingRow *self = DROVER_SETTING_ROW (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_SETTING_ROW);
  g_clear_object (&self->config);

  G_OBJECT_CLASS (drover_setting_row_parent_class)->dispose (object);
}

static void
drover_setting_row_class_init (DroverSettingRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_setting_row_dispose;
  widget_class->map = drover_setting_row_map;
  GTK_LIST_BOX_ROW_CLASS (klass)->activate = drover_setting_row_activate;

  gtk_widget_class_set_template_from_resource (
    widget_class, RESOURCE_PATH "/configuration/drover-setting-row.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverSettingRow, title);
  gtk_widget_class_bind_template_child (widget_class, DroverSettingRow, summary);
  gtk_widget_class_bind_template_child (widget_class, DroverSettingRow, words);
  gtk_widget_class_bind_template_child (widget_class, DroverSettingRow, absent);
  gtk_widget_class_bind_template_child (widget_class, DroverSettingRow, wait);
  gtk_widget_class_bind_template_child (widget_class, DroverSettingRow, note);
  gtk_widget_class_bind_template_child (widget_class, DroverSettingRow, problem);
  gtk_widget_class_bind_template_child (widget_class, DroverSettingRow, edit_text);
  gtk_widget_class_bind_template_child (widget_class, DroverSettingRow, reset);
  gtk_widget_class_bind_template_child (widget_class, DroverSettingRow, narrow_slot);
  gtk_widget_class_bind_template_child (widget_class, DroverSettingRow, wide_slot);
  gtk_widget_class_bind_template_child (widget_class, DroverSettingRow, narrow_box);
  gtk_widget_class_bind_template_child (widget_class, DroverSettingRow, wide_box);
  gtk_widget_class_bind_template_callback (widget_class, reset_cb);
  gtk_widget_class_bind_template_callback (widget_class, edit_text_cb);
  gtk_widget_class_bind_template_callback (widget_class, focus_enter_cb);
  gtk_widget_class_bind_template_callback (widget_class, focus_leave_cb);
}

static void
drover_setting_row_init (DroverSettingRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* Beside a wide editor, not on a line of their own above it. */
static void
move_buttons (DroverSettingRow *self)
{
  GtkWidget *buttons[] = { self->reset, self->edit_text };

  for (guint i = 0; i < G_N_ELEMENTS (buttons); i++)
    {
      g_object_ref (buttons[i]);
      gtk_box_remove (self->narrow_box, buttons[i]);
      gtk_box_append (self->wide_box, buttons[i]);
      g_object_unref (buttons[i]);
    }
}

static void
put_editor (DroverSettingRow *self)
{
  gboolean wide = drover_value_editor_is_wide (self->setting);
  GtkWidget *stack = gtk_stack_new ();
  GtkWidget *opaque = gtk_entry_new ();

  self->stack = GTK_STACK (stack);
  self->opaque = GTK_EDITABLE (opaque);
  self->editor = drover_value_editor_new (self->config, self->setting);
  gtk_widget_set_sensitive (opaque, FALSE);
  gtk_widget_set_valign (opaque, GTK_ALIGN_CENTER);
  drover_value_editor_name (opaque, _(self->setting->title));
  gtk_stack_set_hhomogeneous (self->stack, FALSE);
  gtk_stack_set_vhomogeneous (self->stack, FALSE);
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->editor), "editor");
  gtk_stack_add_named (self->stack, opaque, "opaque");
  adw_bin_set_child (wide ? self->wide_slot : self->narrow_slot, stack);
  gtk_widget_set_visible (GTK_WIDGET (self->wide_box), wide);
  gtk_widget_set_visible (GTK_WIDGET (self->narrow_box), !wide);
  if (wide)
    move_buttons (self);
  g_signal_connect_swapped (self->editor, "edited", G_CALLBACK (edited_cb), self);
  g_signal_connect_swapped (self->editor, "noted", G_CALLBACK (noted_cb), self);
}

/**
 * drover_setting_row_new:
 * @config: the configuration
 * @setting: what the row is for; it must outlive the row
 *
 * Returns: (transfer floating): the row
 */
GtkWidget *
drover_setting_row_new (DroverConfig *config, const DroverSetting *setting)
{
  DroverSettingRow *self = g_object_new (DROVER_TYPE_SETTING_ROW, NULL);

  self->config = g_object_ref (config);
  self->setting = setting;
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), _(setting->title));
  show_text (self->title, _(setting->title));
  show_text (self->summary, setting->summary != NULL ? _(setting->summary) : NULL);
  drover_value_editor_name (GTK_WIDGET (self), _(setting->title));
  put_editor (self);
  drover_value_editor_show_default (self->editor, _("Default"));

  g_signal_connect_object (config, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (config, "notify::catalogue", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (config, "notify::check", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (config, "hot-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (config, "selection-changed", G_CALLBACK (update_chosen), self,
                           G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}

/**
 * drover_setting_row_set_scope:
 * @scope: (nullable): the arguments of the part whose setting it is; %NULL for a setting of the
 *   machine
 */
void
drover_setting_row_set_scope (DroverSettingRow *self, const DroverScope *scope)
{
  g_return_if_fail (DROVER_IS_SETTING_ROW (self));

  self->scoped = scope != NULL;
  if (scope != NULL)
    self->scope = *scope;
  update (self);
}

/**
 * drover_setting_row_get_setting:
 *
 * Returns: what the row is for
 */
const DroverSetting *
drover_setting_row_get_setting (DroverSettingRow *self)
{
  g_return_val_if_fail (DROVER_IS_SETTING_ROW (self), NULL);
  return self->setting;
}

/**
 * drover_setting_row_is_at:
 * @argument: index of an argument, or -1
 * @start: where in its value a token begins
 * @end: where it ends; equal to @start for the whole argument
 *
 * Returns: whether the row's value is that token, or stands in it
 */
gboolean
drover_setting_row_is_at (DroverSettingRow *self, int argument, gsize start, gsize end)
{
  g_autoptr (DroverReading) reading = NULL;

  g_return_val_if_fail (DROVER_IS_SETTING_ROW (self), FALSE);

  if (argument < 0)
    return FALSE;

  reading = read_setting (self);
  if (reading == NULL || !is_set (reading) || reading->argument != argument)
    return FALSE;

  /* The flag stands for what comes first behind it. */
  if (start == end)
    return reading->start == 0;

  return reading->start == reading->end || (start < reading->end && reading->start < end);
}
