/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "drover-catalogue-private.h"
#include "drover-error.h"
#include "drover-test.h"

/* How a catalogue is found, kept and built: with real QEMU, counted by a script in front of it,
 * and with programs that are not QEMU. */

#define QEMU "qemu-system-x86_64"
#define A_WHILE 60000

static char *
dup_path (const char *name)
{
  return g_build_filename (drover_test_dir (), name, NULL);
}

static char *
make_program (const char *name, const char *body)
{
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\n%s\n", body);
  g_autoptr (GError) error = NULL;
  char *path = dup_path (name);

  g_file_set_contents_full (path, script, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0755, &error);
  g_assert_no_error (error);
  return path;
}

/* QEMU, and a line in the file "starts" for each time that its QMP is used. */
static char *
make_counting_program (const char *name)
{
  g_autofree char *starts = dup_path ("starts");
  g_autofree char *body = g_strdup_printf (
    "case \"$1\" in -machine) echo >>%s;; esac\nexec " QEMU " \"$@\"", starts);

  g_unlink (starts);
  return make_program (name, body);
}

static guint
count_starts (void)
{
  g_autofree char *starts = dup_path ("starts");
  g_autofree char *contents = NULL;

  return g_file_get_contents (starts, &contents, NULL, NULL) ? strlen (contents) : 0;
}

static DroverCatalogue *
load (const char *program)
{
  g_autoptr (GError) error = NULL;
  DroverCatalogue *self = drover_test_await_object (drover_catalogue_load (program), &error);

  g_assert_no_error (error);
  g_assert_true (drover_catalogue_find_machine (self, "q35", NULL));
  return self;
}

static void
test_kept (void)
{
  g_autofree char *program = make_counting_program ("kept");
  g_autoptr (DroverCatalogue) first = load (program);
  g_autoptr (DroverCatalogue) second = load (program);

  g_assert_true (first == second);
  g_assert_cmpuint (count_starts (), ==, 1);
  g_clear_object (&second);
  g_assert_finalize_object (g_steal_pointer (&first));

  /* Nobody holds it any more, so it comes from the file. */
  first = load (program);
  g_assert_cmpuint (count_starts (), ==, 1);
}

static void
test_at_once (void)
{
  g_autofree char *program = make_counting_program ("at-once");
  g_autoptr (DexFuture) one = drover_catalogue_load (program);
  g_autoptr (DexFuture) two = drover_catalogue_load (program);
  g_autoptr (DroverCatalogue) first = NULL;
  g_autoptr (DroverCatalogue) second = NULL;

  first = drover_test_await_object (g_steal_pointer (&one), NULL);
  second = drover_test_await_object (g_steal_pointer (&two), NULL);
  g_assert_nonnull (first);
  g_assert_true (first == second);
  g_assert_cmpuint (count_starts (), ==, 1);
}

/* Who asked may lose interest; the work goes on for the next one. */
static void
test_dropped (void)
{
  g_autofree char *program = make_counting_program ("dropped");
  g_autoptr (DroverCatalogue) self = NULL;

  dex_unref (drover_catalogue_load (program));
  self = load (program);
  g_assert_cmpuint (count_starts (), ==, 1);
}

static void
test_changed (void)
{
  g_autofree char *program = make_counting_program ("changed");
  g_autoptr (DroverCatalogue) first = load (program);
  g_autoptr (DroverCatalogue) second = NULL;
  g_autofree char *more = NULL;
  FILE *file = g_fopen (program, "a");

  g_assert_nonnull (file);
  fputs ("# an update\n", file);
  fclose (file);
  second = load (program);
  g_assert_true (first != second);
  g_assert_cmpuint (count_starts (), ==, 2);
}

/* A module that is installed or removed changes what QEMU can do. */
static void
test_modules (void)
{
  g_autofree char *folder = dup_path ("modules");
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_setenv ("QEMU_MODULE_DIR", folder, TRUE);
  before = _drover_catalogue_dup_identity ("/bin/sh");
  g_assert_nonnull (strstr (before, "/modules "));
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  after = _drover_catalogue_dup_identity ("/bin/sh");
  g_unsetenv ("QEMU_MODULE_DIR");
  g_assert_cmpstr (before, !=, after);
}

