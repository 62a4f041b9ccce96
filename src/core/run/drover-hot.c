/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <sys/file.h>
#include <unistd.h>

#include "drover-dex.h"
#include "drover-editor.h"
#include "drover-error.h"
#include "drover-hot-private.h"
#include "drover-hot.h"
#include "drover-run-private.h"

/* Held while a running machine is changed: the window and droverctl must not both plug in what
 * the document has and QEMU lacks. */
#define LOCK "hot.lock"
#define LOCK_MSEC 25
/* Its holder may wait for a guest more than once; one that was stopped holds it for ever. */
#define LOCK_PATIENCE_MSEC 30000

/* The difference between what runs and what the document says, and what becomes of it. A change
 * is saved first, as always; then what can be told to the running QEMU is told; then that counts
 * as what runs, on record too. */
struct _DroverHot
{
  GObject parent_instance;

  DroverRun *run; /* it holds us */
  DroverEditor *editor;
  DroverHotPlan *plan;
  GHashTable *failures; /* key of a step → GError: why it did not work */
  GFileMonitor *monitor;
  guint n_busy;
  guint wait_msec;
  guint lock_msec;
};

G_DEFINE_FINAL_TYPE (DroverHot, drover_hot, G_TYPE_OBJECT)

enum
{
  CHANGED,
  APPLIED,
  DEVICE_ADDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
result_free (DroverHotResult *result)
{
  g_free (result->title);
  g_free (result->message);
  g_free (result);
}

static void
drover_hot_dispose (GObject *object)
{
  DroverHot *self = DROVER_HOT (object);

  if (self->monitor != NULL)
    g_file_monitor_cancel (self->monitor);
  g_clear_object (&self->monitor);
  g_clear_object (&self->editor);

  G_OBJECT_CLASS (drover_hot_parent_class)->dispose (object);
}

static void
drover_hot_finalize (GObject *object)
{
  DroverHot *self = DROVER_HOT (object);

  g_clear_pointer (&self->plan, drover_hot_plan_free);
  g_hash_table_unref (self->failures);

  G_OBJECT_CLASS (drover_hot_parent_class)->finalize (object);
}

static void
drover_hot_class_init (DroverHotClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_hot_dispose;
  G_OBJECT_CLASS (klass)->finalize = drover_hot_finalize;

  /**
   * DroverHot::changed:
   *
   * The plan, or what became of its steps, is another one.
   */
  signals[CHANGED] = g_signal_new ("changed", DROVER_TYPE_HOT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  /**
   * DroverHot::applied:
   * @results: (element-type DroverHotResult): what was tried, and what came of it
   */
  signals[APPLIED] = g_signal_new ("applied", DROVER_TYPE_HOT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY);
  /**
   * DroverHot::device-added:
   *
   * The running machine has another device than before, put there by this program or by another
   * one. QEMU says only when one goes.
   */
  signals[DEVICE_ADDED] = g_signal_new ("device-added", DROVER_TYPE_HOT, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
drover_hot_init (DroverHot *self)
{
  self->failures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify) g_error_free);
  self->wait_msec = DROVER_HOT_WAIT_MSEC;
  self->lock_msec = LOCK_PATIENCE_MSEC;
}

/* --- the plan --------------------------------------------------------------------------------- */

/* @title: (transfer full) */
void
_drover_hot_add_other (DroverHotPlan *plan, char *title, const char *reason)
{
  DroverHotStep *step = g_new0 (DroverHotStep, 1);

  step->kind = DROVER_HOT_OTHER;
  step->when = DROVER_HOT_NEXT_START;
  step->before = g_array_new (FALSE, FALSE, sizeof (int));
  step->after = g_array_new (FALSE, FALSE, sizeof (int));
  step->title = title;
  step->reason = g_strdup (reason);
  step->key = g_strdup (title);
  g_ptr_array_add (plan->steps, step);
}

/* What a machine starts besides its arguments. */
static void
add_circumstances (DroverHotPlan *plan, DroverRun *run, DroverDocument *document)
{
  const char *program = drover_document_get_program (document);
  const char *given = drover_document_get_directory (document);
  g_autofree char *directory = g_canonicalize_filename (
    given != NULL ? given : ".", drover_machine_get_folder (run->machine));

  if (!g_str_equal (program, run->record->command[0]))
    _drover_hot_add_other (plan, g_strdup_printf (_("Program: %s"), program),
                           _("Another program is started the next time."));
  if (run->record->directory != NULL && !g_str_equal (directory, run->record->directory))
    _drover_hot_add_other (plan, g_strdup_printf (_("Folder: %s"), directory),
                           _("QEMU stays in the folder that it was started in."));
}

static DroverHotPlan *
make_plan (DroverHot *self)
{
  DroverDocument *document = drover_editor_get_document (self->editor);
  DroverRunRecord *record = self->run->record;
  g_autoptr (GPtrArray) before = NULL;
  DroverHotPlan *plan;

  /* A guest that an older Drover started has no such record. */
  if (document == NULL || record == NULL || record->command == NULL ||
      record->command[0] == NULL || !drover_run_is_live (self->run))
    return NULL;

  before = drover_hot_read_command ((const char *const *) record->command,
                                    drover_document_get_arguments (document));
  plan = drover_hot_plan_new (before, drover_document_get_arguments (document),
                              drover_document_get_program (document));
  if (drover_run_is_disposable (self->run))
    _drover_hot_plan_make_disposable (plan);
  _drover_hot_plan_services (plan, record->service_entries, document);
  add_circumstances (plan, self->run, document);
  return plan;
}

static gboolean
is_stale (gpointer key, gpointer value, gpointer user_data)
{
  DroverHotPlan *plan = user_data;

  for (guint i = 0; plan != NULL && i < plan->steps->len; i++)
    if (g_str_equal (((DroverHotStep *) plan->steps->pdata[i])->key, key))
      return FALSE;

  return TRUE;
}

static void
refresh (DroverHot *self)
{
  g_clear_pointer (&self->plan, drover_hot_plan_free);
  self->plan = make_plan (self);
  g_hash_table_foreach_remove (self->failures, is_stale, self->plan);
  g_signal_emit (self, signals[CHANGED], 0);
}

/* Another program may have changed the machine, and said so in the record. */
static void
reload_record (DroverHot *self)
{
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (self->run);
  g_autoptr (DroverRunRecord) record =
    runtime_dir != NULL ? drover_run_record_load (runtime_dir, NULL) : NULL;
  DroverRunRecord *own = self->run->record;

  if (record == NULL || own == NULL || record->pid != own->pid ||
      record->start_time != own->start_time || record->command == NULL)
    return;

  g_strfreev (own->command);
  own->command = g_steal_pointer (&record->command);
}

static void
record_changed_cb (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
                   DroverHot *self)
{
  g_assert (DROVER_IS_HOT (self));

  if (event != G_FILE_MONITOR_EVENT_CHANGES_DONE_HINT && event != G_FILE_MONITOR_EVENT_RENAMED &&
      event != G_FILE_MONITOR_EVENT_CREATED)
    return;
  if (self->n_busy > 0 || self->run->record == NULL)
    return;

  reload_record (self);
  refresh (self);
  g_signal_emit (self, signals[DEVICE_ADDED], 0);
}

static void
watch_record (DroverHot *self)
{
  g_autofree char *runtime_dir = NULL;
  g_autoptr (GFile) folder = NULL;
  g_autoptr (GFile) file = NULL;

  if (drover_run_is_live (self->run) == (self->monitor != NULL))
    return;
  if (self->monitor != NULL)
    {
      g_file_monitor_cancel (self->monitor);
      g_clear_object (&self->monitor);
      return;
    }

  runtime_dir = drover_run_dup_runtime_dir (self->run);
  if (runtime_dir == NULL)
    return;
  folder = g_file_new_for_path (runtime_dir);
  file = g_file_get_child (folder, DROVER_RUN_RECORD_FILE);
  self->monitor = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (self->monitor != NULL)
    g_signal_connect_object (self->monitor, "changed", G_CALLBACK (record_changed_cb), self,
                             G_CONNECT_DEFAULT);
}

static void
state_changed_cb (DroverHot *self)
{
  g_assert (DROVER_IS_HOT (self));

  if (!drover_run_is_live (self->run))
    g_hash_table_remove_all (self->failures);
  watch_record (self);
  refresh (self);
}

static void
document_changed_cb (DroverHot *self)
{
  g_assert (DROVER_IS_HOT (self));

  refresh (self);
}

/* --- making the steps ------------------------------------------------------------------------- */

typedef struct
{
  DroverHot *self;
  DroverRun *run;
  DroverHotFlags flags;
  char *key;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_object_unref (job->self);
  g_object_unref (job->run);
  g_free (job->key);
  g_free (job);
}

/* Returns: a file descriptor; -1 on failure, and without an error when the run ended meanwhile */
static int
await_lock (DroverHot *self, GError **error)
{
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (self->run);
  g_autofree char *path = g_build_filename (runtime_dir != NULL ? runtime_dir : "", LOCK, NULL);
  gint64 deadline = g_get_monotonic_time () + self->lock_msec * G_GINT64_CONSTANT (1000);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0)
    {
      drover_set_errno_error (error, _("Cannot make %s"), path);
      return -1;
    }

  /* Its holder waits for a guest at times, and never for us. */
  while (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      if (errno != EWOULDBLOCK && errno != EINTR)
        drover_set_errno_error (error, _("Cannot lock %s"), path);
      else if (drover_run_is_live (self->run) && g_get_monotonic_time () >= deadline)
        g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                     _("Another program is changing the running machine, and did not get through "
                       "with it within %u seconds. What was changed is saved."),
                     self->lock_msec / 1000);
      else if (drover_run_is_live (self->run) && drover_dex_sleep (LOCK_MSEC))
        continue;
      close (fd);
      return -1;
    }
  return fd;
}

