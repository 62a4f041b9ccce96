/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "configuration-fixture.h"
#include "run-fixture.h"
#include "window-fixture.h"

#include "drover-changes-dialog.h"
#include "drover-editor.h"
#include "drover-hot.h"
#include "drover-machine-page.h"
#include "drover-media-button.h"
#include "drover-part-actions.h"

/* What can be changed about a machine that runs, from its page. */

static char *
ask_block (DroverWindow *window)
{
  g_autoptr (JsonNode) node = drover_test_await_boxed (
    drover_qmp_execute (drover_run_get_qmp (drover_window_get_run (window)), "query-block", NULL),
    NULL);

  return json_to_string (node, FALSE);
}

static gboolean
block_has (DroverWindow *window, const char *name)
{
  g_autofree char *text = ask_block (window);

  return strstr (text, name) != NULL;
}

static gboolean
file_has (DroverWindow *window, const char *text)
{
  DroverMachine *machine = drover_run_get_machine (drover_window_get_run (window));
  g_autofree char *content = NULL;

  g_assert_true (g_file_get_contents (drover_machine_get_file (machine), &content, NULL, NULL));
  return strstr (content, text) != NULL;
}

/* A machine with more arguments than the guest that needs no time to boot. Returns: its folder */
static char *
put_machine (const char *const *more)
{
  g_autofree char *file = window_put_guest ("quick");
  char *folder = g_path_get_dirname (file);
  g_autoptr (DroverMachine) machine = drover_machine_new (folder);
  g_autoptr (GPtrArray) arguments =
    drover_arguments_copy (drover_document_get_arguments (drover_machine_get_document (machine)));
  g_autoptr (DroverDocument) document = NULL;
  g_autofree char *zeroes = g_malloc0 (65536);

  for (guint i = 0; more[i] != NULL; i += more[i + 1] != NULL ? 2 : 1)
    g_ptr_array_add (arguments, drover_argument_new (more[i], more[i + 1]));
  for (const char *name = "abf"; *name != '\0'; name++)
    {
      const char base[] = { *name, '.', 'i', 's', 'o', '\0' };
      g_autofree char *path = g_build_filename (folder, base, NULL);

      g_assert_true (g_file_set_contents (path, zeroes, 65536, NULL));
    }
  document = drover_document_with_arguments (drover_machine_get_document (machine), arguments);
  g_assert_true (drover_machine_save (machine, document, NULL));
  return folder;
}

static DroverHot *
switch_on (DroverWindow *window)
{
  window_activate_row (window, 0);
  window_press (window, "Start");
  drover_test_until (window_row_says (window, 0, "Running"));
  return drover_hot_get_for_run (drover_window_get_run (window));
}

static void
switch_off (DroverWindow *window)
{
  window_press (window, "Force Off");
  window_press_in_dialog (window, "Force Off");
  drover_test_until (window_row_says (window, 0, "Off"));
}

/* --- media ------------------------------------------------------------------------------------ */

static char *
dup_attribute (GMenuModel *model, int item, const char *name)
{
  char *text = NULL;

  g_menu_model_get_item_attribute (model, item, name, "s", &text);
  return text;
}

static GtkWidget *
get_media (DroverWindow *window)
{
  drover_test_until (window_find_type (window, DROVER_TYPE_MEDIA_BUTTON) != NULL);
  return window_find_type (window, DROVER_TYPE_MEDIA_BUTTON);
}

static GtkMenuButton *
get_button (DroverWindow *window)
{
  return GTK_MENU_BUTTON (adw_bin_get_child (ADW_BIN (get_media (window))));
}

/* The menu, a drive a line: `LABEL|ITEM|ITEM`. */
static char *
describe_menu (DroverWindow *window)
{
  GMenuModel *menu = gtk_menu_button_get_menu_model (get_button (window));
  GString *text = g_string_new (NULL);

  for (int i = 0; i < g_menu_model_get_n_items (menu); i++)
    {
      g_autoptr (GMenuModel) section = g_menu_model_get_item_link (menu, i, G_MENU_LINK_SECTION);
      g_autofree char *label = dup_attribute (menu, i, G_MENU_ATTRIBUTE_LABEL);

      g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", label);
      for (int j = 0; j < g_menu_model_get_n_items (section); j++)
        {
          g_autofree char *item = dup_attribute (section, j, G_MENU_ATTRIBUTE_LABEL);

          g_string_append_printf (text, "|%s", item);
        }
    }

  return g_string_free_and_steal (text);
}

