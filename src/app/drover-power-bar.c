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
  GtkWidget *shut_down;
  GtkWidget *reset;
  GtkWidget *force_off;
};

G_DEFINE_FINAL_TYPE (DroverPowerBar, drover_power_bar, GTK_TYPE_BOX)

/* What a button does when it can be used. */
static const struct
{
  const char *action;
  const char *tooltip;
} descriptions[DROVER_N_POWER_ACTIONS] = {
  { "win.start", N_("Start") },
  { "win.pause", N_("Pause the virtual processors") },
  { "win.resume", N_("Let the virtual processors go on") },
  { "win.shut-down", N_("Shut down: press the power button; the guest decides") },
  { "win.reset", N_("Reset: press the reset button") },
  { "win.force-off", N_("Force off: pull the plug") },
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

  return g_strv_contains (ended, drover_run_get_state (run)) ? _("Only a reset helps here") : NULL;
}

/**
 * drover_power_actions_for_run:
 * @run: a run
 * @actions: (out) (array fixed-size=6): each action, with why it cannot be used now
 *
 * The one place that knows what can be done in which state.
 */
void
drover_power_actions_for_run (DroverRun *run, DroverPowerAction actions[])
{
  const char *not_live = why_not_live (run);
  const char *not_running = not_live != NULL               ? not_live
                            : drover_run_is_running (run) ? NULL
                                                           : _("The machine is not running now");
  const char *no_process = drover_run_get_pid (run) > 0 ? NULL : _("The machine is off");
  const char *const reasons[DROVER_N_POWER_ACTIONS] = {
    why_not_start (run), not_running, why_not_resume (run), not_running, not_live, no_process,
  };

  for (guint i = 0; i < DROVER_N_POWER_ACTIONS; i++)
    actions[i] = (DroverPowerAction) { descriptions[i].action, reasons[i] };
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
    self->start, self->pause, self->resume, self->shut_down, self->reset, self->force_off,
  };
  DroverPowerAction actions[DROVER_N_POWER_ACTIONS];

  g_return_if_fail (DROVER_IS_POWER_BAR (self));

  drover_power_actions_for_run (run, actions);
  for (guint i = 0; i < DROVER_N_POWER_ACTIONS; i++)
    describe (buttons[i],
              actions[i].reason != NULL ? actions[i].reason : _(descriptions[i].tooltip));
}
