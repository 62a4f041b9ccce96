/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-json.h"
#include "drover-qmp-arguments.h"
#include "drover-setting.h"

/* What stands on the command line is text; QMP wants numbers, truth values and objects in objects.
 * Which of them a key is, QEMU's own schema says. */

typedef struct
{
  GHashTable *types; /* name → JsonObject, borrowed */
  const DroverFields *fields;
} Converter;

static const char *
get_text (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : NULL;
}

static JsonArray *
get_array (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static JsonObject *
get_object (JsonArray *array, guint i)
{
  JsonNode *node = json_array_get_element (array, i);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonObject *
find (Converter *self, const char *name)
{
  return name != NULL ? g_hash_table_lookup (self->types, name) : NULL;
}

static gboolean
is_meta (JsonObject *type, const char *meta)
{
  return g_strcmp0 (get_text (type, "meta-type"), meta) == 0;
}

/* What QEMU would refuse is passed on as it is: QEMU says best what is wrong with it. */
static JsonNode *
make_scalar (const char *json_type, const char *text)
{
  guint64 bytes;
  gint64 number;
  gboolean on;
  char *end;

  if (g_strcmp0 (json_type, "boolean") == 0 && drover_switch_parse (text, &on))
    return json_node_init_boolean (json_node_alloc (), on);
  if (g_strcmp0 (json_type, "int") == 0)
    {
      number = g_ascii_strtoll (text, &end, 0);
      if (*text != '\0' && *end == '\0')
        return json_node_init_int (json_node_alloc (), number);
      if (drover_size_parse (text, 1, &bytes))
        return json_node_init_int (json_node_alloc (), (gint64) bytes);
    }
  if (g_strcmp0 (json_type, "number") == 0)
    {
      double value = g_ascii_strtod (text, &end);

      if (*text != '\0' && *end == '\0')
        return json_node_init_double (json_node_alloc (), value);
    }

  return json_node_init_string (json_node_alloc (), text);
}

static const char *
get_value (Converter *self, const char *prefix, const char *name)
{
  g_autofree char *key = g_strconcat (prefix, name, NULL);

  return drover_fields_get (self->fields, key);
}

static gboolean
has_below (Converter *self, const char *prefix)
{
  for (guint i = 0; i < self->fields->items->len; i++)
    if (g_str_has_prefix (g_array_index (self->fields->items, DroverField, i).key, prefix))
      return TRUE;

  return FALSE;
}

static void convert_members (Converter *self, JsonObject *type, const char *prefix,
                             JsonObject *result);

static JsonNode *
convert_object (Converter *self, JsonObject *type, const char *prefix)
{
  JsonObject *result = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  convert_members (self, type, prefix, result);
  json_node_take_object (node, result);
  return node;
}

/* The case of an alternate that is an object. */
static JsonObject *
find_object_case (Converter *self, JsonObject *type)
{
  JsonArray *members = get_array (type, "members");

  for (guint i = 0; members != NULL && i < json_array_get_length (members); i++)
    {
      JsonObject *member = find (self, get_text (get_object (members, i), "type"));

      if (is_meta (member, "object"))
        return member;
    }

  return NULL;
}

/* One value of a list: `hostfwd=tcp::1-:2` is an object that has nothing but a text. */
static JsonNode *
convert_element (Converter *self, JsonObject *type, const char *text)
{
  JsonArray *members = is_meta (type, "object") ? get_array (type, "members") : NULL;
  JsonObject *result;
  JsonNode *node;

  if (members == NULL || json_array_get_length (members) != 1)
    return make_scalar (get_text (type, "json-type"), text);

  result = json_object_new ();
  json_object_set_string_member (result, get_text (get_object (members, 0), "name"), text);
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, result);
  return node;
}

static JsonNode *convert (Converter *self, JsonObject *type, const char *prefix, const char *name);

/* `key=a,key=b`, or `key.0=a,key.1=b` */
static JsonNode *
convert_array (Converter *self, JsonObject *type, const char *prefix, const char *name)
{
  JsonObject *element = find (self, get_text (type, "element-type"));
  g_autofree char *key = g_strconcat (prefix, name, NULL);
  g_autofree char *below = g_strconcat (key, ".", NULL);
  JsonArray *array = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  for (guint i = 0; i < self->fields->items->len; i++)
    {
      const DroverField *field = &g_array_index (self->fields->items, DroverField, i);

      if (g_str_equal (field->key, key))
        json_array_add_element (array, convert_element (self, element, field->value));
    }
  for (guint i = 0;; i++)
    {
      g_autofree char *number = g_strdup_printf ("%u", i);
      JsonNode *value = convert (self, element, below, number);

      if (value == NULL)
        break;
      json_array_add_element (array, value);
    }

  json_node_take_array (node, array);
  return node;
}

/* Returns: (nullable): nothing where nothing is said */
static JsonNode *
convert (Converter *self, JsonObject *type, const char *prefix, const char *name)
{
  g_autofree char *below = g_strconcat (prefix, name, ".", NULL);
  const char *text = get_value (self, prefix, name);
  gboolean has_members = has_below (self, below);

  if (text == NULL && !has_members)
    return NULL;
  if (is_meta (type, "array"))
    return convert_array (self, type, prefix, name);
  if (has_members && is_meta (type, "alternate"))
    type = find_object_case (self, type);
  if (has_members)
    return convert_object (self, type, below);

  return make_scalar (get_text (type, "json-type"), text);
}

static JsonObject *
find_variant (Converter *self, JsonObject *type, const char *prefix)
{
  const char *tag = get_text (type, "tag");
  const char *wanted = tag != NULL ? get_value (self, prefix, tag) : NULL;
  JsonArray *variants = get_array (type, "variants");

  for (guint i = 0; variants != NULL && i < json_array_get_length (variants); i++)
    if (g_strcmp0 (get_text (get_object (variants, i), "case"), wanted) == 0)
      return find (self, get_text (get_object (variants, i), "type"));

  return NULL;
}

static void
convert_members (Converter *self, JsonObject *type, const char *prefix, JsonObject *result)
{
  JsonArray *members = get_array (type, "members");
  gsize length = strlen (prefix);
  JsonObject *variant;

  for (guint i = 0; members != NULL && i < json_array_get_length (members); i++)
    {
      JsonObject *member = get_object (members, i);
      const char *name = get_text (member, "name");
      JsonNode *value =
        name != NULL ? convert (self, find (self, get_text (member, "type")), prefix, name) : NULL;

      if (value != NULL)
        json_object_set_member (result, name, value);
    }

  variant = find_variant (self, type, prefix);
  if (variant != NULL)
    convert_members (self, variant, prefix, result);

  /* What the schema does not know goes to QEMU as well, which names it when it refuses it. */
  for (guint i = 0; i < self->fields->items->len; i++)
    {
      const DroverField *field = &g_array_index (self->fields->items, DroverField, i);
      const char *name = field->key + length;

      if (g_str_has_prefix (field->key, prefix) && *name != '\0' && strchr (name, '.') == NULL &&
          !json_object_has_member (result, name))
        json_object_set_string_member (result, name, field->value);
    }
}

/* JSON is what QMP takes, too. */
static JsonNode *
parse_json (const DroverFields *fields)
{
  return fields->is_json ? drover_json_parse (fields->text, -1, NULL) : NULL;
}

/**
 * drover_qmp_arguments_new:
 * @schema: what `query-qmp-schema` returns
 * @command: `blockdev-add`, `netdev_add`, `object-add`
 * @fields: a `-blockdev`, `-netdev`, `-object`
 *
 * Returns: (transfer full): the arguments for @command that make what the option makes
 */
JsonNode *
drover_qmp_arguments_new (JsonNode *schema, const char *command, const DroverFields *fields)
{
  g_autoptr (GHashTable) types = g_hash_table_new (g_str_hash, g_str_equal);
  JsonArray *entries = JSON_NODE_HOLDS_ARRAY (schema) ? json_node_get_array (schema) : NULL;
  Converter self = { types, fields };
  JsonNode *json = parse_json (fields);

  if (json != NULL)
    return json;

  for (guint i = 0; entries != NULL && i < json_array_get_length (entries); i++)
    {
      JsonObject *entry = get_object (entries, i);

      if (get_text (entry, "name") != NULL)
        g_hash_table_insert (types, (char *) get_text (entry, "name"), entry);
    }

  return convert_object (&self, find (&self, get_text (find (&self, command), "arg-type")), "");
}

/**
 * drover_qmp_arguments_new_device:
 * @properties: what `device-list-properties` returns of its driver
 * @fields: a `-device`
 *
 * Returns: (transfer full): the arguments for `device_add`
 */
JsonNode *
drover_qmp_arguments_new_device (JsonNode *properties, const DroverFields *fields)
{
  JsonArray *entries =
    JSON_NODE_HOLDS_ARRAY (properties) ? json_node_get_array (properties) : NULL;
  JsonNode *node = parse_json (fields);
  JsonObject *result;

  if (node != NULL)
    return node;

  node = json_node_new (JSON_NODE_OBJECT);
  result = json_object_new ();
  for (guint i = 0; i < fields->items->len; i++)
    {
      const DroverField *field = &g_array_index (fields->items, DroverField, i);
      const char *type = NULL;

      for (guint j = 0; entries != NULL && j < json_array_get_length (entries); j++)
        if (g_strcmp0 (get_text (get_object (entries, j), "name"), field->key) == 0)
          type = get_text (get_object (entries, j), "type");

      json_object_set_member (
        result, field->key,
        make_scalar (type == NULL                          ? "string"
                     : g_str_equal (type, "bool")          ? "boolean"
                     : g_str_has_prefix (type, "int") ||
                         g_str_has_prefix (type, "uint") ||
                         g_str_equal (type, "size")        ? "int"
                                                           : "string",
                     field->value));
    }
  json_node_take_object (node, result);
  return node;
}
