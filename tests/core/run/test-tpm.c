/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drover-check.h"
#include "drover-library.h"
#include "drover-tpm.h"
#include "run-fixture.h"

/* A machine's TPM with real swtpm: its arguments, its keys, and that it lives and dies with
 * QEMU. */

#define OVMF "/usr/share/OVMF/"

static gboolean
has_swtpm (void)
{
  if (drover_tpm_is_installed (NULL))
    return TRUE;

  g_test_skip ("swtpm is not installed");
  return FALSE;
}

static void
apply (DroverMachine *machine, const char *version)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverDocument) document =
    drover_tpm_apply (drover_machine_get_document (machine), version, NULL, NULL, &error);

  g_assert_no_error (error);
  drover_machine_save (machine, document, &error);
  g_assert_no_error (error);
}

static DroverRun *
new_tpm_run (const char *version, const char *const *more)
{
  g_autoptr (DroverMachine) machine = new_guest_machine (more);

  apply (machine, version);
  return drover_run_new (machine, DROVER_QMP_SOCKET);
}

static const DroverService *
get_service (DroverRun *run)
{
  GPtrArray *services = drover_run_get_services (run);

  g_assert_cmpuint (services->len, ==, 1);
  return services->pdata[0];
}

static char *
dup_path (DroverRun *run, const char *name)
{
  return g_build_filename (drover_machine_get_folder (drover_run_get_machine (run)), name, NULL);
}

static gboolean
file_exists (DroverRun *run, const char *name)
{
  g_autofree char *path = dup_path (run, name);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static gboolean
is_gone (GPid pid, guint64 start_time)
{
  return !drover_process_is_alive (pid, start_time);
}

/* Ends the run, and sees that nothing of it is left. The TPM's process has no path of ours in
 * its command line, so it is looked for by its number. */
static void
finish_tpm (DroverRun *run)
{
  g_autoptr (DroverService) service = drover_service_copy (get_service (run));

  if (!drover_run_is_off (run))
    force_off (run);
  g_assert_true (is_gone (service->pid, service->start_time));
  g_assert_false (g_file_test (service->socket, G_FILE_TEST_EXISTS));
  finish (run);
}

static void
assert_start_fails (DroverRun *run, GQuark domain, int code, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (drover_test_await (drover_run_start (run, FALSE), &error));
  g_assert_error (error, domain, code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, words));
  assert_off (run);
}

static char *
dup_command (DroverDocument *document)
{
  g_auto (GStrv) argv = drover_document_dup_argv (document);

  return g_strjoinv (" ", argv + 1);
}

static DroverDocument *
make (const char *program, const char *const *words)
{
  g_autoptr (DroverMachine) machine = new_machine (program, words);

  return drover_document_ref (drover_machine_get_document (machine));
}

/* The arguments */

