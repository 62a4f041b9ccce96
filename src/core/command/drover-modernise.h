/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-reference.h"

G_BEGIN_DECLS

/**
 * DroverBoard:
 *
 * The machine types whose habits Drover knows: where they put a disk that names no place.
 */
typedef enum
{
  DROVER_BOARD_OTHER,
  DROVER_BOARD_PC,      /* i440FX: two IDE channels of two */
  DROVER_BOARD_Q35,     /* SATA ports */
  DROVER_BOARD_VIRT,    /* of Arm and RISC-V: virtio on PCI */
  DROVER_BOARD_S390,    /* virtio on CCW */
  DROVER_BOARD_MICROVM, /* virtio without PCI */
} DroverBoard;

/**
 * DroverModernise:
 * @arguments: (element-type DroverArgument): the machine's, as they are
 * @references: who makes and who uses which id in them
 * @program: the machine's program
 * @folder: (nullable): where the machine's relative file names start
 * @board: its machine type
 * @argument: index of the one to rewrite
 * @fields: that argument, read
 * @result: (element-type DroverArgument): what becomes of them
 *
 * One rewrite at work.
 */
typedef struct
{
  GPtrArray *arguments;
  DroverReferences *references;
  const char *program;
  const char *folder;
  DroverBoard board;
  guint argument;
  const DroverFields *fields;
  GPtrArray *result;
} DroverModernise;

typedef gboolean (*DroverModerniseFunc) (DroverModernise *self, GError **error);

DroverBoard drover_board_find        (DroverReferences *references, const char *program);
gboolean    drover_modernise_can     (DroverReferences *references, int argument);

void        drover_modernise_replace (DroverModernise *self, const char *flag, const char *value);
void        drover_modernise_insert  (DroverModernise *self, guint index, const char *flag,
                                      const char *value);
guint       drover_modernise_get_device_index (DroverModernise *self);

gboolean    drover_modernise_disk      (DroverModernise *self, GError **error);
gboolean    drover_modernise_memory    (DroverModernise *self, GError **error);
gboolean    drover_modernise_net       (DroverModernise *self, GError **error);
gboolean    drover_modernise_sound     (DroverModernise *self, GError **error);
gboolean    drover_modernise_share     (DroverModernise *self, GError **error);
gboolean    drover_modernise_display   (DroverModernise *self, GError **error);

G_END_DECLS
