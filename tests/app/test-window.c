/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "configuration-fixture.h"
#include "drover-activity.h"
#include "drover-dex.h"
#include "drover-events-page.h"
#include "drover-graph.h"
#include "drover-graphs-page.h"
#include "run-fixture.h"
#include "window-fixture.h"
#include "x-windows.h"

#include "drover-console-pane.h"
#include "drover-monitor-view.h"
#include "drover-preferences-dialog.h"
#include "drover-terminal.h"
#include "drover-user-monitor.h"

#define MACHINE(program, arguments)                                                      \
  "{\"version\":1,\"uuid\":\"6d0f3c1e-0b1c-4f5e-8a52-3d2f6a0c9b77\",\"name\":\"Subject\"," \
  "\"program\":\"" program "\",\"arguments\":[" arguments "]}"

/* droverctl beside the window, in the same folders. */
static void
ctl (const char *command, const char *machine)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) program =
    g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, DROVERCTL, command, machine, NULL);

  g_assert_no_error (error);
  g_subprocess_wait_check (program, NULL, &error);
  g_assert_no_error (error);
}

/* Not one of the window's own buttons, which GTK names. */
static gboolean
is_ours (GtkWidget *button)
{
  return gtk_widget_get_ancestor (button, GTK_TYPE_WINDOW_CONTROLS) == NULL;
}

static gboolean
has_text (GtkWidget *widget)
{
  GtkWidget *label = window_find_type (widget, GTK_TYPE_LABEL);

  return label != NULL && *gtk_label_get_text (GTK_LABEL (label)) != '\0';
}

/* The button inside a GtkMenuButton is nobody's business; the GtkMenuButton has the name. */
static void
assert_named (GtkWidget *widget, guint *n_icons)
{
  gboolean is_menu = GTK_IS_MENU_BUTTON (widget);

  if (!gtk_widget_get_mapped (widget))
    return;

  if ((is_menu || GTK_IS_BUTTON (widget)) && is_ours (widget) && !has_text (widget))
    {
      GtkAccessible *accessible = GTK_ACCESSIBLE (widget);
      const char *tooltip = gtk_widget_get_tooltip_text (widget);

      g_assert_true (
        gtk_test_accessible_has_property (accessible, GTK_ACCESSIBLE_PROPERTY_LABEL));
      g_assert_nonnull (tooltip);
      g_test_message ("%s: %s", G_OBJECT_TYPE_NAME (widget), tooltip);
      ++*n_icons;
    }

  for (GtkWidget *child = is_menu ? NULL : gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    assert_named (child, n_icons);
}

static void
names (DroverWindow *window, gconstpointer data)
{
  guint n_start_page = 0;
  guint n_machine = 0;

  drover_test_until (window_row_says (window, 0, "quick"));
  assert_named (GTK_WIDGET (window), &n_machine);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.start-page", NULL);
  drover_test_until (window_find_button (window, "Hello World on x86-64") != NULL);
  drover_test_until (window_find_button (window, "Start") == NULL);
  assert_named (GTK_WIDGET (window), &n_start_page);

  /* Six for the power, the two menus, New Machine, and Downloads. */
  g_assert_cmpuint (n_machine, ==, 10);
  g_assert_cmpuint (n_start_page, ==, 3);
}

static void
test_names (void)
{
  g_autofree char *file = window_put_guest ("quick");

  window_fixture_run (names, NULL);
  window_fixture_clean_up ();
}

static void
empty (DroverWindow *window, gconstpointer data)
{
  g_assert_true (window_says (window, "No Machines Yet"));
  g_assert_true (window_can_press (window, "Hello World on Arm (64-bit)"));
  g_assert_true (window_can_press (window, "Hello World on x86-64"));
  g_assert_null (window_find_button (window, "Start"));
  g_assert_null (drover_window_get_run (window));
}

static void
test_empty (void)
{
  window_fixture_run (empty, NULL);
}

static void
live (DroverWindow *window, gconstpointer data)
{
  g_autofree char *file = NULL;

  /* Made, started, paused, ended and deleted by somebody else. */
  g_assert_true (window_says (window, "No Machines Yet"));
  file = window_put_guest ("quick");
  drover_test_until (window_row_says (window, 0, "Off"));
  window_activate_row (window, 0);
  ctl ("start", "quick");
  drover_test_until (window_row_says (window, 0, "Running"));
  drover_test_until (window_terminal_has (window, "aaa"));
  window_type (window, "q");
  drover_test_until (window_terminal_has (window, "quiet"));
  ctl ("pause", "quick");
  drover_test_until (window_can_press (window, "Resume"));
  g_assert_true (window_row_says (window, 0, "Paused"));
  ctl ("resume", "quick");
  drover_test_until (window_can_press (window, "Pause"));

  /* From elsewhere, to the console at once. */
  configuration_open (window);
  drover_test_until (window_find_type (window, VTE_TYPE_TERMINAL) == NULL);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.show-terminal", NULL));
  drover_test_until (VTE_IS_TERMINAL (gtk_window_get_focus (GTK_WINDOW (window))));
  drover_test_until (window_terminal_has (window, "quiet"));
  ctl ("stop", "quick");
  drover_test_until (window_row_says (window, 0, "Off"));
  ctl ("delete", "quick");
  drover_test_until (window_says (window, "No Machines Yet"));
}

static void
test_live (void)
{
  window_fixture_run (live, NULL);
  window_fixture_clean_up ();
}

static void
start_and_close (DroverWindow *window, gconstpointer data)
{
  window_press (window, "Start");
  drover_test_until (window_terminal_has (window, "aaa"));
  window_type (window, "q");
  drover_test_until (window_terminal_has (window, "quiet"));
  window_type (window, "remember");
  drover_test_until (window_terminal_has (window, "remember"));
  g_assert_true (any_process_left ());
}

static void
adopt (DroverWindow *window, gconstpointer data)
{
  drover_test_until (window_row_says (window, 0, "Running"));
  drover_test_until (window_terminal_has (window, "remember"));
  window_type (window, " and more");
  drover_test_until (window_terminal_has (window, "remember and more"));

  /* `x` ends the guest, from inside. */
  window_type (window, "x");
  drover_test_until (window_row_says (window, 0, "Off"));
  drover_test_until (window_says (window, "The guest shut itself down."));
}

static void
test_close_and_adopt (void)
{
  g_autofree char *file = window_put_guest ("quick");

  window_fixture_run (start_and_close, NULL);
  g_assert_true (any_process_left ());
  window_fixture_run (adopt, NULL);
  g_assert_false (any_process_left ());
  window_fixture_clean_up ();
}

static void
broken (DroverWindow *window, gconstpointer data)
{
  const char *file = data;
  g_autofree char *text = NULL;
  g_autofree char *whole = NULL;

  drover_test_until (window_row_says (window, 0, "File is broken"));
  g_assert_true (window_says (window, "The Machine’s File Is Broken"));
  g_assert_true (window_says (window, file));
  window_assert_usable (window, "Start", FALSE, "The machine’s file is broken");
  window_assert_usable (window, "Force Off", FALSE, "The machine is off");
  g_assert_null (window_find_button (window, "Try Again"));

  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "{ \"version\": 1, not JSON\n");

  /* Once it is mended, the machine is back. */
  whole = window_put_machine ("subject", MACHINE (QEMU, "{\"flag\":\"-nographic\"}"));
  drover_test_until (window_row_says (window, 0, "Subject"));
  drover_test_until (window_can_press (window, "Start"));
  g_assert_true (window_says (window, QEMU " -nographic"));
}

