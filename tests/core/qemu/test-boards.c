/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-catalogue-board.h"
#include "drover-catalogue-private.h"
#include "drover-check.h"
#include "drover-document.h"
#include "drover-error.h"
#include "drover-program.h"
#include "drover-test.h"

/* What boards have by themselves, of each program that is here. */

static const char *const programs[] = {
  "aarch64", "alpha",  "arm",   "avr",     "hppa",    "i386",    "loongarch64", "m68k",
  "microblaze", "microblazeel", "mips", "mips64", "mips64el", "mipsel", "or1k", "ppc", "ppc64",
  "riscv32", "riscv64", "rx", "s390x", "sh4", "sh4eb", "sparc", "sparc64", "tricore", "x86_64",
  "xtensa", "xtensaeb",
};

static gboolean
is_here (const char *program)
{
  g_autofree char *path = drover_program_find (program, NULL);

  return path != NULL;
}

static char *
dup_program (const char *architecture)
{
  return g_strconcat ("qemu-system-", architecture, NULL);
}

static DroverCatalogue *
load (const char *program)
{
  g_autoptr (GError) error = NULL;
  DroverCatalogue *self = drover_test_await_object (drover_catalogue_load (program), &error);

  g_assert_no_error (error);
  return self;
}

static gboolean
load_board (DroverCatalogue *self, const char *machine, GError **error)
{
  return drover_test_await (drover_catalogue_load_board (self, machine, FALSE), error);
}

static GPtrArray *
new_arguments (const char *machine, const char *more)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);

  if (machine != NULL)
    g_ptr_array_add (arguments, drover_argument_new ("-machine", machine));
  if (more != NULL)
    g_ptr_array_add (arguments, drover_argument_new (more, NULL));
  return g_steal_pointer (&arguments);
}

static char *
dup_default (DroverCatalogue *self, const char *machine, const char *setting)
{
  g_autoptr (GPtrArray) arguments = new_arguments (machine, NULL);

  g_assert_nonnull (drover_setting_find (setting));
  return drover_catalogue_dup_default_of (self, drover_setting_find (setting), arguments, NULL);
}

static gboolean
offers (DroverCatalogue *self, const char *machine, const char *setting)
{
  g_autoptr (GPtrArray) arguments = new_arguments (machine, NULL);

  g_assert_nonnull (drover_setting_find (setting));
  return drover_catalogue_offers (self, drover_setting_find (setting), arguments);
}

/* Each program tells all that the pages are made of. */
static void
test_program (gconstpointer architecture)
{
  g_autofree char *program = dup_program (architecture);
  g_autoptr (DroverCatalogue) self = NULL;
  g_autoptr (GArray) machines = NULL, cpus = NULL, devices = NULL, options = NULL;
  g_autofree char *type = NULL;
  guint n_default = 0;

  if (!is_here (program))
    {
      g_test_skip ("not here: left out");
      return;
    }

  self = load (program);
  machines = drover_catalogue_list_machines (self);
  cpus = drover_catalogue_list_cpus (self);
  devices = drover_catalogue_list_devices (self);
  options = drover_catalogue_list_backends (self, "help-option");
  g_test_message ("%s: %u machines, %u CPUs, %u devices, %u options", program, machines->len,
                  cpus->len, devices->len, options->len);
  g_assert_cmpuint (machines->len, >, 1);
  g_assert_cmpuint (cpus->len, >, 0);
  g_assert_cmpuint (devices->len, >, 10);
  g_assert_cmpuint (options->len, >, 90);

  for (guint i = 0; i < machines->len; i++)
    n_default += g_array_index (machines, DroverCatalogueMachine, i).is_default;
  type = drover_catalogue_dup_default (self, NULL, "machine.type");
  g_assert_cmpuint (n_default, <=, 1);
  g_assert_cmpint (type != NULL, ==, n_default == 1);
  if (g_str_equal (architecture, "arm") || g_str_equal (architecture, "aarch64"))
    g_assert_null (type);
}

