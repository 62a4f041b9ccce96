/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-catalogue-private.h"

/*
 * All that a program can do, as it told itself. The data is one GVariant, mapped from a file;
 * records are read from it when they are asked for, and then kept, so that their texts need not
 * be copied.
 */
struct _DroverCatalogue
{
  GObject parent_instance;

  GVariant *parts[CATALOGUE_N_PARTS];
  char *program;
  GHashTable *names[CATALOGUE_N_PARTS]; /* name → index + 1, made when needed */
  GArray *records[CATALOGUE_N_PARTS];
  GArray **lists;
  gsize n_lists;
  GHashTable *boards; /* what is known of machine types: see drover-catalogue-board.c */
  GPtrArray *strvs; /* choices and missing features, which records point to */
};

G_DEFINE_FINAL_TYPE (DroverCatalogue, drover_catalogue, G_TYPE_OBJECT)

static void
drover_catalogue_finalize (GObject *object)
{
  DroverCatalogue *self = DROVER_CATALOGUE (object);

  for (guint i = 0; i < CATALOGUE_N_PARTS; i++)
    {
      g_clear_pointer (&self->names[i], g_hash_table_unref);
      g_clear_pointer (&self->records[i], g_array_unref);
    }
  for (gsize i = 0; i < self->n_lists; i++)
    g_clear_pointer (&self->lists[i], g_array_unref);
  g_free (self->lists);
  g_ptr_array_unref (self->strvs);
  g_clear_pointer (&self->boards, g_hash_table_unref);
  for (guint i = 0; i < CATALOGUE_N_PARTS; i++)
    g_clear_pointer (&self->parts[i], g_variant_unref);
  g_free (self->program);

  G_OBJECT_CLASS (drover_catalogue_parent_class)->finalize (object);
}

static void
drover_catalogue_class_init (DroverCatalogueClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_catalogue_finalize;
}

static void
drover_catalogue_init (DroverCatalogue *self)
{
  self->strvs = g_ptr_array_new_with_free_func (g_free);
}

/*
 * _drover_catalogue_new:
 * @data: of type CATALOGUE_TYPE, in its serialized form
 * @program: the program's path
 */
DroverCatalogue *
_drover_catalogue_new (GVariant *data, const char *program)
{
  DroverCatalogue *self = g_object_new (DROVER_TYPE_CATALOGUE, NULL);

  for (guint i = 0; i < CATALOGUE_N_PARTS; i++)
    self->parts[i] = g_variant_get_child_value (data, i);
  self->program = g_strdup (program);
  self->n_lists = g_variant_n_children (self->parts[CATALOGUE_LISTS]);
  self->lists = g_new0 (GArray *, self->n_lists);
  return self;
}

/*
 * _drover_catalogue_get_part:
 *
 * Returns: (transfer none): a part of the data, such as %CATALOGUE_BACKENDS
 */
GVariant *
_drover_catalogue_get_part (DroverCatalogue *self, guint part)
{
  return self->parts[part];
}

/*
 * _drover_catalogue_get_boards:
 *
 * Returns: (transfer none): where drover-catalogue-board.c keeps what it knows; it makes it
 */
GHashTable **
_drover_catalogue_get_boards (DroverCatalogue *self)
{
  return &self->boards;
}

static const char *
get_text (DroverCatalogue *self, guint part)
{
  return g_variant_get_string (self->parts[part], NULL);
}

/**
 * drover_catalogue_get_program:
 *
 * Returns: the program's path, with symlinks followed
 */
const char *
drover_catalogue_get_program (DroverCatalogue *self)
{
  return self->program;
}

/**
 * drover_catalogue_get_version:
 *
 * Returns: QEMU's version, such as `10.0.2`
 */
const char *
drover_catalogue_get_version (DroverCatalogue *self)
{
  return get_text (self, CATALOGUE_VERSION);
}

/**
 * drover_catalogue_get_architecture:
 *
 * Returns: what the program emulates, in QEMU's words, such as `aarch64`
 */
