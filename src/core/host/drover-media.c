/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "drover-checksums.h"
#include "drover-dex.h"
#include "drover-error.h"
#include "drover-file-sum.h"
#include "drover-json.h"
#include "drover-media.h"

#define RECORDS ".records"

/* No fewer digits of a sum are taken for a name. */
#define SHORTEST_SUM 8

/**
 * DroverMedia:
 *
 * The media that all machines share: files in one folder, and files elsewhere that the user
 * has shown. Each has a record, named by its SHA-256, in a folder beside the files. The
 * records are followed on disk, so that what droverctl adds appears in the window.
 */
struct _DroverMedia
{
  GObject parent_instance;

  char *folder;
  char *records;
  GPtrArray *media;
  GFileMonitor *monitor;
};

static GType
drover_media_get_item_type (GListModel *model)
{
  return DROVER_TYPE_MEDIUM;
}

static guint
drover_media_get_n_items (GListModel *model)
{
  return DROVER_MEDIA (model)->media->len;
}

static gpointer
drover_media_get_item (GListModel *model, guint position)
{
  DroverMedia *self = DROVER_MEDIA (model);

  return position < self->media->len ? g_object_ref (self->media->pdata[position]) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = drover_media_get_item_type;
  iface->get_n_items = drover_media_get_n_items;
  iface->get_item = drover_media_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (DroverMedia, drover_media, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static int
compare (gconstpointer a, gconstpointer b)
{
  DroverMedium *first = *(DroverMedium *const *) a;
  DroverMedium *second = *(DroverMedium *const *) b;
  int order = g_utf8_collate (drover_medium_get_title (first), drover_medium_get_title (second));

  return order != 0 ? order
                    : strcmp (drover_medium_get_sha256 (first), drover_medium_get_sha256 (second));
}

static char *
dup_record_path (DroverMedia *self, const char *sha256)
{
  g_autofree char *name = g_strconcat (sha256, ".json", NULL);

  return g_build_filename (self->records, name, NULL);
}

static DroverMedium *
load (DroverMedia *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->records, name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  DroverMedium *medium = NULL;
  gsize length;

  if (g_file_get_contents (path, &text, &length, &error) &&
      (node = drover_json_parse (text, length, &error)) != NULL)
    medium = drover_medium_from_json (self->folder, node, &error);

  /* Left as it is; the file that it is of can be added again. */
  if (medium == NULL)
    g_warning ("Cannot read %s: %s", path, error->message);
  return medium;
}

static DroverMedium *
find_any (DroverMedia *self, const char *sha256)
{
  for (guint i = 0; i < self->media->len; i++)
    if (g_ascii_strcasecmp (drover_medium_get_sha256 (self->media->pdata[i]), sha256) == 0)
      return self->media->pdata[i];
  return NULL;
}

/* Takes @medium. One that says the same stays the same object, so that its row stays too. */
static DroverMedium *
keep_same (DroverMedia *self, DroverMedium *medium)
{
  DroverMedium *old = find_any (self, drover_medium_get_sha256 (medium));
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonNode) old_node = NULL;

  if (old == NULL)
    return medium;

  node = drover_medium_to_json (medium, self->folder);
  old_node = drover_medium_to_json (old, self->folder);
  if (!json_node_equal (node, old_node))
    return medium;
  g_object_unref (medium);
  return g_object_ref (old);
}

/* Tells only what is another one. */
static void
replace (DroverMedia *self, GPtrArray *media)
{
  g_autoptr (GPtrArray) old = self->media;
  const guint most = MIN (old->len, media->len);
  guint first = 0;
  guint last = 0;

  while (first < most && old->pdata[first] == media->pdata[first])
    first++;
  while (last < most - first &&
         old->pdata[old->len - 1 - last] == media->pdata[media->len - 1 - last])
    last++;

  self->media = g_ptr_array_ref (media);
  if (old->len - first - last > 0 || media->len - first - last > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), first, old->len - first - last,
                                media->len - first - last);
}

/**
 * drover_media_reload:
 *
 * Reads all records again.
 */
void
drover_media_reload (DroverMedia *self)
{
  g_autoptr (GPtrArray) media = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_return_if_fail (DROVER_IS_MEDIA (self));

  dir = g_dir_open (self->records, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      DroverMedium *medium = g_str_has_suffix (name, ".json") ? load (self, name) : NULL;

      if (medium != NULL)
        g_ptr_array_add (media, keep_same (self, medium));
    }

  g_ptr_array_sort (media, compare);
  replace (self, media);
}

