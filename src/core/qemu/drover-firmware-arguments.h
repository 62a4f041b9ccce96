/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-argument.h"
#include "drover-firmware.h"

G_BEGIN_DECLS

/**
 * DroverFirmwareReading:
 * @kind: %DROVER_FIRMWARE_BIOS, %DROVER_FIRMWARE_UEFI, %DROVER_FIRMWARE_SECURE_BOOT or
 *   %DROVER_FIRMWARE_ENROLLED where that is known; %DROVER_FIRMWARE_U_BOOT;
 *   %DROVER_FIRMWARE_FILE for another program of the user's own, %DROVER_FIRMWARE_NONE for
 *   `-bios none`, %DROVER_FIRMWARE_KERNEL for a kernel without firmware of the user's choice
 * @firmware: (nullable): which of the list it is
 * @code: (nullable): the file of the program, as the arguments say it
 * @code_format: (nullable): its format, where they say it
 * @vars: (nullable): the file of the variable store, as the arguments say it
 * @vars_format: (nullable): its format, where they say it
 * @kernel: (nullable): what `-kernel` starts
 * @legacy: (nullable): an older spelling that they use: `-drive if=pflash`, `-pflash`, `-bios`
 * @protected: whether only System Management Mode can write the variables
 * @code_argument: index of the argument that names the program, or -1
 * @vars_argument: index of the argument that names the variable store, or -1
 * @arguments: (element-type guint): all arguments, or parts of them, that make the firmware
 *
 * What a machine's arguments say of its firmware.
 */
typedef struct
{
  const char *kind;
  DroverFirmware *firmware;
  char *code;
  char *code_format;
  char *vars;
  char *vars_format;
  char *kernel;
  const char *legacy;
  gboolean protected;
  int code_argument;
  int vars_argument;
  GArray *arguments;
} DroverFirmwareReading;

#define DROVER_FIRMWARE_FILE "file"
#define DROVER_FIRMWARE_NONE "none"
#define DROVER_FIRMWARE_KERNEL "kernel"
#define DROVER_FIRMWARE_U_BOOT "u-boot"

GPtrArray             *drover_firmware_apply      (GPtrArray *arguments, const char *architecture,
                                                   DroverFirmware *firmware, const char *vars_file,
                                                   GError **error);
GPtrArray             *drover_firmware_apply_file (GPtrArray *arguments, const char *option,
                                                   const char *file);
GPtrArray             *drover_firmware_apply_kernel (GPtrArray *arguments, const char *kernel);
GPtrArray             *drover_firmware_switch_kernel (GPtrArray *arguments, gboolean on);

DroverFirmwareReading *drover_firmware_read       (GPtrArray *arguments, const char *architecture,
                                                   GPtrArray *list);
void                   drover_firmware_reading_free (DroverFirmwareReading *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverFirmwareReading, drover_firmware_reading_free)

G_END_DECLS
