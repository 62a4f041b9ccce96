/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "drover-checksums.h"
#include "drover-dex.h"
#include "drover-download.h"
#include "drover-error.h"
#include "drover-part-file.h"
#include "drover-thread.h"
#include "drover-transfer.h"

/* Ten times a second is as often as a progress bar needs to know. */
#define NOTIFY_INTERVAL (G_USEC_PER_SEC / 10)
#define STALL_TIMEOUT_SECONDS 60

/* libsoup starts name resolution, proxies and TLS on the fiber's stack, and these load
 * modules: that is too much for libdex's 128 KiB. */
#define FIBER_STACK_SIZE (1024 * 1024)

typedef struct
{
  guint64 received;
  guint64 total;
} Progress;

/**
 * DroverDownload:
 *
 * A file from an http or https address, checked and then put in its place. It grows as
 * PATH.part and is resumed by the next download of the same address, be that in another
 * process. Lives on the main thread.
 */
struct _DroverDownload
{
  GObject parent_instance;

  char *address;
  char *path;
  char *sha256;
  char *title;
  guint stall_timeout;
  guint64 max_size;

  /* Of the last run. */
  char *sum;
  gboolean was_continued;

  Progress progress;
  Progress shown;
  gint64 shown_at;

  /* Only while it runs. */
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (DroverDownload, drover_download, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_FRACTION,
  PROP_RECEIVED,
  PROP_TITLE,
  PROP_TOTAL,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static double
fraction_of (const Progress *progress)
{
  if (progress->total == 0)
    return -1.0;
  return CLAMP ((double) progress->received / progress->total, 0.0, 1.0);
}

/* Tells what changed since it was last told. */
static void
show_progress (DroverDownload *self)
{
  const Progress before = self->shown;

  self->shown = self->progress;
  self->shown_at = g_get_monotonic_time ();

  g_object_freeze_notify (G_OBJECT (self));
  if (self->progress.received != before.received)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RECEIVED]);
  if (self->progress.total != before.total)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TOTAL]);
  if (fraction_of (&self->progress) != fraction_of (&before))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
progress_cb (guint64  received,
             guint64  total,
             gpointer user_data)
{
  DroverDownload *self = user_data;

  g_assert (DROVER_IS_DOWNLOAD (self));

  self->progress.received = received;
  self->progress.total = total;

  if (g_get_monotonic_time () - self->shown_at >= NOTIFY_INTERVAL)
    show_progress (self);
}

static gboolean
has_expected_sum (DroverDownload *self,
                  const char     *sum)
{
  return self->sha256 != NULL && g_ascii_strcasecmp (sum, self->sha256) == 0;
}

static gboolean
check_sum (DroverDownload  *self,
           DroverPartFile  *part,
           GError         **error)
{
  g_autofree char *sum = drover_part_file_dup_checksum (part);

  if (self->sha256 == NULL || has_expected_sum (self, sum))
    {
      g_set_str (&self->sum, sum);
      return TRUE;
    }

  /* Neither used nor resumed: nobody knows which of its bytes are wrong. */
  drover_part_file_discard (part);
  g_set_error (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM,
               _("“%s” from %s is not the file that its publisher lists: its %s is %s "
                 "instead of %s. It was deleted."),
               self->title, self->address,
               strlen (sum) == DROVER_CHECKSUMS_SHA512_LENGTH ? "SHA-512" : "SHA-256",
               sum, self->sha256);
  return FALSE;
}

/* Reads what an earlier run left. That may be all of it, if the run ended just before its
 * last step. */
static gboolean
take_up (DroverDownload  *self,
         DroverPartFile  *part,
         gboolean        *complete,
         GError         **error)
{
  g_autofree char *sum = NULL;

  *complete = FALSE;
  if (!drover_part_file_can_continue (part))
    return TRUE;

  self->was_continued = TRUE;

  progress_cb (drover_part_file_get_size (part), 0, self);
  if (!dex_await (drover_part_file_hash (part, self->cancellable), error))
    return FALSE;

  sum = drover_part_file_dup_checksum (part);
  *complete = has_expected_sum (self, sum);
  g_set_str (&self->sum, *complete ? sum : NULL);
  return TRUE;
}

static gboolean
fetch (DroverDownload  *self,
       DroverPartFile  *part,
       GError         **error)
{
  DroverTransfer transfer = {
    .address = self->address,
    .part = part,
    .cancellable = self->cancellable,
    .stall_timeout = self->stall_timeout,
    .max_size = self->max_size,
    .progress = progress_cb,
    .progress_data = self,
  };

  if (drover_transfer_fetch (&transfer, error))
    return check_sum (self, part, error);

  if (drover_part_file_get_size (part) == 0)
    drover_part_file_discard (part);
  return FALSE;
}