static void
test_broken (void)
{
  g_autofree char *file = window_put_machine ("subject", "{ \"version\": 1, not JSON\n");

  window_fixture_run (broken, file);
  window_fixture_clean_up ();
}

static void
see_failure (DroverWindow *window, const char *message)
{
  drover_test_until (window_says (window, "QEMU Failed") || window_says (window, "Failed"));
  drover_test_until (window_says (window, message));
  g_assert_true (window_row_says (window, 0, "Failed"));
  window_assert_usable (window, "Force Off", FALSE, "The machine is off");

  /* And that is not the end of it. */
  window_press (window, "Try Again");
  drover_test_until (!window_says (window, message));
  drover_test_until (window_says (window, message));
  window_assert_usable (window, "Start", TRUE, NULL);
}

static void
fail (DroverWindow *window, gconstpointer data)
{
  window_press (window, "Start");
  see_failure (window, data);
}

/* The first time QEMU is asked before; see test-import-dialog.c. */
static void
fail_against_advice (DroverWindow *window, gconstpointer data)
{
  window_press (window, "Start");
  window_press_in_dialog (window, "Start Anyway");
  see_failure (window, data);
}

static void
test_failed_start (void)
{
  g_autofree char *file = window_put_machine (
    "subject", MACHINE (QEMU, "{\"flag\":\"-kernel\",\"value\":\"/nowhere/vmlinuz\"},"
                              "{\"flag\":\"-nographic\"}"));

  window_fixture_run (fail_against_advice, "/nowhere/vmlinuz");
  g_assert_false (any_process_left ());
  window_fixture_clean_up ();
}

/* No such QEMU exists, so it is installed nowhere; its package is told by its beginning. */
static void
test_missing_program (void)
{
  g_autofree char *file =
    window_put_machine ("subject", MACHINE ("qemu-system-sparc-absent", ""));

  window_fixture_run (fail, "qemu-system-sparc-absent is not installed. Debian and Ubuntu have "
                            "it in the package qemu-system-sparc");
  window_fixture_clean_up ();
}

static void
activate (DroverWindow *window, const char *action)
{
  g_assert_true (gtk_widget_activate_action (window_find_type (window, VTE_TYPE_TERMINAL), action,
                                             NULL));
}