static void
records_changed_cb (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
                    DroverMedia *self)
{
  if (event == G_FILE_MONITOR_EVENT_CHANGES_DONE_HINT || event == G_FILE_MONITOR_EVENT_DELETED ||
      event == G_FILE_MONITOR_EVENT_RENAMED || event == G_FILE_MONITOR_EVENT_MOVED_IN)
    drover_media_reload (self);
}

static void
watch (DroverMedia *self)
{
  g_autoptr (GFile) records = g_file_new_for_path (self->records);
  g_autoptr (GError) error = NULL;

  if (g_mkdir_with_parents (self->records, 0700) == 0)
    self->monitor = g_file_monitor_directory (records, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);
  if (self->monitor != NULL)
    g_signal_connect (self->monitor, "changed", G_CALLBACK (records_changed_cb), self);
  else
    g_debug ("Cannot watch %s: %s", self->records, error != NULL ? error->message : "?");
}

static void
drover_media_finalize (GObject *object)
{
  DroverMedia *self = DROVER_MEDIA (object);

  if (self->monitor != NULL)
    g_signal_handlers_disconnect_by_data (self->monitor, self);
  g_clear_object (&self->monitor);
  g_clear_pointer (&self->media, g_ptr_array_unref);
  g_clear_pointer (&self->records, g_free);
  g_clear_pointer (&self->folder, g_free);

  G_OBJECT_CLASS (drover_media_parent_class)->finalize (object);
}

static void
drover_media_class_init (DroverMediaClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_media_finalize;
}

