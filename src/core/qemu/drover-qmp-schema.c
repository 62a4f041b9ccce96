/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-catalogue-private.h"
#include "drover-json.h"
#include "drover-qmp-schema.h"

/* How deep types within types are looked into. Some of QEMU's contain themselves. */
#define DEEPEST 16

struct _DroverQmpSchema
{
  gatomicrefcount ref_count;
  DroverSchema *schema;
  GStrv commands;
};

#define get_text _drover_schema_get_text
#define list_objects _drover_schema_list_objects

static JsonObject *
find (DroverQmpSchema *self, const char *name)
{
  return _drover_schema_find (self->schema, name);
}

static gboolean
is_meta (JsonObject *entry, const char *meta)
{
  return g_strcmp0 (get_text (entry, "meta-type"), meta) == 0;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * drover_qmp_schema_new:
 * @entries: what `query-qmp-schema` returned
 *
 * Returns: (transfer full): the schema
 */
DroverQmpSchema *
drover_qmp_schema_new (JsonNode *entries)
{
  DroverQmpSchema *self = g_new0 (DroverQmpSchema, 1);
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (entries) ? json_node_get_array (entries) : NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  g_atomic_ref_count_init (&self->ref_count);
  self->schema = _drover_schema_new (json_node_ref (entries));
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *entry = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      if (is_meta (entry, "command") && get_text (entry, "name") != NULL)
        g_ptr_array_add (names, g_strdup (get_text (entry, "name")));
    }

  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  self->commands = (GStrv) g_ptr_array_steal (names, NULL);
  return self;
}

/**
 * drover_qmp_schema_ref:
 *
 * Returns: (transfer full): the same schema
 */
DroverQmpSchema *
drover_qmp_schema_ref (DroverQmpSchema *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * drover_qmp_schema_unref:
 *
 * Lets the schema go.
 */
void
drover_qmp_schema_unref (DroverQmpSchema *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  _drover_schema_free (self->schema);
  g_strfreev (self->commands);
  g_free (self);
}

/**
 * drover_qmp_schema_list_commands:
 *
 * Returns: (transfer full): the names of all commands, sorted
 */
GStrv
drover_qmp_schema_list_commands (DroverQmpSchema *self)
{
  return g_strdupv (self->commands);
}

/**
 * drover_qmp_schema_has_command:
 *
 * Returns: whether there is such a command
 */
gboolean
drover_qmp_schema_has_command (DroverQmpSchema *self, const char *command)
{
  return g_strv_contains ((const char *const *) self->commands, command);
}

static GStrv
dup_features (JsonObject *object)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, "features") : NULL;
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node)
                                                                  : NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (json_node_get_value_type (element) == G_TYPE_STRING)
        g_strv_builder_add (builder, json_node_get_string (element));
    }

  return g_strv_builder_end (builder);
}

/**
 * drover_qmp_schema_dup_features:
 *
 * Returns: (transfer full): what QEMU says of the command, such as `deprecated` or `unstable`
 */
GStrv
drover_qmp_schema_dup_features (DroverQmpSchema *self, const char *command)
{
  return dup_features (find (self, command));
}

/* Types, in words */

