/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-download-rate.h"

/* Long enough not to jump about, short enough to follow a change. */
#define WINDOW (5 * G_USEC_PER_SEC)

/* Samples that come faster are none of their own. */
#define LEAST_DISTANCE (G_USEC_PER_SEC / 5)

/**
 * drover_download_rate_add:
 * @time: g_get_monotonic_time()
 * @received: how many bytes are here
 *
 * Notes how far it is. When there are fewer than before, it has begun again.
 */
void
drover_download_rate_add (DroverDownloadRate *self, gint64 time, guint64 received)
{
  const guint last = (self->first + self->n_samples + DROVER_DOWNLOAD_RATE_SAMPLES - 1) %
                     DROVER_DOWNLOAD_RATE_SAMPLES;

  if (self->n_samples > 0 && received < self->samples[last].received)
    self->n_samples = 0;
  else if (self->n_samples > 1 && time - self->samples[last].time < LEAST_DISTANCE)
    return;

  if (self->n_samples == DROVER_DOWNLOAD_RATE_SAMPLES)
    {
      self->first = (self->first + 1) % DROVER_DOWNLOAD_RATE_SAMPLES;
      self->n_samples--;
    }

  self->samples[(self->first + self->n_samples) % DROVER_DOWNLOAD_RATE_SAMPLES].time = time;
  self->samples[(self->first + self->n_samples) % DROVER_DOWNLOAD_RATE_SAMPLES].received = received;
  self->n_samples++;

  while (self->n_samples > 2 && time - self->samples[self->first].time > WINDOW)
    {
      self->first = (self->first + 1) % DROVER_DOWNLOAD_RATE_SAMPLES;
      self->n_samples--;
    }
}

/**
 * drover_download_rate_get:
 * @time: g_get_monotonic_time(); later than the last sample's when nothing comes
 *
 * Returns: bytes a second of late, or 0 while that is unknown
 */
guint64
drover_download_rate_get (DroverDownloadRate *self, gint64 time)
{
  guint last;
  gint64 span;

  if (self->n_samples < 2)
    return 0;

  last = (self->first + self->n_samples - 1) % DROVER_DOWNLOAD_RATE_SAMPLES;
  span = MAX (time, self->samples[last].time) - self->samples[self->first].time;
  if (span < LEAST_DISTANCE)
    return 0;
  return (self->samples[last].received - self->samples[self->first].received) *
         ((double) G_USEC_PER_SEC / span);
}

static char *
dup_time_left (guint64 seconds)
{
  const guint minutes = (seconds + 30) / 60;
  const guint hours = (seconds + 1800) / 3600;

  if (seconds < 60)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u second left", "%u seconds left",
                                         (guint) seconds), (guint) seconds);
  if (minutes < 120)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u minute left", "%u minutes left",
                                         minutes), minutes);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u hour left", "%u hours left", hours),
                          hours);
}

/**
 * drover_download_rate_dup_amount:
 * @received: bytes
 * @total: bytes; 0 when unknown
 *
 * Returns: (transfer full): “1.2 of 2.0 GB”, “900 kB of 2.0 GB” or “900 kB”, translated
 */
char *
drover_download_rate_dup_amount (guint64 received, guint64 total)
{
  g_autofree char *received_unit = g_format_size_full (received, G_FORMAT_SIZE_ONLY_UNIT);
  g_autofree char *total_unit = g_format_size_full (total, G_FORMAT_SIZE_ONLY_UNIT);
  g_autofree char *received_text = NULL;
  g_autofree char *total_text = g_format_size (total);
  const gboolean same_unit = total > 0 && g_str_equal (received_unit, total_unit);

  received_text = g_format_size_full (received, same_unit ? G_FORMAT_SIZE_ONLY_VALUE
                                                          : G_FORMAT_SIZE_DEFAULT);
  if (total == 0)
    return g_steal_pointer (&received_text);
  /* Translators: how much of a file is here, as in “1.2 of 2.0 GB” */
  return g_strdup_printf (_("%s of %s"), received_text, total_text);
}

/**
 * drover_download_rate_dup_text:
 * @received: bytes
 * @total: bytes; 0 when unknown
 * @rate: bytes a second; 0 when unknown
 *
 * Returns: (transfer full): “1.2 of 2.0 GB · 12 MB/s · 3 minutes left”, translated
 */
char *
drover_download_rate_dup_text (guint64 received, guint64 total, guint64 rate)
{
  g_autofree char *amount = drover_download_rate_dup_amount (received, total);
  g_autofree char *rate_text = g_format_size (rate);
  g_autofree char *left = NULL;

  if (rate == 0)
    return g_steal_pointer (&amount);
  if (total <= received)
    /* Translators: how much is here, and how much comes in a second */
    return g_strdup_printf (_("%s · %s/s"), amount, rate_text);

  left = dup_time_left ((total - received + rate - 1) / rate);
  /* Translators: how much is here, how much comes in a second, and how much time is left */
  return g_strdup_printf (_("%s · %s/s · %s"), amount, rate_text, left);
}
