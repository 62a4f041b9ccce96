/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-device-load.h"
#include "drover-json.h"

/* Buses, and what is plugged into them, as HMP's `info qtree` has it. */

#define SYSTEM_BUS "/machine/unattached/sysbus"

static gboolean
load_bus_types (DroverDeviceLoad *load, GError **error)
{
  g_autoptr (JsonNode) node = dex_await_boxed (
    drover_qmp_execute (load->qmp, "qom-list-types",
                        drover_json_new_strings ("implements", "bus", NULL)),
    error);
  JsonArray *array = drover_json_as_array (node);

  if (node == NULL)
    return FALSE;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      const char *name = drover_json_get_text (drover_json_get_item (array, i), "name");

      if (name != NULL)
        g_hash_table_add (load->bus_types, g_strdup (name));
    }
  return TRUE;
}

static DroverDeviceNode *
new_device (const char *path, const char *type)
{
  const char *id = g_str_has_prefix (path, DROVER_DEVICE_PERIPHERAL)
                     ? path + strlen (DROVER_DEVICE_PERIPHERAL)
                     : NULL;
  DroverDeviceNode *node = drover_device_node_new (
    id != NULL || type == NULL ? _drover_device_get_tail (path) : type, type, path);

  /* What is inside of a device was made by the same argument. */
  if (id != NULL)
    node->id = g_strndup (id, strcspn (id, "/"));
  return node;
}

static void
read_devfn (DroverDeviceLoad *load, DroverDeviceNode *node)
{
  g_autoptr (JsonNode) value =
    dex_await_boxed (_drover_device_load_get (load, node->path, "addr"), NULL);
  gint64 devfn = value != NULL && json_node_get_value_type (value) == G_TYPE_INT64
                   ? json_node_get_int (value)
                   : -1;

  if (devfn < 0 || devfn > 0xff)
    return;
  node->devfn = devfn;
  node->detail = g_strdup_printf ("%02x.%x", node->devfn >> 3, node->devfn & 7);
}

static void load_bus (DroverDeviceLoad *load, DroverDeviceNode *parent, const char *path,
                      const char *type, guint depth);

static void
load_device (DroverDeviceLoad *load, DroverDeviceNode *parent, const char *path, guint depth)
{
  g_autofree char *type = NULL;
  g_autoptr (JsonNode) list = NULL;
  g_autoptr (DroverDeviceNode) node = NULL;
  JsonArray *array;

  if (depth > DROVER_DEVICE_DEEPEST || load->n_nodes++ > DROVER_DEVICE_MOST_NODES ||
      !g_hash_table_add (load->visited, g_strdup (path)))
    return;

  type = _drover_device_load_await_text (_drover_device_load_get (load, path, "type"));
  node = new_device (path, type);
  g_list_store_append (parent->children, node);
  list = dex_await_boxed (_drover_device_load_list (load, path), NULL);
  array = drover_json_as_array (list);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *item = drover_json_get_item (array, i);
      const char *name = drover_json_get_text (item, "name");
      g_autofree char *child =
        _drover_device_dup_child_type (drover_json_get_text (item, "type"));

      if (name == NULL)
        continue;
      if (child != NULL && g_hash_table_contains (load->bus_types, child))
        {
          g_autofree char *bus = g_strdup_printf ("%s/%s", path, name);

          load_bus (load, node, bus, child, depth + 1);
        }
      else if (g_str_equal (name, "addr"))
        read_devfn (load, node);
      else if (_drover_device_is_backend (name))
        _drover_device_load_backend (load, node, name);
    }
}

static void
load_bus (DroverDeviceLoad *load, DroverDeviceNode *parent, const char *path, const char *type,
          guint depth)
{
  g_autoptr (JsonNode) list = dex_await_boxed (_drover_device_load_list (load, path), NULL);
  g_autoptr (DroverDeviceNode) node =
    drover_device_node_new (_drover_device_get_tail (path), type, path);
  JsonArray *array = drover_json_as_array (list);

  if (depth > DROVER_DEVICE_DEEPEST || load->n_nodes++ > DROVER_DEVICE_MOST_NODES)
    return;

  node->is_bus = TRUE;
  g_list_store_append (parent->children, node);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      const char *name = drover_json_get_text (drover_json_get_item (array, i), "name");
      g_autofree char *device = NULL;

      if (name == NULL || !g_str_has_prefix (name, "child["))
        continue;
      device = _drover_device_load_await_text (_drover_device_load_get (load, path, name));
      if (device != NULL && *device != '\0')
        load_device (load, node, device, depth + 1);
    }
}

/* Those of -device that are on no bus, such as processors. */
static void
load_others (DroverDeviceLoad *load, DroverDeviceNode *root, const char *folder)
{
  g_autofree char *parent = g_strndup (folder, strlen (folder) - 1);
  g_autoptr (JsonNode) list = dex_await_boxed (_drover_device_load_list (load, parent), NULL);
  JsonArray *array = drover_json_as_array (list);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *item = drover_json_get_item (array, i);
      const char *name = drover_json_get_text (item, "name");
      g_autofree char *child =
        _drover_device_dup_child_type (drover_json_get_text (item, "type"));
      g_autofree char *path = g_strconcat (folder, name, NULL);

      if (child != NULL && name != NULL && !g_hash_table_contains (load->visited, path))
        load_device (load, root, path, 0);
    }
}

/* Returns: (transfer full) (nullable): what holds the system's bus and those on none */
DroverDeviceNode *
_drover_device_load_buses (DroverDeviceLoad *load, GError **error)
{
  g_autoptr (DroverDeviceNode) root = drover_device_node_new ("", NULL, NULL);

  if (!load_bus_types (load, error))
    return NULL;

  load_bus (load, root, SYSTEM_BUS, "System", 0);
  load_others (load, root, DROVER_DEVICE_PERIPHERAL);
  load_others (load, root, DROVER_DEVICE_ANONYMOUS);
  _drover_device_load_settle (load, root);
  return g_steal_pointer (&root);
}
