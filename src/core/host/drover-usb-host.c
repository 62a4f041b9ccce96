/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "drover-usb-host.h"

#define DEVICES "sys/bus/usb/devices"

/* bDeviceClass of a hub: it stays this computer's. */
#define CLASS_HUB 9

/**
 * drover_usb_host_free:
 *
 * Frees @self.
 */
void
drover_usb_host_free (DroverUsbHost *self)
{
  g_free (self->vendor);
  g_free (self->product);
  g_free (self->title);
  g_free (self);
}

static char *
dup_attribute (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, NULL))
    return NULL;

  /* A device says what it likes. */
  return g_strstrip (g_utf8_make_valid (text, length));
}

static guint
get_number (const char *folder, const char *name, guint base)
{
  g_autofree char *text = dup_attribute (folder, name);

  return text != NULL ? (guint) g_ascii_strtoull (text, NULL, base) : 0;
}

static gboolean
is_id (const char *text)
{
  return text != NULL && strlen (text) == 4 &&
         strspn (text, "0123456789abcdefABCDEF") == 4;
}

static char *
dup_title (const char *folder, const char *vendor, const char *product)
{
  g_autofree char *maker = dup_attribute (folder, "manufacturer");
  g_autofree char *name = dup_attribute (folder, "product");
  gboolean has_maker = maker != NULL && *maker != '\0';
  gboolean has_name = name != NULL && *name != '\0';

  if (has_maker && has_name && !g_str_has_prefix (name, maker))
    return g_strdup_printf ("%s %s", maker, name);
  if (has_name)
    return g_steal_pointer (&name);
  if (has_maker)
    return g_steal_pointer (&maker);

  return g_strdup_printf (_("Device %s:%s"), vendor, product);
}

static gboolean
is_writable (const char *root, guint bus, guint number)
{
  g_autofree char *path = g_strdup_printf ("%s/dev/bus/usb/%03u/%03u", root, bus, number);

  return access (path, W_OK) == 0;
}

/* Returns: (nullable): what is no device, or a hub, is left out */
static DroverUsbHost *
read_device (const char *root, const char *folder)
{
  g_autofree char *vendor = dup_attribute (folder, "idVendor");
  g_autofree char *product = dup_attribute (folder, "idProduct");
  DroverUsbHost *self;

  if (!is_id (vendor) || !is_id (product) || get_number (folder, "bDeviceClass", 16) == CLASS_HUB)
    return NULL;

  self = g_new0 (DroverUsbHost, 1);
  self->title = dup_title (folder, vendor, product);
  self->vendor = g_ascii_strdown (vendor, -1);
  self->product = g_ascii_strdown (product, -1);
  self->bus = get_number (folder, "busnum", 10);
  self->number = get_number (folder, "devnum", 10);
  self->writable = is_writable (root, self->bus, self->number);
  return self;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const DroverUsbHost *first = *(DroverUsbHost *const *) a;
  const DroverUsbHost *second = *(DroverUsbHost *const *) b;
  int order = g_utf8_collate (first->title, second->title);

  if (order != 0)
    return order;
  return first->bus != second->bus ? (int) first->bus - (int) second->bus
                                   : (int) first->number - (int) second->number;
}

/**
 * drover_usb_host_list:
 * @root: where the file system of the computer starts: `/`
 *
 * Returns: (transfer full) (element-type DroverUsbHost): the USB devices that are plugged into
 *   this computer, hubs left out, by title; empty where the kernel does not list any
 */
GPtrArray *
drover_usb_host_list (const char *root)
{
  GPtrArray *devices = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_usb_host_free);
  g_autofree char *path = g_build_filename (root, DEVICES, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (path, name, NULL);
      DroverUsbHost *device = read_device (root, folder);

      if (device != NULL)
        g_ptr_array_add (devices, device);
    }

  g_ptr_array_sort (devices, compare);
  return devices;
}

/**
 * drover_usb_host_dup_properties:
 *
 * A rule by vendor and product: QEMU takes the device whenever it is plugged in, also after it
 * was pulled out.
 *
 * Returns: (transfer full): the properties for drover_parts_add() of a %DROVER_PART_DEVICE
 */
GStrv
drover_usb_host_dup_properties (const DroverUsbHost *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_strv_builder_add (builder, "driver=usb-host");
  g_strv_builder_take (builder, g_strconcat ("vendorid=0x", self->vendor, NULL));
  g_strv_builder_take (builder, g_strconcat ("productid=0x", self->product, NULL));
  return g_strv_builder_end (builder);
}
