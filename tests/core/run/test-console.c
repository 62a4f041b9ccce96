/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

#include "drover-console.h"
#include "drover-test.h"

/* A console whose far end is the test: it writes to the socket and to the log when it likes. */
typedef struct
{
  GSocketListener *listener;
  GSocketConnection *connection;
  DroverConsolePlan plan;
  DroverConsole *console;
  GString *shown;   /* all of it, history between `[` and `]` */
  GString *plain;   /* all of it */
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  static guint n_sockets;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;
  guint n = n_sockets++;

  self->plan.id = (char *) "id";
  self->plan.title = (char *) "Title";
  self->plan.path = g_strdup_printf ("%s/console-%u.sock", drover_test_dir (), n);
  self->plan.log = g_strdup_printf ("%s/console-%u.log", drover_test_dir (), n);
  self->plan.ctrl_c_quits = TRUE;
  self->shown = g_string_new (NULL);
  self->plain = g_string_new (NULL);
  self->listener = g_socket_listener_new ();
  address = g_unix_socket_address_new (self->plan.path);
  g_socket_listener_add_address (self->listener, address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &error);
  g_assert_no_error (error);
  self->console = drover_console_new (&self->plan);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  gpointer weak = self->console;

  if (self->console != NULL)
    {
      g_object_add_weak_pointer (G_OBJECT (self->console), &weak);
      g_clear_object (&self->console);
      drover_test_until (weak == NULL);
    }
  g_clear_object (&self->connection);
  g_socket_listener_close (self->listener);
  g_clear_object (&self->listener);
  g_free (self->plan.path);
  g_free (self->plan.log);
  g_string_free (self->shown, TRUE);
  g_string_free (self->plain, TRUE);
}

static void
log_text (Fixture *self, const char *text)
{
  FILE *file = fopen (self->plan.log, "a");

  g_assert_cmpint (fputs (text, file), >=, 0);
  g_assert_cmpint (fclose (file), ==, 0);
}

static void
send_text (Fixture *self, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (self->connection)), text,
                             strlen (text), NULL, NULL, &error);
  g_assert_no_error (error);
}

/* What QEMU does with what a guest writes. */
static void
write_text (Fixture *self, const char *text)
{
  send_text (self, text);
  log_text (self, text);
}

static void
accepted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *self = user_data;

  self->connection = g_socket_listener_accept_finish (G_SOCKET_LISTENER (source), result, NULL,
                                                      NULL);
}

static void
accept_client (Fixture *self)
{
  g_socket_listener_accept_async (self->listener, NULL, accepted_cb, self);
  drover_test_until (self->connection != NULL);
}

static void
connect_console (Fixture *self, gboolean with_history)
{
  g_autoptr (GError) error = NULL;

  drover_test_await (drover_console_connect (self->console, with_history), &error);
  g_assert_no_error (error);
  g_assert_true (drover_console_get_connected (self->console));
}

static void
shown_cb (DroverConsole *console, const guint8 *data, gsize length, gboolean is_history,
          gpointer user_data)
{
  Fixture *self = user_data;

  g_assert_cmpuint (length, >, 0);
  g_string_append_printf (self->shown, is_history ? "[%.*s]" : "%.*s", (int) length, data);
  g_string_append_len (self->plain, (const char *) data, length);
}

static void
consume (Fixture *self)
{
  drover_console_set_consumer (self->console, shown_cb, self);
}

static void
await_shown (Fixture *self, const char *text)
{
  drover_test_until (self->plain->len >= strlen (text));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpstr (self->plain->str, ==, text);
}

static void
test_live (Fixture *self, gconstpointer data)
{
  g_assert_false (drover_console_get_connected (self->console));
  g_assert_cmpstr (drover_console_get_title (self->console), ==, "Title");
  g_assert_true (drover_console_get_ctrl_c_quits (self->console));
  log_text (self, "before");
  connect_console (self, FALSE);
  accept_client (self);
  write_text (self, "one ");
  consume (self);
  await_shown (self, "one ");
  write_text (self, "two");
  await_shown (self, "one two");
  g_assert_cmpstr (self->shown->str, ==, "one two");
}

