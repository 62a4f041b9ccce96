/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define DROVER_TYPE_FIRMWARE (drover_firmware_get_type ())

/**
 * DroverFirmwareTarget:
 * @architecture: as in the names of QEMU's programs: `x86_64`, `aarch64` …
 * @machines: patterns of versioned machine types: `pc-q35-*`
 *
 * What a firmware is for.
 */
typedef struct
{
  char *architecture;
  GStrv machines;
} DroverFirmwareTarget;

/**
 * DroverFirmware:
 * @name: what it is called on record: its descriptor's file name, `60-edk2-x86_64.json`; from the
 *   table of known places the name of its program, `edk2-x86_64-code.fd`
 * @title: one line for people, in its maker's words
 * @source: (nullable): the descriptor's path; %NULL when it is from the table of known places
 * @interfaces: what it offers to the system: `uefi`, `bios`, `openfirmware`, `uboot`
 * @device: how QEMU takes it: `flash`, `memory` (as `-bios`) or `kernel`
 * @mode: (nullable): of `flash`: `split` (program and variables apart), `combined`, `stateless`
 * @code: the program's path
 * @code_format: its image format, `raw` or `qcow2`, as its first bytes say; else as is declared
 * @vars: (nullable): the file that a machine's variable store is copied from
 * @vars_format: (nullable): its image format
 * @features: what it can and wants: `secure-boot`, `enrolled-keys`, `requires-smm` …
 * @targets: (element-type DroverFirmwareTarget): what it is for
 *
 * A firmware on this host. It is a value: immutable and reference counted.
 */
typedef struct
{
  gatomicrefcount ref_count;
  char *name;
  char *title;
  char *source;
  GStrv interfaces;
  char *device;
  char *mode;
  char *code;
  char *code_format;
  char *vars;
  char *vars_format;
  GStrv features;
  GPtrArray *targets;
} DroverFirmware;

/* What a machine can start with, in the words of `droverctl firmware`. */
#define DROVER_FIRMWARE_BIOS "bios"                         /* what the machine has by itself */
#define DROVER_FIRMWARE_UEFI "uefi"                         /* without Secure Boot */
#define DROVER_FIRMWARE_SECURE_BOOT "secure-boot"           /* UEFI that can, no keys yet */
#define DROVER_FIRMWARE_ENROLLED "secure-boot-enrolled"     /* UEFI that does, keys in place */

GType           drover_firmware_get_type  (void) G_GNUC_CONST;
DroverFirmware *drover_firmware_ref       (DroverFirmware *self);
void            drover_firmware_unref     (DroverFirmware *self);

GPtrArray      *drover_firmware_list      (const char *program);
GPtrArray      *drover_firmware_list_from (const char *const *folders, const char *root,
                                           const char *const *shares, GPtrArray *problems);
GStrv           drover_firmware_dup_folders (const char *program);
GStrv           drover_firmware_dup_shares  (const char *program);
char           *drover_firmware_dup_architecture (const char *program);
char           *drover_firmware_dup_file_format (const char *path);
DroverFirmware *drover_firmware_parse     (const char *text, gssize length, const char *path,
                                           GError **error);

gboolean        drover_firmware_fits      (DroverFirmware *self, const char *architecture,
                                           const char *machine);
gboolean        drover_firmware_has       (DroverFirmware *self, const char *feature);
gboolean        drover_firmware_is        (DroverFirmware *self, const char *kind);
const char     *drover_firmware_get_kind  (DroverFirmware *self);
const char     *drover_firmware_get_vars_name (DroverFirmware *self);

DroverFirmware *drover_firmware_find      (GPtrArray *list, const char *name);
DroverFirmware *drover_firmware_choose    (GPtrArray *list, const char *architecture,
                                           const char *machine, const char *kind, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverFirmware, drover_firmware_unref)

G_END_DECLS
