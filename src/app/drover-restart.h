/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-run.h"

G_BEGIN_DECLS

#define DROVER_TYPE_RESTART (drover_restart_get_type ())
G_DECLARE_FINAL_TYPE (DroverRestart, drover_restart, DROVER, RESTART, GObject)

/**
 * DroverRestartFunc:
 * @run: a machine that is off
 * @flags: how it ran before
 *
 * Starts it again.
 */
typedef void (*DroverRestartFunc) (DroverRun *run, DroverStartFlags flags, gpointer user_data);

DroverRestart *drover_restart_get_for_run (DroverRun *run);
gboolean       drover_restart_is_pending  (DroverRestart *self);
void           drover_restart_await       (DroverRestart *self, gboolean whatever_ends_it,
                                           DroverStartFlags flags, DroverRestartFunc func,
                                           GObject *user_data);
void           drover_restart_drop        (DroverRestart *self);

G_END_DECLS
