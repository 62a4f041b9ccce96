/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "run-fixture.h"

/* Guests that somebody else started, or that ended behind our back. */

/* How often a console is taken over while the guest writes: the gap between the log and the
 * socket is somewhere else each time. */
#define TAKEOVERS 30

static void
attach (DroverRun *run, const char *state)
{
  g_autoptr (GError) error = NULL;

  drover_test_await (drover_run_attach (run), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (drover_run_get_state (run), ==, state);
}

static DroverRun *
new_run_of_same (DroverRun *run, const char *socket)
{
  g_autoptr (DroverMachine) machine =
    drover_machine_new (drover_machine_get_folder (drover_run_get_machine (run)));

  return drover_run_new (machine, socket);
}

static void
test_nothing (void)
{
  g_autoptr (DroverRun) run = new_guest_run (ARGUMENTS ("-nographic"));

  attach (run, DROVER_STATE_OFF);
  assert_off (run);
  drop (g_steal_pointer (&run));
}

static void
test_second (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  g_autoptr (DroverRun) other = new_run_of_same (run, DROVER_CTL_SOCKET);
  g_auto (GStrv) argv = drover_run_dup_launch_argv (run);
  g_auto (GStrv) other_argv = NULL;

  attach (other, "running");
  g_assert_cmpint (drover_run_get_pid (other), ==, drover_run_get_pid (run));
  other_argv = drover_run_dup_launch_argv (other);
  g_assert_cmpstrv (argv, other_argv);
  g_assert_cmpuint (g_list_model_get_n_items (drover_run_get_consoles (other)), ==, 1);

  /* Each sees what the other does. */
  g_assert_true (drover_test_await (drover_run_pause (other), NULL));
  drover_test_until (g_str_equal (drover_run_get_state (run), "paused"));
  g_assert_true (drover_test_await (drover_run_resume (run), NULL));
  drover_test_until (g_str_equal (drover_run_get_state (other), "running"));

  g_assert_true (drover_test_await (drover_run_force_off (other), NULL));
  assert_off (other);
  drover_test_until (drover_run_is_off (run));
  assert_off (run);
  g_assert_no_error (drover_run_get_error (run));
  drop (g_steal_pointer (&other));
  finish (g_steal_pointer (&run));
}

/* What was shown to one, and then to the next, is each time all that the guest ever wrote. */
static void
test_takeovers (void)
{
  DroverRun *run = new_started_run (ARGUMENTS ("-nographic"));
  GPid pid = drover_run_get_pid (run);

  for (guint i = 0; i < TAKEOVERS; i++)
    {
      DroverRun *next = new_run_of_same (run, DROVER_QMP_SOCKET);
      g_autoptr (Screen) screen = NULL;
      g_autoptr (GError) error = NULL;
      DroverConsole *console;

      drop (run);
      run = next;
      attach (run, "running");
      g_assert_cmpint (drover_run_get_pid (run), ==, pid);

      console = get_console (run, 0);
      drover_test_await (drover_console_connect (console, TRUE), &error);
      g_assert_no_error (error);
      screen = screen_new (console);
      drover_test_until (screen->seen_live);

      g_assert_true (drover_test_await (drover_run_pause (run), NULL));
      assert_screen_is_log (screen, console);
      g_assert_true (screen_begins (screen, "first\naaaaaaaa\n"));
      g_assert_true (drover_test_await (drover_run_resume (run), NULL));
      drover_console_set_consumer (console, NULL, NULL);
    }

  finish (run);
}

/* The other program: starts the machine in @folder, says its process, and dies like one that
 * crashed. */
static int
starter_main (const char *folder)
{
  g_autoptr (DroverMachine) machine = drover_machine_new (folder);
  g_autoptr (DroverRun) run = drover_run_new (machine, DROVER_QMP_SOCKET);

  dex_init ();
  if (!drover_test_await (drover_run_start (run, TRUE), NULL))
    return 1;

  printf ("%d\n", (int) drover_run_get_pid (run));
  fflush (stdout);
  raise (SIGKILL);
  return 1;
}

static void
test_starter_dies (void)
{
  g_autoptr (DroverRun) run = new_guest_run (ARGUMENTS ("-nographic"));
  g_autoptr (GSubprocess) starter = NULL;
  g_autoptr (Screen) screen = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;
  const char *folder = drover_machine_get_folder (drover_run_get_machine (run));

  starter = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "/proc/self/exe",
                              "--starter", folder, NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (starter, NULL, NULL, &said, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_signaled (starter));

  attach (run, "running");
  g_assert_cmpint (drover_run_get_pid (run), ==, atoi (said));
  assert_qemu_state (run, "running");

  drover_test_await (drover_console_connect (get_console (run, 0), TRUE), &error);
  g_assert_no_error (error);
  screen = screen_new (get_console (run, 0));
  drover_test_until (screen->seen_live);
  g_assert_true (drover_test_await (drover_run_pause (run), NULL));
  assert_screen_is_log (screen, get_console (run, 0));
  finish (g_steal_pointer (&run));
}

/* Starts the machine in another program, and kills that at its Nth deed in the runtime folder.
 * Returns: whether it did so many */
static gboolean
start_and_kill (DroverRun *run, guint deeds)
{
  const char *folder = drover_machine_get_folder (drover_run_get_machine (run));
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (run);
  g_autoptr (GSubprocess) starter = NULL;
  g_autoptr (GError) error = NULL;
  char buffer[16 * (sizeof (struct inotify_event) + 256)]
    __attribute__ ((aligned (__alignof__ (struct inotify_event))));
  int watch = inotify_init1 (IN_CLOEXEC);
  gboolean through = FALSE;
  gboolean killed = FALSE;
  guint n = 0;

  g_assert_cmpint (g_mkdir_with_parents (runtime_dir, 0700), ==, 0);
  g_assert_cmpint (inotify_add_watch (watch, runtime_dir, IN_CREATE | IN_MODIFY | IN_MOVED_TO), >,
                   0);
  starter = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, "/proc/self/exe",
                              "--starter", folder, NULL);
  g_assert_no_error (error);

  /* Several may come at once. The last socket is the last that it waits for. */
  while (!killed && !through)
    {
      gssize length = read (watch, buffer, sizeof buffer);

      g_assert_cmpint (length, >, 0);
      for (gssize at = 0; at < length;)
        {
          const struct inotify_event *event = (const struct inotify_event *) (buffer + at);

          killed |= ++n == deeds;
          through |= event->len > 0 && g_str_equal (event->name, DROVER_HMP_SOCKET);
          at += sizeof *event + event->len;
        }
    }
  g_subprocess_force_exit (starter);
  g_assert_true (g_subprocess_wait (starter, NULL, NULL));
  close (watch);
  return killed;
}