static void
narrow (DroverWindow *window, gconstpointer data)
{
  GtkAdjustment *tabs;
  GtkWidget *switcher;
  GtkWidget *button;

  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (window)), <=, 400);

  /* The list first, then the machine, with its buttons below. */
  drover_test_until (window_row_says (window, 0, "quick"));
  g_assert_null (window_find_button (window, "Start"));
  window_activate_row (window, 0);
  drover_test_until (window_can_press (window, "Pause") || window_can_press (window, "Start"));
  button = window_find_button (window, "Force Off");
  g_assert_nonnull (button);
  g_assert_null (gtk_widget_get_ancestor (button, ADW_TYPE_HEADER_BAR));

  /* All consoles' tabs are seen; what else finds makes room for them. */
  window_press (window, "Start");
  drover_test_until (window_find_type (window, VTE_TYPE_TERMINAL) != NULL);
  switcher = window_find_type (window, ADW_TYPE_INLINE_VIEW_SWITCHER);
  tabs = gtk_scrolled_window_get_hadjustment (
    GTK_SCROLLED_WINDOW (gtk_widget_get_ancestor (switcher, GTK_TYPE_SCROLLED_WINDOW)));
  drover_test_until (window_find_button (window, "QMP") != NULL);
  drover_test_until (window_find_button (window, "Find in the Console") == NULL);
  drover_test_until (gtk_adjustment_get_page_size (tabs) > 0 &&
                     gtk_adjustment_get_upper (tabs) <= gtk_adjustment_get_page_size (tabs));
  activate (window, "console.find");
  drover_test_until (window_find_type (window, GTK_TYPE_SEARCH_ENTRY) != NULL);
}

static void
test_narrow (void)
{
  g_autofree char *file = window_put_guest ("quick");
  g_autoptr (GSettings) settings = g_settings_new ("io.github.drover_vm.Drover");

  g_settings_set_int (settings, "window-width", 360);
  g_settings_set_int (settings, "window-height", 640);
  window_fixture_run (narrow, NULL);
  g_settings_reset (settings, "window-width");
  g_settings_reset (settings, "window-height");
  window_fixture_clean_up ();
}

#define SECTORS 23

static guint64
get_counter (DroverActivity *activity, DroverActivityKind kind, const char *id)
{
  DroverSeries *series = drover_activity_find_series (activity, kind, id);

  return series != NULL ? drover_series_get_counter (series) : 0;
}

static gboolean
passed_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Nothing is measured and nothing asked of QEMU while the graphs are not seen. */
static void
assert_silent (DroverRun *run)
{
  DroverActivity *activity = drover_activity_get_for_run (run);
  guint64 n_commands;
  gboolean passed = FALSE;

  drover_test_until (!drover_activity_is_sampling (activity));
  n_commands = drover_qmp_get_n_commands (drover_run_get_qmp (run));
  g_timeout_add (250, passed_cb, &passed);
  drover_test_until (passed);
  g_assert_cmpuint (drover_qmp_get_n_commands (drover_run_get_qmp (run)), ==, n_commands);
}

static gboolean
shows_events (DroverWindow *window, const char *expected)
{
  GtkWidget *page = window_find_type (window, DROVER_TYPE_EVENTS_PAGE);
  GListModel *shown = page != NULL ? drover_events_page_get_shown (DROVER_EVENTS_PAGE (page)) : NULL;
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; shown != NULL && i < g_list_model_get_n_items (shown); i++)
    {
      g_autoptr (DroverEvent) event = g_list_model_get_item (shown, i);

      g_string_append_printf (names, "%s ", drover_event_get_name (event) != NULL
                                              ? drover_event_get_name (event) : "-");
    }

  return g_str_equal (names->str, expected);
}

static void
activity (DroverWindow *window, gconstpointer data)
{
  DroverActivity *measured;
  DroverRun *run;
  GtkWidget *search;

  window_activate_row (window, 0);
  run = drover_window_get_run (window);
  measured = drover_activity_get_for_run (run);
  drover_activity_set_interval (measured, 20);
  drover_test_until (window_can_press (window, "Start"));
  window_press (window, "Start");
  drover_test_until (drover_run_is_running (run));
  drover_test_until (window_row_says (window, 0, "emulated"));
  assert_silent (run);

  window_press (window, "Activity");
  drover_test_until (window_find_type (window, DROVER_TYPE_GRAPH) != NULL);
  drover_test_until (get_counter (measured, DROVER_ACTIVITY_DISK_BYTES, "disk0-read") ==
                     SECTORS * 512);
  drover_test_until (get_counter (measured, DROVER_ACTIVITY_DISK_OPERATIONS, "disk0-read") ==
                     SECTORS);
  drover_test_until (window_says (window, "disk0 · read"));
  drover_test_until (window_says (window, "QEMU as a whole"));
  g_assert_cmpfloat (
    drover_graph_get_top (DROVER_GRAPH (window_find_type (window, DROVER_TYPE_GRAPH))), >=, 100);
  window_press (window, "10 min");
  window_picture (window, "window", "graphs");

  window_press (window, "Pause");
  drover_test_until (window_can_press (window, "Resume"));
  window_press (window, "Resume");
  drover_test_until (window_can_press (window, "Pause"));
  window_press (window, "Events");
  assert_silent (run);
  drover_test_until (shows_events (window, "- RESUME STOP RESUME "));
  drover_test_until (window_says (window, "The guest’s processors stand still."));

  search = window_find_type (window, GTK_TYPE_SEARCH_ENTRY);
  gtk_editable_set_text (GTK_EDITABLE (search), "still");
  drover_test_until (shows_events (window, "STOP "));
  g_signal_emit_by_name (window_find_type (window, GTK_TYPE_LIST_VIEW), "activate", 0);
  drover_test_until (window_find_button (window, "Copy This Message") != NULL);
  gtk_editable_set_text (GTK_EDITABLE (search), "no such thing");
  drover_test_until (window_says (window, "Nothing Found"));

  drover_dex_forget (drover_run_force_off (run));
  drover_test_until (drover_run_is_off (run));
}

