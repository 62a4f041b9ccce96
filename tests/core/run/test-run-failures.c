/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <unistd.h>

#include "run-fixture.h"

/* A QEMU that does not come up, or ends badly: a clear error each time, and nothing left. */

static DroverRun *
new_fake_run (const char *mode)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "core", "fake-qemu", NULL);
  g_autoptr (DroverMachine) machine =
    new_machine (program, ARGUMENTS ("-nodefaults", "-fake", mode));

  return drover_run_new (machine, DROVER_QMP_SOCKET);
}

/* Starts what cannot be started. */
static GError *
fail_to_start (DroverRun *run)
{
  GError *error = NULL;

  g_assert_false (drover_test_await (drover_run_start (run, TRUE), &error));
  g_assert_nonnull (error);
  g_assert_error (drover_run_get_error (run), error->domain, error->code);
  g_assert_cmpstr (drover_run_get_error (run)->message, ==, error->message);
  assert_off (run);
  return error;
}

typedef struct
{
  const char *mode;
  const char *words;
} Ending;

static void
test_ends (gconstpointer data)
{
  const Ending *ending = data;
  g_autoptr (DroverRun) run = new_fake_run (ending->mode);
  g_autoptr (GError) error = fail_to_start (run);

  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_START_FAILED);
  g_assert_nonnull (strstr (error->message, ending->words));
  finish (g_steal_pointer (&run));
}

static void
test_protocol (gconstpointer mode)
{
  g_autoptr (DroverRun) run = new_fake_run (mode);
  g_autoptr (GError) error = fail_to_start (run);

  g_assert_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL);
  finish (g_steal_pointer (&run));
}

/* Whoever answers instead of our QEMU gets no commands. */
static void
test_stranger (void)
{
  g_autoptr (DroverRun) run = new_fake_run ("stranger");
  g_autoptr (GError) error = fail_to_start (run);

  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE);
  drop (g_steal_pointer (&run));

  /* The stranger is not Drover's to end; the kernel ends it after its parent. */
  while (any_process_left ())
    g_thread_yield ();
}

/* A guest may be done sooner than anybody can ask. That is no failure. */
static void
test_short_run (void)
{
  g_autoptr (DroverRun) run = new_fake_run ("shutdown");

  start (run, TRUE);
  drover_test_until (drover_run_is_off (run));
  assert_off (run);
  g_assert_no_error (drover_run_get_error (run));
  g_assert_cmpstr (drover_run_get_shutdown_reason (run), ==, "guest-shutdown");
  finish (g_steal_pointer (&run));
}

/* What obeys nobody is killed. */
static void
test_stubborn (void)
{
  g_autoptr (DroverRun) run = new_fake_run ("stubborn");

  start (run, TRUE);
  g_assert_cmpstr (drover_run_get_state (run), ==, "running");
  force_off (run);
  finish (g_steal_pointer (&run));
}

/* What a guest can come to, said by a QEMU that plays it; tests of real guests are in
 * test-run-status.c. */

#define EVENT(name, data) "{\"event\": \"" name "\", \"data\": {" data "}, \"timestamp\": {}}\n"
#define GOES_ON "@cont\n=running\n" EVENT ("RESUME", "")
#define STANDS(status) "=" status "\n" EVENT ("STOP", "")

typedef struct
{
  const char *name;
  const char *script;
  const char *state;
  const char *reason; /* (nullable) */
  const char *word;   /* (nullable): of the trouble */
  const char *cause;  /* part of it */
  const char *remedy; /* part of it */
} Played;

#define DISK "\"device\": \"root\", \"operation\": \"write\", \"action\": \"stop\", "

