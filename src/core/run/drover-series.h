/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An hour at one value a second. */
#define DROVER_SERIES_LENGTH 3600

typedef struct _DroverSeries DroverSeries;

DroverSeries *drover_series_new         (const char *id, const char *title);
DroverSeries *drover_series_ref         (DroverSeries *self);
void          drover_series_unref       (DroverSeries *self);
const char   *drover_series_get_id      (DroverSeries *self);
const char   *drover_series_get_title   (DroverSeries *self);
void          drover_series_set_title   (DroverSeries *self, const char *title);
void          drover_series_add         (DroverSeries *self, gint64 time, double value);
void          drover_series_count       (DroverSeries *self, gint64 time, guint64 counter,
                                         double per_unit);
void          drover_series_interrupt   (DroverSeries *self);
guint         drover_series_get_length  (DroverSeries *self);
gint64        drover_series_get_time    (DroverSeries *self, guint position);
double        drover_series_get_value   (DroverSeries *self, guint position);
guint         drover_series_find        (DroverSeries *self, gint64 time);
guint64       drover_series_get_counter (DroverSeries *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverSeries, drover_series_unref)

G_END_DECLS
