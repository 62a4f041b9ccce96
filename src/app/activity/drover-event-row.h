/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "drover-event-log.h"

G_BEGIN_DECLS

#define DROVER_TYPE_EVENT_ROW (drover_event_row_get_type ())
G_DECLARE_FINAL_TYPE (DroverEventRow, drover_event_row, DROVER, EVENT_ROW, GtkBox)

GtkWidget   *drover_event_row_new       (void);
void         drover_event_row_set_event (DroverEventRow *self, DroverEvent *event);
DroverEvent *drover_event_row_get_event (DroverEventRow *self);
void         drover_event_row_set_open  (DroverEventRow *self, gboolean open);

G_END_DECLS
