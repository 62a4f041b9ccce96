/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drover-error.h"
#include "drover-library.h"
#include "drover-test.h"

typedef struct
{
  char *folder;
  DroverLibrary *library;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  static guint n_folders;

  self->folder = g_strdup_printf ("%s/a/b/machines-%u", drover_test_dir (), n_folders++);
  self->library = drover_library_new (self->folder);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  gpointer weak = self->library;

  g_object_add_weak_pointer (G_OBJECT (self->library), &weak);
  g_object_unref (self->library);
  g_assert_null (weak);
  g_free (self->folder);
}

static char *
machine_text (const char *name)
{
  g_autoptr (DroverDocument) document = drover_document_new (name, "qemu-system-x86_64");

  return drover_document_to_text (document);
}

static char *
path_of (Fixture *self, const char *slug, const char *name)
{
  return g_build_filename (self->folder, slug, name, NULL);
}

static void
write_file (Fixture *self, const char *slug, const char *name, const char *text)
{
  g_autofree char *path = path_of (self, slug, name);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

/* As another program does it: the folder first, and then what is in it. */
static void
make_machine (Fixture *self, const char *slug, const char *name)
{
  g_autofree char *folder = path_of (self, slug, NULL);
  g_autofree char *text = machine_text (name);

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  write_file (self, slug, "machine.json", text);
}

static void
remove_file (Fixture *self, const char *slug, const char *name)
{
  g_autofree char *path = path_of (self, slug, name);

  g_assert_cmpint (g_remove (path), ==, 0);
}

static char *
list_names (DroverLibrary *library)
{
  GListModel *model = G_LIST_MODEL (library);
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (DroverMachine) machine = g_list_model_get_item (model, i);

      g_string_append_printf (names, "%s%s", i > 0 ? "|" : "",
                              drover_machine_get_name (machine));
    }

  return g_string_free_and_steal (names);
}

static gboolean
names_are (DroverLibrary *library, const char *expected)
{
  g_autofree char *names = list_names (library);

  return g_str_equal (names, expected);
}

static void
assert_names (DroverLibrary *library, const char *expected)
{
  g_autofree char *names = list_names (library);

  g_assert_cmpstr (names, ==, expected);
}

static DroverMachine *
create (Fixture *self, const char *name)
{
  g_autoptr (DroverDocument) document = drover_document_new (name, "qemu-system-x86_64");
  g_autoptr (GError) error = NULL;
  DroverMachine *machine = drover_library_create (self->library, document, &error);

  g_assert_no_error (error);
  return machine;
}

static void
test_create (Fixture *self, gconstpointer data)
{
  DroverMachine *machine = create (self, "Debian 13 (Arm)");
  g_autofree char *folder = path_of (self, "debian-13-arm", NULL);
  g_autoptr (DroverMachine) read = NULL;
  g_autoptr (GDir) dir = NULL;
  struct stat info;

  g_assert_cmpstr (drover_machine_get_slug (machine), ==, "debian-13-arm");
  g_assert_cmpstr (drover_machine_get_folder (machine), ==, folder);
  read = drover_machine_new (folder);
  g_assert_cmpstr (drover_machine_get_name (read), ==, "Debian 13 (Arm)");
  g_assert_cmpint (stat (folder, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);

  /* No hidden, half-made folder is left. */
  dir = g_dir_open (self->folder, 0, NULL);
  g_assert_cmpstr (g_dir_read_name (dir), ==, "debian-13-arm");
  g_assert_null (g_dir_read_name (dir));
  assert_names (self->library, "Debian 13 (Arm)");
}

/* Equal names get folders of their own, and nobody else's folder is taken. */
static void
test_unique (Fixture *self, gconstpointer data)
{
  g_autofree char *free_name = NULL;
  g_autofree char *foreign = path_of (self, "same-2", NULL);
  g_autofree char *file = path_of (self, "same-4", NULL);

  g_assert_cmpint (g_mkdir (foreign, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "x", -1, NULL));
  g_assert_cmpstr (drover_machine_get_slug (create (self, "Same")), ==, "same");
  g_assert_cmpstr (drover_machine_get_slug (create (self, "same")), ==, "same-3");
  g_assert_cmpstr (drover_machine_get_slug (create (self, "SAME!")), ==, "same-5");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (self->library)), ==, 3);

  free_name = drover_library_dup_free_name (self->library, "Same");
  g_assert_cmpstr (free_name, ==, "Same 2");
}

