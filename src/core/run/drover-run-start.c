/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "drover-console-log.h"
#include "drover-console.h"
#include "drover-dex.h"
#include "drover-error.h"
#include "drover-image-look.h"
#include "drover-json.h"
#include "drover-machine-firmware.h"
#include "drover-paths.h"
#include "drover-process.h"
#include "drover-program.h"
#include "drover-run-private.h"

/* The log of the run before stays as `.old`, so that a restart does not destroy the reason
 * for it. */
static void
rotate_log (const char *path)
{
  g_autofree char *old = g_strconcat (path, ".old", NULL);

  g_rename (path, old);
}

/* A session of its own: a Ctrl-C in the terminal that Drover was started from, or the end of
 * that terminal, is not for the guest. */
static void
child_setup_cb (gpointer user_data)
{
  setsid ();
  drover_process_note_self (GPOINTER_TO_INT (user_data));
}

/* A log that the user's own arguments name is left where it is. QEMU takes its path as seen
 * from the machine's folder, and others who read it do not stand there. */
static void
settle_console_log (DroverConsolePlan *console, const char *folder, const char *log_dir)
{
  g_autofree char *given = g_steal_pointer (&console->log);
  g_autofree char *parent = g_path_get_dirname (given);

  console->log = g_canonicalize_filename (given, folder);
  if (g_str_equal (parent, log_dir))
    {
      g_autofree char *earlier = drover_console_log_dup_earlier (console->log);

      rotate_log (console->log);
      g_unlink (earlier);
    }
}

static void
settle_logs (DroverRun *self, DroverLaunchPlan *plan)
{
  g_autofree char *log = drover_run_dup_log_path (self);
  g_autofree char *log_dir = g_path_get_dirname (log);

  rotate_log (log);
  for (guint i = 0; i < plan->consoles->len; i++)
    settle_console_log (plan->consoles->pdata[i], drover_machine_get_directory (self->machine),
                        log_dir);
}

/* @note: a descriptor for drover_process_note_self() */
static GSubprocess *
spawn (DroverRun *self, DroverLaunchPlan *plan, int note, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autofree char *log = drover_run_dup_log_path (self);
  int fd;

  fd = open (log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0)
    {
      drover_set_errno_error (error, _("Cannot write %s"), log);
      return NULL;
    }

  /* A file and not a pipe: QEMU must be able to print when Drover is gone. */
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_subprocess_launcher_take_stdout_fd (launcher, dup (fd));
  g_subprocess_launcher_take_stderr_fd (launcher, fd);
  g_subprocess_launcher_set_stdin_file_path (launcher, "/dev/null");
  g_subprocess_launcher_set_cwd (launcher, drover_machine_get_directory (self->machine));
  g_subprocess_launcher_set_child_setup (launcher, child_setup_cb, GINT_TO_POINTER (note), NULL);

  return g_subprocess_launcher_spawnv (launcher, (const char *const *) plan->argv, error);
}

static JsonNode *
copy_service_entries (DroverDocument *document)
{
  JsonNode *entries = drover_document_get_member (document, "services");

  return entries != NULL ? drover_json_copy (entries)
                         : drover_json_take_object (json_object_new ());
}

/* Before there is a process. Without a @plan: of a machine whose services are being started. */
static DroverRunRecord *
make_record (DroverRun *self, DroverDocument *document, DroverLaunchPlan *plan)
{
  DroverRunRecord *record = g_new0 (DroverRunRecord, 1);

  record->uuid = g_strdup (drover_document_get_uuid (document));
  record->folder = g_strdup (drover_machine_get_folder (self->machine));
  record->argv = plan != NULL ? g_strdupv (plan->argv) : g_new0 (char *, 1);
  record->command = drover_document_dup_argv (document);
  record->directory = g_strdup (drover_machine_get_directory (self->machine));
  record->consoles = plan != NULL ? g_ptr_array_ref (plan->consoles) : g_ptr_array_new ();
  record->services = drover_services_copy (self->services);
  record->service_entries = copy_service_entries (document);
  record->accelerator = g_strdup (self->accelerator);
  record->accelerator_reason = g_strdup (self->accelerator_reason);
  record->starting = plan != NULL && !plan->start_paused;
  record->unshielded = plan != NULL && self->disposable;
  return record;
}

