/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_FORWARD_LIST (drover_forward_list_get_type ())
G_DECLARE_FINAL_TYPE (DroverForwardList, drover_forward_list, DROVER, FORWARD_LIST,
                      AdwPreferencesRow)

GtkWidget *drover_forward_list_new    (DroverConfig *config);
void       drover_forward_list_update (DroverForwardList *self, GPtrArray *arguments,
                                       int argument);

G_END_DECLS
