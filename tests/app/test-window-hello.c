/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-debian-kernel.h"
#include "run-fixture.h"
#include "window-fixture.h"

/* Hello World by its real button, from the first click to the deleted machine. */

typedef struct
{
  const char *architecture;
  const char *name;
} Hello;

/* Its first screen, and the one after Enter. */
#define FIRST_SCREEN "Select a language"
#define SECOND_SCREEN "Select your location"

typedef struct
{
  DroverRun *run;
  const char *command;
  JsonNode *reply;
} Question;

static gpointer
ask_thread (gpointer data)
{
  Question *question = data;

  g_atomic_pointer_set (&question->reply, ask_qemu (question->run, question->command));
  g_main_context_wakeup (NULL);
  return NULL;
}

/* Beside the main loop, for the window must go on reading the console meanwhile: QEMU answers
 * nobody while it waits for room to write a guest's output. */
static JsonNode *
ask (DroverRun *run, const char *command)
{
  Question question = { run, command, NULL };
  GThread *thread = g_thread_new ("ask", ask_thread, &question);

  drover_test_until (g_atomic_pointer_get (&question.reply) != NULL);
  g_thread_join (thread);
  return question.reply;
}

static void
tell (DroverRun *run, const char *command)
{
  json_node_unref (ask (run, command));
}

static void
assert_state (DroverRun *run, const char *state)
{
  g_autoptr (JsonNode) reply = ask (run, "query-status");

  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (reply), "status"), ==,
                   state);
}

static gboolean
is_alive (GPid pid)
{
  return kill (pid, 0) == 0;
}

static void
assert_buttons (DroverWindow *window, gboolean running)
{
  window_assert_usable (window, "Start", FALSE, "The machine is on");
  window_assert_usable (window, "Pause", running,
                        running ? NULL : "The machine is not running now");
  window_assert_usable (window, "Resume", !running, running ? "The machine is not paused" : NULL);
  window_assert_usable (window, "Shut Down", running,
                        running ? NULL : "The machine is not running now");
  window_assert_usable (window, "Reset", TRUE, NULL);
  window_assert_usable (window, "Force Off", TRUE, NULL);
}

static void
assert_off_buttons (DroverWindow *window)
{
  static const char *const dead[] = { "Pause", "Resume", "Shut Down", "Reset", "Force Off" };

  window_assert_usable (window, "Start", TRUE, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (dead); i++)
    window_assert_usable (window, dead[i], FALSE, "The machine is off");
}

static void
test_pause (DroverWindow *window)
{
  DroverRun *run = drover_window_get_run (window);

  window_press (window, "Pause");
  drover_test_until (window_can_press (window, "Resume"));
  assert_state (run, "paused");
  assert_buttons (window, FALSE);
  g_assert_true (window_row_says (window, 0, "Paused"));

  window_press (window, "Resume");
  drover_test_until (window_can_press (window, "Pause"));
  assert_state (run, "running");
  assert_buttons (window, TRUE);
  g_assert_true (window_row_says (window, 0, "Running"));
}

/* What somebody else does to the guest is seen too. */
static void
test_paused_by_another (DroverWindow *window)
{
  DroverRun *run = drover_window_get_run (window);

  tell (run, "stop");
  drover_test_until (window_can_press (window, "Resume"));
  g_assert_true (window_row_says (window, 0, "Paused"));
  tell (run, "cont");
  drover_test_until (window_can_press (window, "Pause"));
}

static void
boot (DroverWindow *window, gconstpointer data)
{
  const Hello *hello = data;

  window_press (window, hello->name);
  drover_test_until (window_terminal_has (window, FIRST_SCREEN));
  g_assert_cmpuint (window_count_rows (window), ==, 1);
  g_assert_true (window_row_says (window, 0, hello->name));
  g_assert_true (window_row_says (window, 0, "Running"));
  assert_buttons (window, TRUE);
  assert_state (drover_window_get_run (window), "running");
  test_pause (window);
  test_paused_by_another (window);

  window_type (window, "\r");
  drover_test_until (window_terminal_has (window, SECOND_SCREEN));
}

static void
adopt (DroverWindow *window, gconstpointer data)
{
  DroverRun *run;

  drover_test_until (window_row_says (window, 0, "Running"));
  drover_test_until (window_terminal_has (window, SECOND_SCREEN));
  run = drover_window_get_run (window);
  g_assert_cmpint (drover_run_get_pid (run), ==, *(const GPid *) data);
  assert_buttons (window, TRUE);

  window_press (window, "Force Off");
  window_press_in_dialog (window, "Cancel");
  assert_state (run, "running");
  window_press (window, "Force Off");
  window_press_in_dialog (window, "Force Off");
  drover_test_until (window_row_says (window, 0, "Off"));
  assert_off_buttons (window);
  drover_test_until (window_says (window, "It was forced off."));
  /* Its last words stay. */
  g_assert_true (window_terminal_has (window, SECOND_SCREEN));
}

static void
delete (DroverWindow *window, gconstpointer data)
{
  DroverMachine *machine = drover_run_get_machine (drover_window_get_run (window));
  g_autofree char *folder = g_strdup (drover_machine_get_folder (machine));

  assert_off_buttons (window);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.delete", NULL));
  window_press_in_dialog (window, "Cancel");
  g_assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), "win.delete", NULL));
  window_press_in_dialog (window, "Delete");
  drover_test_until (window_says (window, "No Machines Yet"));
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_assert_nonnull (window_find_button (window, "Hello World on x86-64"));
}

static void
boot_and_note (DroverWindow *window, gconstpointer data)
{
  gpointer *both = (gpointer *) data;

  boot (window, both[0]);
  *(GPid *) both[1] = drover_run_get_pid (drover_window_get_run (window));
}

static void
test_hello (gconstpointer data)
{
  const Hello *hello = data;
  g_autoptr (DroverDebianKernel) kernel =
    drover_debian_kernel_find_installed (hello->architecture, NULL);
  GPid pid = 0;
  gpointer both[] = { (gpointer) hello, &pid };

  if (kernel == NULL)
    {
      g_test_skip ("no package debian-installer-*-netboot-* is installed for this architecture");
      return;
    }

  window_fixture_run (boot_and_note, both);
  g_test_message ("the window is closed");
  g_assert_true (is_alive (pid));

  window_fixture_run (adopt, &pid);
  drover_test_until (!is_alive (pid));

  window_fixture_run (delete, NULL);
  g_assert_false (any_process_left ());
  window_fixture_clean_up ();
}

int
main (int argc, char **argv)
{
  static const Hello arm = { "aarch64", "Hello World on Arm (64-bit)" };
  static const Hello pc = { "x86_64", "Hello World on x86-64" };

  window_fixture_init (&argc, &argv);
  /* A guest that boots has not its processor to itself: other tests run beside it. */
  drover_test_set_time_limit (200);
  g_test_add_data_func ("/window/hello/aarch64", &arm, test_hello);
  g_test_add_data_func ("/window/hello/x86_64", &pc, test_hello);
  return drover_test_run ();
}
