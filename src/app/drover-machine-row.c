/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-clock.h"
#include "drover-machine-row.h"
#include "drover-power-bar.h"
#include "drover-window-private.h"
#include "drover-words.h"

/* A machine in the sidebar: its name and what it is doing, and a menu for its power, whichever
 * machine is shown. */
struct _DroverMachineRow
{
  GtkListBoxRow parent_instance;

  DroverRun *run;
  GtkImage *icon;
  GtkLabel *name;
  GtkLabel *state;
  GtkLabel *badge;
  GtkWidget *menu; /* (nullable): once it was asked for */
  gboolean on;     /* so that the time passes for it */
};

G_DEFINE_FINAL_TYPE (DroverMachineRow, drover_machine_row, GTK_TYPE_LIST_BOX_ROW)

static const char *
get_icon_name (DroverRun *run)
{
  gboolean off = drover_run_is_off (run);

  if (drover_run_get_trouble (run) != NULL)
    return "dialog-warning-symbolic";
  if (off && (drover_machine_get_error (drover_run_get_machine (run)) != NULL ||
              drover_run_get_error (run) != NULL))
    return "dialog-warning-symbolic";
  if (drover_run_is_running (run))
    return "media-playback-start-symbolic";

  return off ? "media-playback-stop-symbolic" : "media-playback-pause-symbolic";
}

static void
set_on (DroverMachineRow *self, gboolean on)
{
  if (self->on == on)
    return;

  self->on = on;
  if (on)
    drover_clock_hold (drover_clock_get ());
  else
    drover_clock_release (drover_clock_get ());
}

static void
update_actions (DroverMachineRow *self)
{
  DroverPowerAction actions[DROVER_N_POWER_ACTIONS];

  drover_power_actions_for_run (self->run, actions);
  for (guint i = 0; i < DROVER_N_POWER_ACTIONS; i++)
    {
      g_autofree char *action = g_strconcat ("row.", actions[i].name, NULL);

      gtk_widget_action_set_enabled (GTK_WIDGET (self), action, actions[i].reason == NULL);
    }
}

static void
update (DroverMachineRow *self)
{
  const char *name = drover_machine_get_name (drover_run_get_machine (self->run));
  g_autofree char *state = drover_words_for_run (self->run);
  g_autofree char *description = NULL;
  const char *icon = get_icon_name (self->run);

  gtk_label_set_label (self->name, name);
  gtk_label_set_label (self->state, state);
  gtk_image_set_from_icon_name (self->icon, icon);
  gtk_widget_remove_css_class (GTK_WIDGET (self->icon), "success");
  gtk_widget_remove_css_class (GTK_WIDGET (self->icon), "warning");
  gtk_widget_remove_css_class (GTK_WIDGET (self->icon), "dimmed");
  gtk_widget_add_css_class (GTK_WIDGET (self->icon),
                            g_str_equal (icon, "dialog-warning-symbolic") ? "warning"
                            : drover_run_is_running (self->run)           ? "success"
                                                                          : "dimmed");
  set_on (self, drover_run_is_running (self->run));
  update_actions (self);
  drover_words_show_badge (self->badge, self->run);
  if (gtk_widget_get_visible (GTK_WIDGET (self->badge)))
    description = g_strdup_printf ("%s, %s", state, gtk_label_get_label (self->badge));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  description != NULL ? description : state, -1);
}

static void
act_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkRoot *root = gtk_widget_get_root (widget);

  if (DROVER_IS_WINDOW (root))
    _drover_window_act (DROVER_WINDOW (root), DROVER_MACHINE_ROW (widget)->run,
                        name + strlen ("row."));
}

/* The menu */

static GMenuModel *
new_menu_model (DroverMachineRow *self)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) section = g_menu_new ();
  DroverPowerAction actions[DROVER_N_POWER_ACTIONS];

  drover_power_actions_for_run (self->run, actions);
  for (guint i = 0; i < DROVER_N_POWER_ACTIONS; i++)
    {
      g_autofree char *action = g_strconcat ("row.", actions[i].name, NULL);
      g_autoptr (GMenuItem) item = g_menu_item_new (actions[i].label, action);

      g_menu_item_set_attribute (item, "hidden-when", "s", "action-disabled");
      g_menu_append_item (section, item);
    }

  g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
  return G_MENU_MODEL (menu);
}

