/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "drover-agent-run.h"
#include "drover-device-private.h"
#include "drover-device-tree.h"
#include "drover-dex.h"
#include "drover-error.h"
#include "drover-json.h"

#define MACHINE "/machine"
#define PERIPHERAL "/machine/peripheral/"
#define ANONYMOUS "/machine/peripheral-anon/"
#define SYSTEM_BUS "/machine/unattached/sysbus"

/* No machine has as many; what goes round in circles ends here. */
#define MOST_NODES 20000
#define DEEPEST 40

/* What a device property means by a name: something of the host's side. */
static const char *const backend_properties[] = { "drive", "netdev", "chardev", "audiodev",
                                                  "fsdev", "tpmdev", "memdev",  "rng",
                                                  "cryptodev", NULL };

typedef struct
{
  DroverRun *run;
  DroverQmp *qmp;
  DroverDeviceView view;
  DroverDeviceNode *node;
  gboolean all;

  GHashTable *bus_types; /* set of char * */
  GHashTable *visited;   /* set of char *: the paths of devices */
  GHashTable *ordinals;  /* type → how many of them had no id so far */
  GPtrArray *arguments;
  guint n_nodes;
} Load;

static void
load_free (gpointer data)
{
  Load *load = data;

  g_object_unref (load->run);
  g_object_unref (load->qmp);
  g_clear_object (&load->node);
  g_hash_table_unref (load->bus_types);
  g_hash_table_unref (load->visited);
  g_hash_table_unref (load->ordinals);
  g_clear_pointer (&load->arguments, g_ptr_array_unref);
  g_free (load);
}

static Load *
load_new (DroverRun *run)
{
  Load *load = g_new0 (Load, 1);

  load->run = g_object_ref (run);
  load->qmp = g_object_ref (drover_run_get_qmp (run));
  load->bus_types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  load->visited = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  load->ordinals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  load->arguments = drover_run_dup_arguments (run);
  return load;
}

static DexFuture *
list_path (DroverQmp *qmp, const char *path)
{
  return drover_qmp_execute (qmp, "qom-list", drover_json_new_strings ("path", path, NULL));
}

static DexFuture *
get_property (DroverQmp *qmp, const char *path, const char *property)
{
  return drover_qmp_execute (qmp, "qom-get",
                             drover_json_new_strings ("path", path, "property", property, NULL));
}

static char *
await_text (DexFuture *future)
{
  g_autoptr (JsonNode) node = dex_await_boxed (future, NULL);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_dup_string (node)
           : NULL;
}

