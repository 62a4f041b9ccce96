/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "drover-dex.h"
#include "drover-error.h"
#include "drover-process.h"
#include "drover-run-private.h"

/* QEMU makes its sockets within some 20 ms. Looking this often costs nothing and loses
 * nothing of note. */
#define LOOK_MSEC 4

/* Allocating and clearing a large guest's memory can take most of this. */
#define START_SECONDS 60

/* How often a start by another program is looked at again that has not set its guest going. */
#define START_MSEC 50

/* A second client of one socket is not greeted until the first one leaves. */
#define GREETING_MSEC 5000

typedef struct
{
  char *path;
  gboolean given_up; /* something else came first */
} Socket;

static void
socket_clear (gpointer data)
{
  g_free (((Socket *) data)->path);
}

static void
socket_unref (gpointer data)
{
  g_rc_box_release_full (data, socket_clear);
}

static void
socket_give_up (gpointer data)
{
  ((Socket *) data)->given_up = TRUE;
  socket_unref (data);
}

static gboolean
not_there_yet (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) ||
         /* Others are waiting to be let in, more than QEMU has chairs for. */
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

static DexFuture *
connect_fiber (gpointer user_data)
{
  Socket *socket = user_data;

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      DroverQmp *qmp = dex_await_object (drover_qmp_connect (socket->path, GREETING_MSEC), &error);

      if (qmp != NULL)
        return dex_future_new_take_object (qmp);
      if (socket->given_up || !not_there_yet (error) || !drover_dex_sleep (LOOK_MSEC))
        return dex_future_new_for_error (g_steal_pointer (&error));
    }
}

static DexFuture *
gone_cb (DexFuture *future, gpointer user_data)
{
  return dex_future_new_for_error (_drover_run_describe_end (user_data));
}

static DexFuture *
too_late_cb (DexFuture *future, gpointer user_data)
{
  return dex_future_new_reject (DROVER_QMP_ERROR, DROVER_QMP_ERROR_TIMEOUT,
                                _("QEMU did not answer within %d seconds"), START_SECONDS);
}

static DexFuture *
pass_on_cb (DexFuture *future, gpointer user_data)
{
  ((Socket *) user_data)->given_up = TRUE;
  return dex_ref (future);
}

/* Whatever comes first: QMP ready, the process's end, or the end of our patience. */
DexFuture *
_drover_run_await_qmp (DroverRun *self)
{
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (self);
  Socket *socket = g_rc_box_new0 (Socket);
  DexFuture *gone;
  DexFuture *first;

  socket->path = g_build_filename (runtime_dir, self->qmp_socket, NULL);
  gone = self->subprocess != NULL
           ? dex_subprocess_wait_check (self->subprocess)
           : drover_process_wait_gone (self->record->pid, self->record->start_time);

  first = dex_future_first (
    drover_dex_spawn (connect_fiber, g_rc_box_acquire (socket), socket_unref),
    dex_future_finally (gone, gone_cb, g_object_ref (self), g_object_unref),
    dex_future_catch (dex_timeout_new_seconds (START_SECONDS), too_late_cb, NULL, NULL), NULL);
  return dex_future_finally (first, pass_on_cb, socket, socket_give_up);
}

/* What the one who was killed had still to do, in its order. */
static gboolean
make_up_for (DroverRun *self, DroverRunRecord *now, DroverQmp *qmp, GError **error)
{
  /* Some of the disks may have been seen to; those are left as they are. */
  if (now->unshielded && !_drover_run_shield_disks (self, qmp, error))
    return FALSE;

  return !now->starting || !g_str_equal (self->state, "prelaunch") ||
         (dex_await (drover_qmp_execute (qmp, "cont", NULL), error) &&
          dex_await (drover_run_refresh (self), error));
}

/* Whoever started it was killed before it set the guest going. While the lock is held it lives, and
 * will. */
static gboolean
finish_start (DroverRun *self, DroverQmp *qmp, GError **error)
{
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (self);
  int fd = drover_run_record_is_unfinished (self->record)
             ? drover_run_record_lock (runtime_dir, NULL) : -1;
  g_autoptr (DroverRunRecord) now = NULL;
  gboolean done = TRUE;

  if (fd < 0)
    return TRUE;

  /* It may just have been done. */
  now = drover_run_record_load (runtime_dir, NULL);
  if (now != NULL && now->pid == self->record->pid)
    done = make_up_for (self, now, qmp, error);
  done = done && _drover_run_set_going (self, error);
  close (fd);
  return done;
}

