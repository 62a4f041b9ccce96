/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "drover-dex.h"
#include "drover-passt.h"
#include "drover-paths.h"
#include "drover-process.h"
#include "drover-run-private.h"
#include "drover-share.h"
#include "drover-tpm.h"

/* The programs that live with a machine. They are started before QEMU, are in its record from the
 * moment they run, and end with it; whoever finds a record whose QEMU is gone ends them. */

/* They end by themselves when QEMU hangs up; this long after its end they are helped. */
#define GRACE_MSEC 1000

static gboolean
start_one (DroverRun *self, DroverDocument *document, DroverServicePlan *plan,
           const char *runtime_dir, GError **error)
{
  DroverService *service;

  /* It is in the record before it is there: whoever kills us in between leaves nothing that
   * cannot be found. */
  plan->note = drover_service_dup_note (plan->id, runtime_dir);
  g_ptr_array_add (self->services, drover_service_new (plan));
  if (!_drover_run_save_record (self, document, NULL, runtime_dir, error))
    return FALSE;

  service = drover_service_spawn (plan, error);
  g_ptr_array_remove_index (self->services, self->services->len - 1);
  if (service == NULL)
    return FALSE;

  g_ptr_array_add (self->services, service);
  return _drover_run_save_record (self, document, NULL, runtime_dir, error) &&
         drover_service_await_ready (service, error);
}

/* Starts what the machine needs beside QEMU, in a fiber, with the lock held. */
gboolean
_drover_run_start_services (DroverRun *self, DroverDocument *document, const char *runtime_dir,
                            const char *log_dir, GError **error)
{
  g_autoptr (GPtrArray) plans =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_service_plan_free);
  g_autoptr (GError) plan_error = NULL;
  DroverServicePlan *plan;

  g_ptr_array_set_size (self->services, 0);
  g_clear_pointer (&self->failed_service, drover_service_free);
  if (!drover_tpm_check_listener (document, drover_machine_get_directory (self->machine), error))
    return FALSE;

  plan = drover_tpm_plan (self->machine, document, log_dir, &plan_error);
  if (plan_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&plan_error));
      return FALSE;
    }

  if (plan != NULL)
    g_ptr_array_add (plans, plan);
  if (!drover_virtiofs_add_plans (self->machine, document, log_dir, plans, error) ||
      !drover_passt_add_plans (self->machine, document, log_dir, plans, error))
    return FALSE;

  for (guint i = 0; i < plans->len; i++)
    if (!start_one (self, document, plans->pdata[i], runtime_dir, error))
      return FALSE;
  return TRUE;
}

/* Sees the services of a QEMU that has ended to their end, in a fiber. */
void
_drover_run_end_services (DroverRun *self, gboolean at_once)
{
  drover_services_end (self->services, at_once ? 0 : GRACE_MSEC);
}

typedef struct
{
  GWeakRef run;
  DroverService *service;
  GPid qemu;
  guint64 qemu_start_time;
} Watch;

static void
watch_free (gpointer data)
{
  Watch *watch = data;

  g_weak_ref_clear (&watch->run);
  drover_service_free (watch->service);
  g_free (watch);
}

/* It ends a moment before QEMU does when QEMU ends. Only when QEMU goes on is that a failure. */
static DexFuture *
ended_fiber (gpointer user_data)
{
  Watch *watch = user_data;
  g_autoptr (DroverRun) self = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *message = NULL;

  if (_drover_run_await_gone (watch->qemu, watch->qemu_start_time, GRACE_MSEC))
    return dex_future_new_true ();

  self = g_weak_ref_get (&watch->run);
  if (self == NULL || self->record == NULL || self->record->pid != watch->qemu || self->asked_off)
    return dex_future_new_true ();

  error = drover_service_describe_end (watch->service);
  message = g_strdup_printf (_("%s The guest goes on without it; it comes back at the next start."),
                             error->message);
  g_clear_pointer (&self->failed_service, drover_service_free);
  self->failed_service = drover_service_copy (watch->service);
  g_set_str (&self->service_failure, message);
  _drover_run_emit_service_failed (self, message);
  return dex_future_new_true ();
}

