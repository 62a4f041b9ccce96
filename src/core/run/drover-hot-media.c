/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-error.h"
#include "drover-hot-private.h"

/* A CD or floppy drive. A drive that is a device has a node for its medium, which is made and
 * put in by name; what the older options made has no names, and QEMU changes it in one go. */

static JsonObject *
find_drive (JsonNode *blocks, const char *id)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (blocks) ? json_node_get_array (blocks) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *drive = json_array_get_object_element (array, i);
      const char *device = json_object_get_string_member_with_default (drive, "device", "");
      const char *qdev = json_object_get_string_member_with_default (drive, "qdev", "");
      /* QEMU says it by its path where the guest's side is a device below the one with the id. */
      g_autofree char *path = g_strconcat ("/machine/peripheral/", id, NULL);

      if (g_str_equal (device, id) || g_str_equal (qdev, id) || g_str_equal (qdev, path) ||
          (g_str_has_prefix (qdev, path) && qdev[strlen (path)] == '/'))
        return drive;
    }

  return NULL;
}

typedef struct
{
  char *qdev; /* what QEMU calls it */
  gboolean removable;
  gboolean locked;
  gboolean open;
} Drive;

static void
drive_clear (Drive *drive)
{
  g_free (drive->qdev);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Drive, drive_clear)

static gboolean
look (DroverHotWork *work, const char *id, Drive *drive, GError **error)
{
  g_autoptr (JsonNode) blocks = _drover_hot_call (work->qmp, "query-block", NULL, error);
  JsonObject *object = blocks != NULL ? find_drive (blocks, id) : NULL;

  if (blocks == NULL)
    return FALSE;
  if (object == NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                   _("QEMU has no drive called “%s”"), id);
      return FALSE;
    }

  g_set_str (&drive->qdev, json_object_get_string_member_with_default (object, "qdev", id));
  drive->removable = json_object_get_boolean_member_with_default (object, "removable", FALSE);
  drive->locked = json_object_get_boolean_member_with_default (object, "locked", FALSE);
  drive->open = json_object_get_boolean_member_with_default (object, "tray_open", FALSE);
  if (drive->removable)
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
               _("The medium of “%s” cannot be changed while the machine runs"), id);
  return FALSE;
}

static JsonObject *
forced (JsonObject *arguments, gboolean force)
{
  json_object_set_boolean_member (arguments, "force", force);
  return arguments;
}

/* A guest that has mounted a CD locks the drive. It is asked to let go, as by the button on a
 * real one, and may do so. */
static gboolean
open_tray (DroverHotWork *work, const char *id, Drive *drive, GError **error)
{
  g_autoptr (DexFuture) moved =
    _drover_hot_await_event (work->qmp, "DEVICE_TRAY_MOVED", NULL, "id", drive->qdev);
  g_auto (Drive) now = { NULL };

  if (drive->open)
    return TRUE;
  if (!_drover_hot_tell (work->qmp, "blockdev-open-tray",
                         forced (_drover_hot_object ("id", drive->qdev, NULL), work->force), error))
    return FALSE;
  if (!drive->locked || work->force)
    return TRUE;

  dex_await (dex_future_first (dex_ref (moved), dex_timeout_new_msec (work->wait_msec), NULL),
             NULL);
  if (!look (work, id, &now, error))
    return FALSE;
  if (now.open)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY,
               _("The guest has locked the drive, as it does while it uses the medium. It was "
                 "asked to let go and did not: eject it in the guest, or force the drive open."));
  return FALSE;
}

static gboolean
is_node (const DroverFields *fields)
{
  return drover_fields_are (fields, "blockdev");
}

static gboolean
make_nodes (DroverHotWork *work, GPtrArray *side, GArray *list, GError **error)
{
  for (guint i = 0; i < list->len; i++)
    {
      const DroverFields *fields = side->pdata[g_array_index (list, int, i)];

      if ((is_node (fields) || drover_fields_are (fields, "object")) &&
          !_drover_hot_make (work, fields, error))
        return FALSE;
    }

  return TRUE;
}

/* What stands on another goes first. */
static gboolean
unmake_nodes (DroverHotWork *work, GPtrArray *side, GArray *list, GError **error)
{
  for (guint i = list->len; i-- > 0;)
    if (!_drover_hot_unmake (work, side->pdata[g_array_index (list, int, i)], error))
      return FALSE;

  return TRUE;
}