static JsonArray *
get_array (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static JsonObject *
get_item (JsonArray *array, guint i)
{
  JsonNode *node = json_array_get_element (array, i);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static const char *
get_text (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : NULL;
}

static gint64
get_number (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node)
                                                                         : 0;
}

static JsonObject *
get_object (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonArray *
get_list (JsonObject *object, const char *member)
{
  return object != NULL ? get_array (json_object_get_member (object, member)) : NULL;
}

/* The type in `child<TYPE>`; %NULL for anything else. */
static char *
dup_child_type (const char *type)
{
  return type != NULL && g_str_has_prefix (type, "child<") && g_str_has_suffix (type, ">")
           ? g_strndup (type + 6, strlen (type) - 7)
           : NULL;
}

static void
settle_origin (Load *load, DroverDeviceNode *node)
{
  if (load->arguments != NULL && drover_device_node_find_argument (node, load->arguments) >= 0)
    node->origin = DROVER_DEVICE_ORIGIN_ARGUMENT;
  else if (node->id != NULL || node->ordinal >= 0)
    node->origin = DROVER_DEVICE_ORIGIN_LATER;
  else
    node->origin = DROVER_DEVICE_ORIGIN_BOARD;
}

static void
append (DroverDeviceNode *parent, DroverDeviceNode *child)
{
  g_list_store_append (parent->children, child);
}

/* Buses and devices */

static gboolean
load_bus_types (Load *load, GError **error)
{
  g_autoptr (JsonNode) node = dex_await_boxed (
    drover_qmp_execute (load->qmp, "qom-list-types",
                        drover_json_new_strings ("implements", "bus", NULL)),
    error);
  JsonArray *array = get_array (node);

  if (node == NULL)
    return FALSE;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (get_text (get_item (array, i), "name") != NULL)
      g_hash_table_add (load->bus_types, g_strdup (get_text (get_item (array, i), "name")));
  return TRUE;
}

static const char *
get_tail (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash != NULL ? slash + 1 : path;
}

static DroverDeviceNode *
new_device (Load *load, const char *path, const char *type)
{
  const char *id = g_str_has_prefix (path, PERIPHERAL) ? path + sizeof PERIPHERAL - 1 : NULL;
  DroverDeviceNode *node =
    drover_device_node_new (id != NULL || type == NULL ? get_tail (path) : type, type, path);

  /* What is inside of a device was made by the same argument. */
  if (id != NULL)
    node->id = g_strndup (id, strcspn (id, "/"));
  return node;
}

/* -device without an id: those of one type are numbered in the order of their making. */
static int
compare_anonymous (gconstpointer a, gconstpointer b)
{
  const DroverDeviceNode *first = *(DroverDeviceNode *const *) a;
  const DroverDeviceNode *second = *(DroverDeviceNode *const *) b;

  return atoi (get_tail (first->path) + strlen ("device[")) -
         atoi (get_tail (second->path) + strlen ("device["));
}

static void
collect (DroverDeviceNode *node, GPtrArray *devices)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (node->children));

  if (!node->is_bus && node->path != NULL)
    g_ptr_array_add (devices, node);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (DroverDeviceNode) child =
        g_list_model_get_item (G_LIST_MODEL (node->children), i);

      collect (child, devices);
    }
}

static void
settle_all (Load *load, DroverDeviceNode *root)
{
  g_autoptr (GPtrArray) devices = g_ptr_array_new ();
  g_autoptr (GPtrArray) anonymous = g_ptr_array_new ();

  collect (root, devices);
  for (guint i = 0; i < devices->len; i++)
    {
      const DroverDeviceNode *device = devices->pdata[i];

      if (g_str_has_prefix (device->path, ANONYMOUS "device["))
        g_ptr_array_add (anonymous, devices->pdata[i]);
    }
  g_ptr_array_sort (anonymous, compare_anonymous);
  for (guint i = 0; i < anonymous->len; i++)
    {
      DroverDeviceNode *device = anonymous->pdata[i];
      const char *type = device->type != NULL ? device->type : "";

      device->ordinal = GPOINTER_TO_INT (g_hash_table_lookup (load->ordinals, type));
      g_hash_table_replace (load->ordinals, g_strdup (type),
                            GINT_TO_POINTER (device->ordinal + 1));
    }
  for (guint i = 0; i < devices->len; i++)
    settle_origin (load, devices->pdata[i]);
}

static void load_bus (Load *load, DroverDeviceNode *parent, const char *path, const char *type,
                      guint depth);

static void
read_devfn (Load *load, DroverDeviceNode *node)
{
  g_autoptr (JsonNode) value = dex_await_boxed (get_property (load->qmp, node->path, "addr"), NULL);
  gint64 devfn = value != NULL && json_node_get_value_type (value) == G_TYPE_INT64
                   ? json_node_get_int (value)
                   : -1;

  if (devfn < 0 || devfn > 0xff)
    return;
  node->devfn = devfn;
  node->detail = g_strdup_printf ("%02x.%x", node->devfn >> 3, node->devfn & 7);
}

