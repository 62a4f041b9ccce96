/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-error.h"
#include "drover-hot-private.h"
#include "drover-image-use.h"
#include "drover-json.h"
#include "drover-qmp-arguments.h"

/* --- talking to QEMU -------------------------------------------------------------------------- */

/* Texts by their keys; a key without a value is left out. */
JsonObject *
_drover_hot_object (const char *key, ...)
{
  JsonObject *object = json_object_new ();
  va_list list;

  va_start (list, key);
  for (; key != NULL; key = va_arg (list, const char *))
    {
      const char *value = va_arg (list, const char *);

      if (value != NULL)
        json_object_set_string_member (object, key, value);
    }
  va_end (list);
  return object;
}

/* Asks. @arguments: (nullable) (transfer full) */
JsonNode *
_drover_hot_call (DroverQmp *qmp, const char *command, JsonObject *arguments, GError **error)
{
  return dex_await_boxed (
    drover_qmp_execute (qmp, command,
                        arguments != NULL ? drover_json_take_object (arguments) : NULL),
    error);
}

/* Has QEMU do something. There is no limit to how long it may take, such as to open an image on a
 * slow network: it would do it all the same, after we had called it off.
 * @arguments: (transfer full) */
static JsonNode *
carry_out (DroverQmp *qmp, const char *command, JsonNode *arguments, GError **error)
{
  return dex_await_boxed (drover_qmp_execute_full (qmp, command, arguments, 0), error);
}

gboolean
_drover_hot_tell (DroverQmp *qmp, const char *command, JsonObject *arguments, GError **error)
{
  g_autoptr (JsonNode) reply =
    carry_out (qmp, command, drover_json_take_object (arguments), error);

  return reply != NULL;
}

/* What there is no QMP command for. Returns: (nullable): what the monitor prints */
char *
_drover_hot_monitor (DroverQmp *qmp, const char *command, GError **error)
{
  g_autoptr (JsonNode) reply =
    carry_out (qmp, "human-monitor-command",
               drover_json_take_object (_drover_hot_object ("command-line", command, NULL)), error);

  if (reply == NULL)
    return NULL;

  return g_strstrip (
    json_node_get_value_type (reply) == G_TYPE_STRING ? json_node_dup_string (reply)
                                                      : g_strdup (""));
}

/* Events */

typedef struct
{
  DroverQmp *qmp;
  gulong handler;
  DexPromise *promise;
  const char *event;
  const char *failure;
  const char *member;
  char *value;
} Wait;

static void
wait_free (gpointer data)
{
  Wait *wait = data;

  g_clear_signal_handler (&wait->handler, wait->qmp);
  g_object_unref (wait->qmp);
  dex_unref (wait->promise);
  g_free (wait->value);
  g_free (wait);
}

static void
event_cb (DroverQmp *qmp, const char *name, JsonObject *message, Wait *wait)
{
  JsonNode *node = json_object_get_member (message, "data");
  JsonObject *data =
    node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  if (data == NULL || !dex_future_is_pending (DEX_FUTURE (wait->promise)) ||
      g_strcmp0 (json_object_get_string_member_with_default (data, wait->member, NULL),
                 wait->value) != 0)
    return;

  if (g_str_equal (name, wait->event))
    dex_promise_resolve_boolean (wait->promise, TRUE);
  else if (g_strcmp0 (name, wait->failure) == 0)
    dex_promise_reject (wait->promise,
                        g_error_new (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                     _("The guest refused to let go of “%s”"), wait->value));
}

static DexFuture *
keep_cb (DexFuture *future, gpointer user_data)
{
  return dex_ref (future);
}

/* Listens from now on for @event with @member = @value; @failure ends the wait with an error. */
DexFuture *
_drover_hot_await_event (DroverQmp *qmp, const char *event, const char *failure,
                         const char *member, const char *value)
{
  Wait *wait = g_new0 (Wait, 1);

  wait->qmp = g_object_ref (qmp);
  wait->promise = dex_promise_new ();
  wait->event = event;
  wait->failure = failure;
  wait->member = member;
  wait->value = g_strdup (value);
  wait->handler = g_signal_connect (qmp, "event", G_CALLBACK (event_cb), wait);
  return dex_future_finally (dex_ref (wait->promise), keep_cb, wait, wait_free);
}

/* Whether a device that was made with an id is there. As long as QEMU does not say that it is not,
 * it may be. */
gboolean
_drover_hot_has_device (DroverQmp *qmp, const char *id)
{
  g_autofree char *path = g_strconcat ("/machine/peripheral/", id, NULL);

  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) reply =
    _drover_hot_call (qmp, "qom-list", _drover_hot_object ("path", path, NULL), &error);

  return reply != NULL ||
         !g_error_matches (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_DEVICE_NOT_FOUND);
}

/* --- what stands behind a device -------------------------------------------------------------- */

