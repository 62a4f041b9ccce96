/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-document.h"
#include "drover-fields.h"
#include "drover-hot-plan.h"
#include "drover-hot.h"
#include "drover-machine.h"
#include "drover-qmp.h"

G_BEGIN_DECLS

/* How long a guest gets to let go of a device, or to open a drive that it has locked. */
#define DROVER_HOT_WAIT_MSEC 8000

/* The steps of a plan at work, in a fiber.
 *
 * drover-hot-plan.c works out the steps, drover-hot-steps.c has those of devices and what all
 * share, drover-hot-media.c those of drives, drover-hot-values.c those that change a number or a
 * list; drover-hot.c decides when, and keeps what came of it. */
typedef struct
{
  DroverQmp *qmp;
  DroverHotPlan *plan;
  GPtrArray *before; /* element-type DroverFields */
  GPtrArray *after;
  JsonNode *schema;  /* nullable: asked for when it is needed */
  gboolean force;
  guint wait_msec;
  DroverMachine *machine;
} DroverHotWork;

void        _drover_hot_set_lock_patience (DroverHot *self, guint msec);
void        _drover_hot_add_other   (DroverHotPlan *plan, char *title, const char *reason);
void        _drover_hot_plan_make_disposable (DroverHotPlan *plan);
void        _drover_hot_plan_services (DroverHotPlan *plan, JsonNode *before,
                                     DroverDocument *document);
gboolean    _drover_hot_run_step    (DroverHotWork *work, const DroverHotStep *step,
                                     GError **error);
gboolean    _drover_hot_run_medium  (DroverHotWork *work, const DroverHotStep *step,
                                     GError **error);
gboolean    _drover_hot_run_forwards (DroverHotWork *work, const DroverHotStep *step,
                                     GError **error);
gboolean    _drover_hot_run_cpus    (DroverHotWork *work, const DroverHotStep *step,
                                     GError **error);

JsonObject *_drover_hot_object      (const char *key, ...) G_GNUC_NULL_TERMINATED;
JsonNode   *_drover_hot_call        (DroverQmp *qmp, const char *command, JsonObject *arguments,
                                     GError **error);
gboolean    _drover_hot_tell        (DroverQmp *qmp, const char *command, JsonObject *arguments,
                                     GError **error);
char       *_drover_hot_monitor     (DroverQmp *qmp, const char *command, GError **error);
gboolean    _drover_hot_make        (DroverHotWork *work, const DroverFields *fields,
                                     GError **error);
void        _drover_hot_explain_lock (DroverHotWork *work, const DroverHotStep *step,
                                     GError **error);
gboolean    _drover_hot_unmake      (DroverHotWork *work, const DroverFields *fields,
                                     GError **error);
DexFuture  *_drover_hot_await_event (DroverQmp *qmp, const char *event, const char *failure,
                                     const char *member, const char *value);
gboolean    _drover_hot_has_device  (DroverQmp *qmp, const char *id);

G_END_DECLS