typedef enum
{
  TRUNCATE,
  EMPTY,
  FLIP,
  FOREIGN,
  OTHER_FORMAT,
  OTHER_IDENTITY,
} Damage;

static void
damage_file (const char *file, Damage damage)
{
  g_autofree char *contents = NULL;
  g_autoptr (GVariant) data = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (file, &contents, &size, NULL));
  if (damage == TRUNCATE)
    size /= 2;
  else if (damage == EMPTY)
    size = 0;
  else if (damage == FLIP)
    contents[size / 3] ^= 0x20;
  else if (damage == FOREIGN)
    memset (contents, 'x', size);
  else if (damage == OTHER_FORMAT)
    contents[8]++;
  else
    {
      /* Sound, but of an older program of the same path. */
      g_autofree char *identity = g_strdup ("another");
      GVariant *children[CATALOGUE_N_PARTS];

      data = _drover_catalogue_map (file, NULL);
      g_assert_nonnull (data);
      children[CATALOGUE_IDENTITY] = g_variant_ref_sink (g_variant_new_string (identity));
      for (guint i = 1; i < CATALOGUE_N_PARTS; i++)
        children[i] = g_variant_get_child_value (data, i);
      g_clear_pointer (&data, g_variant_unref);
      data = g_variant_ref_sink (g_variant_new_tuple (children, CATALOGUE_N_PARTS));
      for (guint i = 0; i < CATALOGUE_N_PARTS; i++)
        g_variant_unref (children[i]);
      bytes = _drover_catalogue_pack (data);
      g_free (contents);
      contents = g_memdup2 (g_bytes_get_data (bytes, NULL), size = g_bytes_get_size (bytes));
    }

  g_file_set_contents (file, contents, size, &error);
  g_assert_no_error (error);
}

static void
test_damaged (gconstpointer damage)
{
  g_autofree char *program = make_counting_program ("damaged");
  g_autofree char *file = _drover_catalogue_dup_file (program);
  g_autoptr (DroverCatalogue) self = NULL;

  g_unlink (file);
  self = load (program);
  g_assert_cmpuint (count_starts (), ==, 1);
  g_assert_finalize_object (g_steal_pointer (&self));

  damage_file (file, GPOINTER_TO_INT (damage));
  self = load (program);
  g_assert_cmpuint (count_starts (), ==, 2);
  g_assert_finalize_object (g_steal_pointer (&self));

  /* It was written anew. */
  self = load (program);
  g_assert_cmpuint (count_starts (), ==, 2);
}

/* Where nothing can be kept, the catalogue is there all the same. */
static void
test_no_cache (void)
{
  g_autofree char *program = make_counting_program ("no-cache");
  g_autofree char *file = _drover_catalogue_dup_file (program);
  g_autoptr (DroverCatalogue) self = NULL;

  g_assert_cmpint (g_mkdir_with_parents (file, 0700), ==, 0);
  self = load (program);
  g_assert_nonnull (self);
  g_assert_cmpint (g_rmdir (file), ==, 0);
}

static GError *
fail_to_load (const char *program, guint limit_msec)
{
  GError *error = NULL;

  g_assert_null (
    drover_test_await_object (_drover_catalogue_load (program, limit_msec), &error));
  g_assert_nonnull (error);
  g_test_message ("%s", error->message);
  return error;
}

static void
test_missing (void)
{
  g_autoptr (GError) error = fail_to_load ("/nowhere/qemu", A_WHILE);

  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING);
}

static void
assert_no_process (const char *pid_file)
{
  g_autofree char *path = dup_path (pid_file);
  g_autofree char *text = NULL;
  int pid;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  pid = atoi (text);
  g_assert_cmpint (pid, >, 1);
  /* Killed, but its new parent may not have looked yet. */
  for (;;)
    {
      g_autofree char *stat_path = g_strdup_printf ("/proc/%d/stat", pid);
      g_autofree char *stat = NULL;

      if (!g_file_get_contents (stat_path, &stat, NULL, NULL) || strstr (stat, ") Z ") != NULL)
        break;
      g_thread_yield ();
    }
}

