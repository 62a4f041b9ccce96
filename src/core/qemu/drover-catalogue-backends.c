/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-catalogue-writer.h"
#include "drover-json.h"

/* A catalogue's backends: what stands on the host's side. */

static const char *const chardev_path[] = { "backend", NULL };

typedef struct
{
  const char *kind;
  const char *help;    /* nullable: the option whose help lists them */
  const char *command; /* nullable: where the schema has their keys */
  const char *const *path;
} BackendKind;

/* The schema lists what QEMU was compiled for, the help what is there: modules that are not
 * installed are left out. */
static const BackendKind kinds[] = {
  { "netdev", "-netdev", "netdev_add", NULL },
  { "display", "-display", "query-display-options", NULL },
  { "audiodev", "-audiodev", "query-audiodevs", NULL },
  { "block", NULL, "blockdev-add", NULL },
};

typedef struct
{
  DroverCatalogueWriter *writer;
  DroverSchema *schema;
  GVariantBuilder *builder;
} Making;

static void
add_backend (Making *making, const char *kind, const char *name, const char *title, guint list)
{
  g_variant_builder_add (making->builder, CATALOGUE_BACKEND, kind, name,
                         title != NULL ? title : "", list);
}

static guint
add_members (Making *making, const char *command, const char *const *path, const char *name,
             GHashTable *descriptions)
{
  return _drover_catalogue_writer_add_list (
    making->writer,
    _drover_schema_list_members (making->schema, command, path, name, descriptions));
}

static GStrv
list_names (Making *making, const BackendKind *kind)
{
  const char *help = kind->help != NULL
                       ? g_hash_table_lookup (making->writer->helps, kind->help) : NULL;
  g_autoptr (GPtrArray) entries = _drover_catalogue_parse_names (help != NULL ? help : "");
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  if (entries->len == 0)
    return _drover_schema_list_variants (making->schema, kind->command, kind->path);

  for (guint i = 0; i < entries->len; i++)
    g_strv_builder_add (names, ((DroverHelpEntry *) entries->pdata[i])->name);
  return g_strv_builder_end (names);
}

static void
add_kind (Making *making, const BackendKind *kind)
{
  g_auto (GStrv) names = list_names (making, kind);

  for (guint i = 0; names[i] != NULL; i++)
    add_backend (making, kind->kind, names[i], NULL,
                 add_members (making, kind->command, kind->path, names[i], NULL));
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The object model has them, modules included, which `-chardev help` leaves out. */
static void
add_chardevs (Making *making)
{
  g_autoptr (GPtrArray) types = _drover_catalogue_writer_list_types (making->writer, "chardev");

  g_ptr_array_sort (types, compare_texts);
  for (guint i = 0; i < types->len; i++)
    {
      const char *name = types->pdata[i];

      if (!g_str_has_prefix (name, "chardev-"))
        continue;
      name += strlen ("chardev-");
      add_backend (making, "chardev", name, NULL,
                   add_members (making, "chardev-add", chardev_path, name, NULL));
    }
}

static void
add_accelerators (Making *making)
{
  g_autoptr (GPtrArray) types = _drover_catalogue_writer_list_types (making->writer, "accel");

  for (guint i = 0; i < types->len; i++)
    {
      g_autofree char *name = g_strdup (types->pdata[i]);

      if (!g_str_has_suffix (name, "-accel"))
        continue;
      name[strlen (name) - strlen ("-accel")] = '\0';
      add_backend (making, "accel", name, NULL,
                   _drover_catalogue_writer_get_list (making->writer, types->pdata[i]));
    }
}

/* What the types above a type say of their properties. */
static GHashTable *
collect_descriptions (DroverCatalogueWriter *writer, const char *type)
{
  GHashTable *descriptions = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint depth = 0; type != NULL && depth < 50; depth++)
    {
      const guint index = _drover_catalogue_writer_get_list (writer, type);
      GArray *list = index != CATALOGUE_NO_LIST ? writer->lists->pdata[index] : NULL;

      for (guint i = 0; list != NULL && i < list->len; i++)
        {
          WriterProperty *property = &g_array_index (list, WriterProperty, i);

          g_hash_table_insert (descriptions, (char *) property->name,
                               (char *) property->description);
        }
      type = g_hash_table_lookup (writer->parents, type);
    }

  return descriptions;
}

static void
add_objects (Making *making)
{
  g_autoptr (GPtrArray) types = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, making->writer->creatable);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (making->writer->abstract, name))
      g_ptr_array_add (types, name);

  g_ptr_array_sort (types, compare_texts);
  for (guint i = 0; i < types->len; i++)
    {
      g_autoptr (GHashTable) descriptions = collect_descriptions (making->writer,
                                                                  types->pdata[i]);

      add_backend (making, "object", types->pdata[i], NULL,
                   add_members (making, "object-add", NULL, types->pdata[i], descriptions));
    }
}