/* Whatever the moment: either nothing is there, or a guest that is found, and runs. */
static void
test_starter_killed_anywhere (void)
{
  guint n_found = 0;
  guint n_nothing = 0;

  for (guint deeds = 1; deeds < 40; deeds++)
    {
      g_autoptr (DroverRun) run = new_guest_run (ARGUMENTS ("-nographic"));
      gboolean more = start_and_kill (run, deeds);

      /* A child that is not yet QEMU keeps its parent's files until it is. */
      do
        {
          drain ();
          drover_test_await (drover_run_attach (run), NULL);
        }
      while (drover_run_is_off (run) && any_process_left ());

      if (drover_run_is_off (run))
        n_nothing++;
      else
        {
          n_found++;
          g_assert_cmpstr (drover_run_get_state (run), ==, "running");
          assert_qemu_state (run, "running");
        }
      finish (g_steal_pointer (&run));
      if (!more)
        break;
    }

  /* Else it looked at one side only. */
  g_assert_cmpuint (n_found, >, 0);
  g_assert_cmpuint (n_nothing, >, 0);
}

/* As a starter leaves it that is killed right after it made the process: the pid is only in QEMU's
 * own note, and nobody has set the guest going. */
static void
test_unfinished (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic", "-S"));
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (run);
  g_autoptr (DroverRunRecord) record = drover_run_record_load (runtime_dir, NULL);
  g_autoptr (DroverRunRecord) after = NULL;
  g_autoptr (DroverRun) adopted = new_run_of_same (run, DROVER_CTL_SOCKET);
  GPid pid = drover_run_get_pid (run);

  record->pid = 0;
  record->start_time = 0;
  record->starting = TRUE;
  g_assert_true (drover_run_record_save (record, runtime_dir, NULL));
  attach (adopted, "running");
  g_assert_cmpint (drover_run_get_pid (adopted), ==, pid);
  after = drover_run_record_load (runtime_dir, NULL);
  g_assert_cmpint (after->pid, ==, pid);
  g_assert_false (after->starting);
  drop (g_steal_pointer (&adopted));
  finish (g_steal_pointer (&run));
}

