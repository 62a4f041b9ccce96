/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <signal.h>
#include <string.h>

#include "drover-accel.h"
#include "drover-console.h"
#include "drover-dex.h"
#include "drover-error.h"
#include "drover-paths.h"
#include "drover-process.h"
#include "drover-run-private.h"

/* How long QEMU gets to obey `quit`, and then a signal, before the next, harder way. */
#define QUIT_MSEC 3000

G_DEFINE_FINAL_TYPE (DroverRun, drover_run, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_MACHINE,
  PROP_STATE,
  PROP_ACCELERATOR,
  N_PROPS
};

enum
{
  EVENT,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
drover_run_dispose (GObject *object)
{
  DroverRun *self = DROVER_RUN (object);

  if (self->qmp != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->qmp, self);
      drover_qmp_close (self->qmp);
    }
  g_clear_object (&self->qmp);
  g_clear_object (&self->subprocess);
  if (self->consoles != NULL)
    g_list_store_remove_all (self->consoles);
  g_clear_object (&self->machine);

  G_OBJECT_CLASS (drover_run_parent_class)->dispose (object);
}

static void
drover_run_finalize (GObject *object)
{
  DroverRun *self = DROVER_RUN (object);

  g_clear_object (&self->consoles);
  g_clear_pointer (&self->record, drover_run_record_free);
  g_clear_error (&self->error);
  g_free (self->qmp_socket);
  g_free (self->state);
  g_free (self->shutdown_reason);
  g_free (self->accelerator);
  g_free (self->accelerator_reason);
  g_free (self->launch_accelerator);

  G_OBJECT_CLASS (drover_run_parent_class)->finalize (object);
}

static void
drover_run_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  DroverRun *self = DROVER_RUN (object);

  switch (prop_id)
    {
    case PROP_MACHINE:
      g_value_set_object (value, self->machine);
      break;
    case PROP_STATE:
      g_value_set_string (value, self->state);
      break;
    case PROP_ACCELERATOR:
      g_value_set_string (value, self->accelerator);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
drover_run_class_init (DroverRunClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = drover_run_dispose;
  object_class->finalize = drover_run_finalize;
  object_class->get_property = drover_run_get_property;

  /**
   * DroverRun:machine:
   *
   * The machine that runs, or could.
   */
  properties[PROP_MACHINE] = g_param_spec_object ("machine", NULL, NULL, DROVER_TYPE_MACHINE,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * DroverRun:state:
   *
   * `off`, `starting`, or QMP's RunState (`query-status`) as it is.
   */
  properties[PROP_STATE] = g_param_spec_string ("state", NULL, NULL, NULL,
                                                G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * DroverRun:accelerator:
   *
   * What the guest runs with, or would run with when started: `kvm`, `tcg` …
   */
  properties[PROP_ACCELERATOR] = g_param_spec_string ("accelerator", NULL, NULL, NULL,
                                                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * DroverRun::event:
   * @name: the event
   * @message: (type Json.Object): the whole message
   *
   * An event of QMP, after the run has taken note of it itself.
   */
  signals[EVENT] = g_signal_new ("event", DROVER_TYPE_RUN, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED,
                                 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING,
                                 JSON_TYPE_OBJECT);
}

static void
drover_run_init (DroverRun *self)
{
  self->state = g_strdup (DROVER_STATE_OFF);
  self->consoles = g_list_store_new (DROVER_TYPE_CONSOLE);
}

/**
 * drover_run_new:
 * @machine: a machine
 * @qmp_socket: %DROVER_QMP_SOCKET for the app, %DROVER_CTL_SOCKET for programs beside it:
 *   each QMP socket serves one client at a time
 *
 * Returns: (transfer full): its run, off until drover_run_attach() finds otherwise
 */
DroverRun *
drover_run_new (DroverMachine *machine, const char *qmp_socket)
{
  DroverRun *self = g_object_new (DROVER_TYPE_RUN, NULL);

  self->machine = g_object_ref (machine);
  self->qmp_socket = g_strdup (qmp_socket);
  return self;
}

void
_drover_run_set_state (DroverRun *self, const char *state)
{
  if (g_set_str (&self->state, state))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

void
_drover_run_set_error (DroverRun *self, const GError *error)
{
  g_clear_error (&self->error);
  self->error = error != NULL ? g_error_copy (error) : NULL;
}

void
_drover_run_set_accelerator (DroverRun *self, const char *accelerator, const char *reason)
{
  g_set_str (&self->accelerator_reason, reason);
  if (g_set_str (&self->accelerator, accelerator))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACCELERATOR]);
}

void
_drover_run_set_consoles (DroverRun *self, GPtrArray *plans)
{
  g_list_store_remove_all (self->consoles);
  for (guint i = 0; plans != NULL && i < plans->len; i++)
    {
      g_autoptr (DroverConsole) console = drover_console_new (plans->pdata[i]);

      g_list_store_append (self->consoles, console);
    }
}

/* Brings everything back to how it is without a process. */
void
_drover_run_set_off (DroverRun *self)
{
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (self);

  if (self->qmp != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->qmp, self);
      drover_qmp_close (self->qmp);
    }
  g_clear_object (&self->qmp);
  g_clear_object (&self->subprocess);
  g_clear_pointer (&self->record, drover_run_record_free);
  g_list_store_remove_all (self->consoles);
  if (runtime_dir != NULL)
    drover_run_record_clear (runtime_dir);

  _drover_run_set_state (self, DROVER_STATE_OFF);
}

static DexFuture *
status_cb (DexFuture *future, gpointer user_data)
{
  DroverRun *self = user_data;
  JsonNode *node = g_value_get_boxed (dex_future_get_value (future, NULL));
  const char *status = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node))
    status = json_object_get_string_member_with_default (json_node_get_object (node), "status",
                                                         NULL);
  if (status != NULL && self->qmp != NULL)
    _drover_run_set_state (self, status);

  return dex_future_new_for_string (self->state);
}

