/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "drover-dex.h"
#include "drover-error.h"
#include "drover-firmware-vars.h"
#include "drover-image.h"

/* The variable stores of machines, as files. */

/* Keys lie in the beginning; Arm's stores are filled up to 64 MiB. */
#define READ_LIMIT (4 * 1024 * 1024)

typedef struct
{
  char *from;
  char *format;
  char *path;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_free (job->from);
  g_free (job->format);
  g_free (job->path);
  g_free (job);
}

static DexFuture *
start (DexFiberFunc fiber, const char *from, const char *format, const char *path)
{
  Job *job = g_new0 (Job, 1);

  job->from = g_strdup (from);
  job->format = g_strdup (format);
  job->path = g_strdup (path);
  return drover_dex_spawn (fiber, job, job_free);
}

static const char *
get_format (const char *path)
{
  return g_str_has_suffix (path, ".qcow2") ? "qcow2" : "raw";
}

/**
 * drover_firmware_vars_make:
 * @template: what the firmware brings
 * @format: its image format
 * @path: where the machine's own store is to be; nothing may be there. The image is qcow2 when
 *   the name ends in `.qcow2`, so that snapshots include it
 *
 * Makes a variable store.
 *
 * Returns: (transfer full): a future of %TRUE; rejected when there is a file already, or the
 *   template is not there. Then nothing is left.
 */
DexFuture *
drover_firmware_vars_make (const char *template, const char *format, const char *path)
{
  dex_return_error_if_fail (template != NULL && format != NULL && path != NULL);

  if (!g_file_test (template, G_FILE_TEST_IS_REGULAR))
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                                  _("UEFI’s empty variable store %s is not there; its package may "
                                    "have been removed"), template);

  return drover_image_convert (template, format, path, get_format (path));
}

/* The new one is whole before the old one goes. */
static DexFuture *
reset_fiber (gpointer data)
{
  Job *job = data;
  g_autofree char *fresh = g_strdup_printf ("%s.%08x.new%s", job->path, g_random_int (),
                                            g_str_equal (get_format (job->path), "qcow2")
                                              ? ".qcow2" : "");
  GError *error = NULL;

  if (!dex_await (drover_firmware_vars_make (job->from, job->format, fresh), &error))
    return dex_future_new_for_error (error);
  if (g_rename (fresh, job->path) != 0)
    {
      drover_set_errno_error (&error, _("Cannot replace %s"), job->path);
      g_unlink (fresh);
      return dex_future_new_for_error (error);
    }

  return dex_future_new_true ();
}

/**
 * drover_firmware_vars_reset:
 * @template: what the firmware brings
 * @format: its image format
 * @path: the machine's own store; the machine must not run
 *
 * Puts the store back to what the firmware brings. Lost are boot entries, settings made in the
 * firmware's menu, keys that were enrolled, and snapshots of the store.
 *
 * Returns: (transfer full): a future of %TRUE; when it is rejected the old store is still there
 */
DexFuture *
drover_firmware_vars_reset (const char *template, const char *format, const char *path)
{
  dex_return_error_if_fail (template != NULL && format != NULL && path != NULL);

  return start (reset_fiber, template, format, path);
}

static gboolean
read_start (const char *path, GByteArray *bytes, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  gsize n_read;

  if (stream == NULL)
    return FALSE;

  g_byte_array_set_size (bytes, READ_LIMIT);
  if (!g_input_stream_read_all (G_INPUT_STREAM (stream), bytes->data, READ_LIMIT, &n_read, NULL,
                                error))
    return FALSE;

  g_byte_array_set_size (bytes, n_read);
  return TRUE;
}

static gboolean
is_qcow2 (GByteArray *bytes)
{
  return bytes->len > 4 && memcmp (bytes->data, "QFI\xfb", 4) == 0;
}

/* A copy, since QEMU locks what it uses; the store of a machine that runs is read as it is now. */
static gboolean
read_qcow2 (const char *path, const char *scratch, GByteArray *bytes, GError **error)
{
  g_autofree char *copy = g_build_filename (scratch, "vars.qcow2", NULL);
  g_autofree char *raw = g_build_filename (scratch, "vars.raw", NULL);
  g_autoptr (GFile) from = g_file_new_for_path (path);
  g_autoptr (GFile) to = g_file_new_for_path (copy);
  gboolean done;

  done = g_file_copy (from, to, 0, NULL, NULL, NULL, error) &&
         dex_await (drover_image_convert (copy, "qcow2", raw, "raw"), error) &&
         read_start (raw, bytes, error);
  g_unlink (copy);
  g_unlink (raw);
  return done;
}

static DexFuture *
list_keys_fiber (gpointer data)
{
  Job *job = data;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *scratch = NULL;
  DroverFirmwareKeys *keys = NULL;
  GError *error = NULL;
  gboolean done;

  done = read_start (job->path, bytes, &error);
  if (done && is_qcow2 (bytes))
    {
      scratch = g_dir_make_tmp ("drover-vars-XXXXXX", &error);
      done = scratch != NULL && read_qcow2 (job->path, scratch, bytes, &error);
      if (scratch != NULL)
        g_rmdir (scratch);
    }

  if (done)
    keys = drover_firmware_keys_parse (bytes->data, bytes->len, &error);
  return keys != NULL ? dex_future_new_take_boxed (DROVER_TYPE_FIRMWARE_KEYS, keys)
                      : dex_future_new_for_error (error);
}

/**
 * drover_firmware_vars_list_keys:
 * @path: a variable store, raw or qcow2; its machine may run
 *
 * Returns: (transfer full): a future of #DroverFirmwareKeys; rejected when it cannot be read, or
 *   is no variable store
 */
DexFuture *
drover_firmware_vars_list_keys (const char *path)
{
  dex_return_error_if_fail (path != NULL);

  return start (list_keys_fiber, NULL, NULL, path);
}
