/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-dex.h"
#include "drover-power-bar.h"
#include "drover-restart.h"
#include "drover-window-private.h"

/* What is done to the power of a machine: of the one that is shown, by the window's actions, or of
 * any other, by the menu of its row or a notification. */

static void
target_free (gpointer data)
{
  DroverWindowTarget *target = data;

  g_object_unref (target->window);
  g_clear_object (&target->run);
  g_free (target);
}

static DroverWindowTarget *
target_new (DroverWindow *window, DroverRun *run)
{
  DroverWindowTarget *target = g_new0 (DroverWindowTarget, 1);

  target->window = g_object_ref (window);
  target->run = run != NULL ? g_object_ref (run) : NULL;
  return target;
}

static DexFuture *
show_failure_cb (DexFuture *future, gpointer user_data)
{
  DroverWindowTarget *target = user_data;
  g_autoptr (GError) error = NULL;

  dex_future_get_value (future, &error);
  _drover_window_toast (target->window, error->message);
  return dex_future_new_true ();
}

/* Takes the future. What fails is said in a toast. */
void
_drover_window_watch (DroverWindow *self, DexFuture *future)
{
  dex_future_disown (
    dex_future_catch (future, show_failure_cb, target_new (self, NULL), target_free));
}

static DexFuture *
show_notices_cb (DexFuture *future, gpointer user_data)
{
  DroverWindowTarget *target = user_data;
  const char *const *notices = drover_run_get_notices (target->run);

  for (guint i = 0; notices[i] != NULL; i++)
    _drover_window_toast (target->window, notices[i]);
  return dex_future_new_true ();
}

void
_drover_window_start_with (DroverWindow *self, DroverRun *run, DroverStartFlags flags)
{
  g_autoptr (GError) error = NULL;

  if (!_drover_window_flush (run, &error))
    {
      _drover_window_toast (self, error->message);
      return;
    }

  /* The page's terminals take the output from the very first byte. A failure is told by the
   * page, in full. */
  _drover_window_ensure_page (self, run);
  drover_dex_forget (
    dex_future_then (drover_run_start_full (run, DROVER_START_ATTACH_CONSOLES | flags),
                     show_notices_cb, target_new (self, run), target_free));
}

void
_drover_window_start (DroverWindow *self, DroverRun *run)
{
  _drover_window_start_with (self, run, DROVER_START_NONE);
}

