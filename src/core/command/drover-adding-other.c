/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-adding.h"
#include "drover-arguments.h"

/* Card */

static const char *const netdev_keys[] = {
  "net",      "host",      "hostname", "dhcpstart",   "dns",       "dnssearch",  "domainname",
  "restrict", "ipv4",      "ipv6",     "ipv6-net",    "ipv6-host", "ipv6-prefix", "ipv6-prefixlen",
  "ipv6-dns", "tftp",      "bootfile", "tftp-server-name", "smb",  "smbserver",  "hostfwd",
  "guestfwd", "ifname",    "br",       "script",      "downscript", "helper",    "vhost",
  "vhostfd",  "vhostfds",  "vhostforce", "vhostdev",  "queues",    "vnet_hdr",   "sndbuf",
  "poll-us",  "fd",        "fds",      "server",      "addr.",     "local.",     "remote.",
  "reconnect", "reconnect-ms", "listen", "connect",   "mcast",     "localaddr",  "udp",
  "chardev",  "path",      "quiet",    "sock",        "port",      "group",      "mode",
  "src",      "dst",       "srcport",  "dstport",     "hubid",     "netdev",     "search",
  "gateway",  "mtu",       "address",  "netmask",     "interface", "tcp-ports",  "udp-ports",
  "start-address", "end-address", "subnet-mask", "isolated", "param", NULL,
};

/* A board whose card is soldered on, or whose buses are not known, plugs it in itself. */
static gboolean
say_nic (DroverAdding *self, const char *type, const char *model)
{
  g_autofree char *id = drover_adding_take_id (self, "net");
  g_autoptr (GString) nic = g_string_new (type);

  drover_adding_append (nic, "id", id);
  if (model != NULL)
    drover_adding_append (nic, "model", model);
  drover_adding_take_rest (self, nic);
  drover_adding_say (self, "-nic", nic->str);
  return TRUE;
}

/**
 * drover_adding_card:
 *
 * A network card and what it is connected to.
 *
 * Returns: whether it could
 */
gboolean
drover_adding_card (DroverAdding *self, GError **error)
{
  g_autofree char *given_type = drover_adding_take (self, "type");
  g_autofree char *model = drover_adding_take (self, "model");
  const char *type = given_type != NULL ? given_type : "user";
  g_autofree char *net = NULL;
  g_autofree char *id = NULL;
  g_autoptr (GString) netdev = g_string_new (type);
  g_autoptr (GString) device = NULL;

  if (model == NULL)
    model = drover_adding_take (self, "driver");
  if (self->board == DROVER_BOARD_OTHER)
    return say_nic (self, type, model);

  if (model == NULL)
    model = g_strdup_printf ("virtio-net-%s", drover_adding_get_virtio (self));
  id = drover_adding_take_id (self, "nic");
  net = drover_references_dup_free_id (self->references, "net");
  drover_adding_append (netdev, "id", net);
  drover_adding_take_known (self, netdev, netdev_keys);
  drover_adding_say (self, "-netdev", netdev->str);

  device = g_string_new (model);
  if (!g_str_has_prefix (model, "usb-"))
    drover_adding_use_port (self, device);
  drover_adding_append (device, "id", id);
  drover_adding_append (device, "netdev", net);
  drover_adding_take_rest (self, device);
  if (g_str_has_prefix (model, "usb-") && !drover_adding_ensure_usb (self, error))
    return FALSE;
  drover_adding_say (self, "-device", device->str);
  return TRUE;
}

/* Sound */

static char *
use_audiodev (DroverAdding *self)
{
  g_autofree char *type = drover_adding_take (self, "type");
  g_autoptr (GString) text = NULL;
  char *id;

  for (guint i = 0; type == NULL && i < self->references->fields->len; i++)
    {
      const DroverFields *fields = self->references->fields->pdata[i];
      const char *old = drover_fields_get (fields, "id");

      if (fields->enabled && drover_fields_are (fields, "audiodev") && old != NULL)
        return g_strdup (old);
    }

  /* PulseAudio's interface is what PipeWire offers too. */
  id = drover_references_dup_free_id (self->references, "audio");
  text = g_string_new (type != NULL ? type : "pa");
  drover_adding_append (text, "id", id);
  for (guint i = 0; i < self->properties->len;)
    {
      const char *key = g_array_index (self->properties, DroverField, i).key;
      g_autofree char *value = NULL;

      if (!g_str_has_prefix (key, "in.") && !g_str_has_prefix (key, "out.") &&
          !g_str_equal (key, "server") && !g_str_equal (key, "timer-period"))
        {
          i++;
          continue;
        }
      drover_adding_append (text, key, g_array_index (self->properties, DroverField, i).value);
      g_array_remove_index (self->properties, i);
    }

  drover_adding_say (self, "-audiodev", text->str);
  return id;
}

