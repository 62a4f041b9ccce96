/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

#include "drover-document.h"
#include "drover-firmware-choice.h"

G_BEGIN_DECLS

#define DROVER_MEMBER_FIRMWARE "firmware"

DroverDocument *drover_machine_firmware_apply      (DroverDocument *document,
                                                    DroverFirmware *firmware,
                                                    const char *vars_file, GError **error);
DroverDocument *drover_machine_firmware_choose     (DroverDocument *document,
                                                    DroverFirmwareChoice *choice,
                                                    const char *file, GError **error);
DroverDocument *drover_machine_firmware_record     (DroverDocument *document,
                                                    DroverFirmware *firmware);
char           *drover_machine_firmware_dup_vars   (DroverDocument *document,
                                                    const char *directory);
gboolean        drover_machine_firmware_is_missing (DroverDocument *document,
                                                    const char *directory);
gboolean        drover_machine_firmware_can_reset  (DroverDocument *document);
DroverDocument *drover_machine_firmware_without_store (DroverDocument *document,
                                                    const char *directory, int *argument);

DexFuture      *drover_machine_firmware_prepare    (DroverDocument *document,
                                                    const char *directory)
                                                      G_GNUC_WARN_UNUSED_RESULT;
DexFuture      *drover_machine_firmware_reset      (DroverDocument *document,
                                                    const char *directory)
                                                      G_GNUC_WARN_UNUSED_RESULT;
DexFuture      *drover_machine_firmware_list_keys  (DroverDocument *document,
                                                    const char *directory)
                                                      G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
