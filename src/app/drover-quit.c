/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-dex.h"
#include "drover-quit.h"
#include "drover-restart.h"

/* What becomes of running machines when Drover is quit: they are left alone, which is what happens
 * by itself, or shut down, which takes its time and may not succeed. */

typedef struct
{
  GtkWidget *parent;
  DroverSession *session;
  GSettings *settings;
} Quit;

static void
quit_free (gpointer data)
{
  Quit *quit = data;

  g_object_unref (quit->parent);
  g_object_unref (quit->session);
  g_object_unref (quit->settings);
  g_free (quit);
}

static GPtrArray *
list_live (DroverSession *session)
{
  GPtrArray *runs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (session)); i++)
    {
      g_autoptr (DroverRun) run = g_list_model_get_item (G_LIST_MODEL (session), i);

      if (drover_run_is_live (run))
        g_ptr_array_add (runs, g_steal_pointer (&run));
    }

  return runs;
}

/* Their names, one a line. */
static char *
dup_names (GPtrArray *runs)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < runs->len; i++)
    if (!drover_run_is_off (runs->pdata[i]))
      {
        DroverTrouble *trouble = drover_run_get_trouble (runs->pdata[i]);
        const char *name = drover_machine_get_name (drover_run_get_machine (runs->pdata[i]));

        g_string_append_printf (names, "%s%s", names->len > 0 ? "\n" : "", name);
        if (trouble != NULL)
          g_string_append_printf (names, " · %s", trouble->title);
      }

  return g_string_free_and_steal (names);
}

/* Asking */

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DexPromise) promise = user_data;

  dex_promise_resolve_string (
    promise, g_strdup (adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (source), result)));
}