/* The node that the drive is given: what its device says now, or said. */
static const char *
get_node (GPtrArray *side, const char *id)
{
  for (guint i = 0; i < side->len; i++)
    {
      const DroverFields *fields = side->pdata[i];

      if (fields->enabled && drover_fields_are (fields, "device") &&
          g_strcmp0 (drover_fields_get (fields, "id"), id) == 0)
        return drover_fields_get (fields, "drive");
    }

  return NULL;
}

static gboolean
insert (DroverHotWork *work, const Drive *drive, const char *node, GError **error)
{
  if (node != NULL &&
      !_drover_hot_tell (work->qmp, "blockdev-insert-medium",
                         _drover_hot_object ("id", drive->qdev, "node-name", node, NULL), error))
    return FALSE;

  return _drover_hot_tell (work->qmp, "blockdev-close-tray",
                           _drover_hot_object ("id", drive->qdev, NULL), error);
}

static gboolean
replace_node (DroverHotWork *work, const DroverHotStep *step, const Drive *drive, GError **error)
{
  const char *old_node = get_node (work->before, step->id);
  const char *node = get_node (work->after, step->id);
  g_autoptr (GError) failure = NULL;

  if (!_drover_hot_tell (work->qmp, "blockdev-remove-medium",
                         _drover_hot_object ("id", drive->qdev, NULL), error))
    return FALSE;
  if (unmake_nodes (work, work->before, step->before, &failure) &&
      make_nodes (work, work->after, step->after, &failure) &&
      insert (work, drive, node, &failure))
    return TRUE;

  /* The drive gets back what was in it. */
  unmake_nodes (work, work->after, step->after, NULL);
  _drover_hot_explain_lock (work, step, &failure);
  if (!make_nodes (work, work->before, step->before, NULL) ||
      !insert (work, drive, old_node, NULL))
    g_prefix_error (&failure, "%s ", _("The drive is empty now."));
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static const char *
get_file (const DroverFields *fields)
{
  return drover_fields_are (fields, "drive") ? drover_fields_get (fields, "file")
                                             : fields->text;
}

static gboolean
replace_file (DroverHotWork *work, const DroverHotStep *step, const Drive *drive, GError **error)
{
  const DroverFields *fields =
    step->after->len > 0 ? work->after->pdata[g_array_index (step->after, int, 0)] : NULL;
  const char *file = fields != NULL ? get_file (fields) : NULL;
  g_autoptr (GError) failure = NULL;
  JsonObject *arguments;

  if (file == NULL)
    return _drover_hot_tell (work->qmp, "blockdev-remove-medium",
                             _drover_hot_object ("id", drive->qdev, NULL), error) &&
           insert (work, drive, NULL, error);

  arguments = _drover_hot_object ("id", drive->qdev, "filename", file, "format",
                                  drover_fields_get (fields, "format"), NULL);
  if (drover_fields_get (fields, "read-only") == NULL && !drover_fields_are (fields, "cdrom"))
    json_object_set_string_member (arguments, "read-only-mode", "retain");
  if (_drover_hot_tell (work->qmp, "blockdev-change-medium", forced (arguments, work->force),
                        &failure))
    return TRUE;

  _drover_hot_explain_lock (work, step, &failure);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
has_nodes (GPtrArray *side, GArray *list)
{
  for (guint i = 0; i < list->len; i++)
    {
      const DroverFields *fields = side->pdata[g_array_index (list, int, i)];

      if (is_node (fields) || drover_fields_are (fields, "device"))
        return TRUE;
    }

  return FALSE;
}

/* Another medium, or none. To be called in a fiber. */
gboolean
_drover_hot_run_medium (DroverHotWork *work, const DroverHotStep *step, GError **error)
{
  g_auto (Drive) drive = { NULL };

  if (!look (work, step->id, &drive, error) || !open_tray (work, step->id, &drive, error))
    return FALSE;

  return has_nodes (work->before, step->before) || has_nodes (work->after, step->after)
           ? replace_node (work, step, &drive, error)
           : replace_file (work, step, &drive, error);
}
