/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-dex.h"
#include "run-fixture.h"
#include "window-fixture.h"
#include "x-windows.h"

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
narrow (DroverWindow *window, gconstpointer data)
{
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
  g_test_add_func ("/window/broken-file", test_broken);
  g_test_add_func ("/window/failed-start", test_failed_start);
  g_test_add_func ("/window/missing-program", test_missing_program);
  g_test_add_func ("/window/narrow", test_narrow);
#ifdef HAVE_X11
  g_test_add_func ("/window/own-window", test_own_window);
#endif
  return drover_test_run ();
}
