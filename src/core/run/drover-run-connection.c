/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-dex.h"
#include "drover-error.h"
#include "drover-run-private.h"
#include "drover-tail.h"

/* The last words of QEMU's log, which say why it ended when anything does. */
static char *
last_words (DroverRun *self)
{
  g_autofree char *path = drover_run_dup_log_path (self);

  return drover_tail_read_words (path);
}

/* Why the machine cannot start, for people. Who it is can be asked for afterwards. */
GError *
_drover_run_note_holder (DroverRun *self, DroverImageHolder *holder)
{
  g_autofree char *message = drover_image_holder_describe (holder);

  g_set_str (&self->blocker, holder->folder);
  return g_error_new_literal (DROVER_ERROR, DROVER_ERROR_IN_USE, message);
}

/* Why the process ended, for people: QEMU's own words, else how it ended. */
GError *
_drover_run_describe_end (DroverRun *self)
{
  g_autofree char *words = last_words (self);
  g_autoptr (DroverImageHolder) holder =
    drover_image_holder_find_said (words, drover_machine_get_directory (self->machine));
  /* One that was started anew meanwhile has a pid, and no status yet. */
  gboolean has_status =
    self->subprocess != NULL && g_subprocess_get_identifier (self->subprocess) == NULL;

  if (holder != NULL)
    return _drover_run_note_holder (self, holder);
  if (*words != '\0')
    return g_error_new_literal (DROVER_ERROR, DROVER_ERROR_START_FAILED, words);

  if (has_status && g_subprocess_get_if_signaled (self->subprocess))
    return g_error_new (DROVER_ERROR, DROVER_ERROR_START_FAILED,
                        _("QEMU ended by signal %d (%s), without a message"),
                        g_subprocess_get_term_sig (self->subprocess),
                        g_strsignal (g_subprocess_get_term_sig (self->subprocess)));
  if (has_status && g_subprocess_get_if_exited (self->subprocess))
    return g_error_new (DROVER_ERROR, DROVER_ERROR_START_FAILED,
                        _("QEMU ended with status %d, without a message"),
                        g_subprocess_get_exit_status (self->subprocess));

  return g_error_new_literal (DROVER_ERROR, DROVER_ERROR_START_FAILED,
                              _("QEMU ended for an unknown reason, without a message"));
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

  gone = _drover_run_await_gone (self->record->pid, self->record->start_time, DROVER_RUN_QUIT_MSEC);

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
  if (self->qmp != qmp)
    return dex_future_new_true ();

  if (self->shutdown_reason == NULL && !self->asked_off)
    {
      error = _drover_run_describe_end (self);
      _drover_run_set_error (self, error);
      _drover_run_note_sudden_end (self);
    }
  _drover_run_end_services (self, FALSE);
  if (self->qmp != qmp)
    return dex_future_new_true ();
  _drover_run_set_off (self);

  /* Somebody may have started it anew before we noticed its end. */
  return drover_run_attach (self);
}

static DexFuture *
closed_cb (DexFuture *future, gpointer user_data)
{
  GWeakRef *weak = user_data;
  g_autoptr (DroverRun) self = g_weak_ref_get (weak);

  /* While it comes up, whoever brings it up sees the end too, and tells it. */
  if (self == NULL || self->qmp == NULL || drover_qmp_is_open (self->qmp) || self->coming_up)
    return dex_future_new_true ();

  return drover_dex_spawn (ended_fiber, g_steal_pointer (&self), g_object_unref);
}

/* From here on an end is noticed by itself, also one that came just now. */
void
_drover_run_has_come_up (DroverRun *self)
{
  self->coming_up = FALSE;
  if (self->qmp != NULL && !drover_qmp_is_open (self->qmp))
    drover_dex_forget (
      drover_dex_spawn (ended_fiber, g_object_ref (self), g_object_unref));
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

  JsonNode *node = json_object_get_member (message, "data");
  JsonObject *data =
    node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  g_assert (DROVER_IS_RUN (self));

  if (g_str_equal (name, "SHUTDOWN"))
    g_set_str (&self->shutdown_reason,
               data ? json_object_get_string_member_with_default (data, "reason", "") : "");

  _drover_run_note_event (self, name, data);
  /* Which state an event leads to is QEMU's business, so QEMU is asked. */
  if (g_strv_contains (changes, name))
    drover_dex_forget (drover_run_refresh (self));

  _drover_run_emit_event (self, name, message);
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
  g_autofree char *note = NULL;
  GWeakRef *weak;

  if (!check_peer (self, qmp, error))
    return FALSE;

  note = g_strdup_printf (_("Drover is connected to QEMU, process %d."), (int) self->record->pid);
  drover_event_log_note (self->events, note);
  g_set_object (&self->qmp, qmp);
  g_clear_pointer (&self->shutdown_reason, g_free);
  self->oom_kills = _drover_run_count_oom_kills ();
  g_signal_connect_object (qmp, "event", G_CALLBACK (event_cb), self, G_CONNECT_DEFAULT);

  /* Held weakly: an open connection must not keep the run alive. */
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  drover_dex_forget (
    dex_future_finally (drover_qmp_when_closed (qmp), closed_cb, weak, weak_ref_free));
  return TRUE;
}