/* The monitor's words are cut at blanks unless they are quoted. */
static char *
quote (const char *text)
{
  GString *quoted = g_string_new ("\"");

  for (; *text != '\0'; text++)
    {
      if (*text == '"' || *text == '\\')
        g_string_append_c (quoted, '\\');
      g_string_append_c (quoted, *text);
    }
  g_string_append_c (quoted, '"');
  return g_string_free_and_steal (quoted);
}

static gboolean
make_drive (DroverHotWork *work, const DroverFields *fields, GError **error)
{
  g_autofree char *quoted = quote (fields->text);
  g_autofree char *command = g_strconcat ("drive_add 0 ", quoted, NULL);
  g_autofree char *reply = _drover_hot_monitor (work->qmp, command, error);

  if (reply == NULL || g_str_equal (reply, "OK"))
    return reply != NULL;

  g_set_error_literal (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE, reply);
  return FALSE;
}

static gboolean
make_device (DroverHotWork *work, const DroverFields *fields, GError **error)
{
  const char *driver = drover_fields_get (fields, "driver");
  g_autoptr (JsonNode) properties =
    _drover_hot_call (work->qmp, "device-list-properties",
                      _drover_hot_object ("typename", driver != NULL ? driver : "", NULL), error);
  g_autoptr (JsonNode) reply = NULL;

  if (properties == NULL)
    return FALSE;

  reply = carry_out (work->qmp, "device_add", drover_qmp_arguments_new_device (properties, fields),
                     error);
  return reply != NULL;
}

static const struct
{
  const char *option;
  const char *make;
  const char *unmake;
  const char *key; /* that names it on the command line */
  const char *member; /* that names it for @unmake */
} backends[] = {
  { "netdev", "netdev_add", "netdev_del", "id", "id" },
  { "blockdev", "blockdev-add", "blockdev-del", "node-name", "node-name" },
  { "object", "object-add", "object-del", "id", "id" },
};

static int
find_backend (const DroverFields *fields)
{
  for (guint i = 0; i < G_N_ELEMENTS (backends); i++)
    if (drover_fields_are (fields, backends[i].option))
      return i;

  return -1;
}

/* Makes in a running QEMU what the argument would have made at its start. */
gboolean
_drover_hot_make (DroverHotWork *work, const DroverFields *fields, GError **error)
{
  int backend = find_backend (fields);
  g_autoptr (JsonNode) reply = NULL;

  if (drover_fields_are (fields, "device"))
    return make_device (work, fields, error);
  if (drover_fields_are (fields, "drive"))
    return make_drive (work, fields, error);
  g_return_val_if_fail (backend >= 0, FALSE);

  if (work->schema == NULL)
    work->schema = _drover_hot_call (work->qmp, "query-qmp-schema", NULL, error);
  if (work->schema == NULL)
    return FALSE;

  reply = carry_out (
    work->qmp, backends[backend].make,
    drover_qmp_arguments_new (work->schema, backends[backend].make, fields), error);
  return reply != NULL;
}

static gboolean
is_gone (const GError *error)
{
  return g_error_matches (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_DEVICE_NOT_FOUND) ||
         strstr (error->message, "not found") != NULL ||
         strstr (error->message, "Failed to find node") != NULL;
}

