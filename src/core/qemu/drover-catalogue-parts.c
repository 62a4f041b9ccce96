/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-catalogue-writer.h"

/* A catalogue's machines, CPUs and devices. */

static GPtrArray *
get_objects (DroverCatalogueWriter *self, const char *command)
{
  return _drover_catalogue_objects (g_hash_table_lookup (self->answers, command));
}

static const char *
get_text (JsonObject *object, const char *member)
{
  const char *text = _drover_catalogue_text (object, member);

  return text != NULL ? text : "";
}

static GPtrArray *
parse_help (DroverCatalogueWriter *self, const char *option)
{
  const char *text = g_hash_table_lookup (self->helps, option);

  return _drover_catalogue_parse_titles (text != NULL ? text : "");
}

/* "Standard PC (Q35 + ICH9, 2009) (alias of pc-q35-10.0)": that it is an alias, the default or
 * deprecated is told by the answers, so it is cut off here. */
static char *
dup_plain_title (const char *title)
{
  static const char *const remarks[] = { "(alias ", "(default)", "(deprecated)" };
  char *plain = g_strdup (title != NULL ? title : "");

  for (guint i = 0; i < G_N_ELEMENTS (remarks); i++)
    {
      char *remark = strstr (plain, remarks[i]);

      if (remark != NULL)
        *remark = '\0';
    }

  return g_strchomp (plain);
}

static guint
find_entry (GPtrArray *entries, const char *name)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const DroverHelpEntry *entry = entries->pdata[i];

      if (g_str_equal (entry->name, name))
        return i;
    }

  return entries->len;
}

static char *
dup_title (GPtrArray *entries, const char *name)
{
  guint i = find_entry (entries, name);
  const DroverHelpEntry *entry = i < entries->len ? entries->pdata[i] : NULL;

  return dup_plain_title (entry != NULL ? entry->title : NULL);
}

/* "pc-q35-10.0" is of the family "pc-q35", which most other names are themselves. */
static gsize
get_family_length (const char *name)
{
  const char *dash = strrchr (name, '-');

  return dash != NULL && g_ascii_isdigit (dash[1]) ? (gsize) (dash - name) : strlen (name);
}

/* Where the first of a machine's family stands. */
static guint
find_family (GPtrArray *entries, const char *name)
{
  const gsize length = get_family_length (name);

  for (guint i = 0; i < entries->len; i++)
    {
      const char *other = ((DroverHelpEntry *) entries->pdata[i])->name;

      if (get_family_length (other) == length && strncmp (other, name, length) == 0)
        return i;
    }

  return entries->len;
}

/* The families as the help has them, and of each the newest first: QEMU itself sorts 10.0 below
 * 2.10. */
static int
compare_machines (gconstpointer a, gconstpointer b, gpointer help)
{
  const char *x = get_text (*(JsonObject *const *) a, "name");
  const char *y = get_text (*(JsonObject *const *) b, "name");
  const guint i = find_family (help, x);
  const guint j = find_family (help, y);

  return i != j ? (int) i - (int) j : strverscmp (y, x);
}

/*
 * _drover_catalogue_writer_make_machines:
 *
 * Returns: (transfer floating): the machine types in the order of `-M help`, but the newest of
 *   each family first
 */
GVariant *
_drover_catalogue_writer_make_machines (DroverCatalogueWriter *self)
{
  g_autoptr (GPtrArray) machines = get_objects (self, "query-machines");
  g_autoptr (GPtrArray) help = parse_help (self, "-M");
  GVariantBuilder builder;

  g_ptr_array_sort_with_data (machines, compare_machines, help);
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a" CATALOGUE_MACHINE));
  for (guint i = 0; i < machines->len; i++)
    {
      JsonObject *machine = machines->pdata[i];
      const char *name = get_text (machine, "name");
      g_autofree char *type = g_strconcat (name, "-machine", NULL);
      g_autofree char *title = dup_title (help, name);
      guint flags = 0;

      flags |= _drover_catalogue_is (machine, "is-default") ? CATALOGUE_IS_DEFAULT : 0;
      flags |= _drover_catalogue_is (machine, "deprecated") ? CATALOGUE_IS_DEPRECATED : 0;
      flags |= _drover_catalogue_is (machine, "hotpluggable-cpus") ? CATALOGUE_HAS_HOTPLUG : 0;
      flags |= _drover_catalogue_is (machine, "numa-mem-supported") ? CATALOGUE_HAS_NUMA : 0;
      g_variant_builder_add (&builder, CATALOGUE_MACHINE, name, get_text (machine, "alias"), title,
                             get_text (machine, "default-cpu-type"),
                             _drover_catalogue_number (machine, "cpu-max"), flags,
                             _drover_catalogue_writer_get_list (self, type));
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
make_missing (JsonObject *cpu)
{
  JsonNode *node = json_object_get_member (cpu, "unavailable-features");
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node)
                                                                  : NULL;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (json_node_get_value_type (element) == G_TYPE_STRING)
        g_variant_builder_add (&builder, "s", json_node_get_string (element));
    }

  return g_variant_builder_end (&builder);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_ascii_strcasecmp (get_text (*(JsonObject *const *) a, "name"),
                             get_text (*(JsonObject *const *) b, "name"));
}

/* Which version a model stands for. QMP does not tell that without a machine; the help says
 * "(alias of Broadwell-v2)", or that the machine decides, which is the first one by default. */
