/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "configuration-fixture.h"
#include "run-fixture.h"
#include "window-fixture.h"

#include "drover-device-editor.h"
#include "drover-device-item.h"
#include "drover-device-row.h"
#include "drover-disk-row.h"
#include "drover-network-row.h"
#include "drover-property-list.h"
#include "drover-property-row.h"
#include "drover-share-row.h"

/* Disks, network cards and devices, through the widgets that the user has. */

#define MACHINE(arguments)                                                                \
  "{\"version\":1,\"uuid\":\"6d0f3c1e-0b1c-4f5e-8a52-3d2f6a0c9b77\",\"name\":\"Subject\"," \
  "\"program\":\"qemu-system-x86_64\",\"arguments\":[" arguments "]}"

#define ARGUMENT(flag, value) "{\"flag\":\"" flag "\",\"value\":\"" value "\"}"

typedef struct
{
  GType type;
  const char *title;
} Titled;

static GtkWidget *
find_titled (GtkWidget *root, const Titled *wanted)
{
  if (!gtk_widget_get_mapped (root))
    return NULL;
  if (g_type_is_a (G_OBJECT_TYPE (root), wanted->type))
    {
      g_auto (GStrv) parts =
        g_strsplit (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (root)), "_", -1);
      g_autofree char *plain = g_strjoinv ("", parts);

      if (g_str_equal (plain, wanted->title))
        return root;
    }

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_titled (child, wanted);

      if (found != NULL)
        return found;
    }

  return NULL;
}

/* A row of that kind and title, once it is shown. */
static gpointer
get_row (gpointer root, GType type, const char *title)
{
  Titled wanted = { type, title };

  g_test_message ("looking for “%s”", title);
  drover_test_until (find_titled (root, &wanted) != NULL);
  return find_titled (root, &wanted);
}

static gboolean
has_row (gpointer root, GType type, const char *title)
{
  Titled wanted = { type, title };

  return find_titled (root, &wanted) != NULL;
}

static void
press_row (gpointer root, const char *title)
{
  drover_test_until (has_row (root, ADW_TYPE_BUTTON_ROW, title));
  g_signal_emit_by_name (get_row (root, ADW_TYPE_BUTTON_ROW, title), "activated");
}

static void
type_into (gpointer root, const char *title, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (get_row (root, ADW_TYPE_ENTRY_ROW, title)), text);
}

static GtkWidget *
find_dialog (DroverWindow *window)
{
  return window_find_type (window, ADW_TYPE_DIALOG);
}

static void
wait_dialog (DroverWindow *window)
{
  drover_test_until (find_dialog (window) != NULL);
}

static void
press_in (DroverWindow *window, const char *button)
{
  drover_test_until (window_can_press (find_dialog (window), button));
  g_assert_true (gtk_widget_activate (window_find_button (find_dialog (window), button)));
  drover_test_until (find_dialog (window) == NULL);
}

static void
open_page (DroverWindow *window, const char *page)
{
  configuration_open (window);
  drover_test_until (configuration_has_catalogue (window));
  configuration_show (window, page);
}

/* Disks */

static void
add_disk (DroverWindow *window, gconstpointer data)
{
  DroverDiskRow *row;

  open_page (window, "disks");
  g_assert_true (window_says (window, "No disks"));
  window_press (window, "Add Disk…");
  wait_dialog (window);
  g_assert_false (window_can_press (find_dialog (window), "Add"));
  type_into (find_dialog (window), "Image file", "/nowhere/a,b.qcow2");
  drover_test_until (window_says (find_dialog (window), "virtio-blk-pci"));
  window_picture (window, "things", "add-disk");
  press_in (window, "Add");
  configuration_assert_argv (data, "-blockdev driver=qcow2,node-name=image0,file.driver=file,"
                                   "file.filename=/nowhere/a,,b.qcow2 "
                                   "-device virtio-blk-pci,id=disk0,drive=image0");

  /* It opens, and says what is wrong. */
  row = get_row (window, DROVER_TYPE_DISK_ROW, "a,b.qcow2");
  drover_test_until (adw_expander_row_get_expanded (ADW_EXPANDER_ROW (row)));
  drover_test_until (window_says (row, "There is no file /nowhere/a,b.qcow2"));
  drover_test_until (!window_is_moving (window));
  window_picture (window, "things", "disk");

  /* First without a place in the boot order, then with one. */
  g_assert_true (window_can_press (row, "Boot Earlier"));
  g_assert_true (gtk_widget_activate (window_find_button (row, "Boot Earlier")));
  configuration_assert_argv (data, "-blockdev driver=qcow2,node-name=image0,file.driver=file,"
                                   "file.filename=/nowhere/a,,b.qcow2 "
                                   "-device virtio-blk-pci,id=disk0,drive=image0,bootindex=0");
  g_assert_true (get_row (window, DROVER_TYPE_DISK_ROW, "a,b.qcow2") == row);
  g_assert_true (adw_expander_row_get_expanded (ADW_EXPANDER_ROW (row)));

  press_row (row, "Remove…");
  wait_dialog (window);
  drover_test_until (window_says (window, "The image file stays on disk."));
  window_picture (window, "things", "remove-disk");
  window_press_in_dialog (window, "Remove");
  configuration_assert_argv (data, "");
  drover_test_until (window_says (window, "No disks"));
}

static void
test_add_disk (void)
{
  g_autofree char *file = window_put_machine ("subject", MACHINE (""));

  window_fixture_run (add_disk, file);
  window_fixture_clean_up ();
}