static void
load_device (Load *load, DroverDeviceNode *parent, const char *path, guint depth)
{
  g_autofree char *type = NULL;
  g_autoptr (JsonNode) list = NULL;
  g_autoptr (DroverDeviceNode) node = NULL;
  JsonArray *array;

  if (depth > DEEPEST || load->n_nodes++ > MOST_NODES ||
      !g_hash_table_add (load->visited, g_strdup (path)))
    return;

  type = await_text (get_property (load->qmp, path, "type"));
  node = new_device (load, path, type);
  append (parent, node);
  list = dex_await_boxed (list_path (load->qmp, path), NULL);
  array = get_array (list);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *item = get_item (array, i);
      const char *name = get_text (item, "name");
      g_autofree char *child = dup_child_type (get_text (item, "type"));

      if (name == NULL)
        continue;
      if (child != NULL && g_hash_table_contains (load->bus_types, child))
        {
          g_autofree char *bus = g_strdup_printf ("%s/%s", path, name);

          load_bus (load, node, bus, child, depth + 1);
        }
      else if (g_str_equal (name, "addr"))
        read_devfn (load, node);
      else if (g_strv_contains (backend_properties, name))
        {
          char *backend = await_text (get_property (load->qmp, path, name));

          if (backend != NULL && *backend != '\0')
            g_ptr_array_add (node->backends, g_strdup (get_tail (backend)));
          g_free (backend);
        }
    }
}

static void
load_bus (Load *load, DroverDeviceNode *parent, const char *path, const char *type, guint depth)
{
  g_autoptr (JsonNode) list = dex_await_boxed (list_path (load->qmp, path), NULL);
  g_autoptr (DroverDeviceNode) node = drover_device_node_new (get_tail (path), type, path);
  JsonArray *array = get_array (list);

  if (depth > DEEPEST || load->n_nodes++ > MOST_NODES)
    return;

  node->is_bus = TRUE;
  node->origin = parent->origin;
  append (parent, node);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      const char *name = get_text (get_item (array, i), "name");
      g_autofree char *device = NULL;

      if (name == NULL || !g_str_has_prefix (name, "child["))
        continue;
      device = await_text (get_property (load->qmp, path, name));
      if (device != NULL && *device != '\0')
        load_device (load, node, device, depth + 1);
    }
}

/* Those of -device that are on no bus, such as processors. */
static void
load_others (Load *load, DroverDeviceNode *root, const char *folder)
{
  g_autofree char *parent = g_strndup (folder, strlen (folder) - 1);
  g_autoptr (JsonNode) list = dex_await_boxed (list_path (load->qmp, parent), NULL);
  JsonArray *array = get_array (list);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *child = dup_child_type (get_text (get_item (array, i), "type"));
      g_autofree char *path = NULL;

      if (child == NULL)
        continue;
      path = g_strconcat (folder, get_text (get_item (array, i), "name"), NULL);
      if (!g_hash_table_contains (load->visited, path))
        load_device (load, root, path, 0);
    }
}

static DroverDeviceNode *
load_buses (Load *load, GError **error)
{
  g_autoptr (DroverDeviceNode) root = drover_device_node_new ("", NULL, NULL);

  if (!load_bus_types (load, error))
    return NULL;

  load_bus (load, root, SYSTEM_BUS, "System", 0);
  load_others (load, root, PERIPHERAL);
  load_others (load, root, ANONYMOUS);
  settle_all (load, root);
  return g_steal_pointer (&root);
}

/* PCI */

