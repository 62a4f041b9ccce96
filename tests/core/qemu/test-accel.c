/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "drover-accel-private.h"
#include "drover-error.h"
#include "drover-paths.h"
#include "drover-test.h"

/* Most tests have a shell script play QEMU: it writes what a guest would have written. */

static const DroverAccelGuest *guest;
static const char *host_machine;
static char *host_cpu;

static char *
dup_path (const char *name)
{
  return g_build_filename (drover_test_dir (), name, NULL);
}

static char *
dup_contents (const char *name)
{
  g_autofree char *path = dup_path (name);
  char *contents = NULL;

  g_file_get_contents (path, &contents, NULL, NULL);
  return contents != NULL ? contents : g_strdup ("");
}

static void
remove_file (const char *name)
{
  g_autofree char *path = dup_path (name);

  g_unlink (path);
}

/* A program of the host's architecture that adds a byte to the file "starts", then runs @body. */
static char *
make_program_in (const char *folder_name,
                 const char *body)
{
  g_autofree char *folder = dup_path (folder_name);
  g_autofree char *name = g_strconcat ("qemu-system-", guest->architecture, NULL);
  g_autofree char *starts = dup_path ("starts");
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\nprintf . >>%s\n%s\n", starts, body);
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (folder, name, NULL);

  /* Two scripts of the same size and moment would be one program to the cache. */
  remove_file ("cache/drover/accelerators.ini");
  remove_file ("starts");
  g_mkdir_with_parents (folder, 0700);
  g_file_set_contents_full (path, script, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0755, &error);
  g_assert_no_error (error);
  return path;
}

static char *
make_program (const char *body)
{
  return make_program_in ("bin", body);
}

static char *
make_sound_program (void)
{
  g_autofree char *body = g_strdup_printf ("printf %s; exit %d", guest->letters,
                                           guest->exit_status);

  return make_program (body);
}

static void
assert_starts (const char *expected)
{
  g_autofree char *starts = dup_contents ("starts");

  g_assert_cmpstr (starts, ==, expected);
}

