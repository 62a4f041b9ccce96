/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-catalogue-board.h"
#include "drover-error.h"
#include "drover-json.h"
#include "droverctl.h"

/* catalogue PROGRAM [TOPIC]: each topic is made as JSON, and shown as a table of the same. */

/* The backends that have keys of their own, as topics. */
static const char *const kinds[][2] = {
  { "netdevs", "netdev" },     { "chardevs", "chardev" },  { "audiodevs", "audiodev" },
  { "displays", "display" },   { "objects", "object" },    { "block-drivers", "block" },
  { "accelerators", "accel" }, { "options", "option" },    { "vgas", "vga" },
  { "sound-models", "sound" }, { "tpms", "tpm" },          { "tpm-models", "tpm-model" },
};

static void
set_text (JsonObject *object, const char *member, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, member, text);
}

static void
set_flag (JsonObject *object, const char *member, gboolean flag)
{
  if (flag)
    json_object_set_boolean_member (object, member, TRUE);
}

static void
set_texts (JsonObject *object, const char *member, const char *const *texts)
{
  if (texts != NULL && *texts != NULL)
    json_object_set_member (object, member, drover_json_from_strv (texts));
}

static JsonObject *
describe_machine (const DroverCatalogueMachine *machine)
{
  JsonObject *object = json_object_new ();

  set_text (object, "name", machine->name);
  set_text (object, "alias", machine->alias);
  set_text (object, "description", machine->description);
  set_text (object, "default-cpu", machine->default_cpu);
  json_object_set_int_member (object, "max-cpus", machine->max_cpus);
  set_flag (object, "default", machine->is_default);
  set_flag (object, "deprecated", machine->deprecated);
  set_flag (object, "hotpluggable-cpus", machine->hotpluggable_cpus);
  set_flag (object, "numa", machine->numa);
  return object;
}

static JsonObject *
describe_cpu (const DroverCatalogueCpu *cpu)
{
  JsonObject *object = json_object_new ();

  set_text (object, "name", cpu->name);
  set_text (object, "type", cpu->type);
  set_text (object, "alias-of", cpu->alias_of);
  set_text (object, "description", cpu->description);
  set_flag (object, "deprecated", cpu->deprecated);
  set_flag (object, "static", cpu->is_static);
  set_texts (object, "missing", cpu->missing);
  return object;
}

static JsonObject *
describe_device (const DroverCatalogueDevice *device)
{
  JsonObject *object = json_object_new ();

  set_text (object, "name", device->name);
  set_text (object, "alias", device->alias);
  set_text (object, "category", device->category);
  set_text (object, "bus", device->bus);
  set_text (object, "description", device->description);
  json_object_set_boolean_member (object, "user-creatable", device->user_creatable);
  return object;
}

/* A default is JSON already. */
static JsonNode *
parse_default (const char *text)
{
  JsonNode *node = drover_json_parse (text, -1, NULL);

  return node != NULL ? node : json_node_init_string (json_node_alloc (), text);
}

static JsonObject *
describe_property (const DroverCatalogueProperty *property)
{
  JsonObject *object = json_object_new ();

  set_text (object, "name", property->name);
  set_text (object, "type", property->type);
  set_text (object, "description", property->description);
  if (property->default_value != NULL)
    json_object_set_member (object, "default", parse_default (property->default_value));
  set_texts (object, "choices", property->choices);
  set_flag (object, "internal", property->internal);
  set_flag (object, "required", property->required);
  return object;
}

static JsonObject *
describe_suggestion (const DroverSuggestion *suggestion)
{
  JsonObject *object = json_object_new ();

  set_text (object, "name", suggestion->value);
  set_text (object, "description", suggestion->title);
  return object;
}

typedef JsonObject *(*Describe) (gconstpointer record);

/* Takes @records. */
static JsonNode *
describe_all (GArray *records, gsize size, Describe describe)
{
  g_autoptr (GArray) taken = records;
  JsonArray *array = json_array_sized_new (taken->len);

  for (guint i = 0; i < taken->len; i++)
    json_array_add_object_element (array, describe (taken->data + i * size));
  return json_node_init_array (json_node_alloc (), array);
}

#define DESCRIBE_ALL(records, type, describe) \
  describe_all (records, sizeof (type), (Describe) (describe))

static JsonNode *
describe_properties (GArray *properties)
{
  return DESCRIBE_ALL (properties, DroverCatalogueProperty, describe_property);
}

