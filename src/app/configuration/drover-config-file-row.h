/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define DROVER_TYPE_CONFIG_FILE_ROW (drover_config_file_row_get_type ())
G_DECLARE_FINAL_TYPE (DroverConfigFileRow, drover_config_file_row, DROVER, CONFIG_FILE_ROW,
                      AdwExpanderRow)

GtkWidget *drover_config_file_row_new      (void);
void       drover_config_file_row_set_path (DroverConfigFileRow *self, const char *path);

G_END_DECLS
