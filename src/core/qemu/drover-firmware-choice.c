/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-arguments.h"
#include "drover-fields.h"
#include "drover-firmware-choice.h"

#define U_BOOT_FOLDER "/usr/lib/u-boot/"

/* What machines have by themselves. The first that fits counts. */
static const struct
{
  const char *architecture;
  const char *machine;
  const char *title;
  const char *summary;
} own[] = {
  { "x86_64|i386", "*", N_("BIOS (SeaBIOS)"),
    N_("What PCs had until about 2012. It is small and starts at once; Windows 11 wants UEFI.") },
  { "riscv*", "virt*|spike|sifive_u|microchip*", "OpenSBI",
    N_("The part of RISC-V’s firmware that stays while a kernel runs. It starts a kernel or "
       "U-Boot, and no disk by itself.") },
  { "ppc*", "mac99*|g3beige*|40p|prep", "OpenBIOS",
    N_("Open Firmware as Power Macintoshes had it: it can start from a disk or CD.") },
  { "ppc*", "pseries*", "SLOF",
    N_("Open Firmware of IBM’s Power servers: it can start from disks, CDs and the network.") },
  { "ppc*", "powernv*", "skiboot",
    N_("The firmware of OpenPOWER servers. It starts a kernel.") },
  { "ppc*", "ppce500*|sam460ex", "U-Boot",
    N_("The boot loader of many boards. QEMU brings it for this one.") },
  { "sparc*", "*", "OpenBIOS",
    N_("Open Firmware as Sun’s workstations had it: it can start from a disk or CD.") },
  { "s390x", "*", N_("IPL Loader (s390-ccw)"),
    N_("It starts from a disk, CD or the network, as a mainframe’s “initial program load” "
       "does.") },
  { "hppa", "*", "SeaBIOS-hppa",
    N_("The firmware of HP’s PA-RISC workstations: it can start from a disk or CD.") },
  { "alpha", "*", N_("PALcode"), N_("Just enough for a kernel to run on.") },
  { "*", "npcm*", N_("Boot ROM"), N_("The board’s own ROM, which starts from its flash.") },
  { "*", "*", N_("None"),
    N_("This machine has no firmware by itself: without a kernel, UEFI or another file "
       "nothing happens in it.") },
};

/* Debian’s package u-boot-qemu. */
static const struct
{
  const char *architecture;
  const char *machine;
  const char *option;
  const char *file;
} u_boots[] = {
  { "x86_64", "pc-*", "-bios", "qemu-x86_64/u-boot.rom" },
  { "i386", "pc-*", "-bios", "qemu-x86/u-boot.rom" },
  { "aarch64", "virt-*", "-bios", "qemu_arm64/u-boot.bin" },
  { "arm", "virt-*", "-bios", "qemu_arm/u-boot.bin" },
  /* In supervisor mode, above OpenSBI. */
  { "riscv64", "virt*", "-kernel", "qemu-riscv64_smode/uboot.elf" },
  { "mips64el", "malta*", "-bios", "malta64el/u-boot.bin" },
  { "mipsel", "malta*", "-bios", "maltael/u-boot.bin" },
};

/* @patterns: `mac99*|g3beige*` */
static gboolean
matches (const char *patterns, const char *text)
{
  g_auto (GStrv) list = g_strsplit (patterns, "|", -1);

  for (guint i = 0; list[i] != NULL; i++)
    if (g_pattern_match_simple (list[i], text))
      return TRUE;

  return FALSE;
}

static void
choice_free (gpointer data)
{
  DroverFirmwareChoice *self = data;

  g_free (self->title);
  g_free (self->summary);
  g_free (self->why_not);
  g_clear_pointer (&self->firmware, drover_firmware_unref);
  g_free (self->file);
  g_free (self);
}

static DroverFirmwareChoice *
add (GPtrArray *choices, const char *kind, const char *title, const char *summary)
{
  DroverFirmwareChoice *self = g_new0 (DroverFirmwareChoice, 1);

  self->kind = kind;
  self->title = g_strdup (title);
  self->summary = g_strdup (summary);
  g_ptr_array_add (choices, self);
  return self;
}

static void
add_own (GPtrArray *choices, const char *architecture, const char *machine)
{
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    if (matches (own[i].architecture, architecture) && matches (own[i].machine, machine))
      {
        add (choices, DROVER_FIRMWARE_BIOS, _(own[i].title), _(own[i].summary));
        return;
      }
}

static void
add_uefi (GPtrArray *choices, GPtrArray *list, const char *architecture, const char *machine,
          const char *kind, const char *title, const char *summary)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverFirmware) firmware =
    drover_firmware_choose (list, architecture, machine, kind, &error);
  DroverFirmwareChoice *self;

  /* Not everybody misses it: nobody makes it for RISC-V, and without keys it is for those who
   * make their own. */
  if (firmware == NULL && !g_str_equal (kind, DROVER_FIRMWARE_UEFI) &&
      !(g_str_equal (kind, DROVER_FIRMWARE_ENROLLED) &&
        matches ("x86_64|aarch64", architecture)))
    return;

  self = add (choices, kind, title, summary);
  self->firmware = g_steal_pointer (&firmware);
  if (error != NULL)
    self->why_not = g_strdup (error->message);
}