static char *
dup_children (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  g_autoptr (GString) all = g_string_new (NULL);
  const char *task;

  while (tasks != NULL && (task = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", task, "children", NULL);
      g_autofree char *children = NULL;

      if (g_file_get_contents (path, &children, NULL, NULL))
        g_string_append (all, children);
    }
  return g_string_free (g_steal_pointer (&all), FALSE);
}

/* Neither a process nor a file is left behind. */
static void
assert_clean (void)
{
  g_autofree char *children = dup_children ();
  g_autofree char *tmp = dup_path ("tmp");
  g_autoptr (GDir) dir = g_dir_open (tmp, 0, NULL);

  g_assert_cmpstr (children, ==, "");
  g_assert_nonnull (dir);
  g_assert_cmpstr (g_dir_read_name (dir), ==, NULL);
}

/* Takes @future. Whatever was tried and came out, these hold. */
static DroverAccelReport *
await_report (DexFuture *future)
{
  g_autoptr (GError) error = NULL;
  DroverAccelReport *report = drover_test_await_boxed (future, &error);
  const char *reached;

  g_assert_no_error (error);
  g_assert_nonnull (report);
  g_assert_cmpuint (strlen (drover_accel_report_get_reason (report)), >, 20);
  g_test_message ("%s", drover_accel_report_get_reason (report));

  reached = drover_accel_report_get_reached (report);
  g_assert_true (g_str_has_prefix (guest->letters, reached));
  if (drover_accel_report_get_verdict (report) == DROVER_ACCEL_VERDICT_PASSED)
    g_assert_cmpstr (reached, ==, guest->letters);
  assert_clean ();
  return report;
}

static void
assert_report (DroverAccelReport  *report,
               DroverAccelVerdict  verdict,
               const char         *reached)
{
  g_assert_cmpint (drover_accel_report_get_verdict (report), ==, verdict);
  g_assert_cmpstr (drover_accel_report_get_reached (report), ==, reached);
}

static void
assert_reason_has (DroverAccelReport *report,
                   const char        *words)
{
  if (strstr (drover_accel_report_get_reason (report), words) == NULL)
    g_error ("“%s” is not in “%s”", words, drover_accel_report_get_reason (report));
}

static char *
dup_qemu (const char *architecture)
{
  g_autofree char *name = g_strconcat ("qemu-system-", architecture, NULL);
  char *path = g_find_program_in_path (name);

  if (path == NULL)
    {
      g_autofree char *reason = g_strdup_printf ("%s is not installed", name);
      g_test_skip (reason);
    }
  return path;
}

static void
test_tcg (gconstpointer machine)
{
  g_autofree char *qemu = dup_qemu (guest->architecture);
  g_autoptr (DroverAccelReport) report = NULL;

  if (qemu == NULL)
    return;

  report = await_report (drover_accel_probe (qemu, "tcg", machine));
  assert_report (report, DROVER_ACCEL_VERDICT_PASSED, guest->letters);
  g_assert_cmpstr (drover_accel_report_get_accelerator (report), ==, "tcg");
  g_assert_cmpuint (drover_accel_report_get_milliseconds (report), >, 0);
  assert_reason_has (report, "TCG works");
}

static void
run_tool (const char *first,
          ...)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = NULL;
  const char *word;
  int status;
  va_list rest;

  va_start (rest, first);
  for (word = first; word != NULL; word = va_arg (rest, const char *))
    g_strv_builder_add (argv, word);
  va_end (rest);

  words = g_strv_builder_end (argv);
  g_spawn_sync (NULL, words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_spawn_check_wait_status (status, &error);
  g_assert_no_error (error);
}

/* The guest for Arm hosts, on any host: assembled here, emulated, run as drover_accel_probe()
 * would run it there. */
static void
test_aarch64_guest (void)
{
  g_autofree char *qemu = dup_qemu ("aarch64");
  g_autofree char *clang = g_find_program_in_path ("clang");
  g_autofree char *objcopy = g_find_program_in_path ("objcopy");
  g_autofree char *source = NULL;
  g_autofree char *object = dup_path ("guest.o");
  g_autofree char *binary = dup_path ("guest.bin");
  g_autofree char *code = NULL;
  g_autoptr (GBytes) image = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverAccelReport) report = NULL;
  gsize size;

  if (qemu == NULL)
    return;
  if (clang == NULL || objcopy == NULL)
    {
      g_test_skip ("clang or objcopy is not installed");
      return;
    }

  source = g_test_build_filename (G_TEST_DIST, "..", "src", "core", "qemu", "accelprobe-aarch64.S",
                                  NULL);
  run_tool (clang, "--target=aarch64-linux-gnu", "-c", "-o", object, source, NULL);
  run_tool (objcopy, "-I", "elf64-little", "-O", "binary", "-j", ".rodata.drover_accelprobe",
            object, binary, NULL);
  g_file_get_contents (binary, &code, &size, &error);
  g_assert_no_error (error);
  image = g_bytes_new_take (g_steal_pointer (&code), size);

  report = drover_test_await_boxed (_drover_accel_run (_drover_accel_guest_for ("aarch64"), image,
                                                       qemu, "tcg", "virt"), &error);
  g_assert_no_error (error);
  assert_report (report, DROVER_ACCEL_VERDICT_PASSED, "RMK");
  assert_clean ();
}

static void
test_kvm_here (void)
{
  g_autofree char *qemu = dup_qemu (guest->architecture);
  g_autoptr (DroverAccelReport) probed = NULL;
  g_autoptr (DroverAccelReport) chosen = NULL;
  gboolean complete;

  if (qemu == NULL)
    return;

  /* KVM may be sound, broken or missing here: only that the report fits it can be asserted. */
  probed = await_report (drover_accel_probe (qemu, "kvm", host_machine));
  complete = g_str_equal (drover_accel_report_get_reached (probed), guest->letters);
  g_assert_cmpint (drover_accel_report_get_verdict (probed) == DROVER_ACCEL_VERDICT_PASSED, ==,
                   complete);
  if (g_access ("/dev/kvm", F_OK) != 0)
    assert_report (probed, DROVER_ACCEL_VERDICT_UNAVAILABLE, "");

  chosen = await_report (drover_accel_choose (qemu, host_cpu, host_machine));
  assert_report (chosen, drover_accel_report_get_verdict (probed),
                 drover_accel_report_get_reached (probed));
  g_assert_cmpstr (drover_accel_report_get_accelerator (chosen), ==, "kvm");
}

