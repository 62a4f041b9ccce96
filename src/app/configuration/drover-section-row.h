/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-sections.h"

G_BEGIN_DECLS

#define DROVER_TYPE_SECTION_ROW (drover_section_row_get_type ())
G_DECLARE_FINAL_TYPE (DroverSectionRow, drover_section_row, DROVER, SECTION_ROW, GtkListBoxRow)

GtkWidget           *drover_section_row_new         (const DroverSection *section);
const DroverSection *drover_section_row_get_section (DroverSectionRow *self);
void                 drover_section_row_set_problem (DroverSectionRow *self, const char *message,
                                                     gboolean fatal);

G_END_DECLS
