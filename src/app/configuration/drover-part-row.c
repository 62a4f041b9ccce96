/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-device-editor.h"
#include "drover-key.h"
#include "drover-options-file.h"
#include "drover-part-actions.h"
#include "drover-part-row.h"
#include "drover-setting-row.h"

typedef struct
{
  DroverConfig *config;
  DroverPart *part;
  GPtrArray *arguments; /* of which the part was told last */
  GPtrArray *rows;   /* of settings; belong to the expander */
  GPtrArray *groups; /* of settings that are looked at more rarely */
  gboolean choosing;
  gboolean ambiguous;
  gboolean stale; /* another token was chosen since the card was last in sight */

  GtkImage *icon;
  GtkImage *warning;
  GtkBox *badges;
  GBinding *narrow; /* weak: stacks them */
  GtkWidget *badge;
  AdwActionRow *problem;
  AdwActionRow *source;
  AdwActionRow *waiting;
  AdwEntryRow *id;
  char *shown_id;
  GtkWidget *properties;
  GtkWidget *modernise;
  GtkWidget *remove;
  GtkLabel *wait; /* that the running machine does not have it so */
  GtkLabel *file; /* where it stands, if not on the command line */
} DroverPartRowPrivate;

/* The settings under one heading: an expander in the expander, filled when it is opened. */
typedef struct
{
  DroverPartRow *owner;
  AdwExpanderRow *row;
  const char *title;
  GPtrArray *settings;
  gboolean filled;
} Group;

static void
group_free (Group *group)
{
  g_ptr_array_unref (group->settings);
  g_free (group);
}

G_DEFINE_TYPE_WITH_PRIVATE (DroverPartRow, drover_part_row, ADW_TYPE_EXPANDER_ROW)

static DroverPartRowPrivate *
get (DroverPartRow *self)
{
  return drover_part_row_get_instance_private (self);
}

static gboolean
has_argument (const DroverPart *part, int argument)
{
  if (argument < 0)
    return FALSE;
  for (guint i = 0; i < part->others->len; i++)
    if (g_array_index (part->others, int, i) == argument)
      return TRUE;

  return part->scope.front == argument || part->scope.back == argument ||
         part->scope.file == argument;
}

/* What the dry run said of any of its arguments. */
static char *
dup_check_problem (DroverPartRow *self)
{
  DroverCheck *check = drover_config_get_check (get (self)->config);

  for (guint i = 0; check != NULL && i < check->problems->len; i++)
    {
      const DroverCheckProblem *problem = check->problems->pdata[i];

      if (has_argument (get (self)->part, problem->argument))
        return g_strdup (problem->message);
    }

  return NULL;
}

static void
update_problem (DroverPartRow *self, GPtrArray *arguments)
{
  DroverPartRowPrivate *priv = get (self);
  DroverPartRowClass *klass = DROVER_PART_ROW_GET_CLASS (self);
  g_autofree char *text = dup_check_problem (self);

  if (text == NULL && priv->ambiguous)
    text = g_strdup (_("Its id is used twice, and QEMU will not start until one has another."));
  if (text == NULL && klass->dup_problem != NULL)
    text = klass->dup_problem (self, arguments, priv->part);

  gtk_widget_set_visible (GTK_WIDGET (priv->warning), text != NULL);
  gtk_widget_set_tooltip_text (GTK_WIDGET (priv->warning), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (priv->warning), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text != NULL ? text : "", -1);
  if (priv->problem != NULL)
    {
      gtk_widget_set_visible (GTK_WIDGET (priv->problem), text != NULL);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (priv->problem),
                                     text != NULL ? text : "");
    }
}

static void
update_wait (DroverPartRow *self)
{
  DroverPartRowPrivate *priv = get (self);
  g_autofree char *reason = drover_config_dup_wait (priv->config, priv->part);
  g_autofree char *text =
    reason != NULL ? g_strdup_printf (_("Takes effect at the next start. %s"), reason) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (priv->wait), reason != NULL);
  gtk_widget_set_tooltip_text (GTK_WIDGET (priv->wait), text);
  if (priv->waiting == NULL)
    return;

  gtk_widget_set_visible (GTK_WIDGET (priv->waiting), reason != NULL);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (priv->waiting), text != NULL ? text : "");
}

