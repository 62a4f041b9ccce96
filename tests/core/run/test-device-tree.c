/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-agent-run.h"
#include "drover-device-private.h"
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

/* The first that uses what QEMU calls @backend. */
static DroverDeviceNode *
find_using (DroverDeviceNode *node, const char *backend)
{
  GListModel *children = drover_device_node_get_children (node);

  for (guint i = 0; i < g_list_model_get_n_items (children); i++)
    {
      g_autoptr (DroverDeviceNode) child = g_list_model_get_item (children, i);
      DroverDeviceNode *found = child;

      if (!g_ptr_array_find_with_equal_func (child->backends, backend, g_str_equal, NULL))
        found = find_using (child, backend);
      if (found != NULL)
        return found;
    }

  return NULL;
}

/* By one of the machine's own arguments, whatever the launch made of it. */
static void
assert_made_by (DroverRun *run, DroverDeviceNode *node, const char *flag, const char *value)
{
  DroverDocument *document = drover_machine_get_document (drover_run_get_machine (run));
  GPtrArray *arguments = drover_document_get_arguments (document);
  int argument;

  g_assert_nonnull (node);
  argument = drover_device_node_find_argument (node, drover_document_get_program (document),
                                               arguments);
  g_test_message ("%s: argument %d", drover_device_node_get_path (node), argument);
  g_assert_cmpint (argument, >=, 0);
  g_assert_cmpstr (drover_argument_get_flag (arguments->pdata[argument]), ==, flag);
  g_assert_cmpstr (drover_argument_get_value (arguments->pdata[argument]), ==, value);
  g_assert_cmpint (drover_device_node_get_origin (node), ==, DROVER_DEVICE_ORIGIN_ARGUMENT);
}

