/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gstdio.h>
#include <string.h>

#include "drover-seed.h"
#include "drover-test.h"

static char *
dup_path (const char *name)
{
  return g_build_filename (drover_test_dir (), name, NULL);
}

static GHashTable *
new_files (const char *name, const char *contents, ...)
{
  GHashTable *files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                             (GDestroyNotify) g_bytes_unref);
  va_list args;

  va_start (args, contents);
  while (name != NULL)
    {
      g_hash_table_insert (files, g_strdup (name), g_bytes_new (contents, strlen (contents)));
      name = va_arg (args, const char *);
      if (name != NULL)
        contents = va_arg (args, const char *);
    }
  va_end (args);
  return files;
}

static char *
read_file (const char *path, gsize *length)
{
  g_autoptr (GError) error = NULL;
  char *data = NULL;

  g_file_get_contents (path, &data, length, &error);
  g_assert_no_error (error);
  return data;
}

/* What is in the archive at PATH from OFFSET on, by libarchive. */
static GHashTable *
read_archive (const char *path, gsize offset, gboolean joliet)
{
  GHashTable *files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  struct archive *archive = archive_read_new ();
  struct archive_entry *entry;
  gsize length;
  g_autofree char *data = read_file (path, &length);

  archive_read_support_format_iso9660 (archive);
  archive_read_support_format_cpio (archive);
  if (joliet)
    archive_read_set_format_option (archive, "iso9660", "rockridge", NULL);
  g_assert_cmpint (archive_read_open_memory (archive, data + offset, length - offset), ==, 0);
  while (archive_read_next_header (archive, &entry) == ARCHIVE_OK)
    {
      gsize size = archive_entry_size (entry);
      char *contents;

      if (archive_entry_filetype (entry) != AE_IFREG)
        continue;

      contents = g_malloc0 (size + 1);
      g_assert_cmpint (archive_read_data (archive, contents, size), ==, size);
      g_hash_table_insert (files, g_strdup (archive_entry_pathname (entry)), contents);
    }
  g_assert_null (archive_error_string (archive));
  archive_read_free (archive);
  return files;
}

static void
test_write (void)
{
  g_autoptr (GHashTable) files = new_files ("user-data", "#cloud-config\n", "meta-data", "",
                                            "network-config", "{}",
                                            "drover/Some Name.cmd", "echo\r\n", NULL);
  g_autofree char *path = dup_path ("seed.iso");
  g_autofree char *image = NULL;
  gsize length;
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  g_assert_true (drover_seed_write (path, "cidata", files, &error));
  g_assert_no_error (error);

  for (guint joliet = 0; joliet < 2; joliet++)
    {
      g_autoptr (GHashTable) found = read_archive (path, 0, joliet);

      g_assert_cmpuint (g_hash_table_size (found), ==, 4);
      g_assert_cmpstr (g_hash_table_lookup (found, "user-data"), ==, "#cloud-config\n");
      g_assert_cmpstr (g_hash_table_lookup (found, "meta-data"), ==, "");
      g_assert_cmpstr (g_hash_table_lookup (found, "network-config"), ==, "{}");
      g_assert_cmpstr (g_hash_table_lookup (found, "drover/Some Name.cmd"), ==, "echo\r\n");
    }

  /* The label is at a fixed place; a hash is in it, so it is its owner's alone. */
  image = read_file (path, &length);
  g_assert_cmpuint (length % 2048, ==, 0);
  g_assert_cmpint (memcmp (image + 16 * 2048 + 40, "cidata                          ", 32), ==, 0);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

/* What udev makes /dev/disk/by-label of. */
static void
test_label (void)
{
  static const char *const labels[] = { "cidata", "UNATTEND", "Sixteen letters." };
  g_autofree char *blkid = g_find_program_in_path ("blkid");
  g_autofree char *path = dup_path ("label.iso");

  if (blkid == NULL)
    {
      g_test_skip ("there is no blkid");
      return;
    }

  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      g_autoptr (GHashTable) files = new_files ("user-data", "x", NULL);
      const char *argv[] = { blkid, "-p", "-o", "value", "-s", "LABEL", path, NULL };
      const char *type_argv[] = { blkid, "-p", "-o", "value", "-s", "TYPE", path, NULL };
      g_autofree char *output = NULL;
      g_autofree char *type = NULL;

      g_assert_true (drover_seed_write (path, labels[i], files, NULL));
      g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output,
                                   NULL, NULL, NULL));
      g_assert_cmpstr (g_strchomp (output), ==, labels[i]);
      g_assert_true (g_spawn_sync (NULL, (char **) type_argv, NULL, G_SPAWN_DEFAULT, NULL, NULL,
                                   &type, NULL, NULL, NULL));
      g_assert_cmpstr (g_strchomp (type), ==, "iso9660");
    }
}

