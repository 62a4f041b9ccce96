/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-config.h"
#include "drover-property-item.h"

G_BEGIN_DECLS

const char    *drover_property_list_get_type_key (const char *option);
char          *drover_property_list_dup_type     (DroverArgument *argument);

GPtrArray     *drover_property_list_list_keys   (DroverArgument *argument);

GListStore    *drover_property_list_new  (DroverCatalogue *catalogue, GPtrArray *arguments,
                                          guint argument);
void           drover_property_list_read (GListModel *list, GPtrArray *arguments, guint argument);
GPtrArray     *drover_property_list_write (GPtrArray *arguments, guint argument,
                                           DroverPropertyItem *item, const char *text,
                                           GError **error);

G_END_DECLS
