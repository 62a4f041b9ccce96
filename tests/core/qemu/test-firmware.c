/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drover-error.h"
#include "drover-firmware-choice.h"
#include "drover-test.h"

/* Firmware as descriptor files and known places say it, in folders of the test's own. */

#define X86 "\"targets\": [ { \"architecture\": \"x86_64\", \"machines\": [ \"pc-q35-*\" ] } ]"

static char *
dup_path (const char *name)
{
  return g_build_filename (drover_test_dir (), name, NULL);
}

static void
write_file (const char *name, const char *text)
{
  g_autofree char *path = dup_path (name);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

/* A descriptor of UEFI for q35, whose code is @code below the test's folder. */
static void
write_descriptor (const char *name, const char *code, const char *features)
{
  g_autofree char *text = g_strdup_printf (
    "{ \"description\": \"%s\", \"interface-types\": [ \"uefi\" ], \"unknown\": { \"a\": [ 1 ] },"
    "  \"mapping\": { \"device\": \"flash\","
    "    \"executable\": { \"filename\": \"%s/%s\", \"format\": \"raw\" },"
    "    \"nvram-template\": { \"filename\": \"%s/vars.fd\", \"format\": \"raw\" } },"
    "  " X86 ", \"features\": [ %s ], \"tags\": [] }",
    name, drover_test_dir (), code, drover_test_dir (), features);

  write_file (name, text);
}

static GPtrArray *
list (const char *root, GPtrArray *problems)
{
  g_autofree char *user = dup_path ("user");
  g_autofree char *etc = dup_path ("etc");
  g_autofree char *usr = dup_path ("usr");
  g_autofree char *none = dup_path ("not-there");
  g_autofree char *share = dup_path ("prefix/share/qemu");
  const char *const folders[] = { user, etc, none, usr, NULL };
  const char *const shares[] = { share, NULL };

  return drover_firmware_list_from (folders, root != NULL ? root : none, shares, problems);
}

/* @names: separated by blanks */
static void
assert_names (GPtrArray *firmware, const char *names)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < firmware->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "",
                            ((DroverFirmware *) firmware->pdata[i])->name);
  g_assert_cmpstr (text->str, ==, names);
}

static void
remove_files (void)
{
  g_autofree char *command =
    g_strdup_printf ("rm -rf '%s/user' '%s/etc' '%s/usr' '%s/prefix' '%s/root'",
                     drover_test_dir (), drover_test_dir (), drover_test_dir (),
                     drover_test_dir (), drover_test_dir ());

  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  write_file ("code.fd", "code");
  write_file ("vars.fd", "vars");
}

/* By name, not by folder; a name in a nearer folder hides the same in a farther one. */
static void
test_order (void)
{
  g_autoptr (GPtrArray) firmware = NULL;
  DroverFirmware *second;

  remove_files ();
  write_file ("nearer.fd", "code");
  write_descriptor ("usr/60-plain.json", "code.fd", "");
  write_descriptor ("usr/50-secure.json", "code.fd", "\"secure-boot\"");
  write_descriptor ("etc/50-secure.json", "nearer.fd", "\"secure-boot\", \"future-thing\"");
  write_descriptor ("user/55-mine.json", "code.fd", "");
  write_descriptor ("usr/.hidden.json", "code.fd", "");
  write_descriptor ("usr/40-readme.txt", "code.fd", "");

  firmware = list (NULL, NULL);
  assert_names (firmware, "50-secure.json 55-mine.json 60-plain.json");
  second = firmware->pdata[0];
  g_assert_true (g_str_has_suffix (second->code, "/nearer.fd"));
  g_assert_true (g_str_has_suffix (second->source, "/etc/50-secure.json"));
  g_assert_true (drover_firmware_has (second, "future-thing"));
  g_assert_cmpstr (second->mode, ==, "split");
}

/* An empty file, or a link to /dev/null, hides what is farther away; one that is wrong does so
 * too, since a name counts and not what stands in it. */
static void
test_mask (void)
{
  g_autoptr (GPtrArray) firmware = NULL;
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *null_link = dup_path ("etc/70-null.json");

  remove_files ();
  write_descriptor ("usr/50-empty.json", "code.fd", "");
  write_descriptor ("usr/60-broken.json", "code.fd", "");
  write_descriptor ("usr/70-null.json", "code.fd", "");
  write_descriptor ("usr/80-stays.json", "code.fd", "");
  write_file ("etc/50-empty.json", "");
  write_file ("user/60-broken.json", "{");
  g_assert_cmpint (symlink ("/dev/null", null_link), ==, 0);
  /* Known places stay away where somebody hides things. */
  write_file ("prefix/share/qemu/edk2-aarch64-code.fd", "code");
  write_file ("prefix/share/qemu/edk2-arm-vars.fd", "vars");

  firmware = list (NULL, problems);
  assert_names (firmware, "80-stays.json");
  g_assert_cmpuint (problems->len, ==, 1);
  g_assert_nonnull (strstr (problems->pdata[0], "/user/60-broken.json"));
}