static void
assert_origin (DroverDeviceNode *node, DroverDeviceOrigin origin)
{
  g_assert_nonnull (node);
  g_assert_cmpint (drover_device_node_get_origin (node), ==, origin);
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
  assert_made_by (run, find (buses, "card"), "-device", "e1000,id=card,netdev=net");
  assert_made_by (run, find (buses, "tablet"), "-device", "usb-tablet,id=tablet");
  behind = find (find (buses, "bridge"), "virtio-rng-pci");
  assert_made_by (run, behind, "-device", "virtio-rng,bus=bridge,addr=3");
  g_assert_cmpint (drover_device_node_get_origin (find (buses, "piix3-ide")), ==,
                   DROVER_DEVICE_ORIGIN_BOARD);

  properties = drover_test_await_boxed (
    drover_device_node_load_properties (find (buses, "card"), run), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (get_value (properties, "netdev"), ==, "net");
  g_assert_cmpstr (get_value (properties, "realized"), ==, "true");

  pci = load (run, DROVER_DEVICE_VIEW_PCI);
  assert_made_by (run, find (pci, "card"), "-device", "e1000,id=card,netdev=net");
  /* Only a firmware would set up the bridge, so that a guest sees what is behind it. */
  assert_made_by (run, find (pci, "virtio-rng-pci"), "-device", "virtio-rng-pci,addr=7");
  usb = load (run, DROVER_DEVICE_VIEW_USB);
  g_assert_nonnull (strstr (drover_device_node_get_detail (find (usb, "tablet")), "Port"));

  objects = load (run, DROVER_DEVICE_VIEW_OBJECTS);
  g_assert_null (find (objects, "random"));
  drover_test_await (drover_device_node_load_children (objects, run, TRUE), &error);
  g_assert_no_error (error);
  assert_made_by (run, find (objects, "random"), "-object", "rng-random,id=random");
  assert_made_by (run, find (objects, "card"), "-device", "e1000,id=card,netdev=net");

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

static char *
put_image (const char *name)
{
  char *path = g_build_filename (drover_test_dir (), name, NULL);
  g_autofree char *zeros = g_malloc0 (65536);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, zeros, 65536, &error);
  g_assert_no_error (error);
  return path;
}

static char *
new_drive (const char *image, const char *more)
{
  return g_strdup_printf ("file=%s,format=raw%s", image, more);
}

/* Options that make a device and what is behind it at once: QEMU names them, or counts them. */
static void
test_drives (void)
{
  g_autofree char *a = put_image ("a.img");
  g_autofree char *b = put_image ("b.img");
  g_autofree char *c = put_image ("c.img");
  g_autofree char *d = put_image ("d.img");
  g_autofree char *e = put_image ("e.img");
  g_autofree char *f = put_image ("f.img");
  g_autofree char *g = put_image ("g.img");
  g_autofree char *ide = new_drive (b, ",if=ide");
  g_autofree char *virtio = new_drive (e, ",if=virtio");
  g_autofree char *named = new_drive (f, ",if=virtio,id=mine");
  g_autofree char *none = new_drive (g, ",if=none,id=x");
  static const char json[] = "{\"driver\":\"virtio-blk-pci\",\"drive\":\"x\"}";
  static const char json_rng[] = "{\"driver\":\"virtio-rng-pci\",\"addr\":\"1d.0\"}";
  g_autoptr (DroverRun) run = new_guest_run (
    ARGUMENTS ("-S", "-display", "none", "-hda", a, "-drive", ide, "-cdrom", c, "-fda", d,
               "-device", json, "-device", json_rng, "-device", "virtio-rng-pci,addr=1e.0",
               "-drive", virtio, "-drive", named, "-drive", none));
  g_autoptr (DroverDeviceNode) buses = NULL;
  g_autoptr (DroverDeviceNode) pci = NULL;
  g_autoptr (DroverDeviceNode) objects = NULL;
  g_autoptr (GError) error = NULL;

  start (run, FALSE);
  buses = load (run, DROVER_DEVICE_VIEW_BUSES);
  assert_made_by (run, find_using (buses, "ide0-hd0"), "-hda", a);
  assert_made_by (run, find_using (buses, "ide0-hd1"), "-drive", ide);
  assert_made_by (run, find_using (buses, "ide1-cd0"), "-cdrom", c);
  assert_made_by (run, find_using (buses, "floppy0"), "-fda", d);
  assert_made_by (run, find_using (buses, "virtio0"), "-drive", virtio);
  assert_made_by (run, find_using (buses, "mine"), "-drive", named);
  assert_made_by (run, find_using (buses, "x"), "-device", json);
  assert_origin (find (buses, "i8042"), DROVER_DEVICE_ORIGIN_BOARD);
  /* The bus inside of it is of the same argument, as what is on that bus. */
  assert_made_by (run, find (find_using (buses, "x"), "virtio-bus"), "-device", json);
  assert_made_by (run, find (find_using (buses, "x"), "virtio-blk-device"), "-device", json);

  /* QEMU takes those in JSON last. */
  pci = load (run, DROVER_DEVICE_VIEW_PCI);
  for (guint i = 0; i < g_list_model_get_n_items (drover_device_node_get_children (pci)); i++)
    {
      g_autoptr (DroverDeviceNode) node =
        g_list_model_get_item (drover_device_node_get_children (pci), i);

      if (node->devfn == 0x1d << 3)
        assert_made_by (run, node, "-device", json_rng);
      else if (node->devfn == 0x1e << 3)
        assert_made_by (run, node, "-device", "virtio-rng-pci,addr=1e.0");
    }

  /* The same things among all objects. */
  objects = load (run, DROVER_DEVICE_VIEW_OBJECTS);
  drover_test_await (drover_device_node_load_children (objects, run, TRUE), &error);
  g_assert_no_error (error);
  assert_made_by (run, find_using (objects, "ide0-hd0"), "-hda", a);
  assert_made_by (run, find_using (objects, "floppy0"), "-fda", d);
  assert_made_by (run, find_using (objects, "x"), "-device", json);
  assert_made_by (run, find (find_using (objects, "x"), "virtio-backend"), "-device", json);
  assert_origin (find (objects, "i8042"), DROVER_DEVICE_ORIGIN_BOARD);
  finish (g_steal_pointer (&run));
}

static void
test_ports (void)
{
  g_autoptr (DroverRun) run = new_guest_run (
    ARGUMENTS ("-S", "-display", "none", "-nic", "user,model=e1000", "-nic", "none", "-nic",
               "user,model=ne2k_pci,id=bar", "-nic", "user,model=rtl8139", "-chardev",
               "null,id=foo", "-serial", "null", "-serial", "none", "-serial", "chardev:foo",
               "-serial", "stdio", "-parallel", "null", "-debugcon", "vc"));
  g_autoptr (DroverDeviceNode) buses = NULL;

  start (run, FALSE);
  buses = load (run, DROVER_DEVICE_VIEW_BUSES);
  assert_made_by (run, find (buses, "e1000"), "-nic", "user,model=e1000");
  assert_made_by (run, find (buses, "ne2k_pci"), "-nic", "user,model=ne2k_pci,id=bar");
  assert_made_by (run, find (buses, "rtl8139"), "-nic", "user,model=rtl8139");
  assert_made_by (run, find_using (buses, "serial0"), "-serial", "null");
  assert_made_by (run, find_using (buses, "foo"), "-serial", "chardev:foo");
  /* The launch has put a socket there. */
  assert_made_by (run, find_using (buses, "serial3"), "-serial", "stdio");
  assert_made_by (run, find (buses, "isa-parallel"), "-parallel", "null");
  assert_made_by (run, find (buses, "isa-debugcon"), "-debugcon", "vc");
  finish (g_steal_pointer (&run));
}

/* Cards on the hub of `-net`, and a serial port that nobody asked for. */
static void
test_hub (void)
{
  g_autoptr (DroverRun) run =
    new_guest_run (ARGUMENTS ("-S", "-nographic", "-net", "nic,model=e1000", "-net", "user",
                              "-netdev", "user,id=n", "-net", "nic,netdev=n,model=ne2k_pci",
                              "-net", "nic,model=rtl8139"));
  g_autoptr (DroverDeviceNode) buses = NULL;

  start (run, FALSE);
  buses = load (run, DROVER_DEVICE_VIEW_BUSES);
  assert_made_by (run, find (buses, "e1000"), "-net", "nic,model=e1000");
  assert_made_by (run, find (buses, "ne2k_pci"), "-net", "nic,netdev=n,model=ne2k_pci");
  assert_made_by (run, find (buses, "rtl8139"), "-net", "nic,model=rtl8139");
  assert_origin (find (buses, "isa-serial"), DROVER_DEVICE_ORIGIN_BOARD);
  finish (g_steal_pointer (&run));
}

/* Where the board puts a drive that names no place. */
static void
test_boards (void)
{
  g_autofree char *a = put_image ("a.img");
  g_autofree char *c = put_image ("c.img");
  g_autofree char *drive = new_drive (a, "");
  g_autoptr (DroverMachine) q35 =
    new_machine (QEMU, ARGUMENTS ("-machine", "q35", "-accel", "tcg", "-m", "16", "-nodefaults",
                                  "-display", "none", "-S", "-hdb", a, "-cdrom", c));
  g_autoptr (DroverMachine) virt =
    new_machine ("qemu-system-aarch64",
                 ARGUMENTS ("-machine", "virt", "-cpu", "cortex-a53", "-accel", "tcg", "-m", "32",
                            "-display", "none", "-S", "-drive", drive, "-nic", "user", "-serial",
                            "null"));
  g_autoptr (DroverRun) run = drover_run_new (q35, DROVER_QMP_SOCKET);
  g_autoptr (DroverDeviceNode) buses = NULL;

  start (run, FALSE);
  buses = load (run, DROVER_DEVICE_VIEW_BUSES);
  assert_made_by (run, find (buses, "ide-hd"), "-hdb", a);
  assert_made_by (run, find (buses, "ide-cd"), "-cdrom", c);
  finish (g_steal_pointer (&run));
  g_clear_object (&buses);

  run = drover_run_new (virt, DROVER_QMP_SOCKET);
  start (run, FALSE);
  buses = load (run, DROVER_DEVICE_VIEW_BUSES);
  assert_made_by (run, find (buses, "virtio-blk-device"), "-drive", drive);
  assert_made_by (run, find (buses, "virtio-net-device"), "-nic", "user");
  assert_made_by (run, find (buses, "pl011"), "-serial", "null");
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
  g_test_add_func ("/device-tree/drives", test_drives);
  g_test_add_func ("/device-tree/ports", test_ports);
  g_test_add_func ("/device-tree/hub", test_hub);
  g_test_add_func ("/device-tree/boards", test_boards);
  g_test_add_func ("/device-tree/off", test_off);

  return drover_test_run ();
}