/* Boards that many use, and what must be known of each. */
static const struct
{
  const char *architecture;
  const char *machine;
  const char *memory; /* by default */
  const char *bus;    /* nullable: one that it brings along */
} boards[] = {
  { "x86_64", "q35", "128M", "pcie.0" },
  { "x86_64", "pc", "128M", "pci.0" },
  { "x86_64", "microvm", "128M", NULL },
  { "i386", "isapc", "128M", "isa.0" },
  { "aarch64", "virt", "128M", "pcie.0" },
  { "aarch64", "raspi3b", "1G", "usb-bus.0" },
  { "arm", "virt", "128M", "virtio-mmio-bus.0" },
  { "arm", "versatilepb", "128M", "pci" },
  { "arm", "mps2-an385", "16M", NULL },
  { "riscv64", "virt", "128M", "pcie.0" },
  { "riscv64", "sifive_u", "128M", NULL },
  { "riscv32", "spike", "128M", NULL },
  { "s390x", "s390-ccw-virtio", "128M", "virtual-css" },
  { "ppc", "mac99", "128M", "pci.0" },
  { "ppc", "g3beige", "128M", "pci.0" },
  { "ppc", "ppce500", "128M", "pci.0" },
  { "ppc64", "pseries", "512M", "pci.0" },
  { "ppc64", "powernv9", "1G", "pcie.0" },
  { "mips", "malta", "128M", "pci" },
  { "sparc", "SS-5", "128M", NULL },
  { "sparc64", "sun4u", "128M", "pciB" },
  { "m68k", "q800", "128M", "nubus-bus.0" },
  { "or1k", "or1k-sim", "128M", NULL },
};

static gboolean
has_bus (GArray *buses, const char *name)
{
  for (guint i = 0; i < buses->len; i++)
    if (g_str_equal (g_array_index (buses, DroverCatalogueBoardBus, i).name, name))
      return TRUE;

  return FALSE;
}

static void
print_problems (DroverCheck *check)
{
  for (guint i = 0; i < check->problems->len; i++)
    g_test_message ("%s", ((DroverCheckProblem *) check->problems->pdata[i])->message);
}

/* Whether the dry run of the machine alone succeeds. */
static gboolean
check_machine (const char *program, const char *machine)
{
  g_autoptr (DroverDocument) empty = drover_document_new ("Board", program);
  g_autoptr (GPtrArray) arguments = new_arguments (machine, "-S");
  g_autoptr (DroverDocument) document = NULL;
  g_autoptr (DroverCheck) check = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (arguments, drover_argument_new ("-display", "none"));
  document = drover_document_with_arguments (empty, arguments);
  check = drover_test_await_boxed (drover_check_run (document, g_get_tmp_dir ()), &error);
  g_assert_no_error (error);
  if (!check->passed)
    print_problems (check);
  return check->passed;
}

/* Boards that many use: what each has by itself, and that the check lets it pass. */
static void
test_board (gconstpointer data)
{
  const guint i = GPOINTER_TO_UINT (data);
  g_autofree char *program = dup_program (boards[i].architecture);
  g_autoptr (DroverCatalogue) self = NULL;
  g_autoptr (GArray) buses = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *memory = NULL;
  g_autofree char *cpus = NULL;

  if (!is_here (program))
    {
      g_test_skip ("not here: left out");
      return;
    }

  self = load (program);
  if (!drover_catalogue_find_machine (self, boards[i].machine, NULL))
    {
      g_test_skip ("this QEMU does not have it: left out");
      return;
    }
  if (!load_board (self, boards[i].machine, &error))
    {
      /* Its firmware may not be installed. Then it is said why, and nothing made up. */
      g_autofree char *reason = g_strdup_printf ("does not start here: %s", error->message);

      g_assert_false (drover_catalogue_has_board (self, boards[i].machine, FALSE));
      g_assert_nonnull (drover_catalogue_get_board_error (self, boards[i].machine, FALSE));
      g_assert_null (
        drover_catalogue_dup_board_value (self, boards[i].machine, FALSE, "usb"));
      g_test_skip (reason);
      return;
    }

  memory = dup_default (self, boards[i].machine, "memory.size");
  cpus = dup_default (self, boards[i].machine, "cpu.count");
  buses = drover_catalogue_list_board_buses (self, boards[i].machine, FALSE, NULL);
  g_assert_cmpstr (memory, ==, boards[i].memory);
  g_assert_nonnull (cpus);
  if (boards[i].bus != NULL && !has_bus (buses, boards[i].bus))
    g_error ("%s has no %s", boards[i].machine, boards[i].bus);
  g_assert_true (check_machine (program, boards[i].machine));
}