static gboolean
is_wanted (DroverHot *self, const Job *job, const DroverHotStep *step)
{
  if (step->when == DROVER_HOT_NEXT_START)
    return FALSE;
  if (job->key != NULL)
    return g_str_equal (job->key, step->key);

  return (job->flags & DROVER_HOT_AUTOMATIC) == 0 ||
         (step->when == DROVER_HOT_AT_ONCE && !g_hash_table_contains (self->failures, step->key));
}

static DroverHotResult *
make_result (const DroverHotStep *step, gboolean live, const char *message)
{
  DroverHotResult *result = g_new0 (DroverHotResult, 1);

  result->title = g_strdup (step->title);
  result->live = live;
  result->waits = !live && message == NULL && step->when == DROVER_HOT_ON_DEMAND;
  result->message = g_strdup (message != NULL ? message : step->reason);
  return result;
}

/* What is done counts as what runs. */
static gboolean
put_on_record (DroverHot *self, DroverHotPlan *plan, GPtrArray *done, GError **error)
{
  DroverRunRecord *record = self->run->record;
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (self->run);
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  /* It ended meanwhile. */
  if (record == NULL || record->command == NULL || record->command[0] == NULL)
    return TRUE;

  arguments = drover_hot_plan_merge (plan, done);
  g_strv_builder_add (builder, record->command[0]);
  for (guint i = 0; i < arguments->len; i++)
    {
      const char *flag = drover_argument_get_flag (arguments->pdata[i]);
      const char *value = drover_argument_get_value (arguments->pdata[i]);

      if (flag != NULL)
        g_strv_builder_add (builder, flag);
      if (value != NULL)
        g_strv_builder_add (builder, value);
    }
  g_strfreev (record->command);
  record->command = g_strv_builder_end (builder);
  return drover_run_record_save (record, runtime_dir, error);
}

