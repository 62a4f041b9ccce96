/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-agent-stream.h"
#include "drover-agent.h"
#include "drover-error.h"
#include "drover-json.h"
#include "drover-wire.h"

/* As much of a text of the guest's as people are shown in one place. */
#define LONGEST_TEXT 400

/* A client of the QEMU guest agent (qga/qapi-schema.json) on one connection.
 *
 * The agent answers one command after the other, older ones without their ids, and it sends
 * nothing by itself. So there is one command at a time, and an answer that nobody asked for ends
 * the connection. After one that came too late, both sides agree anew where they are. */
struct _DroverAgent
{
  GObject parent_instance;

  DroverWire *wire; /* %NULL when it is closed */
  DroverAgentStream *messages;

  DexPromise *pending; /* (nullable): of a JsonNode */
  gint64 id;           /* of the command, or of the sync, that is pending */
  gboolean syncing;    /* what is pending is a sync */
  gboolean stale;      /* an answer to nobody may still come */
  GError *close_error;
};

G_DEFINE_FINAL_TYPE (DroverAgent, drover_agent, G_TYPE_OBJECT)

/**
 * drover_agent_clean_text:
 * @text: (nullable): what a guest says
 *
 * Returns: (transfer full): the same, short enough for a line of the window, and without what
 *   could make a terminal do things
 */
char *
drover_agent_clean_text (const char *text)
{
  GString *result = g_string_new (NULL);
  guint n = 0;

  for (const char *p = text != NULL ? text : ""; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char_validated (p, -1);

      if (c == (gunichar) -1 || c == (gunichar) -2)
        break;
      if (n++ == LONGEST_TEXT)
        {
          g_string_append (result, "…");
          break;
        }
      g_string_append_unichar (result, g_unichar_isprint (c) ? c : ' ');
    }

  return g_string_free_and_steal (result);
}

/* Takes the error. */
static void
close_with (DroverAgent *self, GError *error)
{
  g_autoptr (DroverAgent) held = g_object_ref (self);
  g_autoptr (DexPromise) pending = g_steal_pointer (&self->pending);

  if (self->close_error != NULL)
    {
      g_error_free (error);
      return;
    }

  self->close_error = error;
  g_clear_pointer (&self->wire, drover_wire_close);
  if (pending != NULL)
    dex_promise_reject (pending, g_error_copy (error));
}

static GError *
new_protocol_error (const char *reason)
{
  return g_error_new (DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL,
                      _("What answers in the guest is no guest agent: %s"), reason);
}

static gboolean
is_integer (JsonNode *node)
{
  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64;
}

static const char *
get_text (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : NULL;
}

static GError *
new_agent_error (JsonObject *failure)
{
  g_autofree char *text = drover_agent_clean_text (get_text (failure, "desc"));

  return g_error_new (DROVER_QMP_ERROR, drover_qmp_error_from_class (get_text (failure, "class")),
                      _("The guest agent says: %s"), text);
}

static void
handle_sync (DroverAgent *self, JsonObject *message)
{
  JsonNode *result = json_object_get_member (message, "return");
  g_autoptr (DexPromise) pending = NULL;

  /* That was the answer to the sync of a client before us. Ours is still to come. */
  if (!is_integer (result) || json_node_get_int (result) != self->id)
    {
      drover_agent_stream_await_sync (self->messages);
      return;
    }

  pending = g_steal_pointer (&self->pending);
  self->stale = FALSE;
  dex_promise_resolve_boxed (pending, JSON_TYPE_NODE, drover_json_copy (result));
}