static void
test_activity (void)
{
  g_autofree char *file = window_put_busy_guest ("busy", SECTORS);

  window_fixture_run (activity, NULL);
  window_fixture_clean_up ();
}

/* --- one application, one guest -------------------------------------------------------------------- */

static guint
count_windows (void)
{
  GApplication *application = g_application_get_default ();
  guint n = 0;

  for (GList *at = gtk_application_get_windows (GTK_APPLICATION (application)); at; at = at->next)
    n++;
  return n;
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
activated_cb (GApplication *application, guint *n_activated)
{
  ++*n_activated;
}

/* A second program on the same bus shows the first one's window, and is done. */
static void
start_second (DroverWindow *window, gconstpointer data)
{
  g_autoptr (GSubprocess) second = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ended = FALSE;
  guint n_activated = 0;

  window_press (window, "Start");
  drover_test_until (window_row_says (window, 0, "Running"));
  gtk_widget_set_visible (GTK_WIDGET (window), FALSE);
  g_signal_connect (g_application_get_default (), "activate", G_CALLBACK (activated_cb),
                    &n_activated);
  second = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, DROVER, NULL);
  g_assert_no_error (error);
  g_subprocess_wait_async (second, NULL, ended_cb, &ended);
  drover_test_until (ended);
  g_assert_true (g_subprocess_get_if_exited (second));
  g_assert_cmpint (g_subprocess_get_exit_status (second), ==, 0);
  drover_test_until (n_activated == 1 && gtk_widget_get_mapped (GTK_WIDGET (window)));
  g_signal_handlers_disconnect_by_data (g_application_get_default (), &n_activated);
  g_assert_cmpuint (count_windows (), ==, 1);
  g_assert_true (window_row_says (window, 0, "Running"));
  drover_dex_forget (drover_run_force_off (drover_window_get_run (window)));
  drover_test_until (drover_run_is_off (drover_window_get_run (window)));
}

static void
test_second (void)
{
  g_autofree char *file = window_put_guest ("quick");

  window_fixture_run (start_second, NULL);
  window_fixture_clean_up ();
}

/* Two machines with one disk: who has it is said, and shown. */
static void
image_in_use (DroverWindow *window, gconstpointer data)
{
  drover_test_until (window_count_rows (window) == 2);
  window_activate_row (window, 0);
  window_press (window, "Start");
  drover_test_until (window_row_says (window, 0, "Running"));
  window_activate_row (window, 1);
  drover_test_until (g_str_equal (
    drover_machine_get_name (drover_run_get_machine (drover_window_get_run (window))), "two"));
  window_press (window, "Start");
  drover_test_until (window_says (window, "is in use by the machine “one”"));
  g_assert_true (window_says (window, data));
  g_assert_true (drover_run_is_off (drover_window_get_run (window)));
  window_picture (window, "window", "in-use");

  window_press (window, "Show That Machine");
  drover_test_until (g_str_equal (
    drover_machine_get_name (drover_run_get_machine (drover_window_get_run (window))), "one"));
  drover_test_until (window_can_press (window, "Force Off"));
  window_press (window, "Force Off");
  window_press_in_dialog (window, "Force Off");
  drover_test_until (window_row_says (window, 0, "Off"));

  window_activate_row (window, 1);
  window_press (window, "Try Again");
  drover_test_until (window_row_says (window, 1, "Running"));
}

static void
test_image_in_use (void)
{
  g_autofree char *image = g_build_filename (drover_test_dir (), "shared.img", NULL);
  g_autofree char *zeros = g_malloc0 (65536);
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  g_autoptr (GError) error = NULL;

  g_file_set_contents (image, zeros, 65536, &error);
  g_assert_no_error (error);
  one = window_put_guest_with ("one", ARGUMENTS ("-nographic", "-hda", image));
  two = window_put_guest_with ("two", ARGUMENTS ("-nographic", "-hda", image));
  window_fixture_run (image_in_use, image);
  window_fixture_clean_up ();
}