static GSubprocess *
add_service (DroverRunRecord *record, GPid *pid, guint64 *start_time)
{
  GSubprocess *process = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "sleep", "1000", NULL);
  DroverService service = { .id = (char *) "tpm", .title = (char *) "TPM", .log = (char *) "log" };
  g_autofree char *socket = g_build_filename (drover_test_dir (), "service.sock", NULL);

  service.pid = *pid = atoi (g_subprocess_get_identifier (process));
  service.start_time = *start_time = drover_process_get_start_time (*pid);
  service.socket = socket;
  g_ptr_array_add (record->services, drover_service_copy (&service));
  return process;
}

/* Who looked while the services had been started and QEMU had not, and gets to act once it has:
 * they are the guest's, and no leftover. */
static void
test_services_of_new_guest (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (run);
  g_autoptr (DroverRunRecord) started = drover_run_record_load (runtime_dir, NULL);
  g_autoptr (DroverRunRecord) early = drover_run_record_load (runtime_dir, NULL);
  g_autoptr (DroverRun) other = new_run_of_same (run, DROVER_CTL_SOCKET);
  guint64 start_time;
  GPid pid;
  g_autoptr (GSubprocess) service = add_service (started, &pid, &start_time);
  DexFuture *attaching;

  early->pid = 0;
  g_strfreev (early->argv);
  early->argv = g_new0 (char *, 1);
  g_ptr_array_unref (early->services);
  early->services = drover_services_copy (started->services);
  g_assert_true (drover_run_record_save (early, runtime_dir, NULL));
  attaching = drover_run_attach (other);
  g_assert_true (drover_run_record_save (started, runtime_dir, NULL));
  g_assert_true (drover_test_await (attaching, NULL));
  g_assert_true (drover_process_is_alive (pid, start_time));
  g_assert_cmpstr (drover_run_get_state (other), ==, "running");
  drop (g_steal_pointer (&other));
  g_subprocess_force_exit (service);
  g_assert_true (g_subprocess_wait (service, NULL, NULL));
  finish (g_steal_pointer (&run));
}

/* Nobody is the parent here, so nobody hears of the end but by looking. */
static void
test_killed_after_adoption (void)
{
  g_autoptr (DroverRun) starter = new_started_run (ARGUMENTS ("-nographic"));
  g_autoptr (DroverRun) run = new_run_of_same (starter, DROVER_QMP_SOCKET);

  drop (g_steal_pointer (&starter));
  attach (run, "running");
  g_assert_cmpint (kill (drover_run_get_pid (run), SIGKILL), ==, 0);
  drover_test_until (drover_run_is_off (run));
  assert_off (run);
  g_assert_error (drover_run_get_error (run), DROVER_ERROR, DROVER_ERROR_START_FAILED);
  finish (g_steal_pointer (&run));
}

static void
test_adopt_paused (void)
{
  g_autoptr (DroverRun) starter = new_started_run (ARGUMENTS ("-nographic", "-S"));
  g_autoptr (DroverRun) run = new_run_of_same (starter, DROVER_QMP_SOCKET);

  drop (g_steal_pointer (&starter));
  attach (run, "prelaunch");
  g_assert_true (drover_test_await (drover_run_resume (run), NULL));
  g_assert_true (drover_test_await (drover_run_pause (run), NULL));
  force_off (run);
  finish (g_steal_pointer (&run));
}