static const char *
name_builtin (const char *name)
{
  static const char *const names[][2] = {
    { "str", N_("string") },  { "bool", N_("boolean") }, { "int", N_("integer") },
    { "number", N_("number") }, { "null", N_("null") },  { "any", N_("anything") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (name, names[i][0]) == 0)
      return _(names[i][1]);

  return name != NULL ? name : "?";
}

static char *
dup_type_words (DroverQmpSchema *self, JsonObject *type, guint depth)
{
  if (type == NULL || depth > 3)
    return g_strdup (_("anything"));
  if (is_meta (type, "builtin"))
    return g_strdup (name_builtin (get_text (type, "name")));
  if (is_meta (type, "enum"))
    return g_strdup (_("one of"));
  if (is_meta (type, "array"))
    {
      g_autofree char *element =
        dup_type_words (self, find (self, get_text (type, "element-type")), depth + 1);

      /* Translators: the type of a list’s elements, such as string */
      return g_strdup_printf (_("list of %s"), element);
    }
  if (is_meta (type, "alternate"))
    {
      g_autoptr (GPtrArray) members = list_objects (type, "members");
      g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
      g_auto (GStrv) words = NULL;

      for (guint i = 0; i < members->len; i++)
        g_strv_builder_take (builder, dup_type_words (
          self, find (self, get_text (members->pdata[i], "type")), depth + 1));
      words = g_strv_builder_end (builder);
      /* Translators: between two types of which an argument takes either */
      return g_strjoinv (_(" or "), words);
    }

  return g_strdup (_("object"));
}

static GStrv
dup_choices (DroverQmpSchema *self, JsonObject *type)
{
  g_autoptr (GStrvBuilder) builder = NULL;
  g_autoptr (GPtrArray) members = NULL;

  if (is_meta (type, "array"))
    type = find (self, get_text (type, "element-type"));
  if (!is_meta (type, "enum"))
    return NULL;

  builder = g_strv_builder_new ();
  members = list_objects (type, "members");
  for (guint i = 0; i < members->len; i++)
    if (get_text (members->pdata[i], "name") != NULL)
      g_strv_builder_add (builder, get_text (members->pdata[i], "name"));
  return g_strv_builder_end (builder);
}

static void
argument_free (gpointer data)
{
  DroverQmpArgument *argument = data;

  g_free (argument->name);
  g_free (argument->type);
  g_strfreev (argument->choices);
  g_strfreev (argument->features);
  g_free (argument->only_for);
  g_free (argument);
}

/* @given: (nullable): what is typed already, which chooses the case of a union */
static void
list_members (DroverQmpSchema *self, JsonObject *type, JsonObject *given, const char *only_for,
              guint depth, GPtrArray *arguments)
{
  g_autoptr (GPtrArray) members = list_objects (type, "members");
  g_autoptr (GPtrArray) variants = list_objects (type, "variants");
  const char *tag = get_text (type, "tag");
  const char *choice = given != NULL && tag != NULL ? get_text (given, tag) : NULL;

  for (guint i = 0; i < members->len; i++)
    {
      JsonObject *member = members->pdata[i];
      JsonObject *member_type = find (self, get_text (member, "type"));
      DroverQmpArgument *argument;

      if (get_text (member, "name") == NULL)
        continue;

      argument = g_new0 (DroverQmpArgument, 1);
      argument->name = g_strdup (get_text (member, "name"));
      argument->type = dup_type_words (self, member_type, 0);
      argument->optional = json_object_has_member (member, "default");
      argument->is_text = is_meta (member_type, "enum") ||
                          g_strcmp0 (get_text (member_type, "name"), "str") == 0;
      argument->is_boolean = g_strcmp0 (get_text (member_type, "name"), "bool") == 0;
      argument->choices = dup_choices (self, member_type);
      argument->features = dup_features (member);
      argument->only_for = g_strdup (only_for);
      g_ptr_array_add (arguments, argument);
    }

  for (guint i = 0; choice != NULL && depth < DEEPEST && i < variants->len; i++)
    if (g_strcmp0 (get_text (variants->pdata[i], "case"), choice) == 0)
      {
        g_autofree char *chosen = g_strdup_printf ("%s=%s", tag, choice);

        list_members (self, find (self, get_text (variants->pdata[i], "type")), given, chosen,
                      depth + 1, arguments);
      }
}

/**
 * drover_qmp_schema_list_arguments:
 * @given: (nullable): the arguments that there are already: some commands take more of them
 *   depending on one, as `blockdev-add` does on `driver`
 *
 * Returns: (transfer full) (element-type DroverQmpArgument): what the command takes
 */
GPtrArray *
drover_qmp_schema_list_arguments (DroverQmpSchema *self, const char *command, JsonObject *given)
{
  GPtrArray *arguments = g_ptr_array_new_with_free_func (argument_free);

  if (drover_qmp_schema_has_command (self, command))
    list_members (self, find (self, get_text (find (self, command), "arg-type")), given, NULL, 0,
                  arguments);
  return arguments;
}

/**
 * drover_qmp_schema_list_enum:
 *
 * Returns: (transfer full) (nullable): the words that the argument of a command can be; %NULL
 *   when it is no such choice
 */
GStrv
drover_qmp_schema_list_enum (DroverQmpSchema *self, const char *command, const char *argument)
{
  g_autoptr (GPtrArray) arguments = drover_qmp_schema_list_arguments (self, command, NULL);

  for (guint i = 0; i < arguments->len; i++)
    {
      DroverQmpArgument *one = arguments->pdata[i];

      if (g_str_equal (one->name, argument))
        return g_strdupv (one->choices);
    }

  return NULL;
}

static JsonObject *
find_member_type (DroverQmpSchema *self, JsonObject *type, const char *name)
{
  g_autoptr (GPtrArray) members = list_objects (type, "members");

  for (guint i = 0; i < members->len; i++)
    if (g_strcmp0 (get_text (members->pdata[i], "name"), name) == 0)
      return find (self, get_text (members->pdata[i], "type"));

  return NULL;
}

/**
 * drover_qmp_schema_list_key_codes:
 *
 * Returns: (transfer full): the names of the keys that `send-key` knows
 */
GStrv
drover_qmp_schema_list_key_codes (DroverQmpSchema *self)
{
  JsonObject *arguments = find (self, get_text (find (self, "send-key"), "arg-type"));
  JsonObject *keys = find_member_type (self, arguments, "keys");
  JsonObject *key = find (self, get_text (keys, "element-type"));
  g_autoptr (GPtrArray) variants = list_objects (key, "variants");
  GStrv codes = NULL;

  for (guint i = 0; codes == NULL && i < variants->len; i++)
    if (g_strcmp0 (get_text (variants->pdata[i], "case"), "qcode") == 0)
      codes = dup_choices (
        self, find_member_type (self, find (self, get_text (variants->pdata[i], "type")), "data"));

  return codes != NULL ? codes : g_new0 (char *, 1);
}

/* What does not fit */

static char *dup_value_objection (DroverQmpSchema *self, JsonObject *type, JsonNode *node,
                                  const char *path, guint depth);

static gboolean
fits_builtin (JsonObject *type, JsonNode *node)
{
  const char *json_type = get_text (type, "json-type");
  GType value = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (g_strcmp0 (json_type, "string") == 0)
    return value == G_TYPE_STRING;
  if (g_strcmp0 (json_type, "boolean") == 0)
    return value == G_TYPE_BOOLEAN;
  if (g_strcmp0 (json_type, "int") == 0)
    return value == G_TYPE_INT64;
  if (g_strcmp0 (json_type, "number") == 0)
    return value == G_TYPE_INT64 || value == G_TYPE_DOUBLE;
  if (g_strcmp0 (json_type, "null") == 0)
    return JSON_NODE_HOLDS_NULL (node);

  return TRUE;
}

static char *
dup_array_objection (DroverQmpSchema *self, JsonObject *type, JsonNode *node, const char *path,
                     guint depth)
{
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return g_strdup_printf (_("“%s” takes a list"), path);

  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autofree char *below = g_strdup_printf ("%s[%u]", path, i);
      char *objection = dup_value_objection (self, find (self, get_text (type, "element-type")),
                                             json_array_get_element (array, i), below, depth + 1);

      if (objection != NULL)
        return objection;
    }

  return NULL;
}