static void
test_apply (void)
{
  static const struct
  {
    const char *program;
    const char *machine;
    const char *version;
    const char *device; /* NULL: there is none */
  } cases[] = {
    { "qemu-system-x86_64", "pc-q35-10.0", "2.0", "tpm-crb" },
    { "qemu-system-x86_64", NULL, "1.2", "tpm-tis" },
    { "/usr/bin/qemu-system-i386", "pc", "2.0", "tpm-crb" },
    { "qemu-system-aarch64", "virt-10.0", "2.0", "tpm-tis-device" },
    { "qemu-system-aarch64", "raspi4b", "2.0", NULL },
    { "qemu-system-riscv64", "virt", "2.0", "tpm-tis-device" },
    { "qemu-system-ppc64", "pseries-10.0", "2.0", "tpm-spapr" },
    { "qemu-system-ppc64", NULL, "2.0", "tpm-spapr" },
    { "qemu-system-s390x", NULL, "2.0", NULL },
    { "qemu-system-x86_64", NULL, "3.0", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (DroverDocument) before = make (cases[i].program, ARGUMENTS ("-m", "64"));
      g_autoptr (GError) error = NULL;
      g_autoptr (DroverDocument) with =
        drover_tpm_apply (before, cases[i].version, cases[i].machine, NULL, &error);
      g_autoptr (DroverDocument) without = NULL;
      g_autofree char *expected = NULL;
      g_autofree char *command = NULL;

      if (cases[i].device == NULL)
        {
          g_assert_null (with);
          g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
          continue;
        }

      g_assert_no_error (error);
      expected = g_strdup_printf ("-m 64 -chardev socket,id=chrtpm,path=tpm.sock "
                                  "-tpmdev emulator,id=tpm0,chardev=chrtpm "
                                  "-device %s,tpmdev=tpm0", cases[i].device);
      command = dup_command (with);
      g_assert_cmpstr (command, ==, expected);
      g_assert_cmpstr (drover_tpm_get_version (with), ==, cases[i].version);

      /* Removing takes away what was added, to the byte. */
      without = drover_tpm_apply (with, NULL, cases[i].machine, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (drover_document_equal (without, before));
    }
}

/* What the user brought along is used, and stays. */
static void
test_apply_to_imported (void)
{
  g_autoptr (DroverDocument) before =
    make (QEMU, ARGUMENTS ("-tpmdev", "emulator,chardev=c,id=t", "-m", "64", "-chardev",
                           "socket,id=c,path=mine.sock", "-device", "tpm-tis,tpmdev=t,irq=5"));
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverDocument) old = drover_tpm_apply (before, "1.2", NULL, NULL, &error);
  g_autoptr (DroverDocument) crb = NULL;
  g_autoptr (DroverDocument) back = NULL;
  g_autoptr (DroverDocument) without = NULL;
  g_autofree char *before_command = dup_command (before);
  g_autofree char *old_command = dup_command (old);
  g_autofree char *crb_command = NULL;
  g_autofree char *back_command = NULL;
  g_autofree char *without_command = NULL;

  g_assert_cmpstr (old_command, ==, before_command);
  g_assert_cmpstr (drover_tpm_get_version (old), ==, "1.2");
  crb = drover_tpm_apply (old, "2.0", NULL, NULL, &error);
  crb_command = dup_command (crb);
  g_assert_nonnull (strstr (crb_command, "tpm-crb,tpmdev=t"));
  back = drover_tpm_apply (crb, "1.2", NULL, NULL, &error);
  back_command = dup_command (back);
  g_assert_nonnull (strstr (back_command, "tpm-tis,tpmdev=t"));
  without = drover_tpm_apply (back, NULL, NULL, NULL, &error);
  without_command = dup_command (without);
  g_assert_cmpstr (without_command, ==, "-m 64");
  g_assert_null (drover_document_get_member (without, "services"));
}

/* Other services, and what this Drover does not know, stay. */
static void
test_members (void)
{
  static const char text[] =
    "{\"version\":1,\"uuid\":\"4d5a1b62-56b5-4c1d-a2bb-a3b5ed1f33ce\",\"name\":\"n\","
    "\"program\":\"" QEMU "\",\"services\":{\"other\":{\"a\":1},\"tpm\":{\"version\":\"9\","
    "\"hue\":\"blue\"}}}";
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverDocument) document = drover_document_parse (text, -1, &error);
  g_autoptr (DroverDocument) with = NULL;
  g_autoptr (DroverDocument) without = NULL;
  g_autofree char *with_text = NULL;
  g_autofree char *without_text = NULL;

  g_assert_no_error (error);
  g_assert_null (drover_tpm_get_version (document));
  with = drover_tpm_apply (document, "2.0", NULL, NULL, &error);
  with_text = drover_document_to_text (with);
  g_assert_nonnull (strstr (with_text, "blue"));
  g_assert_cmpstr (drover_tpm_get_version (with), ==, "2.0");
  without = drover_tpm_apply (with, NULL, NULL, NULL, &error);
  without_text = drover_document_to_text (without);
  g_assert_nonnull (strstr (without_text, "other"));
  g_assert_null (strstr (without_text, "tpm"));
}

/* Life and death */

