/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-thread.h"

typedef struct
{
  gpointer object;
  DroverThreadFunc func;
  DexPromise *promise;
} Work;

static void
work_in_thread (GTask        *task,
                gpointer      source_object,
                gpointer      task_data,
                GCancellable *cancellable)
{
  Work *work = task_data;
  GError *error = NULL;

  if (work->func (work->object, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
work_done_cb (GObject      *source_object,
              GAsyncResult *result,
              gpointer      user_data)
{
  Work *work = user_data;
  GError *error = NULL;

  g_clear_object (&work->object);

  if (g_task_propagate_boolean (G_TASK (result), &error))
    dex_promise_resolve_boolean (work->promise, TRUE);
  else
    dex_promise_reject (work->promise, error);

  dex_clear (&work->promise);
  g_free (work);
}

/**
 * drover_thread_run:
 * @object: (type GObject): what @func works on; kept alive until it has ended
 * @func: what blocks too long for the main loop: hashing a whole file, `fsync`
 * @cancellable: (nullable): handed to @func, which alone may obey it: the future
 *   never settles before the thread is done with @object
 *
 * Returns: (transfer full): a future of %TRUE, or @func's error
 */
DexFuture *
drover_thread_run (gpointer          object,
                   DroverThreadFunc  func,
                   GCancellable     *cancellable)
{
  DexPromise *promise = dex_promise_new ();
  Work *work = g_new0 (Work, 1);
  g_autoptr (GTask) task = NULL;

  work->object = g_object_ref (object);
  work->func = func;
  work->promise = dex_ref (promise);

  /* Not the task keeps the object, or the thread, which lets the task go at its leisure,
   * might be the one to finalize it. */
  task = g_task_new (NULL, cancellable, work_done_cb, work);
  g_task_set_source_tag (task, drover_thread_run);
  /* Or a cancel that comes too late would hide that the work was done. */
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, work, NULL);
  g_task_run_in_thread (task, work_in_thread);

  return DEX_FUTURE (promise);
}