/* Another program holds the socket: that is said, the guest is not harmed, and once the other
 * has left it works by itself. */
static void
test_busy (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  g_autoptr (DroverRun) other = new_run_of_same (run, DROVER_QMP_SOCKET);
  g_autoptr (GError) error = NULL;

  g_assert_false (drover_test_await (drover_run_attach (other), &error));
  g_assert_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_BUSY);
  g_assert_false (drover_run_is_off (other));
  g_assert_cmpint (drover_run_get_pid (other), ==, drover_run_get_pid (run));
  assert_qemu_state (run, "running");

  drop (g_steal_pointer (&run));
  drover_test_until (g_str_equal (drover_run_get_state (other), "running"));
  finish (g_steal_pointer (&other));
}

/* Nor does one that never answered go unnoticed when it ends. */
static void
test_busy_ends (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  g_autoptr (DroverRun) other = new_run_of_same (run, DROVER_QMP_SOCKET);

  g_assert_false (drover_test_await (drover_run_attach (other), NULL));
  g_assert_cmpstr (drover_run_get_state (other), ==, DROVER_STATE_NOT_ANSWERING);
  force_off (run);
  drover_test_until (drover_run_is_off (other));
  assert_off (other);
  drop (g_steal_pointer (&other));
  finish (g_steal_pointer (&run));
}

/* One that cannot talk to the guest can still pull its plug, also while it tries. */
static void
test_force_off_while_attaching (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  g_autoptr (DroverRun) other = new_run_of_same (run, DROVER_QMP_SOCKET);
  DexFuture *attaching = drover_run_attach (other);

  g_assert_true (drover_test_await (drover_run_force_off (other), NULL));
  drover_test_await (attaching, NULL);
  assert_off (other);
  drover_test_until (drover_run_is_off (run));
  assert_off (run);
  drop (g_steal_pointer (&other));
  finish (g_steal_pointer (&run));
}

static void
test_dropped_while_attaching (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  g_autoptr (DroverRun) other = new_run_of_same (run, DROVER_QMP_SOCKET);
  DexFuture *attaching = drover_run_attach (other);

  dex_unref (attaching);
  g_clear_object (&other);
  drain ();
  assert_qemu_state (run, "running");
  finish (g_steal_pointer (&run));
}

/* Puts a record and a socket into the run's folder. */
static void
leave_behind (DroverRun *run, const char *record)
{
  g_autofree char *folder = drover_run_dup_runtime_dir (run);
  g_autofree char *socket = g_build_filename (folder, DROVER_QMP_SOCKET, NULL);
  g_autofree char *path = g_build_filename (folder, DROVER_RUN_RECORD_FILE, NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (socket, "", -1, NULL));
  g_assert_true (g_file_set_contents (path, record, -1, NULL));
}

static char *
record_text (DroverRun *run, GPid pid, guint64 start_time)
{
  DroverDocument *document = drover_machine_get_document (drover_run_get_machine (run));

  return g_strdup_printf ("{\"uuid\": \"%s\", \"pid\": %d, \"start-time\": %" G_GUINT64_FORMAT
                          ", \"argv\": [\"x\"], \"consoles\": []}",
                          drover_document_get_uuid (document), (int) pid, start_time);
}

static void
check_stale (const char *record)
{
  g_autoptr (DroverRun) run = new_guest_run (ARGUMENTS ("-nographic"));

  leave_behind (run, record);
  attach (run, DROVER_STATE_OFF);
  assert_off (run);
  g_assert_no_error (drover_run_get_error (run));

  leave_behind (run, record);
  start (run, TRUE);
  assert_qemu_state (run, "running");
  finish (g_steal_pointer (&run));
}

