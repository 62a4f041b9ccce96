/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-catalogue-private.h"

/* What a row of a configuration page offers, by the name of a query. */

static GArray *
new_suggestions (void)
{
  return g_array_new (FALSE, TRUE, sizeof (DroverSuggestion));
}

static void
add (GArray *suggestions, const char *value, const char *title, gboolean deprecated)
{
  DroverSuggestion suggestion = { value, title, deprecated };

  g_array_append_val (suggestions, suggestion);
}

/* First the short names, which stand for the newest of a family, then what is not deprecated. */
static GArray *
suggest_machines (DroverCatalogue *self, const char *argument)
{
  g_autoptr (GArray) machines = drover_catalogue_list_machines (self);
  GArray *suggestions = new_suggestions ();

  for (guint pass = 0; pass < 3; pass++)
    for (guint i = 0; i < machines->len; i++)
      {
        DroverCatalogueMachine *machine = &g_array_index (machines, DroverCatalogueMachine, i);

        if (pass == 0 && machine->alias != NULL)
          add (suggestions, machine->alias, machine->description, machine->deprecated);
        else if (pass > 0 && machine->deprecated == (pass == 2))
          add (suggestions, machine->name, machine->description, machine->deprecated);
      }

  return suggestions;
}

static GArray *
suggest_cpus (DroverCatalogue *self, const char *argument)
{
  g_autoptr (GArray) cpus = drover_catalogue_list_cpus (self);
  GArray *suggestions = new_suggestions ();

  for (guint i = 0; i < cpus->len; i++)
    {
      DroverCatalogueCpu *cpu = &g_array_index (cpus, DroverCatalogueCpu, i);

      add (suggestions, cpu->name, cpu->description, cpu->deprecated);
    }

  return suggestions;
}

static GArray *
suggest_cpu_flags (DroverCatalogue *self, const char *argument)
{
  g_autoptr (GArray) flags = drover_catalogue_list_cpu_flags (self, NULL);
  GArray *suggestions = new_suggestions ();

  for (guint i = 0; i < flags->len; i++)
    {
      DroverCatalogueProperty *flag = &g_array_index (flags, DroverCatalogueProperty, i);

      add (suggestions, flag->name, flag->description, FALSE);
    }

  return suggestions;
}

static GArray *
suggest_backends (DroverCatalogue *self, const char *argument)
{
  return drover_catalogue_list_backends (self, argument);
}

static GArray *
suggest_memory_backends (DroverCatalogue *self, const char *argument)
{
  g_autoptr (GArray) objects = drover_catalogue_list_backends (self, "object");
  GArray *suggestions = new_suggestions ();

  for (guint i = 0; i < objects->len; i++)
    {
      DroverSuggestion *object = &g_array_index (objects, DroverSuggestion, i);

      if (g_str_has_prefix (object->value, "memory-backend-"))
        g_array_append_val (suggestions, *object);
    }

  return suggestions;
}

/* A format keeps a guest's disk in a file below it. A few drivers have such a file too and are
 * there to do something with what passes through; QEMU tells no difference. */
static gboolean
is_format (DroverCatalogue *self, const char *driver)
{
  static const char *const filters[] = {
    "compress", "copy-before-write", "copy-on-read", "preallocate", "replication",
    "snapshot-access", "throttle", NULL,
  };
  g_autoptr (GArray) keys = NULL;

  if (g_strv_contains (filters, driver))
    return FALSE;

  keys = drover_catalogue_list_backend_properties (self, "block", driver);
  for (guint i = 0; i < keys->len; i++)
    if (g_str_equal (g_array_index (keys, DroverCatalogueProperty, i).name, "file"))
      return TRUE;
  return FALSE;
}

static GArray *
suggest_block_formats (DroverCatalogue *self, const char *argument)
{
  g_autoptr (GArray) drivers = drover_catalogue_list_backends (self, "block");
  GArray *suggestions = new_suggestions ();

  for (guint i = 0; i < drivers->len; i++)
    {
      DroverSuggestion *driver = &g_array_index (drivers, DroverSuggestion, i);

      if (is_format (self, driver->value))
        g_array_append_val (suggestions, *driver);
    }

  return suggestions;
}

