/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-catalogue-writer.h"
#include "drover-json.h"

/* Makes a catalogue's data out of what QEMU answered. QEMU may be any program that the user
 * named, so no answer is trusted to have the shape it should. */

static void
property_list_free (gpointer data)
{
  g_array_unref (data);
}

DroverCatalogueWriter *
_drover_catalogue_writer_new (void)
{
  DroverCatalogueWriter *self = g_new0 (DroverCatalogueWriter, 1);

  self->strings = g_string_chunk_new (64 * 1024);
  self->parents = g_hash_table_new (g_str_hash, g_str_equal);
  self->abstract = g_hash_table_new (g_str_hash, g_str_equal);
  self->types = g_ptr_array_new ();
  self->creatable = g_hash_table_new (g_str_hash, g_str_equal);
  self->lists = g_ptr_array_new_with_free_func (property_list_free);
  self->lists_by_type = g_hash_table_new (g_str_hash, g_str_equal);
  self->choices = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                         (GDestroyNotify) g_strfreev);
  self->answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) json_node_unref);
  self->helps = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->extra = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  return self;
}

void
_drover_catalogue_writer_free (DroverCatalogueWriter *self)
{
  g_hash_table_unref (self->parents);
  g_hash_table_unref (self->abstract);
  g_ptr_array_unref (self->types);
  g_hash_table_unref (self->creatable);
  g_ptr_array_unref (self->lists);
  g_hash_table_unref (self->lists_by_type);
  g_hash_table_unref (self->choices);
  g_hash_table_unref (self->answers);
  g_hash_table_unref (self->helps);
  g_ptr_array_unref (self->extra);
  g_string_chunk_free (self->strings);
  g_free (self);
}

/*
 * _drover_catalogue_text:
 *
 * Returns: (transfer none) (nullable): the text in a member; %NULL if there is none
 */
const char *
_drover_catalogue_text (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node) : NULL;
}

/*
 * _drover_catalogue_is:
 *
 * Returns: whether a member is there and true
 */
gboolean
_drover_catalogue_is (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_BOOLEAN &&
         json_node_get_boolean (node);
}

/*
 * _drover_catalogue_objects:
 *
 * Returns: (transfer container): the objects in an array, none when it is no array
 */
