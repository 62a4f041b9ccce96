/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "drover-property-row.h"

/* Shows one property at a time and lets its value be edited; a list view has a few dozen of
 * these for all the properties of a device. It changes nothing by itself. */
struct _DroverPropertyRow
{
  GtkBox parent_instance;

  DroverPropertyItem *item;
  gulong handler;
  gboolean updating;

  GtkLabel *name;
  GtkLabel *description;
  GtkLabel *details;
  GtkStack *editors;
  GtkEntry *entry;
  GtkWidget *suggestions;
  GtkPopover *popover;
  GtkListBox *choices;
  GtkDropDown *choice;
};

G_DEFINE_FINAL_TYPE (DroverPropertyRow, drover_property_row, GTK_TYPE_BOX)

enum
{
  EDITED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
say_edited (DroverPropertyRow *self, const char *text)
{
  if (!self->updating && self->item != NULL)
    g_signal_emit (self, signals[EDITED], 0, self->item, text);
}

static void
text_changed_cb (DroverPropertyRow *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  g_assert (DROVER_IS_PROPERTY_ROW (self));

  say_edited (self, *text != '\0' ? text : NULL);
}

static void
suggestion_cb (DroverPropertyRow *self, GtkListBoxRow *row)
{
  const char *const *choices = drover_property_item_get_choices (self->item);

  g_assert (DROVER_IS_PROPERTY_ROW (self));

  gtk_popover_popdown (self->popover);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), choices[gtk_list_box_row_get_index (row)]);
}

/* The first choice is always to say nothing. */
static void
choice_changed_cb (DroverPropertyRow *self)
{
  guint selected = gtk_drop_down_get_selected (self->choice);
  GListModel *model = gtk_drop_down_get_model (self->choice);

  g_assert (DROVER_IS_PROPERTY_ROW (self));

  if (model != NULL && selected != GTK_INVALID_LIST_POSITION)
    say_edited (self, selected == 0 ? NULL
                                    : gtk_string_list_get_string (GTK_STRING_LIST (model),
                                                                  selected));
}

static void
fill_suggestions (DroverPropertyRow *self)
{
  const char *const *choices = drover_property_item_get_choices (self->item);
  gboolean some = choices != NULL && choices[0] != NULL;

  /* As wide with the arrow as the others are without. */
  gtk_editable_set_width_chars (GTK_EDITABLE (self->entry), some ? 10 : 14);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (self->entry), some ? 10 : 14);
  gtk_list_box_remove_all (self->choices);
  for (guint i = 0; choices != NULL && choices[i] != NULL; i++)
    {
      GtkWidget *label = gtk_label_new (choices[i]);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_list_box_append (self->choices, label);
    }
  gtk_widget_set_visible (self->suggestions, some);
}

static void
update_text (DroverPropertyRow *self)
{
  DroverSettingState state = drover_property_item_get_state (self->item);
  const char *value = drover_property_item_get_value (self->item);
  const char *otherwise = drover_property_item_get_default (self->item);

  /* Setting an equal text would move the cursor. */
  value = value != NULL ? value : "";
  if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (self->entry)), value))
    gtk_editable_set_text (GTK_EDITABLE (self->entry), value);
  gtk_editable_set_editable (GTK_EDITABLE (self->entry), state == DROVER_SETTING_ABSENT ||
                                                           state == DROVER_SETTING_VALUE);
  gtk_entry_set_placeholder_text (self->entry, otherwise);
}

static const char *
get_plain_switch (const char *value)
{
  static const char *const words[][2] = { { "yes", "on" }, { "true", "on" }, { "y", "on" },
                                          { "no", "off" }, { "false", "off" }, { "n", "off" } };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (words[i][0], value) == 0)
      return words[i][1];

  return value;
}

static GtkStringList *
list_choices (DroverPropertyRow *self, const char *value)
{
  static const char *const switches[] = { "on", "off", NULL };
  gboolean is_switch = drover_property_item_get_editor (self->item) == DROVER_EDITOR_SWITCH;
  const char *const *choices =
    is_switch ? switches : drover_property_item_get_choices (self->item);
  const char *otherwise = drover_property_item_get_default (self->item);
  g_autofree char *first = otherwise != NULL && *otherwise != '\0'
                             ? g_strdup_printf (_("Default (%s)"), otherwise)
                             : g_strdup (_("Default"));
  GtkStringList *list = gtk_string_list_new (NULL);

  gtk_string_list_append (list, first);
  for (guint i = 0; choices[i] != NULL; i++)
    gtk_string_list_append (list, choices[i]);
  /* What this QEMU does not offer is kept all the same. */
  if (value != NULL && !g_strv_contains (choices, value))
    gtk_string_list_append (list, value);

  return list;
}

