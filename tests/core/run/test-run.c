/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <sys/stat.h>

#include "drover-run-console.h"
#include "run-fixture.h"

/* A machine from off to off, with real QEMU under TCG and a guest of our own. */

#define CTRL_A "\x01"

static guint
count_in_screen (Screen *screen, const char *text)
{
  const guint8 *p = screen->bytes->data;
  const guint8 *end = p + screen->bytes->len;
  guint n = 0;

  while (p != NULL && (p = memmem (p, end - p, text, strlen (text))) != NULL)
    {
      p += strlen (text);
      n++;
    }

  return n;
}

static void
test_start (void)
{
  g_autoptr (DroverRun) run = new_guest_run (ARGUMENTS ("-nographic"));
  g_autofree char *folder = drover_run_dup_runtime_dir (run);
  DexFuture *future = drover_run_start (run, TRUE);
  struct stat info;

  g_assert_cmpstr (drover_run_get_state (run), ==, DROVER_STATE_STARTING);
  g_assert_false (drover_run_is_off (run));
  drover_test_settle (future);
  g_assert_cmpstr (g_value_get_string (dex_future_get_value (future, NULL)), ==, "running");
  dex_unref (future);

  g_assert_cmpstr (drover_run_get_state (run), ==, "running");
  g_assert_true (drover_run_is_running (run));
  g_assert_true (drover_run_is_live (run));
  assert_qemu_state (run, "running");
  g_assert_true (drover_process_get_start_time (drover_run_get_pid (run)) > 0);
  g_assert_true (runtime_file_exists (run, DROVER_RUN_RECORD_FILE));
  g_assert_cmpint (stat (folder, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);

  /* A Ctrl-C in the terminal that Drover was started from is not for the guest. */
  g_assert_cmpint (getsid (drover_run_get_pid (run)), ==, drover_run_get_pid (run));
  finish (g_steal_pointer (&run));
}

static void
consoles_changed_cb (GListModel *consoles, guint position, guint removed, guint added,
                     Screen **screen)
{
  g_autoptr (DroverConsole) console = g_list_model_get_item (consoles, 0);

  if (console != NULL)
    *screen = screen_new (console);
}

/* The guest writes at once when it is let go, and not one byte may be missing. */
static void
test_first_byte (gconstpointer late)
{
  g_autoptr (DroverRun) run = new_guest_run (ARGUMENTS ("-nographic"));
  g_autoptr (Screen) screen = NULL;
  DroverConsole *console;

  if (!late)
    g_signal_connect (drover_run_get_consoles (run), "items-changed",
                      G_CALLBACK (consoles_changed_cb), &screen);
  start (run, TRUE);
  console = get_console (run, 0);
  g_assert_true (drover_console_get_connected (console));
  if (late)
    screen = screen_new (console);

  drover_test_until (screen_has (screen, "aaaaaabc\n"));
  tell_qemu (run, "stop");
  assert_screen_is_log (screen, console);
  g_assert_true (screen_begins (screen, "first\naaaaaaaa\n"));
  g_assert_true (screen->seen_live);

  drover_console_set_consumer (console, NULL, NULL);
  finish (g_steal_pointer (&run));
}

/* Nobody watches; the log has all the same. */
static void
test_unattached (void)
{
  g_autoptr (DroverRun) run = new_guest_run (ARGUMENTS ("-nographic"));
  g_autoptr (Screen) screen = NULL;
  DroverConsole *console;

  start (run, FALSE);
  console = get_console (run, 0);
  g_assert_false (drover_console_get_connected (console));

  drover_test_await (drover_console_connect (console, TRUE), NULL);
  screen = screen_new (console);
  drover_test_until (screen_has (screen, "aaaaaabc\n"));
  tell_qemu (run, "stop");
  assert_screen_is_log (screen, console);

  finish (g_steal_pointer (&run));
}

static void
test_pause_and_resume (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));

  g_assert_true (drover_test_await (drover_run_pause (run), NULL));
  g_assert_cmpstr (drover_run_get_state (run), ==, "paused");
  assert_qemu_state (run, "paused");
  g_assert_false (drover_run_is_running (run));
  g_assert_true (drover_run_is_live (run));

  g_assert_true (drover_test_await (drover_run_resume (run), NULL));
  g_assert_cmpstr (drover_run_get_state (run), ==, "running");
  assert_qemu_state (run, "running");

  /* What somebody else does is seen too. */
  tell_qemu (run, "stop");
  drover_test_until (g_str_equal (drover_run_get_state (run), "paused"));
  tell_qemu (run, "cont");
  drover_test_until (g_str_equal (drover_run_get_state (run), "running"));
  finish (g_steal_pointer (&run));
}

