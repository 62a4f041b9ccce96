/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "configuration-fixture.h"
#include "run-fixture.h"
#include "window-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "drover-disk-row.h"
#include "drover-firmware-group.h"
#include "drover-firmware-store-group.h"
#include "drover-machine-firmware.h"
#include "drover-program.h"
#include "drover-tpm-group.h"
#include "drover-tpm.h"

/* The page of what runs first, in the window. */

#define MACHINE(program, machine, more)                                                     \
  "{\"version\":1,\"uuid\":\"6d0f3c1e-0b1c-4f5e-8a52-3d2f6a0c9b77\",\"name\":\"Subject\","   \
  "\"program\":\"" program "\",\"arguments\":[{\"flag\":\"-machine\",\"value\":\"" machine    \
  "\"}" more "]}"

static gboolean
lacks (const char *path)
{
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return FALSE;

  g_test_skip ("this host has no OVMF or AAVMF");
  return TRUE;
}

static GtkWidget *
find_named (GtkWidget *root, const char *name)
{
  if (g_str_equal (gtk_widget_get_name (root), name))
    return root;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_named (child, name);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static GtkWidget *
get_group (DroverWindow *window)
{
  return window_find_type (window, DROVER_TYPE_FIRMWARE_GROUP);
}

static GtkCheckButton *
get_button (DroverWindow *window, const char *kind)
{
  GtkWidget *row = find_named (get_group (window), kind);

  g_assert_nonnull (row);
  return GTK_CHECK_BUTTON (window_find_type (row, GTK_TYPE_CHECK_BUTTON));
}

static void
open_page (DroverWindow *window)
{
  configuration_open (window);
  configuration_show (window, "firmware");
  drover_test_until (configuration_has_catalogue (window));
  drover_test_until (find_named (get_group (window), "bios") != NULL);
}

static DroverEditor *
get_editor (DroverWindow *window)
{
  return drover_config_get_editor (
    drover_configuration_view_get_config (configuration_get (window)));
}

static char *
dup_text (DroverWindow *window)
{
  return drover_document_to_text (drover_editor_get_document (get_editor (window)));
}

static gboolean
store_says (DroverWindow *window, const char *text)
{
  GtkWidget *store = window_find_type (window, DROVER_TYPE_FIRMWARE_STORE_GROUP);

  return store != NULL && window_says (store, text);
}

/* All there is to see of UEFI. */
static void
expand (DroverWindow *window, const char *picture)
{
  GtkWidget *store = window_find_type (window, DROVER_TYPE_FIRMWARE_STORE_GROUP);
  GtkWidget *arguments = window_find_type (get_group (window), ADW_TYPE_EXPANDER_ROW);
  GtkWidget *keys = window_find_type (store, ADW_TYPE_EXPANDER_ROW);

  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (arguments), TRUE);
  drover_test_until (window_says (arguments, "-machine pflash0=firmware0"));
  gtk_widget_grab_focus (arguments);
  drover_test_until (!window_is_moving (window));
  window_picture (window, picture, "arguments");
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (arguments), FALSE);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (keys), TRUE);
  drover_test_until (window_says (keys, "Microsoft Corporation UEFI CA 2011"));
  gtk_widget_child_focus (store, GTK_DIR_TAB_BACKWARD);
  drover_test_until (!window_is_moving (window));
  window_picture (window, picture, "keys");
}

/* There and back, and undo: machine.json is what it was. */
static void
walk (DroverWindow *window, gconstpointer data)
{
  const char *picture = data;
  g_autofree char *before = NULL;
  g_autofree char *secure = NULL;
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  open_page (window);
  g_assert_true (gtk_check_button_get_active (get_button (window, "bios")));
  drover_test_until (!window_is_moving (window));
  window_picture (window, picture, "bios");
  before = dup_text (window);

  gtk_check_button_set_active (get_button (window, "secure-boot-enrolled"), TRUE);
  drover_test_until (store_says (window, "On, Microsoft keys"));
  secure = dup_text (window);
  g_assert_nonnull (strstr (secure, "pflash0=firmware0"));
  g_assert_nonnull (strstr (secure, "\"template\""));
  drover_test_until (!window_is_moving (window));
  window_picture (window, picture, "secure");
  expand (window, picture);

  /* Its memory is here, and no disk. */
  configuration_show (window, "disks");
  drover_test_until (window_says (configuration_get (window), "No disks"));
  g_assert_null (window_find_type (configuration_get (window), DROVER_TYPE_DISK_ROW));
  configuration_show (window, "firmware");

  gtk_check_button_set_active (get_button (window, "uefi"), TRUE);
  drover_test_until (store_says (window, "None: this firmware does not have it"));
  gtk_check_button_set_active (get_button (window, "bios"), TRUE);
  after = dup_text (window);
  g_assert_cmpstr (after, ==, before);

  g_free (after);
  g_assert_true (drover_editor_undo (get_editor (window), &error));
  g_assert_true (drover_editor_undo (get_editor (window), &error));
  after = dup_text (window);
  g_assert_cmpstr (after, ==, secure);
  drover_test_until (gtk_check_button_get_active (get_button (window, "secure-boot-enrolled")));
}