gboolean
_drover_run_save_record (DroverRun *self, DroverDocument *document, DroverLaunchPlan *plan,
                         const char *runtime_dir, GError **error)
{
  g_autoptr (DroverRunRecord) record = make_record (self, document, plan);

  return drover_run_record_save (record, runtime_dir, error);
}

static gboolean
launch (DroverRun *self, DroverDocument *document, DroverLaunchPlan *plan,
        const char *runtime_dir, GError **error)
{
  g_autofree char *note = g_build_filename (runtime_dir, DROVER_RUN_NOTE_FILE, NULL);
  g_autoptr (DroverRunRecord) record = NULL;
  const char *pid;
  int fd;

  if (!_drover_run_mark_started (self, drover_document_get_uuid (document), error) ||
      (fd = drover_run_record_open_note (note, error)) < 0)
    return FALSE;

  /* At no moment is there a QEMU that nobody can find again: the record is there before the
   * process, which then notes who it is before it becomes QEMU. */
  settle_logs (self, plan);
  record = make_record (self, document, plan);
  if (drover_run_record_save (record, runtime_dir, error))
    self->subprocess = spawn (self, plan, fd, error);
  close (fd);
  if (self->subprocess == NULL)
    return FALSE;

  pid = g_subprocess_get_identifier (self->subprocess);
  record->pid = pid != NULL ? atoi (pid) : 0;
  record->start_time = drover_process_get_start_time (record->pid);
  /* One that is over already has noted it. */
  if (record->start_time == 0)
    drover_process_read_note (note, &record->pid, &record->start_time);
  self->record = g_steal_pointer (&record);
  _drover_run_set_consoles (self, plan->consoles);
  return drover_run_record_save (self->record, runtime_dir, error);
}

/* The guest has been set going, or is to stand still, and its disks are shielded if they are to
 * be: nobody needs to see to that any more. */
gboolean
_drover_run_set_going (DroverRun *self, GError **error)
{
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (self);

  if (self->record == NULL || !drover_run_record_is_unfinished (self->record))
    return TRUE;

  self->record->starting = FALSE;
  self->record->unshielded = FALSE;
  return drover_run_record_save (self->record, runtime_dir, error);
}

static gboolean
attach_consoles (DroverRun *self, GError **error)
{
  GListModel *consoles = G_LIST_MODEL (self->consoles);

  for (guint i = 0; i < g_list_model_get_n_items (consoles); i++)
    {
      g_autoptr (DroverConsole) console = g_list_model_get_item (consoles, i);

      if (!dex_await (drover_console_connect (console, FALSE), error))
        return FALSE;
    }

  return TRUE;
}

/* From a process to a guest that runs. */
static gboolean
talk (DroverRun *self, DroverLaunchPlan *plan, GError **error)
{
  g_autoptr (DroverQmp) qmp = dex_await_object (_drover_run_await_qmp (self), error);

  if (qmp == NULL || !_drover_run_connected (self, qmp, error))
    return FALSE;
  if (self->attach_consoles && !attach_consoles (self, error))
    return FALSE;
  if (self->disposable && !_drover_run_shield_disks (self, qmp, error))
    return FALSE;
  if (!plan->start_paused && !dex_await (drover_qmp_execute (qmp, "cont", NULL), error))
    return FALSE;
  if (!_drover_run_set_going (self, error) || !dex_await (drover_run_refresh (self), error))
    return FALSE;

  drover_dex_forget (_drover_run_ask_accelerator (self));
  return TRUE;
}

static gboolean
bring_up (DroverRun *self, DroverLaunchPlan *plan, GError **error)
{
  g_autoptr (GError) talk_error = NULL;

  if (talk (self, plan, &talk_error))
    return TRUE;

  if (!g_error_matches (talk_error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED) ||
      self->subprocess == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&talk_error));
      return FALSE;
    }

  dex_await (dex_subprocess_wait_check (self->subprocess), NULL);
  _drover_run_end_services (self, FALSE);

  /* A guest may run and shut itself down faster than we can ask how it is. */
  if (self->shutdown_reason != NULL && !self->asked_off)
    {
      _drover_run_set_off (self);
      return TRUE;
    }

  /* QEMU went while we talked: its own last words say more than a closed socket. */
  if (!self->asked_off)
    _drover_run_note_sudden_end (self);
  g_propagate_error (error, _drover_run_describe_end (self));
  return FALSE;
}