/* The values of `-drive if=`, which no query tells, with the device that each needs. */
static GArray *
suggest_disk_buses (DroverCatalogue *self, const char *argument)
{
  static const struct
  {
    const char *value;
    const char *device;
    const char *title;
  } buses[] = {
    { "virtio", "virtio-blk-device", N_("The fastest; the guest needs a driver for it") },
    { "ide", "ide-hd", N_("IDE or SATA, as the machine has it") },
    { "scsi", "scsi-hd", N_("SCSI") },
    { "sd", "sd-card", N_("An SD card") },
    { "floppy", "floppy", N_("A floppy disk") },
    { "pflash", "cfi.pflash01", N_("Flash memory, as for firmware") },
    { "mtd", NULL, N_("Other flash memory of the board") },
    { "none", NULL, N_("None: a device names the drive") },
  };
  GArray *suggestions = new_suggestions ();

  for (guint i = 0; i < G_N_ELEMENTS (buses); i++)
    if (buses[i].device == NULL || drover_catalogue_find_device (self, buses[i].device, NULL))
      add (suggestions, buses[i].value, _(buses[i].title), FALSE);
  return suggestions;
}

static int
compare_values (gconstpointer a, gconstpointer b)
{
  return strcmp (((const DroverSuggestion *) a)->value, ((const DroverSuggestion *) b)->value);
}

/* The layouts of `-k` are files, installed beside the program. */
static GArray *
suggest_keyboards (DroverCatalogue *self, const char *argument)
{
  g_autofree char *bin = g_path_get_dirname (drover_catalogue_get_program (self));
  g_autofree char *prefix = g_path_get_dirname (bin);
  g_autofree char *path = g_build_filename (prefix, "share", "qemu", "keymaps", NULL);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  GArray *suggestions = new_suggestions ();
  const char *name;

  /* Three dozen short names, the same for all: they may stay. Parts of others have no layout. */
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (g_ascii_islower (*name) && g_utf8_validate (name, -1, NULL) &&
        !g_str_equal (name, "common") && !g_str_equal (name, "modifiers"))
      add (suggestions, g_intern_string (name), NULL, FALSE);

  g_array_sort (suggestions, compare_values);
  return suggestions;
}

/* Of one category, or of all. */
static GArray *
suggest_devices (DroverCatalogue *self, const char *category)
{
  g_autoptr (GArray) devices = drover_catalogue_list_devices (self);
  GArray *suggestions = new_suggestions ();

  for (guint i = 0; i < devices->len; i++)
    {
      DroverCatalogueDevice *device = &g_array_index (devices, DroverCatalogueDevice, i);

      if (device->user_creatable && (category == NULL || g_str_equal (device->category, category)))
        add (suggestions, device->name, device->description, FALSE);
    }

  return suggestions;
}

static const struct
{
  const char *query;
  GArray *(*suggest) (DroverCatalogue *self, const char *argument);
  const char *argument;
} queries[] = {
  { "machines", suggest_machines, NULL },
  { "cpus", suggest_cpus, NULL },
  { "cpu-flags", suggest_cpu_flags, NULL },
  { "accelerators", suggest_backends, "accel" },
  { "netdevs", suggest_backends, "netdev" },
  { "nic-models", suggest_devices, "network" },
  { "displays", suggest_backends, "display" },
  { "vgas", suggest_backends, "vga" },
  { "audiodevs", suggest_backends, "audiodev" },
  { "sound-models", suggest_backends, "sound" },
  { "chardevs", suggest_backends, "chardev" },
  { "objects", suggest_backends, "object" },
  { "memory-backends", suggest_memory_backends, NULL },
  { "tpms", suggest_backends, "tpm" },
  { "tpm-models", suggest_backends, "tpm-model" },
  { "block-formats", suggest_block_formats, NULL },
  { "block-drivers", suggest_backends, "block" },
  { "disk-buses", suggest_disk_buses, NULL },
  { "keyboards", suggest_keyboards, NULL },
  { "devices", suggest_devices, NULL },
  { "devices:", suggest_devices, NULL },
};

/**
 * drover_catalogue_suggest:
 * @query: what is asked for: `machines`, `cpus`, `cpu-flags`, `accelerators`, `netdevs`,
 *   `nic-models`, `displays`, `vgas`, `audiodevs`, `sound-models` (of `-audio model=`),
 *   `chardevs`, `objects`, `memory-backends`, `tpms`, `tpm-models`, `block-formats`,
 *   `block-drivers`, `disk-buses`, `keyboards`, `devices`, or `devices:CATEGORY` with a category
 *   of a #DroverCatalogueDevice
 *
 * Returns: (transfer full) (element-type DroverSuggestion): the values, best first where there
 *   is a best; empty for an unknown query. The array is the caller's own.
 */
