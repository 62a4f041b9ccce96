/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "drover-config.h"

G_BEGIN_DECLS

char *drover_command_dup_line   (DroverArgument *argument);
void  drover_command_modernise  (GtkWidget *parent, DroverConfig *config, guint argument);

G_END_DECLS
