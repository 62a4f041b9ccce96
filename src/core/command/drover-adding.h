/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-modernise.h"
#include "drover-part-private.h"

G_BEGIN_DECLS

/**
 * DroverAdding:
 * @references: who makes and who uses which id in the machine's arguments
 * @folder: (nullable): where relative file names start
 * @board: the machine type
 * @program: the machine's program
 * @properties: (element-type DroverField): what was asked for and not yet said
 * @added: (element-type DroverArgument): the new arguments
 * @after: index of an argument behind which they must stand, or -1
 * @id: (nullable): what the new part is called
 *
 * One part in the making.
 */
typedef struct
{
  DroverReferences *references;
  const char *folder;
  DroverBoard board;
  const char *program;
  GArray *properties;
  GPtrArray *added;
  int after;
  char *id;
} DroverAdding;

char       *drover_adding_take       (DroverAdding *self, const char *key);
char       *drover_adding_take_id    (DroverAdding *self, const char *stem);
void        drover_adding_append     (GString *text, const char *key, const char *value);
void        drover_adding_take_known (DroverAdding *self, GString *text, const char *const *keys);
void        drover_adding_take_rest  (DroverAdding *self, GString *text);
void        drover_adding_say        (DroverAdding *self, const char *flag, const char *value);
const char *drover_adding_get_virtio (DroverAdding *self);
int         drover_adding_find_device (DroverAdding *self, const char *const *prefixes);
char       *drover_adding_use_bus    (DroverAdding *self, int device);
void        drover_adding_use_port   (DroverAdding *self, GString *device);
gboolean    drover_adding_ensure_usb (DroverAdding *self, GError **error);

gboolean    drover_adding_disk       (DroverAdding *self, GError **error);
gboolean    drover_adding_card       (DroverAdding *self, GError **error);
gboolean    drover_adding_sound      (DroverAdding *self, GError **error);
gboolean    drover_adding_numa       (DroverAdding *self, GError **error);
gboolean    drover_adding_share      (DroverAdding *self, GError **error);
gboolean    drover_adding_object     (DroverAdding *self, GError **error);
gboolean    drover_adding_character  (DroverAdding *self, GError **error);
gboolean    drover_adding_device     (DroverAdding *self, GError **error);

G_END_DECLS