static void
test_create_fails (Fixture *self, gconstpointer data)
{
  g_autoptr (DroverDocument) document = drover_document_new ("X", "qemu");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_assert_null (drover_library_create (self->library, document, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, self->folder));
  assert_names (self->library, "");
}

static void
test_sorted (Fixture *self, gconstpointer data)
{
  g_autoptr (DroverLibrary) other = NULL;

  create (self, "Debian 9");
  create (self, "Debian 13");
  create (self, "Alpine");
  create (self, "Zorin");
  assert_names (self->library, "Alpine|Debian 9|Debian 13|Zorin");
  other = drover_library_new (self->folder);
  assert_names (other, "Alpine|Debian 9|Debian 13|Zorin");
  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (other)) == DROVER_TYPE_MACHINE);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (other), 4));
}

static void
test_others_create (Fixture *self, gconstpointer data)
{
  g_autoptr (DroverLibrary) other = drover_library_new (self->folder);
  g_autoptr (DroverDocument) document = drover_document_new ("By Drover", "qemu");
  g_autofree char *aside = g_strconcat (self->folder, "-aside", NULL);
  g_autofree char *moved = path_of (self, "moved-in", NULL);
  Fixture elsewhere = { .folder = g_path_get_dirname (aside) };
  g_autofree char *base = g_path_get_basename (aside);

  g_assert_nonnull (drover_library_create (other, document, NULL));
  drover_test_until (names_are (self->library, "By Drover"));

  make_machine (self, "by-hand", "By hand");
  drover_test_until (names_are (self->library, "By Drover|By hand"));

  make_machine (&elsewhere, base, "Moved in");
  g_assert_cmpint (g_rename (aside, moved), ==, 0);
  drover_test_until (names_are (self->library, "By Drover|By hand|Moved in"));
  g_free (elsewhere.folder);
}

/* The folder is there long before there is a machine in it, as in a slow copy. */
static void
test_others_create_slowly (Fixture *self, gconstpointer data)
{
  g_autofree char *folder = path_of (self, "slow", NULL);
  g_autofree char *text = machine_text ("Slow");

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  create (self, "First");

  /* The new folder's event came before this one's. */
  make_machine (self, "second", "Second");
  drover_test_until (names_are (self->library, "First|Second"));
  write_file (self, "slow", "machine.json", text);
  drover_test_until (names_are (self->library, "First|Second|Slow"));
}

static void
test_others_delete (Fixture *self, gconstpointer data)
{
  create (self, "Gone");
  create (self, "Stays");
  remove_file (self, "gone", "machine.json");
  remove_file (self, "gone", NULL);
  drover_test_until (names_are (self->library, "Stays"));

  /* The folder is still there, with what else was in it. */
  write_file (self, "stays", "disk.img", "x");
  remove_file (self, "stays", "machine.json");
  drover_test_until (names_are (self->library, ""));
}

static void
test_others_rename_folder (Fixture *self, gconstpointer data)
{
  g_autofree char *from = path_of (self, "one", NULL);
  g_autofree char *to = path_of (self, "two", NULL);

  create (self, "One");
  g_assert_cmpint (g_rename (from, to), ==, 0);
  drover_test_until (drover_library_find (self->library, "two", NULL) != NULL &&
                     drover_library_find (self->library, "one", NULL) == NULL);
  assert_names (self->library, "One");
}

static void
changed_cb (GListModel *model, guint position, guint removed, guint added, GString *log)
{
  g_string_append_printf (log, "%u-%u+%u ", position, removed, added);
}