/* The argument whose id is the part's name. */
static int
get_named (DroverPartRow *self)
{
  const DroverScope *scope = &get (self)->part->scope;

  return scope->front >= 0 ? scope->front : scope->back;
}

static void
update_id (DroverPartRow *self, GPtrArray *arguments)
{
  DroverPartRowPrivate *priv = get (self);
  DroverArgument *argument = arguments->pdata[get_named (self)];
  g_autofree char *id = drover_key_dup (arguments, get_named (self), "id");

  gtk_widget_set_sensitive (GTK_WIDGET (priv->id),
                            drover_arguments_get_file (arguments, get_named (self)) == NULL);
  gtk_widget_set_visible (
    GTK_WIDGET (priv->id),
    id != NULL || g_str_equal (drover_argument_get_option (argument), "device"));
  if (g_set_str (&priv->shown_id, id) ||
      *gtk_editable_get_text (GTK_EDITABLE (priv->id)) == '\0')
    gtk_editable_set_text (GTK_EDITABLE (priv->id), id != NULL ? id : "");
}

/* A new id is new in all that speaks of it. */
static void
rename_cb (DroverPartRow *self)
{
  DroverPartRowPrivate *priv = get (self);
  GPtrArray *arguments = drover_config_get_arguments (priv->config);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (priv->id));
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) changed = NULL;

  g_assert (DROVER_IS_PART_ROW (self));

  if (arguments == NULL || g_strcmp0 (text, priv->shown_id) == 0)
    return;

  changed = priv->shown_id != NULL
              ? drover_arguments_rename_id (arguments, get_named (self), text, &error)
              : drover_key_write (arguments, get_named (self), "id", DROVER_SETTING_TEXT, text,
                                  &error);
  if (changed != NULL)
    drover_config_apply (priv->config, changed, _("Rename"), NULL);
  else
    {
      gtk_editable_set_text (GTK_EDITABLE (priv->id),
                             priv->shown_id != NULL ? priv->shown_id : "");
      gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
    }
}

static gboolean
applies (DroverPartRow *self, const DroverSetting *setting, GPtrArray *arguments)
{
  return drover_setting_applies (setting, arguments, &get (self)->part->scope);
}

static void
update_group (DroverPartRow *self, Group *group, GPtrArray *arguments)
{
  gboolean any = FALSE;

  for (guint i = 0; i < group->settings->len && !any; i++)
    any = applies (self, group->settings->pdata[i], arguments);
  gtk_widget_set_visible (GTK_WIDGET (group->row), any);
}

static void
update_setting_row (DroverPartRow *self, DroverSettingRow *row, GPtrArray *arguments)
{
  drover_setting_row_set_scope (row, &get (self)->part->scope);
  gtk_widget_set_visible (GTK_WIDGET (row),
                          applies (self, drover_setting_row_get_setting (row), arguments));
}

/* Whether there is an editor of all its properties: not of `-serial stdio`, say. */
static gboolean
has_properties (const DroverPart *part, GPtrArray *arguments)
{
  static const char *const of_devices[] = { "device", NULL };
  static const char *const of_others[] = { "chardev", "object", NULL };
  int front = part->scope.front;
  int argument = front >= 0 ? front : part->scope.back;

  return argument >= 0 && g_strv_contains (front >= 0 ? of_devices : of_others,
                                           drover_argument_get_option (arguments->pdata[argument]));
}

/* What stands in a file is shown, and can only be changed there. */
static void
update_file (DroverPartRow *self, GPtrArray *arguments)
{
  DroverPartRowPrivate *priv = get (self);
  const char *file = drover_arguments_get_file (arguments, get_named (self));
  g_autofree char *text =
    file != NULL ? g_strdup_printf (_("From the file %s; edit it there"), file) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (priv->file), file != NULL);
  gtk_label_set_label (priv->file, _("from a file"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (priv->file), text);
  if (priv->source == NULL)
    return;

  gtk_widget_set_visible (GTK_WIDGET (priv->source), file != NULL);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (priv->source), text != NULL ? text : "");
  gtk_widget_set_visible (priv->remove, file == NULL);
}