static void
test_start (gconstpointer version)
{
  g_autoptr (DroverRun) run = NULL;
  g_autoptr (JsonNode) answer = NULL;
  g_autofree char *state = g_build_filename ("tpm", version, NULL);
  g_autofree char *path = NULL;
  g_autofree char *authority = NULL;
  struct stat first;
  struct stat second;

  if (!has_swtpm ())
    return;

  run = new_tpm_run (version, ARGUMENTS ("-nographic"));
  start (run, FALSE);
  g_assert_true (drover_service_is_alive (get_service (run)));
  g_assert_cmpint (getsid (get_service (run)->pid), ==, get_service (run)->pid);
  answer = ask_qemu (run, "query-tpm");
  g_assert_cmpuint (json_array_get_length (json_node_get_array (answer)), ==, 1);
  path = dup_path (run, state);
  g_assert_cmpint (stat (path, &first), ==, 0);
  authority = g_build_filename (g_get_user_state_dir (), "drover", "swtpm", "issuercert.pem", NULL);
  g_assert_true (g_file_test (authority, G_FILE_TEST_EXISTS));
  force_off (run);

  /* The keys are made once. */
  start (run, FALSE);
  g_assert_cmpint (stat (path, &second), ==, 0);
  g_assert_cmpuint (first.st_ino, ==, second.st_ino);
  finish_tpm (g_steal_pointer (&run));
}

static void
failed_cb (DroverRun *run, const char *message, char **said)
{
  g_set_str (said, message);
}

static void
test_swtpm_killed (void)
{
  g_autoptr (DroverRun) run = NULL;
  g_autofree char *said = NULL;

  if (!has_swtpm ())
    return;

  run = new_tpm_run ("2.0", ARGUMENTS ("-nographic"));
  g_signal_connect (run, "service-failed", G_CALLBACK (failed_cb), &said);
  start (run, FALSE);
  g_assert_cmpint (kill (get_service (run)->pid, SIGKILL), ==, 0);
  drover_test_until (said != NULL);
  assert_qemu_state (run, "running");
  finish_tpm (g_steal_pointer (&run));
}

static void
test_qemu_killed (void)
{
  g_autoptr (DroverRun) run = NULL;

  if (!has_swtpm ())
    return;

  run = new_tpm_run ("2.0", ARGUMENTS ("-nographic"));
  start (run, FALSE);
  g_assert_cmpint (kill (drover_run_get_pid (run), SIGKILL), ==, 0);
  drover_test_until (drover_run_is_off (run));
  finish_tpm (g_steal_pointer (&run));
}

/* The other program: starts the machine and dies like one that crashed. */
static int
starter_main (const char *folder)
{
  g_autoptr (DroverMachine) machine = drover_machine_new (folder);
  g_autoptr (DroverRun) run = drover_run_new (machine, DROVER_QMP_SOCKET);

  dex_init ();
  if (!drover_test_await (drover_run_start (run, FALSE), NULL))
    return 1;

  raise (SIGKILL);
  return 1;
}

static DroverRun *
start_and_crash (void)
{
  DroverRun *run = new_tpm_run ("2.0", ARGUMENTS ("-nographic"));
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) starter = g_subprocess_new (
    G_SUBPROCESS_FLAGS_NONE, &error, "/proc/self/exe", "--starter",
    drover_machine_get_folder (drover_run_get_machine (run)), NULL);

  g_assert_no_error (error);
  g_subprocess_wait (starter, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_signaled (starter));
  return run;
}

static void
test_drover_killed (void)
{
  g_autoptr (DroverRun) run = NULL;
  g_autoptr (GError) error = NULL;

  if (!has_swtpm ())
    return;

  run = start_and_crash ();
  drover_test_await (drover_run_attach (run), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (drover_run_get_state (run), ==, "running");
  g_assert_true (drover_service_is_alive (get_service (run)));
  finish_tpm (g_steal_pointer (&run));
}

/* All are dead but a swtpm that hangs: whoever looks at the machine next sees to it. */
static void
test_leftover (gconstpointer by_starting)
{
  g_autoptr (DroverRun) run = NULL;
  g_autoptr (DroverRunRecord) record = NULL;
  g_autofree char *runtime_dir = NULL;
  g_autoptr (GError) error = NULL;
  const DroverService *service;

  if (!has_swtpm ())
    return;

  run = start_and_crash ();
  runtime_dir = drover_run_dup_runtime_dir (run);
  record = drover_run_record_load (runtime_dir, &error);
  g_assert_no_error (error);
  service = record->services->pdata[0];
  g_assert_cmpint (kill (service->pid, SIGSTOP), ==, 0);
  g_assert_cmpint (kill (record->pid, SIGKILL), ==, 0);
  drover_test_await (drover_process_wait_gone (record->pid, record->start_time), NULL);
  g_assert_true (drover_service_is_alive (service));

  if (by_starting)
    {
      start (run, FALSE);
      g_assert_true (drover_service_is_alive (get_service (run)));
    }
  else
    {
      drover_test_await (drover_run_attach (run), &error);
      g_assert_no_error (error);
    }
  g_assert_false (drover_service_is_alive (service));
  if (by_starting)
    finish_tpm (g_steal_pointer (&run));
  else
    finish (g_steal_pointer (&run));
}

/* What goes wrong */

/* A folder of programs, with those of @names replaced by scripts that say "no luck" and fail, and
 * without those whose name begins with a dash. */
static char *
make_path (const char *const *names)
{
  static const char *const all[] = { QEMU, "swtpm", "swtpm_setup", "swtpm_localca", "sh" };
  static guint n;
  char *folder = g_strdup_printf ("%s/bin-%u", drover_test_dir (), n++);

  g_mkdir (folder, 0700);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autofree char *found = g_find_program_in_path (all[i]);
      g_autofree char *missing = g_strconcat ("-", all[i], NULL);
      g_autofree char *path = g_build_filename (folder, all[i], NULL);

      if (g_strv_contains (names, missing))
        continue;
      if (!g_strv_contains (names, all[i]))
        g_assert_cmpint (symlink (found, path), ==, 0);
      else
        {
          g_file_set_contents (path, "#!/bin/sh\necho no luck >&2\nexit 3\n", -1, NULL);
          g_chmod (path, 0700);
        }
    }

  return folder;
}

