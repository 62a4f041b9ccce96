/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-user-monitor.h"

G_BEGIN_DECLS

#define DROVER_TYPE_MONITOR_VIEW (drover_monitor_view_get_type ())
G_DECLARE_FINAL_TYPE (DroverMonitorView, drover_monitor_view, DROVER, MONITOR_VIEW, AdwBin)

/**
 * DroverMonitorKind:
 * @DROVER_MONITOR_HMP: QEMU's monitor for people
 * @DROVER_MONITOR_QMP: its protocol for programs
 */
typedef enum
{
  DROVER_MONITOR_HMP,
  DROVER_MONITOR_QMP,
} DroverMonitorKind;

GtkWidget *drover_monitor_view_new      (DroverRun *run, DroverMonitorKind kind);
void       drover_monitor_view_update   (DroverMonitorView *self);
void       drover_monitor_view_clear    (DroverMonitorView *self);
char      *drover_monitor_view_dup_text (DroverMonitorView *self);

G_END_DECLS