static DexFuture *
not_live (void)
{
  return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                _("The machine is not running"));
}

/**
 * drover_run_refresh:
 *
 * Asks QEMU for its state (`query-status`).
 *
 * Returns: (transfer full): a future of the state, a string
 */
DexFuture *
drover_run_refresh (DroverRun *self)
{
  dex_return_error_if_fail (DROVER_IS_RUN (self));

  if (self->qmp == NULL)
    return not_live ();

  return dex_future_then (drover_qmp_execute (self->qmp, "query-status", NULL), status_cb,
                          g_object_ref (self), g_object_unref);
}

static DexFuture *
refresh_cb (DexFuture *future, gpointer user_data)
{
  return drover_run_refresh (user_data);
}

static DexFuture *
execute_and_refresh (DroverRun *self, const char *command)
{
  if (self->qmp == NULL)
    return not_live ();

  return dex_future_then (drover_qmp_execute (self->qmp, command, NULL), refresh_cb,
                          g_object_ref (self), g_object_unref);
}

/**
 * drover_run_pause:
 *
 * Stops the virtual processors (`stop`).
 *
 * Returns: (transfer full): a future of the new state
 */
DexFuture *
drover_run_pause (DroverRun *self)
{
  dex_return_error_if_fail (DROVER_IS_RUN (self));
  return execute_and_refresh (self, "stop");
}

/**
 * drover_run_resume:
 *
 * Sets the virtual processors going (`cont`).
 *
 * Returns: (transfer full): a future of the new state
 */
DexFuture *
drover_run_resume (DroverRun *self)
{
  dex_return_error_if_fail (DROVER_IS_RUN (self));
  return execute_and_refresh (self, "cont");
}

/**
 * drover_run_reset:
 *
 * Presses the reset button (`system_reset`).
 *
 * Returns: (transfer full): a future of the new state
 */
