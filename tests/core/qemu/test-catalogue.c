/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <signal.h>

#include "drover-catalogue-private.h"
#include "drover-error.h"
#include "drover-qmp.h"
#include "drover-test.h"

/* The catalogue against real QEMU, asked by the test itself. */

static const char *const programs[] = {
  "qemu-system-x86_64", "qemu-system-aarch64", "qemu-system-arm", "qemu-system-i386",
  "qemu-system-riscv64", "qemu-system-ppc64", "qemu-system-s390x",
};

static DroverCatalogue *
load (const char *program)
{
  g_autoptr (GError) error = NULL;
  DroverCatalogue *self = drover_test_await_object (drover_catalogue_load (program), &error);

  g_assert_no_error (error);
  return self;
}

static char *
run (const char *program, const char *first, const char *second)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (
    G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, program, first,
    second, NULL);
  char *text = NULL;

  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (process, NULL, NULL, &text, NULL, &error));
  g_assert_no_error (error);
  return text;
}

/* Each device that `-device help` prints. */
static void
test_devices (gconstpointer program)
{
  g_autoptr (DroverCatalogue) self = NULL;
  g_autofree char *help = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  self = load (program);
  help = run (program, "-device", "help");
  lines = g_strsplit (help, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) quoted = g_strsplit (lines[i], "\"", 3);
      DroverCatalogueDevice device;

      if (!g_str_has_prefix (lines[i], "name \""))
        continue;
      n++;
      if (!drover_catalogue_find_device (self, quoted[1], &device))
        g_error ("%s is missing", quoted[1]);
      g_assert_cmpstr (device.name, ==, quoted[1]);
      g_assert_true (device.user_creatable);
    }

  g_assert_cmpuint (n, >, 50);
}

/* A test that fails must not leave its QEMU running. */
static void
child_setup_cb (gpointer user_data)
{
#ifdef __linux__
  prctl (PR_SET_PDEATHSIG, SIGKILL);
#endif
}

static DroverQmp *
open_qemu (const char *program, GSubprocess **process)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) error = NULL;
  DroverQmp *qmp;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_subprocess_launcher_take_fd (launcher, fds[1], 3);
  g_subprocess_launcher_set_child_setup (launcher, child_setup_cb, NULL, NULL);
  *process = g_subprocess_launcher_spawn (
    launcher, &error, program, "-machine", "none", "-nodefaults", "-display", "none", "-chardev",
    "socket,id=q,fd=3", "-mon", "chardev=q,mode=control", NULL);
  g_assert_no_error (error);
  socket = g_socket_new_from_fd (fds[0], &error);
  g_assert_no_error (error);
  connection = g_socket_connection_factory_create_connection (socket);
  qmp = drover_test_await_object (drover_qmp_open (G_IO_STREAM (connection), 30000), &error);
  g_assert_no_error (error);
  return qmp;
}

static JsonArray *
ask (DroverQmp *qmp, const char *command, const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) answer = drover_test_await_boxed (
    drover_qmp_execute (qmp, command, json_from_string (json, NULL)), &error);

  g_assert_no_error (error);
  return json_node_dup_array (answer);
}

/* Whatever @answer says of a property is in @list too. */
static void
assert_properties (const char *type, JsonArray *answer, GArray *list)
{
  g_autoptr (GHashTable) by_name = g_hash_table_new (g_str_hash, g_str_equal);

  g_assert_cmpuint (json_array_get_length (answer), ==, list->len);
  for (guint i = 0; i < list->len; i++)
    {
      DroverCatalogueProperty *property = &g_array_index (list, DroverCatalogueProperty, i);

      g_hash_table_insert (by_name, (char *) property->name, property);
    }

  for (guint i = 0; i < json_array_get_length (answer); i++)
    {
      JsonObject *object = json_array_get_object_element (answer, i);
      const char *name = json_object_get_string_member (object, "name");
      DroverCatalogueProperty *property = g_hash_table_lookup (by_name, name);
      JsonNode *value = json_object_get_member (object, "default-value");

      if (property == NULL)
        g_error ("%s.%s is missing", type, name);
      g_assert_cmpstr (property->type, ==, json_object_get_string_member (object, "type"));
      g_assert_cmpstr (property->description, ==,
                       json_object_get_string_member_with_default (object, "description", NULL));
      if (value != NULL)
        {
          g_autofree char *text = json_to_string (value, FALSE);
          g_assert_cmpstr (property->default_value, ==, text);
        }
      else
        {
          g_assert_null (property->default_value);
        }
    }
}

