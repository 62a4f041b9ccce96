/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "configuration-fixture.h"
#include "run-fixture.h"
#include "window-fixture.h"

#include <string.h>

#include "drover-argument-row.h"
#include "drover-changes-dialog.h"
#include "drover-config-file-row.h"
#include "drover-numa-picture.h"
#include "drover-sections.h"

/* Trailing and doubled commas, bare words, repeats, opaque values, JSON, unknown options, an
 * argument that is switched off, members that this Drover does not know: all of it must be there
 * byte for byte afterwards. */
static const char ugly[] =
  "{\n"
  "  \"version\": 1,\n"
  "  \"uuid\": \"6d0f3c1e-0b1c-4f5e-8a52-3d2f6a0c9b77\",\n"
  "  \"name\": \"Ugly\",   \"program\": \"" QEMU "\",\n"
  "  \"colour\": [1, 2.0, {\"a\": null}],\n"
  "  \"arguments\": [\n"
  "    {\"flag\": \"--m\", \"value\": \"$RAM\"},\n"
  "    {\"flag\": \"-smp\", \"value\": \"2,,cores=2,\", \"shade\": \"blue\"},\n"
  "    {\"flag\": \"-boot\", \"value\": \"order=d\"},\n"
  "    {\"flag\": \"-boot\", \"value\": \"order=c\"},\n"
  "    {\"flag\": \"-cpu\", \"value\": \"nonsense,+a,-b,c=off,phys-bits=40\"},\n"
  "    {\"flag\": \"-numa\", \"value\": \"node,nodeid=0,cpus=0-x\"},\n"
  "    {\"flag\": \"-drive\", \"value\": \"file=a,,b.qcow2,if=virtio,,\"},\n"
  "    {\"flag\": \"-device\", \"value\": \"{"
  "\\\"driver\\\": \\\"virtio-net-pci\\\", \\\"id\\\": 3}\"},\n"
  "    {\"flag\": \"-netdev\", \"value\": \"user,id=n,hostfwd=tcp::1-:2,hostfwd=tcp::3-:4\"},\n"
  "    {\"flag\": \"-device\", \"value\": \"bogus,netdev=n,foo\"},\n"
  "    {\"flag\": \"-object\", \"value\": \"nothing,id=\"},\n"
  "    {\"flag\": \"-audiodev\", \"value\": \"none,id=a\"},\n"
  "    {\"flag\": \"-display\", \"value\": \"\"},\n"
  "    {\"flag\": \"-enable-kvm\"}, {\"flag\": \"-accel\", \"value\": \"tcg,thread=maybe\"},\n"
  "    {\"flag\": \"-frobnicate\", \"value\": \"how much\"}, {\"flag\": \"-nographic\"},\n"
  "    {\"flag\": \"-d\", \"value\": \"int\", \"enabled\": false, \"note\": \"much noise\"},\n"
  "    {\"value\": \"image with a space.img\"}\n"
  "  ]\n"
  "}\n";

#define MACHINE(arguments)                                                                \
  "{\"version\":1,\"uuid\":\"6d0f3c1e-0b1c-4f5e-8a52-3d2f6a0c9b77\",\"name\":\"Subject\"," \
  "\"program\":\"" QEMU "\",\"arguments\":[" arguments "]}"

