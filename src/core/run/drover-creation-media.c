/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "drover-creation-private.h"
#include "drover-detect.h"
#include "drover-error.h"
#include "drover-kernel-job.h"

/* --- a file that is there --------------------------------------------------------------------- */

static gboolean
check_file (const char *path, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("There is no file %s"), path);
      return FALSE;
    }
  if (g_access (path, R_OK) != 0)
    return drover_set_errno_error (error, _("Cannot read %s"), path);

  return TRUE;
}

/* A CD's image has one of these names in its seventeenth sector: ISO 9660's, UDF's. */
static gboolean
check_iso (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  char name[5] = { 0 };

  if (stream == NULL)
    return FALSE;
  if (g_seekable_seek (G_SEEKABLE (stream), 16 * 2048 + 1, G_SEEK_SET, NULL, NULL))
    g_input_stream_read_all (G_INPUT_STREAM (stream), name, sizeof name, NULL, NULL, NULL);
  if (memcmp (name, "CD001", 5) == 0 || memcmp (name, "BEA01", 5) == 0)
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("%s is not the image of a CD or DVD"), path);
  return FALSE;
}

static gboolean
check_kind (const DroverTemplateMedium *medium, const char *path, GError **error)
{
  return check_file (path, error) &&
         (!g_str_equal (medium->kind, "iso") || check_iso (path, error));
}

static void
note_origin (DroverCreation *self, const char *path, DroverMedium *medium)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "file", path);
  if (medium != NULL)
    {
      json_object_set_string_member (object, "sha256", drover_medium_get_sha256 (medium));
      if (drover_medium_get_source (medium) != NULL)
        json_object_set_string_member (object, "source", drover_medium_get_source (medium));
      if (drover_medium_get_signed_by (medium) != NULL)
        json_object_set_string_member (object, "signed-by", drover_medium_get_signed_by (medium));
    }
  json_array_add_object_element (self->origins, object);
}

static gboolean
take_file (DroverCreation *self, const DroverTemplateMedium *medium, const char *path,
           GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  GListModel *media = G_LIST_MODEL (drover_downloads_get_media (self->downloads));
  g_autoptr (DroverMedium) known = NULL;

  if (!check_kind (medium, absolute, error))
    return FALSE;

  for (guint i = 0; known == NULL && i < g_list_model_get_n_items (media); i++)
    {
      g_autoptr (DroverMedium) item = g_list_model_get_item (media, i);

      if (g_str_equal (drover_medium_get_path (item), absolute) &&
          drover_medium_get_state (item) == DROVER_MEDIUM_STATE_OK)
        known = g_steal_pointer (&item);
    }
  note_origin (self, absolute, known);
  g_hash_table_insert (self->media, g_strdup (medium->id), g_steal_pointer (&absolute));
  return TRUE;
}

/* --- a file that is in the library, or comes into it ------------------------------------------ */

/**
 * drover_creation_make_request:
 * @medium: a medium that has addresses
 *
 * Returns: (transfer full): what is asked of the downloads to get it, and to check it
 */
DroverDownloadRequest *
drover_creation_make_request (const DroverTemplateMedium *medium)
{
  DroverDownloadRequest *request = g_new0 (DroverDownloadRequest, 1);

  request->title = g_strdup (medium->title);
  request->addresses = g_strdupv (medium->addresses);
  request->name = g_strdup (medium->name);
  request->checksums = g_strdup (medium->checksums);
  request->signature = g_strdup (medium->signature);
  request->key = g_strdup (medium->key);
  request->sha256 = g_strdup (medium->sha256);
  if (g_strcmp0 (medium->form, "of-file") == 0)
    request->form = DROVER_SIGNATURE_OF_FILE;
  else if (g_strcmp0 (medium->form, "within-checksums") == 0)
    request->form = DROVER_SIGNATURE_WITHIN_CHECKSUMS;
  else
    request->form = DROVER_SIGNATURE_OF_CHECKSUMS;
  return request;
}

static DroverMedium *
find_in_library (DroverCreation *self, const DroverTemplateMedium *medium,
                 const DroverDownloadRequest *request)
{
  DroverMedia *media = drover_downloads_get_media (self->downloads);
  DroverMedium *found = NULL;

  if (request != NULL)
    {
      g_autofree char *id = drover_download_request_dup_id (request);

      found = drover_media_find_request (media, id);
    }
  if (found == NULL && medium->sha256 != NULL)
    found = drover_media_find_sum (media, medium->sha256);
  return found != NULL && drover_medium_get_state (found) == DROVER_MEDIUM_STATE_OK ? found : NULL;
}

static gboolean
refuse_missing (const DroverTemplateMedium *medium, GError **error)
{
  if (medium->page != NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 _("%s is needed, which Drover cannot download by itself: get it from %s and say "
                   "which file it is"),
                 medium->title, medium->page);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 _("%s is needed and not here: let it be downloaded, or say which file it is"),
                 medium->title);
  return FALSE;
}

