/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-arguments.h"
#include "drover-device-load.h"
#include "drover-hot-plan.h"
#include "drover-json.h"
#include "drover-option.h"
#include "drover-run-private.h"

void
_drover_device_load_free (gpointer data)
{
  DroverDeviceLoad *load = data;

  g_object_unref (load->qmp);
  g_clear_object (&load->node);
  g_clear_pointer (&load->makers, _drover_device_makers_free);
  g_hash_table_unref (load->ports);
  g_hash_table_unref (load->bus_types);
  g_hash_table_unref (load->visited);
  g_free (load);
}

/* A launch lets `-serial stdio` be `-serial chardev:ID`; the port is still the n-th of its kind. */
static void
read_ports (DroverDeviceLoad *load, GPtrArray *arguments)
{
  static const char *const options[] = { "serial", "parallel" };
  guint counts[G_N_ELEMENTS (options)] = { 0 };

  for (guint i = 0; i < arguments->len; i++)
    for (guint j = 0; j < G_N_ELEMENTS (options); j++)
      {
        const char *value = drover_argument_get_value (arguments->pdata[i]);
        guint n;

        if (value == NULL ||
            !g_str_equal (drover_argument_get_option (arguments->pdata[i]), options[j]))
          continue;
        n = counts[j]++;
        if (g_str_has_prefix (value, "mon:"))
          value += strlen ("mon:");
        if (g_str_has_prefix (value, "chardev:"))
          g_hash_table_replace (load->ports, g_strdup (value + strlen ("chardev:")),
                                g_strdup_printf ("%s%u", options[j], n));
      }
}

/* What counts is what the user wrote, not what a launch makes of it. */
static void
read_arguments (DroverDeviceLoad *load, DroverRun *run)
{
  const DroverRunRecord *record = run->record;
  DroverDocument *document = drover_machine_get_document (run->machine);
  g_autoptr (GPtrArray) none = drover_arguments_new ();
  g_autoptr (GPtrArray) launched = NULL;
  g_autoptr (GPtrArray) written = NULL;

  if (record == NULL || record->argv[0] == NULL)
    return;

  launched = drover_hot_read_command ((const char *const *) record->argv, none);
  read_ports (load, launched);
  if (record->command != NULL)
    written = drover_hot_read_command (
      (const char *const *) record->command,
      document != NULL ? drover_document_get_arguments (document) : none);
  load->makers =
    _drover_device_makers_new (record->argv[0], written != NULL ? written : launched);
}

/* @run: one that is connected */
DroverDeviceLoad *
_drover_device_load_new (DroverRun *run)
{
  DroverDeviceLoad *load = g_new0 (DroverDeviceLoad, 1);

  load->qmp = g_object_ref (drover_run_get_qmp (run));
  load->ports = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  load->bus_types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  load->visited = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  read_arguments (load, run);
  return load;
}

DexFuture *
_drover_device_load_list (DroverDeviceLoad *load, const char *path)
{
  return drover_qmp_execute (load->qmp, "qom-list", drover_json_new_strings ("path", path, NULL));
}

DexFuture *
_drover_device_load_get (DroverDeviceLoad *load, const char *path, const char *property)
{
  return drover_qmp_execute (load->qmp, "qom-get",
                             drover_json_new_strings ("path", path, "property", property, NULL));
}

/* Returns: (nullable): the text; what is no text, or cannot be read, is none */
char *
_drover_device_load_await_text (DexFuture *future)
{
  g_autoptr (JsonNode) node = dex_await_boxed (future, NULL);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_dup_string (node)
           : NULL;
}

const char *
_drover_device_get_tail (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash != NULL ? slash + 1 : path;
}

/* The type in `child<TYPE>`; %NULL for anything else. */
char *
_drover_device_dup_child_type (const char *type)
{
  return type != NULL && g_str_has_prefix (type, "child<") && g_str_has_suffix (type, ">")
           ? g_strndup (type + 6, strlen (type) - 7)
           : NULL;
}