static void
update_rows (DroverPartRow *self, GPtrArray *arguments)
{
  DroverPartRowPrivate *priv = get (self);

  for (guint i = 0; i < priv->rows->len; i++)
    update_setting_row (self, priv->rows->pdata[i], arguments);
  for (guint i = 0; i < priv->groups->len; i++)
    update_group (self, priv->groups->pdata[i], arguments);
  if (priv->properties == NULL)
    return;

  gtk_widget_set_visible (priv->properties,
                          has_properties (priv->part, arguments) &&
                            drover_arguments_get_file (arguments, get_named (self)) == NULL);
  gtk_widget_set_visible (priv->modernise, priv->part->legacy);
  update_id (self, arguments);
}

static void
properties_cb (DroverPartRow *self)
{
  g_assert (DROVER_IS_PART_ROW (self));

  drover_device_editor_present (GTK_WIDGET (self), get (self)->config, get (self)->part->id,
                                DROVER_HALF_FRONT);
}

static void
modernise_cb (DroverPartRow *self)
{
  g_assert (DROVER_IS_PART_ROW (self));

  drover_part_actions_modernise (GTK_WIDGET (self), get (self)->config, get (self)->part->id);
}

static void
remove_cb (DroverPartRow *self)
{
  g_assert (DROVER_IS_PART_ROW (self));

  drover_part_actions_remove (GTK_WIDGET (self), get (self)->config, get (self)->part->id);
}

static GtkWidget *
add_button (DroverPartRow *self, const char *title, const char *css_class, GCallback callback)
{
  GtkWidget *row = adw_button_row_new ();

  adw_preferences_row_set_use_underline (ADW_PREFERENCES_ROW (row), TRUE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (css_class != NULL)
    gtk_widget_add_css_class (row, css_class);
  g_signal_connect_object (row, "activated", callback, self, G_CONNECT_SWAPPED);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), row);
  return row;
}

/* A closed card costs one row; its settings are made when somebody wants to see them. */
static void
fill (DroverPartRow *self)
{
  DroverPartRowPrivate *priv = get (self);
  DroverPartRowClass *klass = DROVER_PART_ROW_GET_CLASS (self);

  if (priv->problem != NULL || priv->part == NULL)
    return;

  priv->problem = ADW_ACTION_ROW (adw_action_row_new ());
  adw_action_row_add_prefix (priv->problem, gtk_image_new_from_icon_name ("dialog-warning-symbolic"));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (priv->problem), FALSE);
  adw_preferences_row_set_title_selectable (ADW_PREFERENCES_ROW (priv->problem), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (priv->problem), "warning");
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), GTK_WIDGET (priv->problem));

  priv->waiting = ADW_ACTION_ROW (adw_action_row_new ());
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (priv->waiting), FALSE);
  adw_preferences_row_set_title_selectable (ADW_PREFERENCES_ROW (priv->waiting), TRUE);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), GTK_WIDGET (priv->waiting));

  priv->source = ADW_ACTION_ROW (adw_action_row_new ());
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (priv->source), FALSE);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), GTK_WIDGET (priv->source));

  if (klass->fill != NULL)
    klass->fill (self);

  priv->id = ADW_ENTRY_ROW (adw_entry_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (priv->id),
                                 _("Id, by which other arguments speak of it"));
  adw_entry_row_set_show_apply_button (priv->id, TRUE);
  g_signal_connect_object (priv->id, "apply", G_CALLBACK (rename_cb), self, G_CONNECT_SWAPPED);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), GTK_WIDGET (priv->id));

  priv->properties =
    add_button (self, _("All _Properties…"), NULL, G_CALLBACK (properties_cb));
  priv->modernise = add_button (self, _("_Modernise…"), NULL, G_CALLBACK (modernise_cb));
  priv->remove =
    add_button (self, _("_Remove…"), "destructive-action", G_CALLBACK (remove_cb));
  drover_part_row_refresh (self);
}

static gboolean
scroll_cb (GtkWidget *row, GdkFrameClock *clock, gpointer user_data)
{
  GtkWidget *viewport = gtk_widget_get_ancestor (row, GTK_TYPE_VIEWPORT);

  /* A row that was just made has no place yet. */
  if (viewport != NULL && gtk_widget_get_height (row) == 0)
    return gtk_widget_get_mapped (row) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
  if (viewport != NULL)
    gtk_viewport_scroll_to (GTK_VIEWPORT (viewport), row, NULL);
  return G_SOURCE_REMOVE;
}

