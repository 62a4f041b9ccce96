/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "drover-checksums.h"
#include "drover-part-file.h"
#include "drover-thread.h"

#define META_GROUP "download"
#define META_ADDRESS "address"
#define META_VALIDATOR "validator"
#define META_SUM "sum"

/* A file on its way: PATH.part, and beside it PATH.part.meta, which says where the bytes
 * come from, by what the server can tell whether it still has the same ones, and what the sum
 * of the whole will be if that is known. With the sum, any mirror can go on. */
struct _DroverPartFile
{
  GObject parent_instance;

  char *path;
  char *part_path;
  char *meta_path;
  char *address;
  char *validator;
  char *sum;
  gboolean is_of_sum;   /* the bytes that are here were meant to become that sum */
  GChecksum *checksum;
  guint64 size;
  int fd;
};

G_DEFINE_FINAL_TYPE (DroverPartFile, drover_part_file, G_TYPE_OBJECT)

static gboolean
cannot_write (const char  *path,
              int          saved_errno,
              GError     **error)
{
  g_autofree char *name = g_filename_display_name (path);

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved_errno),
               _("Cannot write “%s”: %s"), name, g_strerror (saved_errno));
  return FALSE;
}

/* Two downloads into one file would mix their bytes. The lock goes with the process. */
static gboolean
lock (DroverPartFile  *self,
      GError         **error)
{
  g_autofree char *name = NULL;

  /* A file system without locks is no reason to fail: then the checksum must do. */
  if (flock (self->fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
    return TRUE;

  name = g_filename_display_name (self->path);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY,
               _("“%s” is being downloaded already"), name);
  return FALSE;
}

/* The one who held the lock may just have renamed the file away: then what was opened is
 * the finished file, and a new one is to be made. */
static gboolean
open_locked (DroverPartFile  *self,
             GError         **error)
{
  struct stat opened, named;

  do
    {
      g_clear_fd (&self->fd, NULL);
      self->fd = g_open (self->part_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
      if (self->fd < 0)
        return cannot_write (self->part_path, errno, error);

      if (!lock (self, error))
        return FALSE;

      if (fstat (self->fd, &opened) != 0)
        return cannot_write (self->part_path, errno, error);
    }
  while (stat (self->part_path, &named) != 0 ||
         named.st_dev != opened.st_dev || named.st_ino != opened.st_ino);

  self->size = opened.st_size;
  return TRUE;
}

/* What cannot be read, or is about another address, only means starting from the beginning. */
static void
load_meta (DroverPartFile *self)
{
  g_autoptr (GKeyFile) meta = g_key_file_new ();
  g_autofree char *address = NULL;
  g_autofree char *sum = NULL;

  if (!g_key_file_load_from_file (meta, self->meta_path, G_KEY_FILE_NONE, NULL))
    return;

  address = g_key_file_get_string (meta, META_GROUP, META_ADDRESS, NULL);
  if (g_strcmp0 (address, self->address) == 0)
    self->validator = g_key_file_get_string (meta, META_GROUP, META_VALIDATOR, NULL);

  sum = g_key_file_get_string (meta, META_GROUP, META_SUM, NULL);
  self->is_of_sum = self->sum != NULL && g_strcmp0 (sum, self->sum) == 0;
}

static gboolean
save_meta (DroverPartFile  *self,
           GError         **error)
{
  g_autoptr (GKeyFile) meta = g_key_file_new ();
  g_autoptr (GError) save_error = NULL;

  if (self->validator == NULL && self->sum == NULL)
    {
      g_unlink (self->meta_path);
      return TRUE;
    }

  g_key_file_set_string (meta, META_GROUP, META_ADDRESS, self->address);
  if (self->validator != NULL)
    g_key_file_set_string (meta, META_GROUP, META_VALIDATOR, self->validator);
  if (self->sum != NULL)
    g_key_file_set_string (meta, META_GROUP, META_SUM, self->sum);
  if (g_key_file_save_to_file (meta, self->meta_path, &save_error))
    return TRUE;

  g_propagate_prefixed_error (error, g_steal_pointer (&save_error),
                              _("Cannot note how to resume the download: "));
  return FALSE;
}

static void
drover_part_file_finalize (GObject *object)
{
  DroverPartFile *self = DROVER_PART_FILE (object);

  g_clear_fd (&self->fd, NULL);
  g_clear_pointer (&self->checksum, g_checksum_free);
  g_clear_pointer (&self->validator, g_free);
  g_clear_pointer (&self->sum, g_free);
  g_clear_pointer (&self->address, g_free);
  g_clear_pointer (&self->meta_path, g_free);
  g_clear_pointer (&self->part_path, g_free);
  g_clear_pointer (&self->path, g_free);

  G_OBJECT_CLASS (drover_part_file_parent_class)->finalize (object);
}

static void
drover_part_file_class_init (DroverPartFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_part_file_finalize;
}

static void
drover_part_file_init (DroverPartFile *self)
{
  self->fd = -1;
}

/**
 * drover_part_file_open:
 * @path: where the file is to be in the end; missing folders are made
 * @address: where it is downloaded from
 * @sum: (nullable): what the SHA-256 or SHA-512 of the whole file will be, in hex
 *
 * Opens what an earlier try left of @path, or an empty file, and holds it for this
 * download alone until the object is gone.
 *
 * Returns: (transfer full) (nullable): the file, or %NULL with %G_IO_ERROR_BUSY when
 *   another download holds it, else the error of the file system
 */
DroverPartFile *
drover_part_file_open (const char  *path,
                       const char  *address,
                       const char  *sum,
                       GError     **error)
{
  g_autoptr (DroverPartFile) self = g_object_new (DROVER_TYPE_PART_FILE, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  self->path = g_strdup (path);
  self->part_path = g_strconcat (path, ".part", NULL);
  self->meta_path = g_strconcat (path, ".part.meta", NULL);
  self->address = g_strdup (address);
  self->sum = sum != NULL ? g_ascii_strdown (sum, -1) : NULL;
  self->checksum = g_checksum_new (drover_checksums_get_type (sum));

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      cannot_write (folder, errno, error);
      return NULL;
    }
  if (!open_locked (self, error))
    return NULL;

  load_meta (self);
  return g_steal_pointer (&self);
}

/**
 * drover_part_file_get_size:
 *
 * Returns: how many bytes of the file are here
 */
guint64
drover_part_file_get_size (DroverPartFile *self)
{
  g_return_val_if_fail (DROVER_IS_PART_FILE (self), 0);

  return self->size;
}

/**
 * drover_part_file_get_validator:
 *
 * Returns: (nullable): the ETag or Last-Modified of the bytes that are here, or %NULL
 *   when there are none, or none that a server could continue
 */
const char *
drover_part_file_get_validator (DroverPartFile *self)
{
  g_return_val_if_fail (DROVER_IS_PART_FILE (self), NULL);

  return self->size > 0 ? self->validator : NULL;
}

/**
 * drover_part_file_can_continue:
 *
 * Returns: whether there are bytes that a server can continue: it can tell them by their
 *   validator, or the sum of the whole will tell us
 */
gboolean
drover_part_file_can_continue (DroverPartFile *self)
{
  g_return_val_if_fail (DROVER_IS_PART_FILE (self), FALSE);

  return self->size > 0 && (self->validator != NULL || self->is_of_sum);
}

/**
 * drover_part_file_take_over:
 * @validator: (nullable): the ETag or Last-Modified of what will be appended
 *
 * From now on the bytes are the present address's, wherever the first ones came from.
 *
 * Returns: whether the file system let it
 */
gboolean
drover_part_file_take_over (DroverPartFile *self, const char *validator, GError **error)
{
  g_return_val_if_fail (DROVER_IS_PART_FILE (self), FALSE);

  g_set_str (&self->validator, validator);
  return save_meta (self, error);
}

/**
 * drover_part_file_has_room:
 * @total: the whole file's bytes
 *
 * Returns: %TRUE, or %FALSE with %G_IO_ERROR_NO_SPACE when the rest cannot fit on the disk
 */
gboolean
drover_part_file_has_room (DroverPartFile *self, guint64 total, GError **error)
{
  g_autofree char *needed = NULL;
  g_autofree char *free_text = NULL;
  g_autofree char *folder = NULL;
  struct statvfs status;
  guint64 room;

  g_return_val_if_fail (DROVER_IS_PART_FILE (self), FALSE);

  if (total <= self->size || fstatvfs (self->fd, &status) != 0)
    return TRUE;
  room = (guint64) status.f_bavail * status.f_frsize;
  if (total - self->size <= room)
    return TRUE;

  needed = g_format_size (total - self->size);
  free_text = g_format_size (room);
  folder = g_path_get_dirname (self->path);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
               _("The disk is too full: the download needs %s more, and “%s” has room for %s"),
               needed, folder, free_text);
  return FALSE;
}

static gboolean
hash_in_thread (gpointer       object,
                GCancellable  *cancellable,
                GError       **error)
{
  DroverPartFile *self = object;

  return drover_checksums_add_fd (self->checksum, self->fd, cancellable, error);
}

/**
 * drover_part_file_hash:
 * @cancellable: (nullable): ends it
 *
 * Reads what an earlier try left into the checksum; needed before appending to it.
 *
 * Returns: (transfer full): a future of %TRUE
 */
DexFuture *
drover_part_file_hash (DroverPartFile *self,
                       GCancellable   *cancellable)
{
  dex_return_error_if_fail (DROVER_IS_PART_FILE (self));

  g_checksum_reset (self->checksum);
  return drover_thread_run (self, hash_in_thread, cancellable);
}

/**
 * drover_part_file_restart:
 * @validator: (nullable): the ETag or Last-Modified of what will be appended
 *
 * Forgets all bytes.
 *
 * Returns: whether the file system let it
 */
gboolean
drover_part_file_restart (DroverPartFile  *self,
                          const char      *validator,
                          GError         **error)
{
  g_return_val_if_fail (DROVER_IS_PART_FILE (self), FALSE);

  if (self->size > 0 && ftruncate (self->fd, 0) != 0)
    return cannot_write (self->part_path, errno, error);

  self->size = 0;
  self->is_of_sum = self->sum != NULL;
  g_checksum_reset (self->checksum);
  g_set_str (&self->validator, validator);
  return save_meta (self, error);
}

/**
 * drover_part_file_append:
 * @bytes: what comes next
 *
 * Blocks as long as the kernel takes to copy @bytes: give it no more than a few hundred KiB.
 *
 * Returns: %TRUE, or %FALSE with %G_IO_ERROR_NO_SPACE or another error of the file
 *   system; what was written stays, to be continued
 */
gboolean
drover_part_file_append (DroverPartFile  *self,
                         GBytes          *bytes,
                         GError         **error)
{
  gsize left;
  const guchar *data = g_bytes_get_data (bytes, &left);

  g_return_val_if_fail (DROVER_IS_PART_FILE (self), FALSE);

  while (left > 0)
    {
      gssize n = pwrite (self->fd, data, left, self->size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return cannot_write (self->part_path, errno, error);

      g_checksum_update (self->checksum, data, n);
      self->size += n;
      data += n;
      left -= n;
    }
  return TRUE;
}

/**
 * drover_part_file_dup_checksum:
 *
 * Returns: (transfer full): the SHA-256 of the bytes that are here, in lower-case hex; their
 *   SHA-512 when the file is to have one
 */
char *
drover_part_file_dup_checksum (DroverPartFile *self)
{
  g_autoptr (GChecksum) copy = NULL;

  g_return_val_if_fail (DROVER_IS_PART_FILE (self), NULL);

  /* Asking a checksum closes it, and more bytes may come. */
  copy = g_checksum_copy (self->checksum);
  return g_strdup (g_checksum_get_string (copy));
}

/* The rename itself must reach the disk too, but not every file system can promise it. */
static void
sync_folder_of (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofd int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  if (fd >= 0)
    fsync (fd);
}

static gboolean
finish_in_thread (gpointer       object,
                  GCancellable  *cancellable,
                  GError       **error)
{
  DroverPartFile *self = object;

  if (fsync (self->fd) != 0 && errno != EINVAL)
    return cannot_write (self->part_path, errno, error);
  if (g_rename (self->part_path, self->path) != 0)
    return cannot_write (self->path, errno, error);

  g_unlink (self->meta_path);
  sync_folder_of (self->path);
  return TRUE;
}

/**
 * drover_part_file_finish:
 *
 * Brings the bytes to the disk, and then puts the file in its place.
 *
 * Returns: (transfer full): a future of %TRUE
 */
DexFuture *
drover_part_file_finish (DroverPartFile *self)
{
  dex_return_error_if_fail (DROVER_IS_PART_FILE (self));

  return drover_thread_run (self, finish_in_thread, NULL);
}

/**
 * drover_part_file_discard:
 *
 * Deletes what is here of the file.
 */
void
drover_part_file_discard (DroverPartFile *self)
{
  g_return_if_fail (DROVER_IS_PART_FILE (self));

  g_unlink (self->meta_path);
  g_unlink (self->part_path);
}
