/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "drover-catalogue-board.h"
#include "drover-error.h"
#include "drover-json.h"
#include "drover-key.h"
#include "drover-keyval.h"
#include "drover-part.h"
#include "drover-property-list.h"

/* All that can be said of one `-device`, `-object` …: what QEMU knows of it, and what stands
 * there though QEMU does not know it. */

/* The key that says what it is. */
static const struct
{
  const char *option;
  const char *key;
} type_keys[] = {
  { "device", "driver" }, { "object", "qom-type" }, { "chardev", "backend" },
  { "netdev", "type" },   { "audiodev", "driver" }, { "blockdev", "driver" },
  { "fsdev", "fsdriver" },
};

/* Properties that hold the id of another argument. */
static const struct
{
  const char *property;
  const char *option;
  const char *id_key;
  const char *type; /* the beginning of its type, or NULL */
} links[] = {
  { "netdev", "netdev", "id", NULL },
  { "chardev", "chardev", "id", NULL },
  { "drive", "drive", "id", NULL },
  { "drive", "blockdev", "node-name", NULL },
  { "audiodev", "audiodev", "id", NULL },
  { "fsdev", "fsdev", "id", NULL },
  { "iothread", "object", "id", "iothread" },
  { "memdev", "object", "id", "memory-backend" },
  { "rng", "object", "id", "rng-" },
  { "tpmdev", "tpmdev", "id", NULL },
};

/**
 * drover_property_list_get_type_key:
 * @option: an option's name
 *
 * Returns: (nullable): the key that says what the thing is, as `driver` of `-device`
 */
const char *
drover_property_list_get_type_key (const char *option)
{
  for (guint i = 0; i < G_N_ELEMENTS (type_keys); i++)
    if (g_str_equal (type_keys[i].option, option))
      return type_keys[i].key;

  return NULL;
}

/**
 * drover_property_list_dup_type:
 * @argument: a `-device`, `-object` …
 *
 * Returns: (transfer full) (nullable): what it is, as `virtio-rng-pci`
 */
char *
drover_property_list_dup_type (DroverArgument *argument)
{
  const char *key = drover_property_list_get_type_key (drover_argument_get_option (argument));
  gpointer one[] = { argument };
  GPtrArray arguments = { one, 1 };

  return key != NULL ? drover_key_dup (&arguments, 0, key) : NULL;
}

static void
add_json_keys (GPtrArray *keys, const char *value)
{
  g_autoptr (JsonNode) node = drover_json_parse (value, -1, NULL);
  g_autoptr (GList) members = NULL;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;

  members = json_object_get_members (json_node_get_object (node));
  for (GList *l = members; l != NULL; l = l->next)
    g_ptr_array_add (keys, g_strdup (l->data));
}

/**
 * drover_property_list_list_keys:
 * @argument: a `-device`, `-netdev` …
 *
 * Returns: (transfer full) (element-type utf8): the keys that stand in it, in their order; not
 *   the one that says what it is, when it is implied
 */
GPtrArray *
drover_property_list_list_keys (DroverArgument *argument)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func (g_free);
  const char *value = drover_argument_get_value (argument);
  const char *type_key = drover_property_list_get_type_key (drover_argument_get_option (argument));
  g_autoptr (GArray) items = NULL;

  if (value == NULL)
    return keys;
  if (*value == '{')
    {
      add_json_keys (keys, value);
      return keys;
    }

  items = drover_keyval_parse (value, type_key != NULL);
  for (guint i = 0; i < items->len; i++)
    {
      const DroverKeyvalItem *item = &g_array_index (items, DroverKeyvalItem, i);

      if (item->key_length > 0)
        g_ptr_array_add (keys, g_strndup (value + item->start, item->key_length));
    }

  return keys;
}

/* The ids in this machine that @property may name. */
static GStrv
list_links (GPtrArray *arguments, const char *property)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) result = NULL;

  for (guint link = 0; link < G_N_ELEMENTS (links); link++)
    for (guint i = 0; i < arguments->len && g_str_equal (links[link].property, property); i++)
      {
        g_autofree char *id = NULL;
        g_autofree char *type = NULL;

        if (!g_str_equal (drover_argument_get_option (arguments->pdata[i]), links[link].option))
          continue;
        id = drover_key_dup (arguments, i, links[link].id_key);
        type = drover_property_list_dup_type (arguments->pdata[i]);
        if (id != NULL && (links[link].type == NULL ||
                           (type != NULL && g_str_has_prefix (type, links[link].type))))
          g_strv_builder_add (builder, id);
      }

  result = g_strv_builder_end (builder);
  return result[0] != NULL ? g_steal_pointer (&result) : NULL;
}

