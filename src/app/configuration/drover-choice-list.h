/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_CHOICE_LIST (drover_choice_list_get_type ())
G_DECLARE_FINAL_TYPE (DroverChoiceList, drover_choice_list, DROVER, CHOICE_LIST, GtkBox)

GtkWidget *drover_choice_list_new (DroverConfig *config, const DroverSetting *setting,
                                   const char *current);
gboolean   drover_choices_lack    (DroverConfig *config, const DroverSetting *setting,
                                   const char *value);

G_END_DECLS