static void
add_u_boot (GPtrArray *choices, const char *architecture, const char *machine)
{
  for (guint i = 0; i < G_N_ELEMENTS (u_boots); i++)
    {
      DroverFirmwareChoice *self;

      if (!g_str_equal (u_boots[i].architecture, architecture) ||
          !matches (u_boots[i].machine, machine))
        continue;

      self = add (choices, DROVER_FIRMWARE_U_BOOT, "U-Boot",
                  _("The boot loader of many boards, with a command line of its own on the "
                    "serial console."));
      self->option = u_boots[i].option;
      self->file = g_strconcat (U_BOOT_FOLDER, u_boots[i].file, NULL);
      if (!g_file_test (self->file, G_FILE_TEST_IS_REGULAR))
        self->why_not = g_strdup_printf (_("This host does not have it. Debian and Ubuntu have it "
                                           "in the package %s"), "u-boot-qemu");
      return;
    }
}

static gboolean
has_uefi (GPtrArray *list, const char *architecture)
{
  static const char *const architectures[] = { "x86_64", "i386", "aarch64", "arm", "riscv64",
                                               "loongarch64", NULL };

  for (guint i = 0; i < list->len; i++)
    {
      DroverFirmware *firmware = list->pdata[i];

      for (guint j = 0; j < firmware->targets->len; j++)
        if (g_str_equal (((DroverFirmwareTarget *) firmware->targets->pdata[j])->architecture,
                         architecture))
          return TRUE;
    }

  return g_strv_contains (architectures, architecture);
}

/**
 * drover_firmware_choices_list:
 * @list: (element-type DroverFirmware): what this host has
 * @architecture: of the machine's program
 * @machine: its type by its full name: `pc-q35-10.0`
 *
 * Returns: (transfer full) (element-type DroverFirmwareChoice): the ways in which such a machine
 *   can start, those included that this host lacks something for
 */
GPtrArray *
drover_firmware_choices_list (GPtrArray *list, const char *architecture, const char *machine)
{
  GPtrArray *choices = g_ptr_array_new_with_free_func (choice_free);

  add_own (choices, architecture, machine);
  if (has_uefi (list, architecture))
    {
      add_uefi (choices, list, architecture, machine, DROVER_FIRMWARE_UEFI, _("UEFI"),
                _("What computers have today. It keeps its settings in a file of this "
                  "machine’s own."));
      add_uefi (choices, list, architecture, machine, DROVER_FIRMWARE_ENROLLED,
                _("UEFI with Secure Boot"),
                _("Starts only what is signed with a key that the machine knows; keys are "
                  "enrolled already. Windows 11 wants it."));
      add_uefi (choices, list, architecture, machine, DROVER_FIRMWARE_SECURE_BOOT,
                _("UEFI with Secure Boot, Without Keys"),
                _("Secure Boot is off until you enrol keys of your own in the firmware’s "
                  "menu."));
    }
  add_u_boot (choices, architecture, machine);
  if (g_str_has_prefix (architecture, "riscv"))
    add (choices, DROVER_FIRMWARE_NONE, _("No Firmware"),
         _("The processor begins with the kernel, in machine mode."));
  add (choices, DROVER_FIRMWARE_FILE, _("A File of Your Own"),
       _("A firmware image that you have: a BIOS, U-Boot, or UEFI in one file. QEMU gets it by "
         "-bios."))->option = "-bios";
  add (choices, DROVER_FIRMWARE_KERNEL, _("A Kernel, Directly"),
       _("QEMU loads a kernel into memory and starts it, with an initial RAM disk and a command "
         "line if you like. No boot loader is needed."))->option = "-kernel";
  return choices;
}

/**
 * drover_firmware_choices_find:
 * @choices: (element-type DroverFirmwareChoice): what drover_firmware_choices_list() says
 * @kind: a kind
 *
 * Returns: (transfer none) (nullable): the choice of that kind
 */
DroverFirmwareChoice *
drover_firmware_choices_find (GPtrArray *choices, const char *kind)
{
  for (guint i = 0; i < choices->len; i++)
    if (g_str_equal (((DroverFirmwareChoice *) choices->pdata[i])->kind, kind))
      return choices->pdata[i];

  return NULL;
}

/**
 * drover_firmware_choice_needs_file:
 * @arguments: (element-type DroverArgument): a machine's arguments
 *
 * Returns: whether the user has to name a file before @self can be applied to @arguments
 */
