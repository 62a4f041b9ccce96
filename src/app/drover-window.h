/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-application.h"

G_BEGIN_DECLS

#define DROVER_TYPE_WINDOW (drover_window_get_type ())
G_DECLARE_FINAL_TYPE (DroverWindow, drover_window, DROVER, WINDOW, AdwApplicationWindow)

DroverWindow *drover_window_new        (DroverApplication *application);
DroverRun    *drover_window_get_run    (DroverWindow *self);
void          drover_window_select_run (DroverWindow *self, DroverRun *run);
gboolean      drover_window_save       (DroverWindow *self);
DexFuture    *drover_window_settle_quit (DroverWindow *self) G_GNUC_WARN_UNUSED_RESULT;
void          drover_window_act_on     (DroverWindow *self, DroverRun *run, const char *verb);

void drover_window_open_template (DroverWindow *self, const char *path);

G_END_DECLS