/* --- the consoles' tabs ----------------------------------------------------------------------- */

static AdwViewStack *
find_tabs (DroverWindow *window)
{
  GtkWidget *pane = window_find_type (window, DROVER_TYPE_CONSOLE_PANE);

  return ADW_VIEW_STACK (window_find_type (pane, ADW_TYPE_VIEW_STACK));
}

static GtkWidget *
show_tab (DroverWindow *window, const char *name)
{
  adw_view_stack_set_visible_child_name (find_tabs (window), name);
  return adw_view_stack_get_visible_child (find_tabs (window));
}

static gboolean
is_selected (DroverWindow *window, const char *text)
{
  g_autofree char *selected = vte_terminal_get_text_selected (
    VTE_TERMINAL (window_find_type (window, VTE_TYPE_TERMINAL)), VTE_FORMAT_TEXT);

  return g_strcmp0 (selected, text) == 0;
}

static void
find_in_console (DroverWindow *window)
{
  GtkWidget *entry;

  activate (window, "console.find");
  drover_test_until (window_find_type (window, GTK_TYPE_SEARCH_ENTRY) != NULL);
  entry = window_find_type (window, GTK_TYPE_SEARCH_ENTRY);
  gtk_editable_set_text (GTK_EDITABLE (entry), "QUIE");
  drover_test_until (is_selected (window, "quie"));

  /* In this case it is not there. */
  g_assert_true (gtk_widget_activate (window_find_button (window, "Match Upper and Lower Case")));
  drover_test_until (gtk_widget_has_css_class (entry, "error"));
  gtk_editable_set_text (GTK_EDITABLE (entry), "aaaaaaa");
  drover_test_until (!gtk_widget_has_css_class (entry, "error"));
  drover_test_until (is_selected (window, "aaaaaaa"));
  activate (window, "console.find-previous");
  g_assert_true (vte_terminal_get_has_selection (
    VTE_TERMINAL (window_find_type (window, VTE_TYPE_TERMINAL))));
  gtk_toggle_button_set_active (
    GTK_TOGGLE_BUTTON (window_find_button (window, "Find in the Console")), FALSE);
}

static void
zoom_console (DroverWindow *window)
{
  VteTerminal *terminal = VTE_TERMINAL (window_find_type (window, VTE_TYPE_TERMINAL));

  activate (window, "console.zoom-out");
  activate (window, "console.zoom-out");
  drover_test_until (vte_terminal_get_font_scale (terminal) < 0.85);
  g_assert_cmpint (vte_terminal_get_column_count (terminal), ==, 80);
  activate (window, "console.zoom-normal");
  drover_test_until (vte_terminal_get_font_scale (terminal) > 0.95);
  g_assert_cmpint (vte_terminal_get_column_count (terminal), ==, 80);
}

static void
save_console (DroverWindow *window)
{
  g_autofree char *path = g_build_filename (drover_test_dir (), "saved.txt", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  drover_terminal_save (DROVER_TERMINAL (window_find_type (window, VTE_TYPE_TERMINAL)), file,
                        &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "first\n"));
}

static guint
count_kept_lines (DroverWindow *window)
{
  return vte_terminal_get_scrollback_lines (
    VTE_TERMINAL (window_find_type (window, VTE_TYPE_TERMINAL)));
}

/* In the menu of the consoles and in the preferences it is one setting. */
static void
keep_lines (DroverWindow *window)
{
  g_autoptr (GSettings) settings = g_settings_new ("io.github.drover_vm.Drover");
  GtkWidget *dialog;
  GtkWidget *row;

  g_assert_cmpuint (count_kept_lines (window), ==, 10000);
  g_assert_true (gtk_widget_activate_action (window_find_type (window, VTE_TYPE_TERMINAL),
                                             "console-settings.scrollback-lines", "i", 1000));
  g_assert_cmpuint (count_kept_lines (window), ==, 1000);

  g_action_group_activate_action (G_ACTION_GROUP (g_application_get_default ()), "preferences",
                                  NULL);
  drover_test_until (window_find_type (window, DROVER_TYPE_PREFERENCES_DIALOG) != NULL);
  dialog = window_find_type (window, DROVER_TYPE_PREFERENCES_DIALOG);
  drover_test_until (window_says (dialog, "Lines kept"));
  row = gtk_widget_get_ancestor (window_find_label (dialog, "Lines kept"), ADW_TYPE_COMBO_ROW);
  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (row)), ==, 0);
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), 2);
  g_assert_cmpint (g_settings_get_int (settings, DROVER_SCROLLBACK_KEY), ==, 100000);
  g_assert_cmpuint (count_kept_lines (window), ==, 100000);

  /* A number of one's own has a row, too. */
  g_settings_set_int (settings, DROVER_SCROLLBACK_KEY, 77);
  drover_test_until (window_says (dialog, "77"));
  g_assert_cmpint (g_settings_get_int (settings, DROVER_SCROLLBACK_KEY), ==, 77);
  g_settings_reset (settings, DROVER_SCROLLBACK_KEY);
  adw_dialog_force_close (ADW_DIALOG (dialog));
  drover_test_until (window_find_type (window, DROVER_TYPE_PREFERENCES_DIALOG) == NULL);
}