static void
test_bad (void)
{
  static const struct
  {
    const char *text;
    const char *words;
  } cases[] = {
    { "[]", "not a JSON object" },
    { "{", "60-bad.json" },
    { "{ \"description\": 3 }", "“description” is not a text" },
    { "{ \"description\": \"a\" }", "no member “interface-types”" },
    { "{ \"description\": \"a\", \"interface-types\": [ 1 ] }", "something that is not a text" },
    { "{ \"description\": \"a\", \"interface-types\": [], \"mapping\": \"flash\" }",
      "“mapping” is not an object" },
    { "{ \"description\": \"a\", \"interface-types\": [], \"mapping\": { \"device\": \"flash\", "
      "\"mode\": 1 } }", "“mode” is not a text" },
    { "{ \"description\": \"a\", \"interface-types\": [], \"mapping\": { \"device\": \"flash\", "
      "\"executable\": { \"filename\": \"/x\" } } }", "no member “format”" },
    { "{ \"description\": \"a\", \"interface-types\": [], \"mapping\": { \"device\": \"flash\", "
      "\"executable\": { \"filename\": \"/x\", \"format\": \"raw\" } } }",
      "no member “nvram-template”" },
    { "{ \"description\": \"a\", \"interface-types\": [], \"mapping\": { \"device\": \"memory\", "
      "\"filename\": \"/x\" }, \"targets\": [ 3 ] }", "something that is not an object" },
    { "{ \"description\": \"a\", \"interface-types\": [], \"mapping\": { \"device\": \"memory\", "
      "\"filename\": \"/x\" }, \"targets\": {} }", "“targets” is not a list" },
    { "{ \"description\": \"a\", \"interface-types\": [\"uefi\"], \"mapping\": { \"device\": "
      "\"memory\", \"filename\": \"/no/such/file\" }, " X86 ", \"features\": [] }",
      "/no/such/file is not there" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GPtrArray) firmware = NULL;

      remove_files ();
      write_file ("usr/60-bad.json", cases[i].text);
      write_descriptor ("usr/70-good.json", "code.fd", "");
      firmware = list (NULL, problems);
      assert_names (firmware, "70-good.json");
      g_assert_cmpuint (problems->len, ==, 1);
      g_test_message ("%s", (char *) problems->pdata[0]);
      g_assert_nonnull (strstr (problems->pdata[0], cases[i].words));
    }
}

/* What the first bytes say counts, whatever the descriptor says. */
static void
test_format (void)
{
  g_autoptr (GPtrArray) firmware = NULL;
  DroverFirmware *first;

  remove_files ();
  write_file ("image.fd", "QFI\xfb and more");
  write_descriptor ("usr/60-qcow2.json", "image.fd", "");
  firmware = list (NULL, NULL);
  first = firmware->pdata[0];
  g_assert_cmpstr (first->code_format, ==, "qcow2");
  g_assert_cmpstr (first->vars_format, ==, "raw");
}

static void
assert_chosen (GPtrArray *firmware, const char *machine, const char *kind, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverFirmware) chosen =
    drover_firmware_choose (firmware, "x86_64", machine, kind, &error);

  if (name == NULL)
    {
      g_assert_null (chosen);
      g_assert_nonnull (error);
      g_test_message ("%s", error->message);
      return;
    }

  g_assert_no_error (error);
  g_assert_cmpstr (chosen->name, ==, name);
}