const char *
drover_catalogue_get_architecture (DroverCatalogue *self)
{
  return get_text (self, CATALOGUE_ARCHITECTURE);
}

/* Reading */

static const char *
or_null (const char *text)
{
  return *text != '\0' ? text : NULL;
}

/* Takes @strv, whose texts are the data's own. */
static const char *const *
keep_strv (DroverCatalogue *self, const char **strv)
{
  g_ptr_array_add (self->strvs, strv);
  return strv;
}

static void
read_machine (DroverCatalogue *self, GVariant *child, gpointer record)
{
  DroverCatalogueMachine *machine = record;
  guint32 flags;

  g_variant_get (child, "(&s&s&s&suuu)", &machine->name, &machine->alias, &machine->description,
                 &machine->default_cpu, &machine->max_cpus, &flags, NULL);
  machine->alias = or_null (machine->alias);
  machine->description = or_null (machine->description);
  machine->default_cpu = or_null (machine->default_cpu);
  machine->is_default = (flags & CATALOGUE_IS_DEFAULT) != 0;
  machine->deprecated = (flags & CATALOGUE_IS_DEPRECATED) != 0;
  machine->hotpluggable_cpus = (flags & CATALOGUE_HAS_HOTPLUG) != 0;
  machine->numa = (flags & CATALOGUE_HAS_NUMA) != 0;
}

static void
read_cpu (DroverCatalogue *self, GVariant *child, gpointer record)
{
  DroverCatalogueCpu *cpu = record;
  const char **missing;
  guint32 flags;

  g_variant_get (child, "(&s&s&s&suu^a&s)", &cpu->name, &cpu->type, &cpu->alias_of,
                 &cpu->description, &flags, NULL, &missing);
  cpu->alias_of = or_null (cpu->alias_of);
  cpu->description = or_null (cpu->description);
  cpu->is_static = (flags & CATALOGUE_IS_STATIC) != 0;
  cpu->deprecated = (flags & CATALOGUE_IS_DEPRECATED) != 0;
  cpu->missing = keep_strv (self, missing);
}

static void
read_device (DroverCatalogue *self, GVariant *child, gpointer record)
{
  DroverCatalogueDevice *device = record;
  guint32 flags;

  g_variant_get (child, "(&s&s&s&s&suu)", &device->name, &device->alias, &device->category,
                 &device->bus, &device->description, &flags, NULL);
  device->alias = or_null (device->alias);
  device->bus = or_null (device->bus);
  device->description = or_null (device->description);
  device->user_creatable = (flags & CATALOGUE_IS_CREATABLE) != 0;
}

static void
read_property (DroverCatalogue *self, GVariant *child, DroverCatalogueProperty *property)
{
  const char **choices;
  guint32 flags;

  g_variant_get (child, "(&s&s&s&su^a&s)", &property->name, &property->type,
                 &property->description, &property->default_value, &flags, &choices);
  property->description = or_null (property->description);
  property->default_value = or_null (property->default_value);
  property->choices = *choices != NULL ? keep_strv (self, choices) : NULL;
  property->internal = (flags & CATALOGUE_IS_INTERNAL) != 0;
  property->required = (flags & CATALOGUE_IS_REQUIRED) != 0;
  if (property->choices == NULL)
    g_free (choices);
}

typedef struct
{
  gsize size;
  void (*read) (DroverCatalogue *self, GVariant *child, gpointer record);
} RecordClass;

static const RecordClass classes[CATALOGUE_N_PARTS] = {
  [CATALOGUE_MACHINES] = { sizeof (DroverCatalogueMachine), read_machine },
  [CATALOGUE_CPUS] = { sizeof (DroverCatalogueCpu), read_cpu },
  [CATALOGUE_DEVICES] = { sizeof (DroverCatalogueDevice), read_device },
};

/* All of these records begin with their name. */
static const char *
get_name (const RecordClass *class, GArray *records, guint i)
{
  gconstpointer record = records->data + i * class->size;

  return *(const char *const *) record;
}