static void
assert_menu (DroverWindow *window, const char *expected)
{
  g_autofree char *found = describe_menu (window);

  g_assert_cmpstr (found, ==, expected);
}

/* What the item that comes at @item of the drive's does, as if it were chosen. */
static void
choose (DroverWindow *window, int drive, int item)
{
  GMenuModel *menu = gtk_menu_button_get_menu_model (get_button (window));
  g_autoptr (GMenuModel) section = g_menu_model_get_item_link (menu, drive, G_MENU_LINK_SECTION);
  g_autofree char *action = dup_attribute (section, item, G_MENU_ATTRIBUTE_ACTION);
  g_autoptr (GVariant) target =
    g_menu_model_get_item_attribute_value (section, item, G_MENU_ATTRIBUTE_TARGET, NULL);

  g_assert_true (gtk_widget_activate_action_variant (get_media (window), action, target));
}

static void
insert (DroverWindow *window, int drive, const char *file)
{
  GMenuModel *menu = gtk_menu_button_get_menu_model (get_button (window));
  g_autoptr (GMenuModel) section = g_menu_model_get_item_link (menu, drive, G_MENU_LINK_SECTION);
  g_autofree char *id = NULL;

  /* The file is chosen in a dialog that may be another program’s. */
  g_menu_model_get_item_attribute (section, 0, G_MENU_ATTRIBUTE_TARGET, "s", &id);
  drover_media_button_set_medium (DROVER_MEDIA_BUTTON (get_media (window)), id, file);
}

static void
change_media (DroverWindow *window, gconstpointer data)
{
  const char *folder = data;
  g_autofree char *b = g_build_filename (folder, "b.iso", NULL);
  g_autofree char *f = g_build_filename (folder, "f.iso", NULL);
  DroverHot *hot;

  window_activate_row (window, 0);
  g_assert_null (window_find_type (window, DROVER_TYPE_MEDIA_BUTTON));
  hot = switch_on (window);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (get_button (window)),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL, "CDs and Floppies");
  assert_menu (window, "CD: a.iso|_Insert Image…|_Eject\n"
                       "Floppy: empty|_Insert Image…");

  insert (window, 0, b);
  drover_test_until (window_says (window, "Insert “b.iso”: done in the running machine"));
  g_assert_true (block_has (window, "b.iso"));
  g_assert_false (block_has (window, "a.iso"));
  g_assert_true (file_has (window, "b.iso"));
  g_assert_false (file_has (window, "a.iso"));
  insert (window, 1, f);
  drover_test_until (block_has (window, "f.iso") && !drover_hot_is_busy (hot));
  assert_menu (window, "CD: b.iso|_Insert Image…|_Eject\n"
                       "Floppy: f.iso|_Insert Image…|_Eject");

  choose (window, 0, 1);
  drover_test_until (!block_has (window, "b.iso"));
  g_assert_false (file_has (window, "b.iso"));
  g_assert_true (file_has (window, "f.iso"));
  drover_test_until (!drover_hot_is_busy (hot));
  assert_menu (window, "CD: empty|_Insert Image…\n"
                       "Floppy: f.iso|_Insert Image…|_Eject");

  /* What QEMU refuses is saved all the same, and said. */
  insert (window, 0, "/no/such/a-name-that-is-too-long-for-a-menu-2026.1.iso");
  drover_test_until (window_says (window, ": takes effect at the next start"));
  g_assert_true (file_has (window, "too-long-for-a-menu"));
  assert_menu (window,
               "CD: a-name-that-…-2026.1.iso|_Insert Image…|_Eject|_Waits for the Next Start…\n"
               "Floppy: f.iso|_Insert Image…|_Eject");
  window_resize (window, 360, 720);
  gtk_menu_button_popup (get_button (window));
  drover_test_until (window_says (window, "Waits for the Next Start"));
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (gtk_menu_button_get_popover (
                     get_button (window)))), <, 360);
  gtk_menu_button_popdown (get_button (window));
  window_resize (window, 1100, 760);

  /* Why, and the button that tries it again. */
  choose (window, 0, 2);
  drover_test_until (window_says (window, "No such file"));
  g_assert_true (window_can_press (window, "Try Again"));
  adw_dialog_force_close (ADW_DIALOG (window_find_type (window, DROVER_TYPE_CHANGES_DIALOG)));
  switch_off (window);
  g_assert_null (window_find_type (window, DROVER_TYPE_MEDIA_BUTTON));
}

