/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-device-item.h"

/* One device that a QEMU has, for a list model. */
struct _DroverDeviceItem
{
  GObject parent_instance;

  DroverCatalogue *catalogue; /* the strings are its */
  DroverCatalogueDevice device;
  char *folded;
};

G_DEFINE_FINAL_TYPE (DroverDeviceItem, drover_device_item, G_TYPE_OBJECT)

static void
drover_device_item_finalize (GObject *object)
{
  DroverDeviceItem *self = DROVER_DEVICE_ITEM (object);

  g_clear_pointer (&self->folded, g_free);
  g_clear_object (&self->catalogue);

  G_OBJECT_CLASS (drover_device_item_parent_class)->finalize (object);
}

static void
drover_device_item_class_init (DroverDeviceItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_device_item_finalize;
}

static void
drover_device_item_init (DroverDeviceItem *self)
{
}

static DroverDeviceItem *
item_new (DroverCatalogue *catalogue, const DroverCatalogueDevice *device)
{
  DroverDeviceItem *self = g_object_new (DROVER_TYPE_DEVICE_ITEM, NULL);
  g_autofree char *all = NULL;

  self->catalogue = g_object_ref (catalogue);
  self->device = *device;
  all = g_strdup_printf ("%s\n%s\n%s\n%s", device->name,
                         device->description != NULL ? device->description : "",
                         device->bus != NULL ? device->bus : "", device->category);
  self->folded = g_utf8_casefold (all, -1);
  return self;
}

/**
 * drover_device_item_list:
 * @catalogue: what a program offers
 *
 * Returns: (transfer full): a #DroverDeviceItem for each of its devices, in QEMU's order
 */
GListStore *
drover_device_item_list (DroverCatalogue *catalogue)
{
  GListStore *list = g_list_store_new (DROVER_TYPE_DEVICE_ITEM);
  g_autoptr (GArray) devices = drover_catalogue_list_devices (catalogue);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < devices->len; i++)
    g_ptr_array_add (items,
                     item_new (catalogue, &g_array_index (devices, DroverCatalogueDevice, i)));

  g_list_store_splice (list, 0, 0, items->pdata, items->len);
  return list;
}

/**
 * drover_device_item_get:
 *
 * Returns: what the catalogue says of it
 */
const DroverCatalogueDevice *
drover_device_item_get (DroverDeviceItem *self)
{
  return &self->device;
}

/**
 * drover_device_item_matches:
 * @words: what is searched for, case-folded
 *
 * Returns: whether all of them are in its name, description, bus or category
 */
gboolean
drover_device_item_matches (DroverDeviceItem *self, const char *const *words)
{
  for (guint i = 0; words[i] != NULL; i++)
    if (strstr (self->folded, words[i]) == NULL)
      return FALSE;

  return TRUE;
}

/**
 * drover_device_item_dup_plug:
 *
 * Returns: (transfer full): a sentence on where it plugs in, or why it cannot be added
 */
char *
drover_device_item_dup_plug (DroverDeviceItem *self)
{
  if (!self->device.user_creatable)
    return g_strdup (_("Part of a board: QEMU adds it with the machine, nobody else can"));
  if (self->device.bus == NULL)
    return g_strdup (_("Plugs into no bus"));

  return g_strdup_printf (_("Plugs into %s"), self->device.bus);
}