static void
run_steps (const Job *job, DroverHotPlan *plan, GPtrArray *results, GError **error)
{
  DroverHot *self = job->self;
  g_autoptr (DroverQmp) qmp =
    drover_run_get_qmp (job->run) != NULL ? g_object_ref (drover_run_get_qmp (job->run)) : NULL;
  g_autoptr (GPtrArray) before = drover_fields_list (plan->before);
  g_autoptr (GPtrArray) after = drover_fields_list (plan->after);
  g_autoptr (GPtrArray) done = g_ptr_array_new ();
  DroverHotWork work = { qmp,  plan, before, after, NULL, (job->flags & DROVER_HOT_FORCE) != 0,
                         self->wait_msec, drover_run_get_machine (job->run) };

  for (guint i = 0; i < plan->steps->len; i++)
    {
      const DroverHotStep *step = plan->steps->pdata[i];
      g_autoptr (GError) failure = NULL;

      if (!is_wanted (self, job, step))
        {
          if ((job->flags & DROVER_HOT_AUTOMATIC) == 0 && job->key == NULL)
            g_ptr_array_add (results, make_result (step, FALSE, NULL));
          continue;
        }
      if (qmp != NULL && drover_qmp_is_open (qmp) && _drover_hot_run_step (&work, step, &failure))
        {
          g_hash_table_remove (self->failures, step->key);
          g_ptr_array_add (done, (gpointer) step);
          g_ptr_array_add (results, make_result (step, TRUE, NULL));
        }
      else
        {
          if (failure == NULL)
            g_set_error (&failure, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                         _("The machine is not running"));
          g_ptr_array_add (results, make_result (step, FALSE, failure->message));
          g_hash_table_insert (self->failures, g_strdup (step->key),
                               g_steal_pointer (&failure));
        }
    }

  g_clear_pointer (&work.schema, json_node_unref);
  if (done->len > 0)
    put_on_record (self, plan, done, error);
  for (guint i = 0; i < done->len; i++)
    if (((DroverHotStep *) done->pdata[i])->kind == DROVER_HOT_ADD ||
        ((DroverHotStep *) done->pdata[i])->kind == DROVER_HOT_CPUS)
      {
        g_signal_emit (self, signals[DEVICE_ADDED], 0);
        return;
      }
}

