/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-catalogue-writer.h"

/* Which buses there are, and which devices have one for others to plug into. */

/* Most devices make their bus only when they are realized, so QEMU without a machine does not
 * tell. This is said of types that many devices are made from, not of single devices where that
 * can be helped. */
static const struct
{
  const char *type;
  const char *bus;
} known[] = {
  { "am53c974", "SCSI" },
  { "base-pci-bridge", "PCI" },
  { "ICH9-SMB", "i2c-bus" },
  { "ich9-ahci", "IDE" },
  { "intel-hda-generic", "HDA" },
  { "isa-fdc", "floppy-bus" },
  { "isa-ide", "IDE" },
  { "lsi53c810", "SCSI" },
  { "lsi53c895a", "SCSI" },
  { "megasas-base", "SCSI" },
  { "mptsas1068", "SCSI" },
  { "nvme", "nvme-bus" },
  { "pci-ehci-usb", "usb-bus" },
  { "pci-ide", "IDE" },
  { "pci-ohci", "usb-bus" },
  { "pci-uhci-usb", "usb-bus" },
  { "pci-xhci", "usb-bus" },
  { "pcie-port", "PCIE" },
  { "pvscsi", "SCSI" },
  { "pxb", "PCI" },
  { "pxb-pcie", "PCIE" },
  { "sdhci-pci", "sd-bus" },
  { "spapr-vscsi", "SCSI" },
  { "sysbus-ahci", "IDE" },
  { "sysbus-ehci-usb", "usb-bus" },
  { "sysbus-ohci", "usb-bus" },
  { "tpci200", "IndustryPack" },
  { "ufs", "ufs-bus" },
  { "usb-ccid", "ccid-bus" },
  { "usb-storage-dev", "SCSI" },
  { "usb-uas", "SCSI" },
  { "virtio-mmio", "virtio-mmio-bus" },
  { "virtio-scsi-common", "SCSI" },
  { "virtio-serial-device", "virtio-serial-bus" },
  { "vmbus-bridge", "vmbus" },
};

static gboolean
is_bus (DroverCatalogueWriter *self, const char *type)
{
  return _drover_catalogue_writer_is_a (self, type, "bus");
}

/*
 * _drover_catalogue_writer_make_buses:
 *
 * Returns: (transfer floating): each type of bus with the one it is a kind of
 */
GVariant *
_drover_catalogue_writer_make_buses (DroverCatalogueWriter *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a" CATALOGUE_PAIR));
  for (guint i = 0; i < self->types->len; i++)
    if (is_bus (self, self->types->pdata[i]))
      g_variant_builder_add (&builder, CATALOGUE_PAIR, (const char *) self->types->pdata[i],
                             (const char *) g_hash_table_lookup (self->parents,
                                                                 self->types->pdata[i]));
  return g_variant_builder_end (&builder);
}

/* What is known of the nearest ancestor: a PCI Express port is a PCI bridge too, and its bus is
 * the more special one. */
static const char *
find_known (DroverCatalogueWriter *self, const char *type)
{
  for (guint depth = 0; type != NULL && depth < 50; depth++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (known); i++)
        if (g_str_equal (known[i].type, type))
          return known[i].bus;
      type = g_hash_table_lookup (self->parents, type);
    }

  return NULL;
}

static void
add_provider (GVariantBuilder *builder, GHashTable *seen, const char *bus, const char *device)
{
  if (g_hash_table_add (seen, g_strconcat (bus, " ", device, NULL)))
    g_variant_builder_add (builder, CATALOGUE_PAIR, bus, device);
}

/* The children that a device already has when nothing has realized it: buses, and for the PCI
 * face of a virtio device the device behind it. */
static void
add_children (DroverCatalogueWriter *self, GVariantBuilder *builder, GHashTable *seen,
              const char *device)
{
  const guint index = _drover_catalogue_writer_get_list (self, device);
  GArray *list = index != CATALOGUE_NO_LIST ? self->lists->pdata[index] : NULL;

  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const char *type = g_array_index (list, WriterProperty, i).type;
      g_autofree char *child = NULL;
      const char *bus;

      if (!g_str_has_prefix (type, "child<") || !g_str_has_suffix (type, ">"))
        continue;
      child = g_strndup (type + strlen ("child<"), strlen (type) - strlen ("child<>"));
      bus = is_bus (self, child) ? child : find_known (self, child);
      if (bus != NULL)
        add_provider (builder, seen, bus, device);
    }
}

/*
 * _drover_catalogue_writer_make_providers:
 *
 * Returns: (transfer floating): pairs of a type of bus and a device that has one
 */
GVariant *
_drover_catalogue_writer_make_providers (DroverCatalogueWriter *self)
{
  g_autoptr (GPtrArray) devices = _drover_catalogue_writer_list_types (self, "device");
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a" CATALOGUE_PAIR));
  for (guint i = 0; i < devices->len; i++)
    {
      const char *bus = find_known (self, devices->pdata[i]);

      if (bus != NULL && g_hash_table_contains (self->parents, bus))
        add_provider (&builder, seen, bus, devices->pdata[i]);
      add_children (self, &builder, seen, devices->pdata[i]);
    }

  return g_variant_builder_end (&builder);
}