static void
test_built_without (void)
{
  g_autofree char *qemu = dup_qemu (guest->architecture);
  g_autoptr (DroverAccelReport) report = NULL;

  if (qemu == NULL)
    return;

  report = await_report (drover_accel_probe (qemu, "nosuch", host_machine));
  assert_report (report, DROVER_ACCEL_VERDICT_UNAVAILABLE, "");
  assert_reason_has (report, "without NOSUCH");
}

typedef struct
{
  const char *name;
  const char *body;     /* LETTERS and STATUS are those of a sound guest */
  DroverAccelVerdict verdict;
  const char *reached;  /* NULL: all letters */
  const char *reason;   /* words of it */
} Case;

static const Case cases[] = {
  { "sound", "printf LETTERS; exit STATUS", DROVER_ACCEL_VERDICT_PASSED, NULL, "works" },
  /* Longer in all than a guest may stand still, but it moves on. */
  { "slow", "for x in SPACED; do printf $x; sleep 0.8; done; exit STATUS",
    DROVER_ACCEL_VERDICT_PASSED, NULL, "works" },
  { "hangs", "printf R; exec sleep 1000", DROVER_ACCEL_VERDICT_HUNG, "R", "hung in it after “R”" },
  { "hangs-silently", "exec sleep 1000", DROVER_ACCEL_VERDICT_HUNG, "", "never got to run" },
  { "hangs-at-the-end", "printf LETTERS; exec sleep 1000", DROVER_ACCEL_VERDICT_HUNG, NULL,
    "hung" },
  { "hangs-with-pipe-closed", "printf LETTERS; exec sleep 1000 >&-", DROVER_ACCEL_VERDICT_HUNG,
    NULL, "hung" },
  { "ignores-requests", "trap '' TERM INT HUP; printf R; while :; do sleep 0.01; done",
    DROVER_ACCEL_VERDICT_HUNG, "R", "hung in it after “R”" },
  { "dies", "printf R; echo one >&2; echo two >&2; exit 1", DROVER_ACCEL_VERDICT_WRONG, "R",
    "failed in it after “R”" },
  { "dies-at-once", "echo one >&2; echo 'qemu: no luck' >&2; exit 1", DROVER_ACCEL_VERDICT_WRONG,
    "", "“qemu: no luck”" },
  { "dies-silently", "exit 1", DROVER_ACCEL_VERDICT_WRONG, "", "QEMU ended" },
  { "is-killed", "printf LETTERS; kill -9 $$", DROVER_ACCEL_VERDICT_WRONG, NULL, "failed" },
  { "other-status", "printf LETTERS; exit 7", DROVER_ACCEL_VERDICT_WRONG, NULL, "failed" },
  { "stops-early", "printf R; exit STATUS", DROVER_ACCEL_VERDICT_WRONG, "R", "failed" },
  { "starts-over", "while :; do printf R; done", DROVER_ACCEL_VERDICT_WRONG, "R", "failed" },
  { "writes-too-much", "printf LETTERS; printf K; exit STATUS", DROVER_ACCEL_VERDICT_WRONG, NULL,
    "failed" },
  { "babbles", "exec cat /dev/zero", DROVER_ACCEL_VERDICT_WRONG, "", "QEMU ended" },
  { "complains", "printf 'R'; while :; do echo no >&2; done", DROVER_ACCEL_VERDICT_HUNG, "R",
    "hung" },
  { "leaves-a-child", "printf LETTERS; sleep 0.3 >&- & exit STATUS", DROVER_ACCEL_VERDICT_PASSED,
    NULL, "works" },
};

