/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gi18n-lib.h>

#include "drover-error.h"
#include "drover-json.h"
#include "drover-qmp-stream.h"
#include "drover-qmp.h"
#include "drover-wire.h"

/* A client of the QEMU Machine Protocol on one socket. Commands are futures. */
struct _DroverQmp
{
  GObject parent_instance;

  GIOStream *stream;
  DroverWire *wire; /* %NULL when it is closed */
  DroverQmpStream *messages;
  GHashTable *pending; /* id → DexPromise of a JsonNode */
  gint64 next_id;
  DexPromise *greeting;
  DexPromise *closed;
  GError *close_error;
};

G_DEFINE_FINAL_TYPE (DroverQmp, drover_qmp, G_TYPE_OBJECT)

enum
{
  EVENT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
reject_all (DroverQmp *self)
{
  g_autoptr (GHashTable) pending = g_steal_pointer (&self->pending);
  GHashTableIter iter;
  gpointer promise;

  self->pending = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, dex_unref);
  g_hash_table_iter_init (&iter, pending);
  while (g_hash_table_iter_next (&iter, NULL, &promise))
    dex_promise_reject (promise, g_error_copy (self->close_error));
}

/* Takes the error. Everything that waits hears of it at once; nothing waits for ever. */
static void
close_with (DroverQmp *self, GError *error)
{
  g_autoptr (DroverQmp) held = g_object_ref (self);

  if (self->close_error != NULL)
    {
      g_error_free (error);
      return;
    }

  self->close_error = error;
  g_clear_pointer (&self->wire, drover_wire_close);
  reject_all (self);
  if (dex_future_is_pending (DEX_FUTURE (self->greeting)))
    dex_promise_reject (self->greeting, g_error_copy (error));
  dex_promise_reject (self->closed, g_error_copy (error));
}

static void
handle_reply (DroverQmp *self, JsonObject *message)
{
  gint64 id = json_object_get_int_member_with_default (message, "id", -1);
  g_autofree gpointer key = NULL;
  g_autoptr (DexPromise) promise = NULL;
  JsonNode *result = json_object_get_member (message, "return");
  JsonObject *failure;

  /* Nobody waits any more for an answer that came after its time limit. */
  if (!g_hash_table_steal_extended (self->pending, &id, &key, (gpointer *) &promise))
    return;

  if (result != NULL)
    {
      dex_promise_resolve_boxed (promise, JSON_TYPE_NODE, drover_json_copy (result));
      return;
    }

  failure = json_object_get_object_member (message, "error");
  dex_promise_reject (
    promise,
    g_error_new (DROVER_QMP_ERROR,
                 drover_qmp_error_from_class (
                   json_object_get_string_member_with_default (failure, "class", NULL)),
                 "%s", json_object_get_string_member_with_default (failure, "desc", "?")));
}

static gboolean
has_object (JsonObject *message, const char *name)
{
  JsonNode *node = json_object_get_member (message, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node);
}

