/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-library.h"
#include "drover-media.h"

G_BEGIN_DECLS

#define DROVER_TYPE_MEDIUM_ROW (drover_medium_row_get_type ())
G_DECLARE_FINAL_TYPE (DroverMediumRow, drover_medium_row, DROVER, MEDIUM_ROW, AdwExpanderRow)

GtkWidget *drover_medium_row_new (DroverMedia *media, DroverLibrary *library,
                                  DroverMedium *medium);

G_END_DECLS
