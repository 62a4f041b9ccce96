/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-key.h"
#include "drover-keyval.h"
#include "drover-numa-node.h"
#include "drover-part.h"

#define MIB (1024 * 1024)

static void
clear_node (gpointer data)
{
  g_clear_pointer (&((DroverNumaNode *) data)->cpus, g_free);
}

/* `0-3` or `5`; what is neither counts as none. */
static guint
count (const char *range)
{
  guint64 first, last;
  const char *dash = strchr (range, '-');
  g_autofree char *begin = dash != NULL ? g_strndup (range, dash - range) : g_strdup (range);

  if (!g_ascii_string_to_unsigned (begin, 10, 0, 4095, &first, NULL))
    return 0;
  if (dash == NULL)
    return 1;

  return g_ascii_string_to_unsigned (dash + 1, 10, first, 4095, &last, NULL) ? last - first + 1
                                                                             : 0;
}

/* A node may name several ranges, each with a `cpus=` of its own. */
static void
read_cpus (DroverNumaNode *node, const char *value)
{
  g_autoptr (GArray) items = drover_keyval_parse (value, TRUE);
  g_autoptr (GPtrArray) ranges = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < items->len; i++)
    {
      const DroverKeyvalItem *item = &g_array_index (items, DroverKeyvalItem, i);

      if (item->key_length == strlen ("cpus") &&
          strncmp (value + item->start, "cpus", item->key_length) == 0)
        g_ptr_array_add (ranges, g_strndup (value + item->value_start,
                                            item->end - item->value_start));
    }
  for (guint i = 0; i < ranges->len; i++)
    node->n_cpus += count (ranges->pdata[i]);
  if (ranges->len == 0)
    return;

  g_ptr_array_add (ranges, NULL);
  node->cpus = g_strjoinv (", ", (char **) ranges->pdata);
}

static guint64
read_object_size (GPtrArray *arguments, const char *id)
{
  for (guint i = 0; i < arguments->len; i++)
    {
      g_autofree char *own = NULL;
      g_autofree char *size = NULL;
      guint64 bytes = 0;

      if (!g_str_equal (drover_argument_get_option (arguments->pdata[i]), "object") ||
          !drover_argument_get_enabled (arguments->pdata[i]))
        continue;
      own = drover_key_dup (arguments, i, "id");
      size = g_strcmp0 (own, id) == 0 ? drover_key_dup (arguments, i, "size") : NULL;
      if (size != NULL && drover_size_parse (size, 1, &bytes))
        return bytes;
    }

  return 0;
}

static guint64
read_memory (GPtrArray *arguments, guint argument)
{
  g_autofree char *mem = drover_key_dup (arguments, argument, "mem");
  g_autofree char *memdev = drover_key_dup (arguments, argument, "memdev");
  guint64 bytes = 0;

  if (memdev != NULL)
    return read_object_size (arguments, memdev);

  return mem != NULL && drover_size_parse (mem, MIB, &bytes) ? bytes : 0;
}

/**
 * drover_numa_nodes_list:
 * @arguments: (element-type DroverArgument): a machine's arguments
 *
 * Returns: (transfer full) (element-type DroverNumaNode): its NUMA nodes
 */
GArray *
drover_numa_nodes_list (GPtrArray *arguments)
{
  GArray *nodes = g_array_new (FALSE, TRUE, sizeof (DroverNumaNode));

  g_array_set_clear_func (nodes, clear_node);
  for (guint i = 0; i < arguments->len; i++)
    {
      DroverArgument *argument = arguments->pdata[i];
      const char *value = drover_argument_get_value (argument);
      DroverNumaNode node = { .number = nodes->len };
      g_autofree char *number = NULL;

      if (!g_str_equal (drover_argument_get_option (argument), "numa") || value == NULL ||
          !drover_argument_get_enabled (argument) ||
          (!g_str_has_prefix (value, "node,") && !g_str_equal (value, "node")))
        continue;
      number = drover_key_dup (arguments, i, "nodeid");
      if (number != NULL)
        node.number = g_ascii_strtoull (number, NULL, 10);
      read_cpus (&node, value);
      node.bytes = read_memory (arguments, i);
      g_array_append_val (nodes, node);
    }

  return nodes;
}