static void
test_others_edit (Fixture *self, gconstpointer data)
{
  DroverMachine *machine = create (self, "B");
  g_autofree char *text = machine_text ("Z");
  g_autofree char *same_place = machine_text ("Y");
  g_autoptr (GString) log = g_string_new (NULL);
  gpointer weak = machine;

  create (self, "A");
  create (self, "C");
  assert_names (self->library, "A|B|C");
  g_object_add_weak_pointer (G_OBJECT (machine), &weak);
  g_signal_connect (self->library, "items-changed", G_CALLBACK (changed_cb), log);

  /* It is the same machine, in another place. */
  write_file (self, "b", "machine.json", text);
  drover_test_until (names_are (self->library, "A|C|Z"));
  g_assert_true (weak == machine);
  g_assert_cmpstr (log->str, ==, "1-2+2 ");

  write_file (self, "b", "machine.json", same_place);
  drover_test_until (names_are (self->library, "A|C|Y"));
  g_assert_cmpstr (log->str, ==, "1-2+2 ");
  g_object_remove_weak_pointer (G_OBJECT (machine), &weak);
}

static void
test_broken (Fixture *self, gconstpointer data)
{
  DroverMachine *machine;
  g_auto (GStrv) left_behind = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = path_of (self, "bad", "machine.json");
  g_autofree char *text = NULL;
  g_autofree char *good = machine_text ("Good");

  make_machine (self, "bad", "Bad");
  write_file (self, "bad", "machine.json", "{ broken");
  drover_test_until (names_are (self->library, "bad"));
  machine = drover_library_find (self->library, "bad", NULL);
  g_assert_nonnull (drover_machine_get_error (machine));

  g_assert_false (drover_library_delete (self->library, machine, &left_behind, &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "{ broken");
  assert_names (self->library, "bad");

  write_file (self, "bad", "machine.json", good);
  drover_test_until (names_are (self->library, "Good"));
}

static void
copy_machine (Fixture *self, const char *from, const char *to)
{
  g_autofree char *folder = path_of (self, to, NULL);
  g_autofree char *source = path_of (self, from, "machine.json");
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (source, &text, NULL, NULL));
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  write_file (self, to, "machine.json", text);
}