static char *
read_file (const char *file)
{
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (file, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

/* A button without a name is nothing to who cannot see its picture. */
static gboolean
has_name (GtkWidget *button)
{
  GtkAccessible *accessible = GTK_ACCESSIBLE (button);

  return gtk_test_accessible_has_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL) ||
         gtk_test_accessible_has_relation (accessible, GTK_ACCESSIBLE_RELATION_LABELLED_BY) ||
         window_find_type (button, GTK_TYPE_LABEL) != NULL;
}

static void
assert_names (GtkWidget *root)
{
  if (!gtk_widget_get_mapped (root))
    return;

  /* The button within a menu button is told by the menu button’s name. */
  if ((GTK_IS_BUTTON (root) && !GTK_IS_MENU_BUTTON (gtk_widget_get_parent (root))) ||
      GTK_IS_MENU_BUTTON (root))
    {
      if (!has_name (root))
        g_test_message ("no name: %s “%s” in %s", G_OBJECT_TYPE_NAME (root),
                        gtk_widget_get_tooltip_text (root),
                        G_OBJECT_TYPE_NAME (gtk_widget_get_parent (root)));
      g_assert_true (has_name (root));
    }

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    assert_names (child);
}

/* Showing writes nothing */

static void
show_all (DroverWindow *window, gconstpointer data)
{
  const DroverSection *sections;
  guint n_sections;

  configuration_open (window);
  drover_test_until (configuration_has_catalogue (window));
  sections = drover_sections_list (&n_sections);
  for (guint i = 0; i < n_sections; i++)
    {
      configuration_show (window, sections[i].page);
      drover_test_until (!window_is_moving (window));
      assert_names (GTK_WIDGET (configuration_get (window)));
      window_picture (window, "ugly", sections[i].page);
    }
}

static void
test_showing_writes_nothing (void)
{
  g_autofree char *file = window_put_machine ("subject", ugly);
  g_autofree char *text = NULL;

  window_fixture_run (show_all, NULL);
  text = read_file (file);
  g_assert_cmpstr (text, ==, ugly);
  window_fixture_clean_up ();
}

/* Rows */

static void
type_in (DroverWindow *window, const char *setting, const char *text)
{
  GtkWidget *entry = configuration_find_in_row (window, setting, GTK_TYPE_ENTRY);

  gtk_editable_set_text (GTK_EDITABLE (entry), text);
}

static void
toggle (DroverWindow *window, const char *setting, const char *name)
{
  GtkWidget *group = configuration_find_in_row (window, setting, ADW_TYPE_TOGGLE_GROUP);

  adw_toggle_group_set_active_name (ADW_TOGGLE_GROUP (group), name);
}

/* Opens a row's list, searches for @value and presses Return. */
static void
choose (DroverWindow *window, const char *setting, const char *value)
{
  GtkWidget *button = configuration_find_in_row (window, setting, GTK_TYPE_MENU_BUTTON);
  GtkWidget *search;

  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  drover_test_until (window_find_type (button, GTK_TYPE_SEARCH_ENTRY) != NULL);
  search = window_find_type (button, GTK_TYPE_SEARCH_ENTRY);
  gtk_editable_set_text (GTK_EDITABLE (search), value);
  g_signal_emit_by_name (search, "search-changed");
  g_signal_emit_by_name (search, "activate");
}

static void
set_rows (DroverWindow *window, gconstpointer data)
{
  const char *file = data;
  GtkWidget *row;

  configuration_open (window);
  configuration_show (window, "memory");
  type_in (window, "memory.size", "8");
  configuration_assert_argv (file, "-m 8G -cpu qemu64,+avx");

  /* Half a number is not written. */
  type_in (window, "memory.size", "8.x");
  g_assert_true (gtk_widget_has_css_class (
    configuration_find_in_row (window, "memory.size", GTK_TYPE_ENTRY), "error"));
  configuration_assert_argv (file, "-m 8G -cpu qemu64,+avx");
  type_in (window, "memory.size", "8");
  type_in (window, "memory.slots", "3");
  configuration_assert_argv (file, "-m 8G,slots=3 -cpu qemu64,+avx");

  configuration_show (window, "cpu");
  drover_test_until (configuration_has_catalogue (window));
  choose (window, "cpu.model", "max");
  configuration_assert_argv (file, "-m 8G,slots=3 -cpu max,+avx");
  choose (window, "cpu.model", "of-my-own");
  configuration_assert_argv (file, "-m 8G,slots=3 -cpu of-my-own,+avx");
  drover_test_until (
    window_says (configuration_find_row (window, "cpu.model"), "Not in this QEMU"));

  toggle (window, "cpu.idle", "on");
  configuration_assert_argv (file, "-m 8G,slots=3 -cpu of-my-own,+avx -overcommit cpu-pm=on");
  toggle (window, "cpu.idle", "default");
  configuration_assert_argv (file, "-m 8G,slots=3 -cpu of-my-own,+avx");

  configuration_show (window, "memory");
  drover_test_until (configuration_find_row (window, "memory.slots") != NULL);
  row = configuration_find_row (window, "memory.slots");
  g_assert_true (gtk_widget_activate (window_find_button (row, "Back to the Default")));
  drover_test_until (window_find_button (row, "Back to the Default") == NULL);
  configuration_assert_argv (file, "-m 8G -cpu of-my-own,+avx");
}

static void
test_rows (void)
{
  g_autofree char *file = window_put_machine (
    "subject", MACHINE ("{\"flag\":\"-m\",\"value\":\"4G\"},"
                        "{\"flag\":\"-cpu\",\"value\":\"qemu64,+avx\"}"));

  window_fixture_run (set_rows, file);
  window_fixture_clean_up ();
}

/* What no row may overwrite */

static void
refuse (DroverWindow *window, gconstpointer data)
{
  GtkWidget *row;

  configuration_open (window);
  configuration_show (window, "memory");
  drover_test_until (configuration_find_row (window, "memory.size") != NULL);
  row = configuration_find_row (window, "memory.size");
  g_assert_true (window_says (row, "--m '$RAM'"));
  g_assert_false (gtk_widget_is_sensitive (window_find_type (row, GTK_TYPE_ENTRY)));
  g_assert_true (gtk_widget_activate (window_find_button (row, "Edit as Text")));
  drover_test_until (window_find_type (window, GTK_TYPE_TEXT_VIEW) != NULL);

  configuration_show (window, "boot");
  drover_test_until (configuration_find_row (window, "boot.order") != NULL);
  row = configuration_find_row (window, "boot.order");
  g_assert_true (window_says (row, "It is set more than once"));
}

static void
test_refusal (void)
{
  g_autofree char *file = window_put_machine ("subject", ugly);
  g_autofree char *text = NULL;

  window_fixture_run (refuse, NULL);
  text = read_file (file);
  g_assert_cmpstr (text, ==, ugly);
  window_fixture_clean_up ();
}

/* Undo */

static void
undo (DroverWindow *window, gconstpointer data)
{
  const char *file = data;

  configuration_open (window);
  configuration_show (window, "memory");
  g_assert_false (window_can_press (window, "Undo"));
  type_in (window, "memory.size", "1");
  type_in (window, "memory.size", "12");
  type_in (window, "memory.size", "128");
  configuration_assert_argv (file, "-m 128M");
  window_press (window, "Undo");
  configuration_assert_argv (file, "");
  drover_test_until (window_says (window, "Undone: Size"));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (
                     configuration_find_in_row (window, "memory.size", GTK_TYPE_ENTRY))),
                   ==, "");
  window_press (window, "Redo");
  configuration_assert_argv (file, "-m 128M");
}

