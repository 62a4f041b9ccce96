/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-device-load.h"
#include "drover-device-tree.h"
#include "drover-dex.h"
#include "drover-error.h"
#include "drover-json.h"

/* What is in a running machine. QEMU's objects are asked for level by level. */

/* These have nothing below them, and there are thousands. */
static gboolean
is_leaf (const char *type)
{
  static const char *const types[] = { "irq", "memory-region", "qemu:memory-region", "clock",
                                       NULL };

  return g_strv_contains (types, type);
}

/* What the board made stands in these, and what a -device without an id did. */
static gboolean
has_devices (DroverDeviceNode *folder)
{
  static const char *const folders[] = { "/machine", "/machine/unattached",
                                         "/machine/peripheral-anon", NULL };

  return g_strv_contains (folders, folder->path);
}

static void
load_backends (DroverDeviceLoad *load, DroverDeviceNode *node)
{
  g_autoptr (JsonNode) list = dex_await_boxed (_drover_device_load_list (load, node->path), NULL);
  JsonArray *array = drover_json_as_array (list);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      const char *name = drover_json_get_text (drover_json_get_item (array, i), "name");

      if (name != NULL && _drover_device_is_backend (name))
        _drover_device_load_backend (load, node, name);
    }
}

/* What is inside of a thing was made with it. */
static DroverDeviceNode *
new_child (DroverDeviceNode *parent, JsonObject *item)
{
  const char *name = drover_json_get_text (item, "name");
  g_autofree char *type = _drover_device_dup_child_type (drover_json_get_text (item, "type"));
  g_autofree char *path = NULL;
  DroverDeviceNode *child;

  if (type == NULL || name == NULL)
    return NULL;

  path = g_strdup_printf ("%s/%s", g_str_equal (parent->path, "/") ? "" : parent->path, name);
  child = drover_device_node_new (name, type, path);
  child->lazy = !is_leaf (type);
  if (g_str_equal (parent->path, "/machine/peripheral") || g_str_equal (parent->path, "/objects"))
    child->id = g_strdup (name);
  else
    _drover_device_node_inherit (child, parent);
  return child;
}

static GPtrArray *
load_list (DroverDeviceLoad *load, DroverDeviceNode *node, GError **error)
{
  g_autoptr (JsonNode) list =
    dex_await_boxed (_drover_device_load_list (load, node->path), error);
  g_autoptr (GPtrArray) children = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) devices = g_ptr_array_new ();
  JsonArray *array = drover_json_as_array (list);

  if (list == NULL)
    return NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      DroverDeviceNode *child = new_child (node, drover_json_get_item (array, i));

      if (child == NULL)
        continue;
      g_ptr_array_add (children, child);
      if (has_devices (node) && child->lazy)
        load_backends (load, child);
      if (has_devices (node) || child->id != NULL)
        g_ptr_array_add (devices, child);
    }
  _drover_device_load_settle_devices (load, devices);
  return g_steal_pointer (&children);
}

static gboolean
load_children (DroverDeviceLoad *load, DroverDeviceNode *node, guint depth, GError **error)
{
  if (!node->lazy || depth > DROVER_DEVICE_DEEPEST)
    return TRUE;

  if (!node->loaded)
    {
      g_autoptr (GPtrArray) children = load_list (load, node, error);

      if (children == NULL)
        return FALSE;

      /* Somebody else may have been quicker. */
      for (guint i = 0; !node->loaded && i < children->len; i++)
        g_list_store_append (node->children, children->pdata[i]);
      node->loaded = TRUE;
    }

  for (guint i = 0; load->all && i < g_list_model_get_n_items (G_LIST_MODEL (node->children)); i++)
    {
      g_autoptr (DroverDeviceNode) child =
        g_list_model_get_item (G_LIST_MODEL (node->children), i);

      if (load->n_nodes++ > DROVER_DEVICE_MOST_NODES)
        break;
      if (!load_children (load, child, depth + 1, error))
        return FALSE;
    }
  return TRUE;
}

static DroverDeviceNode *
load_objects (DroverDeviceLoad *load, GError **error)
{
  g_autoptr (DroverDeviceNode) root = drover_device_node_new ("/", NULL, "/");

  root->lazy = TRUE;
  return load_children (load, root, 0, error) ? g_steal_pointer (&root) : NULL;
}

static DexFuture *
load_fiber (gpointer user_data)
{
  static DroverDeviceNode *(*const loaders[]) (DroverDeviceLoad *load, GError **error) = {
    [DROVER_DEVICE_VIEW_BUSES] = _drover_device_load_buses,
    [DROVER_DEVICE_VIEW_PCI] = _drover_device_load_pci,
    [DROVER_DEVICE_VIEW_USB] = _drover_device_load_usb,
    [DROVER_DEVICE_VIEW_OBJECTS] = load_objects,
  };
  DroverDeviceLoad *load = user_data;
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
  DroverDeviceLoad *load;

  dex_return_error_if_fail (DROVER_IS_RUN (run));

  if (drover_run_get_qmp (run) == NULL)
    return not_live ();
  load = _drover_device_load_new (run);
  load->view = view;
  return drover_dex_spawn (load_fiber, load, _drover_device_load_free);
}

static DexFuture *
children_fiber (gpointer user_data)
{
  DroverDeviceLoad *load = user_data;
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
  DroverDeviceLoad *load;

  dex_return_error_if_fail (DROVER_IS_DEVICE_NODE (self));
  dex_return_error_if_fail (DROVER_IS_RUN (run));

  if (drover_run_get_qmp (run) == NULL)
    return not_live ();
  load = _drover_device_load_new (run);
  load->node = g_object_ref (self);
  load->all = all;
  return drover_dex_spawn (children_fiber, load, _drover_device_load_free);
}