static char *
make_case_program (const Case *c)
{
  g_autofree char *status = g_strdup_printf ("%d", guest->exit_status);
  g_autoptr (GString) spaced = g_string_new (NULL);
  g_autoptr (GString) body = g_string_new (c->body);

  for (const char *letter = guest->letters; *letter != '\0'; letter++)
    g_string_append_printf (spaced, "%c ", *letter);
  g_string_replace (body, "LETTERS", guest->letters, 0);
  g_string_replace (body, "STATUS", status, 0);
  g_string_replace (body, "SPACED", spaced->str, 0);
  return make_program_in (c->name, body->str);
}

/* All at once, as most of them take as long as a guest may stand still. */
static void
test_cases (void)
{
  DexFuture *futures[G_N_ELEMENTS (cases)];

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *program = make_case_program (&cases[i]);
      futures[i] = drover_accel_probe (program, "tcg", host_machine);
    }
  /* All of them first, as await_report() wants no process to be left. */
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    drover_test_settle (futures[i]);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *c = &cases[i];
      g_autoptr (DroverAccelReport) report = NULL;

      g_test_message ("%s:", c->name);
      report = await_report (futures[i]);
      assert_report (report, c->verdict, c->reached != NULL ? c->reached : guest->letters);
      assert_reason_has (report, c->reason);
    }
}

/* The kernel kills QEMU if Drover dies in the middle of a test. */
static void
test_dies_with_us (void)
{
#ifdef __linux__
  g_autofree char *setpriv = g_find_program_in_path ("setpriv");
  g_autofree char *file = dup_path ("setpriv.txt");
  g_autofree char *body = g_strdup_printf ("exec setpriv --dump >%s", file);
  g_autofree char *program = make_program (body);
  g_autofree char *state = NULL;
  const char *line;

  if (setpriv == NULL)
    {
      g_test_skip ("setpriv is not installed");
      return;
    }
  drover_accel_report_unref (await_report (drover_accel_probe (program, "tcg", host_machine)));
  state = dup_contents ("setpriv.txt");
  line = strstr (state, "Parent death signal:");
  g_assert_nonnull (line);
  g_assert_nonnull (strstr (line, "KILL"));
#else
  g_test_skip ("only Linux can do this");
#endif
}

/* A test in which everybody has lost interest goes to its end, and leaves nothing behind. */
static void
test_discarded (void)
{
  /* The letter wakes our main loop, so that it sees that the program has started. */
  g_autofree char *program = make_program ("printf R; exec sleep 1000");
  g_autofree char *tmp = dup_path ("tmp");
  DexPromise *promise = dex_promise_new ();
  g_autoptr (DexFuture) first = NULL;
  g_autofree char *starts = NULL;
  gboolean clean;

  first = dex_future_first (drover_accel_probe (program, "tcg", host_machine),
                            dex_ref (DEX_FUTURE (promise)), NULL);
  drover_test_until ((g_free (starts), starts = dup_contents ("starts"), *starts != '\0'));
  dex_promise_resolve_boolean (promise, TRUE);
  g_assert_true (drover_test_await (g_steal_pointer (&first), NULL));
  dex_unref (promise);

  do
    {
      g_autofree char *children = dup_children ();
      g_autoptr (GDir) dir = g_dir_open (tmp, 0, NULL);

      clean = *children == '\0' && g_dir_read_name (dir) == NULL;
      if (!clean)
        {
          g_main_context_iteration (NULL, FALSE);
          g_usleep (1000);
        }
    }
  while (!clean);
}

