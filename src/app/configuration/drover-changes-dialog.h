/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_CHANGES_DIALOG (drover_changes_dialog_get_type ())
G_DECLARE_FINAL_TYPE (DroverChangesDialog, drover_changes_dialog, DROVER, CHANGES_DIALOG, AdwDialog)

DroverChangesDialog *drover_changes_dialog_present (GtkWidget *parent, DroverConfig *config);
char                *drover_changes_dup_summary    (DroverHot *hot);
char                *drover_changes_dup_outcome    (GPtrArray *results);

G_END_DECLS
