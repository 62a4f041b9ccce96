/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-device-private.h"

G_DEFINE_FINAL_TYPE (DroverDeviceNode, drover_device_node, G_TYPE_OBJECT)

static void
drover_device_node_finalize (GObject *object)
{
  DroverDeviceNode *self = DROVER_DEVICE_NODE (object);

  g_free (self->name);
  g_free (self->type);
  g_free (self->path);
  g_free (self->id);
  g_free (self->made_type);
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

/* It was made with @maker, by the same argument. */
void
_drover_device_node_inherit (DroverDeviceNode *self, DroverDeviceNode *maker)
{
  g_set_str (&self->id, maker->id);
  g_set_str (&self->made_type, maker->made_type);
  self->ordinal = maker->ordinal;
  self->origin = maker->origin;
  g_ptr_array_set_size (self->backends, 0);
  for (guint i = 0; i < maker->backends->len; i++)
    g_ptr_array_add (self->backends, g_strdup (maker->backends->pdata[i]));
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
