/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "drover-checksums.h"
#include "drover-dex.h"
#include "drover-download.h"
#include "drover-error.h"
#include "drover-kernel-job.h"

/* Debian's own list has some tens of KiB. */
#define MAX_LIST_SIZE (4 * 1024 * 1024)

#define N_FILES 2

/* Twice libdex's own, for who listens to the properties runs on it. */
#define FIBER_STACK_SIZE (256 * 1024)

static const char *const file_names[N_FILES] = { "linux", "initrd.gz" };

/**
 * DroverKernelJob:
 *
 * Finds or downloads the kernel of Debian's installer, with what a progress bar shows
 * meanwhile. Lives on the main thread.
 */
struct _DroverKernelJob
{
  GObject parent_instance;

  char *architecture;
  char *site;
  char *images_folder;
  char *text;
  double fraction;

  /* Only while it runs. */
  GCancellable *cancellable;
  DroverDownload *list;
  DroverDownload *files[N_FILES];
  gboolean there[N_FILES];
};

G_DEFINE_FINAL_TYPE (DroverKernelJob, drover_kernel_job, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_FRACTION,
  PROP_TEXT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
set_progress (DroverKernelJob *self,
              double           fraction,
              const char      *text)
{
  if (self->fraction != fraction)
    {
      self->fraction = fraction;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
    }
  if (g_set_str (&self->text, text))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

/* Both files are one download to the user. */
static void
file_progress_cb (DroverKernelJob *self)
{
  guint64 received = 0;
  guint64 total = 0;
  gboolean known = TRUE;
  g_autofree char *text = NULL;
  g_autofree char *received_text = NULL;
  g_autofree char *total_text = NULL;

  g_assert (DROVER_IS_KERNEL_JOB (self));

  for (guint i = 0; i < N_FILES; i++)
    {
      received += drover_download_get_received (self->files[i]);
      total += drover_download_get_total (self->files[i]);
      known &= drover_download_get_total (self->files[i]) > 0;
    }

  received_text = g_format_size (received);
  total_text = g_format_size (total);
  if (known)
    text = g_strdup_printf (_("Debian’s installer: %s of %s"), received_text, total_text);
  else
    text = g_strdup_printf (_("Debian’s installer: %s"), received_text);

  set_progress (self, known ? CLAMP ((double) received / total, 0.0, 1.0) : -1.0, text);
}

/* The address of NAME below the folder that holds all images of Debian's installer. */
static char *
dup_address (DroverKernelJob *self,
             const char      *name)
{
  return g_strdup_printf ("%s/dists/stable/main/installer-%s/current/images/%s", self->site,
                          drover_debian_kernel_get_debian_name (self->architecture), name);
}

static char *
load_list (const char  *path,
           GError     **error)
{
  g_autofree char *text = NULL;
  gsize length;
  GStatBuf status;

  if (g_stat (path, &status) == 0 && status.st_size > MAX_LIST_SIZE)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM,
                   _("“%s” is far too long for a list of checksums"), path);
      return NULL;
    }
  if (!g_file_get_contents (path, &text, &length, error))
    return NULL;

  if (memchr (text, '\0', length) != NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM,
                   _("“%s” is not a list of checksums"), path);
      return NULL;
    }
  return g_steal_pointer (&text);
}

/* Debian's list of the sums of all files of its installer, as it is now. */
static char *
fetch_list (DroverKernelJob  *self,
            GError          **error)
{
  g_autofree char *folder = drover_debian_kernel_dup_folder (self->architecture);
  g_autofree char *path = g_build_filename (folder, "SHA256SUMS", NULL);
  g_autofree char *address = dup_address (self, "SHA256SUMS");
  gboolean fetched;

  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return NULL;

  self->list = drover_download_new (address, path, NULL);
  fetched = dex_await (drover_download_run (self->list), error);
  g_clear_object (&self->list);

  return fetched ? load_list (path, error) : NULL;
}

static gboolean
prepare_files (DroverKernelJob  *self,
               const char       *list,
               GError          **error)
{
  const char *debian_name = drover_debian_kernel_get_debian_name (self->architecture);
  g_autofree char *folder = drover_debian_kernel_dup_folder (self->architecture);

  for (guint i = 0; i < N_FILES; i++)
    {
      g_autofree char *name = g_strdup_printf ("./netboot/debian-installer/%s/%s",
                                               debian_name, file_names[i]);
      g_autofree char *address = dup_address (self, name + 2);
      g_autofree char *path = g_build_filename (folder, file_names[i], NULL);
      g_autofree char *sum = drover_checksums_lookup (list, name, error);

      if (sum == NULL)
        {
          g_autofree char *list_address = dup_address (self, "SHA256SUMS");

          g_prefix_error (error, "%s: ", list_address);
          return FALSE;
        }

      g_clear_object (&self->files[i]);
      self->files[i] = drover_download_new (address, path, sum);
      g_signal_connect_object (self->files[i], "notify", G_CALLBACK (file_progress_cb),
                               self, G_CONNECT_SWAPPED);
    }
  return TRUE;
}

