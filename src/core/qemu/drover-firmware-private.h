/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-firmware.h"

G_BEGIN_DECLS

DroverFirmware *_drover_firmware_new         (const char *path);
void            _drover_firmware_add_target  (DroverFirmware *self, const char *architecture,
                                              GStrv machines);
char           *_drover_firmware_dup_format  (const char *path, const char *declared);
void            _drover_firmware_add_known   (GPtrArray *list, const char *root,
                                              const char *const *shares);

G_END_DECLS
