/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <signal.h>
#include <unistd.h>

#include "drover-agent-run.h"
#include "drover-agent-run.h"
#include "drover-autostart.h"
#include "drover-error.h"
#include "drover-install.h"
#include "drover-json.h"
#include "drover-launch-plan.h"
#include "drover-run-truth.h"
#include "drover-service.h"
#include "droverctl.h"

static const GOptionEntry no_options[] = { { NULL } };

/* status */

static char *
dup_started (DroverRun *run)
{
  gint64 started = drover_run_get_started (run);
  g_autoptr (GDateTime) time =
    started > 0 ? g_date_time_new_from_unix_utc (started / G_USEC_PER_SEC) : NULL;

  return time != NULL ? g_date_time_format_iso8601 (time) : NULL;
}

/**
 * describe_power:
 *
 * Adds to @object since when the machine runs, and why it does not.
 */
void
describe_power (JsonObject *object, DroverRun *run)
{
  g_autofree char *started = dup_started (run);
  g_autofree char *autostart = drover_autostart_dup_file (drover_run_get_machine (run));
  const char *reason = drover_run_get_reason (run);
  DroverTrouble *trouble = drover_run_get_trouble (run);

  if (started != NULL)
    {
      json_object_set_string_member (object, "since", started);
      json_object_set_int_member (object, "uptime", drover_run_get_uptime (run));
    }
  if (reason != NULL)
    json_object_set_string_member (object, "reason", reason);
  if (trouble != NULL)
    json_object_set_member (object, "trouble", drover_trouble_to_json (trouble));
  if (drover_run_is_disposable (run))
    json_object_set_boolean_member (object, "disposable", TRUE);
  json_object_set_boolean_member (object, "autostart", autostart != NULL);
}

static void
print_power (DroverRun *run)
{
  static const struct
  {
    const char *reason;
    const char *text;
  } reasons[] = {
    { "user", N_("Paused on request") },
    { "not-started", N_("Not set going yet") },
    { "suspended", N_("Its system sleeps; “droverctl wake” wakes it") },
    { "debugger", N_("Stopped by a debugger") },
    { "shut-down", N_("Its system has shut down; QEMU stays on, as -no-shutdown says") },
    { "guest-shutdown", N_("The guest shut itself down") },
    { "host-qmp-quit", N_("It was forced off") },
    { "host-signal", N_("A signal ended QEMU") },
    { "host-ui", N_("QEMU was quit from its console or window") },
    { "failed", N_("QEMU failed; “droverctl log” has its messages") },
  };
  g_autofree char *started = dup_started (run);
  DroverTrouble *trouble = drover_run_get_trouble (run);

  for (guint i = 0; trouble == NULL && i < G_N_ELEMENTS (reasons); i++)
    if (g_strcmp0 (drover_run_get_reason (run), reasons[i].reason) == 0)
      g_print ("%s\n", _(reasons[i].text));
  if (trouble != NULL)
    g_print ("%s\n%s\n%s\n", trouble->title, trouble->cause, trouble->remedy);
  if (drover_run_is_disposable (run))
    g_print ("%s\n", _("Nothing that it writes to its disks is kept"));
  if (started != NULL)
    g_print (_("On since %s\n"), started);
}

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
  print_power (run);
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

  drover_run_recall_end (run);
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
static gboolean option_paused;
static gboolean option_disposable;

static const GOptionEntry start_options[] = {
  { "wait", 0, 0, G_OPTION_ARG_NONE, &option_wait, N_("Wait until QMP says “running”; with -S in its arguments a machine waits, paused"), NULL },
  { "until-installed", 0, 0, G_OPTION_ARG_NONE, &option_until_installed,
    N_("Show what the installer does, until the system is installed and started"), NULL },
  { "paused", 0, 0, G_OPTION_ARG_NONE, &option_paused,
    N_("Leave it standing before its first instruction"), NULL },
  { "disposable", 0, 0, G_OPTION_ARG_NONE, &option_disposable,
    N_("Keep nothing that the guest writes to its disks (-snapshot)"), NULL },
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
  DroverStartFlags flags = (option_paused ? DROVER_START_PAUSED : 0) |
                           (option_disposable ? DROVER_START_DISPOSABLE : 0);

  if (run == NULL || !dex_await (drover_run_start_full (run, flags), error))
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

  if (drover_run_waits_by_itself (run) && !option_paused)
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
run_wake (Invocation *invocation, GError **error)
{
  return run_simple (invocation, drover_run_wake, error);
}

/* shutdown */

/* As long as the window is patient by itself. */
#define SHUTDOWN_SECONDS 60

static gboolean option_force;
static int option_timeout = SHUTDOWN_SECONDS;

static const GOptionEntry shutdown_options[] = {
  { "wait", 0, 0, G_OPTION_ARG_NONE, &option_wait, N_("Wait until it is off"), NULL },
  { "timeout", 0, 0, G_OPTION_ARG_INT, &option_timeout,
    N_("Wait so long, instead of 60 seconds; 0 is for ever"), N_("SECONDS") },
  { "force", 0, 0, G_OPTION_ARG_NONE, &option_force,
    N_("Wait; when it is still on then, ask its guest agent, and in the end force it off"), NULL },
  { NULL },
};

static gboolean
await_off (DroverRun *run, GError **error)
{
  g_autoptr (GError) wait_error = NULL;
  g_autoptr (DroverTrouble) trouble = NULL;

  if (dex_await (drover_run_wait_off (run, option_timeout * 1000), &wait_error))
    return TRUE;

  trouble = drover_trouble_new_no_answer (option_timeout);
  if (option_force)
    {
      /* A guest that does not know the power button may listen to its agent, and loses nothing. */
      if (dex_await_boolean (drover_run_is_agent_there (run), NULL) &&
          dex_await (drover_run_shut_down_by_agent (run), NULL))
        {
          g_printerr (_("The guest did not react to its power button; its agent was asked\n"));
          if (dex_await (drover_run_wait_off (run, option_timeout * 1000), NULL))
            return TRUE;
        }
      g_printerr ("%s\n", trouble->cause);
      return dex_await (drover_run_force_off (run), error);
    }

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE, "%s %s", trouble->cause,
               trouble->remedy);
  return FALSE;
}

static gboolean
run_shutdown (Invocation *invocation, GError **error)
{
  g_autoptr (DroverRun) run = NULL;

  if (option_timeout < 0 || option_timeout > G_MAXINT / 1000)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("--timeout takes a number of seconds"));
      return FALSE;
    }

  run = find_run (invocation, error);
  if (run == NULL || !dex_await (drover_run_shut_down (run), error))
    return FALSE;

  return !(option_wait || option_force) || await_off (run, error);
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
  "shutdown", "MACHINE", N_("Press a machine’s power button; the guest decides"), 1,
  shutdown_options, run_shutdown,
};
const Command wake_command = {
  "wake", "MACHINE", N_("Wake a machine whose system sleeps"), 1, no_options, run_wake,
};
