/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-argument-row.h"
#include "drover-shell.h"
#include "drover-value-editor.h"

/* One argument as it is: its text, whether QEMU gets it, and what the user noted beside it. */
struct _DroverArgumentRow
{
  AdwExpanderRow parent_instance;

  DroverConfig *config;
  guint argument;
  gboolean showing;

  GtkSwitch *enabled;
  AdwEntryRow *value; /* NULL, as what follows, until the row is opened */
  AdwEntryRow *note;
  GtkWidget *up;
  GtkWidget *down;
};

G_DEFINE_FINAL_TYPE (DroverArgumentRow, drover_argument_row, ADW_TYPE_EXPANDER_ROW)

static DroverArgument *
get_argument (DroverArgumentRow *self)
{
  GPtrArray *arguments = drover_config_get_arguments (self->config);

  return arguments != NULL && self->argument < arguments->len
           ? arguments->pdata[self->argument]
           : NULL;
}

/* Consumes ARGUMENT. */
static void
replace (DroverArgumentRow *self, DroverArgument *argument, const char *label, const char *what)
{
  g_autoptr (GPtrArray) arguments =
    drover_arguments_copy (drover_config_get_arguments (self->config));
  g_autofree char *merge =
    what != NULL ? g_strdup_printf ("argument/%u/%s", self->argument, what) : NULL;

  drover_argument_unref (arguments->pdata[self->argument]);
  arguments->pdata[self->argument] = argument;
  drover_config_apply (self->config, arguments, label, merge);
}

static void
enabled_cb (DroverArgumentRow *self)
{
  gboolean enabled = gtk_switch_get_active (self->enabled);

  if (!self->showing && get_argument (self) != NULL)
    replace (self, drover_argument_with_enabled (get_argument (self), enabled),
             enabled ? _("Argument switched on") : _("Argument switched off"), NULL);
}

static void
value_cb (DroverArgumentRow *self)
{
  if (!self->showing && get_argument (self) != NULL)
    replace (self,
             drover_argument_with_value (get_argument (self),
                                         gtk_editable_get_text (GTK_EDITABLE (self->value))),
             _("Argument’s value"), "value");
}

static void
note_cb (DroverArgumentRow *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->note));

  if (!self->showing && get_argument (self) != NULL)
    replace (self, drover_argument_with_note (get_argument (self), *text != '\0' ? text : NULL),
             _("Argument’s note"), "note");
}

static void
remove_cb (DroverArgumentRow *self)
{
  g_autoptr (GPtrArray) arguments =
    drover_arguments_copy (drover_config_get_arguments (self->config));

  g_ptr_array_remove_index (arguments, self->argument);
  drover_config_apply (self->config, arguments, _("Argument removed"), NULL);
}

static void
move (DroverArgumentRow *self, int by)
{
  g_autoptr (GPtrArray) arguments =
    drover_arguments_copy (drover_config_get_arguments (self->config));
  gpointer argument = g_ptr_array_steal_index (arguments, self->argument);

  g_ptr_array_insert (arguments, (int) self->argument + by, argument);
  drover_config_apply (self->config, arguments, _("Argument moved"), NULL);
}

static void
up_cb (DroverArgumentRow *self)
{
  move (self, -1);
}

static void
down_cb (DroverArgumentRow *self)
{
  move (self, 1);
}

static void
focus_cb (DroverArgumentRow *self)
{
  drover_config_select (self->config, self->argument, 0, 0);
}

/* Showing */

static void
set_text (AdwEntryRow *row, const char *text)
{
  if (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (row)), text != NULL ? text : "") != 0)
    gtk_editable_set_text (GTK_EDITABLE (row), text != NULL ? text : "");
}

static void
update_titles (DroverArgumentRow *self, DroverArgument *argument)
{
  const char *words[] = { drover_argument_get_flag (argument),
                          drover_argument_get_value (argument), NULL };
  g_autofree char *text = drover_shell_from_argv (words[0] != NULL ? words : words + 1);
  const char *note = drover_argument_get_note (argument);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), text);
  if (drover_argument_get_enabled (argument))
    adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), note != NULL ? note : "");
  else
    {
      g_autofree char *off =
        note != NULL ? g_strdup_printf (_("Switched off: %s"), note) : g_strdup (_("Switched off"));

      adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), off);
    }
  drover_value_editor_name (GTK_WIDGET (self), text);
}

static void
update_problem (DroverArgumentRow *self)
{
  DroverCheck *check = drover_config_get_check (self->config);

  gtk_widget_remove_css_class (GTK_WIDGET (self), "error");
  for (guint i = 0; check != NULL && i < check->problems->len; i++)
    {
      DroverCheckProblem *problem = check->problems->pdata[i];

      if (problem->argument != (int) self->argument)
        continue;
      adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), problem->message);
      gtk_widget_add_css_class (GTK_WIDGET (self), "error");
      return;
    }
}

/* What stands in files comes behind all others, and stays there. */
static gboolean
has_next (DroverArgumentRow *self)
{
  GPtrArray *arguments = drover_config_get_arguments (self->config);
  guint next = self->argument + 1;

  return next < arguments->len && drover_argument_get_source (arguments->pdata[next]) == NULL;
}