static void
add_pinned (GListStore *list, const char *name, const char *description,
            const char *const *suggestions)
{
  g_autoptr (DroverPropertyItem) item =
    drover_property_item_new (name, NULL, description, NULL, NULL);

  drover_property_item_set_pinned (item);
  if (suggestions != NULL && suggestions[0] != NULL)
    drover_property_item_suggest (item, suggestions);
  g_list_store_append (list, item);
}

/* The buses in this machine that a device of @provider makes, as `scsi0.0`. */
static void
add_buses_of (GStrvBuilder *builder, GPtrArray *arguments, const DroverCatalogueBus *bus)
{
  gboolean is_port = g_str_equal (bus->type, "PCI") || g_str_equal (bus->type, "PCIE");

  for (guint i = 0; i < arguments->len; i++)
    {
      g_autofree char *id = NULL;
      g_autofree char *type = NULL;

      if (!g_str_equal (drover_argument_get_option (arguments->pdata[i]), "device"))
        continue;
      type = drover_property_list_dup_type (arguments->pdata[i]);
      id = g_strcmp0 (type, bus->provider) == 0 ? drover_key_dup (arguments, i, "id") : NULL;
      if (id != NULL)
        g_strv_builder_take (builder, is_port ? g_strdup (id) : g_strconcat (id, ".0", NULL));
    }
}

/* The buses that the board itself has, as `pcie.0`. */
static void
add_board_buses (GStrvBuilder *builder, DroverCatalogue *catalogue, GPtrArray *arguments,
                 const char *type)
{
  gboolean bare;
  g_autofree char *machine = drover_catalogue_dup_machine (catalogue, arguments, &bare);
  g_autoptr (GArray) buses = drover_catalogue_list_board_buses (catalogue, machine, bare, type);

  for (guint i = 0; i < buses->len; i++)
    g_strv_builder_add (builder, g_array_index (buses, DroverCatalogueBoardBus, i).name);
}

/* Not each board can be made without what its machine is made with. */
static char *
describe_unknown_board (DroverCatalogue *catalogue, GPtrArray *arguments, const char *bus)
{
  gboolean bare;
  g_autofree char *machine = drover_catalogue_dup_machine (catalogue, arguments, &bare);
  const GError *error = drover_catalogue_get_board_error (catalogue, machine, bare);

  if (error == NULL)
    return NULL;

  return g_strdup_printf (_("The %s bus that it plugs into; without it QEMU takes the first. "
                            "Which ones the board brings along is not known: %s"),
                          bus, error->message);
}

static char *
describe_bus (DroverCatalogue *catalogue, GArray *buses, const char *bus)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) makers = NULL;
  g_autofree char *list = NULL;
  guint n = 0;

  for (guint i = 0; i < buses->len && n < 3; i++)
    {
      const char *provider = g_array_index (buses, DroverCatalogueBus, i).provider;
      DroverCatalogueDevice device;

      if (!drover_catalogue_find_device (catalogue, provider, &device) || !device.user_creatable)
        continue;
      g_strv_builder_add (builder, provider);
      n++;
    }
  makers = g_strv_builder_end (builder);
  list = g_strjoinv (", ", makers);
  if (n == 0)
    return g_strdup_printf (_("The %s bus that it plugs into; without it QEMU takes the first"),
                            bus);

  return g_strdup_printf (_("The %s bus that it plugs into, as %s have one; without it QEMU takes "
                            "the first"),
                          bus, list);
}

static void
add_bus (GListStore *list, DroverCatalogue *catalogue, GPtrArray *arguments, const char *type)
{
  DroverCatalogueDevice device = { 0 };
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GArray) buses = NULL;
  g_auto (GStrv) suggestions = NULL;
  g_autofree char *description = NULL;

  if (catalogue != NULL && type != NULL)
    drover_catalogue_find_device (catalogue, type, &device);
  if (device.bus != NULL)
    {
      buses = drover_catalogue_list_buses_for (catalogue, type);
      description = describe_unknown_board (catalogue, arguments, device.bus);
      if (description == NULL)
        description = describe_bus (catalogue, buses, device.bus);
      add_board_buses (builder, catalogue, arguments, type);
      for (guint i = 0; i < buses->len; i++)
        add_buses_of (builder, arguments, &g_array_index (buses, DroverCatalogueBus, i));
    }
  suggestions = g_strv_builder_end (builder);
  add_pinned (list, "bus",
              description != NULL
                ? description
                : _("Where it plugs in; without it QEMU takes the first that fits"),
              (const char *const *) suggestions);
}