GPtrArray *
_drover_catalogue_objects (JsonNode *node)
{
  GPtrArray *objects = g_ptr_array_new ();
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

static const char *
keep (DroverCatalogueWriter *self, const char *text)
{
  return g_string_chunk_insert_const (self->strings, text != NULL ? text : "");
}

/*
 * _drover_catalogue_writer_take_types:
 * @types: (transfer full): what `qom-list-types` with `abstract` returned
 *
 * The tree of all types of QEMU's object model.
 */
void
_drover_catalogue_writer_take_types (DroverCatalogueWriter *self, JsonNode *types)
{
  g_autoptr (JsonNode) node = types;
  g_autoptr (GPtrArray) objects = _drover_catalogue_objects (node);

  for (guint i = 0; i < objects->len; i++)
    {
      const char *name = _drover_catalogue_text (objects->pdata[i], "name");

      if (name == NULL)
        continue;
      name = keep (self, name);
      g_ptr_array_add (self->types, (char *) name);
      g_hash_table_insert (self->parents, (char *) name,
                           (char *) keep (self, _drover_catalogue_text (objects->pdata[i],
                                                                        "parent")));
      if (_drover_catalogue_is (objects->pdata[i], "abstract"))
        g_hash_table_add (self->abstract, (char *) name);
    }
}

/*
 * _drover_catalogue_writer_take_creatable:
 * @types: (transfer full): what `qom-list-types` for `user-creatable` returned
 *
 * The types that `-object` takes; they have an interface in common, not a parent.
 */
void
_drover_catalogue_writer_take_creatable (DroverCatalogueWriter *self, JsonNode *types)
{
  g_autoptr (JsonNode) node = types;
  g_autoptr (GPtrArray) objects = _drover_catalogue_objects (node);

  for (guint i = 0; i < objects->len; i++)
    {
      const char *name = _drover_catalogue_text (objects->pdata[i], "name");

      if (name != NULL)
        g_hash_table_add (self->creatable, (char *) keep (self, name));
    }
}

/*
 * _drover_catalogue_writer_is_a:
 *
 * Returns: whether @type is @ancestor or below it
 */
gboolean
_drover_catalogue_writer_is_a (DroverCatalogueWriter *self, const char *type,
                               const char *ancestor)
{
  /* A program that lies could make a circle of its types. */
  for (guint depth = 0; type != NULL && depth < 50; depth++)
    {
      if (g_str_equal (type, ancestor))
        return TRUE;
      type = g_hash_table_lookup (self->parents, type);
    }

  return FALSE;
}

/*
 * _drover_catalogue_writer_list_types:
 *
 * Returns: (transfer container): the names of the types below @parent that are not abstract
 */
GPtrArray *
_drover_catalogue_writer_list_types (DroverCatalogueWriter *self, const char *parent)
{
  GPtrArray *types = g_ptr_array_new ();

  for (guint i = 0; i < self->types->len; i++)
    if (!g_hash_table_contains (self->abstract, self->types->pdata[i]) &&
        _drover_catalogue_writer_is_a (self, self->types->pdata[i], parent))
      g_ptr_array_add (types, self->types->pdata[i]);

  return types;
}

/*
 * _drover_catalogue_writer_list_abstract_objects:
 *
 * Returns: (transfer container): the names of the abstract types among those for `-object`
 */
GPtrArray *
_drover_catalogue_writer_list_abstract_objects (DroverCatalogueWriter *self)
{
  GPtrArray *types = g_ptr_array_new ();

  for (guint i = 0; i < self->types->len; i++)
    if (g_hash_table_contains (self->abstract, self->types->pdata[i]) &&
        g_hash_table_contains (self->creatable, self->types->pdata[i]))
      g_ptr_array_add (types, self->types->pdata[i]);

  return types;
}

/* QEMU's own order is that of a hash table. */
static int
compare_properties (gconstpointer a, gconstpointer b)
{
  return strcmp (((const WriterProperty *) a)->name, ((const WriterProperty *) b)->name);
}

static GArray *
read_properties (DroverCatalogueWriter *self, GPtrArray *objects)
{
  GArray *list = g_array_sized_new (FALSE, FALSE, sizeof (WriterProperty), objects->len);

  for (guint i = 0; i < objects->len; i++)
    {
      JsonNode *value = json_object_get_member (objects->pdata[i], "default-value");
      WriterProperty property = {
        .name = keep (self, _drover_catalogue_text (objects->pdata[i], "name")),
        .type = keep (self, _drover_catalogue_text (objects->pdata[i], "type")),
        .description = keep (self, _drover_catalogue_text (objects->pdata[i], "description")),
        .default_value = "",
      };

      if (value != NULL)
        {
          g_autofree char *text = drover_json_to_text (value, FALSE);

          property.default_value = keep (self, text);
          if (json_node_get_value_type (value) == G_TYPE_STRING)
            property.default_text = keep (self, json_node_get_string (value));
        }
      if (*property.name != '\0')
        g_array_append_val (list, property);
    }

  g_array_sort (list, compare_properties);
  return list;
}

/*
 * _drover_catalogue_writer_add_properties:
 * @type: a type of QEMU's object model
 * @properties: what `device-list-properties` or `qom-list-properties` returned for it
 */
void
_drover_catalogue_writer_add_properties (DroverCatalogueWriter *self, const char *type,
                                         JsonNode *properties)
{
  g_autoptr (GPtrArray) objects = _drover_catalogue_objects (properties);

  g_hash_table_insert (self->lists_by_type, (char *) keep (self, type),
                       GUINT_TO_POINTER (self->lists->len));
  g_ptr_array_add (self->lists, read_properties (self, objects));
}

/*
 * _drover_catalogue_writer_share_properties:
 * @other: a type that has its properties already
 *
 * Gives @type the very same.
 */
void
_drover_catalogue_writer_share_properties (DroverCatalogueWriter *self, const char *type,
                                           const char *other)
{
  g_hash_table_insert (self->lists_by_type, (char *) keep (self, type),
                       g_hash_table_lookup (self->lists_by_type, other));
}

/*
 * _drover_catalogue_writer_add_answer:
 * @answer: (transfer full): what QEMU answered to @command
 */
void
_drover_catalogue_writer_add_answer (DroverCatalogueWriter *self, const char *command,
                                     JsonNode *answer)
{
  g_hash_table_insert (self->answers, g_strdup (command), answer);
}

/*
 * _drover_catalogue_writer_add_help:
 * @text: (nullable): what the program printed for `OPTION help`
 */
void
_drover_catalogue_writer_add_help (DroverCatalogueWriter *self, const char *option,
                                   const char *text)
{
  if (text != NULL)
    g_hash_table_insert (self->helps, g_strdup (option), g_strdup (text));
}

/*
 * _drover_catalogue_writer_get_list:
 *
 * Returns: the index of a type's properties, or %CATALOGUE_NO_LIST
 */
guint
_drover_catalogue_writer_get_list (DroverCatalogueWriter *self, const char *type)
{
  gpointer index;

  return g_hash_table_lookup_extended (self->lists_by_type, type, NULL, &index)
           ? GPOINTER_TO_UINT (index) : CATALOGUE_NO_LIST;
}

/*
 * _drover_catalogue_writer_add_list:
 * @list: (transfer floating): of type CATALOGUE_LIST
 *
 * Returns: its index, or %CATALOGUE_NO_LIST if it is empty
 */
guint
_drover_catalogue_writer_add_list (DroverCatalogueWriter *self, GVariant *list)
{
  g_autoptr (GVariant) held = g_variant_ref_sink (list);

  if (g_variant_n_children (held) == 0)
    return CATALOGUE_NO_LIST;

  g_ptr_array_add (self->extra, g_steal_pointer (&held));
  return self->lists->len + self->extra->len - 1;
}

/* Types whose values are no enumeration, whatever their descriptions look like. */
static gboolean
is_plain (const char *type)
{
  static const char *const plain[] = {
    "bool", "str", "string", "size", "int", "list", "any", "uint64_t", "int64_t", "struct", NULL,
  };

  return g_strv_contains (plain, type) || g_str_has_prefix (type, "uint") ||
         g_str_has_prefix (type, "int") || strchr (type, '<') != NULL;
}

/* What one property says of an enumeration holds for all others of the same type. */
static void
learn_choices (DroverCatalogueWriter *self, const WriterProperty *property)
{
  GStrv choices;

  if (is_plain (property->type) || g_hash_table_contains (self->choices, property->type))
    return;

  choices = _drover_catalogue_parse_choices (property->description, TRUE, property->default_text);
  if (choices != NULL)
    g_hash_table_insert (self->choices, (char *) property->type, choices);
}

static GVariant *
make_choices (DroverCatalogueWriter *self, const WriterProperty *property)
{
  g_auto (GStrv) own = NULL;
  const char *const *choices = g_hash_table_lookup (self->choices, property->type);

  if (choices == NULL && (g_str_equal (property->type, "string") ||
                          g_str_equal (property->type, "str")))
    choices = (const char *const *) (own = _drover_catalogue_parse_choices (
      property->description, FALSE, property->default_text));

  return g_variant_new_strv (choices, choices != NULL ? -1 : 0);
}

/* A link is made by naming the id of something else. That is of use where users can make that
 * other thing: a memory backend, an I/O thread. */
static gboolean
is_link_to_creatable (DroverCatalogueWriter *self, const char *type)
{
  g_autofree char *target = NULL;
  GHashTableIter iter;
  gpointer name;

  if (!g_str_has_prefix (type, "link<") || !g_str_has_suffix (type, ">"))
    return FALSE;

  target = g_strndup (type + strlen ("link<"), strlen (type) - strlen ("link<>"));
  g_hash_table_iter_init (&iter, self->creatable);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (_drover_catalogue_writer_is_a (self, name, target) && !g_str_equal (target, "object"))
      return TRUE;

  return FALSE;
}

/* What nobody sets by hand, or can set at all. */
static gboolean
is_internal (DroverCatalogueWriter *self, const WriterProperty *property)
{
  static const char *const outputs[] = {
    "busnr", "guest statistics", "GuestPanicInformation", "X86CPUFeatureWordInfo", NULL,
  };
  const char *type = property->type;

  return g_str_has_prefix (property->name, "x-") || g_str_has_prefix (type, "child<") ||
         g_strv_contains (outputs, type) ||
         (g_str_equal (property->name, "type") && g_str_equal (type, "string")) ||
         (g_str_has_prefix (type, "link<") && !is_link_to_creatable (self, type));
}

static GVariant *
make_list (DroverCatalogueWriter *self, GArray *list)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE (CATALOGUE_LIST));
  for (guint i = 0; i < list->len; i++)
    {
      const WriterProperty *property = &g_array_index (list, WriterProperty, i);

      g_variant_builder_add (&builder, "(ssssu@as)", property->name, property->type,
                             property->description, property->default_value,
                             is_internal (self, property) ? CATALOGUE_IS_INTERNAL : 0,
                             make_choices (self, property));
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
make_lists (DroverCatalogueWriter *self)
{
  GVariantBuilder builder;

  for (guint i = 0; i < self->lists->len; i++)
    {
      GArray *list = self->lists->pdata[i];

      for (guint j = 0; j < list->len; j++)
        learn_choices (self, &g_array_index (list, WriterProperty, j));
    }

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a" CATALOGUE_LIST));
  for (guint i = 0; i < self->lists->len; i++)
    g_variant_builder_add_value (&builder, make_list (self, self->lists->pdata[i]));
  for (guint i = 0; i < self->extra->len; i++)
    g_variant_builder_add_value (&builder, self->extra->pdata[i]);
  return g_variant_builder_end (&builder);
}

static JsonObject *
get_answer (DroverCatalogueWriter *self, const char *command)
{
  JsonNode *node = g_hash_table_lookup (self->answers, command);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static char *
dup_version (JsonObject *answer)
{
  JsonNode *node = answer != NULL ? json_object_get_member (answer, "qemu") : NULL;
  JsonObject *version = node != NULL && JSON_NODE_HOLDS_OBJECT (node)
                          ? json_node_get_object (node) : NULL;

  if (version == NULL)
    return g_strdup ("");
  return g_strdup_printf ("%u.%u.%u", _drover_catalogue_number (version, "major"),
                          _drover_catalogue_number (version, "minor"),
                          _drover_catalogue_number (version, "micro"));
}

/*
 * _drover_catalogue_number:
 *
 * Returns: the number in a member; 0 if there is none
 */
guint
_drover_catalogue_number (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64
           ? CLAMP (json_node_get_int (node), 0, G_MAXINT32) : 0;
}

/*
 * _drover_catalogue_writer_end:
 * @identity: what the catalogue holds for
 *
 * Returns: (transfer full): the catalogue's data, of type CATALOGUE_TYPE
 */
GVariant *
_drover_catalogue_writer_end (DroverCatalogueWriter *self, const char *identity)
{
  JsonObject *version = get_answer (self, "query-version");
  const char *package = _drover_catalogue_text (version, "package");
  const char *architecture = _drover_catalogue_text (get_answer (self, "query-target"), "arch");
  g_autofree char *number = dup_version (version);
  GVariant *machines = _drover_catalogue_writer_make_machines (self);
  GVariant *cpus = _drover_catalogue_writer_make_cpus (self);
  GVariant *devices = _drover_catalogue_writer_make_devices (self);
  GVariant *backends = _drover_catalogue_writer_make_backends (self);
  GVariant *buses = _drover_catalogue_writer_make_buses (self);
  GVariant *providers = _drover_catalogue_writer_make_providers (self);
  GVariant *parts[CATALOGUE_N_PARTS] = {
    [CATALOGUE_IDENTITY] = g_variant_new_string (identity),
    [CATALOGUE_VERSION] = g_variant_new_string (number),
    [CATALOGUE_PACKAGE] = g_variant_new_string (package != NULL ? package : ""),
    [CATALOGUE_ARCHITECTURE] = g_variant_new_string (architecture != NULL ? architecture : ""),
    /* Last, as the others add lists of their own. */
    [CATALOGUE_LISTS] = make_lists (self),
    [CATALOGUE_MACHINES] = machines,
    [CATALOGUE_CPUS] = cpus,
    [CATALOGUE_DEVICES] = devices,
    [CATALOGUE_BACKENDS] = backends,
    [CATALOGUE_BUSES] = buses,
    [CATALOGUE_PROVIDERS] = providers,
  };

  return g_variant_ref_sink (g_variant_new_tuple (parts, G_N_ELEMENTS (parts)));
}
