/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-device-private.h"
#include "drover-device-tree.h"
#include "drover-dex.h"
#include "drover-error.h"
#include "drover-json.h"

/* The values of one object, asked for when somebody looks at it. */

typedef struct
{
  DroverQmp *qmp;
  char *path;
} Look;

static void
look_free (gpointer data)
{
  Look *look = data;

  g_object_unref (look->qmp);
  g_free (look->path);
  g_free (look);
}

static void
property_free (gpointer data)
{
  DroverDeviceProperty *property = data;

  g_free (property->name);
  g_free (property->type);
  g_free (property->value);
  g_free (property->description);
  g_free (property);
}

static const char *
get_text (JsonNode *node, const char *member)
{
  JsonNode *value = JSON_NODE_HOLDS_OBJECT (node)
                      ? json_object_get_member (json_node_get_object (node), member)
                      : NULL;

  return value != NULL && json_node_get_value_type (value) == G_TYPE_STRING
           ? json_node_get_string (value)
           : NULL;
}

/* What the type says of its properties: name → description. */
static GHashTable *
load_descriptions (Look *look)
{
  GHashTable *descriptions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (JsonNode) type = dex_await_boxed (
    drover_qmp_execute (look->qmp, "qom-get",
                        drover_json_new_strings ("path", look->path, "property", "type", NULL)),
    NULL);
  g_autoptr (JsonNode) list = NULL;
  JsonArray *array;

  if (type == NULL || json_node_get_value_type (type) != G_TYPE_STRING)
    return descriptions;

  list = dex_await_boxed (drover_qmp_execute (look->qmp, "qom-list-properties",
                                              drover_json_new_strings (
                                                "typename", json_node_get_string (type), NULL)),
                          NULL);
  array = list != NULL && JSON_NODE_HOLDS_ARRAY (list) ? json_node_get_array (list) : NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *item = json_array_get_element (array, i);

      if (get_text (item, "name") != NULL && get_text (item, "description") != NULL)
        g_hash_table_replace (descriptions, g_strdup (get_text (item, "name")),
                              g_strdup (get_text (item, "description")));
    }

  return descriptions;
}

static char *
await_value (DexFuture *future)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) value = dex_await_boxed (future, &error);

  if (value == NULL)
    return g_strdup_printf (_("cannot be read: %s"), error->message);
  if (json_node_get_value_type (value) == G_TYPE_STRING)
    return json_node_dup_string (value);
  return drover_json_to_text (value, FALSE);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const DroverDeviceProperty *first = *(DroverDeviceProperty *const *) a;
  const DroverDeviceProperty *second = *(DroverDeviceProperty *const *) b;

  return g_strcmp0 (first->name, second->name);
}

static DexFuture *
properties_fiber (gpointer user_data)
{
  Look *look = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) list = dex_await_boxed (
    drover_qmp_execute (look->qmp, "qom-list", drover_json_new_strings ("path", look->path, NULL)),
    &error);
  g_autoptr (GPtrArray) properties = g_ptr_array_new_with_free_func (property_free);
  g_autoptr (GPtrArray) values = g_ptr_array_new ();
  g_autoptr (GHashTable) descriptions = NULL;
  JsonArray *array;

  if (list == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  descriptions = load_descriptions (look);
  array = JSON_NODE_HOLDS_ARRAY (list) ? json_node_get_array (list) : NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *item = json_array_get_element (array, i);
      const char *name = get_text (item, "name");
      const char *type = get_text (item, "type");
      DroverDeviceProperty *property;

      /* What hangs below is in the tree. */
      if (name == NULL || type == NULL || g_str_has_prefix (type, "child<"))
        continue;
      property = g_new0 (DroverDeviceProperty, 1);
      property->name = g_strdup (name);
      property->type = g_strdup (type);
      property->description = g_strdup (g_hash_table_lookup (descriptions, name));
      g_ptr_array_add (properties, property);
      /* All questions first: QEMU answers them in turn. */
      g_ptr_array_add (values, drover_qmp_execute (look->qmp, "qom-get",
                                                   drover_json_new_strings (
                                                     "path", look->path, "property", name, NULL)));
    }
  for (guint i = 0; i < properties->len; i++)
    ((DroverDeviceProperty *) properties->pdata[i])->value = await_value (values->pdata[i]);

  g_ptr_array_sort (properties, compare_names);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_steal_pointer (&properties));
}

/**
 * drover_device_node_load_properties:
 * @self: a node that has a path
 * @run: the machine that it is of
 *
 * Asks for what it has, and the values (`qom-list`, `qom-list-properties`, `qom-get`).
 *
 * Returns: (transfer full): a future of a #GPtrArray of #DroverDeviceProperty, by their names
 */
DexFuture *
drover_device_node_load_properties (DroverDeviceNode *self, DroverRun *run)
{
  Look *look;

  dex_return_error_if_fail (DROVER_IS_DEVICE_NODE (self));
  dex_return_error_if_fail (DROVER_IS_RUN (run));

  if (drover_run_get_qmp (run) == NULL || self->path == NULL)
    return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                  _("The machine is not running"));
  look = g_new0 (Look, 1);
  look->qmp = g_object_ref (drover_run_get_qmp (run));
  look->path = g_strdup (self->path);
  return drover_dex_spawn (properties_fiber, look, look_free);
}
