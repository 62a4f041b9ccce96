/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "drover-activity.h"

G_BEGIN_DECLS

#define DROVER_TYPE_GRAPH_CARD (drover_graph_card_get_type ())
G_DECLARE_FINAL_TYPE (DroverGraphCard, drover_graph_card, DROVER, GRAPH_CARD, GtkBox)

GtkWidget *drover_graph_card_new  (DroverActivity *activity, DroverActivityKind kind,
                                   const char *title);
void       drover_graph_card_show (DroverGraphCard *self, gint64 end, guint seconds);

G_END_DECLS