static GArray *
get_records (DroverCatalogue *self, guint part)
{
  const RecordClass *class = &classes[part];
  gsize n = g_variant_n_children (self->parts[part]);

  if (self->records[part] != NULL)
    return self->records[part];

  self->records[part] = g_array_sized_new (FALSE, TRUE, class->size, n);
  g_array_set_size (self->records[part], n);
  self->names[part] = g_hash_table_new (g_str_hash, g_str_equal);
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (self->parts[part], i);

      class->read (self, child, self->records[part]->data + i * class->size);
      g_hash_table_insert (self->names[part],
                           (char *) get_name (class, self->records[part], i),
                           GUINT_TO_POINTER (i + 1));
    }

  return self->records[part];
}

/* The index of the record of this name, or -1. */
static int
find_record (DroverCatalogue *self, guint part, const char *name)
{
  get_records (self, part);
  return GPOINTER_TO_INT (g_hash_table_lookup (self->names[part], name)) - 1;
}

static int
find_machine_index (DroverCatalogue *self, const char *name)
{
  GArray *machines = get_records (self, CATALOGUE_MACHINES);
  int index = find_record (self, CATALOGUE_MACHINES, name);

  for (guint i = 0; index < 0 && i < machines->len; i++)
    if (g_strcmp0 (g_array_index (machines, DroverCatalogueMachine, i).alias, name) == 0)
      index = i;
  return index;
}

static int
find_device_index (DroverCatalogue *self, const char *name)
{
  GArray *devices = get_records (self, CATALOGUE_DEVICES);
  int index = find_record (self, CATALOGUE_DEVICES, name);

  for (guint i = 0; index < 0 && i < devices->len; i++)
    if (g_strcmp0 (g_array_index (devices, DroverCatalogueDevice, i).alias, name) == 0)
      index = i;
  return index;
}

/* An empty list stands for what is not known. */
static GArray *
get_list (DroverCatalogue *self, guint index)
{
  g_autoptr (GVariant) list = NULL;
  gsize n;

  if (index >= self->n_lists)
    return g_array_new (FALSE, TRUE, sizeof (DroverCatalogueProperty));
  if (self->lists[index] != NULL)
    return g_array_ref (self->lists[index]);

  list = g_variant_get_child_value (self->parts[CATALOGUE_LISTS], index);
  n = g_variant_n_children (list);
  self->lists[index] = g_array_sized_new (FALSE, TRUE, sizeof (DroverCatalogueProperty), n);
  g_array_set_size (self->lists[index], n);
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (list, i);

      read_property (self, child,
                     &g_array_index (self->lists[index], DroverCatalogueProperty, i));
    }

  return g_array_ref (self->lists[index]);
}

/* The list of properties that a record has in its last but @from_end member. */
static GArray *
get_list_of (DroverCatalogue *self, guint part, int index, guint member)
{
  g_autoptr (GVariant) child = NULL;
  guint32 list = CATALOGUE_NO_LIST;

  if (index >= 0)
    {
      child = g_variant_get_child_value (self->parts[part], index);
      g_variant_get_child (child, member, "u", &list);
    }
  return get_list (self, list);
}

/**
 * drover_catalogue_list_machines:
 *
 * Like all lists that a catalogue gives, this one is shared and must not be changed. The
 * newest of a family of machines comes first.
 *
 * Returns: (transfer full) (element-type DroverCatalogueMachine): the types of machine
 */
GArray *
drover_catalogue_list_machines (DroverCatalogue *self)
{
  return g_array_ref (get_records (self, CATALOGUE_MACHINES));
}

/**
 * drover_catalogue_find_machine:
 * @name: a type of machine, or an alias such as `q35`
 * @machine: (out) (optional): what is known of it
 *
 * Returns: whether this QEMU has it
 */