DexFuture *
drover_run_reset (DroverRun *self)
{
  dex_return_error_if_fail (DROVER_IS_RUN (self));
  return execute_and_refresh (self, "system_reset");
}

/**
 * drover_run_shut_down:
 *
 * Presses the power button (`system_powerdown`); the guest decides what to do about it.
 *
 * Returns: (transfer full): a future of the state after the press
 */
DexFuture *
drover_run_shut_down (DroverRun *self)
{
  dex_return_error_if_fail (DROVER_IS_RUN (self));
  return execute_and_refresh (self, "system_powerdown");
}

static gboolean
await_gone (GPid pid, guint64 start_time, guint msec)
{
  return dex_await (dex_future_first (drover_process_wait_gone (pid, start_time),
                                      dex_timeout_new_msec (msec), NULL),
                    NULL);
}

/* `quit` lets QEMU write what its disks still owe; a signal does too, SIGKILL does not. */
static DexFuture *
force_off_fiber (gpointer user_data)
{
  static const int ways[] = { SIGTERM, SIGKILL };
  DroverRun *self = user_data;
  gboolean gone = FALSE;
  guint64 start_time;
  GPid pid;

  /* It ended before this fiber's turn came. */
  if (self->record == NULL)
    return dex_future_new_for_string (self->state);

  pid = self->record->pid;
  start_time = self->record->start_time;
  self->asked_off = TRUE;
  if (self->qmp != NULL && drover_qmp_is_open (self->qmp))
    {
      dex_await (drover_qmp_execute_full (self->qmp, "quit", NULL, QUIT_MSEC), NULL);
      gone = await_gone (pid, start_time, QUIT_MSEC);
    }

  for (guint i = 0; !gone && i < G_N_ELEMENTS (ways); i++)
    {
      drover_process_signal (pid, start_time, ways[i]);
      gone = await_gone (pid, start_time, QUIT_MSEC);
    }

  if (!gone)
    return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                  _("QEMU (process %d) cannot be ended"), (int) pid);

  if (self->record != NULL && self->record->pid == pid)
    _drover_run_set_off (self);
  return dex_future_new_for_string (self->state);
}

/**
 * drover_run_force_off:
 *
 * Pulls the plug: QMP's `quit`, and where QEMU does not obey, SIGTERM and SIGKILL.
 *
 * Returns: (transfer full): a future that is resolved when the process has ended
 */
DexFuture *
drover_run_force_off (DroverRun *self)
{
  dex_return_error_if_fail (DROVER_IS_RUN (self));

  if (self->record == NULL)
    return not_live ();

  return dex_scheduler_spawn (NULL, 0, force_off_fiber, g_object_ref (self), g_object_unref);
}

/* The last words of QEMU's log, which say why it ended when anything does. */
static char *
last_words (DroverRun *self)
{
  g_autofree char *log = drover_run_dup_qemu_log (self);
  gsize length = log != NULL ? strlen (log) : 0;
  const char *start = log;

  if (length > 2000)
    start = log + length - 2000;

  return g_utf8_make_valid (start != NULL ? g_strstrip ((char *) start) : "", -1);
}

/* Why the process ended, for people: QEMU's own words, else how it ended. */
GError *
_drover_run_describe_end (DroverRun *self)
{
  g_autofree char *words = last_words (self);
  g_autofree char *how = NULL;

  if (*words != '\0')
    return g_error_new_literal (DROVER_ERROR, DROVER_ERROR_START_FAILED, words);

  if (self->subprocess != NULL && g_subprocess_get_if_signaled (self->subprocess))
    how = g_strdup_printf (_("by signal %d (%s)"), g_subprocess_get_term_sig (self->subprocess),
                           g_strsignal (g_subprocess_get_term_sig (self->subprocess)));
  else if (self->subprocess != NULL && g_subprocess_get_if_exited (self->subprocess))
    how = g_strdup_printf (_("with status %d"), g_subprocess_get_exit_status (self->subprocess));
  else
    how = g_strdup (_("for an unknown reason"));

  return g_error_new (DROVER_ERROR, DROVER_ERROR_START_FAILED,
                      _("QEMU ended %s, without a message"), how);
}

