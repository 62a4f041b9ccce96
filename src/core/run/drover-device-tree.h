/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-device-node.h"
#include "drover-run.h"

G_BEGIN_DECLS

/**
 * DroverDeviceView:
 * @DROVER_DEVICE_VIEW_BUSES: buses and what is plugged into them, as HMP's `info qtree`
 * @DROVER_DEVICE_VIEW_PCI: what the guest finds on its PCI buses
 * @DROVER_DEVICE_VIEW_USB: what is plugged into its USB ports
 * @DROVER_DEVICE_VIEW_OBJECTS: all of QEMU's objects (QOM), each asked for when it is looked at
 *
 * The ways to look at a running machine's devices.
 */
typedef enum
{
  DROVER_DEVICE_VIEW_BUSES,
  DROVER_DEVICE_VIEW_PCI,
  DROVER_DEVICE_VIEW_USB,
  DROVER_DEVICE_VIEW_OBJECTS,
} DroverDeviceView;

/**
 * DroverDeviceProperty:
 * @name: as QEMU calls it
 * @type: its QOM type: `bool`, `str`, `link<…>` …
 * @value: as JSON, or why it cannot be read
 * @description: (nullable): QEMU's own
 */
typedef struct
{
  char *name;
  char *type;
  char *value;
  char *description;
} DroverDeviceProperty;

DexFuture *drover_device_tree_load       (DroverRun *run, DroverDeviceView view) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *drover_device_node_load_children (DroverDeviceNode *self, DroverRun *run,
                                          gboolean all) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *drover_device_node_load_properties (DroverDeviceNode *self, DroverRun *run) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
