/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <signal.h>
#include <unistd.h>

#include "drover-error.h"
#include "drover-install.h"
#include "drover-json.h"
#include "drover-launch-plan.h"
#include "drover-run-truth.h"
#include "drover-service.h"
#include "droverctl.h"

static const GOptionEntry no_options[] = { { NULL } };

/* status */

static gboolean option_agent;

static const GOptionEntry status_options[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json, N_("Print JSON"), NULL },
  { "agent", 0, 0, G_OPTION_ARG_NONE, &option_agent,
    N_("Ask the guest agent for the guest’s addresses, too"), NULL },
  { NULL },
};

static void
print_status (DroverRun *run)
{
  const char *install = drover_install_get_text (drover_install_get_for_run (run));
  GPtrArray *services = drover_run_get_services (run);
  const char *badge = drover_run_truth_get_badge (drover_run_get_accelerator (run));

  g_print ("%s\n", drover_run_get_state (run));
  if (*install != '\0')
    g_print ("%s\n", install);
  if (drover_run_get_pid (run) == 0)
    return;

  g_print (_("Process: %d\n"), (int) drover_run_get_pid (run));
  if (badge != NULL)
    g_print (_("Accelerator: %s (%s)\n"), drover_run_get_accelerator (run), badge);
  else if (drover_run_get_accelerator (run) != NULL)
    g_print (_("Accelerator: %s\n"), drover_run_get_accelerator (run));
  if (drover_run_get_accelerator_reason (run) != NULL)
    g_print ("%s\n", drover_run_get_accelerator_reason (run));
  for (guint i = 0; i < services->len; i++)
    {
      const DroverService *service = services->pdata[i];

      if (drover_service_is_alive (service))
        g_print (_("%s (%s): process %d\n"), service->title, service->id, (int) service->pid);
      else
        g_print (_("%s (%s): ended\n"), service->title, service->id);
    }
}

static gboolean
run_status (Invocation *invocation, GError **error)
{
  g_autoptr (DroverRun) run = find_run (invocation, error);
  const GError *broken;

  if (run == NULL)
    return FALSE;

  broken = drover_machine_get_error (drover_run_get_machine (run));
  if (broken != NULL)
    {
      g_propagate_error (error, g_error_copy (broken));
      return FALSE;
    }

  if (option_json)
    {
      JsonObject *object = describe_run (run);

      if (option_agent)
        describe_agent (run, object);
      print_json_take (object);
      return TRUE;
    }

  print_status (run);
  if (option_agent)
    print_agent (run);
  return TRUE;
}

const Command status_command = {
  "status", "MACHINE", N_("Say in which state a machine is, in QMP’s words"), 1, status_options,
  run_status,
};

/* start */

static gboolean option_wait;
static gboolean option_until_installed;

static const GOptionEntry start_options[] = {
  { "wait", 0, 0, G_OPTION_ARG_NONE, &option_wait, N_("Wait until QMP says “running”; with -S in its arguments a machine waits, paused"), NULL },
  { "until-installed", 0, 0, G_OPTION_ARG_NONE, &option_until_installed,
    N_("Show what the installer does, until the system is installed and started"), NULL },
  { NULL },
};

/* Ends the wait, one way or the other, unless the state is one that leads on by itself. */
static void
settle_wait (DroverRun *run, DexPromise *promise)
{
  static const char *const on_the_way[] = { DROVER_STATE_STARTING, "inmigrate", "restore-vm",
                                            NULL };

  if (!dex_future_is_pending (DEX_FUTURE (promise)) ||
      g_strv_contains (on_the_way, drover_run_get_state (run)))
    return;

  if (drover_run_is_running (run) || drover_run_waits_by_itself (run))
    dex_promise_resolve_boolean (promise, TRUE);
  else if (drover_run_is_off (run) && drover_run_get_error (run) != NULL)
    dex_promise_reject (promise, g_error_copy (drover_run_get_error (run)));
  else
    dex_promise_reject (promise, g_error_new (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                              _("The machine does not run: its state is “%s”"),
                                              drover_run_get_state (run)));
}

static void
state_changed_cb (DroverRun *run, GParamSpec *pspec, DexPromise *promise)
{
  settle_wait (run, promise);
}

static gboolean
await_running (DroverRun *run, GError **error)
{
  DexPromise *promise = dex_promise_new ();
  gulong handler =
    g_signal_connect (run, "notify::state", G_CALLBACK (state_changed_cb), promise);
  gboolean running;

  settle_wait (run, promise);
  running = dex_await (dex_ref (promise), error);
  g_signal_handler_disconnect (run, handler);
  dex_unref (promise);
  return running;
}

static void
show_install_cb (DroverInstall *install, GParamSpec *pspec, gpointer user_data)
{
  double fraction = drover_install_get_fraction (install);
  const char *text = drover_install_get_text (install);

  if (isatty (STDERR_FILENO) && fraction >= 0)
    g_printerr ("\r%s %3.0f %%\033[K", text, fraction * 100);
  else if (isatty (STDERR_FILENO))
    g_printerr ("\r%s\033[K", text);
  else if (g_str_equal (pspec->name, "text"))
    g_printerr ("%s\n", text);
}

static void
finished_cb (DroverInstall *install, DexPromise *promise)
{
  if (dex_future_is_pending (DEX_FUTURE (promise)))
    dex_promise_resolve_boolean (promise, TRUE);
}

