/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-agent-run.h"
#include "drover-device-tree.h"

#include "run-fixture.h"

/* The devices of a real QEMU, and which argument made each. */

static DroverDeviceNode *
load (DroverRun *run, DroverDeviceView view)
{
  g_autoptr (GError) error = NULL;
  DroverDeviceNode *root = drover_test_await_object (drover_device_tree_load (run, view), &error);

  g_assert_no_error (error);
  return root;
}

/* The first of that name or type; the tree holds it. */
static DroverDeviceNode *
find (DroverDeviceNode *node, const char *name)
{
  GListModel *children = drover_device_node_get_children (node);

  for (guint i = 0; i < g_list_model_get_n_items (children); i++)
    {
      g_autoptr (DroverDeviceNode) child = g_list_model_get_item (children, i);
      DroverDeviceNode *found;

      if (g_strcmp0 (drover_device_node_get_name (child), name) == 0 ||
          g_strcmp0 (drover_device_node_get_type_name (child), name) == 0)
        return child;
      found = find (child, name);
      if (found != NULL)
        return found;
    }

  return NULL;
}

static void
assert_made_by (DroverRun *run, DroverDeviceNode *node, const char *value)
{
  g_autoptr (GPtrArray) arguments = drover_run_dup_arguments (run);
  int argument;

  g_assert_nonnull (node);
  g_assert_cmpint (drover_device_node_get_origin (node), ==, DROVER_DEVICE_ORIGIN_ARGUMENT);
  argument = drover_device_node_find_argument (node, arguments);
  g_assert_cmpint (argument, >=, 0);
  g_assert_cmpstr (drover_argument_get_value (arguments->pdata[argument]), ==, value);
}

static const char *
get_value (GPtrArray *properties, const char *name)
{
  for (guint i = 0; i < properties->len; i++)
    {
      const DroverDeviceProperty *property = properties->pdata[i];

      if (g_str_equal (property->name, name))
        return property->value;
    }

  return NULL;
}

static void
test_tree (void)
{
  g_autoptr (DroverRun) run = new_guest_run (
    ARGUMENTS ("-S", "-display", "none", "-device", "pci-bridge,id=bridge,chassis_nr=1", "-device",
               "e1000,id=card,netdev=net", "-netdev", "user,id=net", "-device",
               "virtio-rng,bus=bridge,addr=3", "-device", "virtio-rng-pci,addr=7", "-usb",
               "-device", "usb-tablet,id=tablet", "-object", "rng-random,id=random"));
  g_autoptr (DroverDeviceNode) buses = NULL;
  g_autoptr (DroverDeviceNode) pci = NULL;
  g_autoptr (DroverDeviceNode) usb = NULL;
  g_autoptr (DroverDeviceNode) objects = NULL;
  g_autoptr (DroverDeviceNode) after = NULL;
  g_autoptr (GPtrArray) properties = NULL;
  g_autoptr (GError) error = NULL;
  DroverDeviceNode *behind;

  start (run, FALSE);
  buses = load (run, DROVER_DEVICE_VIEW_BUSES);
  assert_made_by (run, find (buses, "card"), "e1000,id=card,netdev=net");
  assert_made_by (run, find (buses, "tablet"), "usb-tablet,id=tablet");
  behind = find (find (buses, "bridge"), "virtio-rng-pci");
  assert_made_by (run, behind, "virtio-rng,bus=bridge,addr=3");
  g_assert_cmpint (drover_device_node_get_origin (find (buses, "piix3-ide")), ==,
                   DROVER_DEVICE_ORIGIN_BOARD);

  properties = drover_test_await_boxed (
    drover_device_node_load_properties (find (buses, "card"), run), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (get_value (properties, "netdev"), ==, "net");
  g_assert_cmpstr (get_value (properties, "realized"), ==, "true");

  pci = load (run, DROVER_DEVICE_VIEW_PCI);
  assert_made_by (run, find (pci, "card"), "e1000,id=card,netdev=net");
  /* Only a firmware would set up the bridge, so that a guest sees what is behind it. */
  assert_made_by (run, find (pci, "virtio-rng-pci"), "virtio-rng-pci,addr=7");
  usb = load (run, DROVER_DEVICE_VIEW_USB);
  g_assert_nonnull (strstr (drover_device_node_get_detail (find (usb, "tablet")), "Port"));

  objects = load (run, DROVER_DEVICE_VIEW_OBJECTS);
  g_assert_null (find (objects, "random"));
  drover_test_await (drover_device_node_load_children (objects, run, TRUE), &error);
  g_assert_no_error (error);
  assert_made_by (run, find (objects, "random"), "rng-random,id=random");
  assert_made_by (run, find (objects, "card"), "e1000,id=card,netdev=net");

  /* What is added now, no argument made. */
  drover_test_await (drover_qmp_execute (drover_run_get_qmp (run), "device_add",
                                         json_from_string ("{\"driver\": \"usb-kbd\", "
                                                           "\"id\": \"late\"}", NULL)),
                     &error);
  g_assert_no_error (error);
  after = load (run, DROVER_DEVICE_VIEW_BUSES);
  g_assert_cmpint (drover_device_node_get_origin (find (after, "late")), ==,
                   DROVER_DEVICE_ORIGIN_LATER);
  finish (g_steal_pointer (&run));
}

static void
test_off (void)
{
  g_autoptr (DroverRun) run = new_guest_run (ARGUMENTS ("-display", "none"));
  g_autoptr (GError) error = NULL;

  g_assert_false (drover_test_await (drover_device_tree_load (run, DROVER_DEVICE_VIEW_PCI),
                                     &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE);
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);

  g_test_add_func ("/device-tree/tree", test_tree);
  g_test_add_func ("/device-tree/off", test_off);

  return drover_test_run ();
}
