/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "drover-download-item.h"
#include "drover-download-rate.h"
#include "drover-download-steps.h"
#include "drover-error.h"
#include "drover-json.h"

#define INCOMING ".incoming"
#define STALL_TIMEOUT_SECONDS 60

/* Who listens to the properties runs on the fiber's stack: that may be a whole window. */
#define FIBER_STACK_SIZE (1024 * 1024)

/* What is said while the rest of a file does not come is soon no longer true. */
#define TICK_SECONDS 1

/**
 * DroverDownloadItem:
 *
 * A medium on its way into the library, as a row shows it. Lives on the main thread.
 */
struct _DroverDownloadItem
{
  GObject parent_instance;

  DroverMedia *media;
  DroverDownloadRequest *request;
  char *id;
  char *folder;
  char *name;
  guint stall_timeout;

  DroverDownloadState state;
  DroverDownloadState wanted; /* once it has stopped */
  DroverDownloadRate rate;
  guint64 received;
  guint64 total;
  char *text;
  GError *error;
  DroverMedium *medium;

  DexPromise *outcome;
  /* Only while it runs. */
  GCancellable *cancellable;
  DroverDownloadSteps *steps;
  guint tick;
};

G_DEFINE_FINAL_TYPE (DroverDownloadItem, drover_download_item, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_STATE,
  PROP_TEXT,
  PROP_FRACTION,
  PROP_TOTAL,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static char *
dup_text (DroverDownloadItem *self)
{
  g_autofree char *amount = drover_download_rate_dup_amount (self->received, self->total);

  switch (self->state)
    {
    case DROVER_DOWNLOAD_STATE_PREPARING:
      return g_strdup (_("Looking for the file…"));
    case DROVER_DOWNLOAD_STATE_RECEIVING:
      return drover_download_rate_dup_text (self->received, self->total,
                                            drover_download_item_get_rate (self));
    case DROVER_DOWNLOAD_STATE_CHECKING:
      return g_strdup (_("Checking the file…"));
    case DROVER_DOWNLOAD_STATE_DONE:
      return drover_medium_dup_check_text (self->medium);
    case DROVER_DOWNLOAD_STATE_FAILED:
      return g_strdup (self->error->message);
    case DROVER_DOWNLOAD_STATE_CANCELLED:
      return g_strdup (_("Cancelled"));
    case DROVER_DOWNLOAD_STATE_PAUSED:
    default:
      return self->received > 0 ? g_strdup_printf (_("Paused · %s"), amount)
                                : g_strdup (_("Paused"));
    }
}

static void
update_text (DroverDownloadItem *self)
{
  g_autofree char *text = dup_text (self);

  if (g_set_str (&self->text, text))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXT]);
}

static void
set_state (DroverDownloadItem *self, DroverDownloadState state)
{
  if (self->state == state)
    return;

  g_object_freeze_notify (G_OBJECT (self));
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
  update_text (self);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
set_name (DroverDownloadItem *self, const char *name)
{
  if (g_set_str (&self->name, name))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}

static void
stepped_cb (DroverDownloadStep step, const char *name, gpointer data)
{
  static const DroverDownloadState states[] = {
    [DROVER_DOWNLOAD_STEP_PREPARING] = DROVER_DOWNLOAD_STATE_PREPARING,
    [DROVER_DOWNLOAD_STEP_RECEIVING] = DROVER_DOWNLOAD_STATE_RECEIVING,
    [DROVER_DOWNLOAD_STEP_CHECKING] = DROVER_DOWNLOAD_STATE_CHECKING,
  };
  DroverDownloadItem *self = data;

  if (name != NULL)
    set_name (self, name);
  set_state (self, states[step]);
}

static void
progressed_cb (guint64 received, guint64 total, gpointer data)
{
  DroverDownloadItem *self = data;

  self->received = received;
  /* A new try begins without knowing it; it is hardly another one. */
  if (total != 0 && total != self->total)
    {
      self->total = total;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TOTAL]);
    }
  drover_download_rate_add (&self->rate, g_get_monotonic_time (), received);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
  update_text (self);
}

static gboolean
tick_cb (gpointer data)
{
  DroverDownloadItem *self = data;

  if (self->steps != NULL)
    drover_download_steps_look (self->steps);
  update_text (self);
  return G_SOURCE_CONTINUE;
}