gboolean
drover_firmware_choice_needs_file (DroverFirmwareChoice *self, GPtrArray *arguments)
{
  g_autoptr (DroverFirmwareReading) reading = NULL;
  guint n_kernels = 0;

  if (self->option == NULL || self->file != NULL)
    return FALSE;
  if (!g_str_equal (self->kind, DROVER_FIRMWARE_KERNEL))
    return TRUE;

  reading = drover_firmware_read (arguments, NULL, NULL);
  for (guint i = 0; i < arguments->len; i++)
    if (g_str_equal (drover_argument_get_option (arguments->pdata[i]), "kernel"))
      n_kernels++;

  /* U-Boot may be there as if it were a kernel. */
  return n_kernels <= (g_str_equal (reading->kind, DROVER_FIRMWARE_U_BOOT) &&
                       reading->kernel != NULL);
}

/**
 * drover_firmware_choice_apply:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @architecture: of its program
 * @file: (nullable): the user's file, see drover_firmware_choice_needs_file()
 * @error: set to %DROVER_ERROR_ARGUMENT
 *
 * Makes a machine start in this way. A kernel that was started directly is switched off, not
 * removed.
 *
 * Returns: (transfer full) (element-type DroverArgument) (nullable): the new arguments
 */
GPtrArray *
drover_firmware_choice_apply (DroverFirmwareChoice *self, GPtrArray *arguments,
                              const char *architecture, const char *file, GError **error)
{
  const char *chosen = file != NULL ? file : self->file;
  g_autoptr (GPtrArray) without_kernel = NULL;
  g_autoptr (GPtrArray) bare = NULL;

  if (self->why_not != NULL ||
      (chosen == NULL && drover_firmware_choice_needs_file (self, arguments)))
    {
      drover_arguments_refuse (error, "%s", self->why_not != NULL
                                              ? self->why_not
                                              : _("Say which file"));
      return NULL;
    }

  if (g_str_equal (self->kind, DROVER_FIRMWARE_KERNEL))
    return drover_firmware_apply_kernel (arguments, chosen);
  if (g_str_equal (self->kind, DROVER_FIRMWARE_NONE))
    return drover_firmware_apply_file (arguments, "-bios", "none");

  bare = drover_firmware_apply (arguments, architecture, NULL, NULL, error);
  without_kernel = drover_firmware_switch_kernel (bare, FALSE);
  if (self->option != NULL)
    return drover_firmware_apply_file (without_kernel, self->option, chosen);

  return drover_firmware_apply (without_kernel, architecture, self->firmware, NULL, error);
}

static gboolean
has_owner (const DroverFirmwareKeys *keys)
{
  for (guint i = 0; i < keys->list->len; i++)
    if (g_str_equal (((DroverFirmwareKey *) keys->list->pdata[i])->variable, "PK"))
      return TRUE;

  return FALSE;
}

/**
 * drover_firmware_describe_secure_boot:
 * @reading: what a machine starts with
 * @keys: what its variable store has
 *
 * Microsoft's keys are only named where the firmware comes with keys and its store still has
 * theirs.
 *
 * Returns: how it is with Secure Boot, in a few translated words
 */
const char *
drover_firmware_describe_secure_boot (const DroverFirmwareReading *reading,
                                      const DroverFirmwareKeys *keys)
{
  if (reading->firmware == NULL)
    return _("Not known: Drover does not know this firmware");
  if (!drover_firmware_has (reading->firmware, "secure-boot"))
    return _("None: this firmware does not have it");
  if (!has_owner (keys))
    return _("Off: no keys are enrolled");
  if (!keys->secure_boot)
    return _("Off: switched off in the firmware’s menu");
  if (keys->microsoft && drover_firmware_has (reading->firmware, "enrolled-keys"))
    return _("On, Microsoft keys");

  return _("On, other keys");
}

/**
 * drover_firmware_dup_machine:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @catalogue: of its program
 *
 * Returns: (transfer full) (nullable): the machine's type by its full name, as `pc-q35-10.0` for
 *   `-machine q35`; the program's own default where none is named, and the name as it stands for
 *   one that this QEMU does not have
 */
char *
drover_firmware_dup_machine (GPtrArray *arguments, DroverCatalogue *catalogue)
{
  g_autoptr (GPtrArray) fields = drover_fields_list (arguments);
  g_autoptr (GArray) machines = drover_catalogue_list_machines (catalogue);
  DroverCatalogueMachine machine;
  const char *type = NULL;

  for (guint i = 0; i < fields->len; i++)
    if (((DroverFields *) fields->pdata[i])->enabled &&
        drover_fields_are (fields->pdata[i], "machine") &&
        drover_fields_get (fields->pdata[i], "type") != NULL)
      type = drover_fields_get (fields->pdata[i], "type");

  if (type != NULL)
    return g_strdup (drover_catalogue_find_machine (catalogue, type, &machine) ? machine.name
                                                                               : type);
  for (guint i = 0; i < machines->len; i++)
    if (g_array_index (machines, DroverCatalogueMachine, i).is_default)
      return g_strdup (g_array_index (machines, DroverCatalogueMachine, i).name);

  return NULL;
}