static char *
dup_alias_of (GPtrArray *help, const char *name)
{
  static const char prefix[] = "(alias of ";
  const guint i = find_entry (help, name);
  const char *title = i < help->len ? ((DroverHelpEntry *) help->pdata[i])->title : NULL;

  if (title == NULL || !g_str_has_prefix (title, prefix))
    return NULL;
  title += strlen (prefix);
  return g_strndup (title, strcspn (title, ")"));
}

static char *
dup_cpu_title (GPtrArray *help, const char *name, const char *alias_of)
{
  g_autofree char *title = dup_title (help, name);
  g_autofree char *first = g_strconcat (name, "-v1", NULL);

  return *title != '\0' ? g_steal_pointer (&title)
                        : dup_title (help, alias_of != NULL ? alias_of : first);
}

/* "m68040-m68k-cpu" is the model "m68040" of all that is a "m68k-cpu". */
static char *
dup_model (DroverCatalogueWriter *self, const char *type)
{
  const char *family = type;

  for (guint depth = 0; family != NULL && depth < 50; depth++)
    {
      const char *parent = g_hash_table_lookup (self->parents, family);

      if (parent == NULL || g_str_equal (parent, "cpu"))
        break;
      family = parent;
    }
  if (family == NULL || !g_str_has_suffix (type, family) ||
      strlen (type) <= strlen (family) + 1 || type[strlen (type) - strlen (family) - 1] != '-')
    return g_strdup (type);

  return g_strndup (type, strlen (type) - strlen (family) - 1);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Not each program answers which CPU models it has; its types tell. */
static void
add_cpus_by_type (DroverCatalogueWriter *self, GVariantBuilder *builder)
{
  g_autoptr (GPtrArray) types = _drover_catalogue_writer_list_types (self, "cpu");

  g_ptr_array_sort (types, compare_texts);
  for (guint i = 0; i < types->len; i++)
    {
      const char *type = types->pdata[i];
      g_autofree char *name = dup_model (self, type);

      g_variant_builder_add (builder, "(ssssuu@as)", name, type, "", "", 0,
                             _drover_catalogue_writer_get_list (self, type),
                             g_variant_new_strv (NULL, 0));
    }
}

/*
 * _drover_catalogue_writer_make_cpus:
 *
 * Returns: (transfer floating): the CPU models by name
 */
GVariant *
_drover_catalogue_writer_make_cpus (DroverCatalogueWriter *self)
{
  g_autoptr (GPtrArray) cpus = get_objects (self, "query-cpu-definitions");
  g_autoptr (GPtrArray) help = parse_help (self, "-cpu");
  GVariantBuilder builder;

  g_ptr_array_sort (cpus, compare_names);
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a" CATALOGUE_CPU));
  for (guint i = 0; i < cpus->len; i++)
    {
      JsonObject *cpu = cpus->pdata[i];
      const char *name = get_text (cpu, "name");
      const char *type = get_text (cpu, "typename");
      g_autofree char *told = dup_alias_of (help, name);
      const char *answered = get_text (cpu, "alias-of");
      const char *alias_of = *answered != '\0' ? answered : told;
      g_autofree char *title = dup_cpu_title (help, name, alias_of);
      guint flags = 0;

      flags |= _drover_catalogue_is (cpu, "static") ? CATALOGUE_IS_STATIC : 0;
      flags |= _drover_catalogue_is (cpu, "deprecated") ? CATALOGUE_IS_DEPRECATED : 0;
      g_variant_builder_add (&builder, "(ssssuu@as)", name, type,
                             alias_of != NULL ? alias_of : "", title, flags,
                             _drover_catalogue_writer_get_list (self, type),
                             make_missing (cpu));
    }
  if (cpus->len == 0)
    add_cpus_by_type (self, &builder);

  return g_variant_builder_end (&builder);
}

static void
add_device (DroverCatalogueWriter *self, GVariantBuilder *builder, const DroverQdmDevice *device)
{
  g_variant_builder_add (builder, CATALOGUE_DEVICE, device->name,
                         device->alias != NULL ? device->alias : "", device->category,
                         device->bus != NULL ? device->bus : "",
                         device->description != NULL ? device->description : "",
                         device->creatable ? CATALOGUE_IS_CREATABLE : 0,
                         _drover_catalogue_writer_get_list (self, device->name));
}

/*
 * _drover_catalogue_writer_make_devices:
 *
 * Returns: (transfer floating): the devices in the order of `-device help`, then those that it
 *   does not know of
 */
GVariant *
_drover_catalogue_writer_make_devices (DroverCatalogueWriter *self)
{
  JsonNode *answer = g_hash_table_lookup (self->answers, "human-monitor-command");
  const char *text = answer != NULL && json_node_get_value_type (answer) == G_TYPE_STRING
                       ? json_node_get_string (answer) : "";
  g_autoptr (GPtrArray) devices = _drover_catalogue_parse_qdm (text);
  g_autoptr (GPtrArray) types = _drover_catalogue_writer_list_types (self, "device");
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a" CATALOGUE_DEVICE));
  for (guint i = 0; i < devices->len; i++)
    {
      DroverQdmDevice *device = devices->pdata[i];

      /* A device of two categories is listed under both; the first one counts. */
      if (g_hash_table_add (seen, device->name))
        add_device (self, &builder, device);
    }

  for (guint i = 0; i < types->len; i++)
    {
      DroverQdmDevice device = { .name = types->pdata[i], .category = (char *) "" };

      if (!g_hash_table_contains (seen, device.name))
        add_device (self, &builder, &device);
    }

  return g_variant_builder_end (&builder);
}
