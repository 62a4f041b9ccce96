/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "drover-checksums.h"
#include "drover-download-steps.h"
#include "drover-error.h"
#include "drover-file-sum.h"
#include "drover-signature.h"

/* The longest list of Ubuntu's or Debian's has some tens of KiB, a signature some hundred bytes. */
#define MAX_LIST_SIZE (4 * 1024 * 1024)
#define MAX_SIGNATURE_SIZE (256 * 1024)

#define MAX_NAMES 1000

/* What is found out on the way. */
typedef struct
{
  DroverDownloadSteps *steps;
  const DroverDownloadRequest *request;
  char *id;
  char *name;
  char *sum;                 /* what the file must have; a SHA-256 or a SHA-512 */
  GBytes *file_signature;
  DroverSignature *signature;
  char *source;
} Job;

static void
job_clear (Job *job)
{
  g_clear_pointer (&job->id, g_free);
  g_clear_pointer (&job->name, g_free);
  g_clear_pointer (&job->sum, g_free);
  g_clear_pointer (&job->file_signature, g_bytes_unref);
  g_clear_pointer (&job->signature, drover_signature_free);
  g_clear_pointer (&job->source, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Job, job_clear)

static void
step (Job *job, DroverDownloadStep next)
{
  job->steps->stepped (next, job->name, job->steps->data);
}

static gboolean
run_download (Job *job, DroverDownload *download, GError **error)
{
  GCancellable *cancellable = job->steps->cancellable;
  gboolean done;
  gulong handler;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;

  drover_download_set_stall_timeout (download, job->steps->stall_timeout);
  handler = g_signal_connect_swapped (cancellable, "cancelled",
                                      G_CALLBACK (drover_download_cancel), download);
  done = dex_await (drover_download_run (download), error);
  g_signal_handler_disconnect (cancellable, handler);
  return done;
}

/* A list or a signature. It goes through the disk, as everything that is downloaded, but does
 * not stay there. */
static GBytes *
fetch_small (Job *job, const char *address, const char *file, guint64 max_size, GError **error)
{
  g_autofree char *path = g_build_filename (job->steps->folder, file, NULL);
  g_autoptr (DroverDownload) download = drover_download_new (address, path, NULL);
  char *contents = NULL;
  gsize length;
  gboolean read;

  drover_download_set_max_size (download, max_size);
  if (!run_download (job, download, error))
    return NULL;

  read = g_file_get_contents (path, &contents, &length, error);
  g_unlink (path);
  return read ? g_bytes_new_take (contents, length) : NULL;
}

static char *
dup_basename (const char *address)
{
  const char *slash = strrchr (address, '/');

  return g_strdup (slash != NULL && slash[1] != '\0' ? slash + 1 : address);
}

/* An address that has the file's name in it. */
static char *
expand (Job *job, const char *address)
{
  g_autoptr (GString) text = g_string_new (address);
  g_autofree char *escaped = job->name != NULL ? g_uri_escape_string (job->name, NULL, FALSE)
                                               : NULL;

  if (escaped != NULL)
    g_string_replace (text, "{name}", escaped, 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Whom a list of checksums is from. */
static gboolean
check_list (Job *job, const char *what, GBytes **list, GError **error)
{
  const DroverDownloadRequest *request = job->request;
  GCancellable *cancellable = job->steps->cancellable;
  g_autofree char *address = NULL;
  g_autoptr (GBytes) signature = NULL;

  if (request->key == NULL || request->form == DROVER_SIGNATURE_OF_FILE)
    return TRUE;

  if (request->form == DROVER_SIGNATURE_WITHIN_CHECKSUMS)
    {
      job->signature = dex_await_boxed (drover_signature_verify_text (request->key, *list, what,
                                                                      cancellable), error);
      if (job->signature == NULL)
        return FALSE;
      g_bytes_unref (*list);
      *list = g_bytes_ref (job->signature->text);
      return TRUE;
    }

  address = expand (job, request->signature);
  signature = fetch_small (job, address, ".signature", MAX_SIGNATURE_SIZE, error);
  if (signature == NULL)
    return FALSE;
  job->signature = dex_await_boxed (drover_signature_verify_bytes (request->key, *list, signature,
                                                                   what, cancellable), error);
  return job->signature != NULL;
}

/* The only sum of `NAME.SHA256` is that of NAME, whatever longer name it has inside. */
static char *
find_sum (Job *job, const char *what, const char *text, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *name = NULL;
  char *sum;

  if (drover_download_request_is_pattern (job->request))
    {
      sum = drover_checksums_match (text, job->name, &name, &reason);
      if (sum != NULL)
        g_set_str (&job->name, name);
    }
  else
    {
      sum = drover_checksums_lookup (text, job->name, &reason);
      if (sum == NULL && g_str_has_prefix (what, job->name) &&
          (sum = drover_checksums_only (text)) != NULL)
        g_clear_error (&reason);
    }

  if (sum == NULL)
    g_propagate_prefixed_error (error, g_steal_pointer (&reason), "%s: ", job->request->checksums);
  return sum;
}

/* The first of the checks: what the file must have. */
static gboolean
read_checksums (Job *job, GError **error)
{
  g_autofree char *address = expand (job, job->request->checksums);
  g_autofree char *what = dup_basename (address);
  g_autoptr (GBytes) list = fetch_small (job, address, ".checksums", MAX_LIST_SIZE, error);
  g_autofree char *text = NULL;
  g_autofree char *sum = NULL;
  gsize length;

  if (list == NULL || !check_list (job, what, &list, error))
    return FALSE;

  text = g_strndup (g_bytes_get_data (list, NULL), g_bytes_get_size (list));
  length = g_bytes_get_size (list);
  if (strlen (text) != length)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM,
                   _("“%s” is not a list of checksums"), address);
      return FALSE;
    }
  if ((sum = find_sum (job, what, text, error)) == NULL)
    return FALSE;

  if (job->sum != NULL && strlen (job->sum) == strlen (sum) &&
      g_ascii_strcasecmp (job->sum, sum) != 0)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM,
                   _("“%s” was expected to have the checksum %s, and %s lists %s"),
                   job->name, job->sum, address, sum);
      return FALSE;
    }
  g_set_str (&job->sum, sum);
  return TRUE;
}

