/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-setting.h"

G_BEGIN_DECLS

#define DROVER_PART_DISK "disk"
#define DROVER_PART_CARD "card"
#define DROVER_PART_SOUND "sound"
#define DROVER_PART_NUMA "numa"
#define DROVER_PART_SHARE "share"
#define DROVER_PART_OBJECT "object"
#define DROVER_PART_CHARACTER "character"
#define DROVER_PART_DEVICE "device"

/**
 * DroverPart:
 * @kind: one of the DROVER_PART_ names: a disk (CDs and floppies too), a network card, …;
 *   a device is any `-device` that is no half of another kind
 * @id: what names it: the id of the front, else of the back, else `OPTION#N`; stable as long
 *   as the arguments before it keep their number
 * @title: what it is in a few words, for people: `virtio-net-pci`, `debian.qcow2`
 * @scope: the arguments that make it
 * @others: (element-type int): further arguments that belong to it (`-object` of a netdev,
 *   `-chardev` of vhost-user)
 * @legacy: whether it stands in an older spelling that *Modernise* can rewrite
 * @flash: whether it is the memory of the firmware: a block node that `-machine pflash0=` or
 *   `pflash1=` names. Such a disk is shown with the firmware.
 *
 * One repeated thing of a machine: one argument, or several that are joined by ids.
 */
typedef struct
{
  const char *kind;
  char *id;
  char *title;
  DroverScope scope;
  GArray *others;
  gboolean legacy;
  gboolean flash;
} DroverPart;

GPtrArray  *drover_parts_list      (GPtrArray *arguments, const char *kind);
DroverPart *drover_parts_find      (GPtrArray *arguments, const char *id);
DroverPart *drover_parts_find_at   (GPtrArray *arguments, guint argument);
guint       drover_part_find_argument (GPtrArray *arguments, const DroverPart *part,
                                    const char *id);
void        drover_part_free       (DroverPart *self);

GPtrArray  *drover_parts_add       (GPtrArray *arguments, const char *program, const char *kind,
                                    const char *const *properties, char **id, GError **error);
GPtrArray  *drover_parts_add_in    (GPtrArray *arguments, const char *program, const char *folder,
                                    const char *kind, const char *const *properties, char **id,
                                    GError **error);
GPtrArray  *drover_part_remove     (GPtrArray *arguments, const DroverPart *part,
                                    gboolean other_half);
gboolean    drover_part_has_media  (GPtrArray *arguments, const DroverPart *part);
GPtrArray  *drover_part_set_medium (GPtrArray *arguments, const DroverPart *part,
                                    const char *folder, const char *file, GError **error);
GPtrArray  *drover_arguments_add_ports (GPtrArray *arguments, guint n_ports);
GPtrArray  *drover_arguments_rename_id (GPtrArray *arguments, guint argument, const char *id,
                                    GError **error);
GArray     *drover_arguments_list_uses (GPtrArray *arguments, guint argument);
GPtrArray  *drover_arguments_list_duplicate_ids (GPtrArray *arguments);

char       *drover_part_describe_modern (GPtrArray *arguments, guint argument);
GPtrArray  *drover_arguments_modernise_in (GPtrArray *arguments, const char *program,
                                    const char *folder, guint argument, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverPart, drover_part_free)

/**
 * DroverLocation:
 * @page: the configuration page that shows the token; `rest` when no other does
 * @setting: (nullable): the row
 * @part: (nullable): the part whose row or card it is
 *
 * Where one token of the command line is shown.
 */
typedef struct
{
  const char *page;
  const DroverSetting *setting;
  DroverPart *part;
} DroverLocation;

DroverLocation *drover_location_find (GPtrArray *arguments, guint argument, gsize offset);
void            drover_location_free (DroverLocation *self);
GArray         *drover_locations_list_rest (GPtrArray *arguments);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverLocation, drover_location_free)

G_END_DECLS