static void
test_undo (void)
{
  g_autofree char *file = window_put_machine ("subject", MACHINE (""));

  window_fixture_run (undo, file);
  window_fixture_clean_up ();
}

/* A machine that runs */

/* No word of a dialog's heading may be wider than the dialog: GTK warns, which ends the test. */
#define LONG_NAME "averylongnamewithoutanyblankinitthatnodialogsheadingcouldhold"
#define BANNER "The machine is running: 1 change takes effect at its next start."
#define NEXT_START "Takes effect at the next start"

static void
edit_running (DroverWindow *window, gconstpointer data)
{
  window_activate_row (window, 0);
  window_press (window, "Start");
  drover_test_until (window_row_says (window, 0, "Running"));
  configuration_open (window);
  configuration_show (window, "memory");
  drover_test_until (configuration_find_row (window, "memory.slots") != NULL);
  g_assert_false (window_says (window, BANNER));
  drover_test_until (window_says (window, "The machine has no balloon. With the device "
                                          "virtio-balloon-pci its guest can give memory back while "
                                          "it runs."));
  type_in (window, "memory.slots", "2");
  drover_test_until (window_says (window, BANNER));
  g_assert_true (window_says (configuration_find_row (window, "memory.slots"), NEXT_START));
  g_assert_false (window_says (configuration_find_row (window, "memory.size"), NEXT_START));
  window_press (window, "Undo");
  drover_test_until (!window_says (window, BANNER));
  g_assert_false (window_says (window, NEXT_START));
  type_in (window, "memory.slots", "2");
  drover_test_until (window_says (window, BANNER));
  window_press (window, "Force Off");
  window_press_in_dialog (window, "Force Off");
  drover_test_until (!window_says (window, BANNER));
}

static void
test_running (void)
{
  g_autofree char *file = window_put_guest ("quick");

  window_fixture_run (edit_running, NULL);
  window_fixture_clean_up ();
}

static gboolean
block_has (DroverWindow *window, const char *name)
{
  g_autoptr (JsonNode) node = drover_test_await_boxed (
    drover_qmp_execute (drover_run_get_qmp (drover_window_get_run (window)), "query-block", NULL),
    NULL);
  g_autofree char *text = json_to_string (node, FALSE);

  return strstr (text, name) != NULL;
}

/* Another CD in the drive of a guest that runs: nothing while it is typed, at once with Enter. The
 * device that is taken away waits for a word. */
static void
change_running (DroverWindow *window, gconstpointer data)
{
  const char *folder = data;
  g_autofree char *b = g_build_filename (folder, "b.iso", NULL);
  DroverConfig *config;
  GtkWidget *entry;
  guint n;

  window_activate_row (window, 0);
  window_press (window, "Start");
  drover_test_until (window_row_says (window, 0, "Running"));
  configuration_open (window);
  configuration_show (window, "disks");
  config = configuration_get (window) != NULL
             ? drover_configuration_view_get_config (configuration_get (window)) : NULL;
  n = drover_config_get_arguments (config)->len;
  drover_config_select (config, n - 2, 0, 1);
  drover_test_until (configuration_find_row (window, "disk.image") != NULL);
  g_assert_true (block_has (window, "a.iso"));

  type_in (window, "disk.image", b);
  drover_test_until (window_says (window, "next start"));
  g_assert_true (block_has (window, "a.iso"));
  entry = configuration_find_in_row (window, "disk.image", GTK_TYPE_ENTRY);
  g_signal_emit_by_name (entry, "activate");
  drover_test_until (block_has (window, "b.iso"));
  drover_test_until (!window_says (window, "next start"));

  drover_test_until (window_find_label (window, "Eject") != NULL);
  g_signal_emit_by_name (
    gtk_widget_get_ancestor (window_find_label (window, "Eject"), ADW_TYPE_BUTTON_ROW), "activated");
  drover_test_until (!block_has (window, "b.iso"));

  /* Its own page has the device that follows. */
  {
    g_autoptr (GPtrArray) arguments =
      drover_arguments_copy (drover_config_get_arguments (config));

    g_ptr_array_remove_index (arguments, arguments->len - 1);
    g_assert_true (drover_config_apply (config, arguments, "Remove", NULL));
  }
  drover_test_until (window_says (window, "The machine is running: 1 change waits for you."));
  window_press (window, "Show…");
  window_press (window, "Remove Now");
  drover_test_until (drover_hot_get_plan (drover_config_get_hot (config))->steps->len == 0);
  adw_dialog_force_close (ADW_DIALOG (window_find_type (window, DROVER_TYPE_CHANGES_DIALOG)));
  window_press (window, "Force Off");
  window_press_in_dialog (window, "Force Off");
  drover_test_until (window_row_says (window, 0, "Off"));
}

