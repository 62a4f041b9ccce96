/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "drover-activity.h"

G_BEGIN_DECLS

void       drover_graph_style_get_colour (guint position, GdkRGBA *colour);
GskStroke *drover_graph_style_new_stroke (guint position);
double     drover_graph_style_round_up   (DroverActivityKind kind, double value);
char      *drover_graph_style_dup_text   (DroverActivityKind kind, double value);

#define DROVER_TYPE_GRAPH_SWATCH (drover_graph_swatch_get_type ())
G_DECLARE_FINAL_TYPE (DroverGraphSwatch, drover_graph_swatch, DROVER, GRAPH_SWATCH, GtkWidget)

GtkWidget *drover_graph_swatch_new       (guint position);

G_END_DECLS
