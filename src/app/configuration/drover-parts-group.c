/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-part-row.h"
#include "drover-parts-group.h"

/* All parts of a kind, a row each, and what there is to say when there are none. */
struct _DroverPartsGroup
{
  AdwPreferencesGroup parent_instance;

  DroverConfig *config;
  GStrv kinds;
  GType row_type;
  char *wanted; /* id of a part to open as soon as it is there */

  GtkListBox *list;
  AdwActionRow *empty;
  GtkBox *buttons;
};

G_DEFINE_FINAL_TYPE (DroverPartsGroup, drover_parts_group, ADW_TYPE_PREFERENCES_GROUP)

static void
open_wanted (DroverPartsGroup *self)
{
  GtkListBoxRow *row;

  for (int i = 0; self->wanted != NULL &&
                  (row = gtk_list_box_get_row_at_index (self->list, i)) != NULL; i++)
    if (g_str_equal (drover_part_row_get_part (DROVER_PART_ROW (row))->id, self->wanted))
      {
        adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
        gtk_widget_grab_focus (GTK_WIDGET (row));
        g_clear_pointer (&self->wanted, g_free);
      }
}

static void
update (DroverPartsGroup *self)
{
  drover_part_row_reconcile (self->list, self->config, (const char *const *) self->kinds,
                             self->row_type);
  open_wanted (self);
  gtk_widget_set_visible (GTK_WIDGET (self->empty),
                          !gtk_widget_get_visible (GTK_WIDGET (self->list)) &&
                            *adw_preferences_row_get_title (ADW_PREFERENCES_ROW (self->empty)) !=
                              '\0');
}

static void
drover_parts_group_dispose (GObject *object)
{
  DroverPartsGroup *self = DROVER_PARTS_GROUP (object);

  g_clear_object (&self->config);

  G_OBJECT_CLASS (drover_parts_group_parent_class)->dispose (object);
}

static void
drover_parts_group_finalize (GObject *object)
{
  DroverPartsGroup *self = DROVER_PARTS_GROUP (object);

  g_clear_pointer (&self->kinds, g_strfreev);
  g_clear_pointer (&self->wanted, g_free);

  G_OBJECT_CLASS (drover_parts_group_parent_class)->finalize (object);
}

static void
drover_parts_group_class_init (DroverPartsGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = drover_parts_group_dispose;
  object_class->finalize = drover_parts_group_finalize;
}

static void
drover_parts_group_init (DroverPartsGroup *self)
{
  GtkWidget *list = gtk_list_box_new ();

  self->list = GTK_LIST_BOX (list);
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), list);

  self->empty = ADW_ACTION_ROW (adw_action_row_new ());
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), GTK_WIDGET (self->empty));

  self->buttons = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6));
  adw_preferences_group_set_header_suffix (ADW_PREFERENCES_GROUP (self),
                                           GTK_WIDGET (self->buttons));
}

/**
 * drover_parts_group_new:
 * @title: its heading
 * @kinds: the kinds of parts that it shows
 * @row_type: a subclass of #DroverPartRow
 *
 * Returns: (transfer floating): a group that follows the machine
 */
DroverPartsGroup *
drover_parts_group_new (DroverConfig *config, const char *title, const char *const *kinds,
                        GType row_type)
{
  DroverPartsGroup *self = g_object_new (DROVER_TYPE_PARTS_GROUP, "title", title, NULL);

  self->config = g_object_ref (config);
  self->kinds = g_strdupv ((GStrv) kinds);
  self->row_type = row_type;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  title, -1);
  g_signal_connect_object (config, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return self;
}

/**
 * drover_parts_group_get_config:
 *
 * Returns: (transfer none): the configuration that it shows
 */
DroverConfig *
drover_parts_group_get_config (DroverPartsGroup *self)
{
  return self->config;
}

/**
 * drover_parts_group_set_empty:
 *
 * Says what there is to say when the machine has no such part.
 */
void
drover_parts_group_set_empty (DroverPartsGroup *self, const char *title, const char *subtitle)
{
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->empty), title);
  adw_action_row_set_subtitle (self->empty, subtitle);
  update (self);
}

/**
 * drover_parts_group_add_button:
 * @label: what it says, with a mnemonic
 *
 * Returns: (transfer none): a new button beside the heading
 */
GtkWidget *
drover_parts_group_add_button (DroverPartsGroup *self, const char *label)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *content = adw_button_content_new ();

  adw_button_content_set_icon_name (ADW_BUTTON_CONTENT (content), "list-add-symbolic");
  adw_button_content_set_label (ADW_BUTTON_CONTENT (content), label);
  adw_button_content_set_use_underline (ADW_BUTTON_CONTENT (content), TRUE);
  gtk_button_set_child (GTK_BUTTON (button), content);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_box_append (self->buttons, button);
  return button;
}

/**
 * drover_parts_group_open:
 * @id: of a part that is there, or about to be
 *
 * Opens its row, and puts the focus there.
 */
void
drover_parts_group_open (DroverPartsGroup *self, const char *id)
{
  g_set_str (&self->wanted, id);
  open_wanted (self);
}