static gboolean
has_text (JsonObject *message, const char *name)
{
  JsonNode *node = json_object_get_member (message, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING;
}

static gboolean
has_id (JsonObject *message)
{
  JsonNode *node = json_object_get_member (message, "id");

  return node == NULL || json_node_get_value_type (node) == G_TYPE_INT64;
}

static gboolean
is_failure (JsonObject *message)
{
  JsonObject *failure;

  if (!has_object (message, "error"))
    return FALSE;

  failure = json_object_get_object_member (message, "error");
  return has_text (failure, "class") && has_text (failure, "desc");
}

static void
handle_message (DroverQmp *self, JsonObject *message)
{
  if (has_object (message, "QMP"))
    {
      if (dex_future_is_pending (DEX_FUTURE (self->greeting)))
        dex_promise_resolve_boolean (self->greeting, TRUE);
    }
  else if (has_text (message, "event"))
    {
      const char *name = json_object_get_string_member (message, "event");

      g_signal_emit (self, signals[EVENT], g_quark_from_string (name), name, message);
    }
  else if (has_id (message) &&
           (json_object_has_member (message, "return") || is_failure (message)))
    {
      handle_reply (self, message);
    }
  else
    {
      close_with (self, g_error_new (DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL,
                                     _("The peer sent a message that is no greeting, reply or "
                                       "event of QMP")));
    }
}

static void
handle_end (DroverQmp *self)
{
  GError *error = NULL;

  if (drover_qmp_stream_finish (self->messages, &error))
    error = g_error_new (DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED, _("QEMU closed QMP"));
  close_with (self, error);
}

static void
received_cb (GBytes *bytes, const GError *read_error, gpointer user_data)
{
  g_autoptr (DroverQmp) self = g_object_ref (user_data);
  g_autoptr (GError) error = NULL;
  JsonObject *message;

  if (bytes == NULL)
    {
      close_with (self, g_error_new (DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED,
                                     _("QEMU closed QMP: %s"), read_error->message));
      return;
    }

  drover_qmp_stream_push (self->messages, g_bytes_get_data (bytes, NULL),
                          g_bytes_get_size (bytes));
  while (self->close_error == NULL &&
         (message = drover_qmp_stream_pop (self->messages, &error)) != NULL)
    {
      handle_message (self, message);
      json_object_unref (message);
    }

  if (error != NULL)
    close_with (self, g_steal_pointer (&error));
  else if (g_bytes_get_size (bytes) == 0)
    handle_end (self);
}

static void
drover_qmp_dispose (GObject *object)
{
  DroverQmp *self = DROVER_QMP (object);

  if (self->close_error == NULL)
    close_with (self, g_error_new (DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED,
                                   _("Drover closed QMP")));

  G_OBJECT_CLASS (drover_qmp_parent_class)->dispose (object);
}

static void
drover_qmp_finalize (GObject *object)
{
  DroverQmp *self = DROVER_QMP (object);

  g_clear_object (&self->stream);
  g_clear_pointer (&self->messages, drover_qmp_stream_free);
  g_clear_pointer (&self->pending, g_hash_table_unref);
  dex_clear (&self->greeting);
  dex_clear (&self->closed);
  g_clear_error (&self->close_error);

  G_OBJECT_CLASS (drover_qmp_parent_class)->finalize (object);
}

static void
drover_qmp_class_init (DroverQmpClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = drover_qmp_dispose;
  object_class->finalize = drover_qmp_finalize;

  /**
   * DroverQmp::event:
   * @name: the event, such as `STOP`
   * @message: (type Json.Object): the whole message, with `data` and `timestamp`
   *
   * QEMU sent an event. The detail is its name.
   */
  signals[EVENT] = g_signal_new ("event", DROVER_TYPE_QMP,
                                 G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 2, G_TYPE_STRING, JSON_TYPE_OBJECT);
}

static void
drover_qmp_init (DroverQmp *self)
{
  self->messages = drover_qmp_stream_new ();
  self->pending = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, dex_unref);
  self->greeting = dex_promise_new ();
  self->closed = dex_promise_new ();
}

static DexFuture *
timeout_cb (DexFuture *future, gpointer user_data)
{
  return dex_future_new_reject (DROVER_QMP_ERROR, DROVER_QMP_ERROR_TIMEOUT,
                                _("QEMU did not answer “%s” in time"), (const char *) user_data);
}

/**
 * drover_qmp_execute_full:
 * @command: the QMP command
 * @arguments: (nullable) (transfer full): its arguments, an object
 * @timeout_msec: how long to wait for the answer, in milliseconds; 0 for ever
 *
 * Sends a command. Several may be under way; QEMU answers them in turn.
 *
 * Returns: (transfer full): a future of the `return` value, a boxed #JsonNode, or of the
 *   error: QEMU's own with its class, or the connection's
 */
DexFuture *
drover_qmp_execute_full (DroverQmp *self, const char *command, JsonNode *arguments,
                         guint timeout_msec)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;
  JsonObject *object = json_object_new ();
  DexPromise *promise;
  char *line;

  dex_return_error_if_fail (DROVER_IS_QMP (self));
  dex_return_error_if_fail (command != NULL);

  json_node_take_object (node, object);
  json_object_set_string_member (object, "execute", command);
  if (arguments != NULL)
    json_object_set_member (object, "arguments", arguments);
  json_object_set_int_member (object, "id", self->next_id);

  if (self->close_error != NULL)
    return dex_future_new_for_error (g_error_copy (self->close_error));

  text = drover_json_to_text (node, FALSE);
  line = g_strconcat (text, "\r\n", NULL);
  promise = dex_promise_new ();
  g_hash_table_insert (self->pending, g_memdup2 (&self->next_id, sizeof self->next_id),
                       dex_ref (promise));
  self->next_id++;
  drover_wire_send (self->wire, g_bytes_new_take (line, strlen (line)));

  if (timeout_msec == 0)
    return DEX_FUTURE (promise);

  return dex_future_first (DEX_FUTURE (promise),
                           dex_future_catch (dex_timeout_new_msec (timeout_msec), timeout_cb,
                                             g_strdup (command), g_free),
                           NULL);
}

