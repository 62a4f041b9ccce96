/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

GtkWidget *drover_session_group_new (DroverConfig *config);

G_END_DECLS
