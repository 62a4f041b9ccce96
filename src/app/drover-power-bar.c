/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-power-bar.h"

/* The buttons for a machine's power. They stand in the header, or below the content where
 * the window is narrow. What each does is the window's action; here is what it says. */
struct _DroverPowerBar
{
  GtkBox parent_instance;

  GtkWidget *start;
  GtkWidget *pause;
  GtkWidget *resume;
  GtkWidget *wake;
  GtkWidget *shut_down;
  GtkWidget *reset;
  GtkWidget *force_off;
};

G_DEFINE_FINAL_TYPE (DroverPowerBar, drover_power_bar, GTK_TYPE_BOX)

typedef enum
{
  START,
  START_PAUSED,
  START_DISPOSABLE,
  PAUSE,
  RESUME,
  WAKE,
  SHUT_DOWN,
  RESET,
  FORCE_OFF,
} Action;

/* What each does when it can be used. */
static const struct
{
  const char *name;
  const char *label;
  const char *tooltip;
} descriptions[DROVER_N_POWER_ACTIONS] = {
  [START] = { "start", N_("_Start"), N_("Start") },
  [START_PAUSED] = { "start-paused", N_("Start _Paused"),
                     N_("Start, and stand still before the first instruction") },
  [START_DISPOSABLE] = { "start-disposable", N_("Start _Without Keeping Anything"),
                         N_("Start, and throw away what the guest writes to its disks") },
  [PAUSE] = { "pause", N_("_Pause"), N_("Pause the virtual processors") },
  [RESUME] = { "resume", N_("_Resume"), N_("Let the virtual processors go on") },
  [WAKE] = { "wake", N_("_Wake"), N_("Wake the guest, which sleeps") },
  [SHUT_DOWN] = { "shut-down", N_("Shut _Down"),
                  N_("Shut down: press the power button; the guest decides") },
  [RESET] = { "reset", N_("Rese_t"), N_("Reset: press the reset button") },
  [FORCE_OFF] = { "force-off", N_("_Force Off…"), N_("Force off: pull the plug") },
};

static const char *
why_not_start (DroverRun *run)
{
  if (drover_machine_get_error (drover_run_get_machine (run)) != NULL)
    return _("The machine’s file is broken");

  return drover_run_is_off (run) ? NULL : _("The machine is on");
}

static const char *
why_not_live (DroverRun *run)
{
  if (drover_run_is_live (run))
    return NULL;

  return drover_run_get_pid (run) > 0 ? _("QEMU does not answer") : _("The machine is off");
}

static const char *
why_not_resume (DroverRun *run)
{
  /* QEMU refuses `cont` here: the guest is beyond going on. */
  static const char *const ended[] = { "shutdown", "internal-error", "guest-panicked", NULL };

  if (!drover_run_is_live (run))
    return why_not_live (run);
  if (drover_run_is_running (run))
    return _("The machine is not paused");
  if (g_str_equal (drover_run_get_state (run), "suspended"))
    return _("The guest sleeps: it can be woken");

  return g_strv_contains (ended, drover_run_get_state (run)) ? _("Only a reset helps here") : NULL;
}

static const char *
why_not_wake (DroverRun *run)
{
  if (!drover_run_is_live (run))
    return why_not_live (run);

  return g_str_equal (drover_run_get_state (run), "suspended") ? NULL
                                                               : _("The guest does not sleep");
}

/**
 * drover_power_actions_for_run:
 * @run: (nullable): a run
 * @actions: (out) (array fixed-size=9): each action, with why it cannot be used now
 *
 * The one place that knows what can be done in which state.
 */
void
drover_power_actions_for_run (DroverRun *run, DroverPowerAction actions[])
{
  const char *reasons[DROVER_N_POWER_ACTIONS];

  for (guint i = 0; i < DROVER_N_POWER_ACTIONS; i++)
    reasons[i] = _("No machine is shown");

  if (run != NULL)
    {
      const char *not_live = why_not_live (run);
      const char *not_running = not_live != NULL               ? not_live
                                : drover_run_is_running (run) ? NULL
                                                               : _("The machine is not running now");

      reasons[START] = reasons[START_PAUSED] = reasons[START_DISPOSABLE] = why_not_start (run);
      reasons[PAUSE] = reasons[SHUT_DOWN] = not_running;
      reasons[RESUME] = why_not_resume (run);
      reasons[WAKE] = why_not_wake (run);
      reasons[RESET] = not_live;
      reasons[FORCE_OFF] = drover_run_get_pid (run) > 0 ? NULL : _("The machine is off");
    }

  for (guint i = 0; i < DROVER_N_POWER_ACTIONS; i++)
    actions[i] =
      (DroverPowerAction) { descriptions[i].name, _(descriptions[i].label), reasons[i] };
}

static void
drover_power_bar_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_POWER_BAR);

  G_OBJECT_CLASS (drover_power_bar_parent_class)->dispose (object);
}

static void
drover_power_bar_class_init (DroverPowerBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_power_bar_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, RESOURCE_PATH "/drover-power-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverPowerBar, start);
  gtk_widget_class_bind_template_child (widget_class, DroverPowerBar, pause);
  gtk_widget_class_bind_template_child (widget_class, DroverPowerBar, resume);
  gtk_widget_class_bind_template_child (widget_class, DroverPowerBar, wake);
  gtk_widget_class_bind_template_child (widget_class, DroverPowerBar, shut_down);
  gtk_widget_class_bind_template_child (widget_class, DroverPowerBar, reset);
  gtk_widget_class_bind_template_child (widget_class, DroverPowerBar, force_off);
}

static void
drover_power_bar_init (DroverPowerBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
describe (GtkWidget *button, const char *text)
{
  gtk_widget_set_tooltip_text (button, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  text, -1);
}

/**
 * drover_power_bar_update:
 *
 * Lets every button say what it does, or why it cannot.
 */
void
drover_power_bar_update (DroverPowerBar *self, DroverRun *run)
{
  GtkWidget *buttons[DROVER_N_POWER_ACTIONS] = {
    [START] = self->start,         [PAUSE] = self->pause, [RESUME] = self->resume,
    [WAKE] = self->wake,           [SHUT_DOWN] = self->shut_down,
    [RESET] = self->reset,         [FORCE_OFF] = self->force_off,
  };
  DroverPowerAction actions[DROVER_N_POWER_ACTIONS];

  g_return_if_fail (DROVER_IS_POWER_BAR (self));

  drover_power_actions_for_run (run, actions);
  for (guint i = 0; i < DROVER_N_POWER_ACTIONS; i++)
    if (buttons[i] != NULL)
      describe (buttons[i],
                actions[i].reason != NULL ? actions[i].reason : _(descriptions[i].tooltip));

  /* A guest that sleeps is woken instead. */
  gtk_widget_set_visible (self->wake, actions[WAKE].reason == NULL);
  gtk_widget_set_visible (self->resume, actions[WAKE].reason != NULL);
}