static void
handle_message (DroverAgent *self, JsonObject *message)
{
  JsonNode *result = json_object_get_member (message, "return");
  JsonNode *failure = json_object_get_member (message, "error");
  JsonNode *id = json_object_get_member (message, "id");
  g_autoptr (DexPromise) pending = NULL;

  if (self->pending != NULL && self->syncing)
    {
      handle_sync (self, message);
      return;
    }
  if (self->pending == NULL)
    close_with (self, new_protocol_error (_("an answer that nobody asked for")));
  else if (id != NULL && (!is_integer (id) || json_node_get_int (id) != self->id))
    close_with (self, new_protocol_error (_("an answer to another question")));
  else if (result != NULL)
    {
      pending = g_steal_pointer (&self->pending);
      dex_promise_resolve_boxed (pending, JSON_TYPE_NODE, drover_json_copy (result));
    }
  else if (failure != NULL && JSON_NODE_HOLDS_OBJECT (failure))
    {
      pending = g_steal_pointer (&self->pending);
      dex_promise_reject (pending, new_agent_error (json_node_get_object (failure)));
    }
  else
    close_with (self, new_protocol_error (_("neither a result nor an error")));
}

static void
received_cb (GBytes *bytes, const GError *read_error, gpointer user_data)
{
  g_autoptr (DroverAgent) self = g_object_ref (user_data);
  g_autoptr (GError) error = NULL;
  JsonObject *message;

  if (bytes == NULL || g_bytes_get_size (bytes) == 0)
    {
      close_with (self, g_error_new (DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED,
                                     _("The guest agent’s channel was closed")));
      return;
    }

  drover_agent_stream_push (self->messages, g_bytes_get_data (bytes, NULL),
                            g_bytes_get_size (bytes));
  while (self->close_error == NULL &&
         ((message = drover_agent_stream_pop (self->messages, &error)) != NULL || error != NULL))
    {
      if (message != NULL)
        handle_message (self, message);
      /* While both sides look for a common start, nonsense is left out as anything else. */
      else if (self->stale || (self->syncing && self->pending != NULL))
        drover_agent_stream_await_sync (self->messages);
      else
        close_with (self, g_error_copy (error));
      g_clear_error (&error);
      g_clear_pointer (&message, json_object_unref);
    }
}

static void
drover_agent_dispose (GObject *object)
{
  drover_agent_close (DROVER_AGENT (object));

  G_OBJECT_CLASS (drover_agent_parent_class)->dispose (object);
}

static void
drover_agent_finalize (GObject *object)
{
  DroverAgent *self = DROVER_AGENT (object);

  g_clear_pointer (&self->messages, drover_agent_stream_free);
  dex_clear (&self->pending);
  g_clear_error (&self->close_error);

  G_OBJECT_CLASS (drover_agent_parent_class)->finalize (object);
}

static void
drover_agent_class_init (DroverAgentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = drover_agent_dispose;
  object_class->finalize = drover_agent_finalize;
}

static void
drover_agent_init (DroverAgent *self)
{
  self->messages = drover_agent_stream_new ();
}

typedef struct
{
  DroverAgent *agent;
  gint64 id;
  char *command;
} Wait;

static void
wait_free (gpointer data)
{
  Wait *wait = data;

  g_object_unref (wait->agent);
  g_free (wait->command);
  g_free (wait);
}

static DexFuture *
timeout_cb (DexFuture *future, gpointer user_data)
{
  Wait *wait = user_data;
  DroverAgent *self = wait->agent;

  /* Nobody waits any more, and the answer may come yet. */
  if (self->pending != NULL && self->id == wait->id)
    {
      dex_clear (&self->pending);
      self->stale = TRUE;
      drover_agent_stream_await_sync (self->messages);
    }
  return dex_future_new_reject (DROVER_QMP_ERROR, DROVER_QMP_ERROR_TIMEOUT,
                                _("The guest agent did not answer “%s” in time"), wait->command);
}

static JsonNode *
new_command (const char *command, JsonNode *arguments)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "execute", command);
  if (arguments != NULL)
    json_object_set_member (object, "arguments", arguments);
  return drover_json_take_object (object);
}

