/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-catalogue.h"
#include "drover-firmware-arguments.h"
#include "drover-firmware-vars.h"

G_BEGIN_DECLS

/**
 * DroverFirmwareChoice:
 * @kind: as in #DroverFirmwareReading
 * @title: for people, translated
 * @summary: a sentence that explains it, translated
 * @why_not: (nullable): why it cannot be chosen, translated
 * @firmware: (nullable): what it would use
 * @option: (nullable): the option that takes @file: `-bios`, `-kernel`
 * @file: (nullable): the file, where Drover knows it; else the user is to say it
 *
 * One way in which a machine can start.
 */
typedef struct
{
  const char *kind;
  char *title;
  char *summary;
  char *why_not;
  DroverFirmware *firmware;
  const char *option;
  char *file;
} DroverFirmwareChoice;

GPtrArray            *drover_firmware_choices_list (GPtrArray *list, const char *architecture,
                                                    const char *machine);
DroverFirmwareChoice *drover_firmware_choices_find (GPtrArray *choices, const char *kind);
GPtrArray            *drover_firmware_choice_apply (DroverFirmwareChoice *self,
                                                    GPtrArray *arguments,
                                                    const char *architecture, const char *file,
                                                    GError **error);
gboolean              drover_firmware_choice_needs_file (DroverFirmwareChoice *self,
                                                         GPtrArray *arguments);

const char           *drover_firmware_describe_secure_boot (const DroverFirmwareReading *reading,
                                                            const DroverFirmwareKeys *keys);
char                 *drover_firmware_dup_machine (GPtrArray *arguments,
                                                   DroverCatalogue *catalogue);

G_END_DECLS