static void
test_stale_pid (void)
{
  g_autoptr (DroverRun) run = new_guest_run (ARGUMENTS ("-nographic"));
  g_autoptr (GSubprocess) gone =
    g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "sleep", "1000", NULL);
  GPid pid = atoi (g_subprocess_get_identifier (gone));
  g_autofree char *record = record_text (run, pid, 12345);

  g_subprocess_force_exit (gone);
  g_assert_true (g_subprocess_wait (gone, NULL, NULL));
  check_stale (record);
}

/* The pid went to another process. It must not be taken for the guest, nor be ended. */
static void
test_stale_start_time (void)
{
  g_autoptr (DroverRun) run = new_guest_run (ARGUMENTS ("-nographic"));
  guint64 ours = drover_process_get_start_time (getpid ());
  g_autofree char *record = record_text (run, getpid (), ours + 1);

  check_stale (record);
}

/* A record that came from elsewhere, as with a copied folder: the process lives, but it is
 * another machine's. */
static void
test_foreign_uuid (void)
{
  g_autoptr (DroverRun) other = new_guest_run (ARGUMENTS ("-nographic"));
  g_autoptr (DroverRun) run = new_guest_run (ARGUMENTS ("-nographic"));
  g_autofree char *record =
    record_text (other, getpid (), drover_process_get_start_time (getpid ()));

  leave_behind (run, record);
  attach (run, DROVER_STATE_OFF);
  g_assert_cmpint (drover_run_get_pid (run), ==, 0);
}

/* Where the folder lies in /tmp anybody can have made it, with a record of a process of ours. */
static void
test_open_folder (void)
{
  g_autoptr (DroverRun) run = new_guest_run (ARGUMENTS ("-nographic"));
  g_autofree char *record =
    record_text (run, getpid (), drover_process_get_start_time (getpid ()));
  g_autofree char *folder = drover_run_dup_runtime_dir (run);
  g_autofree char *parent = g_path_get_dirname (folder);
  g_autofree char *elsewhere = g_strconcat (folder, "-elsewhere", NULL);
  const char *const folders[] = { folder, parent };

  leave_behind (run, record);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (DroverRunRecord) good = drover_run_record_load (folder, NULL);

      g_assert_nonnull (good);
      g_assert_cmpint (g_chmod (folders[i], 0777), ==, 0);
      attach (run, DROVER_STATE_OFF);
      g_assert_cmpint (drover_run_get_pid (run), ==, 0);
      g_assert_true (runtime_file_exists (run, DROVER_RUN_RECORD_FILE));
      g_assert_cmpint (g_chmod (folders[i], 0700), ==, 0);
    }

  g_assert_cmpint (g_rename (folder, elsewhere), ==, 0);
  g_assert_cmpint (symlink (elsewhere, folder), ==, 0);
  attach (run, DROVER_STATE_OFF);
  g_assert_true (runtime_file_exists (run, DROVER_RUN_RECORD_FILE));
  g_assert_cmpint (g_unlink (folder), ==, 0);
}

/* A copy of the folder of a guest that runs: it is not the copy that runs. A folder that was
 * only renamed is still the guest's. */
