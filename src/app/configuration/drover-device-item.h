/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-catalogue.h"

G_BEGIN_DECLS

#define DROVER_TYPE_DEVICE_ITEM (drover_device_item_get_type ())
G_DECLARE_FINAL_TYPE (DroverDeviceItem, drover_device_item, DROVER, DEVICE_ITEM, GObject)

GListStore                  *drover_device_item_list     (DroverCatalogue *catalogue);
GListStore                  *drover_device_item_list_backends (DroverCatalogue *catalogue,
                                                               const char *kind);
const DroverCatalogueDevice *drover_device_item_get      (DroverDeviceItem *self);
gboolean                     drover_device_item_matches  (DroverDeviceItem *self,
                                                          const char *const *words);
char                        *drover_device_item_dup_plug (DroverDeviceItem *self);

G_END_DECLS
