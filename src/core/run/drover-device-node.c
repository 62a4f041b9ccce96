/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-device-private.h"
#include "drover-reference.h"

G_DEFINE_FINAL_TYPE (DroverDeviceNode, drover_device_node, G_TYPE_OBJECT)

static void
drover_device_node_finalize (GObject *object)
{
  DroverDeviceNode *self = DROVER_DEVICE_NODE (object);

  g_free (self->name);
  g_free (self->type);
  g_free (self->path);
  g_free (self->id);
  g_free (self->detail);
  g_ptr_array_unref (self->backends);
  g_object_unref (self->children);

  G_OBJECT_CLASS (drover_device_node_parent_class)->finalize (object);
}

static void
drover_device_node_class_init (DroverDeviceNodeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_device_node_finalize;
}

static void
drover_device_node_init (DroverDeviceNode *self)
{
  self->backends = g_ptr_array_new_with_free_func (g_free);
  self->children = g_list_store_new (DROVER_TYPE_DEVICE_NODE);
  self->ordinal = -1;
  self->devfn = -1;
}

/**
 * drover_device_node_new:
 * @name: what it is called
 * @type: (nullable): its QOM type, or what kind of thing it is
 * @path: (nullable): where it is among QEMU's objects
 *
 * Returns: (transfer full): a node without children
 */
DroverDeviceNode *
drover_device_node_new (const char *name, const char *type, const char *path)
{
  DroverDeviceNode *self = g_object_new (DROVER_TYPE_DEVICE_NODE, NULL);

  self->name = g_strdup (name);
  self->type = g_strdup (type);
  self->path = g_strdup (path);
  return self;
}

/**
 * drover_device_node_get_name:
 *
 * Returns: what it is called: its id where it has one
 */
const char *
drover_device_node_get_name (DroverDeviceNode *self)
{
  return self->name;
}

/**
 * drover_device_node_get_type_name:
 *
 * Returns: (nullable): its type, as `-device` takes it
 */
const char *
drover_device_node_get_type_name (DroverDeviceNode *self)
{
  return self->type;
}

/**
 * drover_device_node_get_path:
 *
 * Returns: (nullable): its path among QEMU's objects (QOM)
 */
const char *
drover_device_node_get_path (DroverDeviceNode *self)
{
  return self->path;
}

/**
 * drover_device_node_get_id:
 *
 * Returns: (nullable): the id that somebody gave it
 */
const char *
drover_device_node_get_id (DroverDeviceNode *self)
{
  return self->id;
}

/**
 * drover_device_node_get_detail:
 *
 * Returns: (nullable): where it is on its bus and the like
 */
const char *
drover_device_node_get_detail (DroverDeviceNode *self)
{
  return self->detail;
}

/**
 * drover_device_node_is_bus:
 *
 * Returns: whether devices are plugged into it
 */
gboolean
drover_device_node_is_bus (DroverDeviceNode *self)
{
  return self->is_bus;
}

/**
 * drover_device_node_may_have_children:
 *
 * Returns: whether it has children, or nobody has looked yet
 */
gboolean
drover_device_node_may_have_children (DroverDeviceNode *self)
{
  return (self->lazy && !self->loaded) ||
         g_list_model_get_n_items (G_LIST_MODEL (self->children)) > 0;
}

/**
 * drover_device_node_get_children:
 *
 * Returns: (transfer none): a list of #DroverDeviceNode
 */
GListModel *
drover_device_node_get_children (DroverDeviceNode *self)
{
  return G_LIST_MODEL (self->children);
}

/**
 * drover_device_node_get_origin:
 *
 * Returns: why it is there
 */
DroverDeviceOrigin
drover_device_node_get_origin (DroverDeviceNode *self)
{
  return self->origin;
}

/* `virtio-blk` is virtio-blk-pci on one board and virtio-blk-ccw on another. */
static gboolean
is_type (const char *driver, const char *type)
{
  static const char *const endings[] = { "", "-pci", "-ccw", "-device" };

  if (driver == NULL || type == NULL || !g_str_has_prefix (type, driver))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_equal (type + strlen (driver), endings[i]))
      return TRUE;
  return FALSE;
}

static int
find_nth (DroverReferences *references, const char *type, int ordinal)
{
  for (guint i = 0; i < references->fields->len; i++)
    {
      const DroverFields *fields = references->fields->pdata[i];

      if (fields->enabled && drover_fields_are (fields, "device") &&
          drover_fields_get (fields, "id") == NULL &&
          is_type (drover_fields_get (fields, "driver"), type) && ordinal-- == 0)
        return i;
    }

  return -1;
}

/* A device that the board makes for `-drive if=ide`, `-nic` or `-serial` uses what they make. */
static int
find_by_backend (DroverReferences *references, const char *id)
{
  static const DroverNamespace names[] = {
    DROVER_NAMESPACE_BLOCK,    DROVER_NAMESPACE_NETDEV, DROVER_NAMESPACE_CHARDEV,
    DROVER_NAMESPACE_AUDIODEV, DROVER_NAMESPACE_FSDEV,  DROVER_NAMESPACE_TPMDEV,
    DROVER_NAMESPACE_OBJECT,
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      int argument = drover_references_find (references, names[i], id);

      if (argument >= 0)
        return argument;
    }

  return -1;
}

/**
 * drover_device_node_find_argument:
 * @arguments: (element-type DroverArgument): a machine's arguments, those that run or those that
 *   are being edited
 *
 * Looks for the argument that made this: by its id, by its place among those of its type that
 * have none, else by what it uses.
 *
 * Returns: its index, or -1
 */
int
drover_device_node_find_argument (DroverDeviceNode *self, GPtrArray *arguments)
{
  g_autoptr (DroverReferences) references = NULL;
  int found = -1;

  g_return_val_if_fail (DROVER_IS_DEVICE_NODE (self), -1);

  references = drover_references_new (arguments);
  if (self->id != NULL)
    {
      gboolean is_object = self->path != NULL && g_str_has_prefix (self->path, "/objects/");

      return drover_references_find (
        references, is_object ? DROVER_NAMESPACE_OBJECT : DROVER_NAMESPACE_DEVICE, self->id);
    }
  if (self->ordinal >= 0)
    found = find_nth (references, self->type, self->ordinal);
  for (guint i = 0; found < 0 && i < self->backends->len; i++)
    found = find_by_backend (references, self->backends->pdata[i]);
  return found;
}

static gboolean
contains (const char *where, const char *folded)
{
  g_autofree char *text = where != NULL ? g_utf8_casefold (where, -1) : NULL;

  return text != NULL && strstr (text, folded) != NULL;
}

/**
 * drover_device_node_matches:
 * @text: what is looked for
 *
 * Returns: whether its name, type, detail or path has @text in it
 */
gboolean
drover_device_node_matches (DroverDeviceNode *self, const char *text)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);

  return contains (self->name, folded) || contains (self->type, folded) ||
         contains (self->detail, folded) || contains (self->path, folded);
}
