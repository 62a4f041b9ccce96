/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "drover-activity.h"

G_BEGIN_DECLS

#define DROVER_TYPE_GRAPH (drover_graph_get_type ())
G_DECLARE_FINAL_TYPE (DroverGraph, drover_graph, DROVER, GRAPH, GtkWidget)

GtkWidget *drover_graph_new        (DroverActivityKind kind, const char *title);
void       drover_graph_set_series (DroverGraph *self, GPtrArray *series);
void       drover_graph_show       (DroverGraph *self, gint64 end, guint seconds);
double     drover_graph_get_top    (DroverGraph *self);

G_END_DECLS
