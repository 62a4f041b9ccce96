/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-run.h"

G_BEGIN_DECLS

#define DROVER_TYPE_MEDIA_BUTTON (drover_media_button_get_type ())
G_DECLARE_FINAL_TYPE (DroverMediaButton, drover_media_button, DROVER, MEDIA_BUTTON, AdwBin)

void drover_media_button_set_run    (DroverMediaButton *self, DroverRun *run);
void drover_media_button_set_medium (DroverMediaButton *self, const char *drive, const char *file);

G_END_DECLS
