/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "drover-backend-facts.h"
#include "drover-key.h"
#include "drover-keyval.h"
#include "drover-property-list.h"

/* What a card can be connected to: a sentence on each, what the host needs for it, and the keys
 * without which QEMU refuses it. Types that are not here are offered all the same. */
static const struct
{
  const char *type;
  const char *sentence;
  const char *needs; /* keys that a new one begins with */
} backends[] = {
  { "user",
    N_("The guest reaches the internet through QEMU, as a program would. Needs nothing, and "
       "nobody reaches the guest but through port forwards."),
    NULL },
  { "passt",
    N_("As user mode, but faster and with this computer’s own addresses. Needs the program "
       "passt."),
    NULL },
  { "tap",
    N_("A network interface of this computer for the guest alone. Needs one that the "
       "administrator has made, here tap0."),
    "ifname=tap0,script=no,downscript=no" },
  { "bridge",
    N_("The guest is a member of this computer’s network. Needs a bridge, br0 unless another is "
       "named, that QEMU’s helper is allowed to use."),
    NULL },
  { "socket",
    N_("A cable to another machine, in the older way: one listens, the other connects."),
    "listen=127.0.0.1:5555" },
  { "stream",
    N_("A cable to another machine over a connection: one is the server, the other is not. Needs "
       "the other end."),
    "server=on,addr.type=inet,addr.host=127.0.0.1,addr.port=5555" },
  { "dgram",
    N_("A cable to another machine in single packets. Both ends name each other’s address."),
    "local.type=inet,local.host=127.0.0.1,local.port=5555,"
    "remote.type=inet,remote.host=127.0.0.1,remote.port=5556" },
  { "vde", N_("A port of a virtual switch. Needs the program vde_switch."), NULL },
  { "vhost-user",
    N_("Another program is the network, through shared memory. Needs a character device that "
       "leads to it."),
    NULL },
  { "vhost-vdpa", N_("A network card’s own queues. Needs such a card."), NULL },
  { "l2tpv3", N_("A tunnel to another computer. Needs the addresses of both ends."), NULL },
  { "hubport", N_("A port of a hub inside QEMU, which connects several of them."), "hubid=0" },
  { "none", N_("The cable is unplugged: the machine has no network at all."), NULL },
};

/**
 * drover_backend_get_sentence:
 * @type: (nullable): a type of network backend
 *
 * Returns: what it is and what it needs, in a sentence
 */
const char *
drover_backend_get_sentence (const char *type)
{
  if (type == NULL)
    return _("The card is there, but its cable leads nowhere.");
  for (guint i = 0; i < G_N_ELEMENTS (backends); i++)
    if (g_str_equal (backends[i].type, type))
      return _(backends[i].sentence);

  return _("Drover knows nothing of it; QEMU may.");
}

static gboolean
lacks_program (const char *program)
{
  g_autofree char *path = g_find_program_in_path (program);

  return path == NULL;
}

static gboolean
is_known (DroverCatalogue *catalogue, const char *type)
{
  return g_str_equal (type, "none") || catalogue == NULL ||
         drover_catalogue_knows (catalogue, "netdevs", type);
}

/**
 * drover_backend_dup_lack:
 * @catalogue: (nullable): what the program offers
 * @type: (nullable): a type of network backend
 *
 * Returns: (transfer full) (nullable): what of it this computer, or its QEMU, lacks
 */
char *
drover_backend_dup_lack (DroverCatalogue *catalogue, const char *type)
{
  if (type == NULL)
    return NULL;
  if (!is_known (catalogue, type))
    return g_strdup_printf (_("This QEMU does not have “%s”."), type);
  if (g_str_equal (type, "passt") && lacks_program ("passt"))
    return g_strdup (_("The program passt is not installed."));
  if (g_str_equal (type, "tap") && access ("/dev/net/tun", R_OK | W_OK) != 0)
    return g_strdup (_("/dev/net/tun cannot be used here, so there are no tap interfaces."));
  if (g_str_equal (type, "bridge") && !g_file_test ("/etc/qemu/bridge.conf", G_FILE_TEST_EXISTS))
    return g_strdup (_("There is no /etc/qemu/bridge.conf, in which the administrator says which "
                       "bridges may be used."));

  return NULL;
}

/**
 * drover_backend_dup_type:
 * @part: a network card
 *
 * Returns: (transfer full) (nullable): the type of what it is connected to
 */
char *
drover_backend_dup_type (GPtrArray *arguments, const DroverPart *part)
{
  return drover_key_dup (arguments, part->scope.back, "type");
}

/**
 * drover_backend_list:
 * @catalogue: (nullable): what the program offers
 * @argument: index of a network backend
 * @current: (nullable): its type now
 *
 * Returns: (transfer full): the types that it may have, the best known first
 */