static void
test_change_running (void)
{
  g_autofree char *file = window_put_guest ("quick");
  g_autofree char *folder = g_path_get_dirname (file);
  g_autofree char *a = g_build_filename (folder, "a.iso", NULL);
  g_autofree char *b = g_build_filename (folder, "b.iso", NULL);
  g_autoptr (DroverMachine) machine = drover_machine_new (folder);
  g_autoptr (GPtrArray) arguments =
    drover_arguments_copy (drover_document_get_arguments (drover_machine_get_document (machine)));
  g_autoptr (DroverDocument) document = NULL;
  g_autofree char *zeroes = g_malloc0 (65536);

  g_assert_true (g_file_set_contents (a, zeroes, 65536, NULL));
  g_assert_true (g_file_set_contents (b, zeroes, 65536, NULL));
  g_ptr_array_add (arguments, drover_argument_new ("-usb", NULL));
  g_ptr_array_add (arguments, drover_argument_new ("-cdrom", a));
  g_ptr_array_add (arguments, drover_argument_new ("-device", "usb-tablet,id=pen"));
  document = drover_document_with_arguments (drover_machine_get_document (machine), arguments);
  g_assert_true (drover_machine_save (machine, document, NULL));
  window_fixture_run (change_running, folder);
  window_fixture_clean_up ();
}

static guint
count_ports (DroverConfig *config)
{
  GPtrArray *arguments = drover_config_get_arguments (config);
  guint n = 0;

  for (guint i = 0; i < arguments->len; i++)
    {
      const char *value = drover_argument_get_value (arguments->pdata[i]);

      n += value != NULL && g_str_has_prefix (value, "pcie-root-port,");
    }

  return n;
}

/* A board whose root bus takes nothing while it runs: what can be done about it is a button. */
static void
add_ports (DroverWindow *window, gconstpointer data)
{
  DroverConfig *config;
  GtkWidget *dialog;

  window_activate_row (window, 0);
  window_press (window, "Start");
  drover_test_until (window_row_says (window, 0, "Running"));
  configuration_open (window);
  drover_test_until (configuration_get (window) != NULL);
  config = drover_configuration_view_get_config (configuration_get (window));
  {
    g_autoptr (GPtrArray) arguments =
      drover_arguments_copy (drover_config_get_arguments (config));

    g_ptr_array_add (arguments, drover_argument_new ("-device", "virtio-rng-pci,id=random0"));
    g_assert_true (drover_config_apply (config, arguments, "Add", NULL));
  }
  drover_test_until (window_says (window, BANNER));
  window_press (window, "Show…");
  drover_test_until ((dialog = window_find_type (window, DROVER_TYPE_CHANGES_DIALOG)) != NULL);
  drover_test_until (window_says (dialog, "does not support hotplugging. A free pcie-root-port"));
  drover_test_until (window_find_label (dialog, "Give It Two Free Ports From the Next Start On") !=
                     NULL);
  g_assert_cmpuint (count_ports (config), ==, 0);
  g_signal_emit_by_name (
    gtk_widget_get_ancestor (
      window_find_label (dialog, "Give It Two Free Ports From the Next Start On"),
      ADW_TYPE_BUTTON_ROW),
    "activated");
  drover_test_until (count_ports (config) == 2);
  drover_test_until (drover_hot_get_plan (drover_config_get_hot (config))->steps->len == 3);
  /* Once is enough. */
  drover_test_until (window_find_label (dialog, "Give It Two Free Ports From the Next Start On") ==
                     NULL);
  adw_dialog_force_close (ADW_DIALOG (dialog));
  window_press (window, "Force Off");
  window_press_in_dialog (window, "Force Off");
  drover_test_until (window_row_says (window, 0, "Off"));

  /* They are there, and what is added now goes into one. */
  {
    const char *const none[] = { NULL };
    g_autofree char *id = NULL;
    g_autoptr (GPtrArray) arguments =
      drover_parts_add (drover_config_get_arguments (config), "qemu-system-x86_64", "card", none,
                        &id, NULL);
    g_autoptr (DroverPart) part = drover_parts_find (arguments, id);

    g_assert_nonnull (strstr (drover_argument_get_value (arguments->pdata[part->scope.front]),
                              "bus=port0"));
  }
}

static void
test_add_ports (void)
{
  g_autofree char *file = window_put_machine (
    "express", "{\"version\":1,\"uuid\":\"5f1d4c38-8f0e-4a34-b0b8-61c5b7a3a1d2\","
               "\"name\":\"Express\",\"program\":\"qemu-system-x86_64\",\"arguments\":["
               "{\"flag\":\"-machine\",\"value\":\"q35\"},"
               "{\"flag\":\"-accel\",\"value\":\"tcg\"},{\"flag\":\"-m\",\"value\":\"16\"},"
               "{\"flag\":\"-net\",\"value\":\"none\"},{\"flag\":\"-nographic\"}]}");

  window_fixture_run (add_ports, NULL);
  window_fixture_clean_up ();
}

