/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/mount.h>
#endif

#include "drover-error.h"
#include "drover-machine.h"
#include "drover-test.h"

#define UUID "b0c3a1d2-7f5e-4a6b-8c9d-0e1f2a3b4c5d"

typedef struct
{
  char *folder;
  char *file;
  char *backup;
} Fixture;

static const char first_text[] = "{\"version\": 1, \"uuid\": \"" UUID "\", \"name\": \"First\", "
                                 "\"program\": \"qemu\"}";

static void
write_text (const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static void
assert_text (const char *path, const char *expected)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

static void
fill (Fixture *self, const char *folder)
{
  self->folder = g_strdup (folder);
  self->file = g_build_filename (folder, "machine.json", NULL);
  self->backup = g_build_filename (folder, "machine.json.bak", NULL);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  static guint n_folders;
  g_autofree char *folder = g_strdup_printf ("%s/slug-%u", drover_test_dir (), n_folders++);

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  fill (self, folder);
  write_text (self->file, first_text);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_free (self->folder);
  g_free (self->file);
  g_free (self->backup);
}

static DroverDocument *
renamed (DroverMachine *machine, const char *name)
{
  return drover_document_with_name (drover_machine_get_document (machine), name);
}

static void
notify_cb (GObject *object, GParamSpec *pspec, guint *n)
{
  ++*n;
}

static void
test_read (Fixture *self, gconstpointer data)
{
  g_autoptr (DroverMachine) machine = drover_machine_new (self->folder);
  g_autofree char *slug = g_path_get_basename (self->folder);
  g_autofree char *name = NULL;
  g_autoptr (DroverDocument) document = NULL;

  g_assert_no_error (drover_machine_get_error (machine));
  g_assert_cmpstr (drover_machine_get_name (machine), ==, "First");
  g_assert_cmpstr (drover_machine_get_slug (machine), ==, slug);
  g_assert_cmpstr (drover_machine_get_folder (machine), ==, self->folder);
  g_assert_cmpstr (drover_machine_get_file (machine), ==, self->file);
  g_object_get (machine, "name", &name, "document", &document, NULL);
  g_assert_cmpstr (name, ==, "First");
  g_assert_true (document == drover_machine_get_document (machine));

  /* To look is not to touch. */
  g_assert_false (drover_machine_reload (machine));
  assert_text (self->file, first_text);
  g_assert_cmpuint (count_files (self->folder), ==, 1);
}

static void
test_save (Fixture *self, gconstpointer data)
{
  g_autoptr (DroverMachine) machine = drover_machine_new (self->folder);
  g_autoptr (DroverDocument) second = renamed (machine, "Second");
  g_autoptr (DroverDocument) third = renamed (machine, "Third");
  g_autofree char *second_text = drover_document_to_text (second);
  g_autofree char *third_text = drover_document_to_text (third);
  g_autoptr (GError) error = NULL;
  guint n_notified = 0;
  struct stat info;

  g_signal_connect (machine, "notify::name", G_CALLBACK (notify_cb), &n_notified);
  g_assert_true (drover_machine_save (machine, second, &error));
  g_assert_no_error (error);
  assert_text (self->file, second_text);
  assert_text (self->backup, first_text);
  g_assert_cmpstr (drover_machine_get_name (machine), ==, "Second");
  g_assert_cmpuint (n_notified, ==, 1);

  g_assert_true (drover_machine_save (machine, third, NULL));
  assert_text (self->file, third_text);
  assert_text (self->backup, second_text);
  g_assert_cmpuint (count_files (self->folder), ==, 2);

  g_assert_cmpint (stat (self->backup, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

/* To save the same again must not make the backup equal to it and so worthless. */
static void
test_save_same (Fixture *self, gconstpointer data)
{
  g_autoptr (DroverMachine) machine = drover_machine_new (self->folder);
  g_autoptr (DroverDocument) second = renamed (machine, "Second");

  g_assert_true (drover_machine_save (machine, second, NULL));
  g_assert_true (drover_machine_save (machine, second, NULL));
  g_assert_true (drover_machine_save (machine, drover_machine_get_document (machine), NULL));
  assert_text (self->backup, first_text);
}

static void
assert_not_saved (DroverMachine *machine, DroverDocument *document, GQuark domain, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (drover_machine_save (machine, document, &error));
  g_assert_error (error, domain, code);
  g_assert_nonnull (strstr (error->message, drover_machine_get_file (machine)));
}

static void
test_changed_by_others (Fixture *self, gconstpointer data)
{
  static const char theirs[] = "{\"version\": 1, \"uuid\": \"" UUID "\", \"name\": \"Theirs\", "
                               "\"program\": \"qemu\"}";
  g_autoptr (DroverMachine) machine = drover_machine_new (self->folder);
  g_autoptr (DroverDocument) ours = renamed (machine, "Ours");

  write_text (self->file, theirs);
  assert_not_saved (machine, ours, DROVER_ERROR, DROVER_ERROR_MACHINE_CHANGED);
  assert_text (self->file, theirs);
  g_assert_cmpuint (count_files (self->folder), ==, 1);

  /* Once theirs is read it can be edited. */
  g_assert_true (drover_machine_reload (machine));
  g_assert_cmpstr (drover_machine_get_name (machine), ==, "Theirs");
  g_assert_true (drover_machine_save (machine, ours, NULL));
  assert_text (self->backup, theirs);
}

static void
test_removed_by_others (Fixture *self, gconstpointer data)
{
  g_autoptr (DroverMachine) machine = drover_machine_new (self->folder);
  g_autoptr (DroverDocument) ours = renamed (machine, "Ours");

  g_assert_cmpint (g_unlink (self->file), ==, 0);
  assert_not_saved (machine, ours, DROVER_ERROR, DROVER_ERROR_MACHINE_CHANGED);
  g_assert_cmpuint (count_files (self->folder), ==, 0);
}

/* What cannot be understood is left alone, byte for byte. */
static void
test_broken (Fixture *self, gconstpointer text)
{
  g_autoptr (DroverMachine) healthy = drover_machine_new (self->folder);
  g_autoptr (DroverDocument) document = renamed (healthy, "Ours");
  g_autoptr (DroverMachine) machine = NULL;
  const GError *error;

  write_text (self->file, text);
  machine = drover_machine_new (self->folder);
  error = drover_machine_get_error (machine);
  g_assert_nonnull (error);
  g_assert_null (drover_machine_get_document (machine));
  g_assert_cmpstr (drover_machine_get_name (machine), ==, drover_machine_get_slug (machine));
  assert_not_saved (machine, document, error->domain, error->code);
  assert_not_saved (healthy, document, DROVER_ERROR, DROVER_ERROR_MACHINE_CHANGED);
  assert_text (self->file, text);
  g_assert_cmpuint (count_files (self->folder), ==, 1);

  /* Mended by hand it is a machine again. */
  write_text (self->file, first_text);
  g_assert_true (drover_machine_reload (machine));
  g_assert_no_error (drover_machine_get_error (machine));
  g_assert_true (drover_machine_save (machine, document, NULL));
}

static void
test_unreadable (Fixture *self, gconstpointer data)
{
  g_autoptr (DroverMachine) machine = NULL;

  g_assert_cmpint (g_unlink (self->file), ==, 0);
  g_assert_cmpint (g_mkdir (self->file, 0700), ==, 0);
  machine = drover_machine_new (self->folder);
  g_assert_nonnull (drover_machine_get_error (machine));
  g_assert_null (drover_machine_get_document (machine));
}

static DroverDocument *
make_large (DroverMachine *machine, gsize size)
{
  g_autofree char *text = g_strnfill (size, 'x');
  g_autoptr (GPtrArray) arguments =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);

  g_ptr_array_add (arguments, drover_argument_new ("-append", text));
  return drover_document_with_arguments (drover_machine_get_document (machine), arguments);
}

/* Nothing that is written may grow beyond so many bytes: the disk is full, as it were. The
 * first limit stops the backup, the second one only the file itself. */
static void
test_write_fails (Fixture *self, gconstpointer limit)
{
  g_autoptr (DroverMachine) machine = drover_machine_new (self->folder);
  g_autoptr (DroverDocument) large = make_large (machine, 8000);
  struct rlimit before;
  struct rlimit small;
  gboolean saved;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  small = before;
  small.rlim_cur = GPOINTER_TO_UINT (limit);
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  saved = drover_machine_save (machine, large, &error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  signal (SIGXFSZ, SIG_DFL);

  g_assert_false (saved);
  g_assert_nonnull (strstr (error->message, self->folder));
  assert_text (self->file, first_text);
  g_assert_cmpstr (drover_machine_get_name (machine), ==, "First");
  g_assert_cmpuint (drover_document_get_arguments (drover_machine_get_document (machine))->len,
                    ==, 0);
  g_assert_cmpuint (count_files (self->folder), <=, 2);
  if (g_file_test (self->backup, G_FILE_TEST_EXISTS))
    assert_text (self->backup, first_text);

  /* With room again it works. */
  g_assert_true (drover_machine_save (machine, large, NULL));
  assert_text (self->backup, first_text);
}

#ifdef __linux__
#define NOT_ALLOWED 77

static gboolean
write_map (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  gboolean written = fd >= 0 && write (fd, text, strlen (text)) == (gssize) strlen (text);

  close (fd);
  return written;
}

/* Root may make a mount namespace, anybody else one together with a user namespace. */
static gboolean
enter_namespace (void)
{
  g_autofree char *users = g_strdup_printf ("0 %u 1", (guint) getuid ());
  g_autofree char *groups = g_strdup_printf ("0 %u 1", (guint) getgid ());

  return unshare (CLONE_NEWNS) == 0 ||
         (unshare (CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
          write_map ("/proc/self/setgroups", "deny") &&
          write_map ("/proc/self/uid_map", users) && write_map ("/proc/self/gid_map", groups));
}

/* In a process and a mount namespace of its own, on a disk of 32 KiB that is filled up. */
static int
full_disk_child (const char *mount_point)
{
  g_autofree char *folder = g_build_filename (mount_point, "slug", NULL);
  g_autofree char *filler = g_build_filename (mount_point, "filler", NULL);
  g_autofree char *zeros = g_malloc0 (4096);
  g_autoptr (DroverMachine) machine = NULL;
  g_autoptr (DroverDocument) large = NULL;
  g_autoptr (GError) error = NULL;
  Fixture self;
  FILE *file;

  if (!enter_namespace () || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
      mount ("tmpfs", mount_point, "tmpfs", 0, "size=32k") != 0)
    return NOT_ALLOWED;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  fill (&self, folder);
  write_text (self.file, first_text);
  machine = drover_machine_new (folder);
  large = make_large (machine, 8000);

  file = fopen (filler, "w");
  while (fwrite (zeros, 4096, 1, file) == 1 && fflush (file) == 0)
    ;
  fclose (file);

  g_assert_false (drover_machine_save (machine, large, &error));
  g_assert_true (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ||
                 g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE));
  assert_text (self.file, first_text);
  g_assert_cmpuint (count_files (folder), <=, 2);

  g_assert_cmpint (g_unlink (filler), ==, 0);
  g_assert_true (drover_machine_save (machine, large, NULL));
  assert_text (self.backup, first_text);
  tear_down (&self, NULL);
  return 0;
}
#endif

static void
test_full_disk (void)
{
#ifdef __linux__
  g_autofree char *mount_point = g_build_filename (drover_test_dir (), "full", NULL);
  pid_t pid;
  int status;

  g_assert_cmpint (g_mkdir (mount_point, 0700), ==, 0);
  pid = fork ();
  if (pid == 0)
    _exit (full_disk_child (mount_point));

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  if (WIFEXITED (status) && WEXITSTATUS (status) == NOT_ALLOWED)
    g_test_skip ("a file system may not be mounted here");
  else
    g_assert_cmpint (status, ==, 0);
#else
  g_test_skip ("needs Linux's mount namespaces");
#endif
}

#define ADD(path, data, function) \
  g_test_add (path, Fixture, data, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  ADD ("/machine/read", NULL, test_read);
  ADD ("/machine/save", NULL, test_save);
  ADD ("/machine/save-same", NULL, test_save_same);
  ADD ("/machine/changed-by-others", NULL, test_changed_by_others);
  ADD ("/machine/removed-by-others", NULL, test_removed_by_others);
  ADD ("/machine/broken/empty", "", test_broken);
  ADD ("/machine/broken/half", "{\"version\": 1, ", test_broken);
  ADD ("/machine/broken/version", "{\"version\": 2}", test_broken);
  ADD ("/machine/broken/latin1", "{\"\xe4\": 1}", test_broken);
  ADD ("/machine/unreadable", NULL, test_unreadable);
  ADD ("/machine/write-fails/backup", GUINT_TO_POINTER (20), test_write_fails);
  ADD ("/machine/write-fails/file", GUINT_TO_POINTER (1000), test_write_fails);
  g_test_add_func ("/machine/write-fails/full-disk", test_full_disk);
  return drover_test_run ();
}