/* Notes what the device uses by @property. */
void
_drover_device_load_backend (DroverDeviceLoad *load, DroverDeviceNode *node, const char *property)
{
  g_autofree char *value =
    _drover_device_load_await_text (_drover_device_load_get (load, node->path, property));
  const char *id = value != NULL ? _drover_device_get_tail (value) : "";
  const char *port = g_hash_table_lookup (load->ports, id);

  if (port != NULL)
    g_ptr_array_add (node->backends, g_strdup (port));
  if (*id != '\0')
    g_ptr_array_add (node->backends, g_strdup (id));
}

/* Who made it */

static void
settle (DroverDeviceLoad *load, DroverDeviceNode *node)
{
  if (load->makers != NULL && _drover_device_makers_find (load->makers, node) >= 0)
    node->origin = DROVER_DEVICE_ORIGIN_ARGUMENT;
  else if (node->id != NULL || node->ordinal >= 0)
    node->origin = DROVER_DEVICE_ORIGIN_LATER;
  else
    node->origin = DROVER_DEVICE_ORIGIN_BOARD;
}

static gboolean
is_device (DroverDeviceNode *node)
{
  return !node->is_bus && node->path != NULL;
}

/* QEMU numbers in the order of making. -1 for one that has an id, or that no -device made. */
static int
get_number (DroverDeviceNode *node)
{
  static const char start[] = DROVER_DEVICE_ANONYMOUS "device[";

  return g_str_has_prefix (node->path, start)
           ? (int) g_ascii_strtoll (node->path + strlen (start), NULL, 10)
           : -1;
}

/* Those that are inside of a device come after it. */
static int
compare (gconstpointer a, gconstpointer b)
{
  DroverDeviceNode *first = *(DroverDeviceNode *const *) a;
  DroverDeviceNode *second = *(DroverDeviceNode *const *) b;
  int order = get_number (first) - get_number (second);

  return order != 0 ? order : g_strcmp0 (first->path, second->path);
}

static void
collect (DroverDeviceNode *node, GPtrArray *devices)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (node->children));

  if (is_device (node))
    g_ptr_array_add (devices, node);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (DroverDeviceNode) child =
        g_list_model_get_item (G_LIST_MODEL (node->children), i);

      collect (child, devices);
    }
}

/* Finds out who made each; those of one type are counted in the order of their making.
 *
 * @devices: (element-type DroverDeviceNode): all there are, which are put into that order */
void
_drover_device_load_settle_devices (DroverDeviceLoad *load, GPtrArray *devices)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  DroverDeviceNode *outer = NULL;

  g_ptr_array_sort (devices, compare);
  for (guint i = 0; i < devices->len; i++)
    {
      DroverDeviceNode *node = devices->pdata[i];
      int number = get_number (node);

      if (number >= 0 && outer != NULL && get_number (outer) == number)
        {
          _drover_device_node_inherit (node, outer);
          continue;
        }
      if (number >= 0)
        {
          const char *type = node->type != NULL ? node->type : "";

          outer = node;
          node->ordinal = GPOINTER_TO_INT (g_hash_table_lookup (counts, type));
          g_set_str (&node->made_type, type);
          g_hash_table_replace (counts, node->made_type, GINT_TO_POINTER (node->ordinal + 1));
        }
      settle (load, node);
    }
}

/* A bus is of the device that has it. */
static void
settle_buses (DroverDeviceNode *node)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (node->children));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (DroverDeviceNode) child =
        g_list_model_get_item (G_LIST_MODEL (node->children), i);

      if (child->is_bus && is_device (node))
        _drover_device_node_inherit (child, node);
      settle_buses (child);
    }
}

/* Finds out who made all that is below @root. */
void
_drover_device_load_settle (DroverDeviceLoad *load, DroverDeviceNode *root)
{
  g_autoptr (GPtrArray) devices = g_ptr_array_new ();

  collect (root, devices);
  _drover_device_load_settle_devices (load, devices);
  settle_buses (root);
}
