/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_CHECK_BAR (drover_check_bar_get_type ())
G_DECLARE_FINAL_TYPE (DroverCheckBar, drover_check_bar, DROVER, CHECK_BAR, AdwBin)

DroverCheckBar *drover_check_bar_new   (DroverConfig *config);
void            drover_check_bar_check (DroverCheckBar *self);
void            drover_check_bar_set_narrow (DroverCheckBar *self, gboolean narrow);
GtkWidget      *drover_check_bar_get_words (DroverCheckBar *self);

G_END_DECLS
