/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_DIFF_DIALOG (drover_diff_dialog_get_type ())
G_DECLARE_FINAL_TYPE (DroverDiffDialog, drover_diff_dialog, DROVER, DIFF_DIALOG, AdwDialog)

DroverDiffDialog *drover_diff_dialog_new (const char *title, const char *description,
                                          GPtrArray *before, GPtrArray *after,
                                          const char *apply_label);

DroverDiffDialog *drover_diff_dialog_ask (GtkWidget *parent, DroverConfig *config,
                                          const char *title, const char *description,
                                          GPtrArray *arguments, const char *apply_label,
                                          const char *undo_label);

GtkWidget        *drover_diff_view_new   (void);
void              drover_diff_view_show  (GtkWidget *view, GPtrArray *before, GPtrArray *after,
                                          int context);

G_END_DECLS