static gboolean
download (DroverDownload  *self,
          GError         **error)
{
  g_autoptr (DroverPartFile) part = NULL;
  gboolean complete;
  guint64 size;

  self->was_continued = FALSE;
  g_clear_pointer (&self->sum, g_free);

  if ((part = drover_part_file_open (self->path, self->address, self->sha256,
                                     error)) == NULL ||
      !take_up (self, part, &complete, error) ||
      (!complete && !fetch (self, part, error)))
    return FALSE;

  size = drover_part_file_get_size (part);
  progress_cb (size, size, self);
  return dex_await (drover_part_file_finish (part), error);
}

typedef struct
{
  DroverDownload *self;
  DexPromise *promise;
} Run;

static void
run_free (gpointer data)
{
  Run *run = data;

  g_clear_object (&run->self);
  dex_clear (&run->promise);
  g_free (run);
}

static DexFuture *
run_fiber (gpointer data)
{
  Run *run = data;
  GError *error = NULL;
  gboolean done = download (run->self, &error);

  /* Before the promise, so that who waits for it may run this again. */
  g_clear_object (&run->self->cancellable);
  show_progress (run->self);

  if (done)
    dex_promise_resolve_boolean (run->promise, TRUE);
  else
    dex_promise_reject (run->promise, error);
  return dex_future_new_true ();
}

/**
 * drover_download_run:
 *
 * Downloads the file, continuing where an earlier run ended. May be called again after
 * a run has ended.
 *
 * Dropping a future that waits for this one cancels the run, as drover_download_cancel()
 * does.
 *
 * Returns: (transfer full): a future of %TRUE, once the file is in its place and checked.
 *   It is rejected with #DROVER_ERROR_CHECKSUM when the file is not the expected one
 *   (nothing of it is kept), %G_IO_ERROR_CANCELLED, %G_IO_ERROR_TIMED_OUT when the server
 *   stalls, %G_IO_ERROR_PARTIAL_INPUT when the connection ends early, %G_IO_ERROR_NO_SPACE,
 *   %G_IO_ERROR_BUSY when another download writes the same file, or another of GIO's
 *   errors; in all these cases what was received is kept
 */
DexFuture *
drover_download_run (DroverDownload *self)
{
  DexPromise *promise;
  Run *run;

  dex_return_error_if_fail (DROVER_IS_DOWNLOAD (self));

  if (self->cancellable != NULL)
    return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                  _("“%s” is being downloaded already"), self->title);

  promise = dex_promise_new_cancellable ();
  run = g_new0 (Run, 1);
  run->self = g_object_ref (self);
  run->promise = dex_ref (promise);

  self->cancellable = g_object_ref (dex_promise_get_cancellable (promise));
  self->shown_at = 0;
  progress_cb (0, 0, self);
  drover_dex_forget (drover_dex_spawn_with_stack (run_fiber, run, run_free, FIBER_STACK_SIZE));
  return DEX_FUTURE (promise);
}

static gboolean
verify_in_thread (gpointer       object,
                  GCancellable  *cancellable,
                  GError       **error)
{
  DroverDownload *self = object;
  g_autoptr (GChecksum) checksum = g_checksum_new (drover_checksums_get_type (self->sha256));
  g_autofd int fd = g_open (self->path, O_RDONLY | O_CLOEXEC, 0);

  if (fd < 0)
    {
      g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), self->path);
      return FALSE;
    }
  if (!drover_checksums_add_fd (checksum, fd, cancellable, error))
    return FALSE;
  if (has_expected_sum (self, g_checksum_get_string (checksum)))
    {
      g_set_str (&self->sum, g_checksum_get_string (checksum));
      return TRUE;
    }

  g_set_error_literal (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM, self->path);
  return FALSE;
}

static DexFuture *
verified_cb (DexFuture *future,
             gpointer   user_data)
{
  DroverDownload *self = user_data;
  struct stat status;

  if (!dex_future_is_resolved (future))
    return dex_future_new_false ();

  if (g_stat (self->path, &status) == 0)
    self->progress.received = self->progress.total = status.st_size;
  show_progress (self);
  return dex_future_new_true ();
}

/**
 * drover_download_verify:
 *
 * Looks whether the file is in its place already. If so, the progress becomes complete.
 *
 * Returns: (transfer full): a future of %TRUE when it is there with the expected SHA-256,
 *   of %FALSE when it is not, cannot be read, or no SHA-256 is known
 */
DexFuture *
drover_download_verify (DroverDownload *self)
{
  dex_return_error_if_fail (DROVER_IS_DOWNLOAD (self));

  if (self->sha256 == NULL)
    return dex_future_new_false ();

  return dex_future_finally (drover_thread_run (self, verify_in_thread, NULL),
                             verified_cb, g_object_ref (self), g_object_unref);
}

/**
 * drover_download_cancel:
 *
 * Ends a run with %G_IO_ERROR_CANCELLED. What was received is kept for the next one.
 */
void
drover_download_cancel (DroverDownload *self)
{
  g_return_if_fail (DROVER_IS_DOWNLOAD (self));

  g_cancellable_cancel (self->cancellable);
}

