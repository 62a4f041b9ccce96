/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "drover-error.h"
#include "drover-new-image.h"

/* Makes an empty image with qemu-img. */

static void
communicated_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GSubprocess *process = G_SUBPROCESS (source);
  const char *path = g_task_get_task_data (task);
  g_autofree char *output = NULL;
  GError *error = NULL;

  if (g_subprocess_communicate_utf8_finish (process, result, NULL, &output, &error) &&
      g_subprocess_get_successful (process))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  /* It is ours, and empty. */
  g_unlink (path);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED,
                             _("qemu-img could not make the image: %s"), g_strstrip (output));
}

/* qemu-img would overwrite whatever is there; a file that we have just made is nobody's. */
static gboolean
claim (const char *path, GError **error)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (fd < 0)
    return drover_set_errno_error (error, _("Cannot make %s"), path);

  close (fd);
  return TRUE;
}

/**
 * drover_new_image_create:
 * @path: where it is to be; nothing may be there
 * @format: `qcow2` or `raw`
 * @size: how large the guest sees it, in bytes
 *
 * Makes an empty image. It takes hardly any room until the guest writes.
 */
void
drover_new_image_create (const char *path, const char *format, guint64 size,
                         GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  g_autofree char *bytes = g_strdup_printf ("%" G_GUINT64_FORMAT, size);
  g_autoptr (GSubprocess) process = NULL;
  GError *error = NULL;

  g_task_set_task_data (task, g_strdup (path), g_free);
  if (!claim (path, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
                              &error, "qemu-img", "create", "-q", "-f", format, "--", path, bytes,
                              NULL);
  if (process == NULL)
    {
      g_unlink (path);
      g_task_return_error (task, error);
      return;
    }

  g_subprocess_communicate_utf8_async (process, NULL, NULL, communicated_cb,
                                       g_steal_pointer (&task));
}

/**
 * drover_new_image_create_finish:
 * @error: set to GIO's error when there is a file already, or it cannot be made
 *
 * Returns: whether the image is there now
 */
gboolean
drover_new_image_create_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * drover_new_image_dup_free_name:
 * @folder: a machine's folder
 * @format: `qcow2` or `raw`
 *
 * Returns: (transfer full): a file name that is still free there
 */
char *
drover_new_image_dup_free_name (const char *folder, const char *format)
{
  const char *ending = g_str_equal (format, "raw") ? "img" : format;

  for (guint i = 1;; i++)
    {
      g_autofree char *name = i == 1 ? g_strdup_printf ("disk.%s", ending)
                                     : g_strdup_printf ("disk%u.%s", i, ending);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (!g_file_test (path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
        return g_steal_pointer (&name);
    }
}