static gboolean
prepare (Job *job, GError **error)
{
  const DroverDownloadRequest *request = job->request;
  g_autofree char *address = NULL;

  job->id = drover_download_request_dup_id (request);
  job->name = drover_download_request_dup_name (request);
  job->sum = g_strdup (request->sha256);
  if (g_mkdir_with_parents (job->steps->folder, 0700) != 0)
    return drover_set_errno_error (error, _("Cannot make %s"), job->steps->folder);

  if (request->checksums != NULL && !read_checksums (job, error))
    return FALSE;
  if (request->key == NULL || request->form != DROVER_SIGNATURE_OF_FILE)
    return TRUE;

  /* Before the file itself: it is soon seen whether there is one. */
  address = expand (job, request->signature);
  job->file_signature = fetch_small (job, address, ".signature", MAX_SIGNATURE_SIZE, error);
  return job->file_signature != NULL;
}

static DroverMediumOrigin
get_origin (Job *job)
{
  return (DroverMediumOrigin) {
    .title = job->request->title != NULL ? job->request->title : job->name,
    .source = job->source,
    .request = job->id,
    .check = job->signature != NULL ? DROVER_MEDIUM_CHECK_SIGNATURE
             : job->sum != NULL     ? DROVER_MEDIUM_CHECK_CHECKSUM
                                    : DROVER_MEDIUM_CHECK_NONE,
    .signed_by = job->signature != NULL ? job->signature->signer : NULL,
  };
}

/* The last of the checks, of the file itself. */
static gboolean
check_file (Job *job, const char *path, GError **error)
{
  if (job->file_signature == NULL)
    return TRUE;

  g_clear_pointer (&job->signature, drover_signature_free);
  job->signature = dex_await_boxed (drover_signature_verify_file (job->request->key, path,
                                                                  job->file_signature, job->name,
                                                                  job->steps->cancellable), error);
  return job->signature != NULL;
}

static gboolean
has_sum (Job *job, DroverMedium *medium)
{
  g_autofree char *sum = NULL;

  sum = dex_await_string (drover_file_sum (drover_medium_get_path (medium),
                                           drover_checksums_get_type (job->sum),
                                           job->steps->cancellable), NULL);
  return sum != NULL && g_ascii_strcasecmp (sum, job->sum) == 0;
}

/* A file in the library that may be the one, by what is on record. */
static DroverMedium *
find_candidate (Job *job)
{
  DroverMedia *media = job->steps->media;
  DroverMedium *medium;

  if (job->sum == NULL || strlen (job->sum) != DROVER_CHECKSUMS_SHA256_LENGTH)
    {
      medium = drover_media_find_request (media, job->id);
      if (medium != NULL && job->sum != NULL && !has_sum (job, medium))
        g_clear_object (&medium);
      return medium;
    }

  if ((medium = drover_media_find_sum (media, job->sum)) != NULL)
    return medium;

  /* Perhaps the user has put it into the folder. */
  dex_await (drover_media_scan (media, job->steps->cancellable), NULL);
  return drover_media_find_sum (media, job->sum);
}