static void
test_broken (gconstpointer data)
{
  const char *broken = data;
  g_autofree char *before = g_strdup (g_getenv ("PATH"));
  g_autofree char *path = NULL;
  g_autoptr (DroverRun) run = NULL;

  if (!has_swtpm ())
    return;

  run = new_tpm_run ("2.0", ARGUMENTS ("-nographic"));
  /* Setting up runs it too, and would be what fails. */
  if (g_str_equal (broken, "swtpm"))
    {
      start (run, FALSE);
      force_off (run);
    }
  path = make_path (ARGUMENTS (broken));
  g_setenv ("PATH", path, TRUE);
  if (broken[0] == '-')
    assert_start_fails (run, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING, "swtpm-tools");
  else
    assert_start_fails (run, DROVER_ERROR, DROVER_ERROR_START_FAILED, "no luck");
  g_setenv ("PATH", before, TRUE);
  g_assert_cmpint (file_exists (run, "tpm/2.0"), ==, g_str_equal (broken, "swtpm"));
  g_assert_false (file_exists (run, "tpm/new2.0"));
  g_assert_false (file_exists (run, "tpm.sock"));

  /* And once it is there, it works. */
  start (run, FALSE);
  finish_tpm (g_steal_pointer (&run));
}

static void
test_qemu_fails (void)
{
  g_autoptr (DroverRun) run = NULL;
  g_autoptr (DroverService) service = NULL;

  if (!has_swtpm ())
    return;

  run = new_tpm_run ("2.0", ARGUMENTS ("-nographic", "-device", "nosuchdevice"));
  assert_start_fails (run, DROVER_ERROR, DROVER_ERROR_START_FAILED, "nosuchdevice");
  g_assert_false (drover_service_is_alive (get_service (run)));
  finish_tpm (g_steal_pointer (&run));
}

static void
test_socket_in_the_way (void)
{
  g_autoptr (DroverRun) run = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) error = NULL;

  if (!has_swtpm ())
    return;

  run = new_tpm_run ("2.0", ARGUMENTS ("-nographic"));
  path = dup_path (run, "tpm.sock");
  g_file_set_contents (path, "mine", -1, NULL);
  assert_start_fails (run, DROVER_ERROR, DROVER_ERROR_START_FAILED, "in the way");
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  g_unlink (path);

  socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, &error);
  g_assert_no_error (error);
  address = g_unix_socket_address_new (path);
  g_assert_true (g_socket_bind (socket, address, FALSE, &error));
  g_assert_true (g_socket_listen (socket, &error));
  assert_start_fails (run, DROVER_ERROR, DROVER_ERROR_START_FAILED, "listens on");

  /* A stale one is in nobody's way. */
  g_socket_close (socket, NULL);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  start (run, FALSE);
  finish_tpm (g_steal_pointer (&run));
}

