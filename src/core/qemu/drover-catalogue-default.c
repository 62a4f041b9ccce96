/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-catalogue-board.h"
#include "drover-catalogue-private.h"
#include "drover-json.h"
#include "drover-setting-private.h"

/* What QEMU does when a setting is absent, and whether it is there to be set at all. */

/* Who is asked: the machine, and what else is in its arguments. */
typedef struct
{
  DroverCatalogue *catalogue;
  const DroverSetting *setting;
  GPtrArray *arguments;
  const DroverScope *scope;
  char *machine; /* nullable: as the arguments name it */
  gboolean bare;
} Asking;

/* These groups of keys are properties of the machine, too. */
static const struct
{
  const char *option;
  const char *key;
  const char *property;
} groups[] = {
  { "m", "size", "memory.size" },
  { "m", "maxmem", "memory.max-size" },
  { "m", "slots", "memory.slots" },
  { "smp", NULL, "smp" },
  { "boot", NULL, "boot" },
};

static char *
read_text (const char *setting_id, GPtrArray *arguments)
{
  const DroverSetting *setting = drover_setting_find (setting_id);
  g_autoptr (DroverReading) reading =
    setting != NULL && arguments != NULL ? drover_setting_read (setting, arguments, NULL) : NULL;

  return reading != NULL ? g_steal_pointer (&reading->text) : NULL;
}

/**
 * drover_catalogue_dup_machine:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @bare: (out) (optional): whether `-nodefaults` is among them
 *
 * Returns: (transfer full) (nullable): the type of machine that they make, or that QEMU takes
 *   without being told one; %NULL when they name none and there is no default
 */
char *
drover_catalogue_dup_machine (DroverCatalogue *self, GPtrArray *arguments, gboolean *bare)
{
  char *type = read_text ("machine.type", arguments);

  g_return_val_if_fail (DROVER_IS_CATALOGUE (self), NULL);

  if (bare != NULL)
    *bare = drover_setting_count_option (arguments, "nodefaults") > 0;
  return type != NULL ? type : drover_catalogue_dup_default (self, NULL, "machine.type");
}

/* A number that stands for "not said". */
static gboolean
is_unset (gint64 number)
{
  return number == -1 || number == G_MAXINT32 || number == G_MAXUINT32 || number == G_MAXINT64;
}

static char *
dup_size (gint64 bytes)
{
  static const char units[] = "KMGT";
  int unit = -1;

  while (bytes > 0 && bytes % 1024 == 0 && unit < (int) strlen (units) - 1)
    {
      bytes /= 1024;
      unit++;
    }
  return unit < 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, bytes)
                  : g_strdup_printf ("%" G_GINT64_FORMAT "%c", bytes, units[unit]);
}

static char *
dup_number (const DroverSetting *setting, gint64 number)
{
  if (is_unset (number))
    return NULL;
  if (setting->kind == DROVER_SETTING_SIZE && number > 0)
    return dup_size (number);

  return g_strdup_printf ("%" G_GINT64_FORMAT, number);
}

/**
 * drover_catalogue_dup_value_text:
 * @setting: what the value is of
 * @json: (nullable): a value as QEMU tells it
 *
 * Returns: (transfer full) (nullable): as a user types it; %NULL for what says nothing, such as
 *   an empty text or the number that stands for none
 */
char *
drover_catalogue_dup_value_text (const DroverSetting *setting, const char *json)
{
  g_autoptr (JsonNode) node = json != NULL ? drover_json_parse (json, -1, NULL) : NULL;
  GType type = node != NULL ? json_node_get_value_type (node) : G_TYPE_INVALID;
  const char *text;

  if (type == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (node) ? "on" : "off");
  if (type == G_TYPE_INT64)
    return dup_number (setting, json_node_get_int (node));
  if (type != G_TYPE_STRING)
    return NULL;

  text = json_node_get_string (node);
  return *text != '\0' && !g_str_equal (text, "<null>") ? g_strdup (text) : NULL;
}

static char *
dup_board_default (Asking *asking, const char *property)
{
  g_autofree char *json = drover_catalogue_dup_board_value (asking->catalogue, asking->machine,
                                                            asking->bare, property);

  return drover_catalogue_dup_value_text (asking->setting, json);
}

/* How many cores there are depends on how many sockets are asked for. */
static gboolean
is_topology_given (Asking *asking)
{
  return drover_setting_count_option (asking->arguments, "smp") > 0;
}

