/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <libdex.h>

G_BEGIN_DECLS

#define DROVER_TYPE_QMP (drover_qmp_get_type ())
G_DECLARE_FINAL_TYPE (DroverQmp, drover_qmp, DROVER, QMP, GObject)

/* How long QEMU may take for an answer before the connection counts as stuck. Some commands
 * hold its main loop for seconds; they pass a limit of their own. */
#define DROVER_QMP_TIMEOUT_MSEC 15000

DexFuture *drover_qmp_connect      (const char *path, guint greeting_msec) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *drover_qmp_open         (GIOStream *stream, guint greeting_msec) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *drover_qmp_execute      (DroverQmp *self, const char *command, JsonNode *arguments) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *drover_qmp_execute_full (DroverQmp *self, const char *command, JsonNode *arguments,
                                    guint timeout_msec) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *drover_qmp_when_closed  (DroverQmp *self) G_GNUC_WARN_UNUSED_RESULT;
void       drover_qmp_close        (DroverQmp *self);
gboolean   drover_qmp_is_open      (DroverQmp *self);
GIOStream *drover_qmp_get_stream   (DroverQmp *self);
guint64    drover_qmp_get_n_commands (DroverQmp *self);

G_END_DECLS
