/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-wire.h"

#define READ_SIZE (64 * 1024)

/* Reading is a chain of callbacks rather than a fiber: it is one call repeated. Each call that is
 * under way holds the wire, which a close cuts; so whoever has it may go at any time. */
struct _DroverWire
{
  GIOStream *stream;
  GCancellable *cancellable;
  GQueue outgoing; /* of GBytes, the first of which is on its way */
  gboolean writing;

  DroverWireFunc func;
  gpointer user_data;
  int priority;
};

static void start_reading (DroverWire *self);
static void start_writing (DroverWire *self);

static void
clear (gpointer data)
{
  DroverWire *self = data;

  g_object_unref (self->stream);
  g_object_unref (self->cancellable);
  g_queue_clear_full (&self->outgoing, (GDestroyNotify) g_bytes_unref);
}

static void
unref (DroverWire *self)
{
  g_rc_box_release_full (self, clear);
}

/**
 * drover_wire_new:
 * @stream: a connection
 *
 * Returns: (transfer full): a wire, to be given back by drover_wire_close() or drover_wire_leave()
 */
DroverWire *
drover_wire_new (GIOStream *stream)
{
  DroverWire *self = g_rc_box_new0 (DroverWire);

  self->stream = g_object_ref (stream);
  self->cancellable = g_cancellable_new ();
  return self;
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  DroverWire *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes =
    g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  if (!g_cancellable_is_cancelled (self->cancellable))
    self->func (bytes, error, self->user_data);
  if (!g_cancellable_is_cancelled (self->cancellable) && bytes != NULL &&
      g_bytes_get_size (bytes) > 0)
    start_reading (self);
  unref (self);
}

static void
start_reading (DroverWire *self)
{
  g_input_stream_read_bytes_async (g_io_stream_get_input_stream (self->stream), READ_SIZE,
                                   self->priority, self->cancellable, read_cb,
                                   g_rc_box_acquire (self));
}

/**
 * drover_wire_read:
 * @priority: of the callbacks, such as %G_PRIORITY_DEFAULT
 * @func: gets what comes, until the wire is closed; it may close it
 *
 * Begins to read; to be called once.
 */
void
drover_wire_read (DroverWire *self, int priority, DroverWireFunc func, gpointer user_data)
{
  g_return_if_fail (self->func == NULL);

  self->func = func;
  self->user_data = user_data;
  self->priority = priority;
  start_reading (self);
}

static void
write_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  DroverWire *self = user_data;
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error);
  self->writing = FALSE;
  g_bytes_unref (g_queue_pop_head (&self->outgoing));

  /* What the other side said before it closed is still to be read, and the read's end tells. */
  if (error == NULL)
    start_writing (self);
  unref (self);
}

static void
start_writing (DroverWire *self)
{
  GBytes *bytes = g_queue_peek_head (&self->outgoing);
  gconstpointer data;
  gsize length;

  if (self->writing || bytes == NULL || g_cancellable_is_cancelled (self->cancellable))
    return;

  self->writing = TRUE;
  data = g_bytes_get_data (bytes, &length);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (self->stream), data, length,
                                   G_PRIORITY_DEFAULT, self->cancellable, write_cb,
                                   g_rc_box_acquire (self));
}

/**
 * drover_wire_send:
 * @bytes: (transfer full): what to send, after all that was sent before
 *
 * Sends without waiting. What cannot be sent is lost: reading tells that the other side is gone.
 */
void
drover_wire_send (DroverWire *self, GBytes *bytes)
{
  g_queue_push_tail (&self->outgoing, bytes);
  start_writing (self);
}

/**
 * drover_wire_leave:
 * @self: (transfer full): a wire
 *
 * Stops sending and reading, and gives the wire back. The connection is for others to close.
 */
void
drover_wire_leave (DroverWire *self)
{
  g_cancellable_cancel (self->cancellable);
  unref (self);
}

/**
 * drover_wire_close:
 * @self: (transfer full): a wire
 *
 * drover_wire_leave(), which also closes the connection.
 */
void
drover_wire_close (DroverWire *self)
{
  g_autoptr (GIOStream) stream = g_object_ref (self->stream);

  drover_wire_leave (self);
  g_io_stream_close_async (stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
}