/* Takes the message. @prefix stands before it. */
static DexFuture *
send_message (DroverAgent *self, JsonNode *message, const char *command, const char *prefix,
              guint timeout_msec)
{
  g_autoptr (JsonNode) node = message;
  g_autofree char *text = drover_json_to_text (node, FALSE);
  char *line;
  Wait *wait;

  if (self->close_error != NULL)
    return dex_future_new_for_error (g_error_copy (self->close_error));

  line = g_strconcat (prefix, text, "\n", NULL);
  self->pending = dex_promise_new ();
  drover_wire_send (self->wire, g_bytes_new_take (line, strlen (line)));

  wait = g_new0 (Wait, 1);
  wait->agent = g_object_ref (self);
  wait->id = self->id;
  wait->command = g_strdup (command);
  return dex_future_first (dex_ref (DEX_FUTURE (self->pending)),
                           dex_future_catch (dex_timeout_new_msec (timeout_msec), timeout_cb, wait,
                                             wait_free),
                           NULL);
}

/* 0xFF makes the agent forget half a command that another client may have left. */
static DexFuture *
synchronise (DroverAgent *self, guint timeout_msec)
{
  static const char command[] = "guest-sync-delimited";
  JsonObject *arguments = json_object_new ();

  drover_agent_stream_await_sync (self->messages);
  self->syncing = TRUE;
  self->id = g_random_int () & G_MAXINT32;
  json_object_set_int_member (arguments, "id", self->id);
  return send_message (self,
                       new_command (command, drover_json_take_object (arguments)),
                       command, "\xff", timeout_msec);
}

static DexFuture *
send_command (DroverAgent *self, const char *command, JsonNode *arguments, guint timeout_msec)
{
  JsonNode *message = new_command (command, arguments);

  self->syncing = FALSE;
  self->id++;
  json_object_set_int_member (json_node_get_object (message), "id", self->id);
  return send_message (self, message, command, "", timeout_msec);
}

typedef struct
{
  DroverAgent *agent;
  char *command;
  JsonNode *arguments;
  guint timeout_msec;
} Later;

static void
later_free (gpointer data)
{
  Later *later = data;

  g_object_unref (later->agent);
  g_free (later->command);
  g_clear_pointer (&later->arguments, json_node_unref);
  g_free (later);
}

static DexFuture *
synchronised_cb (DexFuture *future, gpointer user_data)
{
  Later *later = user_data;

  return send_command (later->agent, later->command, g_steal_pointer (&later->arguments),
                       later->timeout_msec);
}

/**
 * drover_agent_execute:
 * @command: a command of the agent's, such as `guest-get-osinfo`
 * @arguments: (nullable) (transfer full): its arguments, an object
 * @timeout_msec: how long to wait for the answer, in milliseconds
 *
 * Sends a command. There is one at a time.
 *
 * Returns: (transfer full): a future of the `return` value, a boxed #JsonNode, or of an error of
 *   #DROVER_QMP_ERROR: the agent's own with its class, or the connection's
 */
DexFuture *
drover_agent_execute (DroverAgent *self, const char *command, JsonNode *arguments,
                      guint timeout_msec)
{
  g_autoptr (JsonNode) owned = arguments;
  Later *later;

  dex_return_error_if_fail (DROVER_IS_AGENT (self));
  dex_return_error_if_fail (command != NULL);

  if (self->close_error != NULL)
    return dex_future_new_for_error (g_error_copy (self->close_error));
  if (self->pending != NULL)
    return dex_future_new_reject (DROVER_QMP_ERROR, DROVER_QMP_ERROR_BUSY,
                                  _("The guest agent is busy with another command"));
  if (!self->stale)
    return send_command (self, command, g_steal_pointer (&owned), timeout_msec);

  later = g_new0 (Later, 1);
  later->agent = g_object_ref (self);
  later->command = g_strdup (command);
  later->arguments = g_steal_pointer (&owned);
  later->timeout_msec = timeout_msec;
  return dex_future_then (synchronise (self, timeout_msec), synchronised_cb, later, later_free);
}