/* Nothing could be tried: who looks at the steps is told why. */
static void
note_failure (const Job *job, const GError *error)
{
  DroverHot *self = job->self;

  for (guint i = 0; self->plan != NULL && i < self->plan->steps->len; i++)
    {
      const DroverHotStep *step = self->plan->steps->pdata[i];

      if (is_wanted (self, job, step))
        g_hash_table_insert (self->failures, g_strdup (step->key), g_error_copy (error));
    }
}

static DexFuture *
apply_fiber (gpointer user_data)
{
  Job *job = user_data;
  DroverHot *self = job->self;
  g_autoptr (GPtrArray) results =
    g_ptr_array_new_with_free_func ((GDestroyNotify) result_free);
  g_autoptr (DroverHotPlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  GValue value = G_VALUE_INIT;
  int fd = -1;

  if (drover_editor_flush (self->editor, &error) && (fd = await_lock (self, &error)) >= 0)
    {
      reload_record (self);
      plan = make_plan (self);
      if (plan != NULL)
        run_steps (job, plan, results, &error);
      close (fd);
    }
  else if (error != NULL)
    note_failure (job, error);
  self->n_busy--;
  refresh (self);
  if (error != NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (results->len > 0)
    g_signal_emit (self, signals[APPLIED], 0, results);
  g_value_init (&value, G_TYPE_PTR_ARRAY);
  g_value_set_boxed (&value, results);
  {
    DexFuture *future = dex_future_new_for_value (&value);

    g_value_unset (&value);
    return future;
  }
}

/**
 * drover_hot_apply:
 * @flags: what may be done
 * @key: (nullable): the one step that is to be done; %NULL for all that can be
 *
 * Writes what is still to be written, and tells the running QEMU what it can be told of the
 * difference: `device_add`, `device_del`, `blockdev-insert-medium` and their kin. What it takes
 * counts as what runs from then on, also for other programs; for what it refuses see
 * drover_hot_get_failure().
 *
 * Returns: (transfer full): a future of a boxed #GPtrArray of #DroverHotResult: what was tried,
 *   and without @key and %DROVER_HOT_AUTOMATIC also what must wait. Empty when the machine is off
 *   or nothing differs.
 */
DexFuture *
drover_hot_apply (DroverHot *self, DroverHotFlags flags, const char *key)
{
  Job *job;

  dex_return_error_if_fail (DROVER_IS_HOT (self));

  job = g_new0 (Job, 1);
  job->self = g_object_ref (self);
  job->run = g_object_ref (self->run);
  job->flags = flags;
  job->key = g_strdup (key);
  self->n_busy++;
  g_signal_emit (self, signals[CHANGED], 0);
  return drover_dex_spawn (apply_fiber, job, job_free);
}

static gboolean
has_work (DroverHot *self)
{
  const Job job = { self, self->run, DROVER_HOT_AUTOMATIC, NULL };

  for (guint i = 0; self->plan != NULL && i < self->plan->steps->len; i++)
    if (is_wanted (self, &job, self->plan->steps->pdata[i]))
      return TRUE;

  return FALSE;
}

/* A change is complete: nobody is still typing. */
static void
settled_cb (DroverHot *self)
{
  g_assert (DROVER_IS_HOT (self));

  if (has_work (self))
    drover_dex_forget (drover_hot_apply (self, DROVER_HOT_AUTOMATIC, NULL));
}

/* The guest let go of a device late, or by itself: what stood behind it can go, too. */
static void
deleted_cb (DroverRun *run, const char *name, JsonObject *message, DroverHot *self)
{
  JsonNode *node = json_object_get_member (message, "data");
  JsonObject *data =
    node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *id =
    data != NULL ? json_object_get_string_member_with_default (data, "device", NULL) : NULL;

  g_assert (DROVER_IS_HOT (self));

  for (guint i = 0; id != NULL && self->plan != NULL && i < self->plan->steps->len; i++)
    {
      const DroverHotStep *step = self->plan->steps->pdata[i];

      if (step->kind == DROVER_HOT_REMOVE && g_strcmp0 (step->id, id) == 0)
        {
          drover_dex_forget (drover_hot_apply (self, DROVER_HOT_DEFAULT, step->key));
          return;
        }
    }
}

/**
 * drover_hot_get_for_run:
 * @run: the run of a machine
 *
 * From the first call on, what its editor changes is also tried in the running machine, when
 * that takes nothing from the guest: see %DROVER_HOT_AT_ONCE.
 *
 * Returns: (transfer none): what keeps the differences of @run, and lives as long as it
 */
DroverHot *
drover_hot_get_for_run (DroverRun *run)
{
  DroverHot *self = g_object_get_data (G_OBJECT (run), "drover-hot");

  g_return_val_if_fail (DROVER_IS_RUN (run), NULL);

  if (self != NULL)
    return self;

  self = g_object_new (DROVER_TYPE_HOT, NULL);
  self->run = run;
  self->editor =
    g_object_ref (drover_editor_get_for_machine (drover_run_get_machine (run)));
  g_signal_connect_object (run, "notify::state", G_CALLBACK (state_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (run, "event::DEVICE_DELETED", G_CALLBACK (deleted_cb), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (self->editor, "notify::document", G_CALLBACK (document_changed_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->editor, "settled", G_CALLBACK (settled_cb), self,
                           G_CONNECT_SWAPPED);
  g_object_set_data_full (G_OBJECT (run), "drover-hot", self, g_object_unref);
  watch_record (self);
  refresh (self);
  return self;
}

/**
 * drover_hot_get_plan:
 *
 * Returns: (transfer none) (nullable): what differs; %NULL while the machine is off, or when it
 *   is not known what it was started with
 */
DroverHotPlan *
drover_hot_get_plan (DroverHot *self)
{
  g_return_val_if_fail (DROVER_IS_HOT (self), NULL);
  return self->plan;
}

/**
 * drover_hot_get_failure:
 * @step: a step of the plan
 *
 * Returns: (nullable): why it could not be done when it was tried last, for people
 */
const char *
drover_hot_get_failure (DroverHot *self, const DroverHotStep *step)
{
  const GError *error;

  g_return_val_if_fail (DROVER_IS_HOT (self), NULL);

  error = g_hash_table_lookup (self->failures, step->key);
  return error != NULL ? error->message : NULL;
}

/**
 * drover_hot_can_force:
 * @step: a step of the plan
 *
 * Returns: whether it did not work because the guest holds the drive locked: with
 *   %DROVER_HOT_FORCE it would
 */
gboolean
drover_hot_can_force (DroverHot *self, const DroverHotStep *step)
{
  g_return_val_if_fail (DROVER_IS_HOT (self), FALSE);
  return g_error_matches (g_hash_table_lookup (self->failures, step->key), G_IO_ERROR,
                          G_IO_ERROR_BUSY);
}

/**
 * drover_hot_is_busy:
 *
 * Returns: whether QEMU is being told something, or the guest is waited for
 */
gboolean
drover_hot_is_busy (DroverHot *self)
{
  g_return_val_if_fail (DROVER_IS_HOT (self), FALSE);
  return self->n_busy > 0;
}

/**
 * drover_hot_set_patience:
 * @msec: how long to wait for a guest that is to let go of something, in milliseconds
 */
void
drover_hot_set_patience (DroverHot *self, guint msec)
{
  g_return_if_fail (DROVER_IS_HOT (self));
  self->wait_msec = msec;
}

/* For tests: how long to wait for another program that changes the machine. */
void
_drover_hot_set_lock_patience (DroverHot *self, guint msec)
{
  self->lock_msec = msec;
}

/* --- the balloon ------------------------------------------------------------------------------ */

static DexFuture *
no_balloon_cb (DexFuture *future, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  dex_future_get_value (future, &error);
  if (!g_error_matches (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_DEVICE_NOT_ACTIVE))
    return dex_ref (future);

  return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                _("The machine has no balloon. With the device virtio-balloon-pci "
                                  "its guest can give memory back while it runs."));
}

static DexFuture *
call_balloon (DroverRun *run, const char *command, JsonObject *arguments)
{
  JsonNode *node = NULL;

  if (arguments != NULL)
    {
      node = json_node_new (JSON_NODE_OBJECT);
      json_node_take_object (node, arguments);
    }
  if (drover_run_get_qmp (run) == NULL)
    {
      g_clear_pointer (&node, json_node_unref);
      return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                    _("The machine is not running"));
    }

  return dex_future_catch (drover_qmp_execute (drover_run_get_qmp (run), command, node),
                           no_balloon_cb, NULL, NULL);
}

/**
 * drover_hot_set_balloon:
 * @run: the run of a machine
 * @bytes: how much memory the guest is to keep (`balloon`)
 *
 * The guest's driver gives back the rest, as far as it can; it is no command but a wish.
 *
 * Returns: (transfer full): a future that is resolved when QEMU has passed it on; rejected when
 *   the machine has no balloon
 */
DexFuture *
drover_hot_set_balloon (DroverRun *run, guint64 bytes)
{
  JsonObject *arguments;

  dex_return_error_if_fail (DROVER_IS_RUN (run));

  arguments = json_object_new ();
  json_object_set_int_member (arguments, "value", (gint64) bytes);
  return call_balloon (run, "balloon", arguments);
}

static DexFuture *
actual_cb (DexFuture *future, gpointer user_data)
{
  JsonNode *node = g_value_get_boxed (dex_future_get_value (future, NULL));

  return dex_future_new_for_int64 (
    JSON_NODE_HOLDS_OBJECT (node)
      ? json_object_get_int_member_with_default (json_node_get_object (node), "actual", 0)
      : 0);
}

/**
 * drover_hot_get_balloon:
 * @run: the run of a machine
 *
 * Returns: (transfer full): a future of how many bytes the guest has now (`query-balloon`), a
 *   64-bit integer; rejected when the machine has no balloon
 */
DexFuture *
drover_hot_get_balloon (DroverRun *run)
{
  dex_return_error_if_fail (DROVER_IS_RUN (run));
  return dex_future_then (call_balloon (run, "query-balloon", NULL), actual_cb, NULL, NULL);
}