static void
update_choice (DroverPropertyRow *self)
{
  gboolean is_switch = drover_property_item_get_editor (self->item) == DROVER_EDITOR_SWITCH;
  const char *value = drover_property_item_get_value (self->item);
  GListModel *model = gtk_drop_down_get_model (self->choice);
  guint place = 0;

  value = is_switch ? get_plain_switch (value) : value;
  if (model == NULL ||
      (value != NULL && gtk_string_list_find (GTK_STRING_LIST (model), value) ==
                          GTK_INVALID_LIST_POSITION))
    {
      g_autoptr (GtkStringList) list = list_choices (self, value);

      gtk_drop_down_set_model (self->choice, G_LIST_MODEL (list));
      model = G_LIST_MODEL (list);
    }
  if (value != NULL)
    place = gtk_string_list_find (GTK_STRING_LIST (model), value);
  gtk_drop_down_set_selected (self->choice, place);
}

static void
update (DroverPropertyRow *self)
{
  DroverSettingState state = drover_property_item_get_state (self->item);
  gboolean is_text = drover_property_item_get_editor (self->item) == DROVER_EDITOR_TEXT;
  g_autofree char *details = drover_property_item_dup_details (self->item);

  self->updating = TRUE;
  gtk_label_set_label (self->details, details);
  gtk_widget_set_visible (GTK_WIDGET (self->details), *details != '\0');
  if (state != DROVER_SETTING_ABSENT)
    gtk_widget_add_css_class (GTK_WIDGET (self->name), "heading");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->name), "heading");
  if (is_text)
    update_text (self);
  else
    update_choice (self);
  gtk_stack_set_visible_child_name (self->editors, is_text ? "text" : "choice");
  self->updating = FALSE;
}

static void
name_editor (DroverPropertyRow *self, GtkWidget *editor)
{
  const char *description = drover_property_item_get_description (self->item);

  gtk_accessible_update_property (
    GTK_ACCESSIBLE (editor), GTK_ACCESSIBLE_PROPERTY_LABEL,
    drover_property_item_get_name (self->item), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
    description != NULL ? description : "", -1);
}

/**
 * drover_property_row_set_item:
 * @item: (nullable): what to show from now on
 */
void
drover_property_row_set_item (DroverPropertyRow *self, DroverPropertyItem *item)
{
  const char *description;

  g_return_if_fail (DROVER_IS_PROPERTY_ROW (self));

  if (self->item != NULL)
    g_clear_signal_handler (&self->handler, self->item);
  g_set_object (&self->item, item);
  if (item == NULL)
    return;

  description = drover_property_item_get_description (item);
  gtk_label_set_label (self->name, drover_property_item_get_name (item));
  gtk_label_set_label (self->description, description != NULL ? description : "");
  gtk_widget_set_visible (GTK_WIDGET (self->description), description != NULL);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->description), description);
  name_editor (self, GTK_WIDGET (self->entry));
  name_editor (self, GTK_WIDGET (self->choice));

  self->updating = TRUE;
  fill_suggestions (self);
  gtk_drop_down_set_model (self->choice, NULL);
  self->updating = FALSE;
  self->handler =
    g_signal_connect_swapped (item, "notify::value", G_CALLBACK (update), self);
  update (self);
}

/**
 * drover_property_row_get_item:
 *
 * Returns: (transfer none) (nullable): what is shown
 */
DroverPropertyItem *
drover_property_row_get_item (DroverPropertyRow *self)
{
  g_return_val_if_fail (DROVER_IS_PROPERTY_ROW (self), NULL);
  return self->item;
}

static void
drover_property_row_dispose (GObject *object)
{
  DroverPropertyRow *self = DROVER_PROPERTY_ROW (object);

  drover_property_row_set_item (self, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_PROPERTY_ROW);

  G_OBJECT_CLASS (drover_property_row_parent_class)->dispose (object);
}

static void
drover_property_row_class_init (DroverPropertyRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_property_row_dispose;

  /**
   * DroverPropertyRow::edited:
   * @item: the #DroverPropertyItem
   * @text: (nullable): its new value; %NULL to say nothing
   */
  signals[EDITED] =
    g_signal_new ("edited", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, DROVER_TYPE_PROPERTY_ITEM, G_TYPE_STRING);

  gtk_widget_class_set_template_from_resource (
    widget_class, RESOURCE_PATH "/configuration/drover-property-row.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverPropertyRow, name);
  gtk_widget_class_bind_template_child (widget_class, DroverPropertyRow, description);
  gtk_widget_class_bind_template_child (widget_class, DroverPropertyRow, details);
  gtk_widget_class_bind_template_child (widget_class, DroverPropertyRow, editors);
  gtk_widget_class_bind_template_child (widget_class, DroverPropertyRow, entry);
  gtk_widget_class_bind_template_child (widget_class, DroverPropertyRow, suggestions);
  gtk_widget_class_bind_template_child (widget_class, DroverPropertyRow, popover);
  gtk_widget_class_bind_template_child (widget_class, DroverPropertyRow, choices);
  gtk_widget_class_bind_template_child (widget_class, DroverPropertyRow, choice);
  gtk_widget_class_bind_template_callback (widget_class, text_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, suggestion_cb);
  gtk_widget_class_bind_template_callback (widget_class, choice_changed_cb);
}

static void
drover_property_row_init (DroverPropertyRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * drover_property_row_new:
 *
 * Returns: (transfer floating): a row that shows nothing yet
 */
GtkWidget *
drover_property_row_new (void)
{
  return g_object_new (DROVER_TYPE_PROPERTY_ROW, NULL);
}