static void
test_program_missing (void)
{
  g_autofree char *name = g_strconcat ("qemu-system-", guest->architecture, NULL);
  g_autofree char *missing = g_build_filename (drover_test_dir (), "nowhere", name, NULL);
  g_autofree char *device = dup_path ("kvm");
  g_autoptr (GError) probe_error = NULL;
  g_autoptr (GError) choose_error = NULL;

  g_assert_null (drover_test_await_boxed (drover_accel_probe (missing, "tcg", host_machine),
                                          &probe_error));
  g_assert_error (probe_error, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING);
  g_assert_nonnull (strstr (probe_error->message, missing));

  g_assert_null (drover_test_await_boxed (_drover_accel_choose_with_device (missing, host_cpu, NULL,
                                                                            device),
                                          &choose_error));
  g_assert_error (choose_error, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING);
  assert_clean ();
}

/* By its mode it can be run, but it is no program that this host knows. */
static void
test_program_foreign (void)
{
  g_autofree char *program = make_program ("");
  g_autoptr (DroverAccelReport) report = NULL;

  g_assert_true (g_file_set_contents_full (program, "\177ELF", 4, G_FILE_SET_CONTENTS_CONSISTENT,
                                           0755, NULL));
  report = await_report (drover_accel_probe (program, "tcg", host_machine));
  assert_report (report, DROVER_ACCEL_VERDICT_WRONG, "");
}

static void
test_architectures (void)
{
  static const char *const pairs[][2] = {
    { "/usr/bin/qemu-system-aarch64", "aarch64" },
    { "qemu-system-x86_64", "x86_64" },
    { "qemu-system-x86_64-spice", "x86_64" },
    { "qemu-system-riscv64", "riscv64" },
  };
  static const char *const hosts[] = { "kvm", "qemu-kvm", "/usr/libexec/qemu-kvm", "my-own-qemu" };
  g_autofree char *host = _drover_accel_dup_host ();

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autofree char *architecture = _drover_accel_dup_architecture (pairs[i][0]);
      g_assert_cmpstr (architecture, ==, pairs[i][1]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autofree char *architecture = _drover_accel_dup_architecture (hosts[i]);
      g_assert_cmpstr (architecture, ==, host);
    }
}

/* drover_accel_choose() as a test can use it: the file "kvm" stands for /dev/kvm. */
static DroverAccelReport *
choose (const char *program,
        const char *machine)
{
  g_autofree char *device = dup_path ("kvm");

  return await_report (_drover_accel_choose_with_device (program, host_cpu, machine, device));
}

static void
test_refusals (void)
{
  const gboolean arm = g_str_equal (guest->architecture, "aarch64");
  g_autofree char *program = make_sound_program ();
  g_autofree char *device = dup_path ("kvm");
  g_autofree char *no_device = dup_path ("no-such-kvm");
  g_autoptr (DroverAccelReport) other = NULL;
  g_autoptr (DroverAccelReport) missing = NULL;

  other = choose (arm ? "qemu-system-x86_64" : "qemu-system-aarch64", NULL);
  assert_report (other, DROVER_ACCEL_VERDICT_UNAVAILABLE, "");
  assert_reason_has (other, "always emulated");
  assert_reason_has (other, arm ? "(x86_64)" : "(aarch64)");

  missing = await_report (_drover_accel_choose_with_device (program, host_cpu, NULL, no_device));
  assert_report (missing, DROVER_ACCEL_VERDICT_UNAVAILABLE, "");
  assert_reason_has (missing, "no-such-kvm");

  if (geteuid () != 0)
    {
      g_autoptr (DroverAccelReport) forbidden = NULL;

      g_chmod (device, 0000);
      forbidden = choose (program, NULL);
      g_chmod (device, 0600);
      assert_report (forbidden, DROVER_ACCEL_VERDICT_UNAVAILABLE, "");
      assert_reason_has (forbidden, "usermod -aG kvm");
    }
  if (arm)
    {
      g_autoptr (DroverAccelReport) cpu = NULL;

      cpu = await_report (_drover_accel_choose_with_device (program, "cortex-a53", NULL, device));
      assert_report (cpu, DROVER_ACCEL_VERDICT_UNAVAILABLE, "");
      assert_reason_has (cpu, "cortex-a53");
    }
  assert_starts ("");
}

