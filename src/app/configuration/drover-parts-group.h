/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_PARTS_GROUP (drover_parts_group_get_type ())
G_DECLARE_FINAL_TYPE (DroverPartsGroup, drover_parts_group, DROVER, PARTS_GROUP,
                      AdwPreferencesGroup)

DroverPartsGroup *drover_parts_group_new        (DroverConfig *config, const char *title,
                                                 const char *const *kinds, GType row_type);
DroverConfig     *drover_parts_group_get_config (DroverPartsGroup *self);
void              drover_parts_group_set_empty  (DroverPartsGroup *self, const char *title,
                                                 const char *subtitle);
GtkWidget        *drover_parts_group_add_button (DroverPartsGroup *self, const char *label);
void              drover_parts_group_open       (DroverPartsGroup *self, const char *id);

G_END_DECLS