/* A kernel and a RAM disk of two releases do not fit together: what the list does not have
 * goes now, or the two would be taken for a pair when this job ends half-way. */
static void
keep_what_is_listed (DroverKernelJob *self)
{
  for (guint i = 0; i < N_FILES; i++)
    {
      self->there[i] = dex_await_boolean (drover_download_verify (self->files[i]), NULL);
      if (!self->there[i])
        g_unlink (drover_download_get_path (self->files[i]));
    }
}

static void
cancel_downloads (DroverKernelJob *self)
{
  if (self->list != NULL)
    drover_download_cancel (self->list);

  for (guint i = 0; i < N_FILES; i++)
    if (self->files[i] != NULL)
      drover_download_cancel (self->files[i]);
}

/* Both at once, so that the whole size is soon known. When one fails the other is stopped,
 * and waited for: its file is not ours to touch before. */
static gboolean
fetch_files (DroverKernelJob  *self,
             GError          **error)
{
  DexFuture *runs[N_FILES];
  guint n_runs = 0;
  gboolean fetched;

  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;

  for (guint i = 0; i < N_FILES; i++)
    if (!self->there[i])
      runs[n_runs++] = drover_download_run (self->files[i]);

  if (n_runs == 0)
    return TRUE;

  fetched = dex_await (dex_future_all_racev (runs, n_runs), error);
  if (!fetched)
    cancel_downloads (self);
  for (guint i = 0; i < n_runs; i++)
    dex_await (runs[i], NULL);

  return fetched;
}

/* A file that is not what LIST says: either the list is no longer true, or the file is bad. */
static void
explain_mismatch (DroverKernelJob  *self,
                  const char       *list,
                  GError          **error)
{
  g_autofree char *list_now = fetch_list (self, NULL);

  if (list_now != NULL && !g_str_equal (list_now, list))
    g_prefix_error_literal (error, _("Debian published a new installer during the download. "
                                     "Try again to get that one. "));
  else
    g_prefix_error_literal (error, _("The file was damaged on its way, or the mirror is being "
                                     "updated: try again later, or take another mirror. "));
}

static void
note_site (DroverKernelJob *self)
{
  g_autofree char *folder = drover_debian_kernel_dup_folder (self->architecture);
  g_autofree char *path = g_build_filename (folder, "site", NULL);
  g_autoptr (GError) error = NULL;

  if (!g_file_set_contents (path, self->site, -1, &error))
    g_debug ("Cannot note where the kernel came from: %s", error->message);
}

static DroverDebianKernel *
download (DroverKernelJob  *self,
          GError          **error)
{
  g_autofree char *list = NULL;
  g_autofree char *asking = g_strdup_printf (_("Asking %s for its list of files"), self->site);

  set_progress (self, -1.0, asking);
  if ((list = fetch_list (self, error)) == NULL || !prepare_files (self, list, error))
    return NULL;

  keep_what_is_listed (self);
  if (!fetch_files (self, error))
    {
      if (g_error_matches (*error, DROVER_ERROR, DROVER_ERROR_CHECKSUM))
        explain_mismatch (self, list, error);
      return NULL;
    }

  file_progress_cb (self);
  note_site (self);
  return drover_debian_kernel_find_downloaded (self->architecture);
}

static DroverDebianKernel *
obtain (DroverKernelJob  *self,
        GError          **error)
{
  DroverDebianKernel *kernel;

  if (drover_debian_kernel_get_debian_name (self->architecture) == NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("Hello World runs on aarch64 and x86_64, not on “%s”"), self->architecture);
      return NULL;
    }

  if ((kernel = drover_debian_kernel_find_installed (self->architecture,
                                                     self->images_folder)) != NULL ||
      (kernel = drover_debian_kernel_find_downloaded (self->architecture)) != NULL)
    return kernel;

  if ((kernel = download (self, error)) == NULL && *error == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                         _("The kernel was removed while it was being downloaded"));
  return kernel;
}

typedef struct
{
  DroverKernelJob *self;
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
  DroverKernelJob *self = run->self;
  DroverDebianKernel *kernel;
  GError *error = NULL;

  kernel = obtain (self, &error);

  /* Before the promise, so that who waits for it may run this again. */
  for (guint i = 0; i < N_FILES; i++)
    g_clear_object (&self->files[i]);
  g_clear_object (&self->cancellable);

  if (kernel != NULL)
    dex_promise_resolve_boxed (run->promise, DROVER_TYPE_DEBIAN_KERNEL, kernel);
  else
    dex_promise_reject (run->promise, error);
  return dex_future_new_true ();
}