/* A 32-bit guest could use the host's KVM, but our test guest needs 64 bits. */
static void
test_unproved (void)
{
  g_autofree char *program = NULL;
  g_autofree char *other = dup_path ("qemu-system-i386");
  g_autoptr (DroverAccelReport) report = NULL;

  if (!g_str_equal (guest->architecture, "x86_64"))
    {
      g_test_skip ("a matter of x86 only");
      return;
    }
  program = make_sound_program ();
  g_assert_cmpint (g_rename (program, other), ==, 0);
  report = await_report (drover_accel_probe (other, "tcg", "pc"));
  assert_report (report, DROVER_ACCEL_VERDICT_UNPROVED, "");
  assert_starts ("");
}

static void
test_cache (void)
{
  g_autofree char *program = make_sound_program ();
  g_autofree char *device = dup_path ("kvm");
  g_autoptr (DroverAccelReport) first = choose (program, host_machine);
  g_autoptr (DroverAccelReport) second = choose (program, host_machine);
  struct utimbuf times = { .actime = 1000, .modtime = 1000 };

  assert_report (first, DROVER_ACCEL_VERDICT_PASSED, guest->letters);
  assert_report (second, DROVER_ACCEL_VERDICT_PASSED, guest->letters);
  g_assert_cmpuint (drover_accel_report_get_milliseconds (second), ==,
                    drover_accel_report_get_milliseconds (first));
  g_assert_cmpstr (drover_accel_report_get_reason (second), ==,
                   drover_accel_report_get_reason (first));
  assert_starts (".");

  g_assert_cmpint (g_utime (program, &times), ==, 0);
  drover_accel_report_unref (choose (program, host_machine));
  drover_accel_report_unref (choose (program, host_machine));
  assert_starts ("..");

  g_assert_cmpint (g_chmod (device, 0640), ==, 0);
  drover_accel_report_unref (choose (program, host_machine));
  drover_accel_report_unref (choose (program, host_machine));
  assert_starts ("...");
}

static void
test_cache_by_machine (void)
{
  static const struct { const char *machine; const char *starts; } steps[] = {
    { "q35", "." }, { "q35,smm=on", "." }, { "isapc", "." },       /* all tried on q35 */
    { NULL, ".." }, { "pc", ".." }, { "pc-i440fx-9.2", "..." }, { "microvm", "...." },
  };
  g_autofree char *program = NULL;

  if (!g_str_equal (guest->architecture, "x86_64"))
    {
      g_test_skip ("on Arm there is one type of machine only");
      return;
    }
  program = make_sound_program ();
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      drover_accel_report_unref (choose (program, steps[i].machine));
      assert_starts (steps[i].starts);
    }
}

