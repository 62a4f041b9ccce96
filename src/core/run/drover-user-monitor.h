/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-hmp-help.h"
#include "drover-qmp-schema.h"
#include "drover-run.h"

G_BEGIN_DECLS

#define DROVER_TYPE_USER_MONITOR (drover_user_monitor_get_type ())
G_DECLARE_FINAL_TYPE (DroverUserMonitor, drover_user_monitor, DROVER, USER_MONITOR, GObject)

DroverUserMonitor *drover_user_monitor_get_for_run (DroverRun *run);

DexFuture       *drover_user_monitor_open       (DroverUserMonitor *self) G_GNUC_WARN_UNUSED_RESULT;
void             drover_user_monitor_hold       (DroverUserMonitor *self);
void             drover_user_monitor_release    (DroverUserMonitor *self);
gboolean         drover_user_monitor_is_open    (DroverUserMonitor *self);
DexFuture       *drover_user_monitor_execute    (DroverUserMonitor *self, const char *command,
                                                 JsonNode *arguments) G_GNUC_WARN_UNUSED_RESULT;
DexFuture       *drover_user_monitor_hmp        (DroverUserMonitor *self,
                                                 const char *line) G_GNUC_WARN_UNUSED_RESULT;
DroverQmpSchema *drover_user_monitor_get_schema (DroverUserMonitor *self);
DroverHmpHelp   *drover_user_monitor_get_help   (DroverUserMonitor *self);

JsonNode        *drover_hmp_command_new         (const char *line);

G_END_DECLS
