/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-error.h"
#include "drover-fields.h"
#include "drover-json-value.h"
#include "drover-json.h"
#include "drover-keyval.h"
#include "drover-option.h"

/**
 * drover_fields_get_grammar:
 * @option: an option's name without dashes
 * @implied: (out) (nullable): the key that its first word stands for
 *
 * Returns: whether its value has keys
 */
gboolean
drover_fields_get_grammar (const char *option, const char **implied)
{
  const DroverOption *known = drover_option_find (option);

  *implied = known != NULL ? known->implied : NULL;
  return known != NULL && known->grammar == DROVER_OPTION_KEYVAL;
}

static void
clear_field (gpointer data)
{
  DroverField *field = data;

  g_free (field->key);
  g_free (field->value);
}

static void
take_field (GArray *items, char *key, char *value)
{
  DroverField field = { key, value };

  g_array_append_val (items, field);
}

static void read_node (GArray *items, const char *prefix, JsonNode *node);

static void
read_object (GArray *items, const char *prefix, JsonObject *object)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      g_autofree char *key =
        *prefix == '\0' ? g_strdup (name) : g_strdup_printf ("%s.%s", prefix, name);

      read_node (items, key, member);
    }
}

static void
read_array (GArray *items, const char *prefix, JsonArray *array)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *key = g_strdup_printf ("%s.%u", prefix, i);

      read_node (items, key, json_array_get_element (array, i));
    }
}

/* A null is no value: `"backing": null` says that there is none. */
static void
read_node (GArray *items, const char *prefix, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    read_object (items, prefix, json_node_get_object (node));
  else if (JSON_NODE_HOLDS_ARRAY (node))
    read_array (items, prefix, json_node_get_array (node));
  else if (json_node_get_value_type (node) == G_TYPE_STRING)
    take_field (items, g_strdup (prefix), json_node_dup_string (node));
  else if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    take_field (items, g_strdup (prefix),
                g_strdup (json_node_get_boolean (node) ? "on" : "off"));
  else if (!JSON_NODE_HOLDS_NULL (node))
    take_field (items, g_strdup (prefix), drover_json_to_text (node, FALSE));
}

static void
read_keyval (GArray *items, const char *text, const char *implied)
{
  g_autoptr (GArray) parsed = drover_keyval_parse (text, implied != NULL);

  for (guint i = 0; i < parsed->len; i++)
    {
      const DroverKeyvalItem *item = &g_array_index (parsed, DroverKeyvalItem, i);
      GString *value = NULL;

      if (item->is_flag)
        {
          if (item->key_length > 0)
            take_field (items, g_strndup (text + item->start, item->key_length),
                        g_strdup ("on"));
          continue;
        }

      value = g_string_new_len (text + item->value_start, item->end - item->value_start);
      g_string_replace (value, ",,", ",", 0);
      take_field (items,
                  item->value_start == item->start
                    ? g_strdup (implied)
                    : g_strndup (text + item->start, item->key_length),
                  g_string_free_and_steal (value));
    }
}

static gboolean
takes_json (const char *option)
{
  static const char *const options[] = { "device",   "object",  "blockdev", "netdev",
                                         "audiodev", "display", "compat",   NULL };

  return g_strv_contains (options, option);
}

/**
 * drover_fields_new:
 * @argument: any argument
 *
 * Returns: (transfer full): what it says; nothing when it is JSON that cannot be read
 */
DroverFields *
drover_fields_new (DroverArgument *argument)
{
  DroverFields *self = g_new0 (DroverFields, 1);
  const char *option = drover_argument_get_option (argument);
  const char *value = drover_argument_get_value (argument);
  const char *implied;

  self->option = g_str_equal (option, "M") ? "machine" : option;
  self->name = option;
  self->text = value;
  self->enabled = drover_argument_get_enabled (argument);
  self->items = g_array_new (FALSE, FALSE, sizeof (DroverField));
  g_array_set_clear_func (self->items, clear_field);
  if (value == NULL)
    return self;

  if (!drover_fields_get_grammar (option, &implied))
    take_field (self->items, g_strdup (""), g_strdup (value));
  else if (*value == '{' && takes_json (option))
    {
      g_autoptr (JsonNode) node = drover_json_parse (value, -1, NULL);

      self->is_json = TRUE;
      if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
        read_object (self->items, "", json_node_get_object (node));
    }
  else
    read_keyval (self->items, value, implied);

  return self;
}

/**
 * drover_fields_list:
 * @arguments: (element-type DroverArgument): a machine's arguments
 *
 * Returns: (transfer full) (element-type DroverFields): each of them read
 */
GPtrArray *
drover_fields_list (GPtrArray *arguments)
{
  GPtrArray *list =
    g_ptr_array_new_full (arguments->len, (GDestroyNotify) drover_fields_free);

  for (guint i = 0; i < arguments->len; i++)
    g_ptr_array_add (list, drover_fields_new (arguments->pdata[i]));

  return list;
}

/**
 * drover_fields_free:
 *
 * Frees @self.
 */
void
drover_fields_free (DroverFields *self)
{
  g_array_unref (self->items);
  g_free (self);
}

/**
 * drover_fields_get:
 * @key: a key
 *
 * Returns: (nullable): its value; of equal keys the last counts
 */
const char *
drover_fields_get (const DroverFields *self, const char *key)
{
  for (guint i = self->items->len; i-- > 0;)
    if (g_str_equal (g_array_index (self->items, DroverField, i).key, key))
      return g_array_index (self->items, DroverField, i).value;

  return NULL;
}

/**
 * drover_fields_are:
 * @option: an option's name without dashes
 *
 * Returns: whether @self are of that option
 */
gboolean
drover_fields_are (const DroverFields *self, const char *option)
{
  return g_str_equal (self->option, option);
}

/**
 * drover_fields_with:
 * @argument: any argument
 * @key: a key; the empty string for the whole value
 * @value: (nullable): its new value; %NULL to remove it
 * @error: set to %DROVER_ERROR_ARGUMENT when JSON has something else there
 *
 * Edits in the grammar that the argument is written in, and only what is at @key. In JSON the
 * value becomes a text.
 *
 * Returns: (transfer full) (nullable): the changed argument
 */
DroverArgument *
drover_fields_with (DroverArgument *argument, const char *key, const char *value, GError **error)
{
  const char *option = drover_argument_get_option (argument);
  const char *text = drover_argument_get_value (argument);
  g_autofree char *literal = NULL;
  g_autofree char *changed = NULL;
  const char *implied;

  if (*key == '\0' || text == NULL)
    return drover_argument_with_value (argument, value);

  if (*text == '{' && takes_json (option))
    {
      literal = value == NULL ? NULL : drover_json_value_quote (value);
      changed = value == NULL ? drover_json_value_remove (text, key)
                              : drover_json_value_set (text, key, literal);
      if (changed == NULL)
        {
          g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                       _("“%s” cannot be changed in this JSON; edit it as text: %s"), key, text);
          return NULL;
        }
      return drover_argument_with_value (argument, changed);
    }

  drover_fields_get_grammar (option, &implied);
  changed = value == NULL ? drover_keyval_remove (text, implied, key)
                          : drover_keyval_set (text, implied, key, value);
  return drover_argument_with_value (argument, changed);
}