static void
add_setting (DroverPartRow *self, AdwExpanderRow *expander, const DroverSetting *setting)
{
  DroverPartRowPrivate *priv = get (self);
  GtkWidget *row = drover_setting_row_new (priv->config, setting);

  g_ptr_array_add (priv->rows, row);
  update_setting_row (self, DROVER_SETTING_ROW (row), drover_config_get_arguments (priv->config));
  adw_expander_row_add_row (expander, row);
}

static void
fill_group (Group *group)
{
  if (group->filled || drover_config_get_arguments (get (group->owner)->config) == NULL)
    return;

  group->filled = TRUE;
  for (guint i = 0; i < group->settings->len; i++)
    add_setting (group->owner, group->row, group->settings->pdata[i]);
}

/* A token of it was chosen: its row, which may not have been made yet, comes into sight. */
static void
reveal (DroverPartRow *self, int argument, gsize start, gsize end)
{
  DroverPartRowPrivate *priv = get (self);
  GtkWidget *target = GTK_WIDGET (self);
  GtkWidget *outer;

  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (self), TRUE);
  for (guint i = 0; start < end && i < priv->groups->len; i++)
    fill_group (priv->groups->pdata[i]);
  for (guint i = 0; i < priv->rows->len; i++)
    if (drover_setting_row_is_at (priv->rows->pdata[i], argument, start, end))
      target = priv->rows->pdata[i];

  outer = gtk_widget_get_ancestor (gtk_widget_get_parent (target), ADW_TYPE_EXPANDER_ROW);
  if (outer != NULL)
    adw_expander_row_set_expanded (ADW_EXPANDER_ROW (outer), TRUE);
  gtk_widget_add_tick_callback (target, scroll_cb, NULL, NULL);
}

static void
follow_selection (DroverPartRow *self)
{
  DroverPartRowPrivate *priv = get (self);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  int argument;
  gsize start, end;

  g_assert (DROVER_IS_PART_ROW (self));

  drover_config_get_selection (priv->config, &argument, &start, &end);
  if (priv->part == NULL || priv->choosing || !has_argument (priv->part, argument) ||
      (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self))))
    return;

  reveal (self, argument, start, end);
}

/* A card that nobody sees may not know its part yet: it follows when it is shown. */
static void
selection_changed_cb (DroverPartRow *self)
{
  g_assert (DROVER_IS_PART_ROW (self));

  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    follow_selection (self);
  else
    get (self)->stale = TRUE;
}

static void
drover_part_row_map (GtkWidget *widget)
{
  DroverPartRow *self = DROVER_PART_ROW (widget);
  gboolean stale = get (self)->stale;

  GTK_WIDGET_CLASS (drover_part_row_parent_class)->map (widget);
  get (self)->stale = FALSE;
  if (stale)
    follow_selection (self);
}

/* Whose card has the focus, its first argument lights up, unless a row's own does. */
static void
focus_cb (DroverPartRow *self)
{
  DroverPartRowPrivate *priv = get (self);
  int argument;

  g_assert (DROVER_IS_PART_ROW (self));

  if (priv->part == NULL)
    return;

  drover_config_get_selection (priv->config, &argument, NULL, NULL);
  if (has_argument (priv->part, argument) ||
      drover_arguments_get_file (drover_config_get_arguments (priv->config),
                                 get_named (self)) != NULL)
    return;

  priv->choosing = TRUE;
  drover_config_select (
    priv->config, priv->part->scope.front >= 0 ? priv->part->scope.front : priv->part->scope.back,
    0, 0);
  priv->choosing = FALSE;
}

static void
drover_part_row_dispose (GObject *object)
{
  DroverPartRowPrivate *priv = get (DROVER_PART_ROW (object));

  g_clear_pointer (&priv->rows, g_ptr_array_unref);
  g_clear_weak_pointer (&priv->narrow);
  g_clear_pointer (&priv->shown_id, g_free);
  g_clear_pointer (&priv->part, drover_part_free);
  g_clear_pointer (&priv->arguments, g_ptr_array_unref);
  g_clear_object (&priv->config);

  G_OBJECT_CLASS (drover_part_row_parent_class)->dispose (object);
}