/* Takes away what stood behind a device. What went by itself is as good. */
gboolean
_drover_hot_unmake (DroverHotWork *work, const DroverFields *fields, GError **error)
{
  int backend = find_backend (fields);
  g_autoptr (GError) failure = NULL;
  const char *id;

  /* A -drive goes with its device. */
  if (backend < 0)
    return TRUE;

  id = drover_fields_get (fields, backends[backend].key);
  if (id == NULL || _drover_hot_tell (work->qmp, backends[backend].unmake,
                                      _drover_hot_object (backends[backend].member, id, NULL),
                                      &failure))
    return TRUE;
  if (is_gone (failure))
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* --- devices ---------------------------------------------------------------------------------- */

static const DroverFields *
get_fields (GPtrArray *side, GArray *list, guint i)
{
  return side->pdata[g_array_index (list, int, i)];
}

/* Where an argument has a file, if it has one. */
static const char *
get_image (const DroverFields *fields)
{
  static const char *const keys[] = { "file.filename", "filename", "file" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (drover_fields_get (fields, keys[i]) != NULL &&
        /* Of a -blockdev that is another node. */
        !(drover_fields_are (fields, "blockdev") && g_str_equal (keys[i], "file")))
      return drover_fields_get (fields, keys[i]);

  return drover_fields_are (fields, "cdrom") || drover_fields_are (fields, "fda") ||
         drover_fields_are (fields, "fdb") ? fields->text : NULL;
}

/* QEMU says that an image is locked; who has it, we know. */
void
_drover_hot_explain_lock (DroverHotWork *work, const DroverHotStep *step, GError **error)
{
  for (guint i = 0; i < step->after->len; i++)
    {
      const char *image = get_image (get_fields (work->after, step->after, i));
      g_autoptr (DroverImageHolder) holder =
        image != NULL ? drover_image_holder_find_refused (
                          (*error)->message, image, drover_machine_get_directory (work->machine))
                      : NULL;
      g_autofree char *message = NULL;

      if (holder == NULL)
        continue;
      message = g_strcmp0 (holder->folder, drover_machine_get_folder (work->machine)) == 0
                  ? g_strdup_printf (_("“%s” is in use by this machine itself."), holder->path)
                  : drover_image_holder_describe (holder);
      g_clear_error (error);
      *error = g_error_new_literal (DROVER_ERROR, DROVER_ERROR_IN_USE, message);
      return;
    }
}

/* QEMU's own words name the bus; what to do about it they do not. */
static void
explain (const DroverFields *fields, GError **error)
{
  if (!drover_fields_are (fields, "device"))
    return;

  if (strstr ((*error)->message, "does not support hotplugging") != NULL)
    {
      g_autofree char *words = g_strdup ((*error)->message);

      g_clear_error (error);
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                   _("%s. A free pcie-root-port, named as its bus, would take it while the guest "
                     "runs; the machine can have some from its next start on."),
                   words);
    }
  else if (strstr ((*error)->message, "no slot/function available") != NULL ||
           strstr ((*error)->message, "is full") != NULL)
    g_prefix_error (error, "%s ", _("There is no free slot."));
}

/* A -drive goes with its device, but only with one that was made. */
static void
roll_back (DroverHotWork *work, const DroverFields *fields)
{
  const char *id = drover_fields_are (fields, "drive") ? drover_fields_get (fields, "id") : NULL;
  g_autofree char *command = id != NULL ? g_strconcat ("drive_del ", id, NULL) : NULL;

  if (command != NULL)
    g_free (_drover_hot_monitor (work->qmp, command, NULL));
  else
    _drover_hot_unmake (work, fields, NULL);
}

static gboolean
run_add (DroverHotWork *work, const DroverHotStep *step, GError **error)
{
  for (guint i = 0; i < step->after->len; i++)
    {
      const DroverFields *fields = get_fields (work->after, step->after, i);
      g_autoptr (GError) failure = NULL;

      if (_drover_hot_make (work, fields, &failure))
        continue;

      /* Nothing stays half-made. */
      explain (fields, &failure);
      while (i-- > 0)
        roll_back (work, get_fields (work->after, step->after, i));
      _drover_hot_explain_lock (work, step, &failure);
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  return TRUE;
}

static gboolean
unplug (DroverHotWork *work, const char *id, GError **error)
{
  g_autoptr (DexFuture) deleted = _drover_hot_await_event (
    work->qmp, "DEVICE_DELETED", "DEVICE_UNPLUG_GUEST_ERROR", "device", id);
  g_autoptr (GError) failure = NULL;

  if (!_drover_hot_tell (work->qmp, "device_del", _drover_hot_object ("id", id, NULL), &failure))
    {
      if (g_error_matches (failure, DROVER_QMP_ERROR, DROVER_QMP_ERROR_DEVICE_NOT_FOUND))
        return TRUE;
      /* It was asked before, and the guest still has it. */
      if (strstr (failure->message, "already in the process of unplug") == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      g_clear_error (&failure);
    }

  if (dex_await (dex_future_first (dex_ref (deleted), dex_timeout_new_msec (work->wait_msec), NULL),
                 &failure))
    return TRUE;
  if (!_drover_hot_has_device (work->qmp, id))
    return TRUE;
  if (g_error_matches (failure, DROVER_ERROR, DROVER_ERROR_BAD_STATE))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
               _("The guest did not let go of it. It was asked to; a guest without a system that "
                 "listens, or one that uses the device, lets go only when it is reset."));
  return FALSE;
}

static gboolean
run_remove (DroverHotWork *work, const DroverHotStep *step, GError **error)
{
  if (!unplug (work, step->id, error))
    return FALSE;

  for (guint i = 1; i < step->before->len; i++)
    if (!_drover_hot_unmake (work, get_fields (work->before, step->before, i), error))
      return FALSE;

  return TRUE;
}

/* Does one step. To be called in a fiber. */
gboolean
_drover_hot_run_step (DroverHotWork *work, const DroverHotStep *step, GError **error)
{
  switch (step->kind)
    {
    case DROVER_HOT_ADD:
      return run_add (work, step, error);
    case DROVER_HOT_REMOVE:
      return run_remove (work, step, error);
    case DROVER_HOT_MEDIUM:
      return _drover_hot_run_medium (work, step, error);
    case DROVER_HOT_FORWARDS:
      return _drover_hot_run_forwards (work, step, error);
    case DROVER_HOT_CPUS:
      return _drover_hot_run_cpus (work, step, error);
    case DROVER_HOT_OTHER:
    default:
      g_return_val_if_reached (FALSE);
    }
}
