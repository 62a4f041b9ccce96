/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

void drover_part_actions_remove    (GtkWidget *parent, DroverConfig *config, const char *id);
void drover_part_actions_modernise (GtkWidget *parent, DroverConfig *config, const char *id);
void drover_part_actions_modernise_argument (GtkWidget *parent, DroverConfig *config,
                                             guint argument);

G_END_DECLS