static char *
dup_alternate_objection (DroverQmpSchema *self, JsonObject *type, JsonNode *node,
                         const char *path, guint depth)
{
  g_autoptr (GPtrArray) members = list_objects (type, "members");
  char *first = NULL;

  for (guint i = 0; i < members->len; i++)
    {
      g_autofree char *objection = dup_value_objection (
        self, find (self, get_text (members->pdata[i], "type")), node, path, depth + 1);

      if (objection == NULL)
        {
          g_free (first);
          return NULL;
        }
      if (first == NULL)
        first = g_steal_pointer (&objection);
    }

  return first;
}

/* Takes out of @left what @type has. */
static char *
dup_members_objection (DroverQmpSchema *self, JsonObject *type, JsonObject *object,
                       GHashTable *left, const char *path, guint depth)
{
  g_autoptr (GPtrArray) members = list_objects (type, "members");
  g_autoptr (GPtrArray) variants = list_objects (type, "variants");
  const char *tag = get_text (type, "tag");

  for (guint i = 0; i < members->len; i++)
    {
      const char *name = get_text (members->pdata[i], "name");
      JsonNode *node = name != NULL ? json_object_get_member (object, name) : NULL;
      g_autofree char *below = *path != '\0' ? g_strdup_printf ("%s.%s", path, name)
                                             : g_strdup (name);
      char *objection;

      if (node == NULL && name != NULL && !json_object_has_member (members->pdata[i], "default"))
        return g_strdup_printf (_("“%s” is missing"), below);
      if (node == NULL)
        continue;

      g_hash_table_remove (left, name);
      objection = dup_value_objection (self, find (self, get_text (members->pdata[i], "type")), node,
                                       below, depth + 1);
      if (objection != NULL)
        return objection;
    }

  for (guint i = 0; tag != NULL && i < variants->len; i++)
    if (g_strcmp0 (get_text (variants->pdata[i], "case"), get_text (object, tag)) == 0)
      return depth < DEEPEST
               ? dup_members_objection (self, find (self, get_text (variants->pdata[i], "type")),
                                        object, left, path, depth + 1)
               : NULL;

  return NULL;
}

