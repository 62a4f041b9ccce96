/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "drover-checksums.h"
#include "drover-error.h"
#include "drover-file-sum.h"
#include "drover-thread.h"

struct _DroverFileSum
{
  GObject parent_instance;

  char *path;
  GChecksum *checksum;
};

#define DROVER_TYPE_FILE_SUM (drover_file_sum_get_type ())
G_DECLARE_FINAL_TYPE (DroverFileSum, drover_file_sum, DROVER, FILE_SUM, GObject)
G_DEFINE_FINAL_TYPE (DroverFileSum, drover_file_sum, G_TYPE_OBJECT)

static void
drover_file_sum_finalize (GObject *object)
{
  DroverFileSum *self = DROVER_FILE_SUM (object);

  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->checksum, g_checksum_free);

  G_OBJECT_CLASS (drover_file_sum_parent_class)->finalize (object);
}

static void
drover_file_sum_class_init (DroverFileSumClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_file_sum_finalize;
}

static void
drover_file_sum_init (DroverFileSum *self)
{
}

static gboolean
sum_in_thread (gpointer object, GCancellable *cancellable, GError **error)
{
  DroverFileSum *self = object;
  /* A pipe would be waited for without end. */
  g_autofd int fd = g_open (self->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  struct stat status;

  if (fd < 0 || fstat (fd, &status) != 0)
    return drover_set_errno_error (error, _("Cannot read “%s”"), self->path);
  if (!S_ISREG (status.st_mode))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                   _("“%s” is not a file"), self->path);
      return FALSE;
    }
  return drover_checksums_add_fd (self->checksum, fd, cancellable, error);
}

static DexFuture *
summed_cb (DexFuture *future, gpointer user_data)
{
  DroverFileSum *self = user_data;

  return dex_future_new_for_string (g_checksum_get_string (self->checksum));
}

/**
 * drover_file_sum:
 * @path: a file
 * @type: the kind of sum
 * @cancellable: (nullable): ends it
 *
 * Reads the whole file, in a thread.
 *
 * Returns: (transfer full): a future of the sum, a string in lower-case hex
 */
DexFuture *
drover_file_sum (const char *path, GChecksumType type, GCancellable *cancellable)
{
  DroverFileSum *self;

  dex_return_error_if_fail (path != NULL);

  self = g_object_new (DROVER_TYPE_FILE_SUM, NULL);
  self->path = g_strdup (path);
  self->checksum = g_checksum_new (type);
  return dex_future_then (drover_thread_run (self, sum_in_thread, cancellable), summed_cb,
                          self, g_object_unref);
}