/* A guest that somebody else started, and edited before the page was opened. */
static void
edited_before (DroverWindow *window, gconstpointer data)
{
  window_activate_row (window, 0);
  drover_test_until (window_row_says (window, 0, "Running"));
  configuration_open (window);
  drover_test_until (window_says (window, BANNER));
  window_press (window, "Force Off");
  drover_test_until (window_says (window, "This pulls the plug of “" LONG_NAME "”. What the guest "
                                          "has not written to its disks yet is lost."));
  window_press_in_dialog (window, "Force Off");
  drover_test_until (!window_says (window, BANNER));
}

static void
test_edited_before (void)
{
  g_autofree char *file = window_put_guest (LONG_NAME);
  g_autofree char *folder = g_path_get_dirname (file);
  g_autoptr (DroverMachine) machine = drover_machine_new (folder);
  g_autoptr (DroverRun) run = drover_run_new (machine, DROVER_CTL_SOCKET);
  g_autoptr (GPtrArray) arguments =
    drover_arguments_copy (drover_document_get_arguments (drover_machine_get_document (machine)));
  g_autoptr (DroverDocument) document = NULL;

  g_assert_true (drover_test_await (drover_run_start (run, FALSE), NULL));
  g_clear_object (&run);
  g_ptr_array_add (arguments, drover_argument_new ("-name", "other"));
  document = drover_document_with_arguments (drover_machine_get_document (machine), arguments);
  g_assert_true (drover_machine_save (machine, document, NULL));
  window_fixture_run (edited_before, NULL);
  window_fixture_clean_up ();
}

/* A copied folder */

static void
renew_identity (DroverWindow *window, gconstpointer data)
{
  window_activate_row (window, 1);
  drover_test_until (window_says (window, "Two Machines With One Identity"));
  window_press (window, "Give It a New Identity");
  drover_test_until (window_row_says (window, 1, "Off"));
  g_assert_false (window_says (window, "Two Machines With One Identity"));
}

static void
test_copied (void)
{
  g_autofree char *file = window_put_machine ("subject", MACHINE (""));
  g_autofree char *copy = window_put_machine ("subject-copy", MACHINE (""));

  window_fixture_run (renew_identity, NULL);
  window_fixture_clean_up ();
}

/* A token opens its row */

static void
select_token (DroverWindow *window, gconstpointer data)
{
  DroverConfig *config;
  GtkWidget *row;

  configuration_open (window);
  config = drover_configuration_view_get_config (configuration_get (window));
  drover_config_select (config, 1, 4, 12);
  drover_test_until (configuration_find_row (window, "cpu.flags") != NULL);
  row = configuration_find_row (window, "cpu.flags");
  g_assert_true (gtk_widget_has_css_class (row, "chosen"));
  g_assert_false (
    gtk_widget_has_css_class (configuration_find_row (window, "cpu.model"), "chosen"));

  drover_config_select (config, 0, 0, 2);
  drover_test_until (configuration_find_row (window, "memory.size") != NULL);
  g_assert_true (
    gtk_widget_has_css_class (configuration_find_row (window, "memory.size"), "chosen"));
}

static void
test_selection (void)
{
  g_autofree char *file = window_put_machine (
    "subject", MACHINE ("{\"flag\":\"-m\",\"value\":\"4G\"},"
                        "{\"flag\":\"-cpu\",\"value\":\"max,avx2=off\"}"));

  window_fixture_run (select_token, NULL);
  window_fixture_clean_up ();
}

/* NUMA */

static void
processors (DroverWindow *window, gconstpointer data)
{
  configuration_open (window);
  configuration_show (window, "cpu");
  drover_test_until (window_says (window, "In all: 1 × 2 × 2 = 4"));
  g_assert_true (window_says (window, "These numbers do not match: there are to be 6."));
}

static void
test_processors (void)
{
  g_autofree char *file = window_put_machine (
    "subject", MACHINE ("{\"flag\":\"-smp\",\"value\":\"6,sockets=1,cores=2,threads=2\"}"));

  window_fixture_run (processors, file);
  window_fixture_clean_up ();
}

static void
numa (DroverWindow *window, gconstpointer data)
{
  const char *file = data;
  GtkWidget *picture;
  g_autofree char *difference = NULL;

  configuration_open (window);
  configuration_show (window, "cpu");
  drover_test_until (window_says (window, "In all: 2 × 2 = 4"));
  g_assert_true (window_says (window, "6 processors cannot be arranged like that."));
  drover_test_until (window_find_type (window, DROVER_TYPE_NUMA_PICTURE) != NULL);
  picture = window_find_type (window, DROVER_TYPE_NUMA_PICTURE);
  difference = gtk_test_accessible_check_property (
    GTK_ACCESSIBLE (picture), GTK_ACCESSIBLE_PROPERTY_LABEL,
    "Node 0: Processors 0-2, 5; 3.0 GiB of memory.\n"
    "Node 1: No processors of its own; 512.0 MiB of memory.\n",
    NULL);
  g_assert_cmpstr (difference, ==, NULL);
  drover_test_until (gtk_widget_get_height (picture) > 0);
  gtk_viewport_scroll_to (
    GTK_VIEWPORT (gtk_widget_get_ancestor (picture, GTK_TYPE_VIEWPORT)), picture, NULL);
  window_picture (window, "numa", "cpu");

  window_press (window, "Add Node");
  configuration_assert_argv (file, "-smp 6,cores=2,threads=2 "
                                   "-object memory-backend-ram,id=r,size=3G "
                                   "-numa node,cpus=0-2,cpus=5,memdev=r "
                                   "-numa node,nodeid=1,mem=512 -numa node,nodeid=2");
}

