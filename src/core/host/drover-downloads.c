/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "drover-downloads.h"
#include "drover-error.h"
#include "drover-json.h"

#define NOTES ".downloads"

/**
 * DroverDownloads:
 *
 * The downloads of the app: those that run, wait, have failed or are done. What is not done is
 * noted on disk when drover_downloads_remember() was called, and waits there for the next run.
 */
struct _DroverDownloads
{
  GObject parent_instance;

  DroverMedia *media;
  GPtrArray *items;
  char *notes; /* only when they are remembered */
  double fraction;
  guint n_active;
};

enum
{
  PROP_0,
  PROP_FRACTION,
  PROP_N_ACTIVE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static GType
drover_downloads_get_item_type (GListModel *model)
{
  return DROVER_TYPE_DOWNLOAD_ITEM;
}

static guint
drover_downloads_get_n_items (GListModel *model)
{
  return DROVER_DOWNLOADS (model)->items->len;
}

static gpointer
drover_downloads_get_item (GListModel *model, guint position)
{
  DroverDownloads *self = DROVER_DOWNLOADS (model);

  return position < self->items->len ? g_object_ref (self->items->pdata[position]) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = drover_downloads_get_item_type;
  iface->get_n_items = drover_downloads_get_n_items;
  iface->get_item = drover_downloads_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (DroverDownloads, drover_downloads, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static char *
dup_note_path (DroverDownloads *self, DroverDownloadItem *item)
{
  g_autofree char *name = g_strconcat (drover_download_item_get_id (item), ".json", NULL);

  return g_build_filename (self->notes, name, NULL);
}

static void
drop_note (DroverDownloads *self, DroverDownloadItem *item)
{
  g_autofree char *path = self->notes != NULL ? dup_note_path (self, item) : NULL;

  if (path != NULL)
    g_unlink (path);
}

static void
write_note (DroverDownloads *self, DroverDownloadItem *item)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;

  if (self->notes == NULL)
    return;

  path = dup_note_path (self, item);
  node = drover_download_item_to_json (item);
  text = drover_json_to_text (node, TRUE);
  if (g_mkdir_with_parents (self->notes, 0700) != 0 ||
      !g_file_set_contents (path, text, -1, &error))
    g_warning ("Cannot note a download for the next run: %s",
               error != NULL ? error->message : g_strerror (errno));
}

static void
update (DroverDownloads *self)
{
  guint64 received = 0;
  guint64 total = 0;
  gboolean known = TRUE;
  guint n_active = 0;
  double fraction;

  for (guint i = 0; i < self->items->len; i++)
    {
      DroverDownloadItem *item = self->items->pdata[i];

      if (!drover_download_item_is_active (item))
        continue;
      n_active++;
      known &= drover_download_item_get_total (item) > 0;
      received += drover_download_item_get_received (item);
      total += drover_download_item_get_total (item);
    }
  fraction = known && total > 0 ? CLAMP ((double) received / total, 0.0, 1.0) : -1.0;

  if (fraction != self->fraction)
    {
      self->fraction = fraction;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
    }
  if (n_active != self->n_active)
    {
      self->n_active = n_active;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ACTIVE]);
    }
}

static void
fraction_cb (DroverDownloadItem *item, GParamSpec *pspec, DroverDownloads *self)
{
  update (self);
}

static void
total_cb (DroverDownloadItem *item, GParamSpec *pspec, DroverDownloads *self)
{
  write_note (self, item);
}

static void
state_cb (DroverDownloadItem *item, GParamSpec *pspec, DroverDownloads *self)
{
  const DroverDownloadState state = drover_download_item_get_state (item);

  if (state == DROVER_DOWNLOAD_STATE_DONE || state == DROVER_DOWNLOAD_STATE_CANCELLED)
    drop_note (self, item);
  else
    write_note (self, item);

  if (state == DROVER_DOWNLOAD_STATE_CANCELLED)
    drover_downloads_forget (self, item);
  update (self);
}

static void
add (DroverDownloads *self, DroverDownloadItem *item)
{
  g_ptr_array_insert (self->items, 0, g_object_ref (item));
  g_signal_connect_object (item, "notify::fraction", G_CALLBACK (fraction_cb), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (item, "notify::total", G_CALLBACK (total_cb), self, G_CONNECT_DEFAULT);
  g_signal_connect_object (item, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_DEFAULT);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, 1);
}

static void
drover_downloads_finalize (GObject *object)
{
  DroverDownloads *self = DROVER_DOWNLOADS (object);

  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_clear_pointer (&self->notes, g_free);
  g_clear_object (&self->media);

  G_OBJECT_CLASS (drover_downloads_parent_class)->finalize (object);
}

