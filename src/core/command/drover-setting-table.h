/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib/gi18n-lib.h>

#include "drover-part.h"
#include "drover-setting.h"

G_BEGIN_DECLS

/**
 * DroverSettingTable:
 * @kind: (nullable): the kind of part whose settings these are; %NULL for the machine's
 * @settings: the rows, in the order in which a page shows them
 *
 * The rows of one page, or of one kind of part.
 */
typedef struct
{
  const char *kind;
  const DroverSetting *settings;
  guint n_settings;
} DroverSettingTable;

extern const DroverSettingTable drover_settings_machine;
extern const DroverSettingTable drover_settings_cpu;
extern const DroverSettingTable drover_settings_memory;
extern const DroverSettingTable drover_settings_display;
extern const DroverSettingTable drover_settings_audio;
extern const DroverSettingTable drover_settings_firmware;
extern const DroverSettingTable drover_settings_accelerator;
extern const DroverSettingTable drover_settings_boot;
extern const DroverSettingTable drover_settings_rest;
extern const DroverSettingTable drover_settings_disk;
extern const DroverSettingTable drover_settings_card;
extern const DroverSettingTable drover_settings_sound;
extern const DroverSettingTable drover_settings_numa;
extern const DroverSettingTable drover_settings_share;
extern const DroverSettingTable drover_settings_object;
extern const DroverSettingTable drover_settings_character;
extern const DroverSettingTable drover_settings_device;

G_END_DECLS
