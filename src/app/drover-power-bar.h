/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "drover-run.h"

G_BEGIN_DECLS

/**
 * DroverPowerAction:
 * @action: the window's action
 * @reason: (nullable): why it cannot be used now; %NULL when it can
 */
typedef struct
{
  const char *action;
  const char *reason;
} DroverPowerAction;

#define DROVER_N_POWER_ACTIONS 6

void drover_power_actions_for_run (DroverRun *run, DroverPowerAction actions[]);

#define DROVER_TYPE_POWER_BAR (drover_power_bar_get_type ())
G_DECLARE_FINAL_TYPE (DroverPowerBar, drover_power_bar, DROVER, POWER_BAR, GtkBox)

void drover_power_bar_update (DroverPowerBar *self, DroverRun *run);

G_END_DECLS