static void
undo (DroverWindow *window)
{
  DroverMachine *machine = drover_run_get_machine (drover_window_get_run (window));

  g_assert_true (drover_editor_undo (drover_editor_get_for_machine (machine), NULL));
}

static void
delete_subject (DroverWindow *window, GStrv *left)
{
  DroverMachine *machine = drover_run_get_machine (drover_window_get_run (window));
  g_autofree char *machines = g_path_get_dirname (drover_machine_get_folder (machine));
  g_autoptr (DroverLibrary) library = drover_library_new (machines);
  g_autoptr (GError) error = NULL;

  g_assert_true (drover_library_delete (library, drover_library_find (library, "subject", NULL),
                                        left, &error));
  g_assert_no_error (error);
}

/* Drives that may be empty. */
static void
add_drives (DroverWindow *window, gconstpointer data)
{
  static const char *const expected[] = {
    "-device ide-cd,id=cd0",
    "-device ide-cd,id=cd0 -device floppy,id=disk0",
  };

  open_page (window, "disks");
  for (guint kind = 1; kind <= G_N_ELEMENTS (expected); kind++)
    {
      window_press (window, "Add Disk…");
      wait_dialog (window);
      adw_combo_row_set_selected (get_row (find_dialog (window), ADW_TYPE_COMBO_ROW, "Kind"), kind);
      adw_combo_row_set_selected (get_row (find_dialog (window), ADW_TYPE_COMBO_ROW, "Image"), 1);
      press_in (window, "Add");
      configuration_assert_argv (data, expected[kind - 1]);
    }
}

static void
test_add_drives (void)
{
  g_autofree char *file = window_put_machine ("subject", MACHINE (""));

  window_fixture_run (add_drives, file);
  window_fixture_clean_up ();
}

/* The order is that of the numbers, not that of the arguments. */
static void
boot_order (DroverWindow *window, gconstpointer data)
{
  DroverDiskRow *row;

  open_page (window, "disks");
  row = get_row (window, DROVER_TYPE_DISK_ROW, "a.img");
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  drover_test_until (window_says (row, "Tried as number 3 of 3"));
  drover_test_until (window_can_press (row, "Boot Earlier"));
  g_assert_false (window_can_press (row, "Boot Later"));
  g_assert_true (gtk_widget_activate (window_find_button (row, "Boot Earlier")));
  configuration_assert_argv (data, "-drive if=none,id=a,file=a.img -drive if=none,id=b,file=b.img "
                                   "-drive if=none,id=c,file=c.img "
                                   "-device virtio-blk-pci,drive=a,bootindex=5 "
                                   "-device virtio-blk-pci,drive=b,bootindex=7 "
                                   "-device virtio-blk-pci,drive=c,bootindex=1");
  drover_test_until (window_says (row, "Tried as number 2 of 3"));
}

static void
test_boot_order (void)
{
  g_autofree char *file = window_put_machine (
    "subject", MACHINE (ARGUMENT ("-drive", "if=none,id=a,file=a.img") ","
                        ARGUMENT ("-drive", "if=none,id=b,file=b.img") ","
                        ARGUMENT ("-drive", "if=none,id=c,file=c.img") ","
                        ARGUMENT ("-device", "virtio-blk-pci,drive=a,bootindex=7") ","
                        ARGUMENT ("-device", "virtio-blk-pci,drive=b,bootindex=5") ","
                        ARGUMENT ("-device", "virtio-blk-pci,drive=c,bootindex=1")));

  window_fixture_run (boot_order, file);
  window_fixture_clean_up ();
}

