/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "drover-activity.h"

G_BEGIN_DECLS

/* What a running machine does, measured while somebody looks.
 *
 * drover-activity.c has the object and when it measures, drover-activity-sample.c what. */
struct _DroverActivity
{
  GObject parent_instance;

  DroverRun *run; /* it holds us */
  guint n_watchers;
  guint interval; /* in milliseconds */
  guint source;
  gboolean busy;  /* a sample is being taken */
  gint64 ended;   /* when it was last looked at, of the monotonic clock */
  guint n_samples; /* since it was last begun */

  GPtrArray *series[DROVER_ACTIVITY_N_KINDS];
  char *notes[DROVER_ACTIVITY_N_KINDS];

  GPtrArray *threads;   /* element-type Thread: that run the guest's processors */
  GPtrArray *netdevs;   /* element-type DroverNetdev */
  gint64 memory;        /* that the machine has, in bytes; -1 when not known */
  char *balloon;        /* (nullable): the balloon device, in QOM */
  gboolean set_polling; /* the balloon asks the guest because we told it to */
};

DroverSeries *_drover_activity_ensure_series (DroverActivity *self, DroverActivityKind kind,
                                              const char *id, const char *title);
void          _drover_activity_set_note      (DroverActivity *self, DroverActivityKind kind,
                                              const char *note);
void          _drover_activity_forget        (DroverActivity *self);
gboolean      _drover_activity_sample        (DroverActivity *self);
void          _drover_activity_stop_polling  (DroverActivity *self);

G_END_DECLS