/* Its child too is ended. The time limit is the test's, so that nobody waits long. */
static void
test_hangs (void)
{
  g_autofree char *pid_file = dup_path ("hangs.pid");
  g_autofree char *body =
    g_strdup_printf ("sleep 1000 & echo $! >%s.new; mv %s.new %s; wait", pid_file, pid_file,
                     pid_file);
  g_autofree char *program = make_program ("hangs", body);
  g_autoptr (GError) error = fail_to_load (program, 1500);

  g_assert_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_TIMEOUT);
  g_assert_nonnull (strstr (error->message, program));
  assert_no_process ("hangs.pid");
}

/* It greets as QEMU does, and then nothing more comes. */
static void
test_hangs_later (void)
{
  g_autofree char *program = make_program (
    "hangs-later",
    "echo '{\"QMP\": {\"version\": {}, \"capabilities\": []}}' >&3; exec sleep 1000");
  g_autoptr (GError) error = fail_to_load (program, 1500);

  g_assert_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_TIMEOUT);
}

/* Who leaves a process behind that holds the socket has ended all the same. */
static void
test_leaves_child (void)
{
  g_autofree char *pid_file = dup_path ("leaves.pid");
  g_autofree char *body = g_strdup_printf ("sleep 1000 & echo $! >%s", pid_file);
  g_autofree char *program = make_program ("leaves", body);
  g_autoptr (GError) error = fail_to_load (program, A_WHILE);

  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_START_FAILED);
  assert_no_process ("leaves.pid");
}

typedef struct
{
  const char *name;
  const char *body;
  const char *message; /* is in the error */
} Impostor;

static const Impostor impostors[] = {
  { "true", "exit 0", "Is it QEMU?" },
  { "dies", "echo 'first line' >&2; echo 'cannot find libfrob.so' >&2; exit 1",
    "cannot find libfrob.so" },
  { "talks", "echo 'hello, world' >&3; exec sleep 1000", "greeting" },
  { "refuses", "echo '{\"QMP\": {}}' >&3; read x <&3; echo '[]' >&3; exec sleep 1000",
    "a reply that is none" },
  { "rubbish", "echo '{\"QMP\": {}}' >&3; read x <&3; printf '{\"return\\377\\n' >&3; "
    "exec sleep 1000", "UTF-8" },
  { "endless", "echo '{\"QMP\": {}}' >&3; exec cat /dev/zero >&3", "without end" },
  { "noisy", "head -c 1000000 /dev/zero >&2; echo bye >&2; exit 3", "ended before" },
  { "dies-later", "echo '{\"QMP\": {}}' >&3; read x <&3; echo '{\"return\": {}}' >&3; read x <&3; "
    "echo 'Aborted' >&2; kill -ABRT $$", "Aborted" },
};

static void
test_impostor (gconstpointer data)
{
  const Impostor *impostor = data;
  g_autofree char *program = make_program (impostor->name, impostor->body);
  g_autoptr (GError) error = fail_to_load (program, A_WHILE);
  g_autofree char *file = _drover_catalogue_dup_file (program);

  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_START_FAILED);
  g_assert_nonnull (strstr (error->message, program));
  if (strstr (error->message, impostor->message) == NULL)
    g_error ("“%s” is not in “%s”", impostor->message, error->message);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_false (g_file_test (file, G_FILE_TEST_EXISTS));
}

static void
test_not_executable_format (void)
{
  g_autofree char *path = dup_path ("binary");
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, "\177ELF rubbish", -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL);
  error = fail_to_load (path, A_WHILE);
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_START_FAILED);
}

/* It speaks QMP and says nonsense of the right shape or of none: the catalogue has what there
 * is, and nothing crashes. */