static void
test_cache_through_symlink (void)
{
  g_autofree char *program = make_sound_program ();
  g_autofree char *name = g_path_get_basename (program);
  g_autofree char *folder = dup_path ("links");
  g_autofree char *other = g_build_filename (folder, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_cmpint (symlink (program, other), ==, 0);
  drover_accel_report_unref (choose (program, host_machine));
  drover_accel_report_unref (choose (other, host_machine));
  assert_starts (".");
}

static void
test_cache_of_hung (void)
{
  g_autofree char *program = make_program ("printf R; exec sleep 1000");
  g_autoptr (DroverAccelReport) first = choose (program, host_machine);
  g_autoptr (DroverAccelReport) second = choose (program, host_machine);

  assert_report (first, DROVER_ACCEL_VERDICT_HUNG, "R");
  assert_report (second, DROVER_ACCEL_VERDICT_HUNG, "R");
  g_assert_cmpstr (drover_accel_report_get_reason (second), ==,
                   drover_accel_report_get_reason (first));
  assert_starts (".");
}

static void
test_cache_not_of_wrong (void)
{
  g_autofree char *program = make_program ("echo busy >&2; exit 1");

  drover_accel_report_unref (choose (program, host_machine));
  drover_accel_report_unref (choose (program, host_machine));
  assert_starts ("..");
}

static void
test_cache_corrupt (void)
{
  static const char *const rubbish[] = {
    "", "no key file", "[half\nverdict=passed", "\377\376[\001]\n=\n",
  };
  g_autofree char *folder = drover_paths_dup_cache_dir ();
  g_autofree char *cache = g_build_filename (folder, "accelerators.ini", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (rubbish); i++)
    {
      g_autofree char *program = make_sound_program ();

      g_assert_true (g_file_set_contents (cache, rubbish[i], -1, NULL));
      drover_accel_report_unref (choose (program, host_machine));
      drover_accel_report_unref (choose (program, host_machine));
      assert_starts (".");
    }
}

/* Right in form, but not in what it says. */
static void
test_cache_forged (void)
{
  static const char *const changes[][2] = {
    { "verdict=passed", "verdict=splendid" },
    { "verdict=passed", "" },
    { "reached=", "rached=" },
    { "identity=", "identity=x" },
  };
  g_autofree char *folder = drover_paths_dup_cache_dir ();
  g_autofree char *cache = g_build_filename (folder, "accelerators.ini", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *program = make_sound_program ();
      g_autofree char *contents = NULL;
      g_autoptr (GString) text = NULL;

      g_unlink (cache);
      drover_accel_report_unref (choose (program, host_machine));
      g_assert_true (g_file_get_contents (cache, &contents, NULL, NULL));
      text = g_string_new (contents);
      g_assert_cmpuint (g_string_replace (text, changes[i][0], changes[i][1], 0), ==, 1);
      g_assert_true (g_file_set_contents (cache, text->str, -1, NULL));
      drover_accel_report_unref (choose (program, host_machine));
      assert_starts ("..");
    }
}

/* Nowhere to write: found out every time, and nothing worse. */
static void
test_cache_unwritable (void)
{
  g_autofree char *folder = drover_paths_dup_cache_dir ();
  g_autofree char *away = g_strconcat (folder, ".away", NULL);
  g_autofree char *program = make_sound_program ();
  g_autoptr (DroverAccelReport) report = NULL;

  g_mkdir_with_parents (folder, 0700);
  g_assert_cmpint (g_rename (folder, away), ==, 0);
  g_assert_true (g_file_set_contents (folder, "a file, not a folder", -1, NULL));
  report = choose (program, host_machine);
  g_unlink (folder);
  g_assert_cmpint (g_rename (away, folder), ==, 0);

  assert_report (report, DROVER_ACCEL_VERDICT_PASSED, guest->letters);
}

static void
test_shared (void)
{
  g_autofree char *program = make_sound_program ();
  g_autofree char *device = dup_path ("kvm");
  DexFuture *futures[3];

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    futures[i] = _drover_accel_choose_with_device (program, host_cpu, host_machine, device);

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      g_autoptr (DroverAccelReport) report = await_report (futures[i]);
      assert_report (report, DROVER_ACCEL_VERDICT_PASSED, guest->letters);
    }
  assert_starts (".");
}

/* The one who asked first goes away; the other one still gets its answer. */
static void
test_shared_left (void)
{
  g_autofree char *body = g_strdup_printf ("sleep 0.2; printf %s; exit %d", guest->letters,
                                           guest->exit_status);
  g_autofree char *program = make_program (body);
  g_autofree char *device = dup_path ("kvm");
  DexPromise *promise = dex_promise_new ();
  DexFuture *first, *second;
  g_autoptr (DroverAccelReport) report = NULL;

  first = dex_future_first (_drover_accel_choose_with_device (program, host_cpu, host_machine,
                                                              device),
                            dex_ref (DEX_FUTURE (promise)), NULL);
  second = _drover_accel_choose_with_device (program, host_cpu, host_machine, device);
  dex_promise_resolve_boolean (promise, TRUE);
  g_assert_true (drover_test_await (first, NULL));
  dex_unref (promise);

  report = await_report (second);
  assert_report (report, DROVER_ACCEL_VERDICT_PASSED, guest->letters);
  assert_starts (".");
}

