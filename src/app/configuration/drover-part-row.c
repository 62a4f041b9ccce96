/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-device-editor.h"
#include "drover-part-actions.h"
#include "drover-part-row.h"
#include "drover-setting-row.h"

typedef struct
{
  DroverConfig *config;
  DroverPart *part;
  GPtrArray *rows; /* of settings; belong to the expander */
  gboolean choosing;

  GtkImage *icon;
  GtkImage *warning;
  GtkWidget *badge;
  AdwActionRow *problem;
  GtkWidget *properties;
  GtkWidget *modernise;
} DroverPartRowPrivate;

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
update_rows (DroverPartRow *self, GPtrArray *arguments)
{
  DroverPartRowPrivate *priv = get (self);
  int front = priv->part->scope.front;

  for (guint i = 0; i < priv->rows->len; i++)
    {
      DroverSettingRow *row = priv->rows->pdata[i];

      gtk_widget_set_visible (
        GTK_WIDGET (row),
        drover_setting_applies (drover_setting_row_get_setting (row), arguments,
                                &priv->part->scope));
      drover_setting_row_set_scope (row, &priv->part->scope);
    }
  if (priv->properties == NULL)
    return;

  gtk_widget_set_visible (
    priv->properties,
    front >= 0 &&
      g_str_equal (drover_argument_get_option (arguments->pdata[front]), "device"));
  gtk_widget_set_visible (priv->modernise, priv->part->legacy);
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

  if (klass->fill != NULL)
    klass->fill (self);

  priv->properties =
    add_button (self, _("All _Properties…"), NULL, G_CALLBACK (properties_cb));
  priv->modernise = add_button (self, _("_Modernise…"), NULL, G_CALLBACK (modernise_cb));
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

/* A token of it was chosen: its row, which may not have been made yet, comes into sight. */
static void
reveal (DroverPartRow *self, int argument, gsize start, gsize end)
{
  DroverPartRowPrivate *priv = get (self);
  GtkWidget *target = GTK_WIDGET (self);

  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (self), TRUE);
  for (guint i = 0; i < priv->rows->len; i++)
    if (drover_setting_row_is_at (priv->rows->pdata[i], argument, start, end))
      target = priv->rows->pdata[i];
  gtk_widget_add_tick_callback (target, scroll_cb, NULL, NULL);
}

static void
selection_changed_cb (DroverPartRow *self)
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
  if (has_argument (priv->part, argument))
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
  g_clear_pointer (&priv->part, drover_part_free);
  g_clear_object (&priv->config);

  G_OBJECT_CLASS (drover_part_row_parent_class)->dispose (object);
}

static void
drover_part_row_class_init (DroverPartRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_part_row_dispose;
}

static void
drover_part_row_init (DroverPartRow *self)
{
  DroverPartRowPrivate *priv = get (self);
  GtkEventController *focus = gtk_event_controller_focus_new ();

  priv->rows = g_ptr_array_new ();
  priv->icon = GTK_IMAGE (gtk_image_new ());
  gtk_accessible_update_state (GTK_ACCESSIBLE (priv->icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_expander_row_add_prefix (ADW_EXPANDER_ROW (self), GTK_WIDGET (priv->icon));

  priv->badge = gtk_label_new (_("older form"));
  gtk_widget_set_valign (priv->badge, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (priv->badge, "badge");
  gtk_widget_set_tooltip_text (priv->badge, _("QEMU has a newer way to write this"));
  adw_expander_row_add_suffix (ADW_EXPANDER_ROW (self), priv->badge);

  priv->warning = GTK_IMAGE (gtk_image_new_from_icon_name ("dialog-warning-symbolic"));
  gtk_widget_add_css_class (GTK_WIDGET (priv->warning), "warning");
  adw_expander_row_add_suffix (ADW_EXPANDER_ROW (self), GTK_WIDGET (priv->warning));

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  g_signal_connect_swapped (focus, "enter", G_CALLBACK (focus_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
  g_signal_connect (self, "notify::expanded", G_CALLBACK (fill), NULL);
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

  if (arguments == NULL || priv->part == NULL)
    return;

  DROVER_PART_ROW_GET_CLASS (self)->update (self, arguments, priv->part);
  gtk_widget_set_visible (priv->badge, priv->part->legacy);
  update_rows (self, arguments);
  update_problem (self, arguments);
}

/**
 * drover_part_row_set_part:
 * @arguments: (element-type DroverArgument): the arguments that it is a part of
 * @part: (transfer full): what to show from now on
 */
void
drover_part_row_set_part (DroverPartRow *self, GPtrArray *arguments, DroverPart *part)
{
  gboolean is_first = get (self)->part == NULL;

  g_clear_pointer (&get (self)->part, drover_part_free);
  get (self)->part = part;
  drover_part_row_refresh (self);
  if (is_first)
    selection_changed_cb (self);
}

/**
 * drover_part_row_add_settings:
 * @except: (nullable): ids of settings that the card shows in its own way
 *
 * Adds a row for each setting of this kind of part.
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
      GtkWidget *row;

      if (except != NULL && g_strv_contains (except, settings[i]->id))
        continue;
      row = GTK_WIDGET (drover_setting_row_new (priv->config, settings[i]));
      g_ptr_array_add (priv->rows, row);
      adw_expander_row_add_row (ADW_EXPANDER_ROW (self), row);
    }
}
