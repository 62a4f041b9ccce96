/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-drive.h"
#include "drover-fields.h"
#include "drover-hot-plan.h"

G_BEGIN_DECLS

/* A plan in the making. drover-hot-compare.c finds what differs, drover-hot-plan.c and
 * drover-hot-plan-media.c make steps of it. */

/* One list of arguments, read. */
typedef struct
{
  GPtrArray *arguments;
  DroverReferences *references;
  gboolean *differs; /* by argument: it has no equal in the other list */
  gboolean *taken;   /* by argument: a step has it */
} DroverHotSide;

typedef struct
{
  DroverHotPlan *plan;
  DroverBoard board;
  DroverHotSide before;
  DroverHotSide after;
} DroverHotPlanner;

static inline const DroverFields *
get_fields (const DroverHotSide *side, int argument)
{
  return side->references->fields->pdata[argument];
}

static inline int
get_origin (DroverHotPlanner *planner, int after)
{
  return g_array_index (planner->plan->origins, int, after);
}

/* drover-hot-compare.c */
void           _drover_hot_compare        (DroverHotPlanner *planner);
void           _drover_hot_plan_order     (DroverHotPlanner *planner);
gboolean       _drover_hot_are_equal      (const DroverFields *a, const DroverFields *b,
                                           const char *const *except);
char          *_drover_hot_dup_all        (const DroverFields *fields, const char *const *except);
const char    *_drover_hot_get_id         (const DroverHotSide *side, int argument);
int            _drover_hot_find_successor (DroverHotPlanner *planner, int before);

/* drover-hot-plan.c */
DroverHotStep *_drover_hot_add_step       (DroverHotPlanner *planner, DroverHotKind kind,
                                           DroverHotWhen when);
void           _drover_hot_take           (const DroverHotSide *side, GArray *list, int argument);
void           _drover_hot_take_backends  (DroverHotPlanner *planner, const DroverHotSide *side,
                                           GArray *list, int argument);
char          *_drover_hot_dup_name       (const DroverHotSide *side, int argument);
void           _drover_hot_wait           (DroverHotStep *step, const char *reason);

/* drover-hot-plan-media.c */
void           _drover_hot_plan_media     (DroverHotPlanner *planner);

G_END_DECLS