static gboolean
monitor_says (GtkWidget *view, const char *text)
{
  g_autofree char *said = drover_monitor_view_dup_text (DROVER_MONITOR_VIEW (view));

  return strstr (said, text) != NULL;
}

static void
enter (GtkWidget *view, const char *text)
{
  GtkWidget *entry = window_find_type (view, GTK_TYPE_ENTRY);

  gtk_editable_set_text (GTK_EDITABLE (entry), text);
  gtk_editable_set_position (GTK_EDITABLE (entry), -1);
  g_signal_emit_by_name (entry, "activate");
}

/* Returns: whether the line took the key for itself */
static gboolean
press_key (GtkWidget *entry, guint keyval)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (entry);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
      gboolean taken = FALSE;

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller) &&
          gtk_event_controller_get_propagation_phase (controller) == GTK_PHASE_CAPTURE)
        g_signal_emit_by_name (controller, "key-pressed", keyval, 0, 0, &taken);
      if (taken)
        return TRUE;
    }

  return FALSE;
}

static void
assert_line (GtkWidget *entry, const char *text)
{
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, text);
}

static void
use_monitor (DroverWindow *window)
{
  GtkWidget *view = show_tab (window, "hmp");
  GtkWidget *entry;

  drover_test_until (window_find_type (view, GTK_TYPE_ENTRY) != NULL);
  entry = window_find_type (view, GTK_TYPE_ENTRY);
  drover_test_until (gtk_widget_is_sensitive (entry));
  enter (view, "info status");
  drover_test_until (monitor_says (view, "VM status: running"));
  enter (view, "info name");
  gtk_editable_set_text (GTK_EDITABLE (entry), "half a l");
  g_assert_true (press_key (entry, GDK_KEY_Up));
  assert_line (entry, "info name");
  g_assert_true (press_key (entry, GDK_KEY_Up));
  assert_line (entry, "info status");
  g_assert_true (press_key (entry, GDK_KEY_Down));
  g_assert_true (press_key (entry, GDK_KEY_Down));
  assert_line (entry, "half a l");

  /* A word of QEMU's own is offered, and what it means is said. */
  gtk_editable_set_text (GTK_EDITABLE (entry), "info vers");
  gtk_editable_set_position (GTK_EDITABLE (entry), -1);
  drover_test_until (window_can_press (view, "version"));
  g_assert_true (gtk_widget_activate (window_find_button (view, "version")));
  drover_test_until (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (entry)), "info version"));
  drover_test_until (window_says (view, "show the version of QEMU"));
}

static void
use_qmp (DroverWindow *window)
{
  GtkWidget *view = show_tab (window, "qmp");
  GtkWidget *entry;

  drover_test_until (window_find_type (view, GTK_TYPE_ENTRY) != NULL);
  entry = window_find_type (view, GTK_TYPE_ENTRY);
  drover_test_until (gtk_widget_is_sensitive (entry));

  /* Broken JSON stays where it was typed. */
  enter (view, "{ \"execute\": ");
  drover_test_until (window_says (view, "is not JSON"));
  g_assert_false (monitor_says (view, "execute"));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "{ \"execute\": ");

  enter (view, "query-status");
  drover_test_until (monitor_says (view, "\"running\" : true"));
  enter (view, "block_resize ");
  drover_test_until (monitor_says (view, "size"));
  gtk_editable_set_text (GTK_EDITABLE (entry), "block_resize ");
  drover_test_until (window_says (view, "size: integer"));

  /* With the keyboard. */
  gtk_editable_set_text (GTK_EDITABLE (entry), "query-uu");
  gtk_editable_set_position (GTK_EDITABLE (entry), -1);
  drover_test_until (window_can_press (view, "query-uuid"));
  g_assert_true (press_key (entry, GDK_KEY_Tab));
  assert_line (entry, "query-uuid ");
  gtk_editable_set_text (GTK_EDITABLE (entry), "");
  g_assert_false (press_key (entry, GDK_KEY_Tab));

  enter (view, "stop");
  drover_test_until (monitor_says (view, "\"event\": \"STOP\"") ||
                     monitor_says (view, "\"event\":\"STOP\""));
  drover_test_until (window_row_says (window, 0, "Paused"));
  enter (view, "cont");
  drover_test_until (window_row_says (window, 0, "Running"));
}

/* Whether VTE has told what its last change of size did. */
static gboolean
has_settled (VteTerminal *terminal)
{
  GtkAdjustment *lines = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (terminal));

  return (long) gtk_adjustment_get_page_size (lines) == vte_terminal_get_row_count (terminal);
}

