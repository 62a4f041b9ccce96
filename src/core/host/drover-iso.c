/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drover-error.h"
#include "drover-seed.h"
#include "drover-thread.h"

/* Taking single files out of a CD's image: an installer's kernel and RAM disk. */

#define BLOCK_SIZE (256 * 1024)

typedef struct archive DroverArchive;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverArchive, archive_read_free)

/* One file that is wanted. */
typedef struct
{
  char *name;    /* as the caller has it */
  char *in_disc; /* where its contents are, for a disc that stores equal files once */
  char *path;    /* where it goes */
  char *part;    /* where it is while it is written */
  gboolean exact;
  gboolean found;
} Wanted;

static void
wanted_free (gpointer data)
{
  Wanted *wanted = data;

  g_free (wanted->name);
  g_free (wanted->in_disc);
  g_free (wanted->path);
  g_free (wanted->part);
  g_free (wanted);
}

#define DROVER_TYPE_EXTRACT_JOB (drover_extract_job_get_type ())
G_DECLARE_FINAL_TYPE (DroverExtractJob, drover_extract_job, DROVER, EXTRACT_JOB, GObject)

struct _DroverExtractJob
{
  GObject parent_instance;
  char *path;
  guint64 size;
  GPtrArray *wanted;
};

G_DEFINE_FINAL_TYPE (DroverExtractJob, drover_extract_job, G_TYPE_OBJECT)

static void
drover_extract_job_finalize (GObject *object)
{
  DroverExtractJob *self = DROVER_EXTRACT_JOB (object);

  g_free (self->path);
  g_ptr_array_unref (self->wanted);
  G_OBJECT_CLASS (drover_extract_job_parent_class)->finalize (object);
}

static void
drover_extract_job_class_init (DroverExtractJobClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_extract_job_finalize;
}

static void
drover_extract_job_init (DroverExtractJob *self)
{
  self->wanted = g_ptr_array_new_with_free_func (wanted_free);
}

static const char *
skip_root (const char *name)
{
  while (g_str_has_prefix (name, "./") || g_str_has_prefix (name, "/"))
    name += *name == '.' ? 2 : 1;
  return name;
}

static gboolean
set_read_error (DroverExtractJob *self, DroverArchive *archive, GError **error)
{
  const char *words = archive_error_string (archive);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("%s is damaged: %s"), self->path,
               words != NULL ? words : _("no reason is given"));
  return FALSE;
}

static gboolean
is_disc (const char *path, GError **error)
{
  char magic[5];
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  gboolean same;

  if (fd < 0)
    return drover_set_errno_error (error, _("Cannot open %s"), path);

  same = pread (fd, magic, sizeof magic, 16 * 2048 + 1) == sizeof magic &&
    memcmp (magic, "CD001", sizeof magic) == 0;
  close (fd);
  if (!same)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                 _("%s is not the image of a CD or DVD"), path);
  return same;
}

static DroverArchive *
open_disc (DroverExtractJob *self, GError **error)
{
  g_autoptr (DroverArchive) archive = NULL;
  GStatBuf info;

  if (!is_disc (self->path, error))
    return NULL;

  self->size = g_stat (self->path, &info) == 0 ? info.st_size : 0;
  archive = archive_read_new ();
  if (archive_read_support_format_iso9660 (archive) != ARCHIVE_OK ||
      archive_read_open_filename (archive, self->path, BLOCK_SIZE) != ARCHIVE_OK)
    {
      set_read_error (self, archive, error);
      return NULL;
    }
  return g_steal_pointer (&archive);
}

static gboolean
write_block (int fd, const char *data, gsize length, gint64 offset)
{
  while (length > 0)
    {
      gssize n = pwrite (fd, data, length, offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      data += n;
      offset += n;
      length -= n;
    }
  return TRUE;
}

static gboolean
copy_data (DroverExtractJob *self, DroverArchive *archive, Wanted *wanted, gint64 size, int fd,
           GError **error)
{
  const void *data;
  gsize length;
  la_int64_t offset;
  int result;

  while ((result = archive_read_data_block (archive, &data, &length, &offset)) == ARCHIVE_OK)
    if (!write_block (fd, data, length, offset))
      return drover_set_errno_error (error, _("Cannot write %s"), wanted->part);

  if (result != ARCHIVE_EOF)
    return set_read_error (self, archive, error);
  if (ftruncate (fd, size) != 0)
    return drover_set_errno_error (error, _("Cannot write %s"), wanted->part);
  return TRUE;
}

static gboolean
extract (DroverExtractJob *self, DroverArchive *archive, struct archive_entry *entry,
         Wanted *wanted, GError **error)
{
  gint64 size = archive_entry_size (entry);
  gboolean copied;
  int fd;

  if (archive_entry_filetype (entry) != AE_IFREG)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                   _("“%s” in %s is not a file"), wanted->name, self->path);
      return FALSE;
    }
  if (size < 0 || (guint64) size > self->size)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _("%s is damaged: “%s” is larger than the disc"), self->path, wanted->name);
      return FALSE;
    }

  g_unlink (wanted->part);
  fd = open (wanted->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0)
    return drover_set_errno_error (error, _("Cannot make %s"), wanted->part);

  copied = copy_data (self, archive, wanted, size, fd, error);
  if (close (fd) != 0 && copied)
    return drover_set_errno_error (error, _("Cannot write %s"), wanted->part);
  wanted->found |= copied;
  return copied;
}