static void
test_numa (void)
{
  g_autofree char *file = window_put_machine (
    "subject",
    MACHINE ("{\"flag\":\"-smp\",\"value\":\"6,cores=2,threads=2\"},"
             "{\"flag\":\"-object\",\"value\":\"memory-backend-ram,id=r,size=3G\"},"
             "{\"flag\":\"-numa\",\"value\":\"node,cpus=0-2,cpus=5,memdev=r\"},"
             "{\"flag\":\"-numa\",\"value\":\"node,nodeid=1,mem=512\"}"));

  window_fixture_run (numa, file);
  window_fixture_clean_up ();
}

/* All properties of the machine */

static GtkWidget *
find_dialog (DroverWindow *window)
{
  return window_find_type (window, ADW_TYPE_DIALOG);
}

static void
properties (DroverWindow *window, gconstpointer data)
{
  const char *file = data;
  GtkWidget *row;

  configuration_open (window);
  configuration_show (window, "machine");
  drover_test_until (configuration_has_catalogue (window));
  row = configuration_find_row_called (window, "All Properties of This Machine");
  drover_test_until (gtk_widget_is_sensitive (row));
  g_assert_true (gtk_widget_activate (row));
  drover_test_until (find_dialog (window) != NULL &&
                     window_find_type (find_dialog (window), GTK_TYPE_SEARCH_ENTRY) != NULL);
  gtk_editable_set_text (
    GTK_EDITABLE (window_find_type (find_dialog (window), GTK_TYPE_SEARCH_ENTRY)), "hpet");
  drover_test_until (configuration_find_row (window, "machine-property.acpi") == NULL &&
                     configuration_find_row (window, "machine-property.hpet") != NULL);
  window_picture (window, "properties", "machine");
  toggle (window, "machine-property.hpet", "off");
  configuration_assert_argv (file, "-machine q35,hpet=off");
  adw_dialog_force_close (ADW_DIALOG (find_dialog (window)));
  drover_test_until (find_dialog (window) == NULL);
}

static void
test_properties (void)
{
  g_autofree char *file = window_put_machine (
    "subject", MACHINE ("{\"flag\":\"-machine\",\"value\":\"q35\"}"));

  window_fixture_run (properties, file);
  window_fixture_clean_up ();
}

/* Overview */

static void
rename_it (DroverWindow *window, gconstpointer data)
{
  configuration_open (window);
  drover_test_until (window_find_type (configuration_get (window), ADW_TYPE_ENTRY_ROW) != NULL);
  gtk_editable_set_text (
    GTK_EDITABLE (window_find_type (configuration_get (window), ADW_TYPE_ENTRY_ROW)), "Renamed");
  drover_test_until (window_row_says (window, 0, "Renamed"));
  window_press (window, "Undo");
  drover_test_until (window_row_says (window, 0, "Subject"));
}

static void
test_overview (void)
{
  g_autofree char *file = window_put_machine ("subject", MACHINE (""));

  window_fixture_run (rename_it, NULL);
  window_fixture_clean_up ();
}

/* Everything else */

static void
other_arguments (DroverWindow *window, gconstpointer data)
{
  const char *file = data;
  GtkWidget *row;

  configuration_open (window);
  configuration_show (window, "rest");
  drover_test_until (window_find_type (window, DROVER_TYPE_ARGUMENT_ROW) != NULL);
  row = window_find_type (window, DROVER_TYPE_ARGUMENT_ROW);
  g_assert_true (window_says (row, "-frobnicate much"));
  gtk_switch_set_active (GTK_SWITCH (window_find_type (row, GTK_TYPE_SWITCH)), FALSE);
  configuration_assert_argv (file, "-m 1G");
  drover_test_until (window_says (row, "Switched off"));
  gtk_switch_set_active (GTK_SWITCH (window_find_type (row, GTK_TYPE_SWITCH)), TRUE);
  configuration_assert_argv (file, "-frobnicate much -m 1G");
}

static void
test_other_arguments (void)
{
  g_autofree char *file = window_put_machine (
    "subject", MACHINE ("{\"flag\":\"-frobnicate\",\"value\":\"much\"},"
                        "{\"flag\":\"-m\",\"value\":\"1G\"}"));

  window_fixture_run (other_arguments, file);
  window_fixture_clean_up ();
}

/* A file of options is shown, and left as it is. */

#define OPTIONS "[device \"rng\"]\n  driver = \"virtio-rng-pci\"\n"

static void
config_file (DroverWindow *window, gconstpointer data)
{
  const char *file = data;
  g_autofree char *folder = g_path_get_dirname (file);
  g_autofree char *path = g_build_filename (folder, "my.cfg", NULL);
  g_autofree char *text = NULL;
  GtkWidget *row;

  g_assert_true (g_file_set_contents (path, OPTIONS, -1, NULL));
  configuration_open (window);
  configuration_show (window, "rest");
  drover_test_until (window_find_type (window, DROVER_TYPE_CONFIG_FILE_ROW) != NULL);
  row = window_find_type (window, DROVER_TYPE_CONFIG_FILE_ROW);
  g_assert_true (window_says (row, path));
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  drover_test_until (window_says (row, "virtio-rng-pci"));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, OPTIONS);
  configuration_assert_argv (file, "-readconfig my.cfg");

  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), FALSE);
  g_assert_cmpint (g_unlink (path), ==, 0);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  drover_test_until (window_says (row, "No such file"));
}

