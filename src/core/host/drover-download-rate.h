/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define DROVER_DOWNLOAD_RATE_SAMPLES 32

/**
 * DroverDownloadRate:
 *
 * How fast bytes came of late. All zero to begin with.
 */
typedef struct
{
  /*< private >*/
  struct { gint64 time; guint64 received; } samples[DROVER_DOWNLOAD_RATE_SAMPLES];
  guint first;
  guint n_samples;
} DroverDownloadRate;

void    drover_download_rate_add (DroverDownloadRate *self,
                                  gint64              time,
                                  guint64             received);
guint64 drover_download_rate_get (DroverDownloadRate *self,
                                  gint64              time);
char   *drover_download_rate_dup_text (guint64      received,
                                       guint64      total,
                                       guint64      rate);
char   *drover_download_rate_dup_amount (guint64    received,
                                         guint64    total);

G_END_DECLS