gboolean
drover_catalogue_find_machine (DroverCatalogue *self, const char *name,
                               DroverCatalogueMachine *machine)
{
  int index = find_machine_index (self, name);

  if (index >= 0 && machine != NULL)
    *machine = g_array_index (self->records[CATALOGUE_MACHINES], DroverCatalogueMachine, index);
  return index >= 0;
}

/**
 * drover_catalogue_list_machine_properties:
 * @machine: a type of machine, or an alias
 *
 * Returns: (transfer full) (element-type DroverCatalogueProperty): what `-machine` takes for
 *   it; empty when there is no such machine
 */
GArray *
drover_catalogue_list_machine_properties (DroverCatalogue *self, const char *machine)
{
  return get_list_of (self, CATALOGUE_MACHINES, find_machine_index (self, machine), 6);
}

/**
 * drover_catalogue_list_cpus:
 *
 * Returns: (transfer full) (element-type DroverCatalogueCpu): the CPU models by name. Some
 *   QEMUs emulate CPUs that not all of their machines can have.
 */
GArray *
drover_catalogue_list_cpus (DroverCatalogue *self)
{
  return g_array_ref (get_records (self, CATALOGUE_CPUS));
}

static int
find_cpu_index (DroverCatalogue *self, const char *name)
{
  GArray *cpus = get_records (self, CATALOGUE_CPUS);
  int index = find_record (self, CATALOGUE_CPUS, name);

  for (guint i = 0; index < 0 && i < cpus->len; i++)
    if (g_str_equal (g_array_index (cpus, DroverCatalogueCpu, i).type, name))
      index = i;
  return index;
}

/**
 * drover_catalogue_find_cpu:
 * @name: a model as `-cpu` takes it, or its type such as `max-x86_64-cpu`
 * @cpu: (out) (optional): what is known of it
 *
 * Returns: whether this QEMU has it
 */
gboolean
drover_catalogue_find_cpu (DroverCatalogue *self, const char *name, DroverCatalogueCpu *cpu)
{
  int index = find_cpu_index (self, name);

  if (index >= 0 && cpu != NULL)
    *cpu = g_array_index (self->records[CATALOGUE_CPUS], DroverCatalogueCpu, index);
  return index >= 0;
}

/**
 * drover_catalogue_list_cpu_flags:
 * @cpu: (nullable): a CPU model; %NULL for the one that can do the most
 *
 * Returns: (transfer full) (element-type DroverCatalogueProperty): what can be switched on and
 *   off with `-cpu MODEL,+FLAG`; empty for an unknown model. This array is the caller's own.
 */
GArray *
drover_catalogue_list_cpu_flags (DroverCatalogue *self, const char *cpu)
{
  int index = find_cpu_index (self, cpu != NULL ? cpu : "max");
  GArray *flags = g_array_new (FALSE, TRUE, sizeof (DroverCatalogueProperty));
  g_autoptr (GArray) properties = get_list_of (self, CATALOGUE_CPUS, index, 5);

  for (guint i = 0; i < properties->len; i++)
    {
      DroverCatalogueProperty *property = &g_array_index (properties, DroverCatalogueProperty, i);

      if (g_str_equal (property->type, "bool") && !property->internal)
        g_array_append_val (flags, *property);
    }

  return flags;
}

/**
 * drover_catalogue_list_devices:
 *
 * Returns: (transfer full) (element-type DroverCatalogueDevice): all devices, also those that
 *   only machines make, in the order of `-device help`
 */
GArray *
drover_catalogue_list_devices (DroverCatalogue *self)
{
  return g_array_ref (get_records (self, CATALOGUE_DEVICES));
}

/**
 * drover_catalogue_find_device:
 * @name: a device, or an alias such as `ahci`
 * @device: (out) (optional): what is known of it
 *
 * Returns: whether this QEMU has it
 */
gboolean
drover_catalogue_find_device (DroverCatalogue *self, const char *name,
                              DroverCatalogueDevice *device)
{
  int index = find_device_index (self, name);

  if (index >= 0 && device != NULL)
    *device = g_array_index (self->records[CATALOGUE_DEVICES], DroverCatalogueDevice, index);
  return index >= 0;
}