static void
test_copied_folder (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  DroverMachine *machine = drover_run_get_machine (run);
  const char *folder = drover_machine_get_folder (machine);
  g_autofree char *copy_folder = g_strconcat (folder, "-copy", NULL);
  g_autofree char *copy_file = g_build_filename (copy_folder, "machine.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (DroverMachine) copy = NULL;
  g_autoptr (DroverRun) copy_run = NULL;

  g_assert_true (g_file_get_contents (drover_machine_get_file (machine), &text, NULL, NULL));
  g_assert_cmpint (g_mkdir (copy_folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (copy_file, text, -1, NULL));
  copy = drover_machine_new (copy_folder);
  copy_run = drover_run_new (copy, DROVER_CTL_SOCKET);
  attach (copy_run, DROVER_STATE_OFF);

  g_assert_cmpint (g_remove (drover_machine_get_file (machine)), ==, 0);
  attach (copy_run, "running");
  drop (g_steal_pointer (&copy_run));
  g_assert_true (g_file_set_contents (drover_machine_get_file (machine), text, -1, NULL));
  finish (g_steal_pointer (&run));
}

/* What a guest was started with, whoever looks and whenever. */
static void
test_differs (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  DroverMachine *machine = drover_run_get_machine (run);
  g_autoptr (DroverDocument) before = drover_document_ref (drover_machine_get_document (machine));
  g_autoptr (GPtrArray) arguments = g_ptr_array_copy (
    drover_document_get_arguments (before), (GCopyFunc) (void (*) (void)) drover_argument_ref, NULL);
  g_autoptr (DroverDocument) after = NULL;
  g_autoptr (DroverDocument) elsewhere = drover_document_with_directory (before, "/");
  g_autoptr (DroverRun) adopted = NULL;

  g_ptr_array_set_free_func (arguments, (GDestroyNotify) drover_argument_unref);
  g_ptr_array_add (arguments, drover_argument_new ("-name", "other"));
  after = drover_document_with_arguments (before, arguments);
  g_assert_false (drover_run_differs (run, before));
  g_assert_true (drover_run_differs (run, after));
  g_assert_true (drover_run_differs (run, elsewhere));
  g_assert_true (drover_run_was_started (run));

  /* Saved while nobody looked. */
  g_assert_true (drover_machine_save (machine, after, NULL));
  adopted = new_run_of_same (run, DROVER_CTL_SOCKET);
  attach (adopted, "running");
  g_assert_true (drover_run_differs (
    adopted, drover_machine_get_document (drover_run_get_machine (adopted))));
  g_assert_false (drover_run_differs (adopted, before));
  drop (g_steal_pointer (&adopted));
  force_off (run);
  g_assert_false (drover_run_differs (run, after));
  finish (g_steal_pointer (&run));
}

/* A guest that a Drover started whose records had no saved command. */
static void
test_differs_of_old (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  DroverDocument *before = drover_machine_get_document (drover_run_get_machine (run));
  g_autoptr (DroverDocument) after = drover_document_with_program (before, "other");
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (run);
  g_autoptr (DroverRunRecord) record = drover_run_record_load (runtime_dir, NULL);
  g_autoptr (DroverRun) adopted = new_run_of_same (run, DROVER_CTL_SOCKET);

  g_assert_nonnull (record->command);
  g_clear_pointer (&record->command, g_strfreev);
  g_assert_true (drover_run_record_save (record, runtime_dir, NULL));
  attach (adopted, "running");
  g_assert_false (drover_run_differs (adopted, before));
  g_assert_true (drover_run_differs (adopted, after));
  drop (g_steal_pointer (&adopted));
  finish (g_steal_pointer (&run));
}

static void
put (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, "", -1, NULL));
}