/* A codec of Intel's HDA needs its controller. */
static void
plug_hda (DroverAdding *self, GString *device)
{
  static const char *const controllers[] = { "intel-hda", "ich9-intel-hda", NULL };
  int controller = drover_adding_find_device (self, controllers);
  g_autofree char *id = NULL;
  g_autofree char *text = NULL;

  if (controller >= 0)
    id = drover_adding_use_bus (self, controller);
  else
    {
      id = drover_references_dup_free_id (self->references, "hda");
      text = g_strdup_printf ("%s,id=%s",
                              self->board == DROVER_BOARD_Q35 ? "ich9-intel-hda" : "intel-hda", id);
      drover_adding_say (self, "-device", text);
    }
  if (id != NULL)
    g_string_append_printf (device, ",bus=%s.0", id);
}

/**
 * drover_adding_sound:
 *
 * A sound card and where its sound goes: an `-audiodev` that is there already, unless `type` asks
 * for another.
 *
 * Returns: whether it could
 */
gboolean
drover_adding_sound (DroverAdding *self, GError **error)
{
  g_autofree char *model = drover_adding_take (self, "model");
  g_autofree char *id = drover_adding_take_id (self, "sound");
  g_autofree char *audiodev = use_audiodev (self);
  g_autoptr (GString) device = NULL;

  if (model == NULL)
    model = drover_adding_take (self, "driver");
  if (model == NULL)
    model = g_strdup ("hda-duplex");
  device = g_string_new (model);
  if (g_str_has_prefix (model, "hda-"))
    plug_hda (self, device);
  else if (g_str_has_prefix (model, "usb-") && !drover_adding_ensure_usb (self, error))
    return FALSE;

  drover_adding_append (device, "id", id);
  drover_adding_append (device, "audiodev", audiodev);
  drover_adding_take_rest (self, device);
  drover_adding_say (self, "-device", device->str);
  return TRUE;
}

/* NUMA */

static guint
find_free_node (DroverAdding *self)
{
  guint free_node = 0;

  for (guint i = 0; i < self->references->fields->len; i++)
    {
      const DroverFields *fields = self->references->fields->pdata[i];
      const char *number = drover_fields_get (fields, "nodeid");

      if (!fields->enabled || !drover_fields_are (fields, "numa") ||
          g_strcmp0 (drover_fields_get (fields, "type"), "node") != 0)
        continue;
      free_node = MAX (free_node + 1,
                       number != NULL ? (guint) g_ascii_strtoull (number, NULL, 10) + 1 : 0);
    }

  return free_node;
}

/**
 * drover_adding_numa:
 *
 * A NUMA node; with `size` also its memory.
 *
 * Returns: whether it could
 */
gboolean
drover_adding_numa (DroverAdding *self, GError **error)
{
  g_autofree char *type = drover_adding_take (self, "type");
  g_autofree char *size = drover_adding_take (self, "size");
  g_autofree char *node = drover_adding_take (self, "nodeid");
  g_autoptr (GString) text = g_string_new (type != NULL ? type : "node");

  if (type == NULL || g_str_equal (type, "node"))
    {
      if (node == NULL)
        node = g_strdup_printf ("%u", find_free_node (self));
      drover_adding_append (text, "nodeid", node);
    }
  if (size != NULL)
    {
      g_autofree char *memory = drover_references_dup_free_id (self->references, "mem");
      g_autoptr (GString) object = g_string_new ("memory-backend-ram");

      drover_adding_append (object, "id", memory);
      drover_adding_append (object, "size", size);
      drover_adding_say (self, "-object", object->str);
      drover_adding_append (text, "memdev", memory);
    }
  drover_adding_take_rest (self, text);
  drover_adding_say (self, "-numa", text->str);
  return TRUE;
}

/* Share */

/* By virtiofs: the program that reads the folder listens on @socket. */
static gboolean
say_virtiofs (DroverAdding *self, const char *id, const char *tag, const char *socket)
{
  g_autofree char *chardev = drover_references_dup_free_id (self->references, "virtiofs");
  g_autoptr (GString) text = g_string_new ("socket");
  g_autoptr (GString) device = g_string_new ("vhost-user-fs-");

  drover_adding_append (text, "id", chardev);
  drover_adding_append (text, "path", socket);
  drover_adding_say (self, "-chardev", text->str);

  g_string_append (device, drover_adding_get_virtio (self));
  drover_adding_append (device, "id", id);
  drover_adding_append (device, "chardev", chardev);
  drover_adding_append (device, "tag", tag != NULL ? tag : id);
  drover_adding_take_rest (self, device);
  drover_adding_say (self, "-device", device->str);
  return TRUE;
}

/**
 * drover_adding_share:
 *
 * A folder of the host's, over 9p; with `socket` over virtiofs, by a virtiofsd that listens there.
 *
 * Returns: whether it could
 */
