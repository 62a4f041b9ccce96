/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define DROVER_TYPE_DEVICE_NODE (drover_device_node_get_type ())
G_DECLARE_FINAL_TYPE (DroverDeviceNode, drover_device_node, DROVER, DEVICE_NODE, GObject)

/**
 * DroverDeviceOrigin:
 * @DROVER_DEVICE_ORIGIN_BOARD: the board, or another device, made it by itself
 * @DROVER_DEVICE_ORIGIN_ARGUMENT: an argument of the command line made it
 * @DROVER_DEVICE_ORIGIN_LATER: it has an id that no argument has: it was added while QEMU ran
 *
 * Why a thing is in a machine.
 */
typedef enum
{
  DROVER_DEVICE_ORIGIN_BOARD,
  DROVER_DEVICE_ORIGIN_ARGUMENT,
  DROVER_DEVICE_ORIGIN_LATER,
} DroverDeviceOrigin;

DroverDeviceNode  *drover_device_node_new          (const char *name, const char *type,
                                                    const char *path);
const char        *drover_device_node_get_name     (DroverDeviceNode *self);
const char        *drover_device_node_get_type_name (DroverDeviceNode *self);
const char        *drover_device_node_get_path     (DroverDeviceNode *self);
const char        *drover_device_node_get_id       (DroverDeviceNode *self);
const char        *drover_device_node_get_detail   (DroverDeviceNode *self);
gboolean           drover_device_node_is_bus       (DroverDeviceNode *self);
gboolean           drover_device_node_may_have_children (DroverDeviceNode *self);
GListModel        *drover_device_node_get_children (DroverDeviceNode *self);
DroverDeviceOrigin drover_device_node_get_origin   (DroverDeviceNode *self);
int                drover_device_node_find_argument (DroverDeviceNode *self, const char *program,
                                                    GPtrArray *arguments);
gboolean           drover_device_node_matches      (DroverDeviceNode *self, const char *text);

G_END_DECLS