static void
test_config_file (void)
{
  g_autofree char *file = window_put_machine (
    "subject", MACHINE ("{\"flag\":\"-readconfig\",\"value\":\"my.cfg\"}"));

  window_fixture_run (config_file, file);
  window_fixture_clean_up ();
}

/* What the file says is shown on its page, and cannot be changed there. */

#define PARTS                                                                                       \
  "[memory]\n  size = \"2G\"\n[drive \"root\"]\n  if = \"none\"\n  file = \"root.raw\"\n"             \
  "[device \"vd\"]\n  driver = \"virtio-blk-pci\"\n  drive = \"root\"\n"                           \
  "[device \"rng\"]\n  driver = \"virtio-rng-pci\"\n"

static void
parts_of_file (DroverWindow *window, const char *file, const char *shape)
{
  static const char *const pages[] = { "memory", "disks", "devices", "rest" };
  static const char *const texts[] = { "From the file my.cfg", "from a file", "from a file",
                                       "gone.cfg" };
  g_autofree char *folder = g_path_get_dirname (file);
  g_autofree char *path = g_build_filename (folder, "my.cfg", NULL);

  g_assert_true (g_file_set_contents (path, PARTS, -1, NULL));
  configuration_open (window);
  drover_test_until (configuration_has_catalogue (window));
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      configuration_show (window, pages[i]);
      configuration_open_page (window);
      drover_test_until (!window_is_moving (window));
      drover_test_until (window_says (window, texts[i]));
      window_picture (window, shape, pages[i]);
    }
  configuration_assert_argv (file, "-readconfig my.cfg -nic user,model=e1000 -readconfig gone.cfg");
}

static void
parts_of_file_wide (DroverWindow *window, gconstpointer data)
{
  parts_of_file (window, data, "file");
}

static void
parts_of_file_narrow (DroverWindow *window, gconstpointer data)
{
  parts_of_file (window, data, "file-narrow");
}

#define WITH_FILES                                                                                  \
  MACHINE ("{\"flag\":\"-readconfig\",\"value\":\"my.cfg\"},"                                      \
           "{\"flag\":\"-nic\",\"value\":\"user,model=e1000\"},"                                   \
           "{\"flag\":\"-readconfig\",\"value\":\"gone.cfg\"}")

/* A narrow window shows the sections or a page, and the command line or these. */

static void
narrow (DroverWindow *window, gconstpointer data)
{
  const DroverSection *sections;
  guint n_sections;

  configuration_open (window);
  drover_test_until (configuration_has_catalogue (window));
  sections = drover_sections_list (&n_sections);
  drover_test_until (window_says (window, "Everything Else"));
  window_picture (window, "narrow", "sections");
  for (guint i = 0; i < n_sections; i++)
    {
      configuration_show (window, sections[i].page);
      configuration_open_page (window);
      drover_test_until (!window_is_moving (window));
      window_picture (window, "narrow", sections[i].page);
    }
  g_assert_true (window_can_press (window, "Check"));
  g_assert_nonnull (window_find_button (window, "Back"));
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (window)), <=, 400);
}

static void
test_narrow (void)
{
  g_autofree char *file = window_put_machine ("subject", ugly);
  g_autoptr (GSettings) settings = g_settings_new ("io.github.drover_vm.Drover");

  g_settings_set_int (settings, "window-width", 360);
  g_settings_set_int (settings, "window-height", 720);
  window_fixture_run (narrow, NULL);
  g_settings_reset (settings, "window-width");
  g_settings_reset (settings, "window-height");
  window_fixture_clean_up ();
}

static void
test_parts_of_file (void)
{
  g_autofree char *file = window_put_machine ("subject", WITH_FILES);
  g_autoptr (GSettings) settings = g_settings_new ("io.github.drover_vm.Drover");

  g_settings_set_int (settings, "window-width", 1100);
  window_fixture_run (parts_of_file_wide, file);
  g_settings_set_int (settings, "window-width", 360);
  g_settings_set_int (settings, "window-height", 720);
  window_fixture_run (parts_of_file_narrow, file);
  g_settings_reset (settings, "window-width");
  g_settings_reset (settings, "window-height");
  window_fixture_clean_up ();
}

/* What was typed a moment ago counts */

/* Whether QEMU has an argument that begins so. */
static gboolean
is_run_with (DroverRun *run, const char *word)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/cmdline", drover_run_get_pid (run));
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, NULL))
    return FALSE;

  for (gsize i = 0; i < length; i += strlen (text + i) + 1)
    if (g_str_has_prefix (text + i, word))
      return TRUE;

  return FALSE;
}

static void
open_memory (DroverWindow *window)
{
  configuration_open (window);
  configuration_show (window, "memory");
  drover_test_until (configuration_find_row (window, "memory.slots") != NULL);
}