static void
new_disk (DroverWindow *window, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (data);
  g_autofree char *image = g_build_filename (folder, "disk2.qcow2", NULL);
  g_autofree char *other = g_build_filename (folder, "disk.qcow2", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) left = NULL;

  /* What is there is never written over. */
  g_assert_true (g_file_set_contents (other, "mine", -1, NULL));
  open_page (window, "disks");
  window_press (window, "Add Disk…");
  wait_dialog (window);
  adw_combo_row_set_selected (get_row (find_dialog (window), ADW_TYPE_COMBO_ROW, "Image"), 1);
  press_in (window, "Add");
  configuration_assert_argv (data, "-blockdev driver=qcow2,node-name=image0,file.driver=file,"
                                   "file.filename=disk2.qcow2 "
                                   "-device virtio-blk-pci,id=disk0,drive=image0");
  drover_test_until (window_says (window, "20.0\u00a0GiB"));
  g_assert_true (g_file_test (image, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_get_contents (other, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");

  /* What is new is Drover's own: it goes with the machine, also when its argument was taken back.
   * An image that was there is not. */
  window_press (window, "Add Disk…");
  wait_dialog (window);
  type_into (find_dialog (window), "Image file", "disk.qcow2");
  press_in (window, "Add");
  undo (window);
  undo (window);
  configuration_assert_argv (data, "");
  delete_subject (window, &left);
  g_assert_cmpstr (left[0], ==, "disk.qcow2");
  g_assert_null (left[1]);
}

static void
test_new_disk (void)
{
  g_autofree char *file = window_put_machine ("subject", MACHINE (""));

  window_fixture_run (new_disk, file);
  window_fixture_clean_up ();
}

static void
modernise (DroverWindow *window, gconstpointer data)
{
  DroverDiskRow *row;

  open_page (window, "disks");
  row = get_row (window, DROVER_TYPE_DISK_ROW, "disk.img");
  g_assert_true (window_says (row, "older form"));
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  press_row (row, "Modernise…");
  wait_dialog (window);
  drover_test_until (window_says (find_dialog (window), "− -hda disk.img"));
  window_picture (window, "things", "modernise");
  press_in (window, "Modernise");
  configuration_assert_argv (
    data, "-blockdev driver=raw,node-name=disk0,auto-read-only=on,file.driver=file,"
          "file.filename=disk.img -device ide-hd,bus=ide.0,unit=0,drive=disk0 "
          "-device ide-cd,bus=ide.1,unit=0");
  drover_test_until (!window_says (window, "older form"));
}

static void
test_modernise (void)
{
  g_autofree char *file =
    window_put_machine ("subject", MACHINE (ARGUMENT ("-hda", "disk.img")));
  g_autofree char *folder = g_path_get_dirname (file);
  g_autofree char *image = g_build_filename (folder, "disk.img", NULL);

  /* Its format has to be said, so it is looked at. */
  g_assert_true (g_file_set_contents (image, "nothing that has a format", -1, NULL));
  window_fixture_run (modernise, file);
  window_fixture_clean_up ();
}

/* Network */

static void
add_card (DroverWindow *window, gconstpointer data)
{
  AdwComboRow *backend;
  DroverNetworkRow *row;
  GtkWidget *dialog;

  open_page (window, "network");
  drover_test_until (window_says (window, "QEMU makes a network by itself"));
  window_picture (window, "things", "network-default");
  window_press (window, "Add Card");
  configuration_assert_argv (data, "-netdev user,id=net0 "
                                   "-device virtio-net-pci,id=nic0,netdev=net0");
  drover_test_until (!window_says (window, "QEMU makes a network by itself"));
  row = get_row (window, DROVER_TYPE_NETWORK_ROW, "virtio-net-pci");
  drover_test_until (adw_expander_row_get_expanded (ADW_EXPANDER_ROW (row)));

  drover_test_until (window_find_button (row, "Add Port Forward…") != NULL);
  g_assert_true (gtk_widget_activate (window_find_button (row, "Add Port Forward…")));
  wait_dialog (window);
  dialog = find_dialog (window);
  type_into (dialog, "Port on this computer", "ssh");
  type_into (dialog, "Port in the guest", "22");
  drover_test_until (window_says (dialog, "“ssh” is no port"));
  g_assert_false (window_can_press (dialog, "Add"));
  type_into (dialog, "Port on this computer", "2222");
  type_into (dialog, "Address on this computer", "127.0.0.1");
  drover_test_until (window_says (dialog, "hostfwd=tcp:127.0.0.1:2222-:22"));
  window_picture (window, "things", "forward");
  press_in (window, "Add");
  configuration_assert_argv (data, "-netdev user,id=net0,hostfwd=tcp:127.0.0.1:2222-:22 "
                                   "-device virtio-net-pci,id=nic0,netdev=net0");
  drover_test_until (window_says (row, "127.0.0.1:2222 → 22"));
  drover_test_until (!window_is_moving (window));
  window_picture (window, "things", "card");

  g_assert_true (gtk_widget_activate (window_find_button (row, "Edit Port Forward…")));
  wait_dialog (window);
  type_into (find_dialog (window), "Port in the guest", "23");
  press_in (window, "Apply");
  configuration_assert_argv (data, "-netdev user,id=net0,hostfwd=tcp:127.0.0.1:2222-:23 "
                                   "-device virtio-net-pci,id=nic0,netdev=net0");
  g_assert_true (gtk_widget_activate (window_find_button (row, "Remove Port Forward")));
  configuration_assert_argv (data, "-netdev user,id=net0 "
                                   "-device virtio-net-pci,id=nic0,netdev=net0");

  /* One that Drover runs itself, and back. */
  backend = get_row (row, ADW_TYPE_COMBO_ROW, "Connected to");
  adw_combo_row_set_selected (
    backend, gtk_string_list_find (GTK_STRING_LIST (adw_combo_row_get_model (backend)), "passt"));
  configuration_assert_argv (data, "-netdev stream,id=net0,server=off,addr.type=unix,"
                                   "addr.path=passt.sock -device virtio-net-pci,id=nic0,netdev=net0");
  type_into (row, "Port forwards, as in tcp:127.0.0.1:2222-:22", "tcp::8080-:80");
  g_signal_emit_by_name (get_row (row, ADW_TYPE_ENTRY_ROW,
                                  "Port forwards, as in tcp:127.0.0.1:2222-:22"), "apply");
  drover_test_until (!window_is_moving (window));
  window_picture (window, "things", "passt");
  adw_combo_row_set_selected (
    backend, gtk_string_list_find (GTK_STRING_LIST (adw_combo_row_get_model (backend)), "user"));
  configuration_assert_argv (data, "-netdev user,id=net0,hostfwd=tcp::8080-:80 "
                                   "-device virtio-net-pci,id=nic0,netdev=net0");
  drover_test_until (window_find_button (row, "Remove Port Forward") != NULL);
  g_assert_true (gtk_widget_activate (window_find_button (row, "Remove Port Forward")));
  configuration_assert_argv (data, "-netdev user,id=net0 "
                                   "-device virtio-net-pci,id=nic0,netdev=net0");

  /* Another backend needs other words. */
  adw_combo_row_set_selected (
    backend, gtk_string_list_find (GTK_STRING_LIST (adw_combo_row_get_model (backend)), "tap"));
  wait_dialog (window);
  drover_test_until (window_says (find_dialog (window), "+ -netdev"));
  window_picture (window, "things", "connect");
  press_in (window, "Connect");
  drover_test_until (window_says (row, "Needs"));
  configuration_assert_argv (data, "-netdev tap,id=net0,ifname=tap0,script=no,downscript=no "
                                   "-device virtio-net-pci,id=nic0,netdev=net0");

  press_row (row, "Remove…");
  wait_dialog (window);
  drover_test_until (window_find_type (find_dialog (window), GTK_TYPE_CHECK_BUTTON) != NULL);
  gtk_check_button_set_active (
    GTK_CHECK_BUTTON (window_find_type (find_dialog (window), GTK_TYPE_CHECK_BUTTON)), FALSE);
  window_press_in_dialog (window, "Remove");
  row = get_row (window, DROVER_TYPE_NETWORK_ROW, "No card");
}

static void
test_add_card (void)
{
  g_autofree char *file = window_put_machine ("subject", MACHINE (""));

  window_fixture_run (add_card, file);
  window_fixture_clean_up ();
}

/* Devices */

static GtkWidget *
find_property (GtkWidget *root, const char *name)
{
  if (DROVER_IS_PROPERTY_ROW (root))
    {
      DroverPropertyItem *item = drover_property_row_get_item (DROVER_PROPERTY_ROW (root));

      return item != NULL && g_str_equal (drover_property_item_get_name (item), name) ? root
                                                                                      : NULL;
    }

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_property (child, name);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static void
search (DroverWindow *window, const char *text)
{
  drover_test_until (window_find_type (find_dialog (window), GTK_TYPE_SEARCH_ENTRY) != NULL);
  gtk_editable_set_text (
    GTK_EDITABLE (window_find_type (find_dialog (window), GTK_TYPE_SEARCH_ENTRY)), text);
}

static GtkWidget *
get_property (DroverWindow *window, const char *name, GType type)
{
  GtkWidget *row;

  search (window, name);
  drover_test_until ((row = find_property (find_dialog (window), name)) != NULL &&
                     window_find_type (row, type) != NULL);
  return window_find_type (row, type);
}

static void
add_device (DroverWindow *window, gconstpointer data)
{
  GtkWidget *view;
  DroverDeviceRow *row;

  open_page (window, "devices");
  window_press (window, "Add Device…");
  wait_dialog (window);
  drover_test_until (window_says (find_dialog (window), "Plugs into"));
  window_picture (window, "things", "devices");
  search (window, "random virtio-rng");
  search (window, "virtio-rng-pci");
  drover_test_until (window_says (find_dialog (window), "virtio-rng-pci"));
  view = window_find_type (find_dialog (window), GTK_TYPE_LIST_VIEW);
  drover_test_until (g_list_model_get_n_items (
                       G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (view)))) < 9);
  g_signal_emit_by_name (view, "activate", 0);

  drover_test_until (window_find_type (find_dialog (window), DROVER_TYPE_DEVICE_EDITOR) != NULL);
  drover_test_until (!window_is_moving (window));
  window_picture (window, "things", "properties");
  drover_test_until (window_says (find_dialog (window), "+ -device virtio-rng-pci"));
  gtk_editable_set_text (GTK_EDITABLE (get_property (window, "max-bytes", GTK_TYPE_ENTRY)), "1024");
  drover_test_until (window_says (find_dialog (window), "max-bytes=1024"));
  gtk_editable_set_text (GTK_EDITABLE (get_property (window, "max-bytes", GTK_TYPE_ENTRY)), "x");
  drover_test_until (!window_can_press (find_dialog (window), "Add"));
  gtk_editable_set_text (GTK_EDITABLE (get_property (window, "max-bytes", GTK_TYPE_ENTRY)), "2048");
  gtk_drop_down_set_selected (
    GTK_DROP_DOWN (get_property (window, "multifunction", GTK_TYPE_DROP_DOWN)), 1);
  drover_test_until (window_says (find_dialog (window), "multifunction=on"));
  press_in (window, "Add");
  configuration_assert_argv (data,
                             "-device virtio-rng-pci,id=virtio-rng0,max-bytes=2048,multifunction=on");

  /* Any property of it, afterwards: back to the default, and another name. */
  row = get_row (window, DROVER_TYPE_DEVICE_ROW, "virtio-rng-pci");
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  drover_test_until (!window_is_moving (window));
  window_picture (window, "things", "device");
  press_row (row, "All Properties…");
  wait_dialog (window);
  g_assert_false (window_can_press (find_dialog (window), "Apply"));
  gtk_drop_down_set_selected (
    GTK_DROP_DOWN (get_property (window, "multifunction", GTK_TYPE_DROP_DOWN)), 0);
  gtk_editable_set_text (GTK_EDITABLE (get_property (window, "id", GTK_TYPE_ENTRY)), "dice");
  press_in (window, "Apply");
  configuration_assert_argv (data, "-device virtio-rng-pci,id=dice,max-bytes=2048");
}

static void
test_add_device (void)
{
  g_autofree char *file = window_put_machine ("subject", MACHINE (""));

  window_fixture_run (add_device, file);
  window_fixture_clean_up ();
}

/* Opens the chooser by BUTTON and in it the properties of TYPE. */
static void
choose_backend (DroverWindow *window, const char *button, const char *type)
{
  GtkWidget *view;

  window_press (window, button);
  wait_dialog (window);
  search (window, type);
  drover_test_until (window_says (find_dialog (window), type));
  view = window_find_type (find_dialog (window), GTK_TYPE_LIST_VIEW);
  drover_test_until (g_list_model_get_n_items (
                       G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (view)))) == 1);
  window_picture (window, "things", type);
  g_signal_emit_by_name (view, "activate", 0);
  drover_test_until (window_find_type (find_dialog (window), DROVER_TYPE_DEVICE_EDITOR) != NULL);
  drover_test_until (!window_is_moving (window));
}