static const Played played[] = {
  { "internal-error", GOES_ON STANDS ("internal-error"), "internal-error", "internal-error",
    "internal-error", "met something in the guest", "-accel tcg" },
  { "disk/no-space",
    GOES_ON "=io-error\n" EVENT ("BLOCK_IO_ERROR", DISK "\"nospace\": true, \"reason\": "
                                 "\"No space left on device\"") EVENT ("STOP", ""),
    "io-error", "no-space", "no-space", "“root” could not grow", "Free some space" },
  { "disk/error",
    GOES_ON "=io-error\n" EVENT ("BLOCK_IO_ERROR", DISK "\"nospace\": false, \"reason\": "
                                 "\"Input/output error\"") EVENT ("STOP", ""),
    "io-error", "io-error", "io-error", "could not be written: Input/output error", "tried anew" },
  { "disk/read",
    GOES_ON "=io-error\n" EVENT ("BLOCK_IO_ERROR", "\"device\": \"root\", \"operation\": "
                                 "\"read\", \"action\": \"stop\", \"reason\": \"gone\"")
      EVENT ("STOP", ""),
    "io-error", "io-error", "io-error", "could not be read: gone", "tried anew" },
  /* The guest is told, and goes on. */
  { "disk/report",
    GOES_ON EVENT ("BLOCK_IO_ERROR", "\"device\": \"root\", \"operation\": \"write\", "
                   "\"action\": \"report\", \"reason\": \"gone\""),
    "running", NULL, NULL, NULL, NULL },
  { "panic/pause",
    GOES_ON EVENT ("GUEST_PANICKED", "\"action\": \"pause\"") STANDS ("guest-panicked"),
    "guest-panicked", "guest-panic", "guest-panic", "(a panic)", "Reset it to start" },
  { "panic/run", GOES_ON EVENT ("GUEST_PANICKED", "\"action\": \"run\""), "running", NULL,
    "guest-panic", "(a panic)", "It goes on" },
  { "panic/poweroff", GOES_ON EVENT ("GUEST_PANICKED", "\"action\": \"poweroff\""), "running",
    NULL, "guest-panic", "(a panic)", "-action panic=pause" },
  { "watchdog/pause", GOES_ON EVENT ("WATCHDOG", "\"action\": \"pause\"") STANDS ("watchdog"),
    "watchdog", "watchdog", "watchdog", "watchdog ran out", "It stands still" },
  { "watchdog/reset",
    GOES_ON EVENT ("WATCHDOG", "\"action\": \"reset\"")
      EVENT ("RESET", "\"guest\": true, \"reason\": \"guest-reset\""),
    "running", NULL, "watchdog", "watchdog ran out", "It was reset" },
  { "watchdog/shutdown", GOES_ON EVENT ("WATCHDOG", "\"action\": \"shutdown\""), "running", NULL,
    "watchdog", "watchdog ran out", "asked to shut down" },
  { "watchdog/poweroff", GOES_ON EVENT ("WATCHDOG", "\"action\": \"poweroff\""), "running", NULL,
    "watchdog", "watchdog ran out", "-action watchdog=pause" },
  { "watchdog/debug", GOES_ON EVENT ("WATCHDOG", "\"action\": \"debug\""), "running", NULL,
    "watchdog", "watchdog ran out", "Nothing was done" },
  { "watchdog/none", GOES_ON EVENT ("WATCHDOG", "\"action\": \"none\""), "running", NULL,
    "watchdog", "watchdog ran out", "Nothing was done" },
  { "watchdog/inject-nmi", GOES_ON EVENT ("WATCHDOG", "\"action\": \"inject-nmi\""), "running",
    NULL, "watchdog", "watchdog ran out", "NMI" },
  { "reset", GOES_ON EVENT ("RESET", "\"guest\": true, \"reason\": \"guest-reset\""), "running",
    NULL, NULL, NULL, NULL },
  { "suspend", GOES_ON "=suspended\n" EVENT ("SUSPEND", ""), "suspended", "suspended", NULL, NULL,
    NULL },
};

/* A last event, behind which all others have been seen. */
#define END EVENT ("PLAYED", "")

static DroverRun *
new_played_run (const char *text)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "core", "fake-qemu", NULL);
  g_autofree char *path = g_build_filename (drover_test_dir (), "script", NULL);
  g_autofree char *script = g_strconcat (text, END, NULL);
  g_autoptr (DroverMachine) machine = NULL;
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, script, -1, &error);
  g_assert_no_error (error);
  machine =
    new_machine (program, ARGUMENTS ("-nodefaults", "-fake", "script", "-fake-script", path));
  return drover_run_new (machine, DROVER_QMP_SOCKET);
}

static void
seen_cb (DroverRun *run, const char *name, JsonObject *message, gboolean *seen)
{
  *seen = TRUE;
}

static gboolean
is_as (DroverRun *run, const Played *expected)
{
  DroverTrouble *trouble = drover_run_get_trouble (run);

  return g_str_equal (drover_run_get_state (run), expected->state) &&
         (trouble != NULL) == (expected->word != NULL);
}

static void
assert_as (DroverRun *run, const Played *expected)
{
  DroverTrouble *trouble = drover_run_get_trouble (run);

  g_assert_cmpstr (drover_run_get_reason (run), ==, expected->reason);
  if (trouble == NULL)
    return;
  g_assert_cmpstr (drover_trouble_get_word (trouble), ==, expected->word);
  g_test_message ("%s %s", trouble->cause, trouble->remedy);
  g_assert_nonnull (strstr (trouble->cause, expected->cause));
  g_assert_nonnull (strstr (trouble->remedy, expected->remedy));
}

/* Its second process goes after it. */
static void
end_played (DroverRun *run)
{
  force_off (run);
  drop (run);
  while (any_process_left ())
    g_thread_yield ();
}