static void
test_reset (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  g_autoptr (Screen) screen = screen_new (get_console (run, 0));

  drover_test_until (screen_has (screen, "aaaaaaab\n"));
  g_assert_cmpuint (count_in_screen (screen, "first\n"), ==, 1);
  g_assert_true (drover_test_await (drover_run_reset (run), NULL));
  drover_test_until (count_in_screen (screen, "first\n") == 2);
  g_assert_cmpstr (drover_run_get_state (run), ==, "running");
  finish (g_steal_pointer (&run));
}

static void
event_cb (DroverRun *run, const char *name, JsonObject *message, gboolean *seen)
{
  g_assert_true (json_object_has_member (message, "timestamp"));
  *seen = TRUE;
}

/* Our guest does not care about the button, but it is pressed. */
static void
test_shut_down (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  gboolean seen = FALSE;

  g_signal_connect (run, "event::POWERDOWN", G_CALLBACK (event_cb), &seen);
  g_assert_true (drover_test_await (drover_run_shut_down (run), NULL));
  drover_test_until (seen);
  g_assert_cmpstr (drover_run_get_state (run), ==, "running");
  finish (g_steal_pointer (&run));
}

static void
test_force_off (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  g_autoptr (Screen) screen = screen_new (get_console (run, 0));
  g_autoptr (GError) error = NULL;

  force_off (run);
  g_assert_false (any_process_left ());
  g_assert_false (drover_test_await (drover_run_force_off (run), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE);
  g_clear_error (&error);
  g_assert_false (drover_test_await (drover_run_pause (run), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE);

  /* And on again. */
  start (run, TRUE);
  assert_qemu_state (run, "running");
  finish (g_steal_pointer (&run));
}

static void
test_force_off_paused (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));

  g_assert_true (drover_test_await (drover_run_pause (run), NULL));
  force_off (run);
  finish (g_steal_pointer (&run));
}

/* Asking twice must not hurt: a button can be pressed twice. */
static void
test_force_off_twice (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  DexFuture *first = drover_run_force_off (run);
  DexFuture *second = drover_run_force_off (run);

  g_assert_true (drover_test_await (first, NULL));
  g_assert_true (drover_test_await (second, NULL));
  assert_off (run);
  finish (g_steal_pointer (&run));
}