/* Each property that `device-list-properties` returns, of each device. */
static void
test_properties (gconstpointer program)
{
  g_autoptr (DroverCatalogue) self = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (DroverQmp) qmp = NULL;
  g_autoptr (JsonArray) types = NULL;

  self = load (program);
  qmp = open_qemu (program, &process);
  types = ask (qmp, "qom-list-types", "{\"implements\": \"device\"}");
  g_assert_cmpuint (json_array_get_length (types), >, 50);
  for (guint i = 0; i < json_array_get_length (types); i++)
    {
      const char *type =
        json_object_get_string_member (json_array_get_object_element (types, i), "name");
      g_autofree char *json = g_strdup_printf ("{\"typename\": \"%s\"}", type);
      g_autoptr (JsonArray) answer = ask (qmp, "device-list-properties", json);
      g_autoptr (GArray) list = drover_catalogue_list_properties (self, type);

      assert_properties (type, answer, list);
    }

  g_subprocess_force_exit (process);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
}

static void
test_machines (void)
{
  g_autoptr (DroverCatalogue) self = load ("qemu-system-x86_64");
  g_autoptr (GArray) machines = drover_catalogue_list_machines (self);
  g_autoptr (GArray) properties = drover_catalogue_list_machine_properties (self, "q35");
  g_autoptr (GArray) none = drover_catalogue_list_machine_properties (self, "frobnicator");
  DroverCatalogueMachine machine;
  gboolean found = FALSE;

  g_assert_cmpstr (drover_catalogue_get_architecture (self), ==, "x86_64");
  g_assert_true (drover_catalogue_find_machine (self, "q35", &machine));
  g_assert_cmpstr (machine.alias, ==, "q35");
  g_assert_true (g_str_has_prefix (machine.name, "pc-q35-"));
  g_assert_cmpstr (machine.description, ==, "Standard PC (Q35 + ICH9, 2009)");
  g_assert_cmpuint (machine.max_cpus, >=, 255);
  g_assert_false (drover_catalogue_find_machine (self, "frobnicator", &machine));
  g_assert_cmpuint (none->len, ==, 0);

  /* The newest of a family is the first of it. */
  for (guint i = 0; i < machines->len && !found; i++)
    {
      const char *name = g_array_index (machines, DroverCatalogueMachine, i).name;

      if (g_str_has_prefix (name, "pc-q35-"))
        {
          g_assert_cmpstr (name, ==, machine.name);
          found = TRUE;
        }
    }
  g_assert_true (found);

  found = FALSE;
  for (guint i = 0; i < properties->len; i++)
    {
      DroverCatalogueProperty *property =
        &g_array_index (properties, DroverCatalogueProperty, i);

      if (g_str_equal (property->name, "smm"))
        {
          found = TRUE;
          g_assert_cmpstr (property->choices[0], ==, "on");
          g_assert_cmpstr (property->choices[2], ==, "auto");
        }
    }
  g_assert_true (found);
}

static gboolean
is_suggested (GArray *suggestions, const char *value)
{
  for (guint i = 0; i < suggestions->len; i++)
    if (g_str_equal (g_array_index (suggestions, DroverSuggestion, i).value, value))
      return TRUE;
  return FALSE;
}

/* First the short names, then what has a future; and no kind that is only there for others to
 * be one of. */
static void
test_order (void)
{
  g_autoptr (DroverCatalogue) self = load ("qemu-system-x86_64");
  g_autoptr (GArray) machines = drover_catalogue_suggest (self, "machines");
  g_autoptr (GArray) objects = drover_catalogue_suggest (self, "objects");
  guint n_deprecated = 0; /* but for short names */

  g_assert_true (is_suggested (machines, "q35"));
  for (guint i = 0; i < machines->len; i++)
    {
      const DroverSuggestion *suggestion = &g_array_index (machines, DroverSuggestion, i);
      DroverCatalogueMachine machine;

      g_assert_true (drover_catalogue_find_machine (self, suggestion->value, &machine));
      if (suggestion->deprecated && g_strcmp0 (machine.alias, suggestion->value) != 0)
        n_deprecated++;
      else
        g_assert_cmpuint (n_deprecated, ==, 0);
    }
  g_assert_cmpuint (n_deprecated, >, 0);

  g_assert_true (is_suggested (objects, "memory-backend-ram"));
  g_assert_false (is_suggested (objects, "memory-backend"));
}

