/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-catalogue.h"
#include "drover-error.h"
#include "drover-test.h"

static void
test_missing (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (drover_test_await_object (drover_catalogue_load ("/nowhere/qemu"), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING);
}

static void
test_load (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverCatalogue) self =
    drover_test_await_object (drover_catalogue_load ("qemu-system-x86_64"), &error);
  g_autofree char *cpu = NULL;
  DroverCatalogueMachine machine;
  DroverCatalogueProperty property;
  DroverCatalogueDevice device;

  g_assert_no_error (error);
  g_assert_cmpstr (drover_catalogue_get_architecture (self), ==, "x86_64");
  g_assert_true (drover_catalogue_find_machine (self, "q35", &machine));
  g_assert_cmpstr (machine.description, ==, "Standard PC (Q35 + ICH9, 2009)");
  cpu = drover_catalogue_dup_default (self, "q35", "cpu.model");
  g_assert_cmpstr (cpu, ==, "qemu64");
  g_assert_true (drover_catalogue_find_device (self, "ahci", &device));
  g_assert_cmpstr (device.name, ==, "ich9-ahci");
  g_assert_cmpstr (device.category, ==, "storage");
  g_assert_true (drover_catalogue_find_property (self, "virtio-blk-pci", "werror", &property));
  g_assert_cmpstr (property.choices[0], ==, "report");
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/catalogue/missing", test_missing);
  g_test_add_func ("/catalogue/load", test_load);
  return drover_test_run ();
}