static JsonNode *
describe_buses (DroverCatalogue *catalogue, const char *device)
{
  g_autoptr (GArray) buses = drover_catalogue_list_buses_for (catalogue, device);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) strv = NULL;

  for (guint i = 0; i < buses->len; i++)
    g_strv_builder_add (names, g_array_index (buses, DroverCatalogueBus, i).provider);
  strv = g_strv_builder_end (names);
  return drover_json_from_strv ((const char *const *) strv);
}

/* A table that readers and `cut` can use: two blanks between columns, the last one free. */
static void
print_columns (JsonArray *array, const char *const *members)
{
  gsize widths[4] = { 0 };

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < json_array_get_length (array); i++)
      {
        JsonObject *object = json_array_get_object_element (array, i);
        g_autoptr (GString) line = g_string_new (NULL);

        for (guint j = 0; members[j] != NULL; j++)
          {
            const char *text =
              json_object_get_string_member_with_default (object, members[j], "");

            widths[j] = MAX (widths[j], strlen (text));
            g_string_append_printf (line, "%-*s  ", (int) widths[j], text);
          }
        if (pass == 1)
          g_print ("%s\n", g_strchomp (line->str));
      }
}

static char *
dup_default_text (JsonObject *property)
{
  JsonNode *node = json_object_get_member (property, "default");

  if (node == NULL)
    return g_strdup ("");
  return json_node_get_value_type (node) == G_TYPE_STRING ? json_node_dup_string (node)
                                                          : drover_json_to_text (node, FALSE);
}

/* The choices say more than the name of an enumeration. */
static char *
dup_type_text (JsonObject *property)
{
  GString *text = g_string_new (NULL);
  JsonArray *choices;

  if (!json_object_has_member (property, "choices"))
    {
      g_string_free (text, TRUE);
      return g_strdup (json_object_get_string_member_with_default (property, "type", ""));
    }

  choices = json_object_get_array_member (property, "choices");
  for (guint i = 0; i < json_array_get_length (choices); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "|" : "",
                            json_array_get_string_element (choices, i));
  return g_string_free_and_steal (text);
}

static void
print_properties (JsonArray *properties)
{
  static const char *const members[] = { "name", "type-text", "default-text", "description", NULL };

  for (guint i = 0; i < json_array_get_length (properties); i++)
    {
      JsonObject *property = json_array_get_object_element (properties, i);
      g_autofree char *type = dup_type_text (property);
      g_autofree char *value = dup_default_text (property);
      g_autofree char *default_text = *value != '\0' ? g_strconcat ("= ", value, NULL)
                                                     : g_strdup ("");

      json_object_set_string_member (property, "type-text", type);
      json_object_set_string_member (property, "default-text", default_text);
    }

  print_columns (properties, members);
}

static void
print_list (JsonNode *node)
{
  static const char *const members[] = { "name", "description", NULL };

  print_columns (json_node_get_array (node), members);
}

static void
print_machines (JsonNode *node)
{
  static const char *const members[] = { "name", "alias", "description", NULL };

  print_columns (json_node_get_array (node), members);
}

static void
print_devices (JsonNode *node)
{
  static const char *const members[] = { "name", "category", "bus", "description", NULL };

  print_columns (json_node_get_array (node), members);
}

static void
print_board_buses (JsonArray *buses)
{
  static const char *const members[] = { "name", "type", "device", NULL };

  if (json_array_get_length (buses) == 0)
    return;
  g_print ("\n%s\n", _("Buses it brings along:"));
  print_columns (buses, members);
}

/* One thing with its properties. */
static void
print_object (JsonNode *node)
{
  static const char *const members[][2] = {
    { "name", N_("Name") },         { "type", N_("Type") },
    { "description", N_("Description") }, { "alias", N_("Alias") },
    { "alias-of", N_("Alias of") }, { "category", N_("Category") },
    { "bus", N_("Plugs into") },    { "default-cpu", N_("CPU by default") },
    { "version", N_("Version") },   { "program", N_("Program") },
    { "architecture", N_("Architecture") },
    { "board-error", N_("Not started with nothing added") },
  };
  JsonObject *object = json_node_get_object (node);

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const char *text =
        json_object_get_string_member_with_default (object, members[i][0], "");

      if (*text != '\0')
        g_print ("%s: %s\n", _(members[i][1]), text);
    }
  if (json_object_has_member (object, "board-buses"))
    print_board_buses (json_object_get_array_member (object, "board-buses"));
  if (json_object_has_member (object, "properties") &&
      json_array_get_length (json_object_get_array_member (object, "properties")) > 0)
    {
      g_print ("\n");
      print_properties (json_object_get_array_member (object, "properties"));
    }
}

