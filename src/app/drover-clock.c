/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-clock.h"

/* One timer for everything that says for how long a machine has been running. It wakes up once a
 * minute, and only while a machine runs and somebody sees the window. */
struct _DroverClock
{
  GObject parent_instance;

  guint n_holds; /* machines that run */
  gboolean seen;
  guint source;
};

G_DEFINE_FINAL_TYPE (DroverClock, drover_clock, G_TYPE_OBJECT)

#define SECONDS 60

enum
{
  MINUTE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
tick_cb (gpointer user_data)
{
  g_signal_emit (user_data, signals[MINUTE], 0);
  return G_SOURCE_CONTINUE;
}

static void
settle (DroverClock *self)
{
  gboolean needed = self->seen && self->n_holds > 0;

  if (needed && self->source == 0)
    self->source = g_timeout_add_seconds (SECONDS, tick_cb, self);
  else if (!needed)
    g_clear_handle_id (&self->source, g_source_remove);
}

static void
drover_clock_class_init (DroverClockClass *klass)
{
  /**
   * DroverClock::minute:
   *
   * A minute has passed, or somebody looks again.
   */
  signals[MINUTE] = g_signal_new ("minute", DROVER_TYPE_CLOCK, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 0);
}

static void
drover_clock_init (DroverClock *self)
{
}

/**
 * drover_clock_get:
 *
 * Returns: (transfer none): the clock of the app
 */
DroverClock *
drover_clock_get (void)
{
  static DroverClock *clock;

  if (clock == NULL)
    clock = g_object_new (DROVER_TYPE_CLOCK, NULL);
  return clock;
}

/**
 * drover_clock_hold:
 *
 * Says that something shows a time that passes, until drover_clock_release().
 */
void
drover_clock_hold (DroverClock *self)
{
  g_return_if_fail (DROVER_IS_CLOCK (self));

  self->n_holds++;
  settle (self);
}

/**
 * drover_clock_release:
 *
 * The end of a drover_clock_hold().
 */
void
drover_clock_release (DroverClock *self)
{
  g_return_if_fail (DROVER_IS_CLOCK (self) && self->n_holds > 0);

  self->n_holds--;
  settle (self);
}

/**
 * drover_clock_set_seen:
 * @seen: whether anybody sees the window
 */
void
drover_clock_set_seen (DroverClock *self, gboolean seen)
{
  g_return_if_fail (DROVER_IS_CLOCK (self));

  if (self->seen == seen)
    return;

  self->seen = seen;
  settle (self);
  if (seen)
    g_signal_emit (self, signals[MINUTE], 0);
}

/**
 * drover_clock_get_ticking:
 *
 * Returns: whether it wakes up at all
 */
gboolean
drover_clock_get_ticking (DroverClock *self)
{
  g_return_val_if_fail (DROVER_IS_CLOCK (self), FALSE);
  return self->source != 0;
}