typedef struct
{
  DroverRun *run;
  GPid pid;
} Unfinished;

static void
unfinished_free (gpointer data)
{
  g_object_unref (((Unfinished *) data)->run);
  g_free (data);
}

/* Another program is just starting it. Should that program die before it is through, we are there. */
static DexFuture *
finish_later_fiber (gpointer user_data)
{
  Unfinished *unfinished = user_data;
  DroverRun *self = unfinished->run;

  while (drover_dex_sleep (START_MSEC) && self->qmp != NULL && self->record != NULL &&
         self->record->pid == unfinished->pid &&
         drover_run_record_is_unfinished (self->record))
    {
      g_autofree char *runtime_dir = drover_run_dup_runtime_dir (self);
      g_autoptr (DroverRunRecord) now = drover_run_record_load (runtime_dir, NULL);
      g_autoptr (DroverQmp) qmp = g_object_ref (self->qmp);

      if (now == NULL || now->pid != unfinished->pid || !drover_run_record_is_unfinished (now))
        self->record->starting = self->record->unshielded = FALSE;
      else
        finish_start (self, qmp, NULL);
    }

  return dex_future_new_true ();
}

static void
finish_later (DroverRun *self)
{
  Unfinished *unfinished;

  if (!drover_run_record_is_unfinished (self->record))
    return;

  unfinished = g_new0 (Unfinished, 1);
  unfinished->run = g_object_ref (self);
  unfinished->pid = self->record->pid;
  drover_dex_forget (drover_dex_spawn (finish_later_fiber, unfinished, unfinished_free));
}

typedef struct
{
  GWeakRef run;
  char *path; /* (nullable): where it may answer yet */
  GPid pid;
  guint64 start_time;
} Silent;

static void
silent_free (gpointer data)
{
  Silent *silent = data;

  g_weak_ref_clear (&silent->run);
  g_free (silent->path);
  g_free (silent);
}

/* In the queue of its socket nothing is asked again and again: it greets when it can. */
static DexFuture *
silent_fiber (gpointer user_data)
{
  Silent *silent = user_data;
  g_autoptr (DexFuture) gone = drover_process_wait_gone (silent->pid, silent->start_time);
  g_autoptr (DexFuture) greeted =
    silent->path != NULL ? drover_qmp_connect (silent->path, G_MAXINT) : dex_future_new_infinite ();
  g_autoptr (DroverRun) self = NULL;

  dex_await (dex_future_first (dex_ref (gone), dex_ref (greeted), NULL), NULL);
  if (dex_future_is_resolved (greeted))
    drover_qmp_close (g_value_get_object (dex_future_get_value (greeted, NULL)));
  else
    dex_await (dex_ref (gone), NULL);

  self = g_weak_ref_get (&silent->run);
  if (self != NULL && self->record != NULL && self->record->pid == silent->pid)
    drover_dex_forget (drover_run_attach (self));
  return dex_future_new_true ();
}

/* It may only be busy, or talk to somebody else; and that it ends is not to go unnoticed. Who said
 * nonsense is not asked again. */
static void
await_answer (DroverRun *self, const GError *error)
{
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (self);
  Silent *silent = g_new0 (Silent, 1);

  g_weak_ref_init (&silent->run, self);
  if (runtime_dir != NULL && (g_error_matches (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_BUSY) ||
                              g_error_matches (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_TIMEOUT)))
    silent->path = g_build_filename (runtime_dir, self->qmp_socket, NULL);
  silent->pid = self->record->pid;
  silent->start_time = self->record->start_time;
  drover_dex_forget (drover_dex_spawn (silent_fiber, silent, silent_free));
}

