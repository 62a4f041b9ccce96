/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/**
 * DroverMediumKind:
 * @DROVER_MEDIUM_KIND_OTHER: nothing that a machine could start from
 * @DROVER_MEDIUM_KIND_INSTALLER: a CD or DVD that installs a system
 * @DROVER_MEDIUM_KIND_LIVE: a CD or DVD that a system runs from (most of them install it too)
 * @DROVER_MEDIUM_KIND_DISC: a CD or DVD that is not known
 * @DROVER_MEDIUM_KIND_CLOUD_IMAGE: a disk with a system that takes its user from a seed
 * @DROVER_MEDIUM_KIND_DISK: a disk image
 * @DROVER_MEDIUM_KIND_FLOPPY: a floppy disk's image
 * @DROVER_MEDIUM_KIND_KERNEL: a Linux kernel
 * @DROVER_MEDIUM_KIND_RAM_DISK: an initial RAM disk
 * @DROVER_MEDIUM_KIND_EFI: a program for UEFI
 *
 * What a file is to a machine.
 */
typedef enum
{
  DROVER_MEDIUM_KIND_OTHER,
  DROVER_MEDIUM_KIND_INSTALLER,
  DROVER_MEDIUM_KIND_LIVE,
  DROVER_MEDIUM_KIND_DISC,
  DROVER_MEDIUM_KIND_CLOUD_IMAGE,
  DROVER_MEDIUM_KIND_DISK,
  DROVER_MEDIUM_KIND_FLOPPY,
  DROVER_MEDIUM_KIND_KERNEL,
  DROVER_MEDIUM_KIND_RAM_DISK,
  DROVER_MEDIUM_KIND_EFI,
} DroverMediumKind;

#define DROVER_TYPE_DETECTION (drover_detection_get_type ())

/**
 * DroverDetection:
 * @kind: what the file is
 * @text: a translated sentence for a row: “Ubuntu 22.04 LTS, installer for x86_64”
 * @note: (nullable): translated: what could not be told, and what would help
 * @os_id: (nullable): libosinfo's short id: `ubuntu22.04`, `archlinux`, `win11`
 * @os_name: (nullable): “Ubuntu 22.04 LTS”
 * @os_version: (nullable): `22.04`
 * @architecture: (nullable): in QEMU's words: `x86_64`
 * @format: what to give QEMU as the image's format: `raw`, `qcow2` …
 * @label: (nullable): a disc's volume id
 * @size: of the file, in bytes
 * @virtual_size: how large the guest sees a disk, in bytes; else 0
 * @kernel: (nullable): the path of the installer's kernel in the disc, without a leading slash
 * @initrd: (nullable): the path of its RAM disk
 * @memory: what its maker recommends, or asks for at least, in bytes; 0 when not known
 * @cpus: the same for processors; 0 when not known
 * @disk: the same for the disk, in bytes; 0 when not known
 * @template_id: (nullable): the template to propose: `ubuntu-22.04-server`
 *
 * What Drover knows of a file that the user chose.
 */
typedef struct
{
  DroverMediumKind kind;
  char *text;
  char *note;
  char *os_id;
  char *os_name;
  char *os_version;
  char *architecture;
  char *format;
  char *label;
  guint64 size;
  guint64 virtual_size;
  char *kernel;
  char *initrd;
  guint64 memory;
  guint cpus;
  guint64 disk;
  char *template_id;
} DroverDetection;

GType            drover_detection_get_type (void) G_GNUC_CONST;
DroverDetection *drover_detection_copy     (const DroverDetection *self);
void             drover_detection_free     (DroverDetection *self);

DexFuture       *drover_detect             (const char *path) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverDetection, drover_detection_free)

G_END_DECLS
