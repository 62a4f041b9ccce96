/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-catalogue.h"
#include "drover-check.h"
#include "drover-firmware-choice.h"
#include "drover-firmware-vars.h"
#include "drover-machine-firmware.h"
#include "run-fixture.h"

/* Machines with real firmware, in the dry run and for real, under TCG. What a guest does is read
 * from its serial console. */

#define SHELL_X64 "/usr/share/efi-shell-x64/shellx64.efi"
#define ARM "qemu-system-aarch64"

static gboolean
lacks (const char *path)
{
  g_autofree char *message = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return FALSE;

  message = g_strdup_printf ("this host has no %s", path);
  g_test_skip (message);
  return TRUE;
}

static DroverCatalogue *
get_catalogue (const char *program)
{
  static GHashTable *catalogues;
  DroverCatalogue *catalogue;
  g_autoptr (GError) error = NULL;

  if (catalogues == NULL)
    catalogues = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  catalogue = g_hash_table_lookup (catalogues, program);
  if (catalogue != NULL)
    return catalogue;

  catalogue = drover_test_await_object (drover_catalogue_load (program), &error);
  g_assert_no_error (error);
  g_hash_table_insert (catalogues, g_strdup (program), catalogue);
  return catalogue;
}

/* Gives a machine the firmware of a kind, as the page does it. */
static void
choose (DroverMachine *machine, const char *kind)
{
  DroverDocument *document = drover_machine_get_document (machine);
  const char *program = drover_document_get_program (document);
  g_autoptr (GPtrArray) list = drover_firmware_list (program);
  g_autofree char *type = drover_firmware_dup_machine (drover_document_get_arguments (document),
                                                       get_catalogue (program));
  g_autofree char *architecture = drover_firmware_dup_architecture (program);
  g_autoptr (DroverFirmware) firmware = NULL;
  g_autoptr (DroverDocument) changed = NULL;
  g_autoptr (GError) error = NULL;

  firmware = drover_firmware_choose (list, architecture, type, kind, &error);
  g_assert_no_error (error);
  changed = drover_machine_firmware_apply (document, firmware, NULL, &error);
  g_assert_no_error (error);
  drover_machine_save (machine, changed, &error);
  g_assert_no_error (error);
}

static void
assert_check_passes (DroverMachine *machine)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverCheck) check = drover_test_await_boxed (
    drover_check_run (drover_machine_get_document (machine),
                      drover_machine_get_directory (machine)), &error);

  g_assert_no_error (error);
  for (guint i = 0; i < check->problems->len; i++)
    g_test_message ("%s", ((DroverCheckProblem *) check->problems->pdata[i])->message);
  g_assert_true (check->passed);
  g_assert_cmpuint (check->problems->len, ==, 0);
}

static void
assert_kind (DroverMachine *machine, const char *kind)
{
  DroverDocument *document = drover_machine_get_document (machine);
  g_autoptr (GPtrArray) list = drover_firmware_list (drover_document_get_program (document));
  g_autofree char *architecture =
    drover_firmware_dup_architecture (drover_document_get_program (document));
  g_autoptr (DroverFirmwareReading) reading =
    drover_firmware_read (drover_document_get_arguments (document), architecture, list);

  g_assert_cmpstr (reading->kind, ==, kind);
}

/* Before its variable store is made, and when it is there. */
static void
test_check (gconstpointer data)
{
  static const char *const kinds[] = { DROVER_FIRMWARE_UEFI, DROVER_FIRMWARE_SECURE_BOOT,
                                       DROVER_FIRMWARE_ENROLLED, DROVER_FIRMWARE_BIOS };
  const gboolean arm = GPOINTER_TO_INT (data);
  g_autoptr (DroverMachine) machine = new_machine (
    arm ? ARM : QEMU, ARGUMENTS ("-machine", arm ? "virt" : "q35", "-accel", "tcg", "-m", "64"));
  g_autofree char *before = NULL;

  if (lacks (arm ? "/usr/share/AAVMF" : "/usr/share/OVMF"))
    return;

  before = drover_document_to_text (drover_machine_get_document (machine));
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *vars = NULL;
      g_autofree char *notice = NULL;
      g_autoptr (GError) error = NULL;

      choose (machine, kinds[i]);
      assert_kind (machine, kinds[i]);
      assert_check_passes (machine);
      vars = drover_machine_firmware_dup_vars (drover_machine_get_document (machine),
                                               drover_machine_get_directory (machine));
      if (vars == NULL)
        continue;

      g_assert_false (g_file_test (vars, G_FILE_TEST_EXISTS));
      drover_test_await (drover_machine_firmware_prepare (
        drover_machine_get_document (machine), drover_machine_get_directory (machine)), &error);
      g_assert_no_error (error);
      g_assert_true (g_file_test (vars, G_FILE_TEST_EXISTS));
      assert_check_passes (machine);
    }

  /* And nothing stays of all this in machine.json. */
  g_free (before);
  before = drover_document_to_text (drover_machine_get_document (machine));
  g_assert_null (strstr (before, "firmware"));
  g_assert_null (strstr (before, "smm"));
}