static void
test_history (Fixture *self, gconstpointer data)
{
  log_text (self, "before ");
  connect_console (self, TRUE);
  consume (self);
  accept_client (self);
  g_assert_cmpstr (self->shown->str, ==, "[before ]");
  write_text (self, "live");
  await_shown (self, "before live");
  g_assert_cmpstr (self->shown->str, ==, "[before ]live");
}

/* What was written between our look at the log and the connection is in the log alone. And
 * what comes then looks just like it. */
static void
test_gap (Fixture *self, gconstpointer data)
{
  log_text (self, "y\n");
  connect_console (self, TRUE);
  log_text (self, "y\ny\n");
  accept_client (self);
  write_text (self, "y");
  consume (self);
  await_shown (self, "y\ny\ny\ny");
  write_text (self, "\ny\n");
  await_shown (self, "y\ny\ny\ny\ny\n");
  g_assert_true (g_str_has_suffix (self->shown->str, "]y\ny\n"));
}

/* A guest that said its last word in the gap and waits: `login:` must be seen all the same. */
static void
test_gap_without_output (Fixture *self, gconstpointer data)
{
  log_text (self, "boot\n");
  connect_console (self, TRUE);
  consume (self);
  log_text (self, "login: ");
  accept_client (self);
  await_shown (self, "boot\nlogin: ");
  g_assert_cmpstr (self->shown->str, ==, "[boot\n][login: ]");
  write_text (self, "me");
  await_shown (self, "boot\nlogin: me");
  g_assert_true (g_str_has_suffix (self->shown->str, "]me"));
}

/* QEMU writes to the socket first. We may look in between. */
static void
test_log_behind (Fixture *self, gconstpointer data)
{
  log_text (self, "old ");
  connect_console (self, TRUE);
  consume (self);
  accept_client (self);
  log_text (self, "gap ");
  send_text (self, "new");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_false (g_str_has_suffix (self->plain->str, "new"));
  log_text (self, "new");
  await_shown (self, "old gap new");
  write_text (self, "er");
  await_shown (self, "old gap newer");
}

/* The disk is full, and the log stays behind for ever. The guest is shown all the same. */
static void
test_log_stops (Fixture *self, gconstpointer data)
{
  log_text (self, "old ");
  connect_console (self, TRUE);
  consume (self);
  accept_client (self);
  send_text (self, "new");
  await_shown (self, "old new");
  send_text (self, "er");
  await_shown (self, "old newer");
}

static void
test_no_log (Fixture *self, gconstpointer data)
{
  connect_console (self, TRUE);
  consume (self);
  accept_client (self);
  send_text (self, "text");
  await_shown (self, "text");
}

/* Of a long history the end is shown. */
static void
test_long_history (Fixture *self, gconstpointer data)
{
  g_autofree char *line = g_strnfill (1024 * 1024, 'x');

  log_text (self, "lost");
  log_text (self, line);
  connect_console (self, TRUE);
  consume (self);
  accept_client (self);
  write_text (self, "live");
  drover_test_until (g_str_has_suffix (self->plain->str, "live"));
  g_assert_cmpuint (self->plain->len, ==, 1024 * 1024 + 4);
  g_assert_true (g_str_has_prefix (self->plain->str, "xxx"));
}

/* A terminal goes and another one comes: nothing falls between them. */
static void
test_consumers (Fixture *self, gconstpointer data)
{
  connect_console (self, FALSE);
  consume (self);
  accept_client (self);
  write_text (self, "one ");
  await_shown (self, "one ");

  drover_console_set_consumer (self->console, NULL, NULL);
  write_text (self, "two ");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpstr (self->plain->str, ==, "one ");
  consume (self);
  await_shown (self, "one two ");
}

static void
leave_cb (DroverConsole *console, const guint8 *data, gsize length, gboolean is_history,
          gpointer user_data)
{
  Fixture *self = user_data;

  g_string_append_len (self->plain, (const char *) data, length);
  drover_console_set_consumer (console, NULL, NULL);
}

static void
drop_cb (DroverConsole *console, const guint8 *data, gsize length, gboolean is_history,
         gpointer user_data)
{
  Fixture *self = user_data;

  g_string_append_len (self->plain, (const char *) data, length);
  drover_console_disconnect (console);
  g_clear_object (&self->console);
}

