/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/socket.h>

#include "drover-error.h"
#include "drover-qmp.h"
#include "drover-test.h"

/* The far end of a QMP connection, which says only what the test tells it to, when it is told.
 * Both ends live in one main loop. */
typedef struct
{
  GSocketConnection *ours;   /* the client's end */
  GSocketConnection *theirs; /* the fake's end */
  GDataInputStream *lines;
} FakeQmp;

#define FAKE_GREETING                                                                            \
  "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 0, \"major\": 10}, "             \
  "\"package\": \"\"}, \"capabilities\": [\"oob\"]}}\r\n"

static GSocketConnection *
fake_connection (int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);

  g_assert_no_error (error);
  return g_socket_connection_factory_create_connection (socket);
}

static FakeQmp *
fake_qmp_new (void)
{
  FakeQmp *self = g_new0 (FakeQmp, 1);
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  self->ours = fake_connection (fds[0]);
  self->theirs = fake_connection (fds[1]);
  self->lines =
    g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (self->theirs)));
  return self;
}

static void
fake_qmp_free (FakeQmp *self)
{
  g_clear_object (&self->lines);
  g_clear_object (&self->ours);
  g_clear_object (&self->theirs);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeQmp, fake_qmp_free)

static void
said_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  /* Who closed early is of no interest to who speaks. */
  g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL);
  *(gboolean *) user_data = TRUE;
}

/* Sends @text and runs the main loop until it is sent. */
G_GNUC_UNUSED static void
fake_qmp_say (FakeQmp *self, const char *text)
{
  gboolean said = FALSE;

  g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (self->theirs)),
                                   text, strlen (text), G_PRIORITY_DEFAULT, NULL, said_cb, &said);
  drover_test_until (said);
}

static void
heard_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* The next command that the client sent. */
G_GNUC_UNUSED static JsonObject *
fake_qmp_hear (FakeQmp *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;

  g_data_input_stream_read_line_async (self->lines, G_PRIORITY_DEFAULT, NULL, heard_cb, &result);
  drover_test_until (result != NULL);
  line = g_data_input_stream_read_line_finish (self->lines, result, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
  node = json_from_string (line, &error);
  g_assert_no_error (error);
  return json_node_dup_object (node);
}

/* Hears @command and returns its id. */
G_GNUC_UNUSED static gint64
fake_qmp_expect (FakeQmp *self, const char *command)
{
  g_autoptr (JsonObject) object = fake_qmp_hear (self);

  g_assert_cmpstr (json_object_get_string_member (object, "execute"), ==, command);
  return json_object_get_int_member (object, "id");
}

G_GNUC_UNUSED static void
fake_qmp_reply (FakeQmp *self, gint64 id, const char *result)
{
  g_autofree char *text =
    g_strdup_printf ("{\"return\": %s, \"id\": %" G_GINT64_FORMAT "}\r\n", result, id);

  fake_qmp_say (self, text);
}

G_GNUC_UNUSED static void
fake_qmp_hang_up (FakeQmp *self)
{
  g_assert_true (g_socket_close (g_socket_connection_get_socket (self->theirs), NULL));
}

#define A_WHILE 60000

/* A client that has negotiated. */
G_GNUC_UNUSED static DroverQmp *
fake_qmp_open (FakeQmp *self)
{
  DexFuture *future = drover_qmp_open (G_IO_STREAM (self->ours), A_WHILE);
  g_autoptr (GError) error = NULL;
  DroverQmp *qmp;

  fake_qmp_say (self, FAKE_GREETING);
  fake_qmp_reply (self, fake_qmp_expect (self, "qmp_capabilities"), "{}");
  qmp = drover_test_await_object (future, &error);
  g_assert_no_error (error);
  g_assert_true (drover_qmp_is_open (qmp));
  return qmp;
}