/* A disk that the firmware can start from, with a program that nobody has signed. */
static void
make_disk (DroverMachine *machine)
{
  g_autofree char *folder =
    g_build_filename (drover_machine_get_folder (machine), "esp", "EFI", "BOOT", NULL);
  g_autofree char *path = g_build_filename (folder, "BOOTX64.EFI", NULL);
  g_autoptr (GFile) from = g_file_new_for_path (SHELL_X64);
  g_autoptr (GFile) to = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_copy (from, to, 0, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static DroverRun *
boot (const char *kind, Screen **screen)
{
  g_autoptr (DroverMachine) machine = new_machine (QEMU, ARGUMENTS (
    "-machine", "q35", "-accel", "tcg", "-cpu", "max", "-m", "256", "-nic", "none", "-vga", "none",
    "-drive", "if=virtio,format=raw,readonly=on,file=fat:esp", "-nographic"));
  g_autofree char *vars = NULL;
  DroverRun *run;

  make_disk (machine);
  choose (machine, kind);
  run = drover_run_new (machine, DROVER_QMP_SOCKET);
  start (run, TRUE);
  *screen = screen_new (get_console (run, 0));

  /* It was not there. */
  vars = drover_machine_firmware_dup_vars (drover_machine_get_document (machine),
                                           drover_machine_get_directory (machine));
  g_assert_true (g_file_test (vars, G_FILE_TEST_EXISTS));
  g_assert_nonnull (strstr (drover_run_get_notices (run)[0], "vars"));
  return run;
}

static void
test_plain (void)
{
  g_autoptr (DroverRun) run = NULL;
  g_autoptr (Screen) screen = NULL;

  if (lacks (SHELL_X64) || lacks ("/usr/share/OVMF"))
    return;

  run = boot (DROVER_FIRMWARE_UEFI, &screen);
  drover_test_until (screen_has (screen, "UEFI Interactive Shell") ||
                     screen_has (screen, "Access Denied"));
  g_assert_false (screen_has (screen, "Access Denied"));
  finish (g_steal_pointer (&run));
}

/* The same program, and with Secure Boot it is refused. */
static void
test_refused (void)
{
  g_autoptr (DroverRun) run = NULL;
  g_autoptr (Screen) screen = NULL;
  g_autoptr (DroverFirmwareKeys) keys = NULL;
  DroverMachine *machine;
  g_autoptr (GError) error = NULL;

  if (lacks (SHELL_X64) || lacks ("/usr/share/OVMF"))
    return;

  run = boot (DROVER_FIRMWARE_ENROLLED, &screen);
  drover_test_until (screen_has (screen, "UEFI Interactive Shell") ||
                     screen_has (screen, "Access Denied") ||
                     screen_has (screen, "Security Violation"));
  g_assert_false (screen_has (screen, "UEFI Interactive Shell"));

  /* The keys can be seen while it runs. */
  machine = drover_run_get_machine (run);
  keys = drover_test_await_boxed (drover_machine_firmware_list_keys (
    drover_machine_get_document (machine), drover_machine_get_directory (machine)), &error);
  g_assert_no_error (error);
  g_assert_true (keys->secure_boot);
  g_assert_true (keys->microsoft);
  finish (g_steal_pointer (&run));
}

/* A store whose template is gone: the reason is said, and nothing starts. */
static void
test_no_template (void)
{
  g_autoptr (DroverMachine) machine = new_machine (QEMU, ARGUMENTS (
    "-machine", "q35", "-accel", "tcg", "-m", "64", "-nographic"));
  g_autoptr (DroverDocument) changed = NULL;
  g_autoptr (DroverRun) run = NULL;
  g_autoptr (JsonNode) node = json_from_string (
    "{\"name\":\"none.json\",\"template\":\"/no/such/vars.fd\"}", NULL);
  g_autoptr (GError) error = NULL;

  if (lacks ("/usr/share/OVMF"))
    return;

  choose (machine, DROVER_FIRMWARE_UEFI);
  changed = drover_document_with_member (drover_machine_get_document (machine), "firmware", node);
  drover_machine_save (machine, changed, &error);
  g_assert_no_error (error);
  run = drover_run_new (machine, DROVER_QMP_SOCKET);
  drover_test_await (drover_run_start (run, FALSE), &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "/no/such/vars.fd"));
  assert_off (run);
  drop (g_steal_pointer (&run));
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);

  g_test_add_data_func ("/firmware-boot/check-q35", GINT_TO_POINTER (FALSE), test_check);
  g_test_add_data_func ("/firmware-boot/check-virt", GINT_TO_POINTER (TRUE), test_check);
  g_test_add_func ("/firmware-boot/plain", test_plain);
  g_test_add_func ("/firmware-boot/refused", test_refused);
  g_test_add_func ("/firmware-boot/no-template", test_no_template);

  return drover_test_run ();
}
