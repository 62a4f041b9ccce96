/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-activity-private.h"
#include "drover-dex.h"

/* So many intervals without a value are not yet a gap. */
#define SHORT_INTERVALS 3

G_DEFINE_FINAL_TYPE (DroverActivity, drover_activity, G_TYPE_OBJECT)

enum
{
  SAMPLED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
drover_activity_finalize (GObject *object)
{
  DroverActivity *self = DROVER_ACTIVITY (object);

  g_clear_handle_id (&self->source, g_source_remove);
  for (guint i = 0; i < DROVER_ACTIVITY_N_KINDS; i++)
    {
      g_ptr_array_unref (self->series[i]);
      g_free (self->notes[i]);
    }
  _drover_activity_forget (self);

  G_OBJECT_CLASS (drover_activity_parent_class)->finalize (object);
}

static void
drover_activity_class_init (DroverActivityClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_activity_finalize;

  /**
   * DroverActivity::sampled:
   *
   * There are new values, or new notes, or it is known that there are none.
   */
  signals[SAMPLED] = g_signal_new ("sampled", DROVER_TYPE_ACTIVITY, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
drover_activity_init (DroverActivity *self)
{
  self->interval = DROVER_ACTIVITY_INTERVAL_MSEC;
  self->memory = -1;
  for (guint i = 0; i < DROVER_ACTIVITY_N_KINDS; i++)
    self->series[i] = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_series_unref);
}

/* When it measures */

static DexFuture *
sample_fiber (gpointer user_data)
{
  DroverRun *run = user_data;
  DroverActivity *self = drover_activity_get_for_run (run);

  if (_drover_activity_sample (self))
    {
      self->n_samples++;
      g_signal_emit (self, signals[SAMPLED], 0);
    }
  self->busy = FALSE;

  /* It was stopped while QEMU was asked: what was set there meanwhile is set back. */
  if (self->source == 0)
    _drover_activity_stop_polling (self);
  return dex_future_new_true ();
}

static gboolean
tick_cb (gpointer user_data)
{
  DroverActivity *self = user_data;

  /* An answer that takes longer than that leaves a gap. */
  if (!self->busy)
    {
      self->busy = TRUE;
      drover_dex_forget (
        drover_dex_spawn (sample_fiber, g_object_ref (self->run), g_object_unref));
    }

  return G_SOURCE_CONTINUE;
}

static void
interrupt (DroverActivity *self)
{
  for (guint i = 0; i < DROVER_ACTIVITY_N_KINDS; i++)
    for (guint j = 0; j < self->series[i]->len; j++)
      drover_series_interrupt (self->series[i]->pdata[j]);
}

/* A moment without a look, as when a window is resized and its parts are put elsewhere, makes no
 * gap: what was counted meanwhile is the mean of it. */
static void
begin (DroverActivity *self)
{
  if (g_get_monotonic_time () - self->ended > SHORT_INTERVALS * self->interval * 1000)
    interrupt (self);
  self->n_samples = 0;
  self->source = g_timeout_add (self->interval, tick_cb, self);
  tick_cb (self);
}

static void
end (DroverActivity *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  self->ended = g_get_monotonic_time ();
  if (!drover_run_is_live (self->run))
    interrupt (self);
  if (!self->busy)
    _drover_activity_stop_polling (self);
}

static void
update (DroverActivity *self)
{
  gboolean wanted = self->n_watchers > 0 && drover_run_is_live (self->run);

  if (wanted && self->source == 0)
    begin (self);
  else if (!wanted && self->source != 0)
    end (self);
}

static void
state_changed_cb (DroverRun *run, GParamSpec *pspec, DroverActivity *self)
{
  g_assert (DROVER_IS_ACTIVITY (self));

  if (!drover_run_is_live (run))
    _drover_activity_forget (self);
  update (self);
}

/**
 * drover_activity_get_for_run:
 * @run: the run of a machine
 *
 * Returns: (transfer none): what is known of its activity, at first nothing; lives as long as
 *   @run
 */
DroverActivity *
drover_activity_get_for_run (DroverRun *run)
{
  static const char key[] = "drover-activity";
  DroverActivity *self;

  g_return_val_if_fail (DROVER_IS_RUN (run), NULL);

  self = g_object_get_data (G_OBJECT (run), key);
  if (self != NULL)
    return self;

  self = g_object_new (DROVER_TYPE_ACTIVITY, NULL);
  self->run = run;
  g_object_set_data_full (G_OBJECT (run), key, self, g_object_unref);
  g_signal_connect_object (run, "notify::state", G_CALLBACK (state_changed_cb), self,
                           G_CONNECT_DEFAULT);
  return self;
}

/**
 * drover_activity_start:
 *
 * Somebody looks: from now on, while the machine is on, it is measured once a second. Each call
 * wants one of drover_activity_stop().
 */
void
drover_activity_start (DroverActivity *self)
{
  g_return_if_fail (DROVER_IS_ACTIVITY (self));

  self->n_watchers++;
  update (self);
}

/**
 * drover_activity_stop:
 *
 * Somebody looks no more. When nobody does, nothing is measured and QEMU is asked nothing; what
 * was measured is kept.
 */
void
drover_activity_stop (DroverActivity *self)
{
  g_return_if_fail (DROVER_IS_ACTIVITY (self));
  g_return_if_fail (self->n_watchers > 0);

  self->n_watchers--;
  update (self);
}

/**
 * drover_activity_is_sampling:
 *
 * Returns: whether the machine is being measured
 */
gboolean
drover_activity_is_sampling (DroverActivity *self)
{
  g_return_val_if_fail (DROVER_IS_ACTIVITY (self), FALSE);
  return self->source != 0 || self->busy;
}

/**
 * drover_activity_set_interval:
 * @msec: how often to measure, in milliseconds; counts from the next start
 */
void
drover_activity_set_interval (DroverActivity *self, guint msec)
{
  g_return_if_fail (DROVER_IS_ACTIVITY (self));
  self->interval = msec;
}

/* What is known */

/**
 * drover_activity_get_series:
 *
 * Returns: (transfer none) (element-type DroverSeries): all that is measured of @kind
 */
GPtrArray *
drover_activity_get_series (DroverActivity *self, DroverActivityKind kind)
{
  g_return_val_if_fail (DROVER_IS_ACTIVITY (self), NULL);
  return self->series[kind];
}

/**
 * drover_activity_find_series:
 * @id: `process`; `cpu0` …; `resident`, `machine`, `guest`; of disks and networks their id with
 *   `-read`, `-written`, `-received` or `-sent`
 *
 * Returns: (transfer none) (nullable): that series, once there are values
 */
DroverSeries *
drover_activity_find_series (DroverActivity *self, DroverActivityKind kind, const char *id)
{
  g_return_val_if_fail (DROVER_IS_ACTIVITY (self), NULL);

  for (guint i = 0; i < self->series[kind]->len; i++)
    if (g_str_equal (drover_series_get_id (self->series[kind]->pdata[i]), id))
      return self->series[kind]->pdata[i];

  return NULL;
}

/**
 * drover_activity_get_note:
 *
 * Returns: (nullable): what cannot be known of @kind and why, sentences for people
 */
const char *
drover_activity_get_note (DroverActivity *self, DroverActivityKind kind)
{
  g_return_val_if_fail (DROVER_IS_ACTIVITY (self), NULL);
  return self->notes[kind];
}

DroverSeries *
_drover_activity_ensure_series (DroverActivity *self, DroverActivityKind kind, const char *id,
                                const char *title)
{
  DroverSeries *series = drover_activity_find_series (self, kind, id);

  if (series != NULL)
    {
      drover_series_set_title (series, title);
      return series;
    }

  series = drover_series_new (id, title);
  g_ptr_array_add (self->series[kind], series);
  return series;
}

void
_drover_activity_set_note (DroverActivity *self, DroverActivityKind kind, const char *note)
{
  g_set_str (&self->notes[kind], note);
}