static void
drover_part_row_finalize (GObject *object)
{
  g_clear_pointer (&get (DROVER_PART_ROW (object))->groups, g_ptr_array_unref);

  G_OBJECT_CLASS (drover_part_row_parent_class)->finalize (object);
}

static void
drover_part_row_class_init (DroverPartRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_part_row_dispose;
  G_OBJECT_CLASS (klass)->finalize = drover_part_row_finalize;
  GTK_WIDGET_CLASS (klass)->map = drover_part_row_map;
}

static GtkWidget *
add_badge (DroverPartRow *self, const char *text)
{
  GtkWidget *badge = gtk_label_new (text);

  gtk_widget_add_css_class (badge, "badge");
  gtk_box_append (get (self)->badges, badge);
  return badge;
}

static gboolean
stack_badges (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  g_value_set_enum (to, g_value_get_boolean (from) ? GTK_ORIENTATION_VERTICAL
                                                   : GTK_ORIENTATION_HORIZONTAL);
  return TRUE;
}

/* In a narrow window the badges stand one below the other, or they left no room for the title. */
static void
root_cb (DroverPartRow *self)
{
  GtkWidget *split = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_NAVIGATION_SPLIT_VIEW);

  if (get (self)->narrow != NULL)
    g_binding_unbind (get (self)->narrow);
  if (split != NULL)
    g_set_weak_pointer (&get (self)->narrow,
                        g_object_bind_property_full (split, "collapsed", get (self)->badges,
                                                     "orientation", G_BINDING_SYNC_CREATE,
                                                     stack_badges, NULL, NULL, NULL));
}

/* A file has no hyphen in its name that is not shown in it. */
static void
forbid_hyphens (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_has_css_class (widget, "title"))
    {
      g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

      pango_attr_list_insert (attributes, pango_attr_insert_hyphens_new (FALSE));
      gtk_label_set_attributes (GTK_LABEL (widget), attributes);
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    forbid_hyphens (child);
}