static void
drover_media_init (DroverMedia *self)
{
  self->media = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * drover_media_new:
 * @folder: where the files are, as drover_paths_dup_media_dir()
 *
 * Returns: (transfer full): the library
 */
DroverMedia *
drover_media_new (const char *folder)
{
  DroverMedia *self;

  g_return_val_if_fail (folder != NULL, NULL);

  self = g_object_new (DROVER_TYPE_MEDIA, NULL);
  self->folder = g_canonicalize_filename (folder, NULL);
  self->records = g_build_filename (self->folder, RECORDS, NULL);
  watch (self);
  drover_media_reload (self);
  return self;
}

/**
 * drover_media_get_folder:
 *
 * Returns: where downloaded files are put
 */
const char *
drover_media_get_folder (DroverMedia *self)
{
  g_return_val_if_fail (DROVER_IS_MEDIA (self), NULL);
  return self->folder;
}

static gboolean
save (DroverMedia *self, DroverMedium *medium, GError **error)
{
  g_autofree char *path = dup_record_path (self, drover_medium_get_sha256 (medium));
  g_autoptr (JsonNode) node = drover_medium_to_json (medium, self->folder);
  g_autofree char *text = drover_json_to_text (node, TRUE);

  if (g_mkdir_with_parents (self->records, 0700) != 0)
    return drover_set_errno_error (error, _("Cannot make %s"), self->records);
  if (!g_file_set_contents (path, text, -1, error))
    return FALSE;

  drover_media_reload (self);
  return TRUE;
}

/* What is known better goes into another object, so that who shows the old one notices. */
static gboolean
improve (DroverMedia *self, DroverMedium *medium, const DroverMediumOrigin *origin, GError **error)
{
  g_autoptr (JsonNode) node = drover_medium_to_json (medium, self->folder);
  g_autoptr (DroverMedium) better = drover_medium_from_json (self->folder, node, error);

  return better != NULL && (!drover_medium_improve (better, origin) || save (self, better, error));
}

/**
 * drover_media_record:
 * @path: a file
 * @sha256: its SHA-256, which the caller has just computed
 * @origin: what else is known of it
 *
 * Puts a file on record, where it is. When a file with the same bytes is on record and in its
 * place, that one is returned, with what is new in @origin; @path is then of no more use.
 *
 * Returns: (transfer full) (nullable): what is on record
 */
DroverMedium *
drover_media_record (DroverMedia *self, const char *path, const char *sha256,
                     const DroverMediumOrigin *origin, GError **error)
{
  g_autofree char *key = NULL;
  g_autoptr (DroverMedium) medium = NULL;

  g_return_val_if_fail (DROVER_IS_MEDIA (self) && path != NULL && origin != NULL, NULL);

  key = g_ascii_strdown (sha256, -1);
  if ((medium = drover_media_find_sum (self, key)) != NULL)
    {
      if (!improve (self, medium, origin, error))
        return NULL;
    }
  else if ((medium = drover_medium_new (path, key, origin, error)) == NULL ||
           !save (self, medium, error))
    {
      return NULL;
    }

  return g_object_ref (find_any (self, key));
}

typedef struct
{
  DroverMedia *self;
  char *path;
  char *wanted;
  char *title;
  char *source;
  char *request;
  char *signed_by;
  DroverMediumCheck check;
  DroverMedium *medium;
  GCancellable *cancellable;
} Work;

static Work *
work_new (DroverMedia *self, const char *path, const DroverMediumOrigin *origin,
          GCancellable *cancellable)
{
  Work *work = g_new0 (Work, 1);

  work->self = g_object_ref (self);
  work->path = g_strdup (path);
  g_set_object (&work->cancellable, cancellable);
  if (origin != NULL)
    {
      work->title = g_strdup (origin->title);
      work->source = g_strdup (origin->source);
      work->request = g_strdup (origin->request);
      work->signed_by = g_strdup (origin->signed_by);
      work->check = origin->check;
    }
  return work;
}

static void
work_free (gpointer data)
{
  Work *work = data;

  g_clear_object (&work->self);
  g_clear_object (&work->medium);
  g_clear_object (&work->cancellable);
  g_free (work->path);
  g_free (work->wanted);
  g_free (work->title);
  g_free (work->source);
  g_free (work->request);
  g_free (work->signed_by);
  g_free (work);
}

static gboolean
compare_sums (Work *work, const char *sum, GError **error)
{
  g_autofree char *name = NULL;

  if (work->wanted == NULL || g_str_equal (sum, work->wanted))
    return TRUE;

  name = g_filename_display_basename (work->path);
  g_set_error (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM,
               _("“%s” is not the file that the pasted SHA-256 belongs to: its own is %s and the "
                 "pasted one is %s. Look whether the language and the edition are the same, or "
                 "download it again."), name, sum, work->wanted);
  return FALSE;
}

static DexFuture *
add_fiber (gpointer data)
{
  Work *work = data;
  const DroverMediumOrigin origin = { work->title, work->source, work->request, work->check,
                                      work->signed_by };
  g_autofree char *sum = NULL;
  GError *error = NULL;
  DroverMedium *medium;

  sum = dex_await_string (drover_file_sum (work->path, G_CHECKSUM_SHA256, work->cancellable),
                          &error);
  if (sum == NULL || !compare_sums (work, sum, &error) ||
      (medium = drover_media_record (work->self, work->path, sum, &origin, &error)) == NULL)
    return dex_future_new_for_error (error);

  return dex_future_new_take_object (medium);
}

/**
 * drover_media_add:
 * @path: a file, which stays where it is
 * @origin: (nullable): what is known of it
 * @cancellable: (nullable): ends it
 *
 * Reads the whole file in a thread, and puts it on record.
 *
 * Returns: (transfer full): a future of its #DroverMedium: an earlier one, when a file with the
 *   same bytes is on record already
 */
DexFuture *
drover_media_add (DroverMedia *self, const char *path, const DroverMediumOrigin *origin,
                  GCancellable *cancellable)
{
  dex_return_error_if_fail (DROVER_IS_MEDIA (self) && path != NULL);

  return drover_dex_spawn (add_fiber, work_new (self, path, origin, cancellable), work_free);
}

/**
 * drover_media_add_compared:
 * @pasted_sum: the SHA-256 as the user has copied it from the publisher's page
 * @origin: (nullable): what else is known; its check becomes that of the checksum
 *
 * drover_media_add() for a file that the user has downloaded from a page by hand.
 *
 * Returns: (transfer full): a future of its #DroverMedium, rejected with
 *   #DROVER_ERROR_CHECKSUM when @pasted_sum is another file's or no sum at all
 */
DexFuture *
drover_media_add_compared (DroverMedia *self, const char *path, const char *pasted_sum,
                           const DroverMediumOrigin *origin, GCancellable *cancellable)
{
  Work *work;

  dex_return_error_if_fail (DROVER_IS_MEDIA (self) && path != NULL && pasted_sum != NULL);

  work = work_new (self, path, origin, cancellable);
  work->check = DROVER_MEDIUM_CHECK_CHECKSUM;
  work->wanted = drover_checksums_normalise (pasted_sum);
  if (work->wanted == NULL)
    {
      work_free (work);
      return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_CHECKSUM,
                                    _("What was pasted is not a SHA-256: that has %d digits, "
                                      "0 to 9 and A to F"), DROVER_CHECKSUMS_SHA256_LENGTH);
    }
  return drover_dex_spawn (add_fiber, work, work_free);
}