static void
test_nobody_listens (void)
{
  g_autoptr (DroverRun) run = new_guest_run (
    ARGUMENTS ("-nographic", "-chardev", "socket,id=c,path=mine.sock", "-tpmdev",
               "emulator,id=t,chardev=c", "-device", "tpm-crb,tpmdev=t"));

  assert_start_fails (run, DROVER_ERROR, DROVER_ERROR_ARGUMENT, "mine.sock");
  if (has_swtpm ())
    {
      apply (drover_run_get_machine (run), "2.0");
      start (run, FALSE);
      finish_tpm (g_steal_pointer (&run));
    }
  else
    finish (g_steal_pointer (&run));
}

/* Deep folders have names longer than a socket's may be. */
static void
test_long_path (void)
{
  g_autoptr (DroverMachine) machine = NULL;
  g_autoptr (DroverMachine) deep = NULL;
  g_autoptr (DroverRun) run = NULL;
  g_autofree char *word = g_strnfill (120, 'x');
  g_autofree char *folder = g_build_filename (drover_test_dir (), word, NULL);

  if (!has_swtpm ())
    return;

  machine = new_guest_machine (ARGUMENTS ("-nographic"));
  apply (machine, "2.0");
  g_assert_cmpint (g_rename (drover_machine_get_folder (machine), folder), ==, 0);
  deep = drover_machine_new (folder);
  run = drover_run_new (deep, DROVER_QMP_SOCKET);
  start (run, FALSE);
  finish_tpm (g_steal_pointer (&run));
}

