/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

#include "drover-hot-plan.h"
#include "drover-run.h"

G_BEGIN_DECLS

#define DROVER_TYPE_HOT (drover_hot_get_type ())
G_DECLARE_FINAL_TYPE (DroverHot, drover_hot, DROVER, HOT, GObject)

/**
 * DroverHotResult:
 * @title: what was changed, a few words for people
 * @live: whether the running machine has the change; else it counts from its next start on
 * @waits: whether it could be tried, and nobody has said so yet
 * @message: (nullable): why it is not live, a sentence
 *
 * What became of one change.
 */
typedef struct
{
  char *title;
  gboolean live;
  gboolean waits;
  char *message;
} DroverHotResult;

/**
 * DroverHotFlags:
 * @DROVER_HOT_AUTOMATIC: only what can be done at once, and what QEMU has not refused before
 * @DROVER_HOT_FORCE: drives that the guest has locked are opened all the same
 */
typedef enum
{
  DROVER_HOT_DEFAULT = 0,
  DROVER_HOT_AUTOMATIC = 1 << 0,
  DROVER_HOT_FORCE = 1 << 1,
} DroverHotFlags;

DroverHot     *drover_hot_get_for_run (DroverRun *run);
DroverHotPlan *drover_hot_get_plan    (DroverHot *self);
const char    *drover_hot_get_failure (DroverHot *self, const DroverHotStep *step);
gboolean       drover_hot_can_force   (DroverHot *self, const DroverHotStep *step);
gboolean       drover_hot_is_busy     (DroverHot *self);
void           drover_hot_set_patience (DroverHot *self, guint msec);
DexFuture     *drover_hot_apply       (DroverHot *self, DroverHotFlags flags,
                                       const char *key) G_GNUC_WARN_UNUSED_RESULT;

DexFuture     *drover_hot_set_balloon (DroverRun *run, guint64 bytes) G_GNUC_WARN_UNUSED_RESULT;
DexFuture     *drover_hot_get_balloon (DroverRun *run) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
