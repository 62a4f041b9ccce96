/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-library.h"

G_BEGIN_DECLS

#define DROVER_TYPE_IMPORT_DIALOG (drover_import_dialog_get_type ())
G_DECLARE_FINAL_TYPE (DroverImportDialog, drover_import_dialog, DROVER, IMPORT_DIALOG, AdwDialog)

DroverImportDialog *drover_import_dialog_new       (DroverLibrary *library);
void                drover_import_dialog_set_text  (DroverImportDialog *self, const char *text);
void                drover_import_dialog_open_file (DroverImportDialog *self, GFile *file);
void                drover_import_dialog_choose_file (DroverImportDialog *self);

G_END_DECLS