static DexFuture *
attach_fiber (gpointer user_data)
{
  DroverRun *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverQmp) qmp = dex_await_object (_drover_run_await_qmp (self), &error);

  if (qmp != NULL && _drover_run_connected (self, qmp, &error) &&
      dex_await (drover_run_refresh (self), &error) && finish_start (self, qmp, &error))
    {
      /* One that does not tell keeps what is on record. */
      dex_await (_drover_run_ask_accelerator (self), NULL);
      _drover_run_watch_services (self);
      _drover_run_has_come_up (self);
      if (self->record != NULL)
        finish_later (self);
      return dex_future_new_for_string (self->state);
    }

  /* Who hangs up on us is about to end. */
  if (g_error_matches (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED) && self->record != NULL)
    _drover_run_await_gone (self->record->pid, self->record->start_time, DROVER_RUN_QUIT_MSEC);

  self->coming_up = FALSE;
  if (self->record == NULL || !drover_run_record_is_alive (self->record))
    {
      /* It ended or was forced off while we looked, which is as good as not found. */
      _drover_run_end_services (self, FALSE);
      _drover_run_set_off (self);
      return dex_future_new_for_string (self->state);
    }

  /* It lives but cannot be talked to. It is not off, and can still be forced off. */
  _drover_run_set_error (self, error);
  _drover_run_set_state (self, DROVER_STATE_NOT_ANSWERING);
  if (self->record != NULL)
    await_answer (self, error);
  return dex_future_new_for_error (g_steal_pointer (&error));
}

/* Whether the guest was started from another folder, which still holds a machine of that
 * identity: one of the two is a copy. A folder that was only renamed is no longer there. */
static gboolean
is_anothers (DroverRun *self, DroverRunRecord *record)
{
  g_autoptr (DroverMachine) other = NULL;
  DroverDocument *document;

  if (record->folder == NULL ||
      g_str_equal (record->folder, drover_machine_get_folder (self->machine)) ||
      !g_file_test (record->folder, G_FILE_TEST_IS_DIR))
    return FALSE;

  other = drover_machine_new (record->folder);
  document = drover_machine_get_document (other);
  return document != NULL && g_strcmp0 (drover_document_get_uuid (document), record->uuid) == 0;
}

/* The folder is named by the uuid, but it could have been copied or moved there. */
static gboolean
is_ours (DroverRun *self, DroverRunRecord *record)
{
  DroverDocument *document = drover_machine_get_document (self->machine);

  return record != NULL && drover_run_record_is_alive (record) && !is_anothers (self, record) &&
         (document == NULL ||
          g_strcmp0 (record->uuid, drover_document_get_uuid (document)) == 0);
}

/**
 * drover_run_attach:
 *
 * Looks for a QEMU of this machine that somebody started before, this program or another,
 * and takes it over: its pid, its start time and the folder named by its uuid must agree.
 * What a dead one left is removed.
 *
 * Returns: (transfer full): a future of the state, a string; `off` when there is none
 */
DexFuture *
drover_run_attach (DroverRun *self)
{
  g_autofree char *runtime_dir = NULL;
  g_autoptr (DroverRunRecord) record = NULL;

  dex_return_error_if_fail (DROVER_IS_RUN (self));

  if (self->qmp != NULL || self->coming_up)
    return dex_future_new_for_string (self->state);

  runtime_dir = drover_run_dup_runtime_dir (self);
  if (runtime_dir != NULL)
    record = drover_run_record_load (runtime_dir, NULL);

  if (!is_ours (self, record))
    {
      if (record != NULL && !drover_run_record_is_alive (record) &&
          drover_services_any_alive (record->services))
        return _drover_run_clear_up (self, runtime_dir);
      _drover_run_set_off (self);
      return dex_future_new_for_string (self->state);
    }

  _drover_run_set_accelerator (self, record->accelerator, record->accelerator_reason);
  _drover_run_set_consoles (self, record->consoles);
  g_ptr_array_unref (self->services);
  self->services = drover_services_copy (record->services);
  g_clear_pointer (&self->record, drover_run_record_free);
  self->record = g_steal_pointer (&record);
  self->asked_off = FALSE;
  self->coming_up = TRUE;
  /* Whoever sees the state change is not to find what was wrong before. */
  _drover_run_set_error (self, NULL);
  _drover_run_set_state (self, DROVER_STATE_STARTING);
  return drover_dex_spawn (attach_fiber, g_object_ref (self), g_object_unref);
}