static void
finish (DroverDownloadItem *self, DroverMedium *medium, GError *error)
{
  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_object (&self->cancellable);

  if (medium != NULL)
    {
      self->medium = medium;
      if (self->total == 0)
        self->received = self->total = drover_medium_get_size (medium);
      set_state (self, DROVER_DOWNLOAD_STATE_DONE);
      dex_promise_resolve_object (self->outcome, g_object_ref (medium));
    }
  else if (self->wanted == DROVER_DOWNLOAD_STATE_CANCELLED)
    {
      g_error_free (error);
      drover_download_item_cancel (self);
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      const gboolean goes_on = self->wanted == DROVER_DOWNLOAD_STATE_DONE;

      /* It may have been resumed before it had stopped. */
      g_error_free (error);
      set_state (self, DROVER_DOWNLOAD_STATE_PAUSED);
      if (goes_on)
        drover_download_item_resume (self);
    }
  else
    {
      self->error = error;
      set_state (self, DROVER_DOWNLOAD_STATE_FAILED);
      dex_promise_reject (self->outcome, g_error_copy (error));
    }
}

static DexFuture *
run_fiber (gpointer data)
{
  g_autoptr (DroverDownloadItem) self = g_object_ref (data);
  g_autoptr (GCancellable) cancellable = g_object_ref (self->cancellable);
  DroverDownloadSteps steps = {
    .request = self->request,
    .media = self->media,
    .folder = self->folder,
    .cancellable = cancellable,
    .stall_timeout = self->stall_timeout,
    .stepped = stepped_cb,
    .progressed = progressed_cb,
    .data = self,
  };
  GError *error = NULL;
  DroverMedium *medium;

  self->steps = &steps;
  medium = drover_download_steps_run (&steps, &error);
  self->steps = NULL;
  finish (self, medium, error);
  return dex_future_new_true ();
}

static void
drover_download_item_finalize (GObject *object)
{
  DroverDownloadItem *self = DROVER_DOWNLOAD_ITEM (object);

  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_object (&self->media);
  g_clear_object (&self->medium);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  g_clear_pointer (&self->request, drover_download_request_free);
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->text, g_free);
  dex_clear (&self->outcome);

  G_OBJECT_CLASS (drover_download_item_parent_class)->finalize (object);
}