/* The backend's index in its part, or -1. */
static int
find_backend_index (DroverCatalogue *self, const char *kind, const char *name)
{
  GVariant *backends = self->parts[CATALOGUE_BACKENDS];

  for (gsize i = 0; i < g_variant_n_children (backends); i++)
    {
      const char *own_kind, *own_name;

      g_variant_get_child (backends, i, "(&s&s&su)", &own_kind, &own_name, NULL, NULL);
      if (g_str_equal (own_kind, kind) && g_str_equal (own_name, name))
        return i;
    }

  return -1;
}

/**
 * drover_catalogue_list_properties:
 * @type: a device, or an object that `-object` takes
 *
 * Returns: (transfer full) (element-type DroverCatalogueProperty): what can be set on it; empty
 *   when there is no such type
 */
GArray *
drover_catalogue_list_properties (DroverCatalogue *self, const char *type)
{
  int index = find_device_index (self, type);

  if (index >= 0)
    return get_list_of (self, CATALOGUE_DEVICES, index, 6);
  return drover_catalogue_list_backend_properties (self, "object", type);
}

/**
 * drover_catalogue_find_property:
 * @type: see drover_catalogue_list_properties()
 * @property: (out) (optional): what is known of it
 *
 * Returns: whether the type has a property @name
 */
gboolean
drover_catalogue_find_property (DroverCatalogue *self, const char *type, const char *name,
                                DroverCatalogueProperty *property)
{
  g_autoptr (GArray) list = drover_catalogue_list_properties (self, type);

  for (guint i = 0; i < list->len; i++)
    if (g_str_equal (g_array_index (list, DroverCatalogueProperty, i).name, name))
      {
        if (property != NULL)
          *property = g_array_index (list, DroverCatalogueProperty, i);
        return TRUE;
      }

  return FALSE;
}

/**
 * drover_catalogue_list_backends:
 * @kind: `netdev`, `chardev`, `audiodev`, `display`, `object`, `block`, `accel`, `vga`, `sound`
 *   (the cards of `-audio model=`), `tpm` (the types of `-tpmdev`) or `tpm-model`
 *
 * Returns: (transfer full) (element-type DroverSuggestion): the backends of that kind. This
 *   array is the caller's own.
 */
GArray *
drover_catalogue_list_backends (DroverCatalogue *self, const char *kind)
{
  GVariant *backends = self->parts[CATALOGUE_BACKENDS];
  GArray *found = g_array_new (FALSE, TRUE, sizeof (DroverSuggestion));

  for (gsize i = 0; i < g_variant_n_children (backends); i++)
    {
      DroverSuggestion suggestion = { 0 };
      const char *own_kind;

      g_variant_get_child (backends, i, "(&s&s&su)", &own_kind, &suggestion.value,
                           &suggestion.title, NULL);
      suggestion.title = or_null (suggestion.title);
      if (g_str_equal (own_kind, kind))
        g_array_append_val (found, suggestion);
    }

  return found;
}

/**
 * drover_catalogue_list_backend_properties:
 * @kind: see drover_catalogue_list_backends()
 * @name: the backend, such as `user`
 *
 * Returns: (transfer full) (element-type DroverCatalogueProperty): the keys that it takes, as
 *   far as QEMU tells. Keys within others have dots: `addr.host`.
 */
GArray *
drover_catalogue_list_backend_properties (DroverCatalogue *self, const char *kind,
                                          const char *name)
{
  return get_list_of (self, CATALOGUE_BACKENDS, find_backend_index (self, kind, name), 3);
}

/**
 * drover_catalogue_list_options:
 *
 * Returns: (transfer full) (element-type DroverSuggestion): the options whose keys QEMU tells,
 *   without dashes. This array is the caller's own.
 */
GArray *
drover_catalogue_list_options (DroverCatalogue *self)
{
  return drover_catalogue_list_backends (self, "option");
}