static void
test_report_is_boxed (void)
{
  g_auto (GValue) value = G_VALUE_INIT;
  DroverAccelReport *report;

  report = _drover_accel_report_new (DROVER_ACCEL_VERDICT_UNPROVED, "hvf", g_strdup ("because"));
  g_value_init (&value, DROVER_TYPE_ACCEL_REPORT);
  g_value_set_boxed (&value, report);
  drover_accel_report_unref (report);

  report = g_value_get_boxed (&value);
  g_assert_cmpstr (drover_accel_report_get_accelerator (report), ==, "hvf");
  g_assert_cmpstr (drover_accel_report_get_reason (report), ==, "because");
  g_assert_cmpuint (drover_accel_report_get_milliseconds (report), ==, 0);
}

/* What the tests need to know of this host. Scripts can play a guest even where we have none. */
static gboolean
set_up (void)
{
  g_autofree char *host = _drover_accel_dup_host ();
  g_autofree char *tmp = dup_path ("tmp");
  g_autofree char *device = dup_path ("kvm");

  g_assert_cmpint (g_mkdir (tmp, 0700), ==, 0);
  g_setenv ("TMPDIR", tmp, TRUE);
  g_assert_cmpstr (g_get_tmp_dir (), ==, tmp);
  g_assert_true (g_file_set_contents_full (device, "", 0, G_FILE_SET_CONTENTS_NONE, 0600, NULL));

  guest = _drover_accel_guest_for (host);
  host_machine = g_str_equal (host, "aarch64") ? "virt" : "q35";
  host_cpu = g_strdup ("host");
  return guest != NULL;
}

static void
test_no_guest_here (void)
{
  g_test_skip ("there is no test guest for this host");
}

int
main (int   argc,
      char *argv[])
{
  int result;

  drover_test_init (&argc, &argv);
  if (!set_up ())
    {
      g_test_add_func ("/accel/no-guest-here", test_no_guest_here);
      return drover_test_run ();
    }

  g_test_add_data_func ("/accel/tcg/default", host_machine, test_tcg);
  if (g_str_equal (guest->architecture, "x86_64"))
    {
      g_test_add_data_func ("/accel/tcg/pc", "pc", test_tcg);
      g_test_add_data_func ("/accel/tcg/microvm", "microvm", test_tcg);
    }
  g_test_add_func ("/accel/aarch64-guest", test_aarch64_guest);
  g_test_add_func ("/accel/kvm-here", test_kvm_here);
  g_test_add_func ("/accel/built-without", test_built_without);
  g_test_add_func ("/accel/ways-to-end", test_cases);
  g_test_add_func ("/accel/dies-with-us", test_dies_with_us);
  g_test_add_func ("/accel/discarded", test_discarded);
  g_test_add_func ("/accel/program/missing", test_program_missing);
  g_test_add_func ("/accel/program/foreign", test_program_foreign);
  g_test_add_func ("/accel/program/architectures", test_architectures);
  g_test_add_func ("/accel/refusals", test_refusals);
  g_test_add_func ("/accel/unproved", test_unproved);
  g_test_add_func ("/accel/cache/holds", test_cache);
  g_test_add_func ("/accel/cache/by-machine", test_cache_by_machine);
  g_test_add_func ("/accel/cache/through-symlink", test_cache_through_symlink);
  g_test_add_func ("/accel/cache/of-hung", test_cache_of_hung);
  g_test_add_func ("/accel/cache/not-of-wrong", test_cache_not_of_wrong);
  g_test_add_func ("/accel/cache/corrupt", test_cache_corrupt);
  g_test_add_func ("/accel/cache/forged", test_cache_forged);
  g_test_add_func ("/accel/cache/unwritable", test_cache_unwritable);
  g_test_add_func ("/accel/shared/by-three", test_shared);
  g_test_add_func ("/accel/shared/left-by-one", test_shared_left);
  g_test_add_func ("/accel/report-is-boxed", test_report_is_boxed);

  result = drover_test_run ();
  g_free (host_cpu);
  return result;
}