/* What QEMU says of it; NULL when it says nothing. */
static GArray *
list_known (DroverCatalogue *catalogue, const char *option, const char *type)
{
  if (catalogue == NULL || type == NULL)
    return NULL;
  if (g_str_equal (option, "device"))
    return drover_catalogue_list_properties (catalogue, type);
  if (g_str_equal (option, "chardev"))
    {
      /* Its keys are others than QMP's, and QEMU tells them for all backends together. */
      g_autoptr (GArray) keys = drover_catalogue_list_option_keys (catalogue, option);

      if (keys->len > 0)
        return g_steal_pointer (&keys);
    }

  return drover_catalogue_list_backend_properties (catalogue, option, type);
}

/* QMP has sizes as mere numbers; the command line takes suffixes, too. */
static const char *
get_type (const DroverCatalogueProperty *property, DroverArgument *argument)
{
  gboolean is_size = g_str_has_suffix (property->name, "size") ||
                     g_str_equal (property->name, "align");

  return is_size && g_strcmp0 (property->type, "int") == 0 &&
             !g_str_equal (drover_argument_get_option (argument), "device")
           ? "size"
           : property->type;
}

/* Which backends of `-chardev` take a key: QEMU lists the keys of all together. A key that is not
 * here is shown with each of them. */
static const struct
{
  const char *key;
  const char *backends; /* between blanks */
} chardev_keys[] = {
  { "path", " file socket pipe serial parallel pty tty parport " },
  { "input-path", " file " },
  { "append", " file " },
  { "host", " socket udp " },
  { "port", " socket udp " },
  { "ipv4", " socket udp " },
  { "ipv6", " socket udp " },
  { "localaddr", " udp " },
  { "localport", " udp " },
  { "fd", " socket " },
  { "to", " socket " },
  { "abstract", " socket " },
  { "tight", " socket " },
  { "server", " socket " },
  { "wait", " socket " },
  { "delay", " socket " },
  { "nodelay", " socket " },
  { "reconnect", " socket " },
  { "reconnect-ms", " socket " },
  { "telnet", " socket " },
  { "tn3270", " socket " },
  { "websocket", " socket " },
  { "tls-creds", " socket " },
  { "tls-authz", " socket " },
  { "width", " vc " },
  { "height", " vc " },
  { "cols", " vc " },
  { "rows", " vc " },
  { "signal", " stdio " },
  { "size", " ringbuf memory " },
  { "name", " spicevmc spiceport dbus " },
  { "debug", " spicevmc " },
  { "mouse", " qemu-vdagent " },
  { "clipboard", " qemu-vdagent " },
  { "chardev", " mux hub " },
};

static gboolean
takes_key (GPtrArray *arguments, guint argument, const char *key)
{
  g_autofree char *type = drover_property_list_dup_type (arguments->pdata[argument]);
  g_autofree char *word = g_strdup_printf (" %s ", type != NULL ? type : "");

  for (guint i = 0; type != NULL && i < G_N_ELEMENTS (chardev_keys); i++)
    if (g_str_equal (chardev_keys[i].key, key))
      return strstr (chardev_keys[i].backends, word) != NULL;

  return TRUE;
}

/* Whether a character device of another kind than @argument has that key. */
static gboolean
is_of_others (GPtrArray *arguments, guint argument, const char *key)
{
  const DroverScope scope = { -1, argument, -1 };
  guint n_settings;
  const DroverSetting *const *settings;

  if (!g_str_equal (drover_argument_get_option (arguments->pdata[argument]), "chardev"))
    return FALSE;
  if (!takes_key (arguments, argument, key))
    return TRUE;

  settings = drover_settings_list_for (DROVER_PART_CHARACTER, &n_settings);
  for (guint i = 0; i < n_settings; i++)
    for (const DroverPlace *place = settings[i]->places; place->option != NULL; place++)
      if (g_str_equal (place->option, "chardev") && g_strcmp0 (place->key, key) == 0)
        return !drover_setting_applies (settings[i], arguments, &scope);

  return FALSE;
}

static void
add_known (GListStore *list, GHashTable *seen, const DroverCatalogueProperty *property,
           GPtrArray *arguments, guint argument)
{
  g_autoptr (DroverPropertyItem) item = NULL;
  g_auto (GStrv) ids = NULL;

  if (!g_hash_table_add (seen, (char *) property->name))
    return;

  item = drover_property_item_new (property->name,
                                   get_type (property, arguments->pdata[argument]),
                                   property->description, property->default_value, property->choices);
  if (property->internal || is_of_others (arguments, argument, property->name))
    drover_property_item_set_internal (item);
  ids = list_links (arguments, property->name);
  if (ids != NULL)
    drover_property_item_suggest (item, (const char *const *) ids);
  g_list_store_append (list, item);
}