/* Whether the screen, as VTE has settled it after its last change of size, begins with @text. */
static gboolean
begins_with (VteTerminal *terminal, const char *text)
{
  g_autofree char *shown = vte_terminal_get_text_format (terminal, VTE_FORMAT_TEXT);

  return has_settled (terminal) && shown != NULL && g_str_has_prefix (shown, text);
}

/* A guest that draws on the whole screen goes on where it was when the window got higher. */
static void
change_height (DroverWindow *window)
{
  VteTerminal *terminal = VTE_TERMINAL (window_find_type (window, VTE_TYPE_TERMINAL));
  GtkAdjustment *lines = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (terminal));
  long rows;

  window_resize (window, 1100, 500);
  drover_test_until (vte_terminal_get_row_count (terminal) < 24 && has_settled (terminal));
  window_draw (window, 10);
  /* What was found may have been far above. */
  gtk_adjustment_set_value (lines, gtk_adjustment_get_upper (lines));
  for (guint i = 0; i < 60; i++)
    vte_terminal_feed (terminal, "scrolled away\r\n", -1);
  vte_terminal_feed (terminal, "\033[2J\033[Htop of the screen\033[5;1Hfifth", -1);
  drover_test_until (window_terminal_has (window, "fifth"));
  window_draw (window, 10);
  rows = vte_terminal_get_row_count (terminal);
  window_resize (window, 1100, 760);
  drover_test_until (vte_terminal_get_row_count (terminal) > rows);
  for (guint i = 0; i < 1000 && !begins_with (terminal, "top of the screen"); i++)
    window_draw (window, 1);
  g_assert_true (begins_with (terminal, "top of the screen"));
  vte_terminal_feed (terminal, "\033[5;1HFIFTH\033[1;1HTOP", -1);
  drover_test_until (window_terminal_has (window, "FIFTH"));
  window_draw (window, 10);
  g_assert_true (window_terminal_has (window, "TOP of the screen"));
  g_assert_false (window_terminal_has (window, "fifth"));
  g_assert_false (window_terminal_has (window, "scrolled away"));
}

/* The connection is for one client, and droverctl may want it. */
static void
leave_monitors (DroverWindow *window)
{
  DroverUserMonitor *monitor = drover_user_monitor_get_for_run (drover_window_get_run (window));

  drover_test_until (drover_user_monitor_is_open (monitor));
  show_tab (window, "hmp");
  drover_test_until (drover_user_monitor_is_open (monitor));
  show_tab (window, "drover-console-0");
  drover_test_until (!drover_user_monitor_is_open (monitor));
}

static void
tabs (DroverWindow *window, gconstpointer data)
{
  window_press (window, "Start");
  drover_test_until (window_terminal_has (window, "aaaaa"));
  window_type (window, "q");
  drover_test_until (window_terminal_has (window, "quiet"));
  find_in_console (window);
  zoom_console (window);
  save_console (window);
  keep_lines (window);

  use_monitor (window);
  use_qmp (window);
  leave_monitors (window);
  change_height (window);
}

static void
test_tabs (void)
{
  g_autofree char *file = window_put_guest ("quick");

  window_fixture_run (tabs, NULL);
  window_fixture_clean_up ();
}

/* What the menu offers to send. Each item is tried below. */
static void
list_escapes (GMenuModel *menu, GString *keys)
{
  for (int i = 0; i < g_menu_model_get_n_items (menu); i++)
    {
      g_autoptr (GMenuModel) section = g_menu_model_get_item_link (menu, i, G_MENU_LINK_SECTION);
      g_autoptr (GMenuModel) submenu = g_menu_model_get_item_link (menu, i, G_MENU_LINK_SUBMENU);
      g_autofree char *action = NULL;
      g_autofree char *target = NULL;

      if (g_menu_model_get_item_attribute (menu, i, G_MENU_ATTRIBUTE_ACTION, "s", &action) &&
          g_str_equal (action, "console.escape") &&
          g_menu_model_get_item_attribute (menu, i, G_MENU_ATTRIBUTE_TARGET, "s", &target))
        g_string_append (keys, target);
      if (section != NULL)
        list_escapes (section, keys);
      if (submenu != NULL)
        list_escapes (submenu, keys);
    }
}

static void
escape (DroverWindow *window, const char *key)
{
  g_assert_true (gtk_widget_activate_action (window_find_type (window, VTE_TYPE_TERMINAL),
                                             "console.escape", "s", key));
}

/* Whether the guest, which says again what it is told, and QEMU have written @text at last. */
static gboolean
log_ends_with (DroverWindow *window, const char *text, gsize length)
{
  DroverConsole *console = get_console (drover_window_get_run (window), 0);
  g_autofree char *log = NULL;
  gsize size;

  return g_file_get_contents (drover_console_get_log (console), &log, &size, NULL) &&
         size >= length && memcmp (log + size - length, text, length) == 0;
}

