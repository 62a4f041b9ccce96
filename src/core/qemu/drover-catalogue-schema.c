/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-catalogue-private.h"
#include "drover-json.h"

/*
 * QMP's description of itself. Its types have numbers instead of names, so a type is reached
 * through a command that is known by name: `netdev_add` takes a union whose variants are the
 * kinds of netdev, with the keys that `-netdev` takes.
 */
struct _DroverSchema
{
  JsonNode *entries;
  GHashTable *by_name; /* name, or "command NAME" → JsonObject, borrowed */
};

/* How deep structures within structures are followed: `addr.inet.host`. */
#define DEEPEST 3

#define get_text _drover_schema_get_text
#define list_objects _drover_schema_list_objects

/*
 * _drover_schema_get_text:
 * @object: (nullable): an entry, or one of its members
 *
 * Returns: (nullable): a member that is text
 */
const char *
_drover_schema_get_text (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node) : NULL;
}

/*
 * _drover_schema_list_objects:
 *
 * Returns: (transfer full): the objects in an array member; what else is in it is left out
 */
GPtrArray *
_drover_schema_list_objects (JsonObject *object, const char *member)
{
  GPtrArray *objects = g_ptr_array_new ();
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node)
                                                                  : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_OBJECT (element))
        g_ptr_array_add (objects, json_node_get_object (element));
    }

  return objects;
}

/*
 * _drover_schema_new:
 * @entries: (transfer full): what `query-qmp-schema` returned
 */
DroverSchema *
_drover_schema_new (JsonNode *entries)
{
  DroverSchema *self = g_new0 (DroverSchema, 1);
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (entries) ? json_node_get_array (entries) : NULL;

  self->entries = entries;
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *entry = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *name = get_text (entry, "name");

      if (name != NULL)
        g_hash_table_insert (self->by_name, (char *) name, entry);
    }

  return self;
}

void
_drover_schema_free (DroverSchema *self)
{
  g_hash_table_unref (self->by_name);
  json_node_unref (self->entries);
  g_free (self);
}

/*
 * _drover_schema_find:
 * @name: (nullable): a type, a command or an event
 *
 * Returns: (transfer none) (nullable): its entry
 */
JsonObject *
_drover_schema_find (DroverSchema *self, const char *name)
{
  return name != NULL ? g_hash_table_lookup (self->by_name, name) : NULL;
}

/* A type, or the type of the elements of an array of them. */
static JsonObject *
find_element (DroverSchema *self, const char *name)
{
  JsonObject *type = _drover_schema_find (self, name);

  if (g_strcmp0 (get_text (type, "meta-type"), "array") == 0)
    return _drover_schema_find (self, get_text (type, "element-type"));
  return type;
}

static JsonObject *
find_member_type (DroverSchema *self, JsonObject *type, const char *name)
{
  g_autoptr (GPtrArray) members = list_objects (type, "members");

  for (guint i = 0; i < members->len; i++)
    if (g_strcmp0 (get_text (members->pdata[i], "name"), name) == 0)
      return _drover_schema_find (self, get_text (members->pdata[i], "type"));

  return NULL;
}

/* What a command takes; of a query, what it returns. */
static JsonObject *
find_union (DroverSchema *self, const char *command, const char *const *path)
{
  JsonObject *entry = _drover_schema_find (self, command);
  const gboolean is_query = g_str_has_prefix (command, "query-");
  JsonObject *type = find_element (self, get_text (entry, is_query ? "ret-type" : "arg-type"));

  for (guint i = 0; path != NULL && path[i] != NULL; i++)
    type = find_member_type (self, type, path[i]);
  return type;
}

/*
 * _drover_schema_list_variants:
 * @command: the command that a union is reached by
 * @path: (nullable): the members on the way to it
 *
 * Returns: (transfer full): the names of the union's cases, in QEMU's order
 */
GStrv
_drover_schema_list_variants (DroverSchema *self, const char *command, const char *const *path)
{
  g_autoptr (GPtrArray) variants = list_objects (find_union (self, command, path), "variants");
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < variants->len; i++)
    if (get_text (variants->pdata[i], "case") != NULL)
      g_strv_builder_add (names, get_text (variants->pdata[i], "case"));

  return g_strv_builder_end (names);
}

typedef struct
{
  DroverSchema *schema;
  GVariantBuilder *builder;
  GHashTable *descriptions; /* nullable */
  GHashTable *seen;         /* names that are in it, as variants share some */
} Listing;

static void list_type (Listing *listing, JsonObject *type, const char *prefix, gboolean optional,
                       guint depth);

static GVariant *
dup_choices (JsonObject *type)
{
  g_autoptr (GPtrArray) members = list_objects (type, "members");
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < members->len; i++)
    if (get_text (members->pdata[i], "name") != NULL)
      g_variant_builder_add (&builder, "s", get_text (members->pdata[i], "name"));
  return g_variant_builder_end (&builder);
}