/* Each key of `-machine` that a row writes is a property of some board of some program. */
static void
test_keys (void)
{
  guint n_settings, n_known = 0;
  const DroverSetting *const *settings = drover_settings_list (&n_settings);
  g_autoptr (GPtrArray) catalogues = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autofree char *program = dup_program (programs[i]);

      if (is_here (program))
        g_ptr_array_add (catalogues, load (program));
      else
        g_test_message ("%s is not here: left out", program);
    }

  for (guint i = 0; i < n_settings; i++)
    {
      gboolean found = FALSE;

      if (!g_str_equal (settings[i]->page, "machine") ||
          !g_str_equal (settings[i]->places[0].option, "machine"))
        continue;
      for (guint j = 0; j < catalogues->len && !found; j++)
        {
          g_autoptr (GArray) machines = drover_catalogue_list_machines (catalogues->pdata[j]);

          for (guint k = 0; k < machines->len && !found; k++)
            found = offers (catalogues->pdata[j],
                            g_array_index (machines, DroverCatalogueMachine, k).name,
                            settings[i]->id);
        }
      if (!found && catalogues->len == G_N_ELEMENTS (programs))
        g_error ("%s is of no board at all", settings[i]->id);
      if (!found)
        g_test_message ("%s is of no board of the programs that are here", settings[i]->id);
      n_known += found;
    }

  g_assert_cmpuint (n_known, >, catalogues->len > 0 ? 10 : 0);
}