/**
 * drover_qmp_execute:
 *
 * drover_qmp_execute_full() with the usual time limit, %DROVER_QMP_TIMEOUT_MSEC.
 *
 * Returns: (transfer full): a future of a boxed #JsonNode
 */
DexFuture *
drover_qmp_execute (DroverQmp *self, const char *command, JsonNode *arguments)
{
  return drover_qmp_execute_full (self, command, arguments, DROVER_QMP_TIMEOUT_MSEC);
}

static DexFuture *
no_greeting_cb (DexFuture *future, gpointer user_data)
{
  return dex_future_new_reject (DROVER_QMP_ERROR, DROVER_QMP_ERROR_BUSY,
                                _("QEMU does not greet: another program may hold its QMP "
                                  "connection"));
}

static DexFuture *
negotiate_cb (DexFuture *future, gpointer user_data)
{
  return drover_qmp_execute (user_data, "qmp_capabilities", NULL);
}

static DexFuture *
return_self_cb (DexFuture *future, gpointer user_data)
{
  return dex_future_new_for_object (user_data);
}

/**
 * drover_qmp_open:
 * @stream: a connection to a QMP server
 * @greeting_msec: how long to wait for the greeting, in milliseconds. A second client of
 *   one socket connects but is not greeted until the first one leaves.
 *
 * Waits for the greeting and negotiates the capabilities.
 *
 * Returns: (transfer full): a future of a #DroverQmp
 */
DexFuture *
drover_qmp_open (GIOStream *stream, guint greeting_msec)
{
  g_autoptr (DroverQmp) self = g_object_new (DROVER_TYPE_QMP, NULL);
  DexFuture *future;

  self->stream = g_object_ref (stream);
  self->wire = drover_wire_new (stream);
  drover_wire_read (self->wire, G_PRIORITY_DEFAULT, received_cb, self);

  future = dex_future_first (
    dex_ref (self->greeting),
    dex_future_catch (dex_timeout_new_msec (greeting_msec), no_greeting_cb, NULL, NULL), NULL);
  future = dex_future_then (future, negotiate_cb, g_object_ref (self), g_object_unref);
  return dex_future_then (future, return_self_cb, g_object_ref (self), g_object_unref);
}

static DexFuture *
connected_cb (DexFuture *future, gpointer user_data)
{
  return drover_qmp_open (g_value_get_object (dex_future_get_value (future, NULL)),
                          GPOINTER_TO_UINT (user_data));
}

/**
 * drover_qmp_connect:
 * @path: QEMU's QMP socket
 * @greeting_msec: see drover_qmp_open()
 *
 * Returns: (transfer full): a future of a #DroverQmp that is ready for commands
 */
DexFuture *
drover_qmp_connect (const char *path, guint greeting_msec)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);

  return dex_future_then (dex_socket_client_connect (client, G_SOCKET_CONNECTABLE (address)),
                          connected_cb, GUINT_TO_POINTER (greeting_msec), NULL);
}

/**
 * drover_qmp_when_closed:
 *
 * Returns: (transfer full): a future that is rejected with the reason when the connection
 *   ends, and never resolved
 */
DexFuture *
drover_qmp_when_closed (DroverQmp *self)
{
  dex_return_error_if_fail (DROVER_IS_QMP (self));
  return dex_ref (self->closed);
}

/**
 * drover_qmp_close:
 *
 * Leaves the connection; QEMU goes on and listens again.
 */
void
drover_qmp_close (DroverQmp *self)
{
  g_return_if_fail (DROVER_IS_QMP (self));
  close_with (self, g_error_new (DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED,
                                 _("Drover closed QMP")));
}

/**
 * drover_qmp_is_open:
 *
 * Returns: whether commands can be sent
 */
gboolean
drover_qmp_is_open (DroverQmp *self)
{
  g_return_val_if_fail (DROVER_IS_QMP (self), FALSE);
  return self->close_error == NULL;
}

/**
 * drover_qmp_get_stream:
 *
 * Returns: (transfer none): the connection, as to ask the socket for its peer
 */
GIOStream *
drover_qmp_get_stream (DroverQmp *self)
{
  g_return_val_if_fail (DROVER_IS_QMP (self), NULL);
  return self->stream;
}

/**
 * drover_qmp_get_n_commands:
 *
 * Returns: how many commands were ever sent
 */
guint64
drover_qmp_get_n_commands (DroverQmp *self)
{
  g_return_val_if_fail (DROVER_IS_QMP (self), 0);
  return self->next_id;
}