static const char *
get_type_name (JsonObject *type, const char *meta)
{
  if (g_strcmp0 (meta, "builtin") == 0)
    return get_text (type, "name");
  if (g_strcmp0 (meta, "array") == 0)
    return "list";
  /* An alternate is a name, or the thing itself in JSON. */
  return g_strcmp0 (meta, "alternate") == 0 ? "str" : meta;
}

static void
add_member (Listing *listing, const char *name, JsonObject *type, const char *meta,
            gboolean optional)
{
  const char *type_name = get_type_name (type, meta);
  const char *description = listing->descriptions != NULL
                              ? g_hash_table_lookup (listing->descriptions, name) : NULL;
  guint flags = optional ? 0 : CATALOGUE_IS_REQUIRED;

  if (!g_hash_table_add (listing->seen, g_strdup (name)))
    return;
  if (g_str_has_prefix (name, "x-"))
    flags |= CATALOGUE_IS_INTERNAL;

  g_variant_builder_open (listing->builder, G_VARIANT_TYPE (CATALOGUE_PROPERTY));
  g_variant_builder_add (listing->builder, "s", name);
  g_variant_builder_add (listing->builder, "s", type_name != NULL ? type_name : "");
  g_variant_builder_add (listing->builder, "s", description != NULL ? description : "");
  g_variant_builder_add (listing->builder, "s", "");
  g_variant_builder_add (listing->builder, "u", flags);
  g_variant_builder_add_value (listing->builder,
                               dup_choices (g_strcmp0 (meta, "enum") == 0 ? type : NULL));
  g_variant_builder_close (listing->builder);
}

static void
list_member (Listing *listing, JsonObject *member, const char *prefix, gboolean optional,
             guint depth)
{
  const char *name = get_text (member, "name");
  JsonObject *type = _drover_schema_find (listing->schema, get_text (member, "type"));
  const char *meta = get_text (type, "meta-type");
  g_autofree char *full = g_strconcat (prefix, name, NULL);

  optional = optional || json_object_has_member (member, "default");
  if (name == NULL || type == NULL)
    return;

  if (g_strcmp0 (meta, "object") == 0 && depth < DEEPEST)
    {
      g_autofree char *below = g_strconcat (full, ".", NULL);

      list_type (listing, type, below, optional, depth + 1);
    }
  else
    {
      add_member (listing, full, type, meta, optional);
    }
}

static void
list_type (Listing *listing, JsonObject *type, const char *prefix, gboolean optional, guint depth)
{
  g_autoptr (GPtrArray) members = list_objects (type, "members");
  g_autoptr (GPtrArray) variants = list_objects (type, "variants");

  for (guint i = 0; i < members->len; i++)
    list_member (listing, members->pdata[i], prefix, optional, depth);

  /* Which variant it will be is not known here, so none of their members must be there. */
  for (guint i = 0; i < variants->len; i++)
    list_type (listing,
               _drover_schema_find (listing->schema, get_text (variants->pdata[i], "type")),
               prefix, TRUE, depth);
}

/* Some unions wrap each of their cases in a structure whose only member is "data", which the
 * command line does not know of. */
static JsonObject *
unwrap (DroverSchema *self, JsonObject *type)
{
  g_autoptr (GPtrArray) members = list_objects (type, "members");

  if (members->len == 1 && g_strcmp0 (get_text (members->pdata[0], "name"), "data") == 0)
    return _drover_schema_find (self, get_text (members->pdata[0], "type"));
  return type;
}

/*
 * _drover_schema_list_members:
 * @variant: one of _drover_schema_list_variants()
 * @descriptions: (nullable): what is known of members, by name
 *
 * Returns: (transfer floating): the keys that the union has in this case, without its tag and
 *   the id, of type CATALOGUE_LIST. Structures within are taken apart: `addr.host`
 */
GVariant *
_drover_schema_list_members (DroverSchema *self, const char *command, const char *const *path,
                             const char *variant, GHashTable *descriptions)
{
  JsonObject *type = find_union (self, command, path);
  g_autoptr (GPtrArray) members = list_objects (type, "members");
  g_autoptr (GPtrArray) variants = list_objects (type, "variants");
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GVariantBuilder builder;
  Listing listing = { self, &builder, descriptions, seen };

  g_variant_builder_init (&builder, G_VARIANT_TYPE (CATALOGUE_LIST));
  for (guint i = 0; i < variants->len; i++)
    if (g_strcmp0 (get_text (variants->pdata[i], "case"), variant) == 0)
      list_type (&listing,
                 unwrap (self,
                         _drover_schema_find (self, get_text (variants->pdata[i], "type"))),
                 "", FALSE, 0);

  for (guint i = 0; i < members->len; i++)
    {
      const char *name = get_text (members->pdata[i], "name");

      if (g_strcmp0 (name, get_text (type, "tag")) != 0 && g_strcmp0 (name, "id") != 0)
        list_member (&listing, members->pdata[i], "", FALSE, 0);
    }

  return g_variant_builder_end (&builder);
}