static void
adopt (DroverDeviceNode *node, DroverDeviceNode *device)
{
  g_set_str (&node->path, device->path);
  g_set_str (&node->id, device->id);
  g_set_str (&node->type, device->type);
  node->ordinal = device->ordinal;
  node->origin = device->origin;
  for (guint i = 0; i < device->backends->len; i++)
    g_ptr_array_add (node->backends, g_strdup (device->backends->pdata[i]));
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
  for (guint i = 0; devices != NULL && depth < DEEPEST && i < json_array_get_length (devices); i++)
    {
      JsonObject *item = get_item (devices, i);
      JsonObject *class_info = get_object (item, "class_info");
      JsonObject *id = get_object (item, "id");
      JsonArray *below = get_list (get_object (item, "pci_bridge"), "devices");
      const char *qdev_id = get_text (item, "qdev_id");
      const char *description = get_text (class_info, "desc");
      int devfn = (int) (get_number (item, "slot") << 3 | get_number (item, "function"));
      DroverDeviceNode *device = find_devfn (bus, devfn);
      g_autoptr (DroverDeviceNode) node = NULL;

      if (item == NULL)
        continue;
      node = drover_device_node_new (qdev_id != NULL && *qdev_id != '\0' ? qdev_id
                                     : description != NULL               ? description
                                                                         : _("PCI device"),
                                     description, NULL);
      node->devfn = devfn;
      node->detail = g_strdup_printf (
        "%02x:%02x.%x · %04x:%04x", (guint) get_number (item, "bus") & 0xff, (guint) devfn >> 3,
        (guint) devfn & 7, (guint) get_number (id, "vendor") & 0xffff,
        (guint) get_number (id, "device") & 0xffff);
      if (device != NULL)
        adopt (node, device);
      append (parent, node);
      read_pci (node, below, device != NULL ? find_pci_bus (device) : NULL, depth + 1);
    }
}

static DroverDeviceNode *
load_pci (Load *load, GError **error)
{
  g_autoptr (JsonNode) buses =
    dex_await_boxed (drover_qmp_execute (load->qmp, "query-pci", NULL), error);
  g_autoptr (DroverDeviceNode) root = drover_device_node_new ("", NULL, NULL);
  g_autoptr (DroverDeviceNode) devices = NULL;
  JsonArray *array = get_array (buses);

  if (buses == NULL || (devices = load_buses (load, error)) == NULL)
    return NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *bus = get_item (array, i);

      read_pci (root, get_list (bus, "devices"),
                get_number (bus, "bus") == 0 ? find_pci_bus (devices) : NULL, 0);
    }

  return g_steal_pointer (&root);
}

/* USB */

/* The devices on the USB buses at or below @node, hubs with what is behind them. */
static void
copy_usb (Load *load, DroverDeviceNode *node, DroverDeviceNode *parent, GHashTable *lines)
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
          append (parent, copy);
          below = copy;
        }
      copy_usb (load, child, below, lines);
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

static DroverDeviceNode *
load_usb (Load *load, GError **error)
{
  g_autoptr (DroverDeviceNode) devices = load_buses (load, error);
  g_autoptr (DroverDeviceNode) root = drover_device_node_new ("", NULL, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GHashTable) lines = NULL;

  if (devices == NULL)
    return NULL;

  text = await_text (drover_qmp_execute (
    load->qmp, "human-monitor-command", drover_json_new_strings ("command-line", "info usb", NULL)));
  lines = read_usb (text);
  copy_usb (load, devices, root, lines);
  return g_steal_pointer (&root);
}

/* Objects */

/* These have nothing below them, and there are thousands. */
static gboolean
is_leaf (const char *type)
{
  static const char *const types[] = { "irq", "memory-region", "qemu:memory-region", "clock",
                                       NULL };

  return g_strv_contains (types, type);
}