void
_drover_window_ask (DroverWindow *self, DroverRun *run, const char *heading, const char *body,
                    const char *id, const char *label, GCallback callback)
{
  AdwDialog *dialog = adw_alert_dialog_new (heading, body);
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (dialog);

  adw_alert_dialog_add_responses (alert, "cancel", _("_Cancel"), id, label, NULL);
  adw_alert_dialog_set_response_appearance (alert, id, ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (alert, "cancel");
  adw_alert_dialog_set_close_response (alert, "cancel");
  g_signal_connect_data (alert, "response", callback, target_new (self, run),
                         (GClosureNotify) (void (*) (void)) target_free, G_CONNECT_DEFAULT);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

/* The verbs */

static void
start (DroverWindow *self, DroverRun *run)
{
  _drover_window_check_and_start (self, run, DROVER_START_NONE);
}

static void
start_paused (DroverWindow *self, DroverRun *run)
{
  _drover_window_check_and_start (self, run, DROVER_START_PAUSED);
}

static void
start_disposable (DroverWindow *self, DroverRun *run)
{
  _drover_window_check_and_start (self, run, DROVER_START_DISPOSABLE);
}

static void
pause_run (DroverWindow *self, DroverRun *run)
{
  _drover_window_watch (self, drover_run_pause (run));
}

static void
resume (DroverWindow *self, DroverRun *run)
{
  _drover_window_watch (self, drover_run_resume (run));
}

static void
wake (DroverWindow *self, DroverRun *run)
{
  _drover_window_watch (self, drover_run_wake (run));
}

static void
shut_down (DroverWindow *self, DroverRun *run)
{
  drover_restart_drop (drover_restart_get_for_run (run));
  _drover_window_watch (self, drover_run_shut_down (run));
  _drover_window_toast (self, _("Power button pressed. The guest decides what to do about it."));
}

static void
reset (DroverWindow *self, DroverRun *run)
{
  _drover_window_watch (self, drover_run_reset (run));
}

static void
force_off_response_cb (AdwAlertDialog *dialog, const char *response, gpointer user_data)
{
  DroverWindowTarget *target = user_data;

  if (!g_str_equal (response, "force-off"))
    return;

  drover_restart_drop (drover_restart_get_for_run (target->run));
  _drover_window_watch (target->window, drover_run_force_off (target->run));
}

static void
force_off (DroverWindow *self, DroverRun *run)
{
  g_autofree char *body = g_strdup_printf (
    _("This pulls the plug of “%s”. What the guest has not written to its disks yet is lost."),
    drover_machine_get_name (drover_run_get_machine (run)));

  _drover_window_ask (self, run, _("Force Off?"), body, "force-off", _("_Force Off"),
                      G_CALLBACK (force_off_response_cb));
}

static const struct
{
  const char *verb;
  void (*act) (DroverWindow *self, DroverRun *run);
} verbs[] = {
  { "start", start },
  { "start-paused", start_paused },
  { "start-disposable", start_disposable },
  { "pause", pause_run },
  { "resume", resume },
  { "wake", wake },
  { "shut-down", shut_down },
  { "reset", reset },
  { "force-off", force_off },
};

/* Does @verb to @run, whichever machine is shown. What cannot be done now is said in a toast: a
 * notification may be answered late. */
void
_drover_window_act (DroverWindow *self, DroverRun *run, const char *verb)
{
  DroverPowerAction actions[DROVER_N_POWER_ACTIONS];

  drover_power_actions_for_run (run, actions);
  for (guint i = 0; i < DROVER_N_POWER_ACTIONS; i++)
    if (g_str_equal (actions[i].name, verb) && actions[i].reason != NULL)
      {
        _drover_window_toast (self, actions[i].reason);
        return;
      }

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    if (g_str_equal (verbs[i].verb, verb))
      verbs[i].act (self, run);
}

/**
 * drover_window_act_on:
 * @run: a machine, which need not be the one that is shown
 * @verb: `show`, or the name of one of drover_power_actions_for_run()
 *
 * Does what a notification offered.
 */
void
drover_window_act_on (DroverWindow *self, DroverRun *run, const char *verb)
{
  g_return_if_fail (DROVER_IS_WINDOW (self));
  g_return_if_fail (DROVER_IS_RUN (run));

  drover_window_select_run (self, run);
  _drover_window_act (self, run, verb);
}

static void
act_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverWindow *self = DROVER_WINDOW (widget);

  _drover_window_act (self, self->run, name + strlen ("win."));
}

static void
pause_or_resume_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverWindow *self = DROVER_WINDOW (widget);
  const char *state = drover_run_get_state (self->run);

  _drover_window_act (self, self->run, drover_run_is_running (self->run)  ? "pause"
                                       : g_str_equal (state, "suspended") ? "wake"
                                                                          : "resume");
}

static void
dismiss_trouble_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  drover_run_dismiss_trouble (DROVER_WINDOW (widget)->run);
}

void
_drover_window_update_power (DroverWindow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  DroverPowerAction actions[DROVER_N_POWER_ACTIONS];

  drover_power_actions_for_run (self->run, actions);
  for (guint i = 0; i < DROVER_N_POWER_ACTIONS; i++)
    {
      g_autofree char *action = g_strconcat ("win.", actions[i].name, NULL);

      gtk_widget_action_set_enabled (widget, action, actions[i].reason == NULL);
    }

  gtk_widget_action_set_enabled (widget, "win.pause-or-resume",
                                 self->run != NULL && drover_run_is_live (self->run));
  gtk_widget_action_set_enabled (widget, "win.dismiss-trouble", self->run != NULL);
}

void
_drover_window_install_power (GtkWidgetClass *widget_class)
{
  static char names[G_N_ELEMENTS (verbs)][32];

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      g_snprintf (names[i], sizeof names[i], "win.%s", verbs[i].verb);
      gtk_widget_class_install_action (widget_class, names[i], NULL, act_action);
    }
  gtk_widget_class_install_action (widget_class, "win.pause-or-resume", NULL,
                                   pause_or_resume_action);
  gtk_widget_class_install_action (widget_class, "win.dismiss-trouble", NULL,
                                   dismiss_trouble_action);
}
