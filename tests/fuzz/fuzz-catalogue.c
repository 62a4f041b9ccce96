/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-catalogue-private.h"
#include "fuzz.h"

/* The data of a catalogue's file, as somebody may have written it who knows how to compute its
 * checksum; and the same as the whole file. Whatever it is, it can be looked at. */

static void
look_at_properties (GArray *list)
{
  g_autoptr (GArray) taken = list;

  for (guint i = 0; i < taken->len; i++)
    {
      DroverCatalogueProperty *property = &g_array_index (taken, DroverCatalogueProperty, i);

      g_assert_true (g_utf8_validate (property->name, -1, NULL));
      g_assert_true (g_utf8_validate (property->type, -1, NULL));
      for (guint j = 0; property->choices != NULL && property->choices[j] != NULL; j++)
        g_assert_true (g_utf8_validate (property->choices[j], -1, NULL));
    }
}

static void
look_at_devices (DroverCatalogue *catalogue)
{
  g_autoptr (GArray) devices = drover_catalogue_list_devices (catalogue);

  for (guint i = 0; i < devices->len; i++)
    {
      const char *name = g_array_index (devices, DroverCatalogueDevice, i).name;
      g_autoptr (GArray) needed = drover_catalogue_list_buses_for (catalogue, name);
      g_autoptr (GArray) provided = drover_catalogue_list_buses_of (catalogue, name);

      g_assert_true (drover_catalogue_find_device (catalogue, name, NULL));
      look_at_properties (drover_catalogue_list_properties (catalogue, name));
    }
}

static void
look_at (DroverCatalogue *catalogue)
{
  static const char *const queries[] = {
    "machines", "cpus", "cpu-flags", "accelerators", "block-formats", "disk-buses",
    "memory-backends", "devices", "netdevs",
  };
  g_autofree char *cpu = drover_catalogue_dup_default (catalogue, NULL, "cpu.model");

  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autoptr (GArray) values = drover_catalogue_suggest (catalogue, queries[i]);

      for (guint j = 0; j < values->len; j++)
        {
          const char *value = g_array_index (values, DroverSuggestion, j).value;

          g_assert_true (g_utf8_validate (value, -1, NULL));
          look_at_properties (drover_catalogue_list_machine_properties (catalogue, value));
          look_at_properties (
            drover_catalogue_list_backend_properties (catalogue, "netdev", value));
        }
    }
  look_at_devices (catalogue);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) raw = g_bytes_new (data, size);
  g_autoptr (GVariant) whole = _drover_catalogue_unpack (raw, NULL);
  g_autoptr (GVariant) body = g_variant_ref_sink (
    g_variant_new_from_bytes (G_VARIANT_TYPE (CATALOGUE_TYPE), raw, FALSE));
  g_autoptr (GBytes) packed = _drover_catalogue_pack (body);
  g_autoptr (GVariant) unpacked = _drover_catalogue_unpack (packed, NULL);
  g_autoptr (DroverCatalogue) catalogue = NULL;

  if (whole != NULL)
    {
      g_autoptr (DroverCatalogue) other = _drover_catalogue_new (whole, "/bin/true");

      look_at (other);
    }
  g_assert_nonnull (unpacked);
  catalogue = _drover_catalogue_new (unpacked, "/bin/true");
  look_at (catalogue);
  return 0;
}
