/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-device-node.h"

G_BEGIN_DECLS

/* One thing in a running machine: a device, a bus, or any object of QEMU's.
 *
 * drover-device-node.c has the object, drover-device-maker.c finds the argument that made it, and
 * drover-device-load.h says who builds the trees. */
struct _DroverDeviceNode
{
  GObject parent_instance;

  char *name;
  char *type;
  char *path;
  char *id;           /* (nullable): that somebody gave it */
  char *detail;
  GPtrArray *backends; /* of char *: the ids of what it uses, as `drive0` */
  int ordinal;        /* of those of its type that -device made without an id, or -1 */
  char *made_type;    /* (nullable): that type; inside of a device the device's */
  int devfn;          /* its place on a PCI bus, or -1 */
  gboolean is_bus;
  gboolean lazy;      /* its children are asked for when somebody looks */
  gboolean loaded;
  DroverDeviceOrigin origin;
  GListStore *children;
};

void     _drover_device_node_inherit (DroverDeviceNode *self, DroverDeviceNode *maker);
gboolean _drover_device_is_backend   (const char *property);

G_END_DECLS