static void
test_liar (void)
{
  g_autofree char *program = make_program (
    "liar",
    "[ \"$1\" = -machine ] || { echo 'Available things:'; echo one; exit; }\n"
    "echo '{\"QMP\": {}}' >&3\n"
    "while read -r line <&3; do\n"
    "  case \"$line\" in\n"
    "  *query-machines*) echo '{\"return\": [{\"name\": 7}, {\"name\": \"m\", \"cpu-max\": \"x\"},"
    " 4, {\"name\": \"m\", \"cpu-max\": -5}]}';;\n"
    "  *query-cpu-def*) echo '{\"return\": {\"not\": \"an array\"}}';;\n"
    "  *user-creatable*) echo '{\"return\": [{\"name\": \"o\"}]}';;\n"
    "  *qom-list-types*) echo '{\"return\": [{\"name\": \"a\", \"parent\": \"b\"},"
    " {\"name\": \"b\", \"parent\": \"a\"}, {\"name\": \"device\", \"abstract\": true},"
    " {\"name\": \"d\", \"parent\": \"device\"}, {\"parent\": []}]}';;\n"
    "  *device-list*) echo '{\"return\": [{\"name\": \"p\", \"type\": \"link<\"}, {\"name\":"
    " \"q\", \"default-value\": {\"deep\": [1]}}, {\"type\": \"child<>\"}]}';;\n"
    "  *schema*) echo '{\"return\": [{\"name\": \"netdev_add\", \"arg-type\": \"1\"}, {\"name\":"
    " \"1\", \"meta-type\": \"array\", \"element-type\": \"1\"}]}';;\n"
    "  *human*) echo '{\"return\": {\"x\": 1}}';;\n"
    "  *qmp_cap*) echo '{\"return\": {}}';;\n"
    "  *query-version*) echo '{\"return\": {\"qemu\": 7}}';;\n"
    "  *quit*) exit;;\n"
    "  *) echo '{\"error\": {}}';;\n"
    "  esac >&3\n"
    "done");
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverCatalogue) self =
    drover_test_await_object (_drover_catalogue_load (program, A_WHILE), &error);
  g_autoptr (GArray) properties = NULL;
  DroverCatalogueMachine machine;

  g_assert_no_error (error);
  g_assert_true (drover_catalogue_find_machine (self, "m", &machine));
  g_assert_cmpuint (machine.max_cpus, ==, 0);
  properties = drover_catalogue_list_properties (self, "d");
  g_assert_cmpuint (properties->len, ==, 2);
  g_assert_cmpstr (g_array_index (properties, DroverCatalogueProperty, 1).default_value, ==,
                   "{\"deep\":[1]}");
  g_assert_true (drover_catalogue_knows (self, "cpus", "whatever"));
}

int
main (int argc, char **argv)
{
  static const char *const damages[] = {
    [TRUNCATE] = "truncated", [EMPTY] = "empty", [FLIP] = "flipped", [FOREIGN] = "foreign",
    [OTHER_FORMAT] = "other-format", [OTHER_IDENTITY] = "other-identity",
  };

  drover_test_init (&argc, &argv);
  g_test_add_func ("/catalogue-load/kept", test_kept);
  g_test_add_func ("/catalogue-load/at-once", test_at_once);
  g_test_add_func ("/catalogue-load/dropped", test_dropped);
  g_test_add_func ("/catalogue-load/changed", test_changed);
  g_test_add_func ("/catalogue-load/modules", test_modules);
  g_test_add_func ("/catalogue-load/no-cache", test_no_cache);
  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autofree char *path = g_strconcat ("/catalogue-load/damaged/", damages[i], NULL);

      g_test_add_data_func (path, GINT_TO_POINTER (i), test_damaged);
    }
  g_test_add_func ("/catalogue-load/missing", test_missing);
  g_test_add_func ("/catalogue-load/hangs", test_hangs);
  g_test_add_func ("/catalogue-load/hangs-later", test_hangs_later);
  g_test_add_func ("/catalogue-load/leaves-child", test_leaves_child);
  for (guint i = 0; i < G_N_ELEMENTS (impostors); i++)
    {
      g_autofree char *path = g_strconcat ("/catalogue-load/impostor/", impostors[i].name, NULL);

      g_test_add_data_func (path, &impostors[i], test_impostor);
    }
  g_test_add_func ("/catalogue-load/not-executable-format", test_not_executable_format);
  g_test_add_func ("/catalogue-load/liar", test_liar);
  return drover_test_run ();
}