/* Whether the disc's NAME is what WANTED asks for, better than what was found before. A disc
 * without Rock Ridge and Joliet has only capitals. */
static gboolean
is_wanted (const Wanted *wanted, const char *name, gboolean *exact)
{
  const char *asked = skip_root (wanted->in_disc != NULL ? wanted->in_disc : wanted->name);

  *exact = g_str_equal (asked, name);
  return *exact || (!wanted->exact && g_ascii_strcasecmp (asked, name) == 0);
}

/* Goes through the disc once. AGAIN is set when what was found is stored under another name. */
static gboolean
read_disc (DroverExtractJob *self, gboolean *again, GError **error)
{
  g_autoptr (DroverArchive) archive = open_disc (self, error);
  struct archive_entry *entry;
  int result = ARCHIVE_FATAL;

  if (archive == NULL)
    return FALSE;

  *again = FALSE;
  while ((result = archive_read_next_header (archive, &entry)) == ARCHIVE_OK ||
         result == ARCHIVE_WARN)
    for (guint i = 0; i < self->wanted->len; i++)
      {
        Wanted *wanted = g_ptr_array_index (self->wanted, i);
        const char *name = archive_entry_pathname (entry);
        const char *stored = archive_entry_hardlink (entry);
        gboolean exact;

        if (name == NULL || !is_wanted (wanted, skip_root (name), &exact))
          continue;

        wanted->exact |= exact;
        if (stored == NULL && !extract (self, archive, entry, wanted, error))
          return FALSE;
        if (stored != NULL)
          {
            g_set_str (&wanted->in_disc, skip_root (stored));
            *again = TRUE;
          }
        break; /* the data can be read but once */
      }

  return result == ARCHIVE_EOF || set_read_error (self, archive, error);
}

static gboolean
check_found (DroverExtractJob *self, GError **error)
{
  for (guint i = 0; i < self->wanted->len; i++)
    {
      const Wanted *wanted = g_ptr_array_index (self->wanted, i);

      if (!wanted->found)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("There is no “%s” in %s"),
                       wanted->name, self->path);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
take_names (DroverExtractJob *self, GError **error)
{
  for (guint i = 0; i < self->wanted->len; i++)
    {
      Wanted *wanted = g_ptr_array_index (self->wanted, i);

      if (g_rename (wanted->part, wanted->path) != 0)
        return drover_set_errno_error (error, _("Cannot make %s"), wanted->path);
    }
  return TRUE;
}

static gboolean
extract_in_thread (gpointer object, GCancellable *cancellable, GError **error)
{
  DroverExtractJob *self = object;
  gboolean again = FALSE;
  gboolean done;

  done = read_disc (self, &again, error) && (!again || read_disc (self, &again, error)) &&
    check_found (self, error) && take_names (self, error);

  for (guint i = 0; !done && i < self->wanted->len; i++)
    g_unlink (((Wanted *) g_ptr_array_index (self->wanted, i))->part);
  return done;
}

static DexFuture *
extracted_cb (DexFuture *future, gpointer user_data)
{
  DroverExtractJob *self = user_data;
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  g_auto (GValue) value = G_VALUE_INIT;

  for (guint i = 0; i < self->wanted->len; i++)
    g_strv_builder_add (paths, ((Wanted *) g_ptr_array_index (self->wanted, i))->path);

  g_value_init (&value, G_TYPE_STRV);
  g_value_take_boxed (&value, g_strv_builder_end (paths));
  return dex_future_new_for_value (&value);
}

/**
 * drover_iso_extract:
 * @path: the image of a CD or DVD
 * @names: (array zero-terminated=1): what to take out: `casper/vmlinuz`
 * @folder: an existing folder, where it goes: `vmlinuz`
 *
 * Takes files out of an image of ISO 9660 kind. Names are compared as they are; where there is no
 * such file, without regard to capitals. Two @names must not end alike. Nothing is ever written
 * but files of the last parts of @names in @folder; they are replaced.
 *
 * Returns: (transfer full): a future of the paths of the files, a #GStrv in the order of @names;
 *   rejected with %G_IO_ERROR_INVALID_DATA when @path is not a disc or is damaged, or with
 *   %G_IO_ERROR_NOT_FOUND naming the file that is not in it. Then nothing was written.
 */
DexFuture *
drover_iso_extract (const char *path, const char *const *names, const char *folder)
{
  g_autoptr (DroverExtractJob) job = NULL;

  g_return_val_if_fail (path != NULL && names != NULL && folder != NULL, NULL);

  job = g_object_new (DROVER_TYPE_EXTRACT_JOB, NULL);
  job->path = g_strdup (path);
  for (guint i = 0; names[i] != NULL; i++)
    {
      Wanted *wanted = g_new0 (Wanted, 1);
      g_autofree char *name = g_path_get_basename (names[i]);

      g_ptr_array_add (job->wanted, wanted);
      wanted->name = g_strdup (names[i]);
      wanted->path = g_build_filename (folder, name, NULL);
      wanted->part = g_strconcat (wanted->path, ".part", NULL);
      if (g_str_equal (name, "..") || g_str_equal (name, ".") || g_str_equal (name, "/"))
        return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
                                      _("“%s” is not the name of a file"), names[i]);
    }

  return dex_future_then (drover_thread_run (job, extract_in_thread, NULL), extracted_cb,
                          g_object_ref (job), g_object_unref);
}
