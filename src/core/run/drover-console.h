/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <libdex.h>

#include "drover-launch-plan.h"

G_BEGIN_DECLS

#define DROVER_TYPE_CONSOLE (drover_console_get_type ())
G_DECLARE_FINAL_TYPE (DroverConsole, drover_console, DROVER, CONSOLE, GObject)

/**
 * DroverConsoleFunc:
 * @data: what the guest wrote
 * @is_history: whether it was written before, and is only shown again: a terminal must not
 *   answer the questions in it
 */
typedef void (*DroverConsoleFunc) (DroverConsole *console, const guint8 *data, gsize length,
                                   gboolean is_history, gpointer user_data);

DroverConsole *drover_console_new          (DroverConsolePlan *plan);
DexFuture     *drover_console_connect      (DroverConsole *self, gboolean with_history) G_GNUC_WARN_UNUSED_RESULT;
void           drover_console_follow_log   (DroverConsole *self, const char *holder,
                                            gboolean with_history);
void           drover_console_disconnect   (DroverConsole *self);
void           drover_console_set_consumer (DroverConsole *self, DroverConsoleFunc func,
                                            gpointer user_data);
void           drover_console_write        (DroverConsole *self, const void *data, gsize length);

const char    *drover_console_get_id       (DroverConsole *self);
const char    *drover_console_get_title    (DroverConsole *self);
const char    *drover_console_get_path     (DroverConsole *self);
const char    *drover_console_get_log      (DroverConsole *self);
gboolean       drover_console_get_connected (DroverConsole *self);
gboolean       drover_console_is_held_by_drover (DroverConsole *self);
const char    *drover_console_get_holder   (DroverConsole *self);
gboolean       drover_console_get_ctrl_c_quits (DroverConsole *self);
gboolean       drover_console_get_mux      (DroverConsole *self);

G_END_DECLS