/* The host's side of a port. Its keys are those of `-chardev`, not of QMP, and only its own. */
static void
add_character (DroverWindow *window, gconstpointer data)
{
  GtkWidget *entry;

  open_page (window, "devices");
  drover_test_until (window_says (window, "No character devices"));
  drover_test_until (window_says (window, "No objects"));
  window_picture (window, "things", "none");
  choose_backend (window, "Add Character Device…", "socket");
  drover_test_until (window_says (find_dialog (window), "+ -chardev socket"));
  gtk_editable_set_text (GTK_EDITABLE (get_property (window, "path", GTK_TYPE_ENTRY)), "a,b");
  gtk_drop_down_set_selected (
    GTK_DROP_DOWN (get_property (window, "server", GTK_TYPE_DROP_DOWN)), 1);
  entry = window_find_type (window_find_type (find_dialog (window), DROVER_TYPE_DEVICE_EDITOR),
                            GTK_TYPE_SEARCH_ENTRY);
  gtk_editable_set_text (GTK_EDITABLE (entry), "clipboard");
  drover_test_until (window_says (find_dialog (window), "No Such Property"));
  gtk_editable_set_text (GTK_EDITABLE (entry), "");
  drover_test_until (find_property (find_dialog (window), "path") != NULL);
  window_picture (window, "things", "socket-properties");
  press_in (window, "Add");
  configuration_assert_argv (data, "-chardev socket,id=socket0,path=a,,b,server=on");

  drover_test_until (!window_says (window, "No character devices"));
  adw_expander_row_set_expanded (
    ADW_EXPANDER_ROW (get_row (window, DROVER_TYPE_DEVICE_ROW, "socket")), TRUE);
  press_row (get_row (window, DROVER_TYPE_DEVICE_ROW, "socket"), "All Properties…");
  wait_dialog (window);
  gtk_editable_set_text (GTK_EDITABLE (get_property (window, "id", GTK_TYPE_ENTRY)), "line");
  press_in (window, "Apply");
  configuration_assert_argv (data, "-chardev socket,id=line,path=a,,b,server=on");
}