/* QMP is closed: QEMU ended, or is about to. An end without a SHUTDOWN event, which nobody
 * asked for, is a failure to be shown. */
static DexFuture *
ended_fiber (gpointer user_data)
{
  DroverRun *self = user_data;
  g_autoptr (DroverQmp) qmp = self->qmp != NULL ? g_object_ref (self->qmp) : NULL;
  g_autoptr (GError) error = NULL;
  gboolean gone;

  /* It was forced off before this fiber's turn came. */
  if (qmp == NULL || self->record == NULL)
    return dex_future_new_true ();

  gone = await_gone (self->record->pid, self->record->start_time, QUIT_MSEC);

  /* Meanwhile it may have been forced off, or even started anew. */
  if (self->qmp != qmp)
    return dex_future_new_true ();

  if (!gone)
    {
      /* It lives and does not talk: somebody else's client may have broken the protocol. */
      g_clear_object (&self->qmp);
      return drover_run_attach (self);
    }

  if (self->subprocess != NULL)
    dex_await (dex_subprocess_wait_check (self->subprocess), NULL);
  if (self->shutdown_reason == NULL && !self->asked_off)
    {
      error = _drover_run_describe_end (self);
      _drover_run_set_error (self, error);
    }
  _drover_run_set_off (self);
  return dex_future_new_true ();
}

static DexFuture *
closed_cb (DexFuture *future, gpointer user_data)
{
  GWeakRef *weak = user_data;
  g_autoptr (DroverRun) self = g_weak_ref_get (weak);

  /* While it comes up, whoever brings it up sees the end too, and tells it. */
  if (self == NULL || self->qmp == NULL || drover_qmp_is_open (self->qmp) || self->coming_up)
    return dex_future_new_true ();

  return dex_scheduler_spawn (NULL, 0, ended_fiber, g_steal_pointer (&self), g_object_unref);
}

/* From here on an end is noticed by itself, also one that came just now. */
void
_drover_run_has_come_up (DroverRun *self)
{
  self->coming_up = FALSE;
  if (self->qmp != NULL && !drover_qmp_is_open (self->qmp))
    drover_dex_forget (
      dex_scheduler_spawn (NULL, 0, ended_fiber, g_object_ref (self), g_object_unref));
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
event_cb (DroverQmp *qmp, const char *name, JsonObject *message, DroverRun *self)
{
  static const char *const changes[] = { "STOP",         "RESUME",          "SHUTDOWN",
                                         "RESET",        "SUSPEND",         "SUSPEND_DISK",
                                         "WAKEUP",       "GUEST_PANICKED",  "WATCHDOG",
                                         "BLOCK_IO_ERROR", NULL };

  g_assert (DROVER_IS_RUN (self));

  if (g_str_equal (name, "SHUTDOWN"))
    {
      JsonNode *node = json_object_get_member (message, "data");
      JsonObject *data =
        node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      g_set_str (&self->shutdown_reason,
                 data ? json_object_get_string_member_with_default (data, "reason", "") : "");
    }

  /* Which state an event leads to is QEMU's business, so QEMU is asked. */
  if (g_strv_contains (changes, name))
    drover_dex_forget (drover_run_refresh (self));

  g_signal_emit (self, signals[EVENT], g_quark_from_string (name), name, message);
}

static gboolean
check_peer (DroverRun *self, DroverQmp *qmp, GError **error)
{
  GIOStream *stream = drover_qmp_get_stream (qmp);
  GSocket *socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream));
  g_autoptr (GCredentials) credentials = g_socket_get_credentials (socket, NULL);
  pid_t pid = credentials != NULL ? g_credentials_get_unix_pid (credentials, NULL) : -1;

  if (self->record == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                   _("The machine was forced off meanwhile"));
      return FALSE;
    }

  /* Where the system cannot tell, the record has to do. */
  if (pid <= 0 || pid == self->record->pid)
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
               _("Process %d answers on the machine’s QMP socket instead of its QEMU, process %d"),
               (int) pid, (int) self->record->pid);
  return FALSE;
}