/* Makes sure that there is no run of this machine, and that nobody else makes one. */
static int
take_lock (DroverRun *self, const char *runtime_dir, GError **error)
{
  g_autoptr (DroverRunRecord) record = NULL;
  int fd = drover_run_record_lock (runtime_dir, error);

  if (fd < 0)
    return -1;

  record = drover_run_record_load (runtime_dir, NULL);
  if (record == NULL || !drover_run_record_is_alive (record))
    {
      /* What a crash left of the run before must not stand in the way of this one's. */
      if (record != NULL)
        drover_services_end (record->services, 0);
      drover_run_record_clear (runtime_dir);
      self->holds_lock = TRUE;
      return fd;
    }

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
               _("The machine is already running (process %d)"), (int) record->pid);
  close (fd);
  return -1;
}

/* virtiofsd makes its socket before it knows whether it can go on, so its failure may come to light
 * as one of QEMU's, which only says that nobody is at the socket. */
static void
blame_service (DroverRun *self, GError **error)
{
  for (guint i = 0; i < self->services->len; i++)
    {
      const DroverService *service = self->services->pdata[i];

      if (drover_service_is_alive (service) || !drover_service_said_error (service))
        continue;
      g_clear_error (error);
      *error = drover_service_describe_end (service);
      return;
    }
}

/* Ends a QEMU that did not come up, so that nothing half-started stays behind. */
static void
clean_up (DroverRun *self)
{
  if (self->subprocess != NULL)
    {
      g_subprocess_force_exit (self->subprocess);
      dex_await (dex_subprocess_wait_check (self->subprocess), NULL);
    }
  if (self->holds_lock)
    _drover_run_end_services (self, TRUE);
  _drover_run_set_off (self);
}

static gboolean
prepare (DroverRun *self, DroverDocument *document, const char *runtime_dir, const char *log_dir,
         GError **error)
{
  g_autofree char *resolved = drover_program_resolve (
    drover_document_get_program (document), drover_machine_get_directory (self->machine));
  g_autofree char *program = drover_program_find (resolved, error);

  if (program == NULL || !drover_paths_make_private_dir (runtime_dir, error))
    return FALSE;
  if (g_mkdir_with_parents (log_dir, 0700) != 0)
    return drover_set_errno_error (error, _("Cannot make %s"), log_dir);

  return TRUE;
}

/* Two QEMUs that write to one image destroy it. QEMU's own locks see to that, too, but do not say
 * who it is. */
static gboolean
check_images (DroverRun *self, DroverDocument *document, GError **error)
{
  g_autoptr (DroverImageLook) look = dex_await_object (
    drover_image_look (drover_document_get_arguments (document),
                       drover_machine_get_directory (self->machine)),
    error);
  g_autoptr (DroverImageHolder) holder =
    look != NULL ? drover_image_look_steal_holder (look) : NULL;

  if (holder == NULL)
    return look != NULL;

  g_propagate_error (error, _drover_run_note_holder (self, holder));
  return FALSE;
}

/* What a machine needs on disk, and Drover can make again. */
static gboolean
make_missing (DroverRun *self, DroverDocument *document, char **notice, GError **error)
{
  *notice = dex_await_string (
    drover_machine_firmware_prepare (document, drover_machine_get_directory (self->machine)),
    error);
  return *notice != NULL;
}

/* @notice: what was done before the start; may be empty */
static void
take_notices (DroverRun *self, DroverLaunchPlan *plan, const char *notice)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (*notice != '\0')
    g_strv_builder_add (builder, notice);
  g_strv_builder_addv (builder, (const char **) plan->notices);
  if (self->display_notice != NULL)
    g_strv_builder_add (builder, self->display_notice);
  g_strfreev (self->notices);
  self->notices = g_strv_builder_end (builder);
}

/* The file may be changed, or broken, while the machine starts. */
typedef struct
{
  DroverRun *run;
  DroverDocument *document;
  DroverStartFlags flags;
} Start;

static void
start_free (gpointer data)
{
  Start *start = data;

  g_object_unref (start->run);
  drover_document_unref (start->document);
  g_free (start);
}