static void
test_played (gconstpointer data)
{
  const Played *expected = data;
  g_autoptr (DroverRun) run = new_played_run (expected->script);
  gboolean seen = FALSE;

  g_signal_connect (run, "event::PLAYED", G_CALLBACK (seen_cb), &seen);
  start (run, FALSE);
  drover_test_until (seen && is_as (run, expected));
  assert_as (run, expected);
  end_played (g_steal_pointer (&run));
}

/* What settles it: going on, being reset by us, waking. */
static void
test_played_on (void)
{
  g_autoptr (DroverRun) run = new_played_run (
    GOES_ON EVENT ("WATCHDOG", "\"action\": \"pause\"") STANDS ("watchdog")
    GOES_ON EVENT ("WATCHDOG", "\"action\": \"none\"")
    "@system_reset\n" EVENT ("RESET", "\"guest\": true, \"reason\": \"guest-reset\"")
    EVENT ("RESET", "\"guest\": false, \"reason\": \"host-qmp-system-reset\"")
    "=suspended\n" EVENT ("SUSPEND", "") "@system_wakeup\n=running\n" EVENT ("WAKEUP", "")
    "@system_powerdown\n" EVENT ("POWERDOWN", ""));
  gboolean seen = FALSE;

  start (run, FALSE);
  drover_test_until (g_str_equal (drover_run_get_state (run), "watchdog") &&
                     drover_run_get_trouble (run) != NULL);
  g_assert_true (drover_test_await (drover_run_resume (run), NULL));
  drover_test_until (drover_run_is_running (run) && drover_run_get_trouble (run) != NULL);
  g_assert_nonnull (strstr (drover_run_get_trouble (run)->remedy, "Nothing was done"));

  /* A guest's own reset says nothing about the trouble, ours does away with it. */
  g_assert_true (drover_test_await (drover_run_reset (run), NULL));
  drover_test_until (g_str_equal (drover_run_get_state (run), "suspended"));
  g_assert_null (drover_run_get_trouble (run));
  g_assert_true (drover_test_await (drover_run_wake (run), NULL));
  drover_test_until (drover_run_is_running (run));

  drover_run_set_patience (run, 1);
  g_signal_connect (run, "event::POWERDOWN", G_CALLBACK (seen_cb), &seen);
  g_assert_true (drover_test_await (drover_run_shut_down (run), NULL));
  drover_test_until (seen && drover_run_get_trouble (run) != NULL);
  g_assert_cmpstr (drover_trouble_get_word (drover_run_get_trouble (run)), ==, "no-answer");
  end_played (g_steal_pointer (&run));
}

static void
test_no_kernel (void)
{
  g_autoptr (DroverRun) run =
    new_guest_run (ARGUMENTS ("-nographic", "-kernel", "/nonexistent/vmlinuz"));
  g_autoptr (GError) error = fail_to_start (run);
  g_autofree char *log = drover_run_dup_qemu_log (run);

  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_START_FAILED);
  g_assert_nonnull (strstr (error->message, "/nonexistent/vmlinuz"));
  g_assert_nonnull (strstr (log, error->message));
  finish (g_steal_pointer (&run));
}

/* The log of the failure is still there after the next start. */
static void
test_log_is_kept (void)
{
  g_autoptr (DroverRun) run = new_fake_run ("words");
  g_autoptr (GError) first = fail_to_start (run);
  g_autoptr (GError) second = fail_to_start (run);
  g_autofree char *log = drover_run_dup_log_path (run);
  g_autofree char *old = g_strconcat (log, ".old", NULL);
  g_autofree char *text = NULL;

  g_assert_cmpstr (first->message, ==, second->message);
  g_assert_true (g_file_get_contents (old, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "fake: second line"));
  finish (g_steal_pointer (&run));
}

static void
test_program_missing (gconstpointer program)
{
  g_autoptr (DroverMachine) machine = new_machine (program, ARGUMENTS ("-nographic"));
  g_autoptr (DroverRun) run = drover_run_new (machine, DROVER_QMP_SOCKET);
  g_autoptr (GError) error = fail_to_start (run);

  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING);
  g_assert_nonnull (strstr (error->message, program));
  finish (g_steal_pointer (&run));
}

static void
test_machine_broken (void)
{
  g_autoptr (DroverMachine) machine = new_guest_machine (ARGUMENTS ("-nographic"));
  g_autoptr (DroverRun) run = drover_run_new (machine, DROVER_QMP_SOCKET);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (drover_machine_get_file (machine), "{", -1, NULL));
  g_assert_true (drover_machine_reload (machine));
  g_assert_false (drover_test_await (drover_run_start (run, TRUE), &error));
  g_assert_error (error, drover_machine_get_error (machine)->domain,
                  drover_machine_get_error (machine)->code);
  g_assert_true (drover_run_is_off (run));
  drop (g_steal_pointer (&run));
}