/* Takes note of a connection to the recorded process. */
gboolean
_drover_run_connected (DroverRun *self, DroverQmp *qmp, GError **error)
{
  GWeakRef *weak;

  if (!check_peer (self, qmp, error))
    return FALSE;

  g_set_object (&self->qmp, qmp);
  g_clear_pointer (&self->shutdown_reason, g_free);
  g_signal_connect_object (qmp, "event", G_CALLBACK (event_cb), self, G_CONNECT_DEFAULT);

  /* Held weakly: an open connection must not keep the run alive. */
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  drover_dex_forget (
    dex_future_finally (drover_qmp_when_closed (qmp), closed_cb, weak, weak_ref_free));
  return TRUE;
}

static DexFuture *
chosen_cb (DexFuture *future, gpointer user_data)
{
  DroverRun *self = user_data;
  DroverAccelReport *report = g_value_get_boxed (dex_future_get_value (future, NULL));
  gboolean passed = drover_accel_report_get_verdict (report) == DROVER_ACCEL_VERDICT_PASSED;

  g_set_str (&self->launch_accelerator,
             passed ? drover_accel_report_get_accelerator (report) : "tcg");
  _drover_run_set_accelerator (self, self->launch_accelerator,
                               drover_accel_report_get_reason (report));
  return dex_future_new_true ();
}

/**
 * drover_run_choose_accelerator:
 *
 * Finds out what the machine would run with, and why. With *Automatic* that is KVM only
 * where a test guest passed under it, see drover_accel_choose().
 *
 * Returns: (transfer full): a future that is resolved when `accelerator` is up to date
 */
DexFuture *
drover_run_choose_accelerator (DroverRun *self)
{
  DroverDocument *document = drover_machine_get_document (self->machine);
  g_autofree char *cpu = NULL;
  g_autofree char *machine = NULL;

  if (document == NULL)
    return dex_future_new_true ();

  g_clear_pointer (&self->launch_accelerator, g_free);
  if (drover_launch_plan_names_accelerator (document))
    {
      _drover_run_set_accelerator (self, NULL, _("The machine’s own arguments choose it."));
      return dex_future_new_true ();
    }
  if (g_strcmp0 (drover_document_get_accelerator (document), "automatic") != 0)
    {
      _drover_run_set_accelerator (self, "tcg",
                                   _("No argument names an accelerator, and QEMU’s default is "
                                     "emulation (TCG)."));
      return dex_future_new_true ();
    }

  cpu = drover_launch_plan_dup_value (document, "cpu", "model", "model");
  machine = drover_launch_plan_dup_value (document, "machine", "type", "type");
  if (machine == NULL)
    machine = drover_launch_plan_dup_value (document, "M", "type", "type");

  return dex_future_then (
    drover_accel_choose (drover_document_get_program (document), cpu, machine), chosen_cb,
    g_object_ref (self), g_object_unref);
}

/**
 * drover_run_get_machine:
 *
 * Returns: (transfer none): the machine
 */
DroverMachine *
drover_run_get_machine (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return self->machine;
}

/**
 * drover_run_get_state:
 *
 * Returns: `off`, `starting`, or QMP's RunState
 */
const char *
drover_run_get_state (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return self->state;
}

/**
 * drover_run_is_off:
 *
 * Returns: whether there is no QEMU
 */
gboolean
drover_run_is_off (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), TRUE);
  return g_str_equal (self->state, DROVER_STATE_OFF);
}

/**
 * drover_run_is_live:
 *
 * Returns: whether QEMU is there and listens
 */