static DexFuture *
return_self_cb (DexFuture *future, gpointer user_data)
{
  return dex_future_new_for_object (user_data);
}

/**
 * drover_agent_open:
 * @stream: a connection to an agent
 * @timeout_msec: how long to wait for its first answer, in milliseconds
 *
 * Agrees with the agent where the talk begins (`guest-sync-delimited`), whatever was said on the
 * channel before.
 *
 * Returns: (transfer full): a future of a #DroverAgent, or of %DROVER_QMP_ERROR_TIMEOUT
 */
DexFuture *
drover_agent_open (GIOStream *stream, guint timeout_msec)
{
  g_autoptr (DroverAgent) self = g_object_new (DROVER_TYPE_AGENT, NULL);

  self->wire = drover_wire_new (stream);
  drover_wire_read (self->wire, G_PRIORITY_DEFAULT_IDLE, received_cb, self);
  return dex_future_then (synchronise (self, timeout_msec), return_self_cb, g_object_ref (self),
                          g_object_unref);
}

/**
 * drover_agent_shut_down:
 * @mode: `powerdown`, `halt` or `reboot`
 *
 * Lets the guest shut itself down (`guest-shutdown`). The agent says nothing when it obeys; so it
 * is asked something else behind it, which it answers when the shutdown is on its way.
 *
 * Returns: (transfer full): a future that is resolved when the agent obeyed. It may be stopped
 *   before it can say so: what becomes of the machine tells that.
 */
DexFuture *
drover_agent_shut_down (DroverAgent *self, const char *mode)
{
  g_autoptr (JsonNode) message = NULL;
  g_autofree char *text = NULL;
  JsonObject *arguments;
  char *line;

  dex_return_error_if_fail (DROVER_IS_AGENT (self));

  if (self->close_error != NULL)
    return dex_future_new_for_error (g_error_copy (self->close_error));

  arguments = json_object_new ();
  json_object_set_string_member (arguments, "mode", mode);
  message = new_command ("guest-shutdown",
                         drover_json_take_object (arguments));
  text = drover_json_to_text (message, FALSE);
  line = g_strconcat (text, "\n", NULL);
  drover_wire_send (self->wire, g_bytes_new_take (line, strlen (line)));
  /* An error has no id, and comes as if it were the ping’s. */
  return drover_agent_execute (self, "guest-ping", NULL, DROVER_AGENT_TIMEOUT_MSEC);
}

/**
 * drover_agent_set_time:
 * @unix_usec: microseconds since 1970, as of g_get_real_time()
 *
 * Sets the guest's clock, and its battery clock after it (`guest-set-time`).
 *
 * Returns: (transfer full): a future
 */
DexFuture *
drover_agent_set_time (DroverAgent *self, gint64 unix_usec)
{
  JsonObject *arguments;

  dex_return_error_if_fail (DROVER_IS_AGENT (self));

  arguments = json_object_new ();
  json_object_set_int_member (arguments, "time", unix_usec * 1000);
  return drover_agent_execute (self, "guest-set-time",
                               drover_json_take_object (arguments),
                               DROVER_AGENT_TIMEOUT_MSEC);
}

/**
 * drover_agent_close:
 *
 * Leaves the connection, so that another program can have it.
 */
void
drover_agent_close (DroverAgent *self)
{
  g_return_if_fail (DROVER_IS_AGENT (self));

  if (self->close_error == NULL)
    close_with (self, g_error_new (DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED,
                                   _("Drover left the guest agent")));
}

/**
 * drover_agent_is_open:
 *
 * Returns: whether commands can be sent
 */
gboolean
drover_agent_is_open (DroverAgent *self)
{
  g_return_val_if_fail (DROVER_IS_AGENT (self), FALSE);
  return self->close_error == NULL;
}