static void
test_add_character (void)
{
  g_autofree char *file = window_put_machine ("subject", MACHINE (""));

  window_fixture_run (add_character, file);
  window_fixture_clean_up ();
}

static void
add_object (DroverWindow *window, gconstpointer data)
{
  open_page (window, "devices");
  choose_backend (window, "Add Object…", "memory-backend-ram");
  drover_test_until (window_says (find_dialog (window), "+ -object memory-backend-ram"));
  gtk_editable_set_text (GTK_EDITABLE (get_property (window, "size", GTK_TYPE_ENTRY)), "64M");
  drover_test_until (window_says (find_dialog (window), "size=64M"));
  window_picture (window, "things", "object");
  press_in (window, "Add");
  configuration_assert_argv (data, "-object memory-backend-ram,id=memory-backend-ram0,size=64M");
  get_row (window, DROVER_TYPE_DEVICE_ROW, "memory-backend-ram");
  drover_test_until (!window_says (window, "No objects"));

  /* What this QEMU does not have may be had by another. */
  window_press (window, "Add Object…");
  wait_dialog (window);
  search (window, "magic");
  drover_test_until (window_says (find_dialog (window), "No Such Object"));
  g_assert_true (gtk_widget_activate (
    window_find_button (find_dialog (window), "Add “magic” Anyway")));
  drover_test_until (window_says (find_dialog (window), "This QEMU has no “magic”"));
  press_in (window, "Add");
  configuration_assert_argv (data, "-object memory-backend-ram,id=memory-backend-ram0,size=64M "
                                   "-object magic,id=magic0");
}

static void
test_add_object (void)
{
  g_autofree char *file = window_put_machine ("subject", MACHINE (""));

  window_fixture_run (add_object, file);
  window_fixture_clean_up ();
}

/* An id is new in all that speaks of it; JSON stays JSON; what QEMU does not know stays. */
static void
edit_device (DroverWindow *window, gconstpointer data)
{
  DroverDeviceRow *row;

  open_page (window, "devices");
  row = get_row (window, DROVER_TYPE_DEVICE_ROW, "virtio-serial-pci");
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  press_row (row, "All Properties…");
  wait_dialog (window);
  gtk_editable_set_text (GTK_EDITABLE (get_property (window, "id", GTK_TYPE_ENTRY)), "lines");
  drover_test_until (window_says (find_dialog (window), "bus=lines.0"));
  press_in (window, "Apply");
  configuration_assert_argv (
    data, "-device {\"driver\": \"virtio-serial-pci\", \"id\": \"lines\", \"max_ports\": 4} "
          "-chardev null,id=c -device virtconsole,bus=lines.0,chardev=c,wings=2 "
          "-device no-such-thing,a=b");

  row = get_row (window, DROVER_TYPE_DEVICE_ROW, "virtconsole");
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  drover_test_until (window_says (row, "virtconsole has no property “wings”"));
  row = get_row (window, DROVER_TYPE_DEVICE_ROW, "no-such-thing");
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  drover_test_until (window_says (row, "This QEMU has no device “no-such-thing”."));
  press_row (row, "All Properties…");
  wait_dialog (window);
  drover_test_until (find_property (find_dialog (window), "a") != NULL);
  window_picture (window, "things", "unknown");
  adw_dialog_close (ADW_DIALOG (find_dialog (window)));
}