GArray *
drover_catalogue_suggest (DroverCatalogue *self, const char *query)
{
  g_return_val_if_fail (DROVER_IS_CATALOGUE (self), NULL);
  g_return_val_if_fail (query != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    if (g_str_equal (queries[i].query, query))
      return queries[i].suggest (self, queries[i].argument);

  if (g_str_has_prefix (query, "devices:"))
    return suggest_devices (self, query + strlen ("devices:"));

  return new_suggestions ();
}

/**
 * drover_catalogue_knows:
 * @query: see drover_catalogue_suggest()
 * @value: a value that a user has set
 *
 * To mark what this QEMU does not have. A value that is not suggested, as a device that only
 * machines make, may be known all the same.
 *
 * Returns: whether this QEMU has it; also %TRUE when QEMU told no values at all
 */
gboolean
drover_catalogue_knows (DroverCatalogue *self, const char *query, const char *value)
{
  g_autoptr (GArray) suggestions = drover_catalogue_suggest (self, query);

  if (suggestions->len == 0)
    return TRUE;
  for (guint i = 0; i < suggestions->len; i++)
    if (g_str_equal (g_array_index (suggestions, DroverSuggestion, i).value, value))
      return TRUE;

  if (g_str_has_prefix (query, "devices") || g_str_equal (query, "nic-models"))
    return drover_catalogue_find_device (self, value, NULL);
  if (g_str_equal (query, "cpus"))
    return drover_catalogue_find_cpu (self, value, NULL);
  return FALSE;
}

static gboolean
find_default_machine (DroverCatalogue *self, DroverCatalogueMachine *found)
{
  g_autoptr (GArray) machines = drover_catalogue_list_machines (self);

  for (guint i = 0; i < machines->len; i++)
    if (g_array_index (machines, DroverCatalogueMachine, i).is_default)
      {
        *found = g_array_index (machines, DroverCatalogueMachine, i);
        return TRUE;
      }

  return FALSE;
}

static char *
dup_default_cpu (DroverCatalogue *self, const DroverCatalogueMachine *machine)
{
  DroverCatalogueCpu cpu;

  if (machine->default_cpu == NULL)
    return NULL;
  return g_strdup (drover_catalogue_find_cpu (self, machine->default_cpu, &cpu)
                     ? cpu.name : machine->default_cpu);
}

/* Families of machines that leave QEMU's own defaults as they are. Boards with memory of their own
 * have it soldered on, and may have four CPUs; no query tells how much and how many. */
static gboolean
is_plain_machine (const DroverCatalogueMachine *machine)
{
  static const char *const families[] = { "pc", "q35", "microvm", "isapc", "virt", "none" };

  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    {
      gsize length = strlen (families[i]);

      if (g_str_has_prefix (machine->name, families[i]) &&
          (machine->name[length] == '\0' || machine->name[length] == '-'))
        return TRUE;
    }

  return FALSE;
}

/* Emulation comes first where QEMU was built with it. */
static char *
dup_default_accelerator (DroverCatalogue *self)
{
  g_autoptr (GArray) accelerators = drover_catalogue_list_backends (self, "accel");

  if (accelerators->len == 0)
    return NULL;
  return g_strdup (drover_catalogue_knows (self, "accelerators", "tcg")
                     ? "tcg" : g_array_index (accelerators, DroverSuggestion, 0).value);
}

/**
 * drover_catalogue_dup_default:
 * @machine: (nullable): the machine's type; %NULL for the default one
 * @setting_id: a setting, such as `memory.size`
 *
 * Returns: (transfer full) (nullable): what this QEMU does when the setting is absent; %NULL
 *   when that is not known, as there is no default machine, or QEMU does not tell
 */
char *
drover_catalogue_dup_default (DroverCatalogue *self, const char *machine, const char *setting_id)
{
  DroverCatalogueMachine found;

  g_return_val_if_fail (DROVER_IS_CATALOGUE (self), NULL);
  g_return_val_if_fail (setting_id != NULL, NULL);

  if (g_str_equal (setting_id, "machine.type"))
    return find_default_machine (self, &found)
             ? g_strdup (found.alias != NULL ? found.alias : found.name) : NULL;

  if (g_str_equal (setting_id, "accelerator.order"))
    return dup_default_accelerator (self);

  if (machine != NULL ? !drover_catalogue_find_machine (self, machine, &found)
                      : !find_default_machine (self, &found))
    return NULL;

  if (g_str_equal (setting_id, "cpu.model"))
    return dup_default_cpu (self, &found);
  if (g_str_equal (setting_id, "memory.size") && is_plain_machine (&found))
    return g_strdup ("128M");
  if (g_str_equal (setting_id, "cpu.count") && is_plain_machine (&found))
    return g_strdup ("1");
  return NULL;
}