static void
test_media (void)
{
  g_autofree char *folder = put_machine (
    ARGUMENTS ("-drive", "file=a.iso,format=raw,media=cdrom", "-drive", "if=floppy"));

  window_fixture_run (change_media, folder);
  window_fixture_clean_up ();
}

/* --- starting anew ---------------------------------------------------------------------------- */

static void
change_memory (DroverWindow *window, const char *size)
{
  DroverEditor *editor =
    drover_editor_get_for_machine (drover_run_get_machine (drover_window_get_run (window)));
  g_autoptr (GPtrArray) arguments = drover_arguments_copy (drover_editor_get_arguments (editor));

  for (guint i = 0; i < arguments->len; i++)
    if (g_str_equal (drover_argument_get_option (arguments->pdata[i]), "m"))
      {
        g_ptr_array_remove_index (arguments, i);
        g_ptr_array_insert (arguments, i, drover_argument_new ("-m", size));
      }
  g_assert_true (drover_editor_apply_arguments (editor, arguments, "Change", NULL, NULL));
}

static gint64
ask_memory (DroverWindow *window)
{
  g_autoptr (JsonNode) node = drover_test_await_boxed (
    drover_qmp_execute (drover_run_get_qmp (drover_window_get_run (window)),
                        "query-memory-size-summary", NULL),
    NULL);

  return json_object_get_int_member (json_node_get_object (node), "base-memory") / 1024 / 1024;
}

static void
press_restart (DroverWindow *window, const char *how)
{
  GtkWidget *label;

  window_press (window, "Show…");
  drover_test_until ((label = window_find_label (window, "Restart the Machine Now")) != NULL);
  g_signal_emit_by_name (gtk_widget_get_ancestor (label, ADW_TYPE_BUTTON_ROW), "activated");
  window_press_in_dialog (window, how);
  adw_dialog_force_close (ADW_DIALOG (window_find_type (window, DROVER_TYPE_CHANGES_DIALOG)));
}

static gboolean
runs_anew (DroverWindow *window, int pid)
{
  DroverRun *run = drover_window_get_run (window);

  return drover_run_is_running (run) && drover_run_get_pid (run) != pid;
}

/* As it ends itself: see run-fixture.h. */
static void
end_guest (DroverWindow *window)
{
  DroverConsole *console = get_console (drover_window_get_run (window), 0);

  drover_console_write (console, "x", 1);
}

#define PENDING "When the guest has shut down, the machine starts again."

static void
restart (DroverWindow *window, gconstpointer data)
{
  DroverHot *hot = switch_on (window);
  DroverRun *run = drover_window_get_run (window);
  int pid = drover_run_get_pid (run);

  configuration_open (window);
  change_memory (window, "24");
  press_restart (window, "Cancel");
  g_assert_cmpint (drover_run_get_pid (run), ==, pid);

  /* Nothing is forced: this guest does not listen to its power button, and ends by itself. */
  press_restart (window, "Shut Down and Start");
  drover_test_until (window_says (window, PENDING));
  g_assert_true (drover_run_is_running (run));
  g_assert_cmpint (drover_run_get_pid (run), ==, pid);
  end_guest (window);
  drover_test_until (runs_anew (window, pid));
  g_assert_cmpint (ask_memory (window), ==, 24);
  g_assert_cmpuint (drover_hot_get_plan (hot)->steps->len, ==, 0);

  /* And it stays off once it is told to. */
  pid = drover_run_get_pid (run);
  change_memory (window, "20");
  press_restart (window, "Pull the Plug and Start");
  drover_test_until (runs_anew (window, pid));
  g_assert_cmpint (ask_memory (window), ==, 20);
  switch_off (window);
  window_draw (window, 10);
  g_assert_true (drover_run_is_off (run));
}

static void
test_restart (void)
{
  g_autofree char *folder = put_machine (ARGUMENTS (NULL));

  window_fixture_run (restart, folder);
  window_fixture_clean_up ();
}