static void
update_filled (DroverArgumentRow *self, DroverArgument *argument)
{
  gtk_widget_set_visible (GTK_WIDGET (self->value), drover_argument_get_value (argument) != NULL);
  set_text (self->value, drover_argument_get_value (argument));
  set_text (self->note, drover_argument_get_note (argument));
  gtk_widget_set_sensitive (self->up, self->argument > 0);
  gtk_widget_set_sensitive (self->down, has_next (self));
}

static void
update (DroverArgumentRow *self)
{
  DroverArgument *argument = get_argument (self);

  if (argument == NULL)
    return;

  self->showing = TRUE;
  update_titles (self, argument);
  update_problem (self);
  gtk_switch_set_active (self->enabled, drover_argument_get_enabled (argument));
  if (self->value != NULL)
    update_filled (self, argument);
  self->showing = FALSE;
}

static void
update_chosen (DroverArgumentRow *self)
{
  int argument;

  drover_config_get_selection (self->config, &argument, NULL, NULL);
  if (argument == (int) self->argument)
    gtk_widget_add_css_class (GTK_WIDGET (self), "chosen");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "chosen");
}

static void
drover_argument_row_dispose (GObject *object)
{
  g_clear_object (&DROVER_ARGUMENT_ROW (object)->config);
  G_OBJECT_CLASS (drover_argument_row_parent_class)->dispose (object);
}

static void
drover_argument_row_class_init (DroverArgumentRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_argument_row_dispose;
}

static AdwEntryRow *
add_entry (DroverArgumentRow *self, const char *title, GCallback callback)
{
  GtkWidget *row = adw_entry_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_editable_set_enable_undo (GTK_EDITABLE (row), FALSE);
  g_signal_connect_swapped (row, "changed", callback, self);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), row);
  return ADW_ENTRY_ROW (row);
}

static GtkWidget *
new_button (DroverArgumentRow *self, const char *icon, const char *name, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, name);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  drover_value_editor_name (button, name);
  g_signal_connect_swapped (button, "clicked", callback, self);
  return button;
}

static void
add_buttons (DroverArgumentRow *self)
{
  GtkWidget *row = adw_action_row_new ();
  AdwActionRow *action_row = ADW_ACTION_ROW (row);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _("Its Place in the Command Line"));
  self->up = new_button (self, "go-up-symbolic", _("Move Up"), G_CALLBACK (up_cb));
  self->down = new_button (self, "go-down-symbolic", _("Move Down"), G_CALLBACK (down_cb));
  adw_action_row_add_suffix (action_row, self->up);
  adw_action_row_add_suffix (action_row, self->down);
  adw_action_row_add_suffix (
    action_row, new_button (self, "user-trash-symbolic", _("Remove"), G_CALLBACK (remove_cb)));
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), row);
}

/* A closed row costs one row; a machine can have hundreds. */
static void
fill (DroverArgumentRow *self)
{
  if (self->value != NULL || self->config == NULL)
    return;

  self->value = add_entry (self, _("Value"), G_CALLBACK (value_cb));
  self->note = add_entry (self, _("Note"), G_CALLBACK (note_cb));
  add_buttons (self);
  update (self);
}

static void
drover_argument_row_init (DroverArgumentRow *self)
{
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkWidget *enabled = gtk_switch_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_expander_row_set_title_lines (ADW_EXPANDER_ROW (self), 3);
  gtk_widget_add_css_class (GTK_WIDGET (self), "argument");
  self->enabled = GTK_SWITCH (enabled);
  gtk_widget_set_valign (enabled, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (enabled, _("Whether QEMU Gets It"));
  drover_value_editor_name (enabled, _("Whether QEMU Gets It"));
  g_signal_connect_swapped (enabled, "notify::active", G_CALLBACK (enabled_cb), self);
  adw_expander_row_add_suffix (ADW_EXPANDER_ROW (self), enabled);
  g_signal_connect (self, "notify::expanded", G_CALLBACK (fill), NULL);
  g_signal_connect_swapped (focus, "enter", G_CALLBACK (focus_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
}

/**
 * drover_argument_row_new:
 *
 * Returns: (transfer floating): a row that shows nothing until drover_argument_row_set_argument()
 */
GtkWidget *
drover_argument_row_new (DroverConfig *config)
{
  DroverArgumentRow *self = g_object_new (DROVER_TYPE_ARGUMENT_ROW, NULL);

  self->config = g_object_ref (config);
  g_signal_connect_object (config, "selection-changed", G_CALLBACK (update_chosen), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (config, "notify::check", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

/**
 * drover_argument_row_set_argument:
 * @argument: the index of an argument
 *
 * Shows that argument as it is now.
 */
void
drover_argument_row_set_argument (DroverArgumentRow *self, guint argument)
{
  g_return_if_fail (DROVER_IS_ARGUMENT_ROW (self));

  self->argument = argument;
  update (self);
  update_chosen (self);
}