/**
 * drover_catalogue_list_option_keys:
 * @option: an option without dashes: `boot`, `m`
 *
 * Returns: (transfer full) (element-type DroverCatalogueProperty): its keys; empty when QEMU
 *   tells none
 */
GArray *
drover_catalogue_list_option_keys (DroverCatalogue *self, const char *option)
{
  /* QEMU tells its own names for groups of keys. */
  static const char *const groups[][2] = {
    { "m", "memory" }, { "boot", "boot-opts" }, { "smp", "smp-opts" }, { "M", "machine" },
  };
  const char *group = option;

  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    if (g_str_equal (option, groups[i][0]))
      group = groups[i][1];
  return drover_catalogue_list_backend_properties (self, "option", group);
}

/* Buses */

/* The bus that another one is a kind of: PCI for PCIE. Empty for the root of them. */
const char *
_drover_catalogue_get_bus_parent (DroverCatalogue *self, const char *bus)
{
  GVariant *buses = self->parts[CATALOGUE_BUSES];

  for (gsize i = 0; i < g_variant_n_children (buses); i++)
    {
      const char *name, *parent;

      g_variant_get_child (buses, i, "(&s&s)", &name, &parent);
      if (g_str_equal (name, bus))
        return parent;
    }

  return "";
}

/*
 * _drover_catalogue_is_kind_of_bus:
 *
 * Returns: whether what wants a bus of type @wanted can plug into one of type @bus
 */
gboolean
_drover_catalogue_is_kind_of_bus (DroverCatalogue *self, const char *bus, const char *wanted)
{
  for (guint depth = 0; *bus != '\0' && depth < 20; depth++)
    {
      if (g_str_equal (bus, wanted))
        return TRUE;
      bus = _drover_catalogue_get_bus_parent (self, bus);
    }

  return FALSE;
}

static GArray *
list_buses (DroverCatalogue *self, const char *provider, const char *wanted)
{
  GVariant *providers = self->parts[CATALOGUE_PROVIDERS];
  GArray *found = g_array_new (FALSE, TRUE, sizeof (DroverCatalogueBus));

  for (gsize i = 0; i < g_variant_n_children (providers); i++)
    {
      DroverCatalogueBus bus;
      DroverCatalogueDevice device;

      g_variant_get_child (providers, i, "(&s&s)", &bus.type, &bus.provider);
      if (provider != NULL && !g_str_equal (bus.provider, provider))
        continue;
      if (wanted != NULL && (!_drover_catalogue_is_kind_of_bus (self, bus.type, wanted) ||
                             !drover_catalogue_find_device (self, bus.provider, &device) ||
                             !device.user_creatable))
        continue;
      g_array_append_val (found, bus);
    }

  return found;
}

/**
 * drover_catalogue_list_buses_for:
 * @device: a device
 *
 * Which devices could be added so that @device has something to plug into. What the machine
 * itself brings along is not among them.
 *
 * Returns: (transfer full) (element-type DroverCatalogueBus): types of bus, each with a device
 *   that has one; empty when it needs none or is unknown. This array is the caller's own.
 */
GArray *
drover_catalogue_list_buses_for (DroverCatalogue *self, const char *device)
{
  DroverCatalogueDevice found;

  if (!drover_catalogue_find_device (self, device, &found) || found.bus == NULL)
    return g_array_new (FALSE, TRUE, sizeof (DroverCatalogueBus));
  return list_buses (self, NULL, found.bus);
}

/**
 * drover_catalogue_list_buses_of:
 * @device: a device
 *
 * Returns: (transfer full) (element-type DroverCatalogueBus): the buses that @device has for
 *   others. This array is the caller's own.
 */
GArray *
drover_catalogue_list_buses_of (DroverCatalogue *self, const char *device)
{
  DroverCatalogueDevice found;

  return list_buses (self, drover_catalogue_find_device (self, device, &found) ? found.name
                                                                               : device, NULL);
}