static void
test_q35 (void)
{
  g_autofree char *file = NULL;

  if (lacks ("/usr/share/OVMF"))
    return;

  file = window_put_machine ("subject", MACHINE (QEMU, "q35", ""));
  window_fixture_run (walk, "q35");
  window_fixture_clean_up ();
}

static void
test_virt (void)
{
  g_autofree char *file = NULL;

  if (lacks ("/usr/share/AAVMF"))
    return;

  file = window_put_machine ("subject", MACHINE ("qemu-system-aarch64", "virt", ""));
  window_fixture_run (walk, "virt");
  window_fixture_clean_up ();
}

/* What cannot be had says why, and cannot be pressed. */
static void
refuse (DroverWindow *window, gconstpointer data)
{
  GtkWidget *row;

  open_page (window);
  row = find_named (get_group (window), "secure-boot-enrolled");
  g_assert_false (
    gtk_widget_get_sensitive (GTK_WIDGET (get_button (window, "secure-boot-enrolled"))));
  g_assert_true (window_says (row, "System Management Mode"));
  g_assert_true (gtk_widget_get_sensitive (GTK_WIDGET (get_button (window, "uefi"))));
  window_picture (window, "pc", "why");
}

static void
test_why_not (void)
{
  g_autofree char *file = NULL;

  if (lacks ("/usr/share/OVMF"))
    return;

  file = window_put_machine ("subject", MACHINE (QEMU, "pc", ""));
  window_fixture_run (refuse, NULL);
  window_fixture_clean_up ();
}

/* Older spellings are shown as what they are, and showing writes nothing. */
static const char old_text[] = MACHINE (
  QEMU, "q35", ",{\"flag\":\"-drive\",\"value\":\"if=pflash,unit=0,format=raw,readonly=on,"
  "file=/usr/share/OVMF/OVMF_CODE_4M.fd\"},"
  "{\"flag\":\"-drive\",\"value\":\"if=pflash,unit=1,format=raw,file=vars.fd\"}");

static void
show_old (DroverWindow *window, gconstpointer data)
{
  open_page (window);
  g_assert_true (gtk_check_button_get_active (get_button (window, "uefi")));
  g_assert_true (window_says (get_group (window), "-drive if=pflash"));
  drover_test_until (store_says (window, "Drover did not make this file") ||
                     store_says (window, "vars.fd"));
  window_picture (window, "q35", "old");
}

static void
test_old (void)
{
  g_autofree char *file = NULL;
  g_autofree char *text = NULL;

  if (lacks ("/usr/share/OVMF"))
    return;

  file = window_put_machine ("subject", old_text);
  window_fixture_run (show_old, NULL);
  g_file_get_contents (file, &text, NULL, NULL);
  g_assert_cmpstr (text, ==, old_text);
  window_fixture_clean_up ();
}

/* Resetting asks first, and then does it. */
static void
reset (DroverWindow *window, gconstpointer data)
{
  DroverEditor *editor;
  DroverMachine *machine;
  g_autofree char *vars = NULL;
  g_autoptr (DroverFirmwareKeys) keys = NULL;
  g_autoptr (GError) error = NULL;

  open_page (window);
  gtk_check_button_set_active (get_button (window, "secure-boot-enrolled"), TRUE);
  drover_test_until (store_says (window, "made at the next start"));
  window_assert_usable (window, "Reset…", FALSE, "It is made new at the next start");
  editor = get_editor (window);
  machine = drover_editor_get_machine (editor);
  vars = drover_machine_firmware_dup_vars (drover_editor_get_document (editor),
                                           drover_machine_get_directory (machine));

  /* A store without keys, as if somebody had removed them. */
  drover_test_await (drover_firmware_vars_make ("/usr/share/OVMF/OVMF_VARS_4M.fd", "raw", vars),
                     &error);
  g_assert_no_error (error);
  gtk_check_button_set_active (get_button (window, "bios"), TRUE);
  gtk_check_button_set_active (get_button (window, "secure-boot-enrolled"), TRUE);
  drover_test_until (store_says (window, "Off: no keys are enrolled"));
  drover_test_until (!window_is_moving (window));
  window_press (window, "Reset…");
  drover_test_until (
    adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window)) != NULL);
  drover_test_until (!window_is_moving (window));
  window_picture (window, "q35", "reset");
  window_press_in_dialog (window, "Reset");
  drover_test_until (store_says (window, "On, Microsoft keys"));
}