/* The numbers of things, so that somebody who knows no topic learns which there are. */
static JsonNode *
make_overview (DroverCatalogue *catalogue)
{
  g_autoptr (GArray) machines = drover_catalogue_list_machines (catalogue);
  g_autoptr (GArray) cpus = drover_catalogue_list_cpus (catalogue);
  g_autoptr (GArray) devices = drover_catalogue_list_devices (catalogue);
  JsonObject *object = json_object_new ();

  set_text (object, "program", drover_catalogue_get_program (catalogue));
  set_text (object, "version", drover_catalogue_get_version (catalogue));
  set_text (object, "architecture", drover_catalogue_get_architecture (catalogue));
  json_object_set_int_member (object, "machines", machines->len);
  json_object_set_int_member (object, "cpus", cpus->len);
  json_object_set_int_member (object, "devices", devices->len);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GArray) backends = drover_catalogue_list_backends (catalogue, kinds[i][1]);

      json_object_set_int_member (object, kinds[i][0], backends->len);
    }
  return json_node_init_object (json_node_alloc (), object);
}

static void
print_overview (JsonNode *node)
{
  JsonObject *object = json_node_get_object (node);
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  print_object (node);
  g_print ("\n");
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    if (json_node_get_value_type (member) == G_TYPE_INT64)
      g_print ("%-16s %" G_GINT64_FORMAT "\n", name, json_node_get_int (member));
}

static JsonNode *
take_object (JsonObject *object, GArray *properties)
{
  json_object_set_member (object, "properties", describe_properties (properties));
  return json_node_init_object (json_node_alloc (), object);
}

static JsonNode *
make_backend_of (DroverCatalogue *catalogue, const char *kind, const char *name)
{
  g_autoptr (GArray) backends = drover_catalogue_list_backends (catalogue, kind);

  for (guint i = 0; i < backends->len; i++)
    {
      DroverSuggestion *backend = &g_array_index (backends, DroverSuggestion, i);
      JsonObject *object;

      if (!g_str_equal (backend->value, name))
        continue;
      object = describe_suggestion (backend);
      json_object_set_string_member (object, "kind", kind);
      return take_object (object,
                          drover_catalogue_list_backend_properties (catalogue, kind, name));
    }

  return NULL;
}

/* "netdev:user": a backend of one kind. Without the kind the first that has the name. */
static JsonNode *
make_backend (DroverCatalogue *catalogue, const char *topic)
{
  const char *colon = strchr (topic, ':');
  g_autofree char *kind = colon != NULL ? g_strndup (topic, colon - topic) : g_strdup ("object");
  JsonNode *node = make_backend_of (catalogue, kind, colon != NULL ? colon + 1 : topic);

  for (guint i = 0; node == NULL && colon == NULL && i < G_N_ELEMENTS (kinds); i++)
    if (!g_str_equal (kinds[i][1], "option"))
      node = make_backend_of (catalogue, kinds[i][1], topic);
  return node;
}

static JsonArray *
describe_board_buses (DroverCatalogue *catalogue, const char *machine)
{
  g_autoptr (GArray) buses =
    drover_catalogue_list_board_buses (catalogue, machine, FALSE, NULL);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < buses->len; i++)
    {
      DroverCatalogueBoardBus *bus = &g_array_index (buses, DroverCatalogueBoardBus, i);
      JsonObject *object = json_object_new ();

      set_text (object, "name", bus->name);
      set_text (object, "type", bus->type);
      set_text (object, "device", bus->device);
      json_array_add_object_element (array, object);
    }
  return array;
}

/* A machine's properties have their values when it is made, and only then. */
static void
add_board_values (JsonArray *properties, DroverCatalogue *catalogue, const char *machine)
{
  for (guint i = 0; i < json_array_get_length (properties); i++)
    {
      JsonObject *property = json_array_get_object_element (properties, i);
      g_autofree char *value = drover_catalogue_dup_board_value (
        catalogue, machine, FALSE, json_object_get_string_member (property, "name"));

      if (value != NULL)
        json_object_set_member (property, "default", parse_default (value));
    }
}