#define SAYS(text) log_ends_with (window, text, sizeof text - 1)

static void
send_keys (DroverWindow *window, gconstpointer data)
{
  g_autoptr (GString) offered = g_string_new (NULL);
  GtkWidget *button;
  DroverRun *run;

  window_activate_row (window, 0);
  window_press (window, "Start");
  drover_test_until (window_terminal_has (window, "aaaaa"));
  window_type (window, "q");
  drover_test_until (window_terminal_has (window, "quiet"));
  run = drover_window_get_run (window);

  button = window_find_type (window_find_type (window, DROVER_TYPE_CONSOLE_PANE),
                             GTK_TYPE_MENU_BUTTON);
  list_escapes (gtk_menu_button_get_menu_model (GTK_MENU_BUTTON (button)), offered);
  g_assert_cmpstr (offered->str, ==, "chbstax");

  /* A UART receives a break as a zero. */
  window_type (window, "A");
  drover_test_until (SAYS ("A"));
  activate (window, "console.break");
  drover_test_until (SAYS ("A\0"));
  escape (window, "b");
  drover_test_until (SAYS ("A\0\0"));
  escape (window, "a");
  drover_test_until (SAYS ("A\0\0\001"));

  /* Nothing of this is for the guest. */
  escape (window, "s");
  window_type (window, "B");
  drover_test_until (SAYS ("A\0\0\001B"));
  escape (window, "h");
  drover_test_until (window_terminal_has (window, "print this help"));
  escape (window, "t");
  window_type (window, "\nC");
  drover_test_until (window_terminal_has (window, "] C"));
  escape (window, "t");
  window_type (window, "\nD");
  drover_test_until (SAYS ("\nD"));
  escape (window, "c");
  drover_test_until (window_terminal_has (window, "(qemu)"));
  escape (window, "c");

  /* The last one is asked about. */
  escape (window, "x");
  drover_test_until (window_says (window, "End QEMU?"));
  window_press_in_dialog (window, "Cancel");
  window_type (window, "E");
  drover_test_until (SAYS ("E"));
  escape (window, "x");
  drover_test_until (window_says (window, "End QEMU?"));
  window_press_in_dialog (window, "End QEMU");
  drover_test_until (drover_run_is_off (run));
}

static void
test_keys (void)
{
  g_autofree char *file = window_put_guest ("quick");

  window_fixture_run (send_keys, NULL);
  window_fixture_clean_up ();
}

#ifdef HAVE_X11
static void
own_window (DroverWindow *window, gconstpointer data)
{
  DroverRun *run;

  window_activate_row (window, 0);
  drover_test_until (window_can_press (window, "Start"));
  g_assert_false (x_windows_have ("QEMU (Subject"));
  window_press (window, "Start");
  run = drover_window_get_run (window);
  drover_test_until (drover_run_is_running (run));

  /* The place of the screen says where it is, and there it is. */
  drover_test_until (window_says (window, "The Guest’s Screen Is in Its Own Window"));
  g_assert_true (drover_run_has_window (run));
  drover_test_until (x_windows_have ("QEMU (Subject"));
  window_picture (window, "window", "own-window");

  drover_dex_forget (drover_run_force_off (run));
  drover_test_until (drover_run_is_off (run));
  drover_test_until (!window_says (window, "The Guest’s Screen Is in Its Own Window"));
  drover_test_until (!x_windows_have ("QEMU (Subject"));
}

/* A graphical guest whose arguments do not say where it is seen. */
static void
test_own_window (void)
{
  g_autofree char *file = window_put_machine (
    "subject", MACHINE (QEMU, "{\"flag\":\"-m\",\"value\":\"16\"},{\"flag\":\"-nodefaults\"},"
                              "{\"flag\":\"-vga\",\"value\":\"std\"}"));

  window_fixture_run (own_window, NULL);
  window_fixture_clean_up ();
}
#endif

int
main (int argc, char **argv)
{
  window_fixture_init (&argc, &argv);
  g_test_add_func ("/window/empty", test_empty);
  g_test_add_func ("/window/names", test_names);
  g_test_add_func ("/window/live", test_live);
  g_test_add_func ("/window/close-and-adopt", test_close_and_adopt);
  g_test_add_func ("/window/tabs", test_tabs);
  g_test_add_func ("/window/keys", test_keys);
  g_test_add_func ("/window/broken-file", test_broken);
  g_test_add_func ("/window/failed-start", test_failed_start);
  g_test_add_func ("/window/missing-program", test_missing_program);
  g_test_add_func ("/window/narrow", test_narrow);
  g_test_add_func ("/window/activity", test_activity);
  g_test_add_func ("/window/second", test_second);
  g_test_add_func ("/window/image-in-use", test_image_in_use);
#ifdef HAVE_X11
  g_test_add_func ("/window/own-window", test_own_window);
#endif
  return drover_test_run ();
}