static char *
dup_object_objection (DroverQmpSchema *self, JsonObject *type, JsonNode *node, const char *path,
                      guint depth)
{
  g_autoptr (GHashTable) left = g_hash_table_new (g_str_hash, g_str_equal);
  JsonObjectIter iter;
  const char *name;
  char *objection;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return g_strdup_printf (_("“%s” takes an object"), path);

  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, NULL))
    g_hash_table_add (left, (char *) name);
  objection = dup_members_objection (self, type, json_node_get_object (node), left, path, depth);
  if (objection != NULL || depth >= DEEPEST || g_hash_table_size (left) == 0)
    return objection;

  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, NULL))
    if (g_hash_table_contains (left, name))
      return *path != '\0' ? g_strdup_printf (_("“%s” has no “%s”"), path, name)
                           : g_strdup_printf (_("There is no argument “%s”"), name);

  return NULL;
}

static char *
dup_value_objection (DroverQmpSchema *self, JsonObject *type, JsonNode *node, const char *path,
                     guint depth)
{
  g_autofree char *words = NULL;
  g_auto (GStrv) choices = NULL;
  g_autofree char *joined = NULL;

  if (type == NULL || depth > DEEPEST)
    return NULL;
  if (is_meta (type, "array"))
    return dup_array_objection (self, type, node, path, depth);
  if (is_meta (type, "alternate"))
    return dup_alternate_objection (self, type, node, path, depth);
  if (is_meta (type, "object"))
    return dup_object_objection (self, type, node, path, depth);
  if (is_meta (type, "builtin"))
    {
      words = dup_type_words (self, type, 0);
      return fits_builtin (type, node)
               ? NULL
               /* Translators: an argument, and a type such as string or integer */
               : g_strdup_printf (_("“%s” takes a value of type: %s"), path, words);
    }

  choices = dup_choices (self, type);
  if (choices == NULL || (JSON_NODE_HOLDS_VALUE (node) &&
                          json_node_get_value_type (node) == G_TYPE_STRING &&
                          g_strv_contains ((const char *const *) choices,
                                           json_node_get_string (node))))
    return NULL;

  joined = g_strjoinv (", ", choices);
  return g_strdup_printf (_("“%s” is one of: %s"), path, joined);
}

/**
 * drover_qmp_schema_dup_objection:
 * @arguments: (nullable): what is to be sent
 *
 * Returns: (transfer full) (nullable): what QEMU will not like about it, a sentence for people;
 *   %NULL when nothing is seen
 */
char *
drover_qmp_schema_dup_objection (DroverQmpSchema *self, const char *command,
                                 JsonObject *arguments)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  if (!drover_qmp_schema_has_command (self, command))
    return g_strdup_printf (_("This QEMU has no command “%s”"), command);

  if (arguments != NULL)
    json_node_set_object (node, arguments);
  else
    json_node_take_object (node, json_object_new ());
  return dup_object_objection (self, find (self, get_text (find (self, command), "arg-type")),
                               node, "", 0);
}

static void
append_argument (GString *text, DroverQmpArgument *argument)
{
  g_string_append_printf (text, "\n  %s%s: %s", argument->name, argument->optional ? "?" : "",
                          argument->type);
  if (argument->choices != NULL)
    {
      g_autofree char *choices = g_strjoinv (" | ", argument->choices);

      g_string_append_printf (text, " %s", choices);
    }
  if (argument->only_for != NULL)
    g_string_append_printf (text, "  [%s]", argument->only_for);
  for (guint i = 0; argument->features[i] != NULL; i++)
    g_string_append_printf (text, "  (%s)", argument->features[i]);
}

/**
 * drover_qmp_schema_dup_help:
 * @given: (nullable): see drover_qmp_schema_list_arguments()
 *
 * Returns: (transfer full): what the command takes, in lines for people: a `?` behind what can
 *   be left out, QEMU's features in brackets
 */
char *
drover_qmp_schema_dup_help (DroverQmpSchema *self, const char *command, JsonObject *given)
{
  g_autoptr (GPtrArray) arguments = drover_qmp_schema_list_arguments (self, command, given);
  g_auto (GStrv) features = drover_qmp_schema_dup_features (self, command);
  GString *text = g_string_new (command);

  for (guint i = 0; features[i] != NULL; i++)
    g_string_append_printf (text, "  (%s)", features[i]);
  if (arguments->len == 0)
    g_string_append_printf (text, "\n  %s", _("takes no arguments"));
  for (guint i = 0; i < arguments->len; i++)
    append_argument (text, arguments->pdata[i]);
  return g_string_free_and_steal (text);
}