static char *
dup_group_default (Asking *asking, const DroverPlace *place)
{
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      g_autofree char *property = NULL;

      if (!g_str_equal (groups[i].option, place->option) ||
          (groups[i].key != NULL && !g_str_equal (groups[i].key, place->key)))
        continue;
      if (g_str_equal (place->option, "smp") && is_topology_given (asking))
        return NULL;
      property = groups[i].key != NULL ? g_strdup (groups[i].property)
                                       : g_strconcat (groups[i].property, ".", place->key, NULL);
      return dup_board_default (asking, property);
    }

  return NULL;
}

static char *
dup_property_default (Asking *asking, const char *type, const char *key)
{
  DroverCatalogueProperty property;

  return drover_catalogue_find_property (asking->catalogue, type, key, &property)
           ? drover_catalogue_dup_value_text (asking->setting, property.default_value)
           : NULL;
}

/* "ICH9-LPC.disable_s3": a property of a driver. */
static char *
dup_global_default (Asking *asking, const DroverPlace *place)
{
  const char *dot = strchr (place->key, '.');
  g_autofree char *driver = dot != NULL ? g_strndup (place->key, dot - place->key) : NULL;

  return driver != NULL ? dup_property_default (asking, driver, dot + 1) : NULL;
}

static char *
dup_front_default (Asking *asking, const DroverPlace *place)
{
  static const DroverSetting driver = {
    .kind = DROVER_SETTING_TEXT,
    .places = { { "device", "driver", NULL, DROVER_HALF_FRONT } },
  };
  g_autoptr (DroverReading) reading = NULL;

  if (asking->scope == NULL || asking->scope->front < 0)
    return NULL;

  reading = drover_setting_read (&driver, asking->arguments, asking->scope);
  return reading->text != NULL ? dup_property_default (asking, reading->text, place->key) : NULL;
}

static char *
dup_place_default (Asking *asking, const DroverPlace *place)
{
  if (place->key == NULL)
    return NULL;
  if (place->half == DROVER_HALF_FRONT)
    return g_str_equal (place->option, "device") ? dup_front_default (asking, place) : NULL;
  if (place->half != DROVER_HALF_WHOLE)
    return NULL;
  if (g_str_equal (place->option, "machine"))
    return strchr (place->key, '.') == NULL ? dup_board_default (asking, place->key) : NULL;
  if (g_str_equal (place->option, "global"))
    return dup_global_default (asking, place);

  return dup_group_default (asking, place);
}

/**
 * drover_catalogue_dup_default_of:
 * @setting: a setting
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @scope: (nullable): the part, for a setting of parts
 *
 * What this QEMU does with these arguments when @setting is absent: the value that the property
 * of the machine or of the device then has. Of the machine that is only known after
 * drover_catalogue_load_board().
 *
 * Returns: (transfer full) (nullable): the value, as a user types it; %NULL when QEMU does not
 *   tell
 */
char *
drover_catalogue_dup_default_of (DroverCatalogue *self, const DroverSetting *setting,
                                 GPtrArray *arguments, const DroverScope *scope)
{
  g_autofree char *machine = NULL;
  Asking asking = { self, setting, arguments, scope };
  char *text = NULL;

  g_return_val_if_fail (DROVER_IS_CATALOGUE (self), NULL);
  g_return_val_if_fail (setting != NULL && arguments != NULL, NULL);

  machine = drover_catalogue_dup_machine (self, arguments, &asking.bare);
  asking.machine = machine;
  for (const DroverPlace *place = setting->places; text == NULL && place->option != NULL; place++)
    text = dup_place_default (&asking, place);
  if (text != NULL || (g_str_equal (setting->id, "cpu.count") && is_topology_given (&asking)))
    return text;

  return drover_catalogue_dup_default (self, machine, setting->id);
}

/* What is there to be set */

/* Keys of `-machine` that are no properties: sugar for other options, and what QEMU takes out
 * before it looks for properties. */
static gboolean
is_special_key (const char *key)
{
  static const char *const keys[] = { "type", "accel", "kernel-irqchip", "kvm-shadow-mem",
                                      "igd-passthru", NULL };

  return g_strv_contains (keys, key);
}