static void
assert_default (DroverCatalogue *self, const char *machine, const char *setting,
                const char *expected)
{
  g_autofree char *value = drover_catalogue_dup_default (self, machine, setting);

  g_assert_cmpstr (value, ==, expected);
}

static void
test_defaults (void)
{
  g_autoptr (DroverCatalogue) self = load ("qemu-system-x86_64");

  assert_default (self, NULL, "machine.type", "pc");
  assert_default (self, "q35", "cpu.model", "qemu64");
  assert_default (self, NULL, "cpu.model", "qemu64");
  assert_default (self, "pc", "memory.size", "128M");
  assert_default (self, "pc", "cpu.count", "1");
  assert_default (self, "frobnicator", "memory.size", NULL);
  assert_default (self, "pc", "machine.frobnicate", NULL);
  assert_default (self, NULL, "accelerator.order", "tcg");
}

static const DroverCatalogueProperty *
find_flag (GArray *flags, const char *name)
{
  for (guint i = 0; i < flags->len; i++)
    if (g_str_equal (g_array_index (flags, DroverCatalogueProperty, i).name, name))
      return &g_array_index (flags, DroverCatalogueProperty, i);
  return NULL;
}

static void
test_cpus (void)
{
  g_autoptr (DroverCatalogue) self = load ("qemu-system-x86_64");
  g_autoptr (GArray) all = drover_catalogue_list_cpu_flags (self, NULL);
  g_autoptr (GArray) unknown = drover_catalogue_list_cpu_flags (self, "frobnicator");
  g_autoptr (GArray) flags = NULL;
  g_autoptr (GError) error = NULL;
  DroverCatalogueCpu cpu;

  g_assert_true (drover_catalogue_find_cpu (self, "Skylake-Client-v1", &cpu));
  g_assert_cmpstr (cpu.type, ==, "Skylake-Client-v1-x86_64-cpu");
  g_assert_cmpstr (cpu.description, ==, "Intel Core Processor (Skylake)");
  g_assert_nonnull (cpu.missing);
  g_assert_true (drover_catalogue_find_cpu (self, "qemu64-x86_64-cpu", &cpu));
  g_assert_cmpstr (cpu.name, ==, "qemu64");

  g_assert_nonnull (find_flag (all, "avx2"));
  g_assert_null (find_flag (all, "avx2")->default_value);
  g_assert_cmpuint (unknown->len, ==, 0);

  flags = drover_test_await_boxed (drover_catalogue_load_cpu_flags (self, "486-v1"), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (find_flag (flags, "fpu")->default_value, ==, "true");
  g_assert_cmpstr (find_flag (flags, "avx2")->default_value, ==, "false");

  /* What QEMU refuses to expand still has flags. */
  g_clear_pointer (&flags, g_array_unref);
  flags = drover_test_await_boxed (drover_catalogue_load_cpu_flags (self, "frobnicator"), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (flags->len, ==, 0);
}

static gboolean
has_bus (GArray *buses, const char *type, const char *provider)
{
  for (guint i = 0; i < buses->len; i++)
    {
      DroverCatalogueBus *bus = &g_array_index (buses, DroverCatalogueBus, i);

      if (g_str_equal (bus->type, type) && g_str_equal (bus->provider, provider))
        return TRUE;
    }
  return FALSE;
}

static void
assert_bus (DroverCatalogue *self, const char *device, const char *type, const char *provider)
{
  g_autoptr (GArray) needed = drover_catalogue_list_buses_for (self, device);
  g_autoptr (GArray) provided = drover_catalogue_list_buses_of (self, provider);

  if (!has_bus (needed, type, provider) || !has_bus (provided, type, provider))
    g_error ("%s has no %s for %s", provider, type, device);
}

static void
test_buses (void)
{
  g_autoptr (DroverCatalogue) self = load ("qemu-system-x86_64");
  g_autoptr (GArray) none = drover_catalogue_list_buses_for (self, "frobnicator");
  g_autoptr (GArray) keyboard = drover_catalogue_list_buses_of (self, "usb-kbd");

  assert_bus (self, "scsi-hd", "SCSI", "virtio-scsi-pci");
  assert_bus (self, "scsi-cd", "SCSI", "lsi53c895a");
  assert_bus (self, "usb-tablet", "usb-bus", "qemu-xhci");
  assert_bus (self, "ide-hd", "IDE", "ich9-ahci");
  assert_bus (self, "virtserialport", "virtio-serial-bus", "virtio-serial-pci");
  assert_bus (self, "hda-duplex", "HDA", "intel-hda");
  /* A PCI Express port has a kind of PCI bus. */
  assert_bus (self, "e1000", "PCIE", "pcie-root-port");
  assert_bus (self, "e1000", "PCI", "pci-bridge");
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (keyboard->len, ==, 0);
}

static void
test_suggest (gconstpointer program)
{
  static const struct
  {
    const char *query;
    const char *value;
  } expected[] = {
    { "machines", "none" },      { "cpus", "max" },          { "accelerators", "tcg" },
    { "netdevs", "user" },       { "nic-models", "virtio-net-pci" },
    { "displays", "none" },      { "vgas", "std" },          { "audiodevs", "none" },
    { "sound-models", "hda" },   { "chardevs", "socket" },   { "objects", "iothread" },
    { "memory-backends", "memory-backend-memfd" },           { "tpms", "emulator" },
    { "block-formats", "qcow2" }, { "block-drivers", "file" }, { "disk-buses", "virtio" },
    { "keyboards", "de" },       { "devices:network", "e1000" }, { "devices", "usb-kbd" },
    { "devices:", "usb-kbd" },   { "tpm-models", "tpm-tis" },
  };
  g_autoptr (DroverCatalogue) self = NULL;
  g_autoptr (GArray) nothing = NULL;

  self = load (program);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (GArray) values = drover_catalogue_suggest (self, expected[i].query);

      if (values->len == 0 ||
          !drover_catalogue_knows (self, expected[i].query, expected[i].value))
        g_error ("%s lacks %s", expected[i].query, expected[i].value);
      if (drover_catalogue_knows (self, expected[i].query, "frobnicator"))
        g_error ("%s has a frobnicator", expected[i].query);
    }

  g_assert_false (drover_catalogue_knows (self, "block-formats", "throttle"));
  nothing = drover_catalogue_suggest (self, "frobnicators");
  g_assert_cmpuint (nothing->len, ==, 0);
}

static void
test_backends (void)
{
  g_autoptr (DroverCatalogue) self = load ("qemu-system-x86_64");
  g_autoptr (GArray) user = drover_catalogue_list_backend_properties (self, "netdev", "user");
  g_autoptr (GArray) boot = drover_catalogue_list_option_keys (self, "boot");
  DroverCatalogueProperty property;

  g_assert_nonnull (find_flag (user, "hostfwd"));
  g_assert_cmpstr (find_flag (user, "hostfwd")->type, ==, "list");
  g_assert_nonnull (find_flag (boot, "once"));

  g_assert_true (drover_catalogue_find_property (self, "memory-backend-file", "policy", &property));
  g_assert_cmpstr (property.type, ==, "enum");
  g_assert_cmpstr (property.choices[0], ==, "default");
  g_assert_cmpstr (property.description, ==, "Set the NUMA policy");
  g_assert_true (drover_catalogue_find_property (self, "memory-backend-file", "size", &property));
  g_assert_true (property.required);

  /* A link to what users make themselves is shown, one to the inside of a machine is not. */
  g_assert_true (drover_catalogue_find_property (self, "nvdimm", "memdev", &property));
  g_assert_false (property.internal);
  g_assert_true (drover_catalogue_find_property (self, "virtio-net-pci", "virtio-backend",
                                                 &property));
  g_assert_true (property.internal);
}

static void
add_program (const char *program, gboolean thorough)
{
  g_autofree char *devices = g_strconcat ("/catalogue/devices/", program, NULL);
  g_autofree char *properties = g_strconcat ("/catalogue/properties/", program, NULL);
  g_autofree char *suggest = g_strconcat ("/catalogue/suggest/", program, NULL);

  g_test_add_data_func (devices, program, test_devices);
  if (thorough)
    {
      g_test_add_data_func (properties, program, test_properties);
      g_test_add_data_func (suggest, program, test_suggest);
    }
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/catalogue/machines", test_machines);
  g_test_add_func ("/catalogue/order", test_order);
  g_test_add_func ("/catalogue/defaults", test_defaults);
  g_test_add_func ("/catalogue/cpus", test_cpus);
  g_test_add_func ("/catalogue/buses", test_buses);
  g_test_add_func ("/catalogue/backends", test_backends);
  /* The first one must be there, the others may. */
  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autofree char *path = g_find_program_in_path (programs[i]);

      if (i == 0 || path != NULL)
        add_program (programs[i], i < 2);
    }
  return drover_test_run ();
}