static DexFuture *
choose (AdwAlertDialog *dialog, GtkWidget *parent)
{
  DexPromise *promise = dex_promise_new ();

  adw_alert_dialog_choose (dialog, parent, NULL, chosen_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

/* Returns: (transfer full): `leave-running`, `shut-down`, or `cancel` */
static char *
ask (Quit *quit, GPtrArray *runs)
{
  g_autofree char *names = dup_names (runs);
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (NULL, NULL));
  GtkWidget *always = gtk_check_button_new_with_mnemonic (_("_Do not ask again"));
  char *response;

  adw_alert_dialog_set_heading (
    dialog, ngettext ("Leave the Machine Running?", "Leave the Machines Running?", runs->len));
  adw_alert_dialog_format_body (
    dialog, ngettext ("It goes on without Drover, and is found again when Drover is opened:\n%s",
                      "They go on without Drover, and are found again when Drover is opened:\n%s",
                      runs->len),
    names);
  gtk_widget_set_halign (always, GTK_ALIGN_CENTER);
  adw_alert_dialog_set_extra_child (dialog, always);
  adw_alert_dialog_add_responses (dialog, "cancel", _("_Cancel"), "shut-down", _("_Shut Down"),
                                  "leave-running", _("_Leave Running"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "leave-running", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (dialog, "leave-running");
  adw_alert_dialog_set_close_response (dialog, "cancel");

  g_object_ref (always);
  response = dex_await_string (choose (dialog, quit->parent), NULL);
  if (gtk_check_button_get_active (GTK_CHECK_BUTTON (always)) &&
      g_strcmp0 (response, "cancel") != 0)
    g_settings_set_string (quit->settings, "on-quit", response);
  g_object_unref (always);
  return response;
}

/* Shutting down */

static DexFuture *
press_cb (DexFuture *future, gpointer user_data)
{
  return drover_run_shut_down (user_data);
}

static void
press_after (DexFuture *future, DroverRun *run)
{
  drover_dex_forget (dex_future_then (future, press_cb, g_object_ref (run), g_object_unref));
}

/**
 * drover_quit_shut_down:
 * @run: a machine that is on
 *
 * Presses its power button. A guest that stands still is let go on, or woken, or it could not
 * react; of one that has shut down already, or is beyond going on, QEMU is ended.
 */
void
drover_quit_shut_down (DroverRun *run)
{
  static const char *const ended[] = { "shutdown", "guest-panicked", "internal-error", NULL };
  static const char *const stopped[] = { "paused", "prelaunch", "io-error", "watchdog", NULL };
  const char *state = drover_run_get_state (run);

  if (g_strv_contains (ended, state))
    drover_dex_forget (drover_run_force_off (run));
  else if (g_strv_contains (stopped, state))
    press_after (drover_run_resume (run), run);
  else if (g_str_equal (state, "suspended"))
    press_after (drover_run_wake (run), run);
  else
    drover_dex_forget (drover_run_shut_down (run));
}

static void
end_cb (DroverRun *run)
{
  if (g_str_equal (drover_run_get_state (run), "shutdown"))
    drover_dex_forget (drover_run_force_off (run));
}

/**
 * drover_quit_end_when_down:
 * @run: a machine whose power button was pressed
 * @object: (type GObject.Object): while it lives this is done
 *
 * With `-no-shutdown` QEMU stays when the guest has shut down. It is ended then, too.
 */
void
drover_quit_end_when_down (DroverRun *run, gpointer object)
{
  g_signal_handlers_disconnect_by_func (run, end_cb, object);
  g_signal_connect_object (run, "notify::state", G_CALLBACK (end_cb), object, G_CONNECT_DEFAULT);
}

static gboolean
all_off (GPtrArray *runs)
{
  for (guint i = 0; i < runs->len; i++)
    if (!drover_run_is_off (runs->pdata[i]))
      return FALSE;

  return TRUE;
}

static void
progress_cb (AdwAlertDialog *dialog)
{
  GPtrArray *runs = g_object_get_data (G_OBJECT (dialog), "runs");
  g_autofree char *names = dup_names (runs);

  /* That is what it waits for. More may be told of one that is off; a dialog closes once. */
  if (all_off (runs))
    {
      for (guint i = 0; i < runs->len; i++)
        g_signal_handlers_disconnect_by_data (runs->pdata[i], dialog);
      adw_alert_dialog_set_close_response (dialog, "off");
      adw_dialog_close (ADW_DIALOG (dialog));
      return;
    }

  adw_alert_dialog_format_body (
    dialog, _("The power buttons were pressed. Drover closes when these are off:\n%s"), names);
}

/* Returns: whether Drover may go */
static gboolean
shut_down_all (Quit *quit, GPtrArray *runs)
{
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (_("Shutting Down…"), NULL));
  g_autofree char *response = NULL;

  g_object_set_data (G_OBJECT (dialog), "runs", runs);
  adw_alert_dialog_set_extra_child (dialog, adw_spinner_new ());
  adw_alert_dialog_add_responses (dialog, "cancel", _("_Keep Drover Open"), "leave",
                                  _("_Leave the Rest Running"), "force", _("_Force Off"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "force", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_close_response (dialog, "cancel");
  for (guint i = 0; i < runs->len; i++)
    {
      g_signal_connect_object (runs->pdata[i], "notify::state", G_CALLBACK (progress_cb), dialog,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (runs->pdata[i], "notify::trouble", G_CALLBACK (progress_cb), dialog,
                               G_CONNECT_SWAPPED);
      /* This one is for good. */
      drover_restart_drop (drover_restart_get_for_run (runs->pdata[i]));
      drover_quit_end_when_down (runs->pdata[i], dialog);
      drover_quit_shut_down (runs->pdata[i]);
    }

  progress_cb (dialog);
  g_object_ref (dialog);
  response = dex_await_string (choose (dialog, quit->parent), NULL);
  for (guint i = 0; i < runs->len; i++)
    g_signal_handlers_disconnect_by_data (runs->pdata[i], dialog);
  g_object_unref (dialog);

  for (guint i = 0; g_strcmp0 (response, "force") == 0 && i < runs->len; i++)
    if (!drover_run_is_off (runs->pdata[i]))
      dex_await (drover_run_force_off (runs->pdata[i]), NULL);
  return g_strcmp0 (response, "cancel") != 0;
}

/* Both */

static gboolean
may_go (Quit *quit)
{
  g_autoptr (GPtrArray) runs = list_live (quit->session);
  g_autofree char *choice = g_settings_get_string (quit->settings, "on-quit");

  if (runs->len > 0 && g_str_equal (choice, "ask"))
    {
      g_free (choice);
      choice = ask (quit, runs);
    }
  if (g_strcmp0 (choice, "cancel") == 0)
    return FALSE;

  return runs->len == 0 || g_strcmp0 (choice, "shut-down") != 0 || all_off (runs) ||
         shut_down_all (quit, runs);
}

static DexFuture *
settle_fiber (gpointer user_data)
{
  if (may_go (user_data))
    return dex_future_new_true ();

  return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Drover stays open");
}

/**
 * drover_quit_has_questions:
 *
 * Returns: whether drover_quit_settle() has anything to do
 */
gboolean
drover_quit_has_questions (DroverSession *session, GSettings *settings)
{
  g_autoptr (GPtrArray) runs = list_live (session);
  g_autofree char *choice = g_settings_get_string (settings, "on-quit");

  return runs->len > 0 && !g_str_equal (choice, "leave-running");
}

/**
 * drover_quit_settle:
 * @parent: the window
 * @session: the machines
 * @settings: the app's, with what was answered before
 *
 * Asks what is to become of the machines that run, and does it.
 *
 * Returns: (transfer full): a future that is resolved when Drover may go, and rejected when it is
 *   to stay
 */
DexFuture *
drover_quit_settle (GtkWidget *parent, DroverSession *session, GSettings *settings)
{
  Quit *quit = g_new0 (Quit, 1);

  quit->parent = g_object_ref (parent);
  quit->session = g_object_ref (session);
  quit->settings = g_object_ref (settings);
  /* Making a dialog goes deep. */
  return drover_dex_spawn_with_stack (settle_fiber, quit, quit_free, 1024 * 1024);
}