static gboolean
await_installed (DroverRun *run, GError **error)
{
  DroverInstall *install = drover_install_get_for_run (run);
  g_autoptr (DexPromise) promise = dex_promise_new ();
  gulong shown;
  gulong finished;

  if (drover_install_get_state (install) != DROVER_INSTALL_STATE_RUNNING)
    return TRUE;

  g_printerr ("%s%s", drover_install_get_text (install), isatty (STDERR_FILENO) ? "" : "\n");
  shown = g_signal_connect (install, "notify", G_CALLBACK (show_install_cb), NULL);
  finished = g_signal_connect (install, "finished", G_CALLBACK (finished_cb), promise);
  dex_await (dex_ref (promise), NULL);
  g_signal_handler_disconnect (install, shown);
  g_signal_handler_disconnect (install, finished);
  if (isatty (STDERR_FILENO))
    g_printerr ("\r\033[K");

  if (drover_install_get_state (install) == DROVER_INSTALL_STATE_FINISHED)
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE, "%s",
               drover_install_get_text (install));
  return FALSE;
}

/* Nobody else may be there to press the key that an installer's disc waits for. */
static void
await_begun (DroverRun *run)
{
  DroverInstall *install = drover_install_get_for_run (run);

  if (drover_install_get_presses_key (install))
    g_printerr (_("The installer’s disc waits for a key: droverctl presses it, and ends when the "
                  "installer is loaded.\n"));
  if (!dex_await_boolean (drover_install_when_begun (install), NULL))
    g_printerr ("droverctl: %s\n", drover_install_get_text (install));
}

static gboolean
run_start (Invocation *invocation, GError **error)
{
  g_autoptr (DroverRun) run = find_run (invocation, error);

  if (run == NULL || !dex_await (drover_run_start (run, FALSE), error))
    return FALSE;
  settle_install (run);

  for (guint i = 0; drover_run_get_notices (run)[i] != NULL; i++)
    g_printerr ("%s\n", drover_run_get_notices (run)[i]);
  if (!option_until_installed)
    await_begun (run);
  else if (!await_installed (run, error))
    return FALSE;
  if (option_wait && !await_running (run, error))
    return FALSE;

  if (drover_run_waits_by_itself (run))
    g_printerr (_("The machine waits, paused: its command line says so with -S. “droverctl resume "
                  "%s” sets it going.\n"),
                drover_machine_get_slug (drover_run_get_machine (run)));
  return TRUE;
}

const Command start_command = {
  "start", "MACHINE", N_("Start a machine; it goes on when droverctl ends"), 1, start_options,
  run_start,
};

/* ssh */

static gboolean
run_ssh (Invocation *invocation, GError **error)
{
  g_autoptr (DroverRun) run = find_run (invocation, error);
  g_auto (GStrv) base = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;

  if (run == NULL)
    return FALSE;
  base = drover_machine_dup_ssh_argv (drover_run_get_machine (run), error);
  if (base == NULL)
    return FALSE;

  g_strv_builder_addv (builder, (const char **) base);
  g_strv_builder_addv (builder, (const char **) invocation->operands + 1);
  argv = g_strv_builder_end (builder);
  if (option_json)
    {
      g_autoptr (JsonNode) node = drover_json_from_strv ((const char *const *) argv);

      print_json (node);
      return TRUE;
    }
  if (drover_run_is_off (run))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE, _("The machine is not running"));
      return FALSE;
    }

  /* A terminal's signals are for ssh from here on, and so is its exit status. */
  signal (SIGPIPE, SIG_DFL);
  execvp (argv[0], argv);
  return drover_set_errno_error (error, _("Cannot start %s"), argv[0]);
}

static const GOptionEntry ssh_options[] = {
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json,
    N_("Only print the command, as a JSON array"), NULL },
  { NULL },
};

const Command ssh_command = {
  "ssh", N_("MACHINE [-- COMMAND…]"), N_("Open a shell in a guest by SSH, or run a command there"),
  1, ssh_options, run_ssh, G_MAXUINT,
};

/* stop, pause, resume, reset, shutdown */

static gboolean
run_simple (Invocation *invocation, DexFuture *(*act) (DroverRun *run), GError **error)
{
  g_autoptr (DroverRun) run = find_run (invocation, error);

  return run != NULL && dex_await (act (run), error);
}

static gboolean
run_stop (Invocation *invocation, GError **error)
{
  g_autoptr (GError) attach_error = NULL;
  g_autoptr (DroverRun) run = NULL;
  DroverMachine *machine = find_machine (invocation, error);

  if (machine == NULL)
    return FALSE;

  /* One that does not talk can still be ended. */
  run = drover_run_new (machine, DROVER_CTL_SOCKET);
  if (!dex_await (drover_run_attach (run), &attach_error))
    g_printerr ("droverctl: %s\n", attach_error->message);

  return dex_await (drover_run_force_off (run), error);
}

static gboolean
run_pause (Invocation *invocation, GError **error)
{
  return run_simple (invocation, drover_run_pause, error);
}

static gboolean
run_resume (Invocation *invocation, GError **error)
{
  return run_simple (invocation, drover_run_resume, error);
}

static gboolean
run_reset (Invocation *invocation, GError **error)
{
  return run_simple (invocation, drover_run_reset, error);
}

static gboolean
run_shutdown (Invocation *invocation, GError **error)
{
  return run_simple (invocation, drover_run_shut_down, error);
}

const Command stop_command = {
  "stop", "MACHINE", N_("Force a machine off, as by pulling the plug"), 1, no_options, run_stop,
};
const Command pause_command = {
  "pause", "MACHINE", N_("Pause a running machine"), 1, no_options, run_pause,
};
const Command resume_command = {
  "resume", "MACHINE", N_("Let a paused machine go on"), 1, no_options, run_resume,
};
const Command reset_command = {
  "reset", "MACHINE", N_("Press a machine’s reset button"), 1, no_options, run_reset,
};
const Command shutdown_command = {
  "shutdown", "MACHINE", N_("Press a machine’s power button; the guest decides"), 1, no_options,
  run_shutdown,
};