/* Not each board starts without a kernel or firmware; then it is told why, and what is known
 * without that. */
static JsonNode *
make_machine (DroverCatalogue *catalogue, const DroverCatalogueMachine *machine)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = take_object (describe_machine (machine),
                                drover_catalogue_list_machine_properties (catalogue,
                                                                          machine->name));
  JsonObject *object = json_node_get_object (node);

  if (dex_await (drover_catalogue_load_board (catalogue, machine->name, FALSE), &error))
    {
      add_board_values (json_object_get_array_member (object, "properties"), catalogue,
                        machine->name);
      json_object_set_array_member (object, "board-buses",
                                    describe_board_buses (catalogue, machine->name));
    }
  else
    set_text (object, "board-error", error->message);
  return node;
}

/* A device, machine, CPU or backend by its name. */
static JsonNode *
make_thing (DroverCatalogue *catalogue, const char *topic)
{
  DroverCatalogueDevice device;
  DroverCatalogueMachine machine;
  DroverCatalogueCpu cpu;

  if (drover_catalogue_find_device (catalogue, topic, &device))
    {
      JsonObject *object = describe_device (&device);

      json_object_set_member (object, "buses-from", describe_buses (catalogue, topic));
      return take_object (object, drover_catalogue_list_properties (catalogue, topic));
    }
  if (drover_catalogue_find_machine (catalogue, topic, &machine))
    return make_machine (catalogue, &machine);
  if (drover_catalogue_find_cpu (catalogue, topic, &cpu))
    return take_object (describe_cpu (&cpu),
                        drover_catalogue_list_properties (catalogue, cpu.type));
  return make_backend (catalogue, topic);
}

typedef void (*Print) (JsonNode *node);

static JsonNode *
make_list (DroverCatalogue *catalogue, const char *topic, Print *print)
{
  *print = print_list;
  if (g_str_equal (topic, "machines"))
    {
      *print = print_machines;
      return DESCRIBE_ALL (drover_catalogue_list_machines (catalogue), DroverCatalogueMachine,
                           describe_machine);
    }
  if (g_str_equal (topic, "cpus"))
    return DESCRIBE_ALL (drover_catalogue_list_cpus (catalogue), DroverCatalogueCpu, describe_cpu);
  if (g_str_equal (topic, "devices"))
    {
      *print = print_devices;
      return DESCRIBE_ALL (drover_catalogue_list_devices (catalogue), DroverCatalogueDevice,
                           describe_device);
    }

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (topic, kinds[i][0]))
      return DESCRIBE_ALL (drover_catalogue_list_backends (catalogue, kinds[i][1]),
                           DroverSuggestion, describe_suggestion);

  return NULL;
}

static JsonNode *
make_topic (DroverCatalogue *catalogue, const char *topic, Print *print)
{
  JsonNode *node;

  if (topic == NULL)
    {
      *print = print_overview;
      return make_overview (catalogue);
    }

  node = make_list (catalogue, topic, print);
  if (node != NULL)
    return node;

  *print = print_object;
  return make_thing (catalogue, topic);
}

static gboolean
run_catalogue (Invocation *invocation, GError **error)
{
  const char *program = invocation->operands[0];
  const char *topic = invocation->operands[1];
  g_autoptr (DroverCatalogue) catalogue =
    dex_await_object (drover_catalogue_load (program), error);
  g_autoptr (JsonNode) node = NULL;
  Print print;

  if (catalogue == NULL)
    return FALSE;

  node = make_topic (catalogue, topic, &print);
  if (node == NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   /* Translators: first a program, then what was typed */
                   _("%s has no device, machine, CPU or backend “%s”; without it, “droverctl "
                     "catalogue” tells what there is"), program, topic);
      return FALSE;
    }

  if (option_json)
    print_json (node);
  else
    print (node);
  return TRUE;
}

const Command catalogue_command = {
  "catalogue", "PROGRAM [TOPIC]",
  N_("Show what a QEMU program can do: its machines, cpus, devices, one DEVICE …"), 1,
  json_options, run_catalogue, 1,
  N_("Topics: machines, cpus, devices, netdevs, chardevs, audiodevs, displays, objects,\n"
     "block-drivers, accelerators, options, vgas, sound-models, tpms, tpm-models;\n"
     "or the name of one of them, as q35, e1000, tap or chardev:socket"),
};
