/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-agent-stream.h"
#include "drover-error.h"
#include "drover-json.h"

#define EXCERPT 60

/* What stands before the answer to guest-sync-delimited, and nowhere in JSON or UTF-8. */
#define DELIMITER 0xff

struct _DroverAgentStream
{
  GByteArray *buffer;
  gsize searched;   /* bytes known to hold no line's end */
  gboolean syncing; /* all before the delimiter is of a talk with somebody else */
};

/**
 * drover_agent_stream_new:
 *
 * Returns: (transfer full): an empty stream
 */
DroverAgentStream *
drover_agent_stream_new (void)
{
  DroverAgentStream *self = g_new0 (DroverAgentStream, 1);

  self->buffer = g_byte_array_new ();
  return self;
}

/**
 * drover_agent_stream_free:
 *
 * Frees the stream with what is left in it.
 */
void
drover_agent_stream_free (DroverAgentStream *self)
{
  g_byte_array_unref (self->buffer);
  g_free (self);
}

/**
 * drover_agent_stream_await_sync:
 *
 * Leaves out everything up to the next 0xFF, which an agent sends before its answer to
 * `guest-sync-delimited`: what was left by another client, or half of an answer.
 */
void
drover_agent_stream_await_sync (DroverAgentStream *self)
{
  GByteArray *buffer = self->buffer;
  const guint8 *delimiter =
    buffer->len > 0 ? memchr (buffer->data, DELIMITER, buffer->len) : NULL;

  /* It may have come already, with what stands before it. */
  self->syncing = delimiter == NULL;
  if (delimiter != NULL)
    g_byte_array_remove_range (buffer, 0, delimiter + 1 - buffer->data);
  else
    g_byte_array_set_size (buffer, 0);
  self->searched = 0;
}

/**
 * drover_agent_stream_push:
 * @data: bytes as they came from the guest
 *
 * Adds bytes to the stream. What is pushed is to be popped before more is pushed: only then is
 * the length bounded.
 */
void
drover_agent_stream_push (DroverAgentStream *self, const void *data, gsize length)
{
  const guint8 *bytes = data;

  if (length == 0)
    return;

  if (self->syncing)
    {
      const guint8 *delimiter = memchr (bytes, DELIMITER, length);

      if (delimiter == NULL)
        return;
      self->syncing = FALSE;
      length -= delimiter + 1 - bytes;
      bytes = delimiter + 1;
    }

  g_byte_array_append (self->buffer, bytes, length);
}

static void
set_error (GError **error, const char *reason, const guint8 *line, gsize length)
{
  g_autofree char *shown = g_strndup ((const char *) line, MIN (length, EXCERPT));
  g_autofree char *escaped = g_strescape (shown, NULL);

  g_set_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL,
               /* Translators: first a reason, then the start of what was received */
               _("What answers in the guest is no guest agent: %s: “%s%s”"), reason, escaped,
               length > EXCERPT ? "…" : "");
}

static gboolean
has_too_many_values (const guint8 *line, gsize length)
{
  guint n = 0;

  /* Each value but the first has a comma or a bracket before it. Those in texts count too. */
  for (gsize i = 0; i < length; i++)
    if (line[i] == ',' || line[i] == '[' || line[i] == '{')
      n++;

  return n > DROVER_AGENT_MOST_VALUES;
}

static JsonObject *
parse_line (const guint8 *line, gsize length, GError **error)
{
  g_autoptr (GError) json_error = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (has_too_many_values (line, length))
    {
      set_error (error, _("the line has too many values"), line, length);
      return NULL;
    }

  node = drover_json_parse ((const char *) line, length, &json_error);
  if (node == NULL)
    {
      set_error (error, json_error->message, line, length);
      return NULL;
    }
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      set_error (error, _("not a JSON object"), line, length);
      return NULL;
    }

  return json_node_dup_object (node);
}

/**
 * drover_agent_stream_pop:
 * @error: set to %DROVER_QMP_ERROR_PROTOCOL when the next line is not a JSON object, or too
 *   long, or has too much in it; there is no use in going on then, but with
 *   drover_agent_stream_await_sync()
 *
 * Returns: (transfer full) (nullable): the next reply; %NULL without @error when there is no
 *   whole one yet
 */
JsonObject *
drover_agent_stream_pop (DroverAgentStream *self, GError **error)
{
  GByteArray *buffer = self->buffer;
  gsize start = 0;
  JsonObject *message = NULL;

  while (message == NULL)
    {
      /* An empty array has no data, from which nothing can be counted. */
      const guint8 *line = buffer->len > start ? buffer->data + start : NULL;
      const guint8 *end = NULL;
      gsize length;

      if (line != NULL && buffer->len > start + self->searched)
        end = memchr (line + self->searched, '\n', buffer->len - start - self->searched);
      if (end == NULL)
        {
          self->searched = buffer->len - start;
          if (self->searched > DROVER_AGENT_LONGEST_LINE)
            set_error (error, _("the line has no end"), line, self->searched);
          break;
        }

      length = end - line;
      start += length + 1;
      self->searched = 0;
      if (length > 0 && line[length - 1] == '\r')
        length--;
      /* An empty line separates; it says nothing. */
      if (length > 0 && (message = parse_line (line, length, error)) == NULL)
        break;
    }

  if (start > 0)
    g_byte_array_remove_range (buffer, 0, start);
  return message;
}