static void
test_delete (void)
{
  g_autofree char *machines = g_build_filename (drover_test_dir (), "machines", NULL);
  g_autoptr (DroverLibrary) library = NULL;
  g_autoptr (DroverRun) run = NULL;
  g_auto (GStrv) left_behind = NULL;
  g_autofree char *folder = NULL;
  g_autoptr (GError) error = NULL;

  if (!has_swtpm ())
    return;

  run = new_tpm_run ("2.0", ARGUMENTS ("-nographic"));
  folder = dup_path (run, ".");
  start (run, FALSE);
  force_off (run);
  apply (drover_run_get_machine (run), "1.2");
  start (run, FALSE);
  force_off (run);
  g_assert_true (file_exists (run, "tpm/2.0"));
  g_assert_true (file_exists (run, "tpm/1.2"));

  library = drover_library_new (machines);
  g_assert_true (drover_run_delete_machine (run, library, &left_behind, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (left_behind), ==, 0);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
}

/* Other boards hold one as well. */
static void
test_board (gconstpointer data)
{
  const char *const *board = data;
  g_autoptr (DroverMachine) machine = NULL;
  g_autoptr (DroverRun) run = NULL;
  g_autoptr (JsonNode) answer = NULL;
  g_autofree char *program = g_find_program_in_path (board[0]);
  const char *model;

  if (program == NULL)
    g_test_skip ("this QEMU is not installed");
  if (program == NULL || !has_swtpm ())
    return;

  machine = new_machine (board[0], ARGUMENTS ("-machine", board[1], "-accel", "tcg", "-m", "256",
                                              "-nographic", "-nodefaults"));
  {
    g_autoptr (GError) error = NULL;
    g_autoptr (DroverDocument) document =
      drover_tpm_apply (drover_machine_get_document (machine), "2.0", board[1], NULL, &error);

    g_assert_no_error (error);
    g_assert_true (drover_machine_save (machine, document, &error));
  }
  run = drover_run_new (machine, DROVER_QMP_SOCKET);
  start (run, FALSE);
  answer = ask_qemu (run, "query-tpm");
  model = json_object_get_string_member (
    json_array_get_object_element (json_node_get_array (answer), 0), "model");
  g_assert_cmpstr (model, ==, board[2]);
  finish_tpm (g_steal_pointer (&run));
}

static DroverCheck *
check (DroverRun *run)
{
  DroverMachine *machine = drover_run_get_machine (run);
  g_autoptr (GError) error = NULL;
  DroverCheck *result = drover_test_await_boxed (
    drover_check_run (drover_machine_get_document (machine), drover_machine_get_directory (machine)),
    &error);

  g_assert_no_error (error);
  return result;
}

/* The dry run looks at the TPM's arguments, and does not touch the TPM. */
static void
test_check (void)
{
  g_autoptr (DroverRun) run = NULL;
  g_autoptr (DroverCheck) good = NULL;
  g_autoptr (DroverCheck) bad = NULL;
  g_autoptr (DroverCheck) missing = NULL;
  g_autofree char *before = g_strdup (g_getenv ("PATH"));
  g_autofree char *path = NULL;
  g_autoptr (DroverDocument) document = NULL;
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (GError) error = NULL;
  const DroverCheckProblem *problem;

  if (!has_swtpm ())
    return;

  run = new_tpm_run ("2.0", ARGUMENTS ("-nographic"));
  good = check (run);
  g_assert_true (good->passed);
  g_assert_cmpuint (good->problems->len, ==, 0);
  g_assert_false (file_exists (run, "tpm"));

  path = make_path (ARGUMENTS ("-swtpm"));
  g_setenv ("PATH", path, TRUE);
  missing = check (run);
  g_setenv ("PATH", before, TRUE);
  g_assert_false (missing->passed);
  problem = missing->problems->pdata[0];
  g_assert_nonnull (strstr (problem->message, "swtpm-tools"));

  document = drover_document_ref (drover_machine_get_document (drover_run_get_machine (run)));
  arguments = drover_arguments_copy (drover_document_get_arguments (document));
  g_ptr_array_add (arguments, drover_argument_new ("-global", "tpm-crb.ppi=maybe"));
  {
    g_autoptr (DroverDocument) changed = drover_document_with_arguments (document, arguments);

    g_assert_true (drover_machine_save (drover_run_get_machine (run), changed, &error));
  }
  bad = check (run);
  g_assert_false (bad->passed);
  g_assert_false (any_process_left ());
  drop (g_steal_pointer (&run));
}

static guint
count (const char *text, const char *word)
{
  guint n = 0;

  for (; text != NULL && (text = strstr (text, word)) != NULL; text++)
    n++;
  return n;
}

static void
copy_file (DroverMachine *machine, const char *from, const char *name)
{
  g_autofree char *path = g_build_filename (drover_machine_get_folder (machine), name, NULL);
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) target = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;

  g_file_copy (source, target, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* The firmware with enrolled keys finds the chip and measures into it: that many commands go to
 * the TPM before a system is looked for. */
static void
test_firmware_uses_it (void)
{
  g_autoptr (DroverMachine) machine = NULL;
  g_autoptr (DroverRun) run = NULL;

  if (!g_file_test (OVMF "OVMF_CODE_4M.ms.fd", G_FILE_TEST_EXISTS))
    g_test_skip ("OVMF is not installed");
  else if (has_swtpm ())
    {
      machine = new_machine (
        QEMU, ARGUMENTS ("-machine", "q35,smm=on", "-accel", "tcg", "-cpu", "max", "-m", "512",
                         "-nographic", "-global", "driver=cfi.pflash01,property=secure,value=on",
                         "-drive", "if=pflash,format=raw,readonly=on,file=" OVMF
                                   "OVMF_CODE_4M.ms.fd",
                         "-drive", "if=pflash,format=raw,file=vars.fd", "-net", "none", "-d",
                         "trace:tpm_emulator_handle_request"));
      copy_file (machine, OVMF "OVMF_VARS_4M.ms.fd", "vars.fd");
      apply (machine, "2.0");
      run = drover_run_new (machine, DROVER_QMP_SOCKET);
      start (run, FALSE);
      for (;;)
        {
          g_autofree char *log = drover_run_dup_qemu_log (run);

          if (count (log, "tpm_emulator_handle_request") > 50)
            break;
          g_main_context_iteration (NULL, FALSE);
          g_assert_true (drover_run_is_live (run));
        }
      finish_tpm (g_steal_pointer (&run));
    }
}

/* The firmware's shell lists who offers TCG2, which only a TPM 2.0 that was found does. */
static void
test_firmware_says_so (gconstpointer with_tpm)
{
  g_autoptr (DroverMachine) machine = NULL;
  g_autoptr (DroverRun) run = NULL;
  g_autoptr (Screen) screen = NULL;
  g_autofree char *boot = NULL;
  g_autofree char *script = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_test (OVMF "OVMF_CODE_4M.fd", G_FILE_TEST_EXISTS) ||
      !g_file_test ("/usr/share/efi-shell-x64/shellx64.efi", G_FILE_TEST_EXISTS))
    {
      g_test_skip ("OVMF or its shell is not installed");
      return;
    }
  if (!has_swtpm ())
    return;

  machine = new_machine (
    QEMU, ARGUMENTS ("-machine", "q35", "-accel", "tcg", "-m", "512", "-nographic", "-drive",
                     "if=pflash,format=raw,readonly=on,file=" OVMF "OVMF_CODE_4M.fd", "-drive",
                     "if=pflash,format=raw,file=vars.fd", "-net", "none", "-drive",
                     "file=fat:rw:esp,format=raw,if=virtio"));
  boot = g_build_filename (drover_machine_get_folder (machine), "esp", "EFI", "BOOT", NULL);
  script = g_build_filename (drover_machine_get_folder (machine), "esp", "startup.nsh", NULL);
  g_assert_cmpint (g_mkdir_with_parents (boot, 0700), ==, 0);
  g_file_set_contents (script, "@echo -off\r\necho begin\r\ndh -p Tcg2\r\necho the end\r\n", -1,
                       &error);
  g_assert_no_error (error);
  copy_file (machine, OVMF "OVMF_VARS_4M.fd", "vars.fd");
  copy_file (machine, "/usr/share/efi-shell-x64/shellx64.efi", "esp/EFI/BOOT/BOOTX64.EFI");
  apply (machine, with_tpm != NULL ? "2.0" : NULL);
  run = drover_run_new (machine, DROVER_QMP_SOCKET);
  start (run, TRUE);
  screen = screen_new (get_console (run, 0));
  drover_test_until (screen_has (screen, "the end"));
  g_test_message ("%.*s", (int) MIN (screen->bytes->len, 6000), (char *) screen->bytes->data);
  /* The heading names it too; in the list it has a colour. */
  g_assert_cmpint (screen_has (screen, "mTcg2"), ==, with_tpm != NULL);
  drover_console_set_consumer (get_console (run, 0), NULL, NULL);
  if (with_tpm != NULL)
    finish_tpm (g_steal_pointer (&run));
  else
    finish (g_steal_pointer (&run));
}

int
main (int argc, char **argv)
{
  static const char *const arm[] = { "qemu-system-aarch64", "virt", "tpm-tis" };
  static const char *const power[] = { "qemu-system-ppc64", "pseries", "tpm-spapr" };

  if (argc == 3 && g_str_equal (argv[1], "--starter"))
    return starter_main (argv[2]);

  drover_test_init (&argc, &argv);
  g_test_add_func ("/tpm/apply", test_apply);
  g_test_add_func ("/tpm/apply-to-imported", test_apply_to_imported);
  g_test_add_func ("/tpm/members", test_members);
  g_test_add_data_func ("/tpm/start/2.0", "2.0", test_start);
  g_test_add_data_func ("/tpm/start/1.2", "1.2", test_start);
  g_test_add_func ("/tpm/swtpm-killed", test_swtpm_killed);
  g_test_add_func ("/tpm/qemu-killed", test_qemu_killed);
  g_test_add_func ("/tpm/drover-killed", test_drover_killed);
  g_test_add_data_func ("/tpm/leftover/attach", NULL, test_leftover);
  g_test_add_data_func ("/tpm/leftover/start", "start", test_leftover);
  g_test_add_data_func ("/tpm/missing/swtpm", "-swtpm", test_broken);
  g_test_add_data_func ("/tpm/missing/swtpm-setup", "-swtpm_setup", test_broken);
  g_test_add_data_func ("/tpm/broken/swtpm", "swtpm", test_broken);
  g_test_add_data_func ("/tpm/broken/swtpm-setup", "swtpm_setup", test_broken);
  g_test_add_func ("/tpm/qemu-fails", test_qemu_fails);
  g_test_add_func ("/tpm/socket-in-the-way", test_socket_in_the_way);
  g_test_add_func ("/tpm/nobody-listens", test_nobody_listens);
  g_test_add_func ("/tpm/long-path", test_long_path);
  g_test_add_func ("/tpm/delete", test_delete);
  g_test_add_func ("/tpm/check", test_check);
  g_test_add_data_func ("/tpm/board/arm", arm, test_board);
  g_test_add_data_func ("/tpm/board/power", power, test_board);
  g_test_add_func ("/tpm/firmware-uses-it", test_firmware_uses_it);
  g_test_add_data_func ("/tpm/firmware-says-so/with", "with", test_firmware_says_so);
  g_test_add_data_func ("/tpm/firmware-says-so/without", NULL, test_firmware_says_so);
  return drover_test_run ();
}