/**
 * drover_kernel_job_run:
 *
 * Takes the kernel of an installed Debian package, else the one that was downloaded
 * earlier, else downloads it: the list of checksums, then what is missing of the two
 * files. May be called again after it has ended; what was received is not asked for again.
 *
 * Dropping a future that waits for this one cancels it, as drover_kernel_job_cancel() does.
 *
 * Returns: (transfer full): a future of a #DroverDebianKernel. It is rejected with
 *   #DROVER_ERROR_ARGUMENT for an architecture without one, #DROVER_ERROR_CHECKSUM for a
 *   bad list or file, or the errors of drover_download_run()
 */
DexFuture *
drover_kernel_job_run (DroverKernelJob *self)
{
  DexPromise *promise;
  Run *run;

  dex_return_error_if_fail (DROVER_IS_KERNEL_JOB (self));

  if (self->cancellable != NULL)
    return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                  _("Debian’s installer is being downloaded already"));

  promise = dex_promise_new_cancellable ();
  run = g_new0 (Run, 1);
  run->self = g_object_ref (self);
  run->promise = dex_ref (promise);

  self->cancellable = g_object_ref (dex_promise_get_cancellable (promise));
  g_signal_connect_object (self->cancellable, "cancelled", G_CALLBACK (cancel_downloads),
                           self, G_CONNECT_SWAPPED);
  drover_dex_forget (drover_dex_spawn_with_stack (run_fiber, run, run_free, FIBER_STACK_SIZE));
  return DEX_FUTURE (promise);
}

/**
 * drover_kernel_job_cancel:
 *
 * Ends a run with %G_IO_ERROR_CANCELLED. What was received is kept for the next one.
 */
void
drover_kernel_job_cancel (DroverKernelJob *self)
{
  g_return_if_fail (DROVER_IS_KERNEL_JOB (self));

  g_cancellable_cancel (self->cancellable);
}

static void
drover_kernel_job_finalize (GObject *object)
{
  DroverKernelJob *self = DROVER_KERNEL_JOB (object);

  g_assert (self->cancellable == NULL);

  g_clear_pointer (&self->architecture, g_free);
  g_clear_pointer (&self->site, g_free);
  g_clear_pointer (&self->images_folder, g_free);
  g_clear_pointer (&self->text, g_free);

  G_OBJECT_CLASS (drover_kernel_job_parent_class)->finalize (object);
}

static void
drover_kernel_job_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  DroverKernelJob *self = DROVER_KERNEL_JOB (object);

  switch (prop_id)
    {
    case PROP_FRACTION:
      g_value_set_double (value, drover_kernel_job_get_fraction (self));
      break;
    case PROP_TEXT:
      g_value_set_string (value, drover_kernel_job_get_text (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
drover_kernel_job_class_init (DroverKernelJobClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = drover_kernel_job_finalize;
  object_class->get_property = drover_kernel_job_get_property;

  /* DroverKernelJob:fraction: how much of both files is here, 0 to 1; below 0 when unknown */
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, -1, 1, -1, flags);
  /* DroverKernelJob:text: what is going on, in a translated phrase */
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
drover_kernel_job_init (DroverKernelJob *self)
{
  self->fraction = -1.0;
  self->text = g_strdup ("");
}

/**
 * drover_kernel_job_new:
 * @architecture: in QEMU's words: `aarch64` or `x86_64`
 * @site: (nullable): the address of a Debian mirror, as in a `sources.list`, or %NULL for
 *   Debian's primary one
 *
 * Returns: (transfer full): a job, not yet running
 */
DroverKernelJob *
drover_kernel_job_new (const char *architecture,
                       const char *site)
{
  DroverKernelJob *self;

  g_return_val_if_fail (architecture != NULL, NULL);

  self = g_object_new (DROVER_TYPE_KERNEL_JOB, NULL);
  self->architecture = g_strdup (architecture);
  self->site = g_strdup (site != NULL && *site != '\0' ? site : DROVER_KERNEL_JOB_SITE);
  while (g_str_has_suffix (self->site, "/"))
    self->site[strlen (self->site) - 1] = '\0';
  return self;
}

/**
 * drover_kernel_job_set_images_folder:
 * @images_folder: (nullable): where to look for what Debian's packages install; see
 *   drover_debian_kernel_find_installed()
 */
void
drover_kernel_job_set_images_folder (DroverKernelJob *self,
                                     const char      *images_folder)
{
  g_return_if_fail (DROVER_IS_KERNEL_JOB (self));

  g_set_str (&self->images_folder, images_folder);
}

/**
 * drover_kernel_job_get_fraction:
 *
 * Returns: how much of both files is here, 0 to 1, or less than 0 while that is unknown
 */
double
drover_kernel_job_get_fraction (DroverKernelJob *self)
{
  g_return_val_if_fail (DROVER_IS_KERNEL_JOB (self), -1.0);

  return self->fraction;
}

/**
 * drover_kernel_job_get_text:
 *
 * Returns: what is going on, in a translated phrase
 */
const char *
drover_kernel_job_get_text (DroverKernelJob *self)
{
  g_return_val_if_fail (DROVER_IS_KERNEL_JOB (self), NULL);

  return self->text;
}