static void
drover_download_item_get_property (GObject *object, guint prop_id, GValue *value,
                                   GParamSpec *pspec)
{
  DroverDownloadItem *self = DROVER_DOWNLOAD_ITEM (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      g_value_set_string (value, drover_download_item_get_title (self));
      break;
    case PROP_STATE:
      g_value_set_int (value, self->state);
      break;
    case PROP_TEXT:
      g_value_set_string (value, self->text);
      break;
    case PROP_FRACTION:
      g_value_set_double (value, drover_download_item_get_fraction (self));
      break;
    case PROP_TOTAL:
      g_value_set_uint64 (value, self->total);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
drover_download_item_class_init (DroverDownloadItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = drover_download_item_finalize;
  object_class->get_property = drover_download_item_get_property;

  /* DroverDownloadItem:title: what it is called, for people */
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  /* DroverDownloadItem:state: a DroverDownloadState */
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0,
                                             DROVER_DOWNLOAD_STATE_CANCELLED, 0, flags);
  /* DroverDownloadItem:text: what is going on, in a translated phrase */
  properties[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", flags);
  /* DroverDownloadItem:fraction: how much is here, 0 to 1; below 0 when unknown */
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, -1, 1, -1, flags);
  /* DroverDownloadItem:total: the whole file's bytes; 0 while unknown */
  properties[PROP_TOTAL] = g_param_spec_uint64 ("total", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
drover_download_item_init (DroverDownloadItem *self)
{
  self->stall_timeout = STALL_TIMEOUT_SECONDS;
  self->state = DROVER_DOWNLOAD_STATE_PAUSED;
  self->outcome = dex_promise_new ();
}

/**
 * drover_download_item_new:
 * @media: where it goes
 * @request: what it is; see drover_download_request_check()
 *
 * Returns: (transfer full): a download that waits for drover_download_item_resume(). See
 *   drover_downloads_start() for one that is listed.
 */
DroverDownloadItem *
drover_download_item_new (DroverMedia *media, const DroverDownloadRequest *request)
{
  DroverDownloadItem *self;

  g_return_val_if_fail (DROVER_IS_MEDIA (media) && request != NULL, NULL);

  self = g_object_new (DROVER_TYPE_DOWNLOAD_ITEM, NULL);
  self->media = g_object_ref (media);
  self->request = drover_download_request_copy (request);
  self->id = drover_download_request_dup_id (request);
  self->folder = g_build_filename (drover_media_get_folder (media), INCOMING, self->id, NULL);
  self->name = drover_download_request_dup_name (request);
  self->text = dup_text (self);
  return self;
}

/* How far an earlier run of Drover came. */
static void
look_at_part (DroverDownloadItem *self)
{
  g_autofree char *path = g_build_filename (self->folder, self->name, NULL);
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  GStatBuf status;

  if (g_stat (part, &status) == 0 || g_stat (path, &status) == 0)
    self->received = status.st_size;
}

/**
 * drover_download_item_from_json:
 * @node: what drover_download_item_to_json() returned, in an earlier run of Drover
 *
 * Returns: (transfer full) (nullable): the download, paused where it was
 */
DroverDownloadItem *
drover_download_item_from_json (DroverMedia *media, JsonNode *node, GError **error)
{
  g_autoptr (DroverDownloadRequest) request = NULL;
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  DroverDownloadItem *self;
  const char *name;

  if (object == NULL || !json_object_has_member (object, "request") ||
      !drover_json_check_type (object, "name", G_TYPE_STRING, "", NULL) ||
      !drover_json_check_type (object, "total", G_TYPE_INT64, "", NULL))
    {
      g_set_error_literal (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT, _("It is not a download"));
      return NULL;
    }
  request = drover_download_request_from_json (json_object_get_member (object, "request"), error);
  if (request == NULL)
    return NULL;

  self = drover_download_item_new (media, request);
  name = json_object_get_string_member_with_default (object, "name", NULL);
  if (name != NULL && strchr (name, '/') == NULL)
    g_set_str (&self->name, name);
  self->total = MAX (0, json_object_get_int_member_with_default (object, "total", 0));
  look_at_part (self);
  update_text (self);
  return self;
}

/**
 * drover_download_item_to_json:
 *
 * Returns: (transfer full): what a later run of Drover needs to go on
 */
JsonNode *
drover_download_item_to_json (DroverDownloadItem *self)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  g_return_val_if_fail (DROVER_IS_DOWNLOAD_ITEM (self), NULL);

  json_node_take_object (node, object);
  json_object_set_member (object, "request", drover_download_request_to_json (self->request));
  json_object_set_string_member (object, "name", self->name);
  json_object_set_int_member (object, "total", self->total);
  return node;
}

/**
 * drover_download_item_wait:
 *
 * Returns: (transfer full): a future of the #DroverMedium, which waits as long as the download is
 *   paused. It is rejected when the download fails, with #DROVER_ERROR_CHECKSUM,
 *   #DROVER_ERROR_SIGNATURE or an error of drover_download_run(), and when it is cancelled;
 *   after drover_download_item_resume() ask for another one. Dropping it stops nothing.
 */
DexFuture *
drover_download_item_wait (DroverDownloadItem *self)
{
  dex_return_error_if_fail (DROVER_IS_DOWNLOAD_ITEM (self));

  return dex_ref (DEX_FUTURE (self->outcome));
}

/**
 * drover_download_item_resume:
 *
 * Begins, goes on after a pause, or tries again after a failure.
 */
void
drover_download_item_resume (DroverDownloadItem *self)
{
  g_return_if_fail (DROVER_IS_DOWNLOAD_ITEM (self));

  self->wanted = DROVER_DOWNLOAD_STATE_DONE;
  if (self->cancellable != NULL || (self->state != DROVER_DOWNLOAD_STATE_PAUSED &&
                                    self->state != DROVER_DOWNLOAD_STATE_FAILED))
    return;

  if (self->state == DROVER_DOWNLOAD_STATE_FAILED)
    {
      dex_clear (&self->outcome);
      self->outcome = dex_promise_new ();
    }
  g_clear_error (&self->error);
  self->rate = (DroverDownloadRate) { 0 };
  self->cancellable = g_cancellable_new ();
  self->tick = g_timeout_add_seconds (TICK_SECONDS, tick_cb, self);
  self->state = DROVER_DOWNLOAD_STATE_PAUSED;
  set_state (self, DROVER_DOWNLOAD_STATE_PREPARING);
  dex_future_disown (dex_scheduler_spawn (NULL, FIBER_STACK_SIZE, run_fiber, g_object_ref (self),
                                          g_object_unref));
}

/**
 * drover_download_item_pause:
 *
 * Stops it for now. What came is kept, also for a later run of Drover.
 */
void
drover_download_item_pause (DroverDownloadItem *self)
{
  g_return_if_fail (DROVER_IS_DOWNLOAD_ITEM (self));

  if (self->cancellable == NULL || self->wanted == DROVER_DOWNLOAD_STATE_CANCELLED)
    return;
  self->wanted = DROVER_DOWNLOAD_STATE_PAUSED;
  g_cancellable_cancel (self->cancellable);
}

/**
 * drover_download_item_cancel:
 *
 * Gives it up, and deletes what came of it.
 */
void
drover_download_item_cancel (DroverDownloadItem *self)
{
  g_return_if_fail (DROVER_IS_DOWNLOAD_ITEM (self));

  if (self->state == DROVER_DOWNLOAD_STATE_DONE || self->state == DROVER_DOWNLOAD_STATE_CANCELLED)
    return;

  self->wanted = DROVER_DOWNLOAD_STATE_CANCELLED;
  if (self->cancellable != NULL)
    {
      /* Its files are not ours to touch before it has stopped. */
      g_cancellable_cancel (self->cancellable);
      return;
    }

  drover_download_steps_discard (self->folder);
  self->received = 0;
  if (dex_future_is_pending (DEX_FUTURE (self->outcome)))
    dex_promise_reject (self->outcome, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                            _("The download was cancelled")));
  set_state (self, DROVER_DOWNLOAD_STATE_CANCELLED);
}

/**
 * drover_download_item_set_stall_timeout:
 * @seconds: how long a server may send nothing before the next mirror's turn (60 unless told)
 *
 * From the next time that it is resumed.
 */
void
drover_download_item_set_stall_timeout (DroverDownloadItem *self, guint seconds)
{
  g_return_if_fail (DROVER_IS_DOWNLOAD_ITEM (self));
  self->stall_timeout = seconds;
}

/**
 * drover_download_item_get_request:
 *
 * Returns: (transfer none): what it is of
 */
const DroverDownloadRequest *
drover_download_item_get_request (DroverDownloadItem *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOAD_ITEM (self), NULL);
  return self->request;
}

