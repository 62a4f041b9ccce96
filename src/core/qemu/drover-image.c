/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <unistd.h>

#include "drover-dex.h"
#include "drover-error.h"
#include "drover-image.h"
#include "drover-json.h"

/* Disk images, by the program that QEMU brings for them: qemu-img. */

G_DEFINE_BOXED_TYPE (DroverImageInfo, drover_image_info, drover_image_info_copy,
                     drover_image_info_free)

/**
 * drover_image_info_copy:
 *
 * Returns: (transfer full): a copy of @self
 */
DroverImageInfo *
drover_image_info_copy (const DroverImageInfo *self)
{
  DroverImageInfo *copy = g_memdup2 (self, sizeof *self);

  copy->format = g_strdup (self->format);
  copy->backing_file = g_strdup (self->backing_file);
  return copy;
}

/**
 * drover_image_info_free:
 *
 * Frees what is known of an image.
 */
void
drover_image_info_free (DroverImageInfo *self)
{
  g_free (self->format);
  g_free (self->backing_file);
  g_free (self);
}

/* One run of qemu-img. */
typedef struct
{
  GStrv argv;
  char *created; /* nullable: the file that it makes, and that must not be there before */
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_strfreev (job->argv);
  g_free (job->created);
  g_free (job);
}

static void
communicated_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DexPromise) promise = user_data;
  GSubprocess *process = G_SUBPROCESS (source);
  g_autofree char *output = NULL;
  g_autofree char *words = NULL;
  GError *error = NULL;

  if (!g_subprocess_communicate_utf8_finish (process, result, &output, &words, &error))
    dex_promise_reject (promise, error);
  else if (g_subprocess_get_successful (process))
    dex_promise_resolve_string (promise, g_steal_pointer (&output));
  else
    dex_promise_reject (promise, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED,
                                                      g_strstrip (words)));
}

/* Returns what it printed. */
static char *
run (const char *const *argv, GError **error)
{
  g_autofree char *program = g_find_program_in_path (argv[0]);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (DexPromise) promise = dex_promise_new ();

  if (program == NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING,
                   _("%s is not installed. Debian and Ubuntu have it in the package "
                     "%s, Homebrew in “qemu”"), argv[0], "qemu-utils");
      return NULL;
    }

  process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
                               error);
  if (process == NULL)
    return NULL;

  g_subprocess_communicate_utf8_async (process, NULL, NULL, communicated_cb, dex_ref (promise));
  return dex_await_string (dex_ref (DEX_FUTURE (promise)), error);
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

static DexFuture *
job_fiber (gpointer data)
{
  Job *job = data;
  g_autofree char *output = NULL;
  GError *error = NULL;

  if (job->created != NULL && !claim (job->created, &error))
    return dex_future_new_for_error (error);

  output = run ((const char *const *) job->argv, &error);
  if (output != NULL)
    return dex_future_new_true ();

  /* It is ours, and of no use. */
  if (job->created != NULL)
    g_unlink (job->created);
  return dex_future_new_for_error (error);
}

/* @argv: (transfer full) */
static DexFuture *
start (GStrv argv, const char *created)
{
  Job *job = g_new0 (Job, 1);

  job->argv = argv;
  job->created = g_strdup (created);
  return drover_dex_spawn (job_fiber, job, job_free);
}

static GStrv
new_argv (const char *first, ...)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *word;
  va_list words;

  g_strv_builder_add_many (builder, "qemu-img", first, NULL);
  va_start (words, first);
  while ((word = va_arg (words, const char *)) != NULL)
    g_strv_builder_add (builder, word);
  va_end (words);
  return g_strv_builder_end (builder);
}

/**
 * drover_image_create:
 * @path: where it is to be; nothing may be there
 * @format: `qcow2`, `raw` …
 * @size: how large the guest sees it, in bytes
 *
 * Makes an empty image. It takes hardly any room until the guest writes.
 *
 * Returns: (transfer full): a future of %TRUE; rejected with GIO's error when there is a file
 *   already, or in qemu-img's words. Then nothing is left.
 */
DexFuture *
drover_image_create (const char *path, const char *format, guint64 size)
{
  g_autofree char *bytes = g_strdup_printf ("%" G_GUINT64_FORMAT, size);

  return start (new_argv ("create", "-q", "-f", format, "--", path, bytes, NULL), path);
}

