/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "drover-error.h"
#include "drover-seed-private.h"
#include "drover-seed.h"
#include "drover-thread.h"

/* Small media that a guest reads once: the answers to its questions. */

#define FIRST_DESCRIPTOR (16 * 2048)
#define DESCRIPTOR_LABEL 40
#define LABEL_LENGTH 32
#define JOLIET_LABEL_LENGTH 16

/* 2020-01-01: the same answers are the same medium, whenever they are written. */
#define FIXED_TIME 1577836800

typedef struct archive DroverArchive;
typedef struct archive_entry DroverArchiveEntry;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverArchive, archive_write_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverArchiveEntry, archive_entry_free)

static la_ssize_t
write_cb (DroverArchive *archive, void *data, const void *buffer, size_t length)
{
  g_byte_array_append (data, buffer, length);
  return length;
}

static gboolean
set_archive_error (DroverArchive *archive, GError **error)
{
  const char *words = archive_error_string (archive);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _("The medium cannot be made: %s"),
               words != NULL ? words : _("no reason is given"));
  return FALSE;
}

static gboolean
add_file (DroverArchive *archive, const char *name, GBytes *bytes, GError **error)
{
  g_autoptr (DroverArchiveEntry) entry = archive_entry_new ();
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);

  archive_entry_set_pathname (entry, name);
  archive_entry_set_filetype (entry, AE_IFREG);
  archive_entry_set_perm (entry, 0644);
  archive_entry_set_size (entry, length);
  archive_entry_set_mtime (entry, FIXED_TIME, 0);
  archive_entry_set_ctime (entry, FIXED_TIME, 0);
  archive_entry_set_atime (entry, FIXED_TIME, 0);

  if (archive_write_header (archive, entry) != ARCHIVE_OK ||
      (length > 0 && archive_write_data (archive, data, length) != (la_ssize_t) length))
    return set_archive_error (archive, error);
  return TRUE;
}

static gboolean
add_files (DroverArchive *archive, GHashTable *files, GError **error)
{
  g_autoptr (GPtrArray) names = g_hash_table_get_keys_as_ptr_array (files);

  /* A hash table has no order of its own. */
  g_ptr_array_sort_values (names, (GCompareFunc) g_strcmp0);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);

      if (!add_file (archive, name, g_hash_table_lookup (files, name), error))
        return FALSE;
    }
  return TRUE;
}

/* libarchive writes it in capitals; all other programs write it as it is, and readers take that. */
static void
fix_label (GByteArray *image, const char *label)
{
  guint8 *place = image->data + FIRST_DESCRIPTOR + DESCRIPTOR_LABEL;

  memset (place, ' ', LABEL_LENGTH);
  memcpy (place, label, strlen (label));
}

/* For its owner only: a hash of the password is in it. */
static gboolean
save (const char *path, const void *data, gsize length, GError **error)
{
  return g_file_set_contents_full (path, data, length,
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   0600, error);
}

/**
 * drover_seed_write:
 * @path: where the medium's image is to be; a file there is replaced, at once
 * @label: the volume's label: `cidata` for cloud-init; up to 16 characters of ASCII
 * @files: (element-type utf8 GBytes): the contents by name; `/` in a name makes folders
 *
 * Writes a CD image (ISO 9660 with Joliet and Rock Ridge names) with these files. The same files
 * give the same bytes. Only its owner may read it.
 *
 * Returns: whether it was written; if not, what was at @path before is still there
 */
gboolean
drover_seed_write (const char *path, const char *label, GHashTable *files, GError **error)
{
  g_autoptr (DroverArchive) archive = archive_write_new ();
  g_autoptr (GByteArray) image = g_byte_array_new ();

  g_return_val_if_fail (path != NULL && label != NULL && files != NULL, FALSE);
  g_return_val_if_fail (strlen (label) <= JOLIET_LABEL_LENGTH, FALSE);

  if (archive_write_set_format_iso9660 (archive) != ARCHIVE_OK ||
      archive_write_set_format_option (archive, "iso9660", "volume-id", label) != ARCHIVE_OK ||
      archive_write_set_format_option (archive, "iso9660", "joliet", "1") != ARCHIVE_OK ||
      archive_write_set_format_option (archive, "iso9660", "rockridge", "1") != ARCHIVE_OK ||
      archive_write_set_bytes_per_block (archive, 0) != ARCHIVE_OK ||
      archive_write_open (archive, image, NULL, write_cb, NULL) != ARCHIVE_OK)
    return set_archive_error (archive, error);

  if (!add_files (archive, files, error))
    return FALSE;
  if (archive_write_close (archive) != ARCHIVE_OK)
    return set_archive_error (archive, error);

  fix_label (image, label);
  drover_seed_fix_dates (image);
  return save (path, image->data, image->len, error);
}

