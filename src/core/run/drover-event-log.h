/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define DROVER_TYPE_EVENT (drover_event_get_type ())
G_DECLARE_FINAL_TYPE (DroverEvent, drover_event, DROVER, EVENT, GObject)

#define DROVER_TYPE_EVENT_LOG (drover_event_log_get_type ())
G_DECLARE_FINAL_TYPE (DroverEventLog, drover_event_log, DROVER, EVENT_LOG, GObject)

/* What a log holds at most; the oldest are forgotten first. */
#define DROVER_EVENT_LOG_MAX_EVENTS 2000
#define DROVER_EVENT_LOG_MAX_BYTES (1024 * 1024)

DroverEvent    *drover_event_new            (JsonObject *message);
gint64          drover_event_get_time       (DroverEvent *self);
const char     *drover_event_get_name       (DroverEvent *self);
const char     *drover_event_get_json       (DroverEvent *self);
const char     *drover_event_get_sentence   (DroverEvent *self);
char           *drover_event_dup_pretty     (DroverEvent *self);
char           *drover_event_dup_clock      (DroverEvent *self);
gboolean        drover_event_matches        (DroverEvent *self, const char *const *words);

DroverEventLog *drover_event_log_new        (void);
void            drover_event_log_add        (DroverEventLog *self, JsonObject *message);
void            drover_event_log_note       (DroverEventLog *self, const char *sentence);
GListModel     *drover_event_log_get_events (DroverEventLog *self);
guint           drover_event_log_get_n_forgotten (DroverEventLog *self);

G_END_DECLS