/**
 * drover_image_create_overlay:
 * @backing: the image that it stands on and that must never change again, as the new image is
 *   to name it: a relative name is looked for beside @path
 * @backing_format: its format
 * @path: where the qcow2 image is to be; nothing may be there
 * @size: how large the guest sees it, in bytes; 0 for as large as @backing
 *
 * Makes a qcow2 image that keeps only what differs from another.
 *
 * Returns: (transfer full): a future of %TRUE, as drover_image_create()
 */
DexFuture *
drover_image_create_overlay (const char *backing, const char *backing_format, const char *path,
                             guint64 size)
{
  g_autofree char *bytes = size > 0 ? g_strdup_printf ("%" G_GUINT64_FORMAT, size) : NULL;

  return start (new_argv ("create", "-q", "-f", "qcow2", "-b", backing, "-F", backing_format,
                          "--", path, bytes, NULL), path);
}

/**
 * drover_image_convert:
 * @from: an image
 * @from_format: its format; it is not guessed, since a guest may have written what lies in it
 * @path: where the copy is to be; nothing may be there
 * @format: the copy's format
 *
 * Copies an image, all that it stands on included.
 *
 * Returns: (transfer full): a future of %TRUE, as drover_image_create()
 */
DexFuture *
drover_image_convert (const char *from, const char *from_format, const char *path,
                      const char *format)
{
  return start (new_argv ("convert", "-q", "-f", from_format, "-O", format, "--", from, path,
                          NULL), path);
}

/**
 * drover_image_resize:
 * @path: an image that nothing uses
 * @format: its format
 * @size: how large the guest is to see it, in bytes; not smaller than it is
 *
 * Makes an image larger. The guest finds free room behind its last partition.
 *
 * Returns: (transfer full): a future of %TRUE; rejected in qemu-img's words
 */
DexFuture *
drover_image_resize (const char *path, const char *format, guint64 size)
{
  g_autofree char *bytes = g_strdup_printf ("%" G_GUINT64_FORMAT, size);

  return start (new_argv ("resize", "-q", "-f", format, "--", path, bytes, NULL), NULL);
}

static DroverImageInfo *
parse_info (const char *text, GError **error)
{
  g_autoptr (JsonNode) node = drover_json_parse (text, -1, error);
  DroverImageInfo *info;
  JsonObject *object;

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   _("qemu-img answered with something else than a JSON object"));
      return NULL;
    }

  object = json_node_get_object (node);
  info = g_new0 (DroverImageInfo, 1);
  info->format = g_strdup (json_object_get_string_member_with_default (object, "format", "raw"));
  info->virtual_size = json_object_get_int_member_with_default (object, "virtual-size", 0);
  info->actual_size = json_object_get_int_member_with_default (object, "actual-size", 0);
  info->backing_file =
    g_strdup (json_object_get_string_member_with_default (object, "backing-filename", NULL));
  info->encrypted = json_object_get_boolean_member_with_default (object, "encrypted", FALSE);
  return info;
}

static DexFuture *
inspect_fiber (gpointer data)
{
  Job *job = data;
  g_autofree char *output = NULL;
  DroverImageInfo *info = NULL;
  GError *error = NULL;

  output = run ((const char *const *) job->argv, &error);
  if (output != NULL)
    info = parse_info (output, &error);
  if (info == NULL)
    return dex_future_new_for_error (error);

  return dex_future_new_take_boxed (DROVER_TYPE_IMAGE_INFO, info);
}

/**
 * drover_image_inspect:
 * @path: an image, also one that a machine uses
 *
 * Asks what an image is. Its format is guessed from its first bytes.
 *
 * Returns: (transfer full): a future of a #DroverImageInfo; rejected in qemu-img's words
 */
DexFuture *
drover_image_inspect (const char *path)
{
  Job *job = g_new0 (Job, 1);

  job->argv = new_argv ("info", "-U", "--output=json", "--", path, NULL);
  return drover_dex_spawn (inspect_fiber, job, job_free);
}

/**
 * drover_image_dup_free_name:
 * @folder: a machine's folder
 * @format: `qcow2`, `raw` …
 *
 * Returns: (transfer full): the name of a file that is still free there
 */
char *
drover_image_dup_free_name (const char *folder, const char *format)
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