static gboolean
load_children (Load *load, DroverDeviceNode *node, guint depth, GError **error)
{
  g_autoptr (JsonNode) list = NULL;
  JsonArray *array;

  if (!node->lazy || depth > DEEPEST)
    return TRUE;

  if (!node->loaded)
    {
      list = dex_await_boxed (list_path (load->qmp, node->path), error);
      if (list == NULL)
        return FALSE;
    }

  /* Somebody else may have been quicker. */
  array = node->loaded ? NULL : get_array (list);
  node->loaded = TRUE;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      const char *name = get_text (get_item (array, i), "name");
      g_autofree char *type = dup_child_type (get_text (get_item (array, i), "type"));
      g_autofree char *path = NULL;
      g_autoptr (DroverDeviceNode) child = NULL;

      if (type == NULL || name == NULL)
        continue;
      path = g_strdup_printf ("%s/%s", g_str_equal (node->path, "/") ? "" : node->path, name);
      child = drover_device_node_new (name, type, path);
      child->lazy = !is_leaf (type);
      if (g_str_equal (node->path, "/machine/peripheral") || g_str_equal (node->path, "/objects"))
        child->id = g_strdup (name);
      settle_origin (load, child);
      append (node, child);
    }

  for (guint i = 0; load->all && i < g_list_model_get_n_items (G_LIST_MODEL (node->children)); i++)
    {
      g_autoptr (DroverDeviceNode) child =
        g_list_model_get_item (G_LIST_MODEL (node->children), i);

      if (load->n_nodes++ > MOST_NODES)
        break;
      if (!load_children (load, child, depth + 1, error))
        return FALSE;
    }
  return TRUE;
}

static DroverDeviceNode *
load_objects (Load *load, GError **error)
{
  g_autoptr (DroverDeviceNode) root = drover_device_node_new ("/", NULL, "/");

  root->lazy = TRUE;
  return load_children (load, root, 0, error) ? g_steal_pointer (&root) : NULL;
}

static DexFuture *
load_fiber (gpointer user_data)
{
  static DroverDeviceNode *(*const loaders[]) (Load *load, GError **error) = {
    [DROVER_DEVICE_VIEW_BUSES] = load_buses,
    [DROVER_DEVICE_VIEW_PCI] = load_pci,
    [DROVER_DEVICE_VIEW_USB] = load_usb,
    [DROVER_DEVICE_VIEW_OBJECTS] = load_objects,
  };
  Load *load = user_data;
  g_autoptr (GError) error = NULL;
  DroverDeviceNode *root = loaders[load->view](load, &error);

  return root != NULL ? dex_future_new_take_object (root)
                      : dex_future_new_for_error (g_steal_pointer (&error));
}

static DexFuture *
not_live (void)
{
  return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                _("The machine is not running"));
}

/**
 * drover_device_tree_load:
 * @run: a machine
 * @view: how to look at it
 *
 * Asks QEMU what there is (`qom-list`, `query-pci`, `info usb`). Nothing is asked again by itself.
 *
 * Returns: (transfer full): a future of a #DroverDeviceNode, whose children are the first level
 */
DexFuture *
drover_device_tree_load (DroverRun *run, DroverDeviceView view)
{
  Load *load;

  dex_return_error_if_fail (DROVER_IS_RUN (run));

  if (drover_run_get_qmp (run) == NULL)
    return not_live ();
  load = load_new (run);
  load->view = view;
  return drover_dex_spawn (load_fiber, load, load_free);
}

static DexFuture *
children_fiber (gpointer user_data)
{
  Load *load = user_data;
  g_autoptr (GError) error = NULL;

  return load_children (load, load->node, 0, &error)
           ? dex_future_new_true ()
           : dex_future_new_for_error (g_steal_pointer (&error));
}

/**
 * drover_device_node_load_children:
 * @run: the machine that it is of
 * @all: also theirs, and so on
 *
 * Fills the list of a node's children, unless it is filled already.
 *
 * Returns: (transfer full): a future
 */
DexFuture *
drover_device_node_load_children (DroverDeviceNode *self, DroverRun *run, gboolean all)
{
  Load *load;

  dex_return_error_if_fail (DROVER_IS_DEVICE_NODE (self));
  dex_return_error_if_fail (DROVER_IS_RUN (run));

  if (drover_run_get_qmp (run) == NULL)
    return not_live ();
  load = load_new (run);
  load->node = g_object_ref (self);
  load->all = all;
  return drover_dex_spawn (children_fiber, load, load_free);
}