static void
test_choose (void)
{
  g_autoptr (GPtrArray) firmware = NULL;
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  remove_files ();
  write_descriptor ("usr/30-tdx.json", "code.fd", "\"secure-boot\", \"enrolled-keys\"");
  write_descriptor ("usr/40-enrolled.json", "code.fd",
                    "\"secure-boot\", \"enrolled-keys\", \"requires-smm\"");
  write_descriptor ("usr/50-secure.json", "code.fd", "\"secure-boot\", \"requires-smm\"");
  write_descriptor ("usr/60-plain.json", "code.fd", "\"acpi-s3\"");
  write_file ("usr/30-tdx.json",
              "{ \"description\": \"a\", \"interface-types\": [ \"uefi\" ], \"mapping\": { "
              "\"device\": \"memory\", \"filename\": \"/bin/sh\" }, " X86
              ", \"features\": [ \"secure-boot\", \"enrolled-keys\" ] }");
  firmware = list (NULL, NULL);
  assert_names (firmware, "30-tdx.json 40-enrolled.json 50-secure.json 60-plain.json");

  assert_chosen (firmware, "pc-q35-10.0", DROVER_FIRMWARE_UEFI, "60-plain.json");
  assert_chosen (firmware, "pc-q35-10.0", DROVER_FIRMWARE_SECURE_BOOT, "50-secure.json");
  assert_chosen (firmware, "pc-q35-10.0", DROVER_FIRMWARE_ENROLLED, "40-enrolled.json");
  /* The full name is wanted, as the interop document says. */
  assert_chosen (firmware, "q35", DROVER_FIRMWARE_UEFI, NULL);
  assert_chosen (firmware, "pc-i440fx-10.0", DROVER_FIRMWARE_ENROLLED, NULL);
  g_assert_null (drover_firmware_choose (firmware, "x86_64", "pc-q35-10.0", DROVER_FIRMWARE_BIOS,
                                         &error));
  g_assert_no_error (error);

  g_assert_null (drover_firmware_choose (nothing, "aarch64", "virt-10.0", DROVER_FIRMWARE_UEFI,
                                         &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING);
  g_assert_nonnull (strstr (error->message, "qemu-efi-aarch64"));
}

static void
assert_place (const char *code, const char *vars, const char *architecture, const char *machine,
              const char *kind)
{
  g_autoptr (GPtrArray) firmware = NULL;
  g_autoptr (DroverFirmware) chosen = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *root = dup_path ("root");

  remove_files ();
  write_file (code, "code");
  write_file (vars, "vars");
  firmware = list (root, NULL);
  chosen = drover_firmware_choose (firmware, architecture, machine, kind, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (chosen->code, code));
  g_assert_true (g_str_has_suffix (chosen->vars, vars));
  g_assert_null (chosen->source);
}

#define BREW "prefix/share/qemu/"
#define ROOT "root/usr/share/"

static void
test_places (void)
{
  assert_place (BREW "edk2-x86_64-code.fd", BREW "edk2-i386-vars.fd", "x86_64", "pc-q35-9.2",
                DROVER_FIRMWARE_UEFI);
  assert_place (BREW "edk2-x86_64-secure-code.fd", BREW "edk2-i386-vars.fd", "x86_64",
                "pc-q35-9.2", DROVER_FIRMWARE_SECURE_BOOT);
  assert_place (BREW "edk2-aarch64-code.fd", BREW "edk2-arm-vars.fd", "aarch64", "virt-9.2",
                DROVER_FIRMWARE_UEFI);
  assert_place (BREW "edk2-riscv-code.fd", BREW "edk2-riscv-vars.fd", "riscv64", "virt",
                DROVER_FIRMWARE_UEFI);
  assert_place (ROOT "OVMF/OVMF_CODE_4M.ms.fd", ROOT "OVMF/OVMF_VARS_4M.ms.fd", "x86_64",
                "pc-q35-9.2", DROVER_FIRMWARE_ENROLLED);
  assert_place (ROOT "AAVMF/AAVMF_CODE.fd", ROOT "AAVMF/AAVMF_VARS.fd", "aarch64", "virt-9.2",
                DROVER_FIRMWARE_UEFI);
  assert_place (ROOT "edk2/ovmf/OVMF_CODE_4M.secboot.qcow2",
                ROOT "edk2/ovmf/OVMF_VARS_4M.secboot.qcow2", "x86_64", "pc-q35-9.2",
                DROVER_FIRMWARE_ENROLLED);
  assert_place (ROOT "edk2/x64/OVMF_CODE.4m.fd", ROOT "edk2/x64/OVMF_VARS.4m.fd", "x86_64",
                "pc-i440fx-9.2", DROVER_FIRMWARE_UEFI);
  assert_place (ROOT "qemu/ovmf-x86_64-smm-ms-code.bin", ROOT "qemu/ovmf-x86_64-smm-ms-vars.bin",
                "x86_64", "pc-q35-9.2", DROVER_FIRMWARE_ENROLLED);
  assert_place ("root/run/libvirt/nix-ovmf/OVMF_CODE.fd", "root/run/libvirt/nix-ovmf/OVMF_VARS.fd",
                "x86_64", "pc-q35-9.2", DROVER_FIRMWARE_UEFI);
  assert_place ("root/run/libvirt/nix-ovmf/edk2-x86_64-secure-code.fd",
                "root/run/libvirt/nix-ovmf/edk2-i386-vars.fd", "x86_64", "pc-q35-9.2",
                DROVER_FIRMWARE_SECURE_BOOT);
  assert_place (ROOT "edk2/aarch64/QEMU_EFI-pflash.raw", ROOT "edk2/aarch64/vars-template-pflash.raw",
                "aarch64", "virt-9.2", DROVER_FIRMWARE_UEFI);
}

/* Where a descriptor speaks of an architecture, known places have nothing to say of it. */
static void
test_places_second (void)
{
  g_autoptr (GPtrArray) firmware = NULL;

  remove_files ();
  write_descriptor ("usr/60-plain.json", "code.fd", "");
  write_file ("prefix/share/qemu/edk2-x86_64-code.fd", "code");
  write_file ("prefix/share/qemu/edk2-i386-vars.fd", "vars");
  write_file ("prefix/share/qemu/edk2-aarch64-code.fd", "code");
  write_file ("prefix/share/qemu/edk2-arm-vars.fd", "vars");
  firmware = list (NULL, NULL);
  assert_names (firmware, "60-plain.json edk2-aarch64-code.fd");
}

/* A program that Homebrew links to: what it brought lies beside the real one. */
static void
test_shares (void)
{
  g_autofree char *real = dup_path ("Cellar/qemu/10.0/bin/qemu-system-aarch64");
  g_autofree char *linked = dup_path ("homebrew/bin/qemu-system-arm64");
  g_autofree char *bin = dup_path ("homebrew/bin");
  g_autofree char *share = dup_path ("Cellar/qemu/10.0/share/qemu");
  g_autofree char *firmware = dup_path ("Cellar/qemu/10.0/share/qemu/firmware");
  g_autofree char *second = dup_path ("homebrew/share/qemu");
  g_auto (GStrv) shares = NULL;
  g_auto (GStrv) folders = NULL;
  g_autofree char *architecture = NULL;

  write_file ("Cellar/qemu/10.0/bin/qemu-system-aarch64", "#!/bin/sh\n");
  g_assert_cmpint (chmod (real, 0755), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (bin, 0700), ==, 0);
  g_assert_cmpint (symlink (real, linked), ==, 0);

  shares = drover_firmware_dup_shares (linked);
  g_assert_cmpuint (g_strv_length (shares), ==, 2);
  g_assert_cmpstr (shares[0], ==, share);
  g_assert_cmpstr (shares[1], ==, second);
  folders = drover_firmware_dup_folders (linked);
  g_assert_true (g_str_has_suffix (folders[0], "/qemu/firmware"));
  g_assert_cmpstr (folders[1], ==, "/etc/qemu/firmware");
  g_assert_cmpstr (folders[2], ==, "/usr/share/qemu/firmware");
  g_assert_cmpstr (folders[3], ==, firmware);
  architecture = drover_firmware_dup_architecture (linked);
  g_assert_cmpstr (architecture, ==, "aarch64");
}

static const char *
get_own_title (const char *architecture, const char *machine)
{
  static char *title;
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();
  g_autoptr (GPtrArray) choices = drover_firmware_choices_list (nothing, architecture, machine);
  DroverFirmwareChoice *choice = drover_firmware_choices_find (choices, DROVER_FIRMWARE_BIOS);

  g_set_str (&title, choice->title);
  return title;
}

static void
test_choices (void)
{
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();
  g_autoptr (GPtrArray) choices = NULL;
  DroverFirmwareChoice *choice;

  g_assert_cmpstr (get_own_title ("x86_64", "pc-q35-10.0"), ==, "BIOS (SeaBIOS)");
  g_assert_cmpstr (get_own_title ("riscv64", "virt"), ==, "OpenSBI");
  g_assert_cmpstr (get_own_title ("ppc64", "pseries-10.0"), ==, "SLOF");
  g_assert_cmpstr (get_own_title ("ppc", "mac99"), ==, "OpenBIOS");
  g_assert_cmpstr (get_own_title ("aarch64", "virt-10.0"), ==, "None");

  choices = drover_firmware_choices_list (nothing, "ppc", "mac99");
  g_assert_null (drover_firmware_choices_find (choices, DROVER_FIRMWARE_UEFI));
  g_ptr_array_unref (choices);
  choices = drover_firmware_choices_list (nothing, "x86_64", "pc-q35-10.0");
  choice = drover_firmware_choices_find (choices, DROVER_FIRMWARE_UEFI);
  g_assert_nonnull (strstr (choice->why_not, "ovmf"));
  g_assert_null (drover_firmware_choices_find (choices, DROVER_FIRMWARE_NONE));
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);

  g_test_add_func ("/firmware/order", test_order);
  g_test_add_func ("/firmware/mask", test_mask);
  g_test_add_func ("/firmware/bad", test_bad);
  g_test_add_func ("/firmware/format", test_format);
  g_test_add_func ("/firmware/choose", test_choose);
  g_test_add_func ("/firmware/places", test_places);
  g_test_add_func ("/firmware/places-second", test_places_second);
  g_test_add_func ("/firmware/shares", test_shares);
  g_test_add_func ("/firmware/choices", test_choices);

  return drover_test_run ();
}
