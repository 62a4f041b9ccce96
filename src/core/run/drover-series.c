/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include "drover-series.h"

/* Values over time, the last hour of them. Where nothing was measured there is a gap: a value
 * that is not a number.
 *
 * Times are those of the monotonic clock in microseconds; kept as milliseconds since the first,
 * which halves what a series takes. */

typedef struct
{
  guint32 msec;
  float value;
} Point;

struct _DroverSeries
{
  char *id;
  char *title;
  gint64 epoch; /* 0 before the first value */
  Point *points; /* a ring of DROVER_SERIES_LENGTH */
  guint first;
  guint length;
  guint64 counter;
  gint64 counted; /* when; 0 when the next count has none to be compared with */
};

/**
 * drover_series_new:
 * @id: what it is of, for programs
 * @title: the same for people
 *
 * Returns: (transfer full): a series without values
 */
DroverSeries *
drover_series_new (const char *id, const char *title)
{
  DroverSeries *self = g_atomic_rc_box_new0 (DroverSeries);

  self->id = g_strdup (id);
  self->title = g_strdup (title);
  self->points = g_new (Point, DROVER_SERIES_LENGTH);
  return self;
}

static void
series_clear (gpointer data)
{
  DroverSeries *self = data;

  g_free (self->id);
  g_free (self->title);
  g_free (self->points);
}

DroverSeries *
drover_series_ref (DroverSeries *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
drover_series_unref (DroverSeries *self)
{
  g_atomic_rc_box_release_full (self, series_clear);
}

const char *
drover_series_get_id (DroverSeries *self)
{
  return self->id;
}

const char *
drover_series_get_title (DroverSeries *self)
{
  return self->title;
}

void
drover_series_set_title (DroverSeries *self, const char *title)
{
  g_set_str (&self->title, title);
}

static Point *
get_point (DroverSeries *self, guint position)
{
  return &self->points[(self->first + position) % DROVER_SERIES_LENGTH];
}

/**
 * drover_series_add:
 * @time: when it was measured, g_get_monotonic_time(); later than the last
 * @value: what was measured; %NAN for a gap
 *
 * The oldest value makes room when there are %DROVER_SERIES_LENGTH of them.
 */
void
drover_series_add (DroverSeries *self, gint64 time, double value)
{
  Point *point;

  if (self->length == 0)
    self->epoch = time;
  if (self->length == DROVER_SERIES_LENGTH)
    self->first = (self->first + 1) % DROVER_SERIES_LENGTH;
  else
    self->length++;

  point = get_point (self, self->length - 1);
  point->msec = (time - self->epoch) / 1000;
  point->value = value;
}

/**
 * drover_series_count:
 * @counter: what only grows, such as bytes read since the start
 * @per_unit: how much of it makes one unit of the series
 *
 * Adds how fast @counter grew, in units per second. The first after an interruption is a gap, as
 * is one that is less than the one before: QEMU started anew.
 */
void
drover_series_count (DroverSeries *self, gint64 time, guint64 counter, double per_unit)
{
  double value = NAN;

  if (self->counted != 0 && time > self->counted && counter >= self->counter)
    value = (counter - self->counter) / per_unit / ((time - self->counted) / 1e6);
  self->counter = counter;
  self->counted = time;
  drover_series_add (self, time, value);
}

/**
 * drover_series_interrupt:
 *
 * What comes next is not connected with what came last.
 */
void
drover_series_interrupt (DroverSeries *self)
{
  if (self->length > 0 && !isnan (drover_series_get_value (self, self->length - 1)))
    drover_series_add (self, drover_series_get_time (self, self->length - 1) + 1000, NAN);
  self->counted = 0;
}

guint
drover_series_get_length (DroverSeries *self)
{
  return self->length;
}

/**
 * drover_series_get_time:
 * @position: 0 is the oldest
 *
 * Returns: when that value was measured, in microseconds of the monotonic clock
 */
gint64
drover_series_get_time (DroverSeries *self, guint position)
{
  g_return_val_if_fail (position < self->length, 0);
  return self->epoch + (gint64) get_point (self, position)->msec * 1000;
}

/**
 * drover_series_get_value:
 * @position: 0 is the oldest
 *
 * Returns: that value; not a number in a gap
 */
double
drover_series_get_value (DroverSeries *self, guint position)
{
  g_return_val_if_fail (position < self->length, NAN);
  return get_point (self, position)->value;
}

/**
 * drover_series_find:
 * @time: a time of the monotonic clock
 *
 * Returns: the first position that is not before @time; the length when all are
 */
guint
drover_series_find (DroverSeries *self, gint64 time)
{
  guint low = 0;
  guint high = self->length;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (drover_series_get_time (self, middle) < time)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

/**
 * drover_series_get_counter:
 *
 * Returns: what drover_series_count() got last, 0 of a series that counts nothing
 */
guint64
drover_series_get_counter (DroverSeries *self)
{
  return self->counter;
}
