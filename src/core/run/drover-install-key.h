/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "drover-run.h"

G_BEGIN_DECLS

/**
 * DroverInstallKey:
 * @DROVER_INSTALL_KEY_EARLY: the firmware has not come to the disc yet
 * @DROVER_INSTALL_KEY_WANTED: it has, and the installer is not loaded: its disc may be asking
 * @DROVER_INSTALL_KEY_OVER: the installer is loaded, or something was written to a drive
 *
 * Whether a key is to be pressed.
 */
typedef enum
{
  DROVER_INSTALL_KEY_EARLY,
  DROVER_INSTALL_KEY_WANTED,
  DROVER_INSTALL_KEY_OVER,
} DroverInstallKey;

DroverInstallKey drover_install_key_judge (JsonNode *stats, const char *drive, GError **error);
DroverInstallKey drover_install_key_look  (DroverRun *run, const char *drive, GError **error);
DexFuture       *drover_install_key_press (DroverRun *run, const char *drive) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