static void
test_edit_device (void)
{
  g_autofree char *file = window_put_machine (
    "subject",
    MACHINE (ARGUMENT ("-device", "{\\\"driver\\\": \\\"virtio-serial-pci\\\", \\\"id\\\": "
                                  "\\\"s\\\", \\\"max_ports\\\": 4}") ","
             ARGUMENT ("-chardev", "null,id=c") ","
             ARGUMENT ("-device", "virtconsole,bus=s.0,chardev=c,wings=2") ","
             ARGUMENT ("-device", "no-such-thing,a=b")));

  window_fixture_run (edit_device, file);
  window_fixture_clean_up ();
}

/* All that this QEMU has */

static char *
get_output (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_newv (
    argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE, &error);
  char *output = NULL;

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  return output;
}

static gboolean
has_device (GListModel *list, const char *name)
{
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (DroverDeviceItem) item = g_list_model_get_item (list, i);

      if (g_str_equal (drover_device_item_get (item)->name, name))
        return TRUE;
    }

  return FALSE;
}

static gboolean
has_property (GListModel *list, const char *name)
{
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (DroverPropertyItem) item = g_list_model_get_item (list, i);

      if (g_str_equal (drover_property_item_get_name (item), name))
        return TRUE;
    }

  return FALSE;
}

static void
check_properties (DroverCatalogue *catalogue, const char *device)
{
  g_autofree char *help = g_strdup_printf ("%s,help", device);
  g_autofree char *output =
    get_output ((const char *const[]) { "qemu-system-x86_64", "-device", help, NULL });
  g_auto (GStrv) lines = g_strsplit (output, "\n", -1);
  g_autoptr (GPtrArray) arguments =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
  g_autoptr (GListStore) list = NULL;
  guint n = 0;

  g_ptr_array_add (arguments, drover_argument_new ("-device", device));
  list = drover_property_list_new (catalogue, arguments, 0);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *equals = strchr (lines[i], '=');
      g_autofree char *name =
        g_str_has_prefix (lines[i], "  ") && equals != NULL
          ? g_strndup (lines[i] + 2, equals - lines[i] - 2)
          : NULL;

      if (name == NULL || strchr (name, ' ') != NULL)
        continue;
      n++;
      if (!has_property (G_LIST_MODEL (list), name))
        g_error ("%s: %s is not in the editor", device, name);
    }
  g_test_message ("%s: %u properties", device, n);
  g_assert_cmpuint (n, >, 3);
}

static void
all_devices (DroverWindow *window, gconstpointer data)
{
  static const char *const some[] = { "virtio-blk-pci", "virtio-net-pci", "e1000", "qemu-xhci",
                                      "isa-serial", "virtio-serial-pci", "ide-hd", "usb-kbd" };
  g_autofree char *output =
    get_output ((const char *const[]) { "qemu-system-x86_64", "-device", "help", NULL });
  g_auto (GStrv) lines = g_strsplit (output, "\n", -1);
  DroverCatalogue *catalogue;
  g_autoptr (GListStore) list = NULL;
  guint n = 0;

  configuration_open (window);
  drover_test_until (configuration_has_catalogue (window));
  catalogue = drover_config_get_catalogue (
    drover_configuration_view_get_config (configuration_get (window)));
  list = drover_device_item_list (catalogue);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], "\"", 3);

      if (!g_str_has_prefix (lines[i], "name \""))
        continue;
      n++;
      if (!has_device (G_LIST_MODEL (list), words[1]))
        g_error ("%s is not in the list", words[1]);
    }
  g_test_message ("%u devices", n);
  g_assert_cmpuint (n, >, 100);
  for (guint i = 0; i < G_N_ELEMENTS (some); i++)
    check_properties (catalogue, some[i]);
}

static void
test_all_devices (void)
{
  g_autofree char *file = window_put_machine ("subject", MACHINE (""));

  window_fixture_run (all_devices, NULL);
  window_fixture_clean_up ();
}

/* Where it is narrow, and with what no form understands */

static const char ugly[] = MACHINE (
  ARGUMENT ("-hda", "a,,b.img") "," ARGUMENT ("-drive", "file=a,,b.qcow2,if=virtio,,") ","
  ARGUMENT ("-cdrom", "/nowhere/install.iso") "," ARGUMENT ("-drive", "if=none,id=alone") ","
  ARGUMENT ("-netdev", "user,id=n,hostfwd=nonsense,hostfwd=tcp::3-:4") ","
  ARGUMENT ("-device", "bogus,netdev=n,foo") ","
  ARGUMENT ("-netdev", "tap,id=t") "," ARGUMENT ("-nic", "none") ","
  ARGUMENT ("-device", "{\\\"driver\\\": \\\"e1000\\\", \\\"id\\\": 3}") ","
  ARGUMENT ("-device", "{\\\"driver\\\": ") "," ARGUMENT ("-device", "") ","
  ARGUMENT ("-device", "usb-kbd,id=k,id=k") "," ARGUMENT ("-device", "usb-mouse,id=k") ","
  ARGUMENT ("-object", "nothing,id=") "," ARGUMENT ("-chardev", "socket") ","
  ARGUMENT ("-serial", "mon:stdio") "," ARGUMENT ("-usbdevice", "tablet"));

static void
open_all (GtkWidget *root)
{
  if (ADW_IS_EXPANDER_ROW (root))
    adw_expander_row_set_expanded (ADW_EXPANDER_ROW (root), TRUE);
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    open_all (child);
}