/* What one board has another has not, and that is not offered as if it worked. */
static void
test_offers (void)
{
  static const struct
  {
    const char *architecture;
    const char *machine;
    const char *setting;
    gboolean offered;
  } cases[] = {
    { "x86_64", "q35", "machine.hpet", TRUE },
    { "x86_64", "q35", "machine.gic", FALSE },
    { "x86_64", "q35", "machine.aia", FALSE },
    { "x86_64", "q35", "machine.usb", TRUE },
    { "x86_64", "q35", "memory.size", TRUE },
    { "x86_64", "no-such-machine", "machine.gic", TRUE },
    { "aarch64", "virt", "machine.hpet", FALSE },
    { "aarch64", "virt", "machine.gic", TRUE },
    { "aarch64", "virt", "machine.smm", FALSE },
    { "aarch64", "raspi3b", "machine.gic", FALSE },
    { "riscv64", "virt", "machine.aia", TRUE },
    { "riscv64", "virt", "machine.gic", FALSE },
    { "riscv64", "sifive_u", "machine.aia", FALSE },
    { "s390x", "s390-ccw-virtio", "machine.hpet", FALSE },
    { "s390x", "s390-ccw-virtio", "machine.no-defaults", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *program = dup_program (cases[i].architecture);
      g_autoptr (DroverCatalogue) self = NULL;

      if (!is_here (program))
        {
          g_test_message ("%s is not here: left out", program);
          continue;
        }
      self = load (program);
      if (offers (self, cases[i].machine, cases[i].setting) != cases[i].offered)
        g_error ("%s of %s %s", cases[i].setting, cases[i].architecture, cases[i].machine);
    }
}

/* The values that QEMU itself told of boards that it made. */
static void
test_defaults (void)
{
  static const struct
  {
    const char *architecture;
    const char *machine;
    const char *setting;
    const char *value;
  } cases[] = {
    { "x86_64", "q35", "machine.hpet", "on" },
    { "x86_64", "q35", "machine.usb", "off" },
    { "x86_64", "q35", "boot.order", "cad" },
    { "x86_64", "q35", "cpu.cores", "1" },
    { "x86_64", NULL, "machine.type", "pc" },
    { "aarch64", "virt", "machine.gic", "2" },
    { "aarch64", "virt", "machine.its", "on" },
    { "aarch64", "virt", "boot.order", NULL },
    { "aarch64", "raspi3b", "cpu.count", "4" },
    { "aarch64", NULL, "machine.type", NULL },
    { "riscv64", "virt", "machine.aia", "none" },
    { "ppc64", "pseries", "machine.usb", "on" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *program = dup_program (cases[i].architecture);
      g_autoptr (DroverCatalogue) self = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *value = NULL;

      if (!is_here (program))
        {
          g_test_message ("%s is not here: left out", program);
          continue;
        }
      self = load (program);
      if (cases[i].machine != NULL && !load_board (self, cases[i].machine, &error))
        g_error ("%s: %s", cases[i].machine, error->message);
      value = dup_default (self, cases[i].machine, cases[i].setting);
      if (g_strcmp0 (value, cases[i].value) != 0)
        g_error ("%s of %s is %s", cases[i].setting, cases[i].machine, value);
    }
}

/* Where a device plugs in: what the board has of its kind, and nothing else. */
static void
test_buses (void)
{
  static const struct
  {
    const char *architecture;
    const char *machine;
    const char *device;
    const char *bus;
    const char *other;
  } cases[] = {
    { "x86_64", "q35", "virtio-net-pci", "pcie.0", "isa.0" },
    { "x86_64", "q35", "ide-hd", "ide.0", "pcie.0" },
    { "x86_64", "pc", "isa-serial", "isa.0", "pci.0" },
    { "aarch64", "virt", "virtio-blk-device", "virtio-mmio-bus.0", "virtio-bus" },
    { "aarch64", "raspi3b", "usb-kbd", "usb-bus.0", "sd-bus" },
    { "s390x", "s390-ccw-virtio", "virtio-rng-ccw", "virtual-css", "pci.0" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *program = dup_program (cases[i].architecture);
      g_autoptr (DroverCatalogue) self = NULL;
      g_autoptr (GArray) buses = NULL, none = NULL;
      g_autoptr (GError) error = NULL;

      if (!is_here (program))
        {
          g_test_message ("%s is not here: left out", program);
          continue;
        }
      self = load (program);
      g_assert_true (load_board (self, cases[i].machine, &error));
      g_assert_no_error (error);
      buses = drover_catalogue_list_board_buses (self, cases[i].machine, FALSE, cases[i].device);
      none = drover_catalogue_list_board_buses (self, cases[i].machine, FALSE, "no-such-device");
      if (!has_bus (buses, cases[i].bus) || has_bus (buses, cases[i].other))
        g_error ("%s of %s", cases[i].device, cases[i].machine);
      g_assert_cmpuint (none->len, ==, 0);
    }
}

/* A type that is not there, and one whose name is no name. */
static void
test_unknown (void)
{
  static const char *const names[] = { "no-such-machine", "", "q35,accel=kvm", "virt -S" };
  g_autoptr (DroverCatalogue) self = NULL;

  if (!is_here ("qemu-system-x86_64"))
    {
      g_test_skip ("not here: left out");
      return;
    }

  self = load ("qemu-system-x86_64");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (load_board (self, names[i], &error));
      g_assert_error (error, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING);
      g_assert_false (drover_catalogue_has_board (self, names[i], FALSE));
    }
}

/* With `-smp` given, QEMU works the rest of the topology out. */
static void
test_topology (void)
{
  g_autoptr (DroverCatalogue) self = NULL;
  g_autoptr (GPtrArray) arguments = new_arguments ("q35", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *cores = NULL;

  if (!is_here ("qemu-system-x86_64"))
    {
      g_test_skip ("not here: left out");
      return;
    }

  self = load ("qemu-system-x86_64");
  g_assert_true (load_board (self, "q35", &error));
  g_assert_no_error (error);
  g_ptr_array_add (arguments, drover_argument_new ("-smp", "4"));
  cores = drover_catalogue_dup_default_of (self, drover_setting_find ("cpu.cores"), arguments,
                                           NULL);
  g_assert_null (cores);
}

/* How many rows have a default that the installed QEMU told, and how many only the table's. */
static void
test_count (void)
{
  static const char *const machines[][2] = {
    { "x86_64", "q35" }, { "aarch64", "virt" }, { "riscv64", "virt" }, { "s390x", "s390-ccw-virtio" },
  };
  guint n_settings;
  const DroverSetting *const *settings = drover_settings_list (&n_settings);

  for (guint i = 0; i < G_N_ELEMENTS (machines); i++)
    {
      g_autofree char *program = dup_program (machines[i][0]);
      g_autoptr (DroverCatalogue) self = NULL;
      g_autoptr (GError) error = NULL;
      guint n_offered = 0, n_told = 0, n_table = 0;

      if (!is_here (program))
        continue;
      self = load (program);
      g_assert_true (load_board (self, machines[i][1], &error));
      g_assert_no_error (error);
      for (guint j = 0; j < n_settings; j++)
        {
          g_autofree char *value = dup_default (self, machines[i][1], settings[j]->id);

          if (!offers (self, machines[i][1], settings[j]->id))
            {
              g_test_message ("%s: not offered: %s", machines[i][0], settings[j]->id);
              continue;
            }
          n_offered++;
          n_told += value != NULL;
          n_table += value == NULL && settings[j]->absent != NULL;
          if (value == NULL && settings[j]->absent == NULL)
            g_error ("%s has no default", settings[j]->id);
        }
      g_test_message ("%s %s: %u of %u rows; %u defaults told by QEMU, %u by the table",
                      machines[i][0], machines[i][1], n_offered, n_settings, n_told, n_table);
      g_assert_cmpuint (n_told, >, 15);
    }
}

/* A tree as QEMU prints it, and what is none. */
static void
test_qtree (void)
{
  static const char text[] = "bus: main-system-bus\r\n"
                             "  type System\r\n"
                             "  dev: gpex-pcihost, id \"\"\r\n"
                             "    bus = 3 (0x3)\r\n"
                             "    bus: pcie.0\r\n"
                             "      type PCIE\r\n"
                             "      dev: ahci, id \"x\"\r\n"
                             "        bus: x.0\r\n"
                             "          type IDE\r\n"
                             "    bus: cut\r\n";
  static const char *const expected[][3] = {
    { "main-system-bus", "System", "" },
    { "pcie.0", "PCIE", "gpex-pcihost" },
    { "x.0", "IDE", "ahci" },
  };
  g_autoptr (GVariant) buses = g_variant_ref_sink (_drover_catalogue_parse_qtree (text));
  g_autoptr (GVariant) none = g_variant_ref_sink (_drover_catalogue_parse_qtree (""));

  g_assert_cmpuint (g_variant_n_children (none), ==, 0);
  g_assert_cmpuint (g_variant_n_children (buses), ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const char *texts[3];

      g_variant_get_child (buses, i, "(&s&s&s)", &texts[0], &texts[1], &texts[2]);
      for (guint j = 0; j < 3; j++)
        g_assert_cmpstr (texts[j], ==, expected[i][j]);
    }
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);

  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autofree char *path = g_strconcat ("/boards/program/", programs[i], NULL);

      g_test_add_data_func (path, programs[i], test_program);
    }
  for (guint i = 0; i < G_N_ELEMENTS (boards); i++)
    {
      g_autofree char *path = g_strdup_printf ("/boards/board/%s/%s", boards[i].architecture,
                                               boards[i].machine);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_board);
    }
  g_test_add_func ("/boards/keys", test_keys);
  g_test_add_func ("/boards/offers", test_offers);
  g_test_add_func ("/boards/defaults", test_defaults);
  g_test_add_func ("/boards/buses", test_buses);
  g_test_add_func ("/boards/unknown", test_unknown);
  g_test_add_func ("/boards/topology", test_topology);
  g_test_add_func ("/boards/count", test_count);
  g_test_add_func ("/boards/qtree", test_qtree);
  return drover_test_run ();
}
