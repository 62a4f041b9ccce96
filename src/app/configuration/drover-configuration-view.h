/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"
#include "drover-run.h"

G_BEGIN_DECLS

#define DROVER_TYPE_CONFIGURATION_VIEW (drover_configuration_view_get_type ())
G_DECLARE_FINAL_TYPE (DroverConfigurationView, drover_configuration_view, DROVER,
                      CONFIGURATION_VIEW, AdwBreakpointBin)

DroverConfigurationView *drover_configuration_view_new        (DroverRun *run);
DroverConfig            *drover_configuration_view_get_config (DroverConfigurationView *self);
void                     drover_configuration_view_show_section (DroverConfigurationView *self,
                                                               const char *page);
void                     drover_configuration_view_check      (DroverConfigurationView *self);

G_END_DECLS
