/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "drover-property-item.h"

G_BEGIN_DECLS

#define DROVER_TYPE_PROPERTY_ROW (drover_property_row_get_type ())
G_DECLARE_FINAL_TYPE (DroverPropertyRow, drover_property_row, DROVER, PROPERTY_ROW, GtkBox)

GtkWidget          *drover_property_row_new      (void);
void                drover_property_row_set_item (DroverPropertyRow *self, DroverPropertyItem *item);
DroverPropertyItem *drover_property_row_get_item (DroverPropertyRow *self);

G_END_DECLS