/* A consumer may take itself back, or drop the console, while it is called. */
static void
test_consumer_leaves (Fixture *self, gconstpointer func)
{
  log_text (self, "old ");
  connect_console (self, TRUE);
  accept_client (self);
  write_text (self, "new");
  drover_console_set_consumer (self->console, *(DroverConsoleFunc *) func, self);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_true (g_str_has_prefix (self->plain->str, "old "));
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  gboolean *done = user_data;

  g_assert_true (g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, NULL, NULL));
  *done = TRUE;
}

/* What is typed arrives whole and in its order, also when it is more than a socket takes. */
static void
test_write (Fixture *self, gconstpointer data)
{
  g_autofree char *large = g_strnfill (1024 * 1024, 'y');
  g_autofree char *buffer = g_malloc (1024 * 1024 + 2);
  gboolean done = FALSE;

  drover_console_write (self->console, "lost", 4);
  connect_console (self, FALSE);
  accept_client (self);
  drover_console_write (self->console, "a", 1);
  drover_console_write (self->console, large, strlen (large));
  drover_console_write (self->console, "", 0);
  drover_console_write (self->console, "b", 1);
  g_input_stream_read_all_async (g_io_stream_get_input_stream (G_IO_STREAM (self->connection)),
                                 buffer, 1024 * 1024 + 2, G_PRIORITY_DEFAULT, NULL, read_cb,
                                 &done);
  drover_test_until (done);
  g_assert_true (buffer[0] == 'a' && buffer[1] == 'y' && buffer[1024 * 1024] == 'y');
  g_assert_true (buffer[1024 * 1024 + 1] == 'b');
}

static void
notify_cb (GObject *object, GParamSpec *pspec, guint *n)
{
  ++*n;
}

static void
test_far_end_closes (Fixture *self, gconstpointer data)
{
  guint n_notified = 0;

  connect_console (self, FALSE);
  consume (self);
  accept_client (self);
  g_signal_connect (self->console, "notify::connected", G_CALLBACK (notify_cb), &n_notified);
  write_text (self, "bye");
  g_clear_object (&self->connection);
  drover_test_until (!drover_console_get_connected (self->console));
  g_assert_cmpstr (self->plain->str, ==, "bye");
  g_assert_cmpuint (n_notified, ==, 1);

  /* To type now is to type into an unplugged cable. */
  drover_console_write (self->console, "x", 1);

  /* And it can be plugged in again. */
  connect_console (self, FALSE);
  accept_client (self);
  consume (self);
  write_text (self, " back");
  await_shown (self, "bye back");
}

/* What waits to be sent, or to be found in the log, goes with the console. */
static void
test_dropped (Fixture *self, gconstpointer data)
{
  g_autofree char *large = g_strnfill (1024 * 1024, 'y');

  log_text (self, "old");
  connect_console (self, TRUE);
  consume (self);
  accept_client (self);
  send_text (self, "new");
  drover_console_write (self->console, large, strlen (large));
  g_clear_object (&self->console);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
test_no_socket (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_unlink (self->plan.path), ==, 0);
  g_assert_false (drover_test_await (drover_console_connect (self->console, TRUE), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_false (drover_console_get_connected (self->console));
}

#define ADD(path, data, function) \
  g_test_add (path, Fixture, data, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  static const DroverConsoleFunc leave = leave_cb;
  static const DroverConsoleFunc drop = drop_cb;

  drover_test_init (&argc, &argv);
  ADD ("/console/live", NULL, test_live);
  ADD ("/console/history", NULL, test_history);
  ADD ("/console/gap", NULL, test_gap);
  ADD ("/console/gap-without-output", NULL, test_gap_without_output);
  ADD ("/console/log-behind", NULL, test_log_behind);
  ADD ("/console/log-stops", NULL, test_log_stops);
  ADD ("/console/no-log", NULL, test_no_log);
  ADD ("/console/long-history", NULL, test_long_history);
  ADD ("/console/consumers", NULL, test_consumers);
  ADD ("/console/consumer-leaves", &leave, test_consumer_leaves);
  ADD ("/console/consumer-drops", &drop, test_consumer_leaves);
  ADD ("/console/write", NULL, test_write);
  ADD ("/console/far-end-closes", NULL, test_far_end_closes);
  ADD ("/console/dropped", NULL, test_dropped);
  ADD ("/console/no-socket", NULL, test_no_socket);
  return drover_test_run ();
}
