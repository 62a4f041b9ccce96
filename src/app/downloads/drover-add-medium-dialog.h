/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-media.h"

G_BEGIN_DECLS

/* Emits "added" with the DroverMedium, and closes. */
#define DROVER_TYPE_ADD_MEDIUM_DIALOG (drover_add_medium_dialog_get_type ())
G_DECLARE_FINAL_TYPE (DroverAddMediumDialog, drover_add_medium_dialog, DROVER, ADD_MEDIUM_DIALOG,
                      AdwDialog)

AdwDialog *drover_add_medium_dialog_new      (DroverMedia           *media,
                                              const char            *title,
                                              const char            *page);
void       drover_add_medium_dialog_set_file (DroverAddMediumDialog *self,
                                              GFile                 *file);

G_END_DECLS