static gboolean
has_machine_key (DroverCatalogue *self, const char *machine, const char *key)
{
  const gsize length = strcspn (key, ".");
  g_autoptr (GArray) properties = NULL;

  if (machine == NULL || is_special_key (key))
    return TRUE;

  properties = drover_catalogue_list_machine_properties (self, machine);
  for (guint i = 0; i < properties->len; i++)
    {
      const char *name = g_array_index (properties, DroverCatalogueProperty, i).name;

      if (strncmp (name, key, length) == 0 && (name[length] == '\0' || key[length] == '.'))
        return TRUE;
    }

  /* Of a machine that this QEMU does not know nothing is known. */
  return properties->len == 0;
}

static gboolean
has_device (DroverCatalogue *self, const char *means)
{
  g_autoptr (GArray) devices = drover_catalogue_list_devices (self);

  for (guint i = 0; i < devices->len; i++)
    if (drover_setting_matches (means, g_array_index (devices, DroverCatalogueDevice, i).name))
      return TRUE;

  return devices->len == 0;
}

static gboolean
has_backend (DroverCatalogue *self, const char *kind, const char *means)
{
  g_autoptr (GArray) backends = drover_catalogue_list_backends (self, kind);

  for (guint i = 0; i < backends->len; i++)
    if (drover_setting_matches (means, g_array_index (backends, DroverSuggestion, i).value))
      return TRUE;

  return backends->len == 0;
}

/* There are many rows, and each asks. */
static GHashTable *
get_options (DroverCatalogue *self)
{
  GHashTable *options = g_object_get_data (G_OBJECT (self), "help-options");
  g_autoptr (GArray) backends = NULL;

  if (options != NULL)
    return options;

  options = g_hash_table_new (g_str_hash, g_str_equal);
  backends = drover_catalogue_list_backends (self, "help-option");
  for (guint i = 0; i < backends->len; i++)
    g_hash_table_add (options, (char *) g_array_index (backends, DroverSuggestion, i).value);
  g_object_set_data_full (G_OBJECT (self), "help-options", options,
                          (GDestroyNotify) g_hash_table_unref);
  return options;
}

static gboolean
has_option (DroverCatalogue *self, const char *option)
{
  /* QEMU has these, but its help keeps them to itself. */
  static const char *const secret[] = { "qtest", "qtest-log", NULL };
  GHashTable *options = get_options (self);

  return g_strv_contains (secret, option) || *option == '\0' || g_hash_table_size (options) == 0 ||
         g_hash_table_contains (options, option);
}

static gboolean
has_driver_of (DroverCatalogue *self, const char *key)
{
  const char *dot = strchr (key, '.');
  g_autofree char *driver = dot != NULL ? g_strndup (key, dot - key) : NULL;

  return driver == NULL || has_device (self, driver);
}

static gboolean
has_place (DroverCatalogue *self, const DroverPlace *place, const char *machine)
{
  if (place->half != DROVER_HALF_WHOLE)
    return TRUE;
  if (!has_option (self, place->option))
    return FALSE;
  if (place->key != NULL && g_str_equal (place->option, "machine"))
    return has_machine_key (self, machine, place->key);
  if (place->key != NULL && g_str_equal (place->option, "global"))
    return has_driver_of (self, place->key);
  if (place->key == NULL || place->means == NULL || *place->means == '!')
    return TRUE;
  if (g_str_equal (place->option, "device"))
    return has_device (self, place->means);
  if (g_str_equal (place->option, "object") || g_str_equal (place->option, "accel"))
    return has_backend (self, place->option, place->means);

  return TRUE;
}

/* A property of the board has older spellings that other boards take, too, and then ignore. */
static gboolean
is_of_board (const DroverSetting *setting)
{
  return g_str_equal (setting->places[0].option, "machine") && setting->places[0].key != NULL;
}

/**
 * drover_catalogue_offers:
 * @setting: a setting
 * @arguments: (element-type DroverArgument): a machine's arguments
 *
 * Returns: whether this program and the type of machine in @arguments have what @setting sets;
 *   %TRUE where that is not known. High Memory is Arm's, and no board but a PC has an HPET.
 */
gboolean
drover_catalogue_offers (DroverCatalogue *self, const DroverSetting *setting,
                         GPtrArray *arguments)
{
  g_autofree char *machine = NULL;

  g_return_val_if_fail (DROVER_IS_CATALOGUE (self), TRUE);
  g_return_val_if_fail (setting != NULL && arguments != NULL, TRUE);

  machine = drover_catalogue_dup_machine (self, arguments, NULL);
  for (const DroverPlace *place = setting->places; place->option != NULL; place++)
    if ((!is_of_board (setting) || g_str_equal (place->option, "machine")) &&
        has_place (self, place, machine))
      return TRUE;

  return FALSE;
}