static void
drover_download_finalize (GObject *object)
{
  DroverDownload *self = DROVER_DOWNLOAD (object);

  g_assert (self->cancellable == NULL);

  g_clear_pointer (&self->address, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->sha256, g_free);
  g_clear_pointer (&self->sum, g_free);
  g_clear_pointer (&self->title, g_free);

  G_OBJECT_CLASS (drover_download_parent_class)->finalize (object);
}

static void
drover_download_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  DroverDownload *self = DROVER_DOWNLOAD (object);

  switch (prop_id)
    {
    case PROP_FRACTION:
      g_value_set_double (value, drover_download_get_fraction (self));
      break;
    case PROP_RECEIVED:
      g_value_set_uint64 (value, drover_download_get_received (self));
      break;
    case PROP_TITLE:
      g_value_set_string (value, drover_download_get_title (self));
      break;
    case PROP_TOTAL:
      g_value_set_uint64 (value, drover_download_get_total (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
drover_download_class_init (DroverDownloadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = drover_download_finalize;
  object_class->get_property = drover_download_get_property;

  /* DroverDownload:fraction: how much of the file is here, 0 to 1; below 0 when unknown */
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, -1, 1, -1, flags);
  /* DroverDownload:received: how many bytes of the file are here, earlier runs included */
  properties[PROP_RECEIVED] = g_param_spec_uint64 ("received", NULL, NULL,
                                                    0, G_MAXUINT64, 0, flags);
  /* DroverDownload:title: the file's name, for people */
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  /* DroverDownload:total: the whole file's bytes; 0 while unknown */
  properties[PROP_TOTAL] = g_param_spec_uint64 ("total", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
drover_download_init (DroverDownload *self)
{
  self->stall_timeout = STALL_TIMEOUT_SECONDS;
}

/**
 * drover_download_new:
 * @address: an http or https address
 * @path: where the file is to be in the end; missing folders are made by a run
 * @sha256: (nullable): the SHA-256 (or SHA-512) that its publisher lists, in hex, or %NULL when
 *   none is known. With it a part that came from another address is continued too.
 *
 * Returns: (transfer full): a download, not yet running
 */
DroverDownload *
drover_download_new (const char *address,
                     const char *path,
                     const char *sha256)
{
  DroverDownload *self;

  g_return_val_if_fail (address != NULL && path != NULL, NULL);

  self = g_object_new (DROVER_TYPE_DOWNLOAD, NULL);
  self->address = g_strdup (address);
  self->path = g_strdup (path);
  self->sha256 = g_strdup (sha256);
  self->title = g_filename_display_basename (path);
  return self;
}

/**
 * drover_download_set_stall_timeout:
 * @seconds: how long the server may send nothing (60 unless told); 0 for ever
 *
 * For the next run.
 */
void
drover_download_set_stall_timeout (DroverDownload *self,
                                   guint           seconds)
{
  g_return_if_fail (DROVER_IS_DOWNLOAD (self));

  self->stall_timeout = seconds;
}

/**
 * drover_download_set_max_size:
 * @bytes: how many bytes the file may have at most; 0 for any number
 *
 * For the next run, of a file that is known to be small.
 */
void
drover_download_set_max_size (DroverDownload *self, guint64 bytes)
{
  g_return_if_fail (DROVER_IS_DOWNLOAD (self));

  self->max_size = bytes;
}

/**
 * drover_download_get_sum:
 *
 * Returns: (nullable): the file's SHA-256, or its SHA-512 when that was expected, in lower-case
 *   hex, after a run that succeeded
 */
const char *
drover_download_get_sum (DroverDownload *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOAD (self), NULL);

  return self->sum;
}

/**
 * drover_download_was_continued:
 *
 * Returns: whether the last run began with what an earlier one had left
 */
gboolean
drover_download_was_continued (DroverDownload *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOAD (self), FALSE);

  return self->was_continued;
}

/**
 * drover_download_get_path:
 *
 * Returns: where the file is to be in the end
 */
const char *
drover_download_get_path (DroverDownload *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOAD (self), NULL);

  return self->path;
}

/**
 * drover_download_get_title:
 *
 * Returns: the file's name, for people
 */
const char *
drover_download_get_title (DroverDownload *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOAD (self), NULL);

  return self->title;
}

/**
 * drover_download_get_received:
 *
 * Returns: how many bytes of the file are here, those of earlier runs included
 */
guint64
drover_download_get_received (DroverDownload *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOAD (self), 0);

  return self->progress.received;
}

/**
 * drover_download_get_total:
 *
 * Returns: how many bytes the whole file has, or 0 while that is unknown
 */
guint64
drover_download_get_total (DroverDownload *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOAD (self), 0);

  return self->progress.total;
}

/**
 * drover_download_get_fraction:
 *
 * Returns: how much of the file is here, 0 to 1, or less than 0 while that is unknown
 */
double
drover_download_get_fraction (DroverDownload *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOAD (self), -1.0);

  return fraction_of (&self->progress);
}