gboolean
drover_adding_share (DroverAdding *self, GError **error)
{
  static const char *const fsdev_keys[] = { "readonly", "writeout", "fmode", "dmode", "multidevs",
                                            "throttling.", NULL };
  g_autofree char *path = drover_adding_take (self, "path");
  g_autofree char *socket = drover_adding_take (self, "socket");
  g_autofree char *id = drover_adding_take_id (self, "share");
  g_autofree char *folder = drover_references_dup_free_id (self->references, "folder");
  g_autofree char *tag = drover_adding_take (self, "tag");
  g_autofree char *security = drover_adding_take (self, "security_model");
  g_autoptr (GString) fsdev = g_string_new ("local");
  g_autoptr (GString) device = g_string_new ("virtio-9p-");

  if (tag == NULL)
    tag = drover_adding_take (self, "mount_tag");
  if (path == NULL && socket != NULL)
    return say_virtiofs (self, id, tag, socket);
  if (path == NULL)
    return drover_arguments_refuse (error, _("Say which folder to share, with path=…"));

  drover_adding_append (fsdev, "id", folder);
  drover_adding_append (fsdev, "path", path);
  drover_adding_append (fsdev, "security_model", security != NULL ? security : "mapped-xattr");
  drover_adding_take_known (self, fsdev, fsdev_keys);
  drover_adding_say (self, "-fsdev", fsdev->str);

  g_string_append (device, drover_adding_get_virtio (self));
  drover_adding_append (device, "id", id);
  drover_adding_append (device, "fsdev", folder);
  drover_adding_append (device, "mount_tag", tag != NULL ? tag : id);
  drover_adding_take_rest (self, device);
  drover_adding_say (self, "-device", device->str);
  return TRUE;
}

/* Those of one argument, or nearly */

/* An id that tells what it is: `virtio-rng0` for a virtio-rng-pci. */
static char *
take_id_for (DroverAdding *self, const char *type)
{
  static const char *const endings[] = { "-pci", "-ccw", "-device", "-non-transitional" };
  g_autoptr (GString) stem = g_string_new (type);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (stem->str, endings[i]) && stem->len > strlen (endings[i]))
      g_string_truncate (stem, stem->len - strlen (endings[i]));
  for (gsize i = 0; i < stem->len; i++)
    if (!g_ascii_isalnum (stem->str[i]) && strchr ("-._", stem->str[i]) == NULL)
      stem->str[i] = '-';
  if (stem->len > 0 && g_ascii_isdigit (stem->str[stem->len - 1]))
    g_string_append_c (stem, '-');

  return drover_adding_take_id (self, g_ascii_isalpha (stem->str[0]) ? stem->str : "device");
}

/* The kind of thing in @key or in `type`, then its id, then all else. */
static gboolean
say_one (DroverAdding *self, const char *flag, const char *key, GError **error)
{
  g_autofree char *type = drover_adding_take (self, key);
  g_autofree char *id = NULL;
  g_autoptr (GString) text = NULL;

  if (type == NULL)
    return drover_arguments_refuse (error, _("Say what to add, with %s=…"), key);

  id = take_id_for (self, type);
  text = g_string_new (type);
  if (g_str_equal (flag, "-device") && g_str_has_suffix (type, "-pci"))
    drover_adding_use_port (self, text);
  drover_adding_append (text, "id", id);
  drover_adding_take_rest (self, text);
  drover_adding_say (self, flag, text->str);
  return TRUE;
}

/**
 * drover_adding_device:
 *
 * Any `-device`, and a USB controller for one that needs it. What is by its name one of PCI goes into
 * a free port, see drover_adding_use_port().
 *
 * Returns: whether it could
 */
gboolean
drover_adding_device (DroverAdding *self, GError **error)
{
  static const char *const not_plugged[] = { "usb-ehci", "usb-uhci", NULL };
  const char *driver = NULL;
  gboolean has_bus = FALSE;

  for (guint i = 0; i < self->properties->len; i++)
    {
      const DroverField *property = &g_array_index (self->properties, DroverField, i);

      if (g_str_equal (property->key, "driver"))
        driver = property->value;
      has_bus |= g_str_equal (property->key, "bus");
    }
  if (driver != NULL && !has_bus && g_str_has_prefix (driver, "usb-") &&
      !g_strv_contains (not_plugged, driver) && !drover_adding_ensure_usb (self, error))
    return FALSE;

  return say_one (self, "-device", "driver", error);
}

/**
 * drover_adding_object:
 *
 * Any `-object`.
 *
 * Returns: whether it could
 */
gboolean
drover_adding_object (DroverAdding *self, GError **error)
{
  return say_one (self, "-object", "qom-type", error);
}

/**
 * drover_adding_character:
 *
 * Any `-chardev`. Who uses it is another matter: a serial port, a monitor, a device.
 *
 * Returns: whether it could
 */
gboolean
drover_adding_character (DroverAdding *self, GError **error)
{
  return say_one (self, "-chardev", "backend", error);
}
