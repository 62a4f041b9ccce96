/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "drover-device-item.h"

/* One device, or one type of character devices or objects, that a QEMU has, for a list model. */
struct _DroverDeviceItem
{
  GObject parent_instance;

  DroverCatalogue *catalogue; /* the strings are its */
  DroverCatalogueDevice device;
  gboolean is_backend;
  char *needs; /* the keys of a backend that must be set, or NULL */
  char *folded;
};

G_DEFINE_FINAL_TYPE (DroverDeviceItem, drover_device_item, G_TYPE_OBJECT)

static void
drover_device_item_finalize (GObject *object)
{
  DroverDeviceItem *self = DROVER_DEVICE_ITEM (object);

  g_clear_pointer (&self->needs, g_free);
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

static char *
dup_required (DroverCatalogue *catalogue, const char *kind, const char *name)
{
  g_autoptr (GArray) properties =
    drover_catalogue_list_backend_properties (catalogue, kind, name);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;

  for (guint i = 0; i < properties->len; i++)
    if (g_array_index (properties, DroverCatalogueProperty, i).required)
      g_strv_builder_add (builder, g_array_index (properties, DroverCatalogueProperty, i).name);

  names = g_strv_builder_end (builder);
  return names[0] != NULL ? g_strjoinv (", ", names) : NULL;
}

/**
 * drover_device_item_list_backends:
 * @catalogue: what a program offers
 * @kind: `chardev` or `object`
 *
 * Returns: (transfer full): a #DroverDeviceItem for each backend of that kind
 */
GListStore *
drover_device_item_list_backends (DroverCatalogue *catalogue, const char *kind)
{
  GListStore *list = g_list_store_new (DROVER_TYPE_DEVICE_ITEM);
  g_autoptr (GArray) backends = drover_catalogue_list_backends (catalogue, kind);

  for (guint i = 0; i < backends->len; i++)
    {
      const DroverSuggestion *backend = &g_array_index (backends, DroverSuggestion, i);
      const DroverCatalogueDevice device = { .name = backend->value, .category = "",
                                             .description = backend->title,
                                             .user_creatable = TRUE };
      g_autoptr (DroverDeviceItem) item = item_new (catalogue, &device);

      item->is_backend = TRUE;
      /* What the schema says of character devices is of QMP, where the keys have other names. */
      if (!g_str_equal (kind, "chardev"))
        item->needs = dup_required (catalogue, kind, backend->value);
      g_list_store_append (list, item);
    }

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
 * Returns: (transfer full) (nullable): a sentence on where it plugs in, why it cannot be added,
 *   or what it needs
 */
char *
drover_device_item_dup_plug (DroverDeviceItem *self)
{
  if (self->is_backend)
    return self->needs != NULL ? g_strdup_printf (_("Must be said: %s"), self->needs) : NULL;
  if (!self->device.user_creatable)
    return g_strdup (_("Part of a board: QEMU adds it with the machine, nobody else can"));
  if (self->device.bus == NULL)
    return g_strdup (_("Plugs into no bus"));

  return g_strdup_printf (_("Plugs into %s"), self->device.bus);
}