static void
drover_downloads_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  DroverDownloads *self = DROVER_DOWNLOADS (object);

  switch (prop_id)
    {
    case PROP_FRACTION:
      g_value_set_double (value, self->fraction);
      break;
    case PROP_N_ACTIVE:
      g_value_set_uint (value, self->n_active);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
drover_downloads_class_init (DroverDownloadsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = drover_downloads_finalize;
  object_class->get_property = drover_downloads_get_property;

  /* DroverDownloads:fraction: how much is here of all that come, 0 to 1; below 0 when unknown */
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, -1, 1, -1, flags);
  /* DroverDownloads:n-active: how many do something just now */
  properties[PROP_N_ACTIVE] = g_param_spec_uint ("n-active", NULL, NULL, 0, G_MAXUINT, 0, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
drover_downloads_init (DroverDownloads *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->fraction = -1.0;
}

/**
 * drover_downloads_new:
 * @media: where they go
 *
 * Returns: (transfer full): an empty list of downloads
 */
DroverDownloads *
drover_downloads_new (DroverMedia *media)
{
  DroverDownloads *self;

  g_return_val_if_fail (DROVER_IS_MEDIA (media), NULL);

  self = g_object_new (DROVER_TYPE_DOWNLOADS, NULL);
  self->media = g_object_ref (media);
  return self;
}

static void
load (DroverDownloads *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->notes, name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (DroverDownloadItem) item = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  if (g_file_get_contents (path, &text, &length, &error) &&
      (node = drover_json_parse (text, length, &error)) != NULL)
    item = drover_download_item_from_json (self->media, node, &error);

  if (item != NULL)
    add (self, item);
  else
    g_warning ("Cannot read %s: %s", path, error->message);
}

/**
 * drover_downloads_remember:
 *
 * Takes up the downloads that earlier runs of Drover did not finish, paused, and notes on disk
 * those of this run.
 */
void
drover_downloads_remember (DroverDownloads *self)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_return_if_fail (DROVER_IS_DOWNLOADS (self) && self->notes == NULL);

  self->notes = g_build_filename (drover_media_get_folder (self->media), NOTES, NULL);
  dir = g_dir_open (self->notes, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".json"))
      load (self, name);
}

/**
 * drover_downloads_get_media:
 *
 * Returns: (transfer none): where they go
 */
DroverMedia *
drover_downloads_get_media (DroverDownloads *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOADS (self), NULL);
  return self->media;
}

static DroverDownloadItem *
find (DroverDownloads *self, const DroverDownloadRequest *request)
{
  g_autofree char *id = drover_download_request_dup_id (request);

  for (guint i = 0; i < self->items->len; i++)
    if (g_str_equal (drover_download_item_get_id (self->items->pdata[i]), id))
      return self->items->pdata[i];
  return NULL;
}

/**
 * drover_downloads_start:
 * @request: what to download
 *
 * Starts a download, or goes on with the one that is listed for the same request. Nothing is
 * downloaded that is in the library.
 *
 * Returns: (transfer full) (nullable): the download, which runs, or %NULL when the request itself
 *   makes no sense; see drover_download_request_check()
 */
DroverDownloadItem *
drover_downloads_start (DroverDownloads *self, const DroverDownloadRequest *request,
                        GError **error)
{
  DroverDownloadItem *item;

  g_return_val_if_fail (DROVER_IS_DOWNLOADS (self) && request != NULL, NULL);

  if (!drover_download_request_check (request, error))
    return NULL;

  /* One that is done may have lost its file since. */
  item = find (self, request);
  if (item != NULL && drover_download_item_get_state (item) == DROVER_DOWNLOAD_STATE_DONE)
    {
      drover_downloads_forget (self, item);
      item = NULL;
    }

  if (item != NULL)
    g_object_ref (item);
  else
    add (self, item = drover_download_item_new (self->media, request));
  drover_download_item_resume (item);
  return item;
}

/**
 * drover_downloads_forget:
 * @item: one of them
 *
 * Takes it off the list; one that is not done is cancelled.
 */
void
drover_downloads_forget (DroverDownloads *self, DroverDownloadItem *item)
{
  g_autoptr (DroverDownloadItem) kept = NULL;
  guint position;

  g_return_if_fail (DROVER_IS_DOWNLOADS (self) && DROVER_IS_DOWNLOAD_ITEM (item));

  if (!g_ptr_array_find (self->items, item, &position))
    return;

  kept = g_object_ref (item);
  g_ptr_array_remove_index (self->items, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
  drover_download_item_cancel (item);
  update (self);
}

/**
 * drover_downloads_count_active:
 *
 * Returns: how many do something just now
 */
guint
drover_downloads_count_active (DroverDownloads *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOADS (self), 0);
  return self->n_active;
}

/**
 * drover_downloads_get_fraction:
 *
 * Returns: how much is here of all that come, 0 to 1, or less than 0 while that is unknown
 */
double
drover_downloads_get_fraction (DroverDownloads *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOADS (self), -1.0);
  return self->fraction;
}