static DexFuture *
gone_cb (DexFuture *future, gpointer user_data)
{
  Watch *watch = user_data;
  g_autoptr (DroverRun) self = g_weak_ref_get (&watch->run);
  Watch *copy;

  if (self == NULL)
    return dex_future_new_true ();

  copy = g_new0 (Watch, 1);
  g_weak_ref_init (&copy->run, self);
  copy->service = drover_service_copy (watch->service);
  copy->qemu = watch->qemu;
  copy->qemu_start_time = watch->qemu_start_time;
  return drover_dex_spawn (ended_fiber, copy, watch_free);
}

/* From here on the end of a service is noticed while QEMU runs. */
void
_drover_run_watch_services (DroverRun *self)
{
  for (guint i = 0; i < self->services->len; i++)
    {
      const DroverService *service = self->services->pdata[i];
      Watch *watch = g_new0 (Watch, 1);

      g_weak_ref_init (&watch->run, self);
      watch->service = drover_service_copy (service);
      watch->qemu = self->record->pid;
      watch->qemu_start_time = self->record->start_time;
      drover_dex_forget (
        dex_future_finally (drover_process_wait_gone (service->pid, service->start_time), gone_cb,
                            watch, watch_free));
    }
}

/* What a crash left: QEMU is gone, and nobody was there to see its services to their end. */
typedef struct
{
  DroverRun *run;
  char *runtime_dir;
} Leftover;

static void
leftover_free (gpointer data)
{
  Leftover *leftover = data;

  g_object_unref (leftover->run);
  g_free (leftover->runtime_dir);
  g_free (leftover);
}

static DexFuture *
clear_up_fiber (gpointer user_data)
{
  Leftover *leftover = user_data;
  DroverRun *self = leftover->run;
  int fd = drover_run_record_lock (leftover->runtime_dir, NULL);
  g_autoptr (DroverRunRecord) now = NULL;

  /* Whoever holds the lock is starting the machine, and sees to it. */
  if (fd < 0)
    return dex_future_new_for_string (self->state);

  /* What looked like a leftover may have been a start that was not as far as QEMU yet, and is
   * through by now: the services are those of a guest that runs. */
  now = drover_run_record_load (leftover->runtime_dir, NULL);
  if (now != NULL && drover_run_record_is_alive (now))
    {
      close (fd);
      return drover_run_attach (self);
    }

  if (now != NULL)
    drover_services_end (now->services, GRACE_MSEC);
  close (fd);
  if (self->record == NULL && !self->coming_up)
    _drover_run_set_off (self);
  return dex_future_new_for_string (self->state);
}

/* Returns: a future of the state */
DexFuture *
_drover_run_clear_up (DroverRun *self, const char *runtime_dir)
{
  Leftover *leftover = g_new0 (Leftover, 1);

  leftover->run = g_object_ref (self);
  leftover->runtime_dir = g_strdup (runtime_dir);
  return drover_dex_spawn (clear_up_fiber, leftover, leftover_free);
}

/**
 * drover_run_get_services:
 *
 * Returns: (transfer none) (element-type DroverService): the programs that run beside QEMU for
 *   the machine; of one that is off those of its last run
 */
GPtrArray *
drover_run_get_services (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return self->services;
}

/**
 * drover_run_get_failed_service:
 * @message: (out) (optional) (transfer none): why, for people
 *
 * Returns: (transfer none) (nullable): the program beside QEMU that ended in this run while the
 *   guest went on, the last one if there were several
 */
const DroverService *
drover_run_get_failed_service (DroverRun *self, const char **message)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);

  if (message != NULL)
    *message = self->failed_service != NULL ? self->service_failure : NULL;
  return self->failed_service;
}

/**
 * drover_run_dup_service_log_path:
 * @id: a service's id: `tpm`, `virtiofs-share0` …
 *
 * Returns: (transfer full): the file with what it printed in its last run
 */
char *
drover_run_dup_service_log_path (DroverRun *self, const char *id)
{
  g_autofree char *log_dir = drover_paths_dup_log_dir (drover_machine_get_slug (self->machine));
  g_autofree char *name = g_path_get_basename (id);

  return drover_service_dup_log (name, log_dir);
}