/* Nothing of its runs stays, and it is not deleted while another program starts it. */
static void
test_delete (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  DroverMachine *machine = drover_run_get_machine (run);
  g_autofree char *machines = g_path_get_dirname (drover_machine_get_folder (machine));
  g_autofree char *folder = g_strdup (drover_machine_get_folder (machine));
  g_autofree char *log_dir = drover_paths_dup_log_dir (drover_machine_get_slug (machine));
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (run);
  g_autoptr (DroverLibrary) library = drover_library_new (machines);
  g_auto (GStrv) left_behind = NULL;
  g_autoptr (GError) error = NULL;
  int fd;

  force_off (run);
  put (log_dir, "console-0.log.1");
  put (runtime_dir, "hot.lock");
  put (folder, "virtiofs-share0.sock.lock");
  fd = drover_run_record_lock (runtime_dir, NULL);
  g_assert_false (drover_run_delete_machine (run, library, &left_behind, &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE);
  g_clear_error (&error);
  close (fd);

  drover_run_delete_machine (run, library, &left_behind, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (left_behind), ==, 0);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (log_dir, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (runtime_dir, G_FILE_TEST_EXISTS));
}

/* A new machine in the folder's old name finds the logs, and was never started all the same. */
static void
test_same_slug (void)
{
  g_autoptr (DroverRun) run = new_guest_run (ARGUMENTS ("-nographic"));
  DroverMachine *machine = drover_run_get_machine (run);
  g_autoptr (DroverDocument) document =
    drover_document_with_new_uuid (drover_machine_get_document (machine));

  g_assert_false (drover_run_was_started (run));
  start (run, FALSE);
  force_off (run);
  g_assert_true (drover_run_was_started (run));
  g_assert_true (drover_machine_save (machine, document, NULL));
  g_assert_false (drover_run_was_started (run));
  finish (g_steal_pointer (&run));
}

static void
test_garbage_record (void)
{
  static const char *const records[] = {
    "",
    "{",
    "[]",
    "{}",
    "\"text\"",
    "{\"uuid\": 7, \"pid\": \"x\", \"start-time\": [], \"argv\": {}, \"consoles\": 7}",
    "{\"pid\": null, \"argv\": null, \"consoles\": null}",
    "{\"pid\": -1, \"argv\": [1, null, []], \"consoles\": [1, {\"path\": 1, \"log\": []}]}",
    "{\"pid\": 99999999999999, \"start-time\": -5}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (records); i++)
    check_stale (records[i]);
}

/* One who sees an end late must not clear away the run that came after, but take to it. */
static void
test_late_end (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));
  GPid pid = drover_run_get_pid (run);
  guint64 start_time = drover_process_get_start_time (pid);
  g_autoptr (GSubprocess) next =
    g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "sleep", "1000", NULL);
  GPid next_pid = atoi (g_subprocess_get_identifier (next));
  g_autofree char *record =
    record_text (run, next_pid, drover_process_get_start_time (next_pid));

  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  while (drover_process_is_alive (pid, start_time))
    g_thread_yield ();
  leave_behind (run, record);
  drover_test_until (drover_run_get_pid (run) == next_pid);
  g_assert_true (runtime_file_exists (run, DROVER_RUN_RECORD_FILE));
  g_assert_true (runtime_file_exists (run, DROVER_QMP_SOCKET));

  g_subprocess_force_exit (next);
  drover_test_until (drover_run_is_off (run));
  assert_off (run);
  drop (g_steal_pointer (&run));
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--starter"))
    return starter_main (argv[2]);

  drover_test_init (&argc, &argv);
  g_test_add_func ("/run-adopt/nothing", test_nothing);
  g_test_add_func ("/run-adopt/second", test_second);
  g_test_add_func ("/run-adopt/takeovers", test_takeovers);
  g_test_add_func ("/run-adopt/starter-dies", test_starter_dies);
  g_test_add_func ("/run-adopt/starter-killed-anywhere", test_starter_killed_anywhere);
  g_test_add_func ("/run-adopt/unfinished", test_unfinished);
  g_test_add_func ("/run-adopt/services-of-new-guest", test_services_of_new_guest);
  g_test_add_func ("/run-adopt/killed", test_killed_after_adoption);
  g_test_add_func ("/run-adopt/paused", test_adopt_paused);
  g_test_add_func ("/run-adopt/busy", test_busy);
  g_test_add_func ("/run-adopt/busy-ends", test_busy_ends);
  g_test_add_func ("/run-adopt/force-off-while-attaching", test_force_off_while_attaching);
  g_test_add_func ("/run-adopt/dropped-while-attaching", test_dropped_while_attaching);
  g_test_add_func ("/run-adopt/stale/pid", test_stale_pid);
  g_test_add_func ("/run-adopt/stale/start-time", test_stale_start_time);
  g_test_add_func ("/run-adopt/stale/foreign-uuid", test_foreign_uuid);
  g_test_add_func ("/run-adopt/open-folder", test_open_folder);
  g_test_add_func ("/run-adopt/copied-folder", test_copied_folder);
  g_test_add_func ("/run-adopt/differs", test_differs);
  g_test_add_func ("/run-adopt/differs-of-old", test_differs_of_old);
  g_test_add_func ("/run-adopt/delete", test_delete);
  g_test_add_func ("/run-adopt/same-slug", test_same_slug);
  g_test_add_func ("/run-adopt/stale/garbage", test_garbage_record);
  g_test_add_func ("/run-adopt/late-end", test_late_end);
  return drover_test_run ();
}
