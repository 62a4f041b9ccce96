/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "drover-run.h"

G_BEGIN_DECLS

/**
 * DroverPowerAction:
 * @name: the action, without the group before it, such as `shut-down`
 * @label: what a menu calls it, with a mnemonic
 * @reason: (nullable): why it cannot be used now; %NULL when it can
 */
typedef struct
{
  const char *name;
  const char *label;
  const char *reason;
} DroverPowerAction;

#define DROVER_N_POWER_ACTIONS 9

void drover_power_actions_for_run (DroverRun *run, DroverPowerAction actions[]);

#define DROVER_TYPE_POWER_BAR (drover_power_bar_get_type ())
G_DECLARE_FINAL_TYPE (DroverPowerBar, drover_power_bar, DROVER, POWER_BAR, GtkBox)

void drover_power_bar_update (DroverPowerBar *self, DroverRun *run);

G_END_DECLS
