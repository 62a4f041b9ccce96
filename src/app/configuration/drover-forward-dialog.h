/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-forward.h"

G_BEGIN_DECLS

#define DROVER_TYPE_FORWARD_DIALOG (drover_forward_dialog_get_type ())
G_DECLARE_FINAL_TYPE (DroverForwardDialog, drover_forward_dialog, DROVER, FORWARD_DIALOG,
                      AdwDialog)

DroverForwardDialog *drover_forward_dialog_new         (const DroverForward *forward,
                                                        GPtrArray *others);
DroverForward       *drover_forward_dialog_dup_forward (DroverForwardDialog *self,
                                                        GError **error);

G_END_DECLS