static void
download_progress_cb (DroverDownloadItem *item, GParamSpec *pspec, DroverCreation *self)
{
  _drover_creation_set_progress (self, drover_download_item_get_text (item),
                                 drover_download_item_get_fraction (item));
}

/* Waits for it, unless the creation is cancelled; who else wants the download keeps it. */
static DroverMedium *
await_download (DroverCreation *self, DroverDownloadItem *item, gboolean is_ours, GError **error)
{
  gulong handler;
  DroverMedium *medium;

  handler = g_signal_connect (item, "notify", G_CALLBACK (download_progress_cb), self);
  medium = dex_await_object (
    dex_future_first (drover_download_item_wait (item),
                      dex_cancellable_new_from_cancellable (self->cancellable), NULL),
    error);
  g_signal_handler_disconnect (item, handler);
  if (g_cancellable_is_cancelled (self->cancellable))
    {
      if (is_ours)
        {
          /* What came of it is gone when it says that it is over. */
          drover_download_item_cancel (item);
          dex_await (drover_download_item_wait (item), NULL);
        }
      g_clear_error (error);
      g_clear_object (&medium);
      _drover_creation_check_going (self, error);
    }

  return medium;
}

static gboolean
is_listed (DroverDownloads *downloads, const DroverDownloadRequest *request)
{
  g_autofree char *id = drover_download_request_dup_id (request);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (downloads)); i++)
    {
      g_autoptr (DroverDownloadItem) item = g_list_model_get_item (G_LIST_MODEL (downloads), i);

      if (g_str_equal (drover_download_item_get_id (item), id))
        return TRUE;
    }

  return FALSE;
}

static gboolean
download (DroverCreation *self, const DroverTemplateMedium *medium,
          const DroverDownloadRequest *request, GError **error)
{
  gboolean was_listed = is_listed (self->downloads, request);
  g_autoptr (DroverDownloadItem) item = NULL;
  g_autoptr (DroverMedium) got = NULL;

  _drover_creation_add_step (self, _("Download %s"), medium->title);
  if (self->dry)
    {
      g_autofree char *name = drover_download_request_dup_name (request);
      const char *folder =
        drover_media_get_folder (drover_downloads_get_media (self->downloads));

      g_hash_table_insert (self->media, g_strdup (medium->id),
                           g_build_filename (folder, name != NULL ? name : medium->id, NULL));
      return drover_download_request_check (request, error);
    }

  item = drover_downloads_start (self->downloads, request, error);
  got = item != NULL ? await_download (self, item, !was_listed, error) : NULL;
  if (got == NULL || !check_kind (medium, drover_medium_get_path (got), error))
    return FALSE;

  note_origin (self, drover_medium_get_path (got), got);
  g_hash_table_insert (self->media, g_strdup (medium->id),
                       g_strdup (drover_medium_get_path (got)));
  return TRUE;
}

static gboolean
get_file (DroverCreation *self, const DroverTemplateMedium *medium, GError **error)
{
  const char *given = g_hash_table_lookup (self->choices->media, medium->id);
  gboolean has_address = medium->addresses != NULL && medium->addresses[0] != NULL;
  g_autoptr (DroverDownloadRequest) request = has_address ? drover_creation_make_request (medium) : NULL;
  DroverMedium *known;

  if (g_strcmp0 (given, DROVER_CREATION_WITHOUT) == 0 && medium->optional)
    return TRUE;
  if (given != NULL && !g_str_equal (given, DROVER_CREATION_DOWNLOAD))
    return take_file (self, medium, given, error);

  known = find_in_library (self, medium, request);
  if (known != NULL)
    {
      note_origin (self, drover_medium_get_path (known), known);
      g_hash_table_insert (self->media, g_strdup (medium->id),
                           g_strdup (drover_medium_get_path (known)));
      return TRUE;
    }

  /* What is optional is got only when it was asked for. */
  if (medium->optional && given == NULL)
    return TRUE;
  if (request == NULL || !self->choices->download)
    return refuse_missing (medium, error);

  return download (self, medium, request, error);
}

/* --- Debian's installer ----------------------------------------------------------------------- */

static void
kernel_progress_cb (DroverKernelJob *job, GParamSpec *pspec, DroverCreation *self)
{
  _drover_creation_set_progress (self, drover_kernel_job_get_text (job),
                                 drover_kernel_job_get_fraction (job));
}

static DroverDebianKernel *
find_kernel (DroverCreation *self)
{
  DroverDebianKernel *kernel = drover_debian_kernel_find_installed (self->architecture, NULL);

  return kernel != NULL ? kernel : drover_debian_kernel_find_downloaded (self->architecture);
}

