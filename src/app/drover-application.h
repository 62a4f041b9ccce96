/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-downloads.h"
#include "drover-session-guard.h"
#include "drover-session.h"

G_BEGIN_DECLS

#define DROVER_TYPE_APPLICATION (drover_application_get_type ())
G_DECLARE_FINAL_TYPE (DroverApplication, drover_application, DROVER, APPLICATION, AdwApplication)

DroverApplication *drover_application_new          (void);
DroverSession     *drover_application_get_session  (DroverApplication *self);
GSettings         *drover_application_get_settings (DroverApplication *self);
DroverDownloads   *drover_application_get_downloads (DroverApplication *self);
DroverSessionGuard *drover_application_get_guard (DroverApplication *self);

G_END_DECLS