/* The same bytes whenever it is written: the clock must have gone on by a second between. */
static void
test_reproducible (void)
{
  g_autoptr (GHashTable) files = new_files ("user-data", "one", "meta-data", "two", "a/b", "c",
                                            NULL);
  g_autofree char *path = dup_path ("same.iso");
  gint64 second = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *first = NULL;
  gsize first_length;

  g_assert_true (drover_seed_write (path, "cidata", files, NULL));
  first = read_file (path, &first_length);
  do
    {
      g_autofree char *again = NULL;
      gsize length;

      g_assert_true (drover_seed_write (path, "cidata", files, NULL));
      again = read_file (path, &length);
      g_assert_cmpmem (first, first_length, again, length);
    }
  while (g_get_real_time () / G_USEC_PER_SEC < second + 2);
}

static void
test_write_fails (void)
{
  g_autoptr (GHashTable) files = new_files ("user-data", "one", NULL);
  g_autofree char *path = dup_path ("no-such-folder/seed.iso");
  g_autoptr (GError) error = NULL;

  g_assert_false (drover_seed_write (path, "cidata", files, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

/* --- RAM disks ------------------------------------------------------------------------------- */

static void
test_append (void)
{
  static const char gzip[] = "\x1f\x8b\x08\0 as far as anybody looks";
  g_autofree char *initrd = dup_path ("initrd.gz");
  g_autofree char *path = dup_path ("new-initrd");
  g_autofree char *data = NULL;
  g_autoptr (GHashTable) files = new_files ("preseed.cfg", "d-i a string b\n", NULL);
  gsize length;

  for (gsize cut = 0; cut < 4; cut++)
    {
      gsize before = sizeof gzip - 1 - cut;
      gsize at = (before + 3) & ~(gsize) 3;
      g_autoptr (GHashTable) found = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *bytes = NULL;

      g_file_set_contents (initrd, gzip, before, NULL);
      g_assert_true (drover_test_await (drover_seed_append_initrd (initrd, path, files), &error));
      g_assert_no_error (error);
      bytes = read_file (path, &length);
      g_assert_cmpmem (bytes, before, gzip, before);
      for (gsize i = before; i < at; i++)
        g_assert_cmpint (bytes[i], ==, 0);
      g_assert_cmpint (memcmp (bytes + at, "070701", 6), ==, 0);

      found = read_archive (path, at, FALSE);
      g_assert_cmpuint (g_hash_table_size (found), ==, 1);
      g_assert_cmpstr (g_hash_table_lookup (found, "preseed.cfg"), ==, "d-i a string b\n");
    }
}

static void
test_append_fails (void)
{
  g_autofree char *initrd = dup_path ("no-initrd");
  g_autofree char *path = dup_path ("never-made");
  g_autoptr (GHashTable) files = new_files ("preseed.cfg", "x", NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (initrd, "MZ this is a kernel", -1, NULL);
  g_assert_false (drover_test_await (drover_seed_append_initrd (initrd, path, files), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_assert_nonnull (strstr (error->message, "no-initrd is not a RAM disk"));
  g_clear_error (&error);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));

  g_unlink (initrd);
  g_assert_false (drover_test_await (drover_seed_append_initrd (initrd, path, files), &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

/* --- files out of discs ---------------------------------------------------------------------- */

static char *
new_folder (void)
{
  char *path = dup_path ("out-XXXXXX");

  g_assert_nonnull (g_mkdtemp (path));
  return path;
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

static char *
new_disc (void)
{
  g_autoptr (GHashTable) files = new_files ("casper/vmlinuz", "a kernel", "casper/initrd",
                                            "a RAM disk", "README", "hello", "empty", "",
                                            "MiXed/Name.Txt", "mixed", NULL);
  char *path = dup_path ("disc.iso");

  g_assert_true (drover_seed_write (path, "DISC", files, NULL));
  return path;
}

static void
assert_extracted (const char *disc, const char *name, const char *contents)
{
  g_autofree char *folder = new_folder ();
  const char *names[] = { name, NULL };
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) paths = drover_test_await_boxed (drover_iso_extract (disc, names, folder), &error);
  g_autofree char *found = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (paths), ==, 1);
  g_assert_true (g_str_has_prefix (paths[0], folder));
  found = read_file (paths[0], NULL);
  g_assert_cmpstr (found, ==, contents);
  g_assert_cmpuint (count_files (folder), ==, 1);
}

static void
test_extract (void)
{
  g_autofree char *disc = new_disc ();
  g_autofree char *folder = new_folder ();
  const char *names[] = { "casper/vmlinuz", "/casper/initrd", "README", NULL };
  g_auto (GStrv) paths = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *initrd = NULL;

  paths = drover_test_await_boxed (drover_iso_extract (disc, names, folder), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (paths), ==, 3);
  g_assert_true (g_str_has_suffix (paths[1], "/initrd"));
  initrd = read_file (paths[1], NULL);
  g_assert_cmpstr (initrd, ==, "a RAM disk");
  g_assert_cmpuint (count_files (folder), ==, 3);

  assert_extracted (disc, "./casper/vmlinuz", "a kernel");
  assert_extracted (disc, "CASPER/VMLINUZ", "a kernel");
  assert_extracted (disc, "mixed/name.txt", "mixed");
  assert_extracted (disc, "empty", "");
}

static void
assert_not_extracted (const char *disc, const char *name, int code, const char *words)
{
  g_autofree char *folder = new_folder ();
  const char *names[] = { "README", name, NULL };
  g_autoptr (GError) error = NULL;

  g_assert_null (drover_test_await_boxed (drover_iso_extract (disc, names, folder), &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, G_IO_ERROR, code);
  g_assert_nonnull (strstr (error->message, words));
  g_assert_cmpuint (count_files (folder), ==, 0);
}

static void
test_extract_fails (void)
{
  g_autofree char *disc = new_disc ();
  g_autofree char *text = dup_path ("text.iso");
  g_autofree char *cut = dup_path ("cut.iso");
  g_autofree char *none = dup_path ("none.iso");
  g_autofree char *data = NULL;
  gsize length;

  assert_not_extracted (disc, "casper/nothing", G_IO_ERROR_NOT_FOUND, "no “casper/nothing” in");
  assert_not_extracted (disc, "casper", G_IO_ERROR_NOT_REGULAR_FILE, "“casper” in");
  assert_not_extracted (disc, "casper/..", G_IO_ERROR_INVALID_FILENAME, "“casper/..”");
  assert_not_extracted (disc, "..", G_IO_ERROR_INVALID_FILENAME, "“..”");
  assert_not_extracted (none, "a", G_IO_ERROR_NOT_FOUND, "none.iso");

  g_file_set_contents (text, "This is no disc.", -1, NULL);
  assert_not_extracted (text, "a", G_IO_ERROR_INVALID_DATA, "text.iso is not the image of a CD");

  /* Cut in the middle of what it says of its files, and before the files themselves. */
  data = read_file (disc, &length);
  g_file_set_contents (cut, data, 20 * 2048, NULL);
  assert_not_extracted (cut, "casper/vmlinuz", G_IO_ERROR_INVALID_DATA, "cut.iso is damaged");
  g_file_set_contents (cut, data, 17 * 2048, NULL);
  assert_not_extracted (cut, "casper/vmlinuz", G_IO_ERROR_INVALID_DATA, "cut.iso is damaged");
}

/* Whatever a byte of its folders is changed to, nothing gets out of the folder. */
static void
test_extract_damaged (void)
{
  g_autofree char *disc = new_disc ();
  g_autofree char *damaged = dup_path ("damaged.iso");
  g_autofree char *data = NULL;
  const char *names[] = { "casper/vmlinuz", "README", NULL };
  guint found = 0;
  gsize length;

  data = read_file (disc, &length);
  for (gsize at = 16 * 2048; at < MIN (length, 60 * 2048); at += 61)
    {
      g_autofree char *folder = new_folder ();
      char before = data[at];
      gpointer paths;

      data[at] ^= 0xff;
      g_file_set_contents (damaged, data, length, NULL);
      data[at] = before;
      paths = drover_test_await_boxed (drover_iso_extract (damaged, names, folder), NULL);
      if (paths != NULL)
        found++;
      g_assert_cmpuint (count_files (folder), ==, paths != NULL ? 2 : 0);
      g_strfreev (paths);
    }
  /* Most of it is of no importance; some of it is. */
  g_assert_cmpuint (found, >, 0);
}

/* A disc that was made by somebody who wants to write elsewhere. */
static void
test_traversal (void)
{
  g_autofree char *disc = dup_path ("evil.iso");
  g_autofree char *folder = new_folder ();
  g_autofree char *outside = dup_path ("vmlinuz");
  g_autoptr (GHashTable) files = new_files ("aa/bb/vmlinuz", "evil", NULL);
  const char *names[] = { "../../vmlinuz", NULL };
  g_autofree char *data = NULL;
  gsize length;
  g_autoptr (GError) error = NULL;
  gpointer paths;

  /* The folders’ names, as they are in Rock Ridge, Joliet and plain, become “..”. */
  g_assert_true (drover_seed_write (disc, "DISC", files, NULL));
  data = read_file (disc, &length);
  for (gsize i = 0; i + 4 < length; i++)
    {
      if (memcmp (data + i, "aa", 2) == 0 || memcmp (data + i, "bb", 2) == 0 ||
          memcmp (data + i, "AA", 2) == 0 || memcmp (data + i, "BB", 2) == 0)
        memcpy (data + i, "..", 2);
      else if (memcmp (data + i, "\0a\0a", 4) == 0 || memcmp (data + i, "\0b\0b", 4) == 0)
        memcpy (data + i, "\0.\0.", 4);
    }
  g_file_set_contents (disc, data, length, NULL);

  paths = drover_test_await_boxed (drover_iso_extract (disc, names, folder), &error);
  g_assert_false (g_file_test (outside, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_files (folder), ==, paths != NULL ? 1 : 0);
  g_strfreev (paths);
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);

  g_test_add_func ("/seed/write", test_write);
  g_test_add_func ("/seed/label", test_label);
  g_test_add_func ("/seed/reproducible", test_reproducible);
  g_test_add_func ("/seed/write-fails", test_write_fails);
  g_test_add_func ("/seed/append", test_append);
  g_test_add_func ("/seed/append-fails", test_append_fails);
  g_test_add_func ("/seed/extract", test_extract);
  g_test_add_func ("/seed/extract-fails", test_extract_fails);
  g_test_add_func ("/seed/extract-damaged", test_extract_damaged);
  g_test_add_func ("/seed/traversal", test_traversal);

  return drover_test_run ();
}