gboolean
drover_run_is_live (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), FALSE);
  return !drover_run_is_off (self) && !g_str_equal (self->state, DROVER_STATE_STARTING);
}

/**
 * drover_run_is_running:
 *
 * Returns: whether the guest's processors run
 */
gboolean
drover_run_is_running (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), FALSE);
  return g_str_equal (self->state, "running");
}

/**
 * drover_run_get_error:
 *
 * Returns: (nullable): why the last start or run failed
 */
const GError *
drover_run_get_error (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return self->error;
}

/**
 * drover_run_get_shutdown_reason:
 *
 * Returns: (nullable): QMP's ShutdownCause of the last run, such as `guest-shutdown`
 */
const char *
drover_run_get_shutdown_reason (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return self->shutdown_reason;
}

/**
 * drover_run_get_accelerator:
 *
 * Returns: (nullable): `kvm`, `tcg` …; %NULL when only the arguments say it
 */
const char *
drover_run_get_accelerator (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return self->accelerator;
}

/**
 * drover_run_get_accelerator_reason:
 *
 * Returns: (nullable): why, a sentence for people
 */
const char *
drover_run_get_accelerator_reason (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return self->accelerator_reason;
}

/**
 * drover_run_get_pid:
 *
 * Returns: QEMU's process, or 0
 */
GPid
drover_run_get_pid (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), 0);
  return self->record != NULL ? self->record->pid : 0;
}

/**
 * drover_run_get_consoles:
 *
 * Returns: (transfer none): a list of #DroverConsole, empty when off
 */
GListModel *
drover_run_get_consoles (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return G_LIST_MODEL (self->consoles);
}

/**
 * drover_run_get_qmp:
 *
 * Returns: (transfer none) (nullable): the connection while live
 */
DroverQmp *
drover_run_get_qmp (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return self->qmp;
}

/**
 * drover_run_dup_log_path:
 *
 * Returns: (transfer full): the file with what QEMU printed in its last run
 */
char *
drover_run_dup_log_path (DroverRun *self)
{
  g_autofree char *dir = drover_paths_dup_log_dir (drover_machine_get_slug (self->machine));

  return g_build_filename (dir, "qemu.log", NULL);
}

/**
 * drover_run_dup_qemu_log:
 *
 * Returns: (transfer full) (nullable): what QEMU printed in its last run
 */
char *
drover_run_dup_qemu_log (DroverRun *self)
{
  g_autofree char *path = drover_run_dup_log_path (self);
  char *contents = NULL;

  g_file_get_contents (path, &contents, NULL, NULL);
  return contents;
}

/**
 * drover_run_dup_runtime_dir:
 *
 * Returns: (transfer full) (nullable): the folder of the sockets; %NULL of a broken machine
 *   that does not run
 */
char *
drover_run_dup_runtime_dir (DroverRun *self)
{
  DroverDocument *document = drover_machine_get_document (self->machine);

  /* A guest that runs is found by the identity it was started with, whatever became of its
   * file since. */
  if (self->record != NULL)
    return drover_paths_dup_runtime_dir (self->record->uuid);

  return document != NULL ? drover_paths_dup_runtime_dir (drover_document_get_uuid (document))
                          : NULL;
}

/**
 * drover_run_dup_launch_argv:
 *
 * Returns: (transfer full) (nullable): what runs, overlay included; of a machine that is off
 *   what would run, after drover_run_choose_accelerator()
 */
GStrv
drover_run_dup_launch_argv (DroverRun *self)
{
  DroverDocument *document = drover_machine_get_document (self->machine);
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (self);
  g_autofree char *log_dir = drover_paths_dup_log_dir (drover_machine_get_slug (self->machine));
  g_autoptr (DroverLaunchPlan) plan = NULL;

  if (self->record != NULL)
    return g_strdupv (self->record->argv);
  if (document == NULL)
    return NULL;

  plan = drover_launch_plan_new (document, runtime_dir, log_dir, self->launch_accelerator);
  return g_steal_pointer (&plan->argv);
}