/* A folder that was copied whole: the copy cannot be used until it has a uuid of its own. */
static void
test_copied (Fixture *self, gconstpointer data)
{
  DroverMachine *machine = create (self, "Debian");
  g_autofree char *uuid =
    g_strdup (drover_document_get_uuid (drover_machine_get_document (machine)));
  g_autoptr (DroverLibrary) other = NULL;
  g_autoptr (GError) error = NULL;
  DroverMachine *copy;

  copy_machine (self, "debian", "debian-copy");
  drover_test_until (names_are (self->library, "Debian|debian-copy"));
  copy = drover_library_find (self->library, "debian-copy", NULL);
  g_assert_no_error (drover_machine_get_error (machine));
  g_assert_error (drover_machine_get_error (copy), DROVER_ERROR, DROVER_ERROR_SAME_IDENTITY);
  g_assert_nonnull (strstr (drover_machine_get_error (copy)->message, "“debian”"));
  g_assert_null (drover_machine_get_document (copy));
  g_assert_false (drover_machine_save (copy, drover_machine_get_document (machine), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_SAME_IDENTITY);
  g_clear_error (&error);
  g_assert_true (drover_library_find (self->library, uuid, NULL) == machine);

  /* Every program comes to the same answer. */
  other = drover_library_new (self->folder);
  assert_names (other, "Debian|debian-copy");

  g_assert_false (drover_machine_renew_identity (machine, &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE);
  g_clear_error (&error);
  g_assert_true (drover_machine_renew_identity (copy, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (drover_machine_get_name (copy), ==, "Debian");
  g_assert_cmpstr (drover_document_get_uuid (drover_machine_get_document (copy)), !=, uuid);
  drover_test_until (names_are (other, "Debian|Debian"));
  drover_test_until (names_are (self->library, "Debian|Debian"));
}

/* The original goes, or gets another uuid by hand: the copy is a machine then. */
static void
test_copy_inherits (Fixture *self, gconstpointer data)
{
  g_autofree char *text = machine_text ("A");

  create (self, "A");
  copy_machine (self, "a", "b");
  drover_test_until (names_are (self->library, "A|b"));
  copy_machine (self, "a", "c");
  drover_test_until (names_are (self->library, "A|b|c"));

  write_file (self, "a", "machine.json", text);
  drover_test_until (names_are (self->library, "A|A|c"));
  remove_file (self, "b", "machine.json");
  drover_test_until (names_are (self->library, "A|A"));
}

/* It broke a moment ago, and nobody has told us yet. */
static void
test_delete_what_just_broke (Fixture *self, gconstpointer data)
{
  DroverMachine *machine = create (self, "Fine");
  g_auto (GStrv) left_behind = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = path_of (self, "fine", "machine.json");
  g_autofree char *text = NULL;

  write_file (self, "fine", "machine.json", "{ broken");
  g_assert_false (drover_library_delete (self->library, machine, &left_behind, &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "{ broken");
}

static void
test_find (Fixture *self, gconstpointer data)
{
  DroverMachine *one = create (self, "One");
  DroverMachine *twin = create (self, "Twin");
  DroverMachine *other_twin = create (self, "Twin");
  DroverMachine *confusing = create (self, "two");
  g_autoptr (GError) error = NULL;

  g_assert_true (drover_library_find (self->library, "one", NULL) == one);
  g_assert_true (drover_library_find (self->library, "One", NULL) == one);
  g_assert_true (drover_library_find (self->library,
                                      drover_document_get_uuid (drover_machine_get_document (one)),
                                      NULL) == one);
  g_assert_true (drover_library_find (self->library, "twin", NULL) == twin);
  g_assert_true (drover_library_find (self->library, "twin-2", NULL) == other_twin);
  g_assert_true (drover_library_find (self->library, "two", NULL) == confusing);

  g_assert_null (drover_library_find (self->library, "Twin", &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_NO_SUCH_MACHINE);
  g_assert_nonnull (strstr (error->message, "2 machines"));
  g_clear_error (&error);
  g_assert_null (drover_library_find (self->library, "Nobody", &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_NO_SUCH_MACHINE);
  g_assert_nonnull (strstr (error->message, "“Nobody”"));
  g_clear_error (&error);
  g_assert_null (drover_library_find (self->library, "", &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_NO_SUCH_MACHINE);
}

static void
test_delete (Fixture *self, gconstpointer data)
{
  DroverMachine *machine = create (self, "Clean");
  DroverMachine *full = create (self, "Full");
  g_autoptr (DroverDocument) document =
    drover_document_with_name (drover_machine_get_document (machine), "Cleaner");
  g_autofree char *folder = path_of (self, "clean", NULL);
  g_autofree char *disk = path_of (self, "full", "disk.img");
  g_auto (GStrv) left_behind = NULL;
  g_auto (GStrv) full_left_behind = NULL;
  g_autoptr (GError) error = NULL;

  /* The backup is Drover's own and goes too. */
  g_assert_true (drover_machine_save (machine, document, NULL));
  g_assert_true (drover_library_delete (self->library, machine, &left_behind, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (left_behind), ==, 0);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));

  write_file (self, "full", "disk.img", "precious");
  g_assert_true (drover_library_delete (self->library, full, &full_left_behind, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (full_left_behind), ==, 1);
  g_assert_cmpstr (full_left_behind[0], ==, "disk.img");
  g_assert_true (g_file_test (disk, G_FILE_TEST_EXISTS));
  assert_names (self->library, "");
}

/* What is no machine is not listed. */
static void
test_strangers (Fixture *self, gconstpointer data)
{
  g_autofree char *empty = path_of (self, "empty", NULL);
  g_autofree char *file = path_of (self, "file", NULL);
  g_autofree char *dangling = path_of (self, "dangling", NULL);
  g_autofree char *link = path_of (self, "dangling", "machine.json");
  g_autoptr (DroverLibrary) library = NULL;

  g_assert_cmpint (g_mkdir (empty, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "x", -1, NULL));
  make_machine (self, ".hidden", "Hidden");
  g_assert_cmpint (g_mkdir (dangling, 0700), ==, 0);
  g_assert_cmpint (symlink ("/nonexistent", link), ==, 0);
  library = drover_library_new (self->folder);
  assert_names (library, "dangling");
}

static gboolean
is_there (Fixture *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK);
}

static void
make_folder (Fixture *self, const char *slug)
{
  g_autofree char *path = g_build_filename (self->folder, slug, "tpm2", NULL);

  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
}

/* What a killed Drover leaves goes; what another makes at this moment, and what is not of
 * Drover's naming, stays. */
static void
test_left_behind (Fixture *self, gconstpointer data)
{
  g_autoptr (DroverDocument) document = drover_document_new ("Whole", "qemu-system-x86_64");
  g_autofree char *hidden = drover_library_prepare (self->library, NULL);
  g_autofree char *link = g_build_filename (self->folder, ".new-Link01", NULL);
  g_autofree char *other = NULL;
  DroverLibrary *second;

  make_folder (self, ".new-aB3xY9");
  write_file (self, ".new-aB3xY9", "disk.qcow2", "half");
  write_file (self, ".new-aB3xY9", "machine.json", "{}");
  make_folder (self, ".new-notes");
  make_folder (self, ".new-a-b3xY");
  write_file (self, ".", ".new-File01", "a file");
  g_assert_cmpint (symlink ("/", link), ==, 0);

  second = drover_library_new (self->folder);
  g_assert_false (is_there (self, ".new-aB3xY9"));
  g_assert_true (g_file_test (hidden, G_FILE_TEST_IS_DIR));
  g_assert_true (is_there (self, ".new-notes"));
  g_assert_true (is_there (self, ".new-a-b3xY"));
  g_assert_true (is_there (self, ".new-File01"));
  g_assert_true (is_there (self, ".new-Link01"));

  /* Its maker dies: the next that makes a machine clears it away. */
  other = drover_library_prepare (second, NULL);
  g_object_unref (second);
  g_assert_true (g_file_test (other, G_FILE_TEST_IS_DIR));
  g_assert_nonnull (drover_library_create (self->library, document, NULL));
  g_assert_false (g_file_test (other, G_FILE_TEST_EXISTS));

  /* The first is still in the making, and becomes a machine that stays. */
  g_assert_nonnull (drover_library_publish (self->library, hidden, document, NULL));
  second = drover_library_new (self->folder);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (second)), ==, 2);
  g_object_unref (second);
}

static void
test_slug (void)
{
  static const char *const names[][2] = {
    { "Debian", "debian" },
    { "Debian 13", "debian-13" },
    { "  Debian  (Arm)  ", "debian-arm" },
    { "a/../b", "a-b" },
    { "../..", "machine" },
    { ".hidden", "hidden" },
    { "", "machine" },
    { "---", "machine" },
    { "Ä Ö ü ß é", "a-o-u-ss-e" },
    { "日本語", "machine" },
    { "日本語 2", "2" },
    { "x\ny\tz", "x-y-z" },
    { "C:\\Windows", "c-windows" },
    { "what?", "what" },
    { "x日y", "xy" },
  };
  g_autofree char *long_name = g_strnfill (500, 'a');
  g_autofree char *long_slug = drover_slug_from_name (long_name);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *slug = drover_slug_from_name (names[i][0]);

      g_assert_cmpstr (slug, ==, names[i][1]);
    }
  g_assert_cmpuint (strlen (long_slug), ==, 60);
}

#define ADD(path, function) \
  g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/library/slug", test_slug);
  ADD ("/library/create", test_create);
  ADD ("/library/unique", test_unique);
  ADD ("/library/create-fails", test_create_fails);
  ADD ("/library/sorted", test_sorted);
  ADD ("/library/others/create", test_others_create);
  ADD ("/library/others/create-slowly", test_others_create_slowly);
  ADD ("/library/others/delete", test_others_delete);
  ADD ("/library/others/rename-folder", test_others_rename_folder);
  ADD ("/library/others/edit", test_others_edit);
  ADD ("/library/broken", test_broken);
  ADD ("/library/copied", test_copied);
  ADD ("/library/copy-inherits", test_copy_inherits);
  ADD ("/library/delete-what-just-broke", test_delete_what_just_broke);
  ADD ("/library/find", test_find);
  ADD ("/library/delete", test_delete);
  ADD ("/library/strangers", test_strangers);
  ADD ("/library/left-behind", test_left_behind);
  return drover_test_run ();
}