/* What is there is checked as what is downloaded would be, and then need not be. */
static DroverMedium *
take_present (Job *job, GError **error)
{
  g_autoptr (DroverMedium) medium = find_candidate (job);
  const DroverMediumOrigin none = { 0 };
  DroverMediumOrigin origin;

  if (medium == NULL || g_cancellable_set_error_if_cancelled (job->steps->cancellable, error))
    return NULL;

  if (job->file_signature != NULL)
    step (job, DROVER_DOWNLOAD_STEP_CHECKING);
  if (!check_file (job, drover_medium_get_path (medium), NULL))
    {
      g_cancellable_set_error_if_cancelled (job->steps->cancellable, error);
      return NULL;
    }

  origin = job->sum != NULL || job->signature != NULL ? get_origin (job) : none;
  origin.request = job->id;
  return drover_media_record (job->steps->media, drover_medium_get_path (medium),
                              drover_medium_get_sha256 (medium), &origin, error);
}

static void
progressed_cb (DroverDownload *download, GParamSpec *pspec, Job *job)
{
  drover_download_steps_look (job->steps);
}

static gboolean
receive_from (Job *job, const char *address, const char *path, char **sum, GError **error)
{
  g_autoptr (DroverDownload) download = drover_download_new (address, path, job->sum);
  g_autoptr (GError) reason = NULL;
  gboolean done;

  job->steps->download = download;
  g_signal_connect (download, "notify", G_CALLBACK (progressed_cb), job);

  /* An earlier run of Drover may have ended just behind this step. */
  done = (g_file_test (path, G_FILE_TEST_EXISTS) &&
          dex_await_boolean (drover_download_verify (download), NULL)) ||
         run_download (job, download, &reason);

  /* The first half came from elsewhere, or long ago: that may be why. */
  if (!done && g_error_matches (reason, DROVER_ERROR, DROVER_ERROR_CHECKSUM) &&
      drover_download_was_continued (download))
    {
      g_clear_error (&reason);
      done = run_download (job, download, &reason);
    }

  g_signal_handlers_disconnect_by_data (download, job);
  job->steps->download = NULL;
  if (done)
    g_set_str (sum, drover_download_get_sum (download));
  else
    g_propagate_error (error, g_steal_pointer (&reason));
  return done;
}

/* What no other mirror would do better. */
static gboolean
is_final (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_READ_ONLY);
}

/* From the first mirror that has it. What one has sent is continued by the next. */
static gboolean
receive (Job *job, const char *path, char **sum, GError **error)
{
  const GStrv addresses = job->request->addresses;
  const guint n = g_strv_length (addresses);
  g_autoptr (GString) reasons = g_string_new (NULL);
  g_autoptr (GError) reason = NULL;
  g_autofree char *escaped = g_uri_escape_string (job->name, NULL, FALSE);

  step (job, DROVER_DOWNLOAD_STEP_RECEIVING);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *address = g_str_has_suffix (addresses[i], "/")
                                   ? g_strconcat (addresses[i], escaped, NULL)
                                   : g_strdup (addresses[i]);

      g_clear_error (&reason);
      if (receive_from (job, address, path, sum, &reason))
        {
          g_set_str (&job->source, address);
          return TRUE;
        }
      if (is_final (reason))
        break;
      g_string_append_printf (reasons, "%s%s", reasons->len > 0 ? "\n" : "", reason->message);
    }

  if (n > 1 && !is_final (reason))
    g_set_error (error, reason->domain, reason->code,
                 _("None of the %u addresses has sent the file:\n%s"), n, reasons->str);
  else
    g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

/* A name in the library that no other file has: “name.iso”, “name-2.iso” … */
static char *
put_in_place (Job *job, const char *path, GError **error)
{
  const char *folder = drover_media_get_folder (job->steps->media);
  g_autoptr (GFile) from = g_file_new_for_path (path);
  const char *dot = strrchr (job->name, '.');
  const int stem = dot != NULL ? dot - job->name : (int) strlen (job->name);

  for (guint i = 1; i < MAX_NAMES; i++)
    {
      g_autofree char *name = i == 1 ? g_strdup (job->name)
                                     : g_strdup_printf ("%.*s-%u%s", stem, job->name, i,
                                                        job->name + stem);
      g_autofree char *place = g_build_filename (folder, name, NULL);
      g_autoptr (GFile) to = g_file_new_for_path (place);
      g_autoptr (GError) move_error = NULL;

      if (g_file_move (from, to, G_FILE_COPY_NONE, NULL, NULL, NULL, &move_error))
        return g_steal_pointer (&place);
      if (!g_error_matches (move_error, G_IO_ERROR, G_IO_ERROR_EXISTS))
        {
          g_propagate_error (error, g_steal_pointer (&move_error));
          return NULL;
        }
    }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
               _("There are too many files called “%s” in %s"), job->name, folder);
  return NULL;
}

