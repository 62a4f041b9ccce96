/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-run.h"
#include "drover-series.h"

G_BEGIN_DECLS

#define DROVER_TYPE_ACTIVITY (drover_activity_get_type ())
G_DECLARE_FINAL_TYPE (DroverActivity, drover_activity, DROVER, ACTIVITY, GObject)

/**
 * DroverActivityKind:
 * @DROVER_ACTIVITY_CPU: per cent of one of this computer's processors
 * @DROVER_ACTIVITY_MEMORY: bytes
 * @DROVER_ACTIVITY_DISK_BYTES: bytes per second
 * @DROVER_ACTIVITY_DISK_OPERATIONS: operations per second
 * @DROVER_ACTIVITY_NETWORK: bytes per second
 */
typedef enum
{
  DROVER_ACTIVITY_CPU,
  DROVER_ACTIVITY_MEMORY,
  DROVER_ACTIVITY_DISK_BYTES,
  DROVER_ACTIVITY_DISK_OPERATIONS,
  DROVER_ACTIVITY_NETWORK,
  DROVER_ACTIVITY_N_KINDS
} DroverActivityKind;

#define DROVER_ACTIVITY_INTERVAL_MSEC 1000

DroverActivity *drover_activity_get_for_run  (DroverRun *run);
void            drover_activity_start        (DroverActivity *self);
void            drover_activity_stop         (DroverActivity *self);
gboolean        drover_activity_is_sampling  (DroverActivity *self);
void            drover_activity_set_interval (DroverActivity *self, guint msec);
GPtrArray      *drover_activity_get_series   (DroverActivity *self, DroverActivityKind kind);
DroverSeries   *drover_activity_find_series  (DroverActivity *self, DroverActivityKind kind,
                                              const char *id);
const char     *drover_activity_get_note     (DroverActivity *self, DroverActivityKind kind);

G_END_DECLS