static gboolean
is_recorded (DroverMedia *self, const char *path)
{
  for (guint i = 0; i < self->media->len; i++)
    if (g_str_equal (drover_medium_get_path (self->media->pdata[i]), path) &&
        drover_medium_get_state (self->media->pdata[i]) == DROVER_MEDIUM_STATE_OK)
      return TRUE;
  return FALSE;
}

static GPtrArray *
list_unrecorded (DroverMedia *self)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      if (name[0] != '.' && !g_str_has_suffix (name, ".part") &&
          !g_str_has_suffix (name, ".part.meta") &&
          g_file_test (path, G_FILE_TEST_IS_REGULAR) && !is_recorded (self, path))
        g_ptr_array_add (paths, g_steal_pointer (&path));
    }
  return paths;
}

static DexFuture *
scan_fiber (gpointer data)
{
  Work *work = data;
  g_autoptr (GPtrArray) paths = list_unrecorded (work->self);

  for (guint i = 0; i < paths->len; i++)
    {
      g_autoptr (DroverMedium) medium = NULL;
      GError *error = NULL;

      medium = dex_await_object (drover_media_add (work->self, paths->pdata[i], NULL,
                                                   work->cancellable), &error);
      if (g_cancellable_is_cancelled (work->cancellable))
        return dex_future_new_for_error (error);
      if (error != NULL)
        g_debug ("Cannot record %s: %s", (char *) paths->pdata[i], error->message);
      g_clear_error (&error);
    }
  return dex_future_new_true ();
}

/**
 * drover_media_scan:
 * @cancellable: (nullable): ends it
 *
 * Puts on record what the user has put into the folder by hand, whatever it is called.
 *
 * Returns: (transfer full): a future of %TRUE
 */
DexFuture *
drover_media_scan (DroverMedia *self, GCancellable *cancellable)
{
  dex_return_error_if_fail (DROVER_IS_MEDIA (self));

  return drover_dex_spawn (scan_fiber, work_new (self, NULL, NULL, cancellable), work_free);
}

static DexFuture *
verify_fiber (gpointer data)
{
  Work *work = data;
  const char *wanted = drover_medium_get_sha256 (work->medium);
  g_autofree char *sum = NULL;
  GError *error = NULL;
  gboolean is_same;

  sum = dex_await_string (drover_file_sum (drover_medium_get_path (work->medium),
                                           G_CHECKSUM_SHA256, work->cancellable), &error);
  if (sum == NULL)
    return dex_future_new_for_error (error);

  is_same = g_str_equal (sum, wanted);
  if (!drover_medium_note_verified (work->medium, is_same, &error) ||
      !save (work->self, work->medium, &error))
    return dex_future_new_for_error (error);
  if (is_same)
    return dex_future_new_true ();

  return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_CHECKSUM,
                                _("“%s” is no longer what it was: its SHA-256 is %s instead of %s"),
                                drover_medium_get_path (work->medium), sum, wanted);
}

/**
 * drover_media_verify:
 * @cancellable: (nullable): ends it
 *
 * Reads all of a file again, and keeps on record what came of it.
 *
 * Returns: (transfer full): a future of %TRUE, rejected with #DROVER_ERROR_CHECKSUM when
 *   the file has changed
 */
DexFuture *
drover_media_verify (DroverMedia *self, DroverMedium *medium, GCancellable *cancellable)
{
  Work *work;

  dex_return_error_if_fail (DROVER_IS_MEDIA (self) && DROVER_IS_MEDIUM (medium));

  work = work_new (self, NULL, NULL, cancellable);
  work->medium = g_object_ref (medium);
  return drover_dex_spawn (verify_fiber, work, work_free);
}

/**
 * drover_media_find_sum:
 * @sha256: a SHA-256 in hex
 *
 * Returns: (transfer full) (nullable): the medium with these bytes, when its file is in its place
 */
DroverMedium *
drover_media_find_sum (DroverMedia *self, const char *sha256)
{
  DroverMedium *medium;

  g_return_val_if_fail (DROVER_IS_MEDIA (self) && sha256 != NULL, NULL);

  medium = find_any (self, sha256);
  return medium != NULL && drover_medium_get_state (medium) == DROVER_MEDIUM_STATE_OK
           ? g_object_ref (medium)
           : NULL;
}

static DroverMedium *
find_latest (DroverMedia *self, const char *(*get) (DroverMedium *), const char *value)
{
  DroverMedium *found = NULL;

  for (guint i = 0; i < self->media->len; i++)
    {
      DroverMedium *medium = self->media->pdata[i];

      if (g_strcmp0 (get (medium), value) == 0 &&
          drover_medium_get_state (medium) == DROVER_MEDIUM_STATE_OK &&
          (found == NULL || g_strcmp0 (drover_medium_get_added (medium),
                                       drover_medium_get_added (found)) > 0))
        found = medium;
    }
  return found != NULL ? g_object_ref (found) : NULL;
}