static DexFuture *
start_fiber (gpointer user_data)
{
  Start *start = user_data;
  DroverRun *self = start->run;
  DroverDocument *document = start->document;
  g_autofree char *runtime_dir = drover_paths_dup_runtime_dir (drover_document_get_uuid (document));
  g_autofree char *log_dir = drover_paths_dup_log_dir (drover_machine_get_slug (self->machine));
  g_autoptr (DroverLaunchPlan) plan = NULL;
  g_autofree char *notice = NULL;
  g_autoptr (GError) error = NULL;
  int lock_fd = -1;

  if (prepare (self, document, runtime_dir, log_dir, &error) &&
      (lock_fd = take_lock (self, runtime_dir, &error)) >= 0 &&
      dex_await (drover_run_choose_accelerator (self), &error) &&
      make_missing (self, document, &notice, &error) &&
      check_images (self, document, &error) &&
      _drover_run_start_services (self, document, runtime_dir, log_dir, &error))
    {
      plan = drover_launch_plan_new_with_display (document, runtime_dir, log_dir,
                                                  self->launch_accelerator, self->launch_display);
      if (start->flags & DROVER_START_PAUSED)
        plan->start_paused = TRUE;
      if (start->flags & DROVER_START_DISPOSABLE)
        drover_launch_plan_make_disposable (plan, self->services->len > 0);
      take_notices (self, plan, notice);
      self->start_paused = plan->start_paused;
      if (launch (self, document, plan, runtime_dir, &error))
        bring_up (self, plan, &error);
      if (error == NULL && self->record != NULL)
        _drover_run_watch_services (self);
    }

  if (error != NULL && self->asked_off)
    {
      g_clear_error (&error);
      g_set_error (&error, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                   _("The machine was forced off meanwhile"));
    }
  _drover_run_has_come_up (self);
  if (error != NULL)
    {
      blame_service (self, &error);
      /* Whoever sees the state change is to find the reason there already. */
      if (!self->asked_off)
        _drover_run_set_error (self, error);
      clean_up (self);
    }
  self->holds_lock = FALSE;
  if (lock_fd >= 0)
    close (lock_fd);

  /* Somebody else may have been quicker, and that went unseen while we tried. */
  if (g_error_matches (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE))
    drover_dex_forget (drover_run_attach (self));

  return error != NULL ? dex_future_new_for_error (g_steal_pointer (&error))
                       : dex_future_new_for_string (self->state);
}

/**
 * drover_run_start:
 * @attach_consoles_first: see %DROVER_START_ATTACH_CONSOLES
 *
 * drover_run_start_full() as usual.
 *
 * Returns: (transfer full): a future of the state, a string
 */
DexFuture *
drover_run_start (DroverRun *self, gboolean attach_consoles_first)
{
  return drover_run_start_full (self, attach_consoles_first ? DROVER_START_ATTACH_CONSOLES
                                                            : DROVER_START_NONE);
}

/**
 * drover_run_start_full:
 * @flags: how
 *
 * Starts QEMU paused, waits until it answers on QMP, attaches, and sets the guest going.
 *
 * Returns: (transfer full): a future of the state, a string. It is rejected with QEMU's own
 *   words when it ends instead of answering.
 */
DexFuture *
drover_run_start_full (DroverRun *self, DroverStartFlags flags)
{
  const GError *broken;
  Start *start;

  dex_return_error_if_fail (DROVER_IS_RUN (self));

  broken = drover_machine_get_error (self->machine);
  if (broken != NULL)
    return dex_future_new_for_error (g_error_copy (broken));
  if (!drover_run_is_off (self) || self->coming_up)
    return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                  _("The machine is not off: its state is “%s”"), self->state);

  _drover_run_set_error (self, NULL);
  g_clear_pointer (&self->shutdown_reason, g_free);
  self->asked_off = FALSE;
  self->coming_up = TRUE;
  self->attach_consoles = (flags & DROVER_START_ATTACH_CONSOLES) != 0;
  self->disposable = (flags & DROVER_START_DISPOSABLE) != 0;
  _drover_run_set_state (self, DROVER_STATE_STARTING);

  start = g_new0 (Start, 1);
  start->run = g_object_ref (self);
  start->flags = flags;
  start->document = drover_document_ref (drover_machine_get_document (self->machine));
  return drover_dex_spawn (start_fiber, start, start_free);
}
