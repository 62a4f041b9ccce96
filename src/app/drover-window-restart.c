/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-hot.h"
#include "drover-quit.h"
#include "drover-restart.h"
#include "drover-window-private.h"

/* A machine that is to run with what waits for its next start: it is shut down, or its plug is
 * pulled, and QEMU is started anew once it is off. A reset would not do: QEMU stays the same. */

static void
start_cb (DroverRun *run, DroverStartFlags flags, gpointer user_data)
{
  g_autoptr (DroverWindow) window = g_object_ref (user_data);

  _drover_window_start_with (window, run, flags);
}

/* Its own -snapshot is one of the arguments, which may have changed. */
static gboolean
was_started_disposable (DroverRun *run)
{
  DroverHotPlan *plan = drover_hot_get_plan (drover_hot_get_for_run (run));

  for (guint i = 0; plan != NULL && i < plan->before->len; i++)
    if (g_str_equal (drover_argument_get_option (plan->before->pdata[i]), "snapshot"))
      return FALSE;

  return drover_run_is_disposable (run);
}

/* A plug that cannot be pulled is no reason to start it when it ends one day. */
static DexFuture *
not_forced_off_cb (DexFuture *future, gpointer user_data)
{
  drover_restart_drop (drover_restart_get_for_run (user_data));
  return dex_ref (future);
}

static void
response_cb (AdwAlertDialog *dialog, const char *response, DroverWindow *self)
{
  DroverRun *run = g_object_get_data (G_OBJECT (dialog), "run");
  gboolean force_off = g_str_equal (response, "force-off");

  if (g_str_equal (response, "cancel"))
    return;

  /* It may have ended by itself while it was asked. */
  if (drover_run_is_off (run))
    {
      _drover_window_start (self, run);
      return;
    }

  drover_restart_await (
    drover_restart_get_for_run (run), force_off,
    was_started_disposable (run) ? DROVER_START_DISPOSABLE : DROVER_START_NONE, start_cb,
    G_OBJECT (self));
  if (force_off)
    _drover_window_watch (self, dex_future_catch (drover_run_force_off (run), not_forced_off_cb,
                                                  g_object_ref (run), g_object_unref));
  else
    {
      drover_quit_shut_down (run);
      _drover_window_toast (self, _("Power button pressed. When the guest has shut down, the "
                                    "machine starts again."));
    }
}

static void
restart_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverWindow *self = DROVER_WINDOW (widget);
  AdwDialog *dialog = adw_alert_dialog_new (_("Restart the Machine?"), NULL);
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (dialog);

  adw_alert_dialog_format_body (
    alert,
    _("“%s” gets what was changed when its QEMU starts anew. Shutting down presses the power "
      "button: the guest can save its data, and may take its time. Pulling the plug is quick, and "
      "what the guest has not written to its disks yet is lost."),
    drover_machine_get_name (drover_run_get_machine (self->run)));
  adw_alert_dialog_add_responses (alert, "cancel", _("_Cancel"), "force-off",
                                  _("_Pull the Plug and Start"), "shut-down",
                                  _("_Shut Down and Start"), NULL);
  adw_alert_dialog_set_response_appearance (alert, "force-off", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_response_appearance (alert, "shut-down", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (alert, "cancel");
  adw_alert_dialog_set_close_response (alert, "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "run", g_object_ref (self->run), g_object_unref);
  g_signal_connect_object (alert, "response", G_CALLBACK (response_cb), self, G_CONNECT_DEFAULT);
  adw_dialog_present (dialog, widget);
}

void
_drover_window_update_restart (DroverWindow *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.restart",
                                 self->run != NULL && drover_run_is_live (self->run));
}

void
_drover_window_install_restart (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.restart", NULL, restart_action);
}