/* --- RAM disks ------------------------------------------------------------------------------- */

#define DROVER_TYPE_APPEND_JOB (drover_append_job_get_type ())
G_DECLARE_FINAL_TYPE (DroverAppendJob, drover_append_job, DROVER, APPEND_JOB, GObject)

struct _DroverAppendJob
{
  GObject parent_instance;
  char *initrd;
  char *path;
  GHashTable *files;
};

G_DEFINE_FINAL_TYPE (DroverAppendJob, drover_append_job, G_TYPE_OBJECT)

static void
drover_append_job_finalize (GObject *object)
{
  DroverAppendJob *self = DROVER_APPEND_JOB (object);

  g_free (self->initrd);
  g_free (self->path);
  g_hash_table_unref (self->files);
  G_OBJECT_CLASS (drover_append_job_parent_class)->finalize (object);
}

static void
drover_append_job_class_init (DroverAppendJobClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_append_job_finalize;
}

static void
drover_append_job_init (DroverAppendJob *self)
{
}

/* The kernel unpacks one archive after another; an uncompressed one must begin at a multiple of
 * four, and zeros between them are skipped. */
static gboolean
append_archive (GByteArray *contents, GHashTable *files, GError **error)
{
  static const guint8 zeros[4];
  g_autoptr (DroverArchive) archive = archive_write_new ();

  g_byte_array_append (contents, zeros, (4 - contents->len % 4) % 4);
  if (archive_write_set_format_cpio_newc (archive) != ARCHIVE_OK ||
      archive_write_set_bytes_per_block (archive, 0) != ARCHIVE_OK ||
      archive_write_open (archive, contents, NULL, write_cb, NULL) != ARCHIVE_OK)
    return set_archive_error (archive, error);
  if (!add_files (archive, files, error))
    return FALSE;
  return archive_write_close (archive) == ARCHIVE_OK || set_archive_error (archive, error);
}

static gboolean
is_ram_disk (const guint8 *data, gsize length)
{
  static const struct
  {
    const char *magic;
    guint length;
  } magics[] = {
    { "070701", 6 }, { "070702", 6 },             /* cpio */
    { "\x1f\x8b", 2 }, { "\xfd" "7zXZ", 5 },      /* gzip, xz */
    { "\x28\xb5\x2f\xfd", 4 }, { "\x02\x21\x4c\x18", 4 }, /* zstd, lz4 as the kernel has it */
    { "\x04\x22\x4d\x18", 4 }, { "BZh", 3 },
    { "\x5d\0\0", 3 }, { "\x89LZO", 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (magics); i++)
    if (length >= magics[i].length && memcmp (data, magics[i].magic, magics[i].length) == 0)
      return TRUE;

  return FALSE;
}

static gboolean
append_in_thread (gpointer object, GCancellable *cancellable, GError **error)
{
  DroverAppendJob *self = object;
  g_autoptr (GByteArray) contents = NULL;
  char *data = NULL;
  gsize length;

  if (!g_file_get_contents (self->initrd, &data, &length, error))
    return FALSE;

  contents = g_byte_array_new_take ((guint8 *) data, length);
  if (!is_ram_disk (contents->data, contents->len))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("%s is not a RAM disk of Linux"),
                   self->initrd);
      return FALSE;
    }

  return append_archive (contents, self->files, error) &&
    save (self->path, contents->data, contents->len, error);
}

/**
 * drover_seed_append_initrd:
 * @initrd: a RAM disk of Linux, compressed or not
 * @path: where the new one is to be; a file there is replaced, at once
 * @files: (element-type utf8 GBytes): what is added, by name
 *
 * Copies a RAM disk and adds files to its root. What it had is the same as before; a file of the
 * same name is replaced.
 *
 * Returns: (transfer full): a future of %TRUE; rejected with %G_IO_ERROR_INVALID_DATA when
 *   @initrd is no RAM disk
 */
DexFuture *
drover_seed_append_initrd (const char *initrd, const char *path, GHashTable *files)
{
  g_autoptr (DroverAppendJob) job = NULL;

  g_return_val_if_fail (initrd != NULL && path != NULL && files != NULL, NULL);

  job = g_object_new (DROVER_TYPE_APPEND_JOB, NULL);
  job->initrd = g_strdup (initrd);
  job->path = g_strdup (path);
  job->files = g_hash_table_ref (files);
  return drover_thread_run (job, append_in_thread, NULL);
}