/* QEMU may list one twice. */
static void
add_texts (Making *making, const char *kind, const char *command)
{
  JsonNode *node = g_hash_table_lookup (making->writer->answers, command);
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node)
                                                                  : NULL;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (json_node_get_value_type (element) == G_TYPE_STRING &&
          g_hash_table_add (seen, (char *) json_node_get_string (element)))
        add_backend (making, kind, json_node_get_string (element), NULL, CATALOGUE_NO_LIST);
    }
}

/* What `OPTION help` lists with titles. "standard VGA (default)": which one is the default
 * depends on the machine. */
static void
add_cards (Making *making, const char *kind, const char *option)
{
  const char *help = g_hash_table_lookup (making->writer->helps, option);
  g_autoptr (GPtrArray) entries = _drover_catalogue_parse_titles (help != NULL ? help : "");

  for (guint i = 0; i < entries->len; i++)
    {
      DroverHelpEntry *entry = entries->pdata[i];
      char *remark = entry->title != NULL ? g_strrstr (entry->title, " (default)") : NULL;

      if (remark != NULL)
        *remark = '\0';
      if (entry->title != NULL)
        add_backend (making, kind, entry->name, entry->title, CATALOGUE_NO_LIST);
    }
}

static GVariant *
make_keys (JsonNode *parameters)
{
  g_autoptr (GPtrArray) objects = _drover_catalogue_objects (parameters);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE (CATALOGUE_LIST));
  for (guint i = 0; i < objects->len; i++)
    {
      const char *name = _drover_catalogue_text (objects->pdata[i], "name");
      const char *type = _drover_catalogue_text (objects->pdata[i], "type");
      const char *help = _drover_catalogue_text (objects->pdata[i], "help");
      JsonNode *value = json_object_get_member (objects->pdata[i], "default");
      g_autofree char *fallback = value != NULL ? drover_json_to_text (value, FALSE) : NULL;

      if (name != NULL)
        g_variant_builder_add (&builder, "(ssssu@as)", name, type != NULL ? type : "",
                               help != NULL ? help : "", fallback != NULL ? fallback : "",
                               g_str_has_prefix (name, "x-") ? CATALOGUE_IS_INTERNAL : 0,
                               g_variant_new_strv (NULL, 0));
    }

  return g_variant_builder_end (&builder);
}

static void
add_options (Making *making)
{
  JsonNode *node = g_hash_table_lookup (making->writer->answers, "query-command-line-options");
  g_autoptr (GPtrArray) options = _drover_catalogue_objects (node);

  for (guint i = 0; i < options->len; i++)
    {
      const char *name = _drover_catalogue_text (options->pdata[i], "option");

      if (name != NULL && *name != '\0')
        add_backend (making, "option", name, NULL,
                     _drover_catalogue_writer_add_list (
                       making->writer,
                       make_keys (json_object_get_member (options->pdata[i], "parameters"))));
    }
}

/* All options, also those that QMP does not tell; not each program has each. */
static void
add_help_options (Making *making)
{
  const char *help = g_hash_table_lookup (making->writer->helps, "-help");
  g_autoptr (GPtrArray) entries = _drover_catalogue_parse_options (help != NULL ? help : "");

  for (guint i = 0; i < entries->len; i++)
    add_backend (making, "help-option", ((DroverHelpEntry *) entries->pdata[i])->name, NULL,
                 CATALOGUE_NO_LIST);
}

/*
 * _drover_catalogue_writer_make_backends:
 *
 * Returns: (transfer floating): all backends, and the options with their keys
 */
GVariant *
_drover_catalogue_writer_make_backends (DroverCatalogueWriter *self)
{
  JsonNode *entries = g_hash_table_lookup (self->answers, "query-qmp-schema");
  g_autoptr (DroverSchema) schema =
    _drover_schema_new (entries != NULL ? json_node_ref (entries) : json_node_new (JSON_NODE_NULL));
  GVariantBuilder builder;
  Making making = { self, schema, &builder };

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a" CATALOGUE_BACKEND));
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    add_kind (&making, &kinds[i]);
  add_chardevs (&making);
  add_accelerators (&making);
  add_objects (&making);
  add_texts (&making, "tpm", "query-tpm-types");
  add_texts (&making, "tpm-model", "query-tpm-models");
  add_cards (&making, "vga", "-vga");
  add_cards (&making, "sound", "-audio");
  add_options (&making);
  add_help_options (&making);
  return g_variant_builder_end (&builder);
}
