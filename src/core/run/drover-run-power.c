/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <signal.h>

#include "drover-dex.h"
#include "drover-error.h"
#include "drover-process.h"
#include "drover-run-private.h"

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

static DexFuture *
resume_cb (DexFuture *future, gpointer user_data)
{
  return drover_run_resume (user_data);
}

/**
 * drover_run_reset:
 *
 * Presses the reset button (`system_reset`). A guest that is beyond going on, as after a crash of
 * its kernel, is set going anew (`cont`); one that is only paused stays so.
 *
 * Returns: (transfer full): a future of the new state
 */
DexFuture *
drover_run_reset (DroverRun *self)
{
  static const char *const ended[] = { "shutdown", "internal-error", "guest-panicked", NULL };

  dex_return_error_if_fail (DROVER_IS_RUN (self));

  if (!g_strv_contains (ended, self->state))
    return execute_and_refresh (self, "system_reset");
  return dex_future_then (execute_and_refresh (self, "system_reset"), resume_cb,
                          g_object_ref (self), g_object_unref);
}

/**
 * drover_run_wake:
 *
 * Wakes a guest that sleeps (`system_wakeup`), as a key or the power button does.
 *
 * Returns: (transfer full): a future of the new state
 */
DexFuture *
drover_run_wake (DroverRun *self)
{
  dex_return_error_if_fail (DROVER_IS_RUN (self));

  if (self->qmp == NULL)
    return not_live ();
  if (!g_str_equal (self->state, "suspended"))
    return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                  _("The guest does not sleep: the machine’s state is “%s”"),
                                  self->state);

  return execute_and_refresh (self, "system_wakeup");
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

typedef struct
{
  DroverRun *run;
  DexPromise *promise;
  guint msec;
} WaitOff;

static void
wait_off_free (gpointer data)
{
  WaitOff *wait = data;

  dex_unref (wait->promise);
  g_object_unref (wait->run);
  g_free (wait);
}

/* With -no-shutdown a guest that has shut down leaves QEMU on. */
static void
settle_off_cb (DroverRun *self, GParamSpec *pspec, DexPromise *promise)
{
  if (dex_future_is_pending (DEX_FUTURE (promise)) &&
      (drover_run_is_off (self) || g_str_equal (self->state, "shutdown")))
    dex_promise_resolve_boolean (promise, TRUE);
}

static DexFuture *
wait_off_fiber (gpointer user_data)
{
  WaitOff *wait = user_data;
  gulong handler = g_signal_connect (wait->run, "notify::state", G_CALLBACK (settle_off_cb),
                                     wait->promise);
  g_autoptr (GError) error = NULL;
  gboolean off;

  settle_off_cb (wait->run, NULL, wait->promise);
  off = dex_await (wait->msec == 0 ? dex_ref (wait->promise)
                                   : dex_future_first (dex_ref (wait->promise),
                                                       dex_timeout_new_msec (wait->msec), NULL),
                   &error);
  g_signal_handler_disconnect (wait->run, handler);
  return off ? dex_future_new_true () : dex_future_new_for_error (g_steal_pointer (&error));
}

/**
 * drover_run_wait_off:
 * @msec: milliseconds; 0 for ever
 *
 * Returns: (transfer full): a future that is resolved when the guest has shut down, and rejected
 *   with %DEX_ERROR_TIMED_OUT when it has not in time
 */
DexFuture *
drover_run_wait_off (DroverRun *self, guint msec)
{
  WaitOff *wait;

  dex_return_error_if_fail (DROVER_IS_RUN (self));

  wait = g_new0 (WaitOff, 1);
  wait->run = g_object_ref (self);
  wait->promise = dex_promise_new ();
  wait->msec = msec;
  return drover_dex_spawn (wait_off_fiber, wait, wait_off_free);
}

/* Returns: whether the process ended within @msec milliseconds. */
gboolean
_drover_run_await_gone (GPid pid, guint64 start_time, guint msec)
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
      dex_await (drover_qmp_execute_full (self->qmp, "quit", NULL, DROVER_RUN_QUIT_MSEC), NULL);
      gone = _drover_run_await_gone (pid, start_time, DROVER_RUN_QUIT_MSEC);
    }

  for (guint i = 0; !gone && i < G_N_ELEMENTS (ways); i++)
    {
      drover_process_signal (pid, start_time, ways[i]);
      gone = _drover_run_await_gone (pid, start_time, DROVER_RUN_QUIT_MSEC);
    }

  if (!gone)
    return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                  _("QEMU (process %d) cannot be ended"), (int) pid);

  if (self->record != NULL && self->record->pid == pid)
    _drover_run_end_services (self, FALSE);
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

  return drover_dex_spawn (force_off_fiber, g_object_ref (self), g_object_unref);
}