/* What ends it otherwise, or says otherwise, ends the wait as well. */
static void
restart_dropped (DroverWindow *window, gconstpointer data)
{
  DroverRun *run;

  switch_on (window);
  run = drover_window_get_run (window);
  configuration_open (window);
  change_memory (window, "24");
  press_restart (window, "Shut Down and Start");
  drover_test_until (window_says (window, PENDING));
  switch_off (window);
  drover_test_until (!window_says (window, PENDING));
  window_draw (window, 10);
  g_assert_true (drover_run_is_off (run));

  /* By another program. */
  switch_on (window);
  change_memory (window, "20");
  press_restart (window, "Shut Down and Start");
  drover_test_until (window_says (window, PENDING));
  dex_future_disown (drover_qmp_execute (drover_run_get_qmp (run), "quit", NULL));
  drover_test_until (drover_run_is_off (run));
  drover_test_until (!window_says (window, PENDING));
  window_draw (window, 10);
  g_assert_true (drover_run_is_off (run));

  switch_on (window);
  change_memory (window, "24");
  press_restart (window, "Shut Down and Start");
  drover_test_until (window_says (window, PENDING));
  window_press (window, "Let It Stay Off");
  drover_test_until (!window_says (window, PENDING));
  end_guest (window);
  drover_test_until (drover_run_is_off (run));
  window_draw (window, 10);
  g_assert_true (drover_run_is_off (run));
}

/* QEMU would stay, and is ended: what was changed needs a new one. */
static void
restart_no_shutdown (DroverWindow *window, gconstpointer data)
{
  DroverRun *run;
  int pid;

  switch_on (window);
  run = drover_window_get_run (window);
  pid = drover_run_get_pid (run);
  configuration_open (window);
  change_memory (window, "24");
  press_restart (window, "Shut Down and Start");
  end_guest (window);
  drover_test_until (runs_anew (window, pid));
  g_assert_cmpint (ask_memory (window), ==, 24);
}

static void
test_restart_dropped (void)
{
  g_autofree char *folder = put_machine (ARGUMENTS (NULL));

  window_fixture_run (restart_dropped, folder);
  window_fixture_clean_up ();
}

static void
test_restart_no_shutdown (void)
{
  g_autofree char *folder = put_machine (ARGUMENTS ("-no-shutdown", NULL));

  window_fixture_run (restart_no_shutdown, folder);
  window_fixture_clean_up ();
}

/* --- devices ---------------------------------------------------------------------------------- */

static void
add_device (DroverWindow *window, const char *value)
{
  DroverEditor *editor =
    drover_editor_get_for_machine (drover_run_get_machine (drover_window_get_run (window)));
  g_autoptr (GPtrArray) arguments = drover_arguments_copy (drover_editor_get_arguments (editor));

  g_ptr_array_add (arguments, drover_argument_new ("-device", value));
  g_assert_true (drover_editor_apply_arguments (editor, arguments, "Add", NULL, NULL));
}

static void
ask_remove (DroverWindow *window, DroverConfig *config, const char *id, const char *words)
{
  drover_part_actions_remove (GTK_WIDGET (window), config, id);
  drover_test_until (window_says (window, words));
  window_press_in_dialog (window, "Cancel");
}

static void
devices (DroverWindow *window, gconstpointer data)
{
  DroverMachinePage *page;
  DroverConfig *config;
  g_autofree char *mouse = NULL;

  switch_on (window);
  page = DROVER_MACHINE_PAGE (window_find_type (window, DROVER_TYPE_MACHINE_PAGE));
  drover_machine_page_show_activity (page, "devices");
  drover_test_until (window_says (window, "pen0"));
  g_assert_false (window_says (window, "pen1"));

  /* QEMU does not say that a device came. */
  add_device (window, "usb-tablet,id=pen1");
  drover_test_until (window_says (window, "pen1"));

  /* What happens to the guest that runs depends on what can be taken from it. */
  config = drover_machine_page_show_configuration (page);
  ask_remove (window, config, "pen1", "keeps it until you choose “Remove Now”");
  mouse = g_strdup_printf ("device#%u", drover_config_get_arguments (config)->len - 2);
  ask_remove (window, config, mouse, "until the next start. It has no id");
  switch_off (window);
  ask_remove (window, config, "pen1", "The guest loses it at the next start.");
}

static void
test_devices (void)
{
  g_autofree char *folder =
    put_machine (ARGUMENTS ("-device", "qemu-xhci,id=usb", "-device", "usb-tablet,id=pen0",
                            "-device", "usb-mouse"));

  window_fixture_run (devices, folder);
  window_fixture_clean_up ();
}

int
main (int argc, char *argv[])
{
  window_fixture_init (&argc, &argv);
  g_test_add_func ("/running/media", test_media);
  g_test_add_func ("/running/restart", test_restart);
  g_test_add_func ("/running/restart-dropped", test_restart_dropped);
  g_test_add_func ("/running/restart-no-shutdown", test_restart_no_shutdown);
  g_test_add_func ("/running/devices", test_devices);
  return drover_test_run ();
}