static void
test_reset (void)
{
  g_autofree char *file = NULL;

  if (lacks ("/usr/share/OVMF"))
    return;

  file = window_put_machine ("subject", MACHINE (QEMU, "q35", ""));
  window_fixture_run (reset, NULL);
  window_fixture_clean_up ();
}

/* The TPM */

static GtkWidget *
get_tpm (DroverWindow *window)
{
  return window_find_type (window, DROVER_TYPE_TPM_GROUP);
}

static GtkWidget *
get_version (DroverWindow *window)
{
  return window_find_type (get_tpm (window), ADW_TYPE_COMBO_ROW);
}

/* As the rows have it: off, 2.0, 1.2. */
static void
choose_tpm (DroverWindow *window, guint index)
{
  adw_combo_row_set_selected (ADW_COMBO_ROW (get_version (window)), index);
}

static gboolean
document_says (DroverWindow *window, const char *words)
{
  g_autofree char *text = dup_text (window);

  return strstr (text, words) != NULL;
}

static void
picture_tpm (DroverWindow *window, const char *name)
{
  GtkWidget *viewport = gtk_widget_get_ancestor (get_tpm (window), GTK_TYPE_VIEWPORT);

  gtk_viewport_scroll_to (GTK_VIEWPORT (viewport), get_tpm (window), NULL);
  drover_test_until (!window_is_moving (window));
  window_picture (window, "tpm", name);
}

static void
walk_tpm (DroverWindow *window, gconstpointer data)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *states = NULL;
  const char *folder;

  open_page (window);
  before = dup_text (window);
  folder = drover_machine_get_folder (drover_editor_get_machine (get_editor (window)));
  g_assert_nonnull (get_version (window));
  g_assert_true (window_says (get_tpm (window), "Windows 11 asks for 2.0"));
  g_assert_false (window_says (get_tpm (window), "Not Installed"));
  g_assert_false (window_says (get_tpm (window), "Keys"));

  choose_tpm (window, 1);
  g_assert_true (window_says (get_tpm (window), "tpm-crb"));
  g_assert_true (window_says (get_tpm (window), "-tpmdev emulator,id=tpm0,chardev=chrtpm"));
  g_assert_true (window_says (get_tpm (window), "Made when the machine starts"));
  g_assert_false (window_can_press (get_tpm (window), "Forget…"));
  g_assert_true (document_says (window, "\"2.0\"") && document_says (window, "tpm-crb,tpmdev=tpm0"));
  picture_tpm (window, "2.0");

  choose_tpm (window, 2);
  g_assert_true (window_says (get_tpm (window), "tpm-tis"));
  g_assert_true (document_says (window, "\"1.2\"") && document_says (window, "tpm-tis,tpmdev=tpm0"));
  g_assert_false (document_says (window, "tpm-crb"));
  picture_tpm (window, "1.2");

  /* Keys that are there can be forgotten, after a question. */
  states = drover_tpm_dup_state_dir (folder, "1.2");
  g_assert_cmpint (g_mkdir_with_parents (states, 0700), ==, 0);
  choose_tpm (window, 0);
  choose_tpm (window, 2);
  g_assert_true (window_says (get_tpm (window), "Kept in the machine’s folder"));
  window_press (window, "Forget…");
  drover_test_until (window_says (window, "Forget the TPM’s Keys?"));
  drover_test_until (!window_is_moving (window));
  window_picture (window, "tpm", "forget");
  window_press_in_dialog (window, "Forget Keys");
  drover_test_until (!g_file_test (states, G_FILE_TEST_EXISTS));
  drover_test_until (window_says (get_tpm (window), "Made when the machine starts"));

  choose_tpm (window, 0);
  after = dup_text (window);
  g_assert_cmpstr (after, ==, before);
}