static void
test_force_off_while_starting (void)
{
  g_autoptr (DroverRun) run = new_guest_run (ARGUMENTS ("-nographic"));
  DexFuture *starting = drover_run_start (run, TRUE);
  g_autoptr (GError) error = NULL;

  drover_test_until (drover_run_get_pid (run) != 0);
  g_assert_true (drover_test_await (drover_run_force_off (run), NULL));
  g_assert_false (drover_test_await (starting, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_no_error (drover_run_get_error (run));
  assert_off (run);
  finish (g_steal_pointer (&run));
}

static void
test_force_off_while_qmp_opens (void)
{
  g_autoptr (DroverRun) run = new_guest_run (ARGUMENTS ("-nographic"));
  DexFuture *starting = drover_run_start (run, TRUE);

  /* As early as there is QMP to say `quit` on. */
  drover_test_until (drover_run_get_qmp (run) != NULL || !dex_future_is_pending (starting));
  g_assert_true (drover_test_await (drover_run_force_off (run), NULL));
  drover_test_await (starting, NULL);
  assert_off (run);
  finish (g_steal_pointer (&run));
}

static void
test_firmware_text (void)
{
  g_autoptr (DroverMachine) machine =
    new_machine (QEMU, ARGUMENTS ("-machine", "pc", "-nographic", "-net", "none"));
  g_autoptr (DroverRun) run = drover_run_new (machine, DROVER_QMP_SOCKET);
  g_autoptr (Screen) screen = NULL;

  start (run, TRUE);
  g_assert_cmpstr (drover_run_get_accelerator (run), ==, "tcg");
  screen = screen_new (get_console (run, 0));
  drover_test_until (screen_has (screen, "SeaBIOS"));
  finish (g_steal_pointer (&run));
}

static void
test_ctrl_a_c (gconstpointer terminal)
{
  g_autoptr (DroverRun) run = new_started_run (terminal);
  DroverConsole *console = get_console (run, 0);
  g_autoptr (Screen) screen = screen_new (console);

  g_assert_false (drover_console_get_ctrl_c_quits (console));

  /* The guest has the keys first, the monitor only when asked for. */
  type (console, "q");
  drover_test_until (screen_has (screen, "quiet\n"));
  type (console, "info\x03");
  drover_test_until (screen_has (screen, "quiet\ninfo\x03"));
  g_assert_false (screen_has (screen, "(qemu)"));

  type (console, CTRL_A "c");
  drover_test_until (screen_has (screen, "(qemu) "));
  type (console, "info status\r");
  drover_test_until (screen_has (screen, "VM status: running"));
  type (console, CTRL_A "c" "back");
  drover_test_until (screen_has (screen, "back"));
  finish (g_steal_pointer (&run));
}

static void
test_ctrl_a_x (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  DroverConsole *console = get_console (run, 0);
  g_autoptr (Screen) screen = screen_new (console);

  drover_test_until (screen_has (screen, "first\n"));
  type (console, CTRL_A "x");
  drover_test_until (drover_run_is_off (run));
  assert_off (run);
  g_assert_no_error (drover_run_get_error (run));
  finish (g_steal_pointer (&run));
}

/* In a shell `-serial stdio` has no monitor behind it: the guest gets every key. */
static void
test_serial_stdio (void)
{
  g_autoptr (DroverRun) run =
    new_started_run (ARGUMENTS ("-display", "none", "-serial", "stdio"));
  DroverConsole *console = get_console (run, 0);
  g_autoptr (Screen) screen = screen_new (console);

  g_assert_cmpuint (g_list_model_get_n_items (drover_run_get_consoles (run)), ==, 1);
  g_assert_true (drover_console_get_ctrl_c_quits (console));
  type (console, "q" CTRL_A "c" CTRL_A "end");
  drover_test_until (screen_has (screen, "end"));
  g_assert_true (screen_has (screen, "quiet\n" CTRL_A "c" CTRL_A "end"));
  g_assert_false (screen_has (screen, "(qemu)"));
  finish (g_steal_pointer (&run));
}

static void
test_monitor_stdio (void)
{
  g_autoptr (DroverRun) run =
    new_started_run (ARGUMENTS ("-display", "none", "-monitor", "stdio"));
  DroverConsole *console = get_console (run, 0);
  g_autoptr (Screen) screen = screen_new (console);

  g_assert_true (drover_console_get_ctrl_c_quits (console));
  drover_test_until (screen_has (screen, "(qemu) "));
  type (console, "quit\r");
  drover_test_until (drover_run_is_off (run));
  g_assert_no_error (drover_run_get_error (run));
  finish (g_steal_pointer (&run));
}

static void
test_chardev_stdio (void)
{
  g_autoptr (DroverRun) run = new_started_run (
    ARGUMENTS ("-display", "none", "-chardev", "stdio,id=mine,signal=off", "-serial",
               "chardev:mine"));
  DroverConsole *console = get_console (run, 0);
  g_autoptr (Screen) screen = screen_new (console);

  g_assert_false (drover_console_get_ctrl_c_quits (console));
  drover_test_until (screen_has (screen, "aaaaaaab\n"));
  tell_qemu (run, "stop");
  assert_screen_is_log (screen, console);
  finish (g_steal_pointer (&run));
}

/* A log that the user asked for is the user's: it is read, and not moved away. */
static void
test_own_logfile (void)
{
  g_autoptr (DroverRun) run = new_guest_run (
    ARGUMENTS ("-display", "none", "-chardev", "stdio,id=mine,logfile=own.log,logappend=on",
               "-serial", "chardev:mine"));
  const char *folder = drover_machine_get_folder (drover_run_get_machine (run));
  g_autofree char *path = g_build_filename (folder, "own.log", NULL);
  g_autofree char *moved = g_strconcat (path, ".old", NULL);
  g_autofree char *text = NULL;
  g_autoptr (Screen) screen = NULL;

  g_assert_true (g_file_set_contents (path, "mine\n", -1, NULL));
  start (run, TRUE);
  g_assert_cmpstr (drover_console_get_log (get_console (run, 0)), ==, path);
  screen = screen_new (get_console (run, 0));
  drover_test_until (screen_has (screen, "aaaaaaab\n"));

  g_assert_false (g_file_test (moved, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "mine\nfirst\n"));
  finish (g_steal_pointer (&run));
}

static void
test_guest_shuts_down (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  DroverConsole *console = get_console (run, 0);
  g_autoptr (Screen) screen = screen_new (console);

  type (console, "x");
  drover_test_until (drover_run_is_off (run));
  assert_off (run);
  g_assert_no_error (drover_run_get_error (run));
  g_assert_cmpstr (drover_run_get_shutdown_reason (run), ==, "guest-shutdown");
  finish (g_steal_pointer (&run));
}

static void
test_no_shutdown (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic", "-no-shutdown"));
  DroverConsole *console = get_console (run, 0);
  g_autoptr (Screen) screen = screen_new (console);

  type (console, "x");
  drover_test_until (g_str_equal (drover_run_get_state (run), "shutdown"));
  assert_qemu_state (run, "shutdown");
  g_assert_true (drover_run_is_live (run));
  finish (g_steal_pointer (&run));
}

/* What the user's own -S means is not undone. */
static void
test_prelaunch (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic", "-S"));

  g_assert_cmpstr (drover_run_get_state (run), ==, "prelaunch");
  assert_qemu_state (run, "prelaunch");
  g_assert_true (drover_test_await (drover_run_resume (run), NULL));
  g_assert_cmpstr (drover_run_get_state (run), ==, "running");
  finish (g_steal_pointer (&run));
}

static void
test_start_while_running (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  g_autoptr (DroverRun) other = drover_run_new (drover_run_get_machine (run), DROVER_CTL_SOCKET);
  GPid pid = drover_run_get_pid (run);
  g_autoptr (GError) error = NULL;

  g_assert_false (drover_test_await (drover_run_start (run, TRUE), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE);
  g_clear_error (&error);

  /* One that does not know finds out. */
  g_assert_false (drover_test_await (drover_run_start (other, TRUE), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE);
  drop (g_steal_pointer (&other));

  g_assert_cmpint (drover_run_get_pid (run), ==, pid);
  assert_qemu_state (run, "running");
  g_assert_true (runtime_file_exists (run, DROVER_RUN_RECORD_FILE));
  finish (g_steal_pointer (&run));
}

static void
test_two_starts (void)
{
  g_autoptr (DroverRun) a = new_guest_run (ARGUMENTS ("-nographic"));
  g_autoptr (DroverRun) b = drover_run_new (drover_run_get_machine (a), DROVER_QMP_SOCKET);
  DexFuture *start_a = drover_run_start (a, FALSE);
  DexFuture *start_b = drover_run_start (b, FALSE);
  g_autoptr (GError) error_a = NULL;
  g_autoptr (GError) error_b = NULL;
  gboolean a_runs = drover_test_await (start_a, &error_a);
  gboolean b_runs = drover_test_await (start_b, &error_b);
  const GError *refused;

  g_assert_true (a_runs != b_runs);
  refused = a_runs ? error_b : error_a;
  g_assert_error (refused, DROVER_ERROR, DROVER_ERROR_BAD_STATE);
  assert_qemu_state (a_runs ? a : b, "running");
  if (a_runs)
    {
      drop (g_steal_pointer (&b));
      finish (g_steal_pointer (&a));
    }
  else
    {
      drop (g_steal_pointer (&a));
      finish (g_steal_pointer (&b));
    }
}

/* A run that nobody holds any more leaves its guest alone, also in the middle of a start. */
static void
test_dropped_while_starting (void)
{
  DroverRun *run = new_guest_run (ARGUMENTS ("-nographic"));
  g_autoptr (DroverRun) other = drover_run_new (drover_run_get_machine (run), DROVER_QMP_SOCKET);
  DexFuture *future = drover_run_start (run, FALSE);
  gpointer weak = run;
  g_autoptr (GError) error = NULL;

  drover_test_until (drover_run_get_pid (run) != 0);
  g_object_add_weak_pointer (G_OBJECT (run), &weak);
  g_object_unref (run);
  drover_test_await (future, NULL);
  drover_test_until (weak == NULL);

  drover_test_await (drover_run_attach (other), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (drover_run_get_state (other), ==, "running");
  finish (g_steal_pointer (&other));
}

/* A program that is not of Drover's, and has the console until it is killed. */
static GSubprocess *
start_stranger (DroverConsole *console)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_strdup (drover_console_get_path (console));
  GSubprocess *stranger = g_subprocess_new (
    G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "python3", "-c",
    "import socket, sys\n"
    "s = socket.socket(socket.AF_UNIX)\n"
    "s.connect(sys.argv[1])\n"
    "print(len(s.recv(1)), flush=True)\n"
    "while s.recv(4096): pass\n", path, NULL);
  char byte;

  g_assert_no_error (error);
  /* What the guest says reaches it: QEMU has accepted it. */
  g_assert_cmpint (g_input_stream_read (g_subprocess_get_stdout_pipe (stranger), &byte, 1, NULL,
                                        &error), ==, 1);
  g_assert_no_error (error);
  return stranger;
}

/* It does not tell when it leaves, but the system does. */
static void
test_stranger (void)
{
  g_autoptr (DroverRun) run = new_guest_run (ARGUMENTS ("-nographic"));
  g_autoptr (GSubprocess) stranger = NULL;
  g_autofree char *expected = NULL;
  g_autoptr (Screen) screen = NULL;
  g_autoptr (GError) error = NULL;
  DroverConsole *console;

  start (run, FALSE);
  console = get_console (run, 0);
  stranger = start_stranger (console);
  expected = g_strdup_printf ("(process %s)", g_subprocess_get_identifier (stranger));

  drover_test_await (drover_run_connect_console (run, console, TRUE), &error);
  g_assert_no_error (error);
  g_assert_false (drover_console_get_connected (console));
  g_assert_nonnull (strstr (drover_console_get_holder (console), expected));

  screen = screen_new (console);
  g_subprocess_force_exit (stranger);
  drover_test_until (drover_console_get_connected (console));
  g_assert_null (drover_console_get_holder (console));
  type (console, "q");
  drover_test_until (screen_has (screen, "quiet\n"));
  g_assert_cmpuint (count_in_screen (screen, "first\n"), ==, 1);
  /* QEMU writes to the log last; it is through with that when it has the next command. */
  tell_qemu (run, "stop");
  assert_screen_is_log (screen, console);
  drover_console_set_consumer (console, NULL, NULL);
  finish (g_steal_pointer (&run));
}

int
main (int argc, char **argv)
{
  static const char *const nographic[] = { "-nographic", NULL };
  static const char *const mon_stdio[] = { "-display", "none", "-serial", "mon:stdio", NULL };

  drover_test_init (&argc, &argv);
  g_test_add_func ("/run/start", test_start);
  g_test_add_data_func ("/run/console/first-byte/early", NULL, test_first_byte);
  g_test_add_data_func ("/run/console/first-byte/late", "late", test_first_byte);
  g_test_add_func ("/run/console/unattached", test_unattached);
  g_test_add_func ("/run/console/firmware", test_firmware_text);
  g_test_add_data_func ("/run/console/ctrl-a-c/nographic", nographic, test_ctrl_a_c);
  g_test_add_data_func ("/run/console/ctrl-a-c/mon-stdio", mon_stdio, test_ctrl_a_c);
  g_test_add_func ("/run/console/ctrl-a-x", test_ctrl_a_x);
  g_test_add_func ("/run/console/serial-stdio", test_serial_stdio);
  g_test_add_func ("/run/console/monitor-stdio", test_monitor_stdio);
  g_test_add_func ("/run/console/chardev-stdio", test_chardev_stdio);
  g_test_add_func ("/run/console/own-logfile", test_own_logfile);
  g_test_add_func ("/run/console/stranger", test_stranger);
  g_test_add_func ("/run/pause-and-resume", test_pause_and_resume);
  g_test_add_func ("/run/reset", test_reset);
  g_test_add_func ("/run/shut-down", test_shut_down);
  g_test_add_func ("/run/force-off", test_force_off);
  g_test_add_func ("/run/force-off/paused", test_force_off_paused);
  g_test_add_func ("/run/force-off/twice", test_force_off_twice);
  g_test_add_func ("/run/force-off/while-starting", test_force_off_while_starting);
  g_test_add_func ("/run/force-off/while-qmp-opens", test_force_off_while_qmp_opens);
  g_test_add_func ("/run/guest-shuts-down", test_guest_shuts_down);
  g_test_add_func ("/run/no-shutdown", test_no_shutdown);
  g_test_add_func ("/run/prelaunch", test_prelaunch);
  g_test_add_func ("/run/start-while-running", test_start_while_running);
  g_test_add_func ("/run/two-starts", test_two_starts);
  g_test_add_func ("/run/dropped-while-starting", test_dropped_while_starting);
  return drover_test_run ();
}
