/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define DROVER_TYPE_DIRECTORY_ROW (drover_directory_row_get_type ())
G_DECLARE_FINAL_TYPE (DroverDirectoryRow, drover_directory_row, DROVER, DIRECTORY_ROW, AdwActionRow)

GtkWidget *drover_directory_row_new  (void);
void       drover_directory_row_show (DroverDirectoryRow *self, const char *directory,
                                      const char *otherwise);

G_END_DECLS
