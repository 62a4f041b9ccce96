/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "drover-device-maker.h"
#include "drover-device-private.h"
#include "drover-run.h"

G_BEGIN_DECLS

/* No machine has as many; what goes round in circles ends here. */
#define DROVER_DEVICE_MOST_NODES 20000
#define DROVER_DEVICE_DEEPEST 40

#define DROVER_DEVICE_PERIPHERAL "/machine/peripheral/"
#define DROVER_DEVICE_ANONYMOUS "/machine/peripheral-anon/"

/* One look at a running machine.
 *
 * drover-device-load.c asks QEMU and knows whom to thank for what is there, drover-device-buses.c
 * follows the buses, drover-device-guest-views.c makes of that what a guest sees of its PCI and
 * USB, drover-device-tree.c has the objects and begins it all. */
typedef struct
{
  DroverQmp *qmp;
  DroverDeviceMakers *makers; /* (nullable) */
  GHashTable *ports;          /* id of a chardev → `serial0`, the port that a launch gave it to */
  DroverDeviceNode *node; /* (nullable): whose children are asked for */
  gboolean all;
  guint view;

  GHashTable *bus_types; /* set of char * */
  GHashTable *visited;   /* set of char *: the paths of devices */
  guint n_nodes;
} DroverDeviceLoad;

DroverDeviceLoad *_drover_device_load_new     (DroverRun *run);
void              _drover_device_load_free    (gpointer data);
DexFuture        *_drover_device_load_list    (DroverDeviceLoad *load, const char *path);
DexFuture        *_drover_device_load_get     (DroverDeviceLoad *load, const char *path,
                                               const char *property);
char             *_drover_device_load_await_text (DexFuture *future);
void              _drover_device_load_backend (DroverDeviceLoad *load, DroverDeviceNode *node,
                                               const char *property);
void              _drover_device_load_settle  (DroverDeviceLoad *load, DroverDeviceNode *root);
void              _drover_device_load_settle_devices (DroverDeviceLoad *load, GPtrArray *devices);

DroverDeviceNode *_drover_device_load_buses   (DroverDeviceLoad *load, GError **error);
DroverDeviceNode *_drover_device_load_pci     (DroverDeviceLoad *load, GError **error);
DroverDeviceNode *_drover_device_load_usb     (DroverDeviceLoad *load, GError **error);

const char       *_drover_device_get_tail     (const char *path);
char             *_drover_device_dup_child_type (const char *type);

G_END_DECLS
