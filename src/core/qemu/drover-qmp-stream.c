/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-error.h"
#include "drover-json.h"
#include "drover-qmp-stream.h"

/* QEMU's longest answers (all properties of all devices) are below 5 MB. A peer that sends
 * more without a line's end is not QEMU, and must not fill the memory. */
#define LONGEST_MESSAGE (64 * 1024 * 1024)

#define EXCERPT 60

struct _DroverQmpStream
{
  GByteArray *buffer;
  gsize searched; /* bytes known to hold no line's end */
};

/**
 * drover_qmp_stream_new:
 *
 * Returns: (transfer full): an empty stream
 */
DroverQmpStream *
drover_qmp_stream_new (void)
{
  DroverQmpStream *self = g_new0 (DroverQmpStream, 1);

  self->buffer = g_byte_array_new ();
  return self;
}

/**
 * drover_qmp_stream_free:
 *
 * Frees the stream with what is left in it.
 */
void
drover_qmp_stream_free (DroverQmpStream *self)
{
  g_byte_array_unref (self->buffer);
  g_free (self);
}

/**
 * drover_qmp_stream_push:
 * @data: bytes as they came from the peer
 *
 * Adds bytes to the stream.
 */
void
drover_qmp_stream_push (DroverQmpStream *self, const void *data, gsize length)
{
  g_byte_array_append (self->buffer, data, length);
}

static void
set_protocol_error (GError **error, const char *reason, const guint8 *line, gsize length)
{
  g_autofree char *shown = g_strndup ((const char *) line, MIN (length, EXCERPT));
  g_autofree char *escaped = g_strescape (shown, NULL);

  g_set_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL,
               /* Translators: first a reason, then the start of what was received */
               _("The peer does not speak QMP: %s: “%s%s”"), reason, escaped,
               length > EXCERPT ? "…" : "");
}

static JsonObject *
parse_line (const guint8 *line, gsize length, GError **error)
{
  g_autoptr (GError) json_error = NULL;
  g_autoptr (JsonNode) node = drover_json_parse ((const char *) line, length, &json_error);

  if (node == NULL)
    {
      set_protocol_error (error, json_error->message, line, length);
      return NULL;
    }
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      set_protocol_error (error, _("not a JSON object"), line, length);
      return NULL;
    }

  return json_node_dup_object (node);
}

/**
 * drover_qmp_stream_pop:
 * @error: set to %DROVER_QMP_ERROR_PROTOCOL when the next line is not a JSON object, or
 *   too long
 *
 * Returns: (transfer full) (nullable): the next message; %NULL without @error when there is
 *   no whole one yet
 */
JsonObject *
drover_qmp_stream_pop (DroverQmpStream *self, GError **error)
{
  JsonObject *message = NULL;
  GByteArray *buffer = self->buffer;

  while (message == NULL)
    {
      const guint8 *end = NULL;
      gsize length;

      /* An empty array has no data, which memchr() must not be given. */
      if (buffer->len > 0)
        end = memchr (buffer->data + self->searched, '\n', buffer->len - self->searched);
      if (end == NULL)
        {
          self->searched = buffer->len;
          if (buffer->len > LONGEST_MESSAGE)
            set_protocol_error (error, _("the line has no end"), buffer->data, buffer->len);
          return NULL;
        }

      length = end - buffer->data;
      if (length > 0 && buffer->data[length - 1] == '\r')
        length--;

      /* An empty line separates; it says nothing. */
      if (length > 0)
        {
          message = parse_line (buffer->data, length, error);
          if (message == NULL)
            return NULL;
        }
      g_byte_array_remove_range (buffer, 0, end + 1 - buffer->data);
      self->searched = 0;
    }

  return message;
}

/**
 * drover_qmp_stream_finish:
 * @error: set to %DROVER_QMP_ERROR_PROTOCOL when the peer stopped in the middle of a line
 *
 * To be called at the end of the stream.
 *
 * Returns: whether nothing was left over
 */
gboolean
drover_qmp_stream_finish (DroverQmpStream *self, GError **error)
{
  if (self->buffer->len == 0)
    return TRUE;

  set_protocol_error (error, _("it closed in the middle of a line"), self->buffer->data,
                      self->buffer->len);
  return FALSE;
}
