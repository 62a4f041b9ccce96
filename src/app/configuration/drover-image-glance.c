/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "drover-disk-facts.h"
#include "drover-error.h"

/* Enough for the beginning of every format below. */
#define HEADER_LENGTH 32

/* The formats that QEMU knows by their first bytes, and where they say their size. */
static const struct
{
  const char *magic;
  const char *format;
  gsize size_offset; /* of a 64-bit big-endian number; 0 for none that is so easy to find */
} formats[] = {
  { "QFI\xfb", "qcow2", 24 }, { "KDMV", "vmdk", 0 },    { "vhdxfile", "vhdx", 0 },
  { "conectix", "vpc", 0 },   { "QED", "qed", 0 },      { "<<< ", "vdi", 0 },
  { "LUKS", "luks", 0 },
};

static void
understand (DroverImageGlance *glance, const char *header, gsize length, guint64 file_size)
{
  glance->format = "raw";
  glance->size = file_size;
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      gsize magic_length = strlen (formats[i].magic);
      guint64 size;

      if (length < HEADER_LENGTH || memcmp (header, formats[i].magic, magic_length) != 0)
        continue;
      glance->format = formats[i].format;
      memcpy (&size, header + formats[i].size_offset, sizeof size);
      glance->size = formats[i].size_offset > 0 ? GUINT64_FROM_BE (size) : 0;
    }
}

static void
glance_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const char *path = data;
  DroverImageGlance *glance = g_new0 (DroverImageGlance, 1);
  /* Not blocking, so that opening a named pipe does not wait for its writer. */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  char header[HEADER_LENGTH];
  gssize length;
  off_t end;

  if (fd < 0)
    {
      /* What cannot be read may well be readable for QEMU's own helpers. */
      glance->exists = errno != ENOENT && errno != ENOTDIR;
      g_task_return_pointer (task, glance, g_free);
      return;
    }

  glance->exists = TRUE;
  length = pread (fd, header, sizeof header, 0);
  end = lseek (fd, 0, SEEK_END);
  if (length >= 0)
    understand (glance, header, length, MAX (end, 0));
  close (fd);
  g_task_return_pointer (task, glance, g_free);
}

/**
 * drover_image_glance_async:
 * @path: an absolute path
 *
 * Looks at the first bytes of an image file, in a thread: it may be on a slow network.
 */
void
drover_image_glance_async (const char *path, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, glance_thread);
}

/**
 * drover_image_glance_finish:
 * @glance: (out): what was found
 *
 * Returns: whether it was looked at; not, when that was cancelled
 */
gboolean
drover_image_glance_finish (GAsyncResult *result, DroverImageGlance *glance, GError **error)
{
  g_autofree DroverImageGlance *found = g_task_propagate_pointer (G_TASK (result), error);

  if (found == NULL)
    return FALSE;

  *glance = *found;
  return TRUE;
}