GStrv
drover_backend_list (DroverCatalogue *catalogue, GPtrArray *arguments, int argument,
                     const char *current)
{
  g_autoptr (GPtrArray) types = g_ptr_array_new_null_terminated (16, g_free, TRUE);
  g_autoptr (GArray) offered =
    catalogue != NULL ? drover_catalogue_suggest (catalogue, "netdevs") : NULL;
  gboolean is_netdev =
    g_str_equal (drover_argument_get_option (arguments->pdata[argument]), "netdev");

  for (guint i = 0; i < G_N_ELEMENTS (backends); i++)
    if (is_known (catalogue, backends[i].type) &&
        !(is_netdev && g_str_equal (backends[i].type, "none")))
      g_ptr_array_add (types, g_strdup (backends[i].type));
  for (guint i = 0; offered != NULL && i < offered->len; i++)
    {
      const char *type = g_array_index (offered, DroverSuggestion, i).value;

      if (!g_strv_contains ((const char *const *) types->pdata, type))
        g_ptr_array_add (types, g_strdup (type));
    }
  if (current != NULL && !g_strv_contains ((const char *const *) types->pdata, current))
    g_ptr_array_add (types, g_strdup (current));

  return (GStrv) g_ptr_array_free (g_steal_pointer (&types), FALSE);
}

/* What belongs to the card, or to any backend, and so stays when the backend becomes another. */
static gboolean
stays (DroverCatalogue *catalogue, const char *option, const char *type, const char *key)
{
  static const char *const common[] = { "id", "type", NULL };
  static const char *const of_cards[] = { "mac", "model", "netdev", "addr", "vectors", "name",
                                          "vlan", NULL };
  g_autoptr (GArray) properties = NULL;

  if (g_strv_contains (common, key) ||
      (!g_str_equal (option, "netdev") && g_strv_contains (of_cards, key)))
    return TRUE;

  properties = catalogue != NULL
                 ? drover_catalogue_list_backend_properties (catalogue, "netdev", type)
                 : NULL;
  for (guint i = 0; properties != NULL && i < properties->len; i++)
    if (g_str_equal (g_array_index (properties, DroverCatalogueProperty, i).name, key))
      return TRUE;

  return FALSE;
}

static GPtrArray *
drop_foreign_keys (DroverCatalogue *catalogue, GPtrArray *arguments, int argument,
                   const char *type, GError **error)
{
  DroverArgument *old = arguments->pdata[argument];
  const char *option = drover_argument_get_option (old);
  g_autoptr (GPtrArray) keys = drover_property_list_list_keys (old);
  GPtrArray *result = g_ptr_array_ref (arguments);

  for (guint i = 0; i < keys->len && result != NULL; i++)
    {
      g_autoptr (GPtrArray) before = result;
      DroverArgument *now = before->pdata[argument];
      const char *value = drover_argument_get_value (now);
      const char *key = keys->pdata[i];

      if (stays (catalogue, option, type, key))
        {
          result = g_steal_pointer (&before);
          continue;
        }
      /* All that are there, of a key that may stand there several times. */
      if (*value == '{')
        result = drover_key_write (before, argument, key, DROVER_SETTING_TEXT, NULL, error);
      else
        {
          g_autofree char *text = drover_keyval_remove (value, "type", key);

          result = drover_arguments_copy (before);
          drover_argument_unref (result->pdata[argument]);
          result->pdata[argument] = drover_argument_with_value (now, text);
        }
    }

  return result;
}

static GPtrArray *
add_needs (GPtrArray *arguments, int argument, const char *type, GError **error)
{
  GPtrArray *result = g_ptr_array_ref (arguments);
  g_auto (GStrv) needs = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (backends) && needs == NULL; i++)
    if (g_str_equal (backends[i].type, type) && backends[i].needs != NULL)
      needs = g_strsplit (backends[i].needs, ",", -1);

  for (guint i = 0; needs != NULL && needs[i] != NULL && result != NULL; i++)
    {
      g_autoptr (GPtrArray) before = result;
      g_auto (GStrv) pair = g_strsplit (needs[i], "=", 2);
      g_autofree char *value = drover_key_dup (before, argument, pair[0]);

      result = value != NULL ? g_steal_pointer (&before)
                             : drover_key_write (before, argument, pair[0], DROVER_SETTING_TEXT,
                                                 pair[1], error);
    }

  return result;
}

/**
 * drover_backend_change:
 * @catalogue: (nullable): what the program offers
 * @argument: index of a network backend
 * @type: what it is to be
 * @error: set to %DROVER_ERROR_ARGUMENT when it cannot be changed
 *
 * Makes it one of another type: what that does not know goes, what it needs comes. The user must
 * see that before it is done.
 *
 * Returns: (transfer full) (nullable): the new arguments
 */
GPtrArray *
drover_backend_change (DroverCatalogue *catalogue, GPtrArray *arguments, int argument,
                       const char *type, GError **error)
{
  g_autoptr (GPtrArray) typed =
    drover_key_write (arguments, argument, "type", DROVER_SETTING_TEXT, type, error);
  g_autoptr (GPtrArray) stripped =
    typed != NULL ? drop_foreign_keys (catalogue, typed, argument, type, error) : NULL;

  return stripped != NULL ? add_needs (stripped, argument, type, error) : NULL;
}
