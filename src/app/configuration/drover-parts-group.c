/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-lazy.h"
#include "drover-part-row.h"
#include "drover-parts-group.h"

/* So many cards are made at once: more than fit on a screen. */
#define PIECE 12

/* All parts of a kind, a row each, and what there is to say when there are none. */
struct _DroverPartsGroup
{
  AdwPreferencesGroup parent_instance;

  DroverConfig *config;
  GStrv kinds;
  GType row_type;
  char *wanted; /* id of a part to open as soon as it is there */
  guint most;   /* how many cards there may be by now */
  gboolean more;
  gboolean stale; /* the machine has changed since the group was last in sight */

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

static gboolean
reconcile (DroverPartsGroup *self)
{
  self->more =
    drover_part_row_reconcile (self->list, self->config, (const char *const *) self->kinds,
                               self->row_type, self->most);
  return self->more;
}

static gboolean
add_piece (GtkWidget *widget)
{
  DroverPartsGroup *self = DROVER_PARTS_GROUP (widget);

  if (!self->more)
    return FALSE;

  self->most += PIECE;
  return reconcile (self);
}

static void
add_all (DroverPartsGroup *self)
{
  self->most = G_MAXUINT;
  reconcile (self);
}

static void
update (DroverPartsGroup *self)
{
  self->stale = FALSE;
  if (reconcile (self))
    drover_lazy_start (GTK_WIDGET (self), add_piece);
  open_wanted (self);
  if (self->wanted != NULL && self->more)
    {
      add_all (self);
      open_wanted (self);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->empty),
                          !gtk_widget_get_visible (GTK_WIDGET (self->list)) &&
                            *adw_preferences_row_get_title (ADW_PREFERENCES_ROW (self->empty)) !=
                              '\0');
}

/* A hidden group waits until it is looked at: each key stroke changes the machine. */
static void
changed_cb (DroverPartsGroup *self)
{
  g_assert (DROVER_IS_PARTS_GROUP (self));

  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    update (self);
  else
    self->stale = TRUE;
}

/* The card of the token that was chosen may be among those that are still to come. */
static void
selection_changed_cb (DroverPartsGroup *self)
{
  int argument;

  g_assert (DROVER_IS_PARTS_GROUP (self));

  drover_config_get_selection (self->config, &argument, NULL, NULL);
  if (argument >= 0 && self->more && !self->stale)
    add_all (self);
}

static void
drover_parts_group_map (GtkWidget *widget)
{
  DroverPartsGroup *self = DROVER_PARTS_GROUP (widget);

  /* Before the cards follow what was chosen. */
  if (self->stale)
    update (self);
  GTK_WIDGET_CLASS (drover_parts_group_parent_class)->map (widget);
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
  GTK_WIDGET_CLASS (klass)->map = drover_parts_group_map;
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
  g_signal_connect_object (config, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (config, "selection-changed", G_CALLBACK (selection_changed_cb), self,
                           G_CONNECT_SWAPPED);
  self->most = PIECE;
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
 * @label: what it adds, with a mnemonic
 *
 * Adds a plus beside the heading: the words would not fit there in a narrow window.
 *
 * Returns: (transfer none): the new button
 */
GtkWidget *
drover_parts_group_add_button (DroverPartsGroup *self, const char *label)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("list-add-symbolic");
  g_auto (GStrv) parts = g_strsplit (label, "_", 2);
  g_autofree char *name = g_strjoinv ("", parts);

  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
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
  update (self);
}