static gboolean
file_says (const char *file, const char *text)
{
  g_autofree char *contents = read_file (file);

  return strstr (contents, text) != NULL;
}

static void
start_at_once (DroverWindow *window, gconstpointer data)
{
  open_memory (window);
  type_in (window, "memory.size", "24");
  g_assert_false (file_says (data, "\"24"));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.start", NULL);
  g_assert_true (file_says (data, "\"24"));
  drover_test_until (window_row_says (window, 0, "Running"));
  g_assert_true (is_run_with (drover_window_get_run (window), "24"));
  window_press (window, "Force Off");
  window_press_in_dialog (window, "Force Off");
  drover_test_until (window_can_press (window, "Start"));

  /* The second start is not checked first. */
  type_in (window, "memory.size", "32");
  g_assert_false (file_says (data, "\"32"));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.start", NULL);
  g_assert_true (file_says (data, "\"32"));
  drover_test_until (window_row_says (window, 0, "Running"));
  g_assert_true (is_run_with (drover_window_get_run (window), "32"));
  window_press (window, "Force Off");
  window_press_in_dialog (window, "Force Off");
  drover_test_until (window_row_says (window, 0, "Off"));
}

static void
test_start_at_once (void)
{
  g_autofree char *file = window_put_guest ("at-once");

  window_fixture_run (start_at_once, file);
  window_fixture_clean_up ();
}

static void
close_at_once (DroverWindow *window, gconstpointer data)
{
  open_memory (window);
  type_in (window, "memory.slots", "2");
  g_assert_false (file_says (data, "slots=2"));
  gtk_window_close (GTK_WINDOW (window));
  g_assert_true (file_says (data, "slots=2"));
}

static void
quit_at_once (DroverWindow *window, gconstpointer data)
{
  open_memory (window);
  type_in (window, "memory.slots", "3");
  g_assert_false (file_says (data, "slots=3"));
  gtk_widget_activate_action (GTK_WIDGET (window), "app.quit", NULL);
  g_assert_true (file_says (data, "slots=3"));
}

static void
test_close_at_once (void)
{
  g_autofree char *file = window_put_machine ("subject", MACHINE (""));

  window_fixture_run (close_at_once, file);
  window_fixture_run (quit_at_once, file);
  window_fixture_clean_up ();
}

/* Another program was quicker: the window stays, and so does what was typed, to be had back. */
static void
close_refused (DroverWindow *window, gconstpointer data)
{
  /* It is looked at until its dialog is gone. */
  g_autoptr (DroverWindow) kept = g_object_ref (window);

  open_memory (window);
  type_in (window, "memory.slots", "2");
  g_assert_true (g_file_set_contents (
    data, MACHINE ("{\"flag\":\"-m\",\"value\":\"1G\"}"), -1, NULL));
  gtk_window_close (GTK_WINDOW (window));
  drover_test_until (window_says (window, "Close Without Saving?"));
  g_assert_true (window_says (window, "was changed by another program"));
  window_press_in_dialog (window, "Cancel");
  configuration_assert_argv (data, "-m 1G");
  window_press (window, "Undo");
  configuration_assert_argv (data, "-m slots=2");

  type_in (window, "memory.slots", "3");
  g_assert_true (g_file_set_contents (data, MACHINE (""), -1, NULL));
  gtk_window_close (GTK_WINDOW (window));
  window_press_in_dialog (window, "Close Anyway");
}

static void
test_close_refused (void)
{
  g_autofree char *file = window_put_machine ("subject", MACHINE (""));

  window_fixture_run (close_refused, file);
  configuration_assert_argv (file, "");
  window_fixture_clean_up ();
}

int
main (int argc, char **argv)
{
  window_fixture_init (&argc, &argv);
  g_test_add_func ("/configuration/showing-writes-nothing", test_showing_writes_nothing);
  g_test_add_func ("/configuration/rows", test_rows);
  g_test_add_func ("/configuration/refusal", test_refusal);
  g_test_add_func ("/configuration/undo", test_undo);
  g_test_add_func ("/configuration/running", test_running);
  g_test_add_func ("/configuration/change-running", test_change_running);
  g_test_add_func ("/configuration/add-ports", test_add_ports);
  g_test_add_func ("/configuration/edited-before", test_edited_before);
  g_test_add_func ("/configuration/copied", test_copied);
  g_test_add_func ("/configuration/selection", test_selection);
  g_test_add_func ("/configuration/processors", test_processors);
  g_test_add_func ("/configuration/numa", test_numa);
  g_test_add_func ("/configuration/properties", test_properties);
  g_test_add_func ("/configuration/overview", test_overview);
  g_test_add_func ("/configuration/other-arguments", test_other_arguments);
  g_test_add_func ("/configuration/config-file", test_config_file);
  g_test_add_func ("/configuration/parts-of-file", test_parts_of_file);
  g_test_add_func ("/configuration/start-at-once", test_start_at_once);
  g_test_add_func ("/configuration/close-at-once", test_close_at_once);
  g_test_add_func ("/configuration/close-refused", test_close_refused);
  g_test_add_func ("/configuration/narrow", test_narrow);
  return drover_test_run ();
}