/* @x and @y in the row */
static void
pop_up (DroverMachineRow *self, double x, double y)
{
  const GdkRectangle place = { x, y, 1, 1 };

  if (self->menu == NULL)
    {
      g_autoptr (GMenuModel) model = new_menu_model (self);

      self->menu = gtk_popover_menu_new_from_model (model);
      gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
      gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
      gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
    }

  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &place);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
menu_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  pop_up (DROVER_MACHINE_ROW (widget), gtk_widget_get_width (widget) / 2.0,
          gtk_widget_get_height (widget));
}

static void
pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, DroverMachineRow *self)
{
  g_assert (DROVER_IS_MACHINE_ROW (self));

  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  pop_up (self, x, y);
}

static void
long_pressed_cb (GtkGestureLongPress *gesture, double x, double y, DroverMachineRow *self)
{
  g_assert (DROVER_IS_MACHINE_ROW (self));

  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  pop_up (self, x, y);
}

static void
add_gestures (DroverMachineRow *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *long_press = gtk_gesture_long_press_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (long_press), TRUE);
  g_signal_connect (long_press, "pressed", G_CALLBACK (long_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (long_press));
}

static void
drover_machine_row_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  DroverMachineRow *self = DROVER_MACHINE_ROW (widget);

  GTK_WIDGET_CLASS (drover_machine_row_parent_class)
    ->size_allocate (widget, width, height, baseline);
  if (self->menu != NULL)
    gtk_popover_present (GTK_POPOVER (self->menu));
}

static void
drover_machine_row_dispose (GObject *object)
{
  DroverMachineRow *self = DROVER_MACHINE_ROW (object);

  set_on (self, FALSE);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_MACHINE_ROW);
  g_clear_object (&DROVER_MACHINE_ROW (object)->run);

  G_OBJECT_CLASS (drover_machine_row_parent_class)->dispose (object);
}

static void
drover_machine_row_class_init (DroverMachineRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  static char names[DROVER_N_POWER_ACTIONS][32];
  DroverPowerAction actions[DROVER_N_POWER_ACTIONS];

  G_OBJECT_CLASS (klass)->dispose = drover_machine_row_dispose;
  widget_class->size_allocate = drover_machine_row_size_allocate;

  drover_power_actions_for_run (NULL, actions);
  for (guint i = 0; i < DROVER_N_POWER_ACTIONS; i++)
    {
      g_snprintf (names[i], sizeof names[i], "row.%s", actions[i].name);
      gtk_widget_class_install_action (widget_class, names[i], NULL, act_action);
    }
  gtk_widget_class_install_action (widget_class, "row.menu", NULL, menu_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Menu, 0, "row.menu", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, "row.menu", NULL);

  gtk_widget_class_set_template_from_resource (widget_class, RESOURCE_PATH "/drover-machine-row.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverMachineRow, icon);
  gtk_widget_class_bind_template_child (widget_class, DroverMachineRow, name);
  gtk_widget_class_bind_template_child (widget_class, DroverMachineRow, state);
  gtk_widget_class_bind_template_child (widget_class, DroverMachineRow, badge);
}

static void
drover_machine_row_init (DroverMachineRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  add_gestures (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_HAS_POPUP, TRUE,
                                  -1);
}

/**
 * drover_machine_row_new:
 *
 * Returns: (transfer floating): a row that follows @run
 */
GtkWidget *
drover_machine_row_new (DroverRun *run)
{
  DroverMachineRow *self = g_object_new (DROVER_TYPE_MACHINE_ROW, NULL);

  self->run = g_object_ref (run);
  g_signal_connect_object (run, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drover_run_get_machine (run), "notify", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (drover_clock_get (), "minute", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}

/**
 * drover_machine_row_get_run:
 *
 * Returns: (transfer none): what the row shows
 */
DroverRun *
drover_machine_row_get_run (DroverMachineRow *self)
{
  g_return_val_if_fail (DROVER_IS_MACHINE_ROW (self), NULL);
  return self->run;
}
