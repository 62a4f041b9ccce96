/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"
#include "drover-run.h"

G_BEGIN_DECLS

#define DROVER_TYPE_TPM_GROUP (drover_tpm_group_get_type ())
G_DECLARE_FINAL_TYPE (DroverTpmGroup, drover_tpm_group, DROVER, TPM_GROUP, AdwPreferencesGroup)

GtkWidget *drover_tpm_group_new (DroverConfig *config, DroverRun *run);

G_END_DECLS