/**
 * drover_download_item_get_id:
 *
 * Returns: drover_download_request_dup_id() of its request
 */
const char *
drover_download_item_get_id (DroverDownloadItem *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOAD_ITEM (self), NULL);
  return self->id;
}

/**
 * drover_download_item_get_state:
 *
 * Returns: where it is
 */
DroverDownloadState
drover_download_item_get_state (DroverDownloadItem *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOAD_ITEM (self), DROVER_DOWNLOAD_STATE_FAILED);
  return self->state;
}

/**
 * drover_download_item_is_active:
 *
 * Returns: whether it does something just now
 */
gboolean
drover_download_item_is_active (DroverDownloadItem *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOAD_ITEM (self), FALSE);
  return self->state == DROVER_DOWNLOAD_STATE_PREPARING ||
         self->state == DROVER_DOWNLOAD_STATE_RECEIVING ||
         self->state == DROVER_DOWNLOAD_STATE_CHECKING;
}

/**
 * drover_download_item_get_title:
 *
 * Returns: what it is called, for people
 */
const char *
drover_download_item_get_title (DroverDownloadItem *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOAD_ITEM (self), NULL);
  return self->request->title != NULL ? self->request->title : self->name;
}

/**
 * drover_download_item_get_text:
 *
 * Returns: what is going on, in a translated phrase such as “1.2 of 2.0 GB · 12 MB/s · 3 minutes
 *   left”; of one that failed the reason
 */
const char *
drover_download_item_get_text (DroverDownloadItem *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOAD_ITEM (self), NULL);
  return self->text;
}

/**
 * drover_download_item_get_fraction:
 *
 * Returns: how much is here, 0 to 1, or less than 0 while that is unknown
 */
double
drover_download_item_get_fraction (DroverDownloadItem *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOAD_ITEM (self), -1.0);

  if (self->state == DROVER_DOWNLOAD_STATE_DONE)
    return 1.0;
  if (self->total == 0)
    return -1.0;
  return CLAMP ((double) self->received / self->total, 0.0, 1.0);
}

/**
 * drover_download_item_get_received:
 *
 * Returns: how many bytes are here
 */
guint64
drover_download_item_get_received (DroverDownloadItem *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOAD_ITEM (self), 0);
  return self->received;
}

/**
 * drover_download_item_get_total:
 *
 * Returns: how many bytes the file has, or 0 while that is unknown
 */
guint64
drover_download_item_get_total (DroverDownloadItem *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOAD_ITEM (self), 0);
  return self->total;
}

/**
 * drover_download_item_get_rate:
 *
 * Returns: how many bytes a second came of late, or 0 while that is unknown
 */
guint64
drover_download_item_get_rate (DroverDownloadItem *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOAD_ITEM (self), 0);
  return drover_download_rate_get (&self->rate, g_get_monotonic_time ());
}

/**
 * drover_download_item_get_error:
 *
 * Returns: (transfer none) (nullable): why it failed
 */
const GError *
drover_download_item_get_error (DroverDownloadItem *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOAD_ITEM (self), NULL);
  return self->error;
}

/**
 * drover_download_item_get_medium:
 *
 * Returns: (transfer none) (nullable): what came of it
 */
DroverMedium *
drover_download_item_get_medium (DroverDownloadItem *self)
{
  g_return_val_if_fail (DROVER_IS_DOWNLOAD_ITEM (self), NULL);
  return self->medium;
}