/* Machines share it: none is to write to it. */
static DroverMedium *
keep (Job *job, const char *path, const char *sha256, GError **error)
{
  DroverMedia *media = job->steps->media;
  const DroverMediumOrigin origin = get_origin (job);
  g_autoptr (DroverMedium) same = drover_media_find_sum (media, sha256);
  g_autofree char *place = NULL;

  if (same != NULL)
    return drover_media_record (media, drover_medium_get_path (same), sha256, &origin, error);
  if ((place = put_in_place (job, path, error)) == NULL)
    return NULL;

  if (g_chmod (place, 0444) != 0)
    g_debug ("Cannot protect %s: %s", place, g_strerror (errno));
  return drover_media_record (media, place, sha256, &origin, error);
}

static char *
compute_sha256 (Job *job, const char *path, const char *sum, GError **error)
{
  if (strlen (sum) == DROVER_CHECKSUMS_SHA256_LENGTH)
    return g_strdup (sum);
  return dex_await_string (drover_file_sum (path, G_CHECKSUM_SHA256, job->steps->cancellable),
                           error);
}

static DroverMedium *
get (Job *job, GError **error)
{
  g_autofree char *path = g_build_filename (job->steps->folder, job->name, NULL);
  g_autofree char *sum = NULL;
  g_autofree char *sha256 = NULL;

  if (!receive (job, path, &sum, error))
    return NULL;

  step (job, DROVER_DOWNLOAD_STEP_CHECKING);
  if (!check_file (job, path, error))
    {
      /* Neither used nor resumed. Who only paused the check need not download it again. */
      if (!g_cancellable_is_cancelled (job->steps->cancellable))
        g_unlink (path);
      return NULL;
    }
  if ((sha256 = compute_sha256 (job, path, sum, error)) == NULL)
    return NULL;
  return keep (job, path, sha256, error);
}

/* The server cannot be asked; what it gave and was checked then is as good as ever. */
static DroverMedium *
take_earlier (Job *job, const GError *reason)
{
  if (reason->domain == DROVER_ERROR ||
      g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return NULL;
  return drover_media_find_request (job->steps->media, job->id);
}

/**
 * drover_download_steps_run:
 * @self: with all fields filled in
 *
 * Gets a medium: the list of checksums, its signature, then the file from the first mirror that
 * has it, and its signature; or takes it from the library. Call it in a fiber on the main thread.
 *
 * Returns: (transfer full) (nullable): the medium, or %NULL with #DROVER_ERROR_SIGNATURE or
 *   #DROVER_ERROR_CHECKSUM when a check failed, in which case nothing usable is kept, or with
 *   the errors of drover_download_run(), in which case what came is kept to be continued
 */
DroverMedium *
drover_download_steps_run (DroverDownloadSteps *self, GError **error)
{
  g_auto (Job) job = { .steps = self, .request = self->request };
  g_autoptr (GError) reason = NULL;
  DroverMedium *medium;

  step (&job, DROVER_DOWNLOAD_STEP_PREPARING);
  if (!prepare (&job, &reason))
    medium = take_earlier (&job, reason);
  else if ((medium = take_present (&job, &reason)) == NULL && reason == NULL)
    medium = get (&job, &reason);

  if (medium != NULL)
    drover_download_steps_discard (self->folder);
  else
    g_propagate_error (error, g_steal_pointer (&reason));
  return medium;
}

/**
 * drover_download_steps_look:
 *
 * Reports how far the file is just now. A download tells only so often, and nothing of its last
 * bytes when no more come.
 */
void
drover_download_steps_look (DroverDownloadSteps *self)
{
  if (self->download != NULL)
    self->progressed (drover_download_get_received (self->download),
                      drover_download_get_total (self->download), self->data);
}

/**
 * drover_download_steps_discard:
 * @folder: that of a request
 *
 * Deletes what is on its way. Only files that downloads make are looked at.
 */
void
drover_download_steps_discard (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}
