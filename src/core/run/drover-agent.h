/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <libdex.h>

G_BEGIN_DECLS

#define DROVER_TYPE_AGENT (drover_agent_get_type ())
G_DECLARE_FINAL_TYPE (DroverAgent, drover_agent, DROVER, AGENT, GObject)

/* How long an agent may take for its first answer: a guest that is emulated and has just begun
 * its agent is slow, one whose agent is not there never answers. */
#define DROVER_AGENT_HELLO_MSEC 10000

/* How long it may take for any later one. Some ask other programs in the guest. */
#define DROVER_AGENT_TIMEOUT_MSEC 30000

DexFuture *drover_agent_open       (GIOStream *stream, guint timeout_msec) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *drover_agent_execute    (DroverAgent *self, const char *command, JsonNode *arguments,
                                    guint timeout_msec) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *drover_agent_shut_down  (DroverAgent *self, const char *mode) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *drover_agent_set_time   (DroverAgent *self, gint64 unix_usec) G_GNUC_WARN_UNUSED_RESULT;
void       drover_agent_close      (DroverAgent *self);
gboolean   drover_agent_is_open    (DroverAgent *self);

char      *drover_agent_clean_text (const char *text);

G_END_DECLS
