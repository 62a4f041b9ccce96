/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-install.h"

G_BEGIN_DECLS

#define DROVER_TYPE_INSTALL_BAR (drover_install_bar_get_type ())
G_DECLARE_FINAL_TYPE (DroverInstallBar, drover_install_bar, DROVER, INSTALL_BAR, AdwBin)

void drover_install_bar_set_run (DroverInstallBar *self, DroverRun *run);

G_END_DECLS