/**
 * drover_media_find_source:
 * @source: an address
 *
 * Returns: (transfer full) (nullable): the last medium that came from there, when its file is in
 *   its place; the address may have another file by now
 */
DroverMedium *
drover_media_find_source (DroverMedia *self, const char *source)
{
  g_return_val_if_fail (DROVER_IS_MEDIA (self) && source != NULL, NULL);

  return find_latest (self, drover_medium_get_source, source);
}

/**
 * drover_media_find_request:
 * @request: drover_download_request_dup_id()
 *
 * Returns: (transfer full) (nullable): the last medium that was asked for like this, when its
 *   file is in its place
 */
DroverMedium *
drover_media_find_request (DroverMedia *self, const char *request)
{
  g_return_val_if_fail (DROVER_IS_MEDIA (self) && request != NULL, NULL);

  return find_latest (self, drover_medium_get_request, request);
}

static gboolean
is_called (DroverMedium *medium, const char *name, const char *path)
{
  const char *medium_path = drover_medium_get_path (medium);
  const char *slash = strrchr (medium_path, '/');

  return g_str_equal (medium_path, path) || g_str_equal (slash + 1, name) ||
         g_str_equal (drover_medium_get_title (medium), name) ||
         (strlen (name) >= SHORTEST_SUM &&
          g_ascii_strncasecmp (drover_medium_get_sha256 (medium), name, strlen (name)) == 0);
}

/**
 * drover_media_find:
 * @name: a path, a file's name, a title, or the first digits of a SHA-256
 *
 * Returns: (transfer full) (nullable): the one medium that is called so
 */
DroverMedium *
drover_media_find (DroverMedia *self, const char *name, GError **error)
{
  g_autofree char *path = NULL;
  DroverMedium *found = NULL;

  g_return_val_if_fail (DROVER_IS_MEDIA (self) && name != NULL, NULL);

  path = g_canonicalize_filename (name, NULL);
  for (guint i = 0; i < self->media->len; i++)
    {
      if (!is_called (self->media->pdata[i], name, path))
        continue;
      if (found != NULL)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                       _("Several media are called “%s”: give the path or the SHA-256"), name);
          return NULL;
        }
      found = self->media->pdata[i];
    }

  if (found == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("There is no medium “%s”"), name);
  return found != NULL ? g_object_ref (found) : NULL;
}

/**
 * drover_media_owns_file:
 *
 * Returns: whether the file lies in the library's folder, and is not one that the user keeps
 *   elsewhere
 */
gboolean
drover_media_owns_file (DroverMedia *self, DroverMedium *medium)
{
  g_autofree char *folder = NULL;

  g_return_val_if_fail (DROVER_IS_MEDIA (self) && DROVER_IS_MEDIUM (medium), FALSE);

  folder = g_path_get_dirname (drover_medium_get_path (medium));
  return g_str_equal (folder, self->folder);
}

static gboolean
remove_file (DroverMedium *medium, gboolean to_bin, GError **error)
{
  const char *path = drover_medium_get_path (medium);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  if (drover_medium_get_state (medium) == DROVER_MEDIUM_STATE_MISSING)
    return TRUE;
  if (to_bin)
    return g_file_trash (file, NULL, error);
  if (g_unlink (path) != 0 && errno != ENOENT)
    return drover_set_errno_error (error, _("Cannot delete “%s”"), path);
  return TRUE;
}

/**
 * drover_media_remove:
 * @to_bin: whether the file goes to the desktop's bin instead of being deleted
 *
 * Takes a medium off the record, and away with its file when that lies in the library's folder.
 * A file elsewhere is the user's own and stays.
 *
 * Returns: whether it is gone; if not, nothing has changed
 */
gboolean
drover_media_remove (DroverMedia *self, DroverMedium *medium, gboolean to_bin, GError **error)
{
  g_autofree char *record = NULL;

  g_return_val_if_fail (DROVER_IS_MEDIA (self) && DROVER_IS_MEDIUM (medium), FALSE);

  if (drover_media_owns_file (self, medium) && !remove_file (medium, to_bin, error))
    return FALSE;

  record = dup_record_path (self, drover_medium_get_sha256 (medium));
  if (g_unlink (record) != 0 && errno != ENOENT)
    return drover_set_errno_error (error, _("Cannot delete “%s”"), record);

  drover_media_reload (self);
  return TRUE;
}
