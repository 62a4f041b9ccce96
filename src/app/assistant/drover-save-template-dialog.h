/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-machine.h"

G_BEGIN_DECLS

#define DROVER_TYPE_SAVE_TEMPLATE_DIALOG (drover_save_template_dialog_get_type ())
G_DECLARE_FINAL_TYPE (DroverSaveTemplateDialog, drover_save_template_dialog, DROVER,
                      SAVE_TEMPLATE_DIALOG, AdwDialog)

DroverSaveTemplateDialog *drover_save_template_dialog_new (DroverMachine *machine);

G_END_DECLS
