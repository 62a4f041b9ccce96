/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-device-load.h"
#include "drover-json.h"

/* What a guest sees: its PCI devices, as it finds them, and its USB ports. */

/* PCI */

static void
adopt (DroverDeviceNode *node, DroverDeviceNode *device)
{
  g_set_str (&node->path, device->path);
  g_set_str (&node->type, device->type);
  _drover_device_node_inherit (node, device);
}

/* The first PCI bus at or below @node. */
static DroverDeviceNode *
find_pci_bus (DroverDeviceNode *node)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (node->children));

  if (node->is_bus && node->type != NULL && g_str_has_prefix (node->type, "PCI"))
    return node;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (DroverDeviceNode) child =
        g_list_model_get_item (G_LIST_MODEL (node->children), i);
      DroverDeviceNode *found = find_pci_bus (child);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static DroverDeviceNode *
find_devfn (DroverDeviceNode *bus, int devfn)
{
  guint n = bus != NULL ? g_list_model_get_n_items (G_LIST_MODEL (bus->children)) : 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (DroverDeviceNode) child =
        g_list_model_get_item (G_LIST_MODEL (bus->children), i);

      if (child->devfn == devfn)
        return child; /* the list holds it */
    }

  return NULL;
}

static void
read_pci (DroverDeviceNode *parent, JsonArray *devices, DroverDeviceNode *bus, guint depth)
{
  guint n = devices != NULL && depth < DROVER_DEVICE_DEEPEST ? json_array_get_length (devices) : 0;

  for (guint i = 0; i < n; i++)
    {
      JsonObject *item = drover_json_get_item (devices, i);
      JsonObject *id = drover_json_get_object (item, "id");
      JsonObject *bridge = drover_json_get_object (item, "pci_bridge");
      const char *qdev_id = drover_json_get_text (item, "qdev_id");
      const char *description =
        drover_json_get_text (drover_json_get_object (item, "class_info"), "desc");
      guint slot = drover_json_get_number (item, "slot") & 0x1f;
      guint function = drover_json_get_number (item, "function") & 7;
      DroverDeviceNode *device = find_devfn (bus, slot << 3 | function);
      g_autoptr (DroverDeviceNode) node = NULL;

      if (item == NULL)
        continue;
      node = drover_device_node_new (qdev_id != NULL && *qdev_id != '\0' ? qdev_id
                                     : description != NULL               ? description
                                                                         : _("PCI device"),
                                     description, NULL);
      node->devfn = slot << 3 | function;
      node->detail = g_strdup_printf ("%02x:%02x.%x · %04x:%04x",
                                      (guint) drover_json_get_number (item, "bus") & 0xff, slot,
                                      function,
                                      (guint) drover_json_get_number (id, "vendor") & 0xffff,
                                      (guint) drover_json_get_number (id, "device") & 0xffff);
      if (device != NULL)
        adopt (node, device);
      g_list_store_append (parent->children, node);
      read_pci (node, drover_json_get_array (bridge, "devices"),
                device != NULL ? find_pci_bus (device) : NULL, depth + 1);
    }
}

/* Returns: (transfer full) (nullable): what a guest finds on its PCI buses */
DroverDeviceNode *
_drover_device_load_pci (DroverDeviceLoad *load, GError **error)
{
  g_autoptr (JsonNode) buses =
    dex_await_boxed (drover_qmp_execute (load->qmp, "query-pci", NULL), error);
  g_autoptr (DroverDeviceNode) root = drover_device_node_new ("", NULL, NULL);
  g_autoptr (DroverDeviceNode) devices = NULL;
  JsonArray *array = drover_json_as_array (buses);

  if (buses == NULL || (devices = _drover_device_load_buses (load, error)) == NULL)
    return NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *bus = drover_json_get_item (array, i);

      read_pci (root, drover_json_get_array (bus, "devices"),
                drover_json_get_number (bus, "bus") == 0 ? find_pci_bus (devices) : NULL, 0);
    }

  return g_steal_pointer (&root);
}

/* USB */

/* The devices on the USB buses at or below @node, hubs with what is behind them. */
static void
copy_usb (DroverDeviceNode *node, DroverDeviceNode *parent, GHashTable *lines)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (node->children));
  gboolean is_usb = node->is_bus && g_strcmp0 (node->type, "usb-bus") == 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (DroverDeviceNode) child =
        g_list_model_get_item (G_LIST_MODEL (node->children), i);
      DroverDeviceNode *below = parent;

      if (is_usb)
        {
          g_autoptr (DroverDeviceNode) copy =
            drover_device_node_new (child->name, child->type, child->path);
          const char *line = child->id != NULL ? g_hash_table_lookup (lines, child->id) : NULL;

          adopt (copy, child);
          copy->detail = g_strdup (line);
          g_list_store_append (parent->children, copy);
          below = copy;
        }
      copy_usb (child, below, lines);
    }
}

/* `  Device 0.1, Port 1, Speed 480 Mb/s, Product QEMU USB Tablet, ID: tablet0` */
static GHashTable *
read_usb (const char *text)
{
  GHashTable *lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) split = g_strsplit (text != NULL ? text : "", "\n", -1);

  for (guint i = 0; split[i] != NULL; i++)
    {
      char *line = g_strstrip (split[i]);
      char *id = strstr (line, ", ID: ");

      if (id != NULL)
        g_hash_table_replace (lines, g_strdup (id + strlen (", ID: ")),
                              g_strndup (line, id - line));
    }

  return lines;
}

/* Returns: (transfer full) (nullable): what is plugged into the USB ports */
DroverDeviceNode *
_drover_device_load_usb (DroverDeviceLoad *load, GError **error)
{
  g_autoptr (DroverDeviceNode) devices = _drover_device_load_buses (load, error);
  g_autoptr (DroverDeviceNode) root = drover_device_node_new ("", NULL, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GHashTable) lines = NULL;

  if (devices == NULL)
    return NULL;

  text = _drover_device_load_await_text (drover_qmp_execute (
    load->qmp, "human-monitor-command",
    drover_json_new_strings ("command-line", "info usb", NULL)));
  lines = read_usb (text);
  copy_usb (devices, root, lines);
  return g_steal_pointer (&root);
}