static void
show_ugly (DroverWindow *window, gconstpointer data)
{
  static const char *const pages[] = { "disks", "network", "devices" };

  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      open_page (window, pages[i]);
      drover_test_until (!window_is_moving (window));
      window_picture (window, "things-closed", pages[i]);
      open_all (GTK_WIDGET (configuration_get (window)));
      open_all (GTK_WIDGET (configuration_get (window)));
      drover_test_until (!window_is_moving (window));
      window_picture (window, "things-open", pages[i]);
    }
}

static void
show_narrow (DroverWindow *window, gconstpointer data)
{
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (window)), <=, 400);
  show_ugly (window, data);
}

/* Of the check there is an icon, and words of their own when something is wrong. */
static void
check_narrow (DroverWindow *window, gconstpointer data)
{
  open_page (window, "memory");
  drover_test_until (!window_says (window, "Not checked yet"));
  g_assert_nonnull (window_find_button (window, "Check"));
  window_picture (window, "things-narrow", "unchecked");
  drover_configuration_view_check (configuration_get (window));
  drover_test_until (window_says (window, "QEMU refuses: "));
  window_picture (window, "things-narrow", "refused");
  window_resize (window, 1100, 720);
  /* The row of a device says which device it would be. */
  drover_test_until (window_says (window, "-device virtio-balloon-pci…"));
  window_picture (window, "things-narrow", "refused-wide");
}

static void
assert_says (const char *file, const char *expected)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

/* Every row of every part is made, and the file is not touched. */
static void
test_ugly (void)
{
  g_autofree char *file = window_put_machine ("subject", ugly);

  window_fixture_run (show_ugly, NULL);
  assert_says (file, ugly);
  window_fixture_clean_up ();
}

static void
test_narrow (void)
{
  g_autofree char *file = window_put_machine ("subject", ugly);
  g_autoptr (GSettings) settings = g_settings_new ("io.github.drover_vm.Drover");

  g_settings_set_int (settings, "window-width", 360);
  g_settings_set_int (settings, "window-height", 720);
  window_fixture_run (show_narrow, NULL);
  g_settings_reset (settings, "window-width");
  g_settings_reset (settings, "window-height");
  assert_says (file, ugly);
  window_fixture_clean_up ();
}

static void
test_check_narrow (void)
{
  g_autofree char *file = window_put_machine (
    "subject", MACHINE (ARGUMENT ("-device", "a-device-that-no-qemu-has-whatever-it-is")));
  g_autoptr (GSettings) settings = g_settings_new ("io.github.drover_vm.Drover");

  g_settings_set_int (settings, "window-width", 360);
  g_settings_set_int (settings, "window-height", 720);
  window_fixture_run (check_narrow, NULL);
  g_settings_reset (settings, "window-width");
  g_settings_reset (settings, "window-height");
  window_fixture_clean_up ();
}

/* Ids that are used twice are named where they stand. */
static void
twice (DroverWindow *window, gconstpointer data)
{
  DroverDeviceRow *row;

  open_page (window, "devices");
  row = get_row (window, DROVER_TYPE_DEVICE_ROW, "usb-mouse");
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  drover_test_until (window_says (row, "Its id is used twice"));
  row = get_row (window, DROVER_TYPE_DEVICE_ROW, "qemu-xhci");
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  drover_test_until (window_says (row, "All Properties…"));
  g_assert_false (window_says (row, "Its id is used twice"));
}

static void
test_twice (void)
{
  g_autofree char *file = window_put_machine (
    "subject", MACHINE (ARGUMENT ("-device", "qemu-xhci,id=usb") ","
                        ARGUMENT ("-device", "usb-kbd,id=k") ","
                        ARGUMENT ("-device", "usb-mouse,id=k")));

  window_fixture_run (twice, NULL);
  window_fixture_clean_up ();
}

/* A page that is out of sight is not told what changed, but its cards hear of checks. */
static void
out_of_sight (DroverWindow *window, gconstpointer data)
{
  g_autoptr (GPtrArray) arguments = NULL;
  DroverConfig *config;
  DroverDeviceRow *row;

  open_page (window, "devices");
  row = get_row (window, DROVER_TYPE_DEVICE_ROW, "usb-mouse");
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  configuration_show (window, "memory");
  drover_test_until (!gtk_widget_get_mapped (GTK_WIDGET (row)));

  config = drover_configuration_view_get_config (configuration_get (window));
  arguments = drover_arguments_copy (drover_config_get_arguments (config));
  g_ptr_array_insert (arguments, 0, drover_argument_new ("-snapshot", NULL));
  g_assert_true (drover_config_apply (config, arguments, "Add", NULL));
  g_object_notify (G_OBJECT (config), "check");
  g_object_notify (G_OBJECT (config), "catalogue");
  g_assert_cmpstr (adw_expander_row_get_subtitle (ADW_EXPANDER_ROW (row)), ==,
                   "-device usb-mouse,id=k");

  g_ptr_array_set_size (arguments, 0);
  g_assert_true (drover_config_apply (config, arguments, "Remove", NULL));
  g_object_notify (G_OBJECT (config), "check");
  configuration_show (window, "devices");
  drover_test_until (!has_row (window, DROVER_TYPE_DEVICE_ROW, "usb-mouse"));
}

static void
test_out_of_sight (void)
{
  g_autofree char *file = window_put_machine (
    "subject", MACHINE (ARGUMENT ("-device", "qemu-xhci,id=usb") ","
                        ARGUMENT ("-device", "usb-kbd,id=j") ","
                        ARGUMENT ("-device", "usb-mouse,id=k")));

  window_fixture_run (out_of_sight, NULL);
  window_fixture_clean_up ();
}