static void
test_tpm (void)
{
  g_autofree char *file = window_put_machine ("subject", MACHINE (QEMU, "q35", ""));

  if (drover_tpm_is_installed (NULL))
    window_fixture_run (walk_tpm, NULL);
  else
    g_test_skip ("swtpm is not installed");
  window_fixture_clean_up ();
}

static void
miss_tpm (DroverWindow *window, gconstpointer data)
{
  open_page (window);
  g_assert_true (window_says (get_tpm (window), "Not Installed"));
  g_assert_true (window_says (get_tpm (window), "the packages swtpm and swtpm-tools"));
  /* It can be chosen all the same, for when it is there. */
  choose_tpm (window, 1);
  g_assert_true (document_says (window, "tpm-crb,tpmdev=tpm0"));
  picture_tpm (window, "missing");
}

/* A host with QEMU and without swtpm. */
static void
test_tpm_missing (void)
{
  g_autofree char *before = g_strdup (g_getenv ("PATH"));
  g_autofree char *folder = g_build_filename (drover_test_dir (), "only-qemu", NULL);
  g_autofree char *link = g_build_filename (folder, QEMU, NULL);
  g_autofree char *path = drover_program_find (QEMU, NULL);
  g_autofree char *file = window_put_machine ("subject", MACHINE (QEMU, "q35", ""));

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_cmpint (symlink (path, link), ==, 0);
  g_setenv ("PATH", folder, TRUE);
  window_fixture_run (miss_tpm, NULL);
  g_setenv ("PATH", before, TRUE);
  window_fixture_clean_up ();
}

static void
no_tpm (DroverWindow *window, gconstpointer data)
{
  open_page (window);
  g_assert_null (get_version (window));
  g_assert_true (window_says (get_tpm (window), "Not Available"));
  g_assert_true (window_says (get_tpm (window), "This QEMU has no TPM 2.0 for the machine"));
  picture_tpm (window, "none");
}

static void
test_tpm_none (void)
{
  g_autofree char *file =
    window_put_machine ("subject", MACHINE ("qemu-system-aarch64", "raspi3b", ""));

  window_fixture_run (no_tpm, NULL);
  window_fixture_clean_up ();
}

/* In 360 pixels nothing is cut off. */
static void
show_narrow (DroverWindow *window, gconstpointer data)
{
  open_page (window);
  gtk_check_button_set_active (get_button (window, "secure-boot-enrolled"), TRUE);
  drover_test_until (store_says (window, "On, Microsoft keys"));
  configuration_open_page (window);
  drover_test_until (!window_is_moving (window));
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (window)), <=, 400);
  window_picture (window, data, "narrow");
}

static void
run_narrow (const char *name)
{
  g_autoptr (GSettings) settings = g_settings_new ("io.github.drover_vm.Drover");

  g_settings_set_int (settings, "window-width", 360);
  g_settings_set_int (settings, "window-height", 1000);
  window_fixture_run (show_narrow, name);
  g_settings_reset (settings, "window-width");
  g_settings_reset (settings, "window-height");
  window_fixture_clean_up ();
}

static void
test_narrow (void)
{
  g_autofree char *file = NULL;

  if (lacks ("/usr/share/OVMF"))
    return;

  file = window_put_machine ("subject", MACHINE (QEMU, "q35", ""));
  run_narrow ("q35");
}

static void
test_narrow_virt (void)
{
  g_autofree char *file = NULL;

  if (lacks ("/usr/share/AAVMF"))
    return;

  file = window_put_machine ("subject", MACHINE ("qemu-system-aarch64", "virt", ""));
  run_narrow ("virt");
}

int
main (int argc, char **argv)
{
  window_fixture_init (&argc, &argv);

  g_test_add_func ("/firmware-page/q35", test_q35);
  g_test_add_func ("/firmware-page/virt", test_virt);
  g_test_add_func ("/firmware-page/why-not", test_why_not);
  g_test_add_func ("/firmware-page/old", test_old);
  g_test_add_func ("/firmware-page/reset", test_reset);
  g_test_add_func ("/firmware-page/tpm", test_tpm);
  g_test_add_func ("/firmware-page/tpm/missing", test_tpm_missing);
  g_test_add_func ("/firmware-page/tpm/none", test_tpm_none);
  g_test_add_func ("/firmware-page/narrow", test_narrow);
  g_test_add_func ("/firmware-page/narrow-virt", test_narrow_virt);

  return drover_test_run ();
}