/* The file breaks while QEMU comes up, as when somebody edits it. */
static void
test_breaks_while_starting (void)
{
  g_autoptr (DroverMachine) machine = new_guest_machine (ARGUMENTS ("-nographic"));
  g_autoptr (DroverRun) run = drover_run_new (machine, DROVER_QMP_SOCKET);
  DexFuture *starting = drover_run_start (run, TRUE);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (drover_machine_get_file (machine), "{", -1, NULL));
  g_assert_true (drover_machine_reload (machine));
  drover_test_await (starting, &error);
  g_assert_no_error (error);
  assert_qemu_state (run, "running");

  g_assert_true (drover_test_await (drover_run_force_off (run), NULL));
  g_assert_false (any_process_left ());
  drop (g_steal_pointer (&run));
}

/* Sockets in a folder that belongs to somebody else would be somebody else's. */
static void
test_runtime_dir_is_link (void)
{
  g_autofree char *base = drover_paths_dup_runtime_dir (NULL);
  g_autofree char *moved = g_strconcat (base, ".moved", NULL);
  g_autoptr (DroverRun) run = new_guest_run (ARGUMENTS ("-nographic"));
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (base, 0700);
  g_assert_cmpint (g_rename (base, moved), ==, 0);
  g_assert_cmpint (symlink (moved, base), ==, 0);

  error = fail_to_start (run);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  g_assert_nonnull (strstr (error->message, base));

  g_assert_cmpint (g_unlink (base), ==, 0);
  g_assert_cmpint (g_rename (moved, base), ==, 0);
  finish (g_steal_pointer (&run));
}

static void
test_killed (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));

  g_assert_cmpint (kill (drover_run_get_pid (run), SIGKILL), ==, 0);
  drover_test_until (drover_run_is_off (run));
  assert_off (run);
  g_assert_error (drover_run_get_error (run), DROVER_ERROR, DROVER_ERROR_START_FAILED);
  g_assert_nonnull (strstr (drover_run_get_error (run)->message, "signal 9"));

  /* It can be started again, and then the error is past. */
  start (run, TRUE);
  g_assert_no_error (drover_run_get_error (run));
  finish (g_steal_pointer (&run));
}

/* SIGTERM is a way of shutting QEMU down; QEMU says so itself. */
static void
test_terminated (void)
{
  g_autoptr (DroverRun) run = new_started_run (ARGUMENTS ("-nographic"));

  g_assert_cmpint (kill (drover_run_get_pid (run), SIGTERM), ==, 0);
  drover_test_until (drover_run_is_off (run));
  assert_off (run);
  g_assert_no_error (drover_run_get_error (run));
  g_assert_cmpstr (drover_run_get_shutdown_reason (run), ==, "host-signal");
  finish (g_steal_pointer (&run));
}

int
main (int argc, char **argv)
{
  static const Ending endings[] = {
    { "silent", "status 3" },
    { "signal", "signal 6" },
    { "words", "fake: first line\nfake: second line" },
    { "dies", "fake: the disk has a hole" },
  };

  drover_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *path = g_strconcat ("/run-failures/ends/", endings[i].mode, NULL);

      g_test_add_data_func (path, &endings[i], test_ends);
    }
  g_test_add_data_func ("/run-failures/qmp/garbage", "garbage", test_protocol);
  g_test_add_data_func ("/run-failures/qmp/half", "half", test_protocol);
  g_test_add_func ("/run-failures/qmp/stranger", test_stranger);
  g_test_add_func ("/run-failures/short-run", test_short_run);
  g_test_add_func ("/run-failures/stubborn", test_stubborn);
  for (guint i = 0; i < G_N_ELEMENTS (played); i++)
    {
      g_autofree char *path = g_strconcat ("/run-failures/played/", played[i].name, NULL);

      g_test_add_data_func (path, &played[i], test_played);
    }
  g_test_add_func ("/run-failures/played-on", test_played_on);
  g_test_add_func ("/run-failures/no-kernel", test_no_kernel);
  g_test_add_func ("/run-failures/log-is-kept", test_log_is_kept);
  g_test_add_data_func ("/run-failures/program-missing/name", "qemu-system-nonexistent",
                        test_program_missing);
  g_test_add_data_func ("/run-failures/program-missing/path", "/nonexistent/qemu-system-x86_64",
                        test_program_missing);
  g_test_add_func ("/run-failures/machine-broken", test_machine_broken);
  g_test_add_func ("/run-failures/breaks-while-starting", test_breaks_while_starting);
  g_test_add_func ("/run-failures/runtime-dir-is-link", test_runtime_dir_is_link);
  g_test_add_func ("/run-failures/killed", test_killed);
  g_test_add_func ("/run-failures/terminated", test_terminated);
  return drover_test_run ();
}