static void
drover_part_row_init (DroverPartRow *self)
{
  DroverPartRowPrivate *priv = get (self);
  GtkEventController *focus = gtk_event_controller_focus_new ();

  priv->rows = g_ptr_array_new ();
  priv->groups = g_ptr_array_new_with_free_func ((GDestroyNotify) group_free);
  priv->icon = GTK_IMAGE (gtk_image_new ());
  gtk_accessible_update_state (GTK_ACCESSIBLE (priv->icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_expander_row_add_prefix (ADW_EXPANDER_ROW (self), GTK_WIDGET (priv->icon));

  priv->badges = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 3));
  gtk_widget_set_valign (GTK_WIDGET (priv->badges), GTK_ALIGN_CENTER);
  adw_expander_row_add_suffix (ADW_EXPANDER_ROW (self), GTK_WIDGET (priv->badges));
  priv->badge = add_badge (self, _("older form"));
  gtk_widget_set_tooltip_text (priv->badge, _("QEMU has a newer way to write this"));
  priv->file = GTK_LABEL (add_badge (self, NULL));
  priv->wait = GTK_LABEL (add_badge (self, _("next start")));
  gtk_widget_add_css_class (GTK_WIDGET (priv->wait), "accent");
  gtk_widget_set_visible (GTK_WIDGET (priv->wait), FALSE);

  priv->warning = GTK_IMAGE (gtk_image_new_from_icon_name ("dialog-warning-symbolic"));
  gtk_widget_add_css_class (GTK_WIDGET (priv->warning), "warning");
  adw_expander_row_add_suffix (ADW_EXPANDER_ROW (self), GTK_WIDGET (priv->warning));

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  g_signal_connect_swapped (focus, "enter", G_CALLBACK (focus_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
  g_signal_connect (self, "notify::expanded", G_CALLBACK (fill), NULL);
  g_signal_connect (self, "notify::root", G_CALLBACK (root_cb), NULL);
  forbid_hyphens (GTK_WIDGET (self));
}

/**
 * drover_part_row_new:
 * @type: the card's class
 *
 * Returns: (transfer floating): a card that shows nothing until drover_part_row_set_part()
 */
GtkWidget *
drover_part_row_new (GType type, DroverConfig *config)
{
  DroverPartRow *self = g_object_new (type, NULL);

  get (self)->config = g_object_ref (config);
  g_signal_connect_object (config, "notify::check", G_CALLBACK (drover_part_row_refresh), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (config, "notify::catalogue", G_CALLBACK (drover_part_row_refresh),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (config, "hot-changed", G_CALLBACK (drover_part_row_refresh), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (config, "selection-changed", G_CALLBACK (selection_changed_cb), self,
                           G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

/**
 * drover_part_row_get_config:
 *
 * Returns: (transfer none): what it was made with
 */
DroverConfig *
drover_part_row_get_config (DroverPartRow *self)
{
  return get (self)->config;
}

/**
 * drover_part_row_get_part:
 *
 * Returns: (transfer none): the part that it shows
 */
const DroverPart *
drover_part_row_get_part (DroverPartRow *self)
{
  return get (self)->part;
}

/**
 * drover_part_row_set_icon:
 * @icon: name of a symbolic icon
 */
void
drover_part_row_set_icon (DroverPartRow *self, const char *icon)
{
  gtk_image_set_from_icon_name (get (self)->icon, icon);
}

/**
 * drover_part_row_refresh:
 *
 * Shows the part anew, after something that it does not hear of itself.
 */
void
drover_part_row_refresh (DroverPartRow *self)
{
  DroverPartRowPrivate *priv = get (self);
  GPtrArray *arguments = drover_config_get_arguments (priv->config);

  /* A card in a group that is out of sight hears only later where its part is by now. */
  if (arguments == NULL || arguments != priv->arguments || priv->rows == NULL)
    return;

  DROVER_PART_ROW_GET_CLASS (self)->update (self, arguments, priv->part);
  gtk_widget_set_visible (priv->badge, priv->part->legacy);
  update_rows (self, arguments);
  update_file (self, arguments);
  update_wait (self);
  update_problem (self, arguments);
}

/**
 * drover_part_row_set_part:
 * @arguments: (element-type DroverArgument): the arguments that it is a part of
 * @part: (transfer full): what to show from now on
 * @ambiguous: whether its id is used twice
 */
void
drover_part_row_set_part (DroverPartRow *self, GPtrArray *arguments, DroverPart *part,
                          gboolean ambiguous)
{
  gboolean is_first = get (self)->part == NULL;

  g_clear_pointer (&get (self)->part, drover_part_free);
  get (self)->part = part;
  g_clear_pointer (&get (self)->arguments, g_ptr_array_unref);
  get (self)->arguments = g_ptr_array_ref (arguments);
  get (self)->ambiguous = ambiguous;
  drover_part_row_refresh (self);
  if (is_first)
    follow_selection (self);
}

static Group *
ensure_group (DroverPartRow *self, const char *title)
{
  DroverPartRowPrivate *priv = get (self);
  Group *group;

  for (guint i = 0; i < priv->groups->len; i++)
    if (g_str_equal (((Group *) priv->groups->pdata[i])->title, title))
      return priv->groups->pdata[i];

  group = g_new0 (Group, 1);
  group->owner = self;
  group->title = title;
  group->settings = g_ptr_array_new ();
  group->row = ADW_EXPANDER_ROW (adw_expander_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (group->row), _(title));
  g_signal_connect_swapped (group->row, "notify::expanded", G_CALLBACK (fill_group), group);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), GTK_WIDGET (group->row));
  g_ptr_array_add (priv->groups, group);
  return group;
}

/**
 * drover_part_row_add_settings:
 * @except: (nullable): ids of settings that the row shows in its own way
 *
 * Adds a row for each setting of this kind of part. The id is none of them: see rename_cb().
 */
void
drover_part_row_add_settings (DroverPartRow *self, const char *const *except)
{
  DroverPartRowPrivate *priv = get (self);
  guint n_settings;
  const DroverSetting *const *settings =
    drover_settings_list_for (priv->part->kind, &n_settings);

  for (guint i = 0; i < n_settings; i++)
    {
      if (g_str_has_suffix (settings[i]->id, ".id") ||
          (except != NULL && g_strv_contains (except, settings[i]->id)))
        continue;
      if (settings[i]->group != NULL)
        g_ptr_array_add (ensure_group (self, settings[i]->group)->settings,
                         (gpointer) settings[i]);
      else
        add_setting (self, ADW_EXPANDER_ROW (self), settings[i]);
    }
}