/* As many as an issue of ours promises to show without a stall. */
#define MANY 300

static void
many (DroverWindow *window, gconstpointer data)
{
  g_autoptr (GPtrArray) arguments = NULL;
  DroverConfig *config;
  GtkWidget *row;
  gint64 began;

  configuration_open (window);
  drover_test_until (configuration_has_catalogue (window));
  began = g_get_monotonic_time ();
  configuration_show (window, "devices");
  drover_test_until (has_row (window, DROVER_TYPE_DEVICE_ROW, "isa-debug-exit"));
  g_test_message ("opened %d devices in %" G_GINT64_FORMAT " ms", MANY,
                  (g_get_monotonic_time () - began) / 1000);

  /* All follow a change, and the same widgets show it. */
  config = drover_configuration_view_get_config (configuration_get (window));
  row = get_row (window, DROVER_TYPE_DEVICE_ROW, "isa-debug-exit");
  arguments = drover_arguments_copy (drover_config_get_arguments (config));
  g_ptr_array_remove_index (arguments, MANY / 2);
  began = g_get_monotonic_time ();
  g_assert_true (drover_config_apply (config, arguments, "Remove", NULL));
  g_test_message ("followed a change in %" G_GINT64_FORMAT " ms",
                  (g_get_monotonic_time () - began) / 1000);
  g_assert_true (get_row (window, DROVER_TYPE_DEVICE_ROW, "isa-debug-exit") == row);
}

static void
test_many (void)
{
  g_autoptr (GString) arguments = g_string_new (NULL);
  g_autofree char *text = NULL;
  g_autofree char *file = NULL;

  for (guint i = 0; i < MANY; i++)
    g_string_append_printf (arguments,
                            "{\"flag\":\"-device\",\"value\":\"isa-debug-exit,iobase=%u\"},",
                            1000 + i);
  text = g_strdup_printf (MACHINE ("%s{\"flag\":\"-nographic\"}"), arguments->str);
  file = window_put_machine ("subject", text);
  window_fixture_run (many, NULL);
  window_fixture_clean_up ();
}

/* Sharing */

#define SHARED "-chardev socket,id=virtiofs0,path=virtiofs.sock " \
               "-device vhost-user-fs-pci,id=share0,chardev=virtiofs0,tag=doc"

static void
share_folder (DroverWindow *window, gconstpointer data)
{
  GtkWidget *dialog;
  GtkWidget *row;
  AdwSwitchRow *memory;

  open_page (window, "sharing");
  window_press (window, "Share a Folder…");
  wait_dialog (window);
  dialog = find_dialog (window);
  type_into (dialog, "Folder of this computer", "/nowhere");
  drover_test_until (window_says (dialog, "There is no folder “/nowhere”"));
  g_assert_false (window_can_press (dialog, "Share"));
  type_into (dialog, "Folder of this computer", "/usr/share/doc");
  drover_test_until (window_says (dialog, "+ -chardev"));
  press_in (window, "Share");
  configuration_assert_argv (data, "-machine q35,memory-backend=shared-memory -m 64 -object "
                                   "memory-backend-memfd,id=shared-memory,size=64M,share=on "
                                   SHARED);

  row = get_row (window, DROVER_TYPE_SHARE_ROW, "/usr/share/doc");
  drover_test_until (window_says (row, "sudo mkdir -p /mnt/doc && sudo mount -t virtiofs -o rw doc "
                                       "/mnt/doc"));
  memory = get_row (window, ADW_TYPE_SWITCH_ROW, "Shared Memory");
  g_assert_true (adw_switch_row_get_active (memory));
  adw_switch_row_set_active (memory, FALSE);
  configuration_assert_argv (data, "-machine q35 -m 64 " SHARED);
  adw_switch_row_set_active (memory, TRUE);
  drover_test_until (adw_switch_row_get_active (memory));
}

static void
test_share (void)
{
  g_autofree char *file = window_put_machine (
    "subject", MACHINE (ARGUMENT ("-machine", "q35") "," ARGUMENT ("-m", "64")));

  window_fixture_run (share_folder, file);
  window_fixture_clean_up ();
}

int
main (int argc, char **argv)
{
  window_fixture_init (&argc, &argv);
  g_test_add_func ("/things/add-disk", test_add_disk);
  g_test_add_func ("/things/add-drives", test_add_drives);
  g_test_add_func ("/things/boot-order", test_boot_order);
  g_test_add_func ("/things/new-disk", test_new_disk);
  g_test_add_func ("/things/modernise", test_modernise);
  g_test_add_func ("/things/add-card", test_add_card);
  g_test_add_func ("/things/add-device", test_add_device);
  g_test_add_func ("/things/add-character", test_add_character);
  g_test_add_func ("/things/add-object", test_add_object);
  g_test_add_func ("/things/edit-device", test_edit_device);
  g_test_add_func ("/things/all-devices", test_all_devices);
  g_test_add_func ("/things/twice", test_twice);
  g_test_add_func ("/things/out-of-sight", test_out_of_sight);
  g_test_add_func ("/things/many", test_many);
  g_test_add_func ("/things/ugly", test_ugly);
  g_test_add_func ("/things/share", test_share);
  g_test_add_func ("/things/narrow", test_narrow);
  g_test_add_func ("/things/check-narrow", test_check_narrow);
  return drover_test_run ();
}