static void
add_unknown (GListStore *list, GHashTable *seen, const char *key, gboolean catalogued)
{
  g_autoptr (DroverPropertyItem) item = NULL;

  if (g_hash_table_contains (seen, key))
    return;

  item = drover_property_item_new (key, NULL, NULL, NULL, NULL);
  g_hash_table_add (seen, (char *) drover_property_item_get_name (item));
  /* Of what QEMU told nothing at all, nothing can be said to be unknown to it. */
  if (catalogued)
    drover_property_item_set_unknown (item);
  g_list_store_append (list, item);
}

static int
compare (gconstpointer a, gconstpointer b, gpointer user_data)
{
  DroverPropertyItem *first = (DroverPropertyItem *) a;
  DroverPropertyItem *second = (DroverPropertyItem *) b;
  gboolean pinned[2] = { drover_property_item_is_pinned (first),
                         drover_property_item_is_pinned (second) };
  gboolean set[2] = { drover_property_item_get_value (first) != NULL,
                      drover_property_item_get_value (second) != NULL };

  if (pinned[0] || pinned[1])
    return pinned[0] && pinned[1] ? 0 : pinned[1] - pinned[0];
  if (set[0] != set[1])
    return set[1] - set[0];

  return strcmp (drover_property_item_get_name (first), drover_property_item_get_name (second));
}

/**
 * drover_property_list_new:
 * @catalogue: (nullable): what the program offers
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @argument: index of the one to list
 *
 * Returns: (transfer full): a #DroverPropertyItem for each property that the thing has or that
 *   the argument sets: its id and bus first, then what is set, then the rest by name
 */
GListStore *
drover_property_list_new (DroverCatalogue *catalogue, GPtrArray *arguments, guint argument)
{
  GListStore *list = g_list_store_new (DROVER_TYPE_PROPERTY_ITEM);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  const char *option = drover_argument_get_option (arguments->pdata[argument]);
  const char *type_key = drover_property_list_get_type_key (option);
  g_autofree char *type = drover_property_list_dup_type (arguments->pdata[argument]);
  g_autoptr (GPtrArray) keys = drover_property_list_list_keys (arguments->pdata[argument]);
  g_autoptr (GArray) known = list_known (catalogue, option, type);
  gboolean catalogued = known != NULL && known->len > 0;

  if (type_key != NULL)
    g_hash_table_add (seen, (char *) type_key);
  g_hash_table_add (seen, (char *) "id");
  add_pinned (list, "id", _("The name by which other arguments and the monitor speak of it"),
              NULL);
  if (g_str_equal (option, "device"))
    {
      g_hash_table_add (seen, (char *) "bus");
      add_bus (list, catalogue, arguments, type);
    }

  for (guint i = 0; catalogued && i < known->len; i++)
    add_known (list, seen, &g_array_index (known, DroverCatalogueProperty, i), arguments,
               argument);
  for (guint i = 0; i < keys->len; i++)
    add_unknown (list, seen, keys->pdata[i], catalogued);

  drover_property_list_read (G_LIST_MODEL (list), arguments, argument);
  g_list_store_sort (list, compare, NULL);
  return list;
}

/**
 * drover_property_list_read:
 * @list: from drover_property_list_new()
 *
 * Lets every item have the value that the argument has now.
 */
void
drover_property_list_read (GListModel *list, GPtrArray *arguments, guint argument)
{
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (DroverPropertyItem) item = g_list_model_get_item (list, i);
      g_autoptr (DroverReading) reading =
        drover_key_read (arguments, argument, drover_property_item_get_name (item),
                  drover_property_item_get_kind (item));

      drover_property_item_set_reading (item, reading);
    }
}

static gboolean
check_unused (GPtrArray *arguments, guint argument, const char *id, GError **error)
{
  g_autoptr (GArray) uses = drover_arguments_list_uses (arguments, argument);

  if (uses->len == 0)
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("The id “%s” cannot go: other arguments speak of it"), id);
  return FALSE;
}

/**
 * drover_property_list_write:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @argument: index of the one to change
 * @item: one of its properties
 * @text: (nullable): the new value; %NULL to say nothing
 * @error: set to %DROVER_ERROR_ARGUMENT when the value cannot be set
 *
 * Returns: (transfer full) (nullable): the new arguments; a new id is new in what uses it, too
 */
GPtrArray *
drover_property_list_write (GPtrArray *arguments, guint argument, DroverPropertyItem *item,
                            const char *text, GError **error)
{
  const char *name = drover_property_item_get_name (item);
  g_autofree char *id = g_str_equal (name, "id") ? drover_key_dup (arguments, argument, "id") : NULL;

  if (id != NULL && text != NULL)
    return drover_arguments_rename_id (arguments, argument, text, error);
  if (id != NULL && !check_unused (arguments, argument, id, error))
    return NULL;

  return drover_key_write (arguments, argument, name, drover_property_item_get_kind (item), text,
                           error);
}