static DroverDebianKernel *
download_kernel (DroverCreation *self, GError **error)
{
  const char *site = self->choices->debian_site;
  g_autoptr (DroverKernelJob) job = drover_kernel_job_new (
    self->architecture, site != NULL ? site : DROVER_KERNEL_JOB_SITE);
  DroverDebianKernel *kernel;
  gulong cancelled;

  g_signal_connect (job, "notify", G_CALLBACK (kernel_progress_cb), self);
  cancelled = g_signal_connect_swapped (self->cancellable, "cancelled",
                                        G_CALLBACK (drover_kernel_job_cancel), job);
  kernel = dex_await_boxed (drover_kernel_job_run (job), error);
  g_signal_handler_disconnect (self->cancellable, cancelled);
  g_signal_handlers_disconnect_by_data (job, self);
  return kernel;
}

static gboolean
get_debian_installer (DroverCreation *self, const DroverTemplateMedium *medium, GError **error)
{
  const char *given = g_hash_table_lookup (self->choices->media, medium->id);
  g_autoptr (DroverDebianKernel) kernel = NULL;

  /* A folder with the two files, as the archive has it. */
  if (given != NULL && *given != '\0')
    {
      self->kernel_source = g_build_filename (given, "linux", NULL);
      self->initrd_source = g_build_filename (given, "initrd.gz", NULL);
      return check_file (self->kernel_source, error) && check_file (self->initrd_source, error);
    }

  kernel = find_kernel (self);
  if (kernel == NULL && !self->choices->download)
    return refuse_missing (medium, error);
  if (kernel == NULL && self->dry)
    {
      g_autofree char *folder = drover_debian_kernel_dup_folder (self->architecture);

      _drover_creation_add_step (self, _("Download %s"), medium->title);
      self->kernel_source = g_build_filename (folder, "linux", NULL);
      self->initrd_source = g_build_filename (folder, "initrd.gz", NULL);
      return TRUE;
    }
  if (kernel == NULL)
    {
      _drover_creation_add_step (self, _("Download %s"), medium->title);
      kernel = download_kernel (self, error);
    }
  if (kernel == NULL)
    return FALSE;

  self->kernel_source = g_strdup (kernel->kernel);
  self->initrd_source = g_strdup (kernel->initrd);
  return TRUE;
}

/* --- all ------------------------------------------------------------------------------------- */

static gboolean
get_medium (DroverCreation *self, const DroverTemplateMedium *medium, GError **error)
{
  if (g_str_equal (medium->kind, "data"))
    {
      g_hash_table_insert (self->media, g_strdup (medium->id),
                           g_strdup (medium->name != NULL ? medium->name : medium->id));
      return TRUE;
    }
  if (g_str_equal (medium->kind, "debian-installer"))
    return get_debian_installer (self, medium, error);
  if (!get_file (self, medium, error))
    return FALSE;

  if (g_str_equal (medium->kind, "disk") && g_hash_table_contains (self->media, medium->id))
    self->image = medium;
  if (medium->kernel != NULL && g_hash_table_contains (self->media, medium->id))
    self->extracted = medium;
  return TRUE;
}

/* How the arguments name the two: from where they are, unless they are made in the folder. */
static void
name_kernel (DroverCreation *self)
{
  gboolean with_answers =
    self->answers != NULL && drover_unattended_needs_initrd (self->answers->kind);

  if (self->extracted != NULL)
    {
      self->kernel = g_path_get_basename (self->extracted->kernel);
      self->initrd = g_path_get_basename (self->extracted->initrd);
    }
  else
    {
      self->kernel = g_strdup (self->kernel_source);
      self->initrd = g_strdup (self->initrd_source);
    }
  if (with_answers && self->initrd != NULL)
    g_set_str (&self->initrd, DROVER_CREATION_INITRD);
}

static gboolean
check_given (DroverCreation *self, GPtrArray *list, GError **error)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, self->choices->media);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      gboolean known = FALSE;

      for (guint i = 0; i < list->len; i++)
        known = known || g_str_equal (((DroverTemplateMedium *) list->pdata[i])->id, id);
      if (known)
        continue;
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT, _("“%s” has no medium called “%s”"),
                   drover_template_get_title (self->template), (char *) id);
      return FALSE;
    }

  return TRUE;
}

gboolean
_drover_creation_find_media (DroverCreation *self, GError **error)
{
  g_autoptr (GPtrArray) list = drover_template_list_media (self->template, self->architecture);

  self->media = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->origins = json_array_new ();
  if (!check_given (self, list, error))
    return FALSE;
  for (guint i = 0; i < list->len; i++)
    if (!get_medium (self, list->pdata[i], error))
      return FALSE;

  name_kernel (self);
  return TRUE;
}
