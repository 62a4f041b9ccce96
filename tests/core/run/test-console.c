/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "drover-console-log.h"
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
  gsize total;      /* how much a flood is, … */
  gsize chunk;      /* … how much of it is written at a time, … */
  guint first;      /* … and the first number of it */
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

/* --- much at once ----------------------------------------------------------------------------- */

#define FLOOD_SIZE (4 * 1024 * 1024)

/* Lines of nine bytes, 00000000 and on, so that each byte tells its place. */
static void
fill_counters (char *buffer, guint first, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      char line[10];

      g_snprintf (line, sizeof line, "%08u\n", first + i);
      memcpy (buffer + i * 9, line, 9);
    }
}

static void
assert_counters (const char *data, gsize length, guint first)
{
  g_autofree char *expected = g_malloc (length + 9);

  fill_counters (expected, first, length / 9 + 1);
  g_assert_cmpmem (data, length, expected, length);
}

/* A QEMU that does not stop: it writes to the socket, and then to the log. */
static gpointer
flood_thread (gpointer user_data)
{
  Fixture *self = user_data;
  const int fd = g_socket_get_fd (g_socket_connection_get_socket (self->connection));
  g_autofree char *text = g_malloc (self->total + 9);
  FILE *log = fopen (self->plan.log, "a");

  fill_counters (text, self->first, self->total / 9 + 1);
  for (gsize done = 0; done < self->total;)
    {
      gsize chunk = MIN (self->chunk, self->total - done);
      gsize sent = 0;

      while (sent < chunk)
        {
          GPollFD poll_fd = { fd, G_IO_OUT, 0 };
          gssize n = send (fd, text + done + sent, chunk - sent, MSG_DONTWAIT | MSG_NOSIGNAL);

          if (n < 0)
            g_poll (&poll_fd, 1, -1);
          sent += MAX (n, 0);
        }
      fwrite (text + done, 1, chunk, log);
      fflush (log);
      done += chunk;
    }

  fclose (log);
  return NULL;
}

static gboolean
count_turn_cb (gpointer user_data)
{
  ++*(guint *) user_data;
  return G_SOURCE_CONTINUE;
}

/* Every byte arrives, in its order, and all others had their turn meanwhile. */
static void
test_flood (Fixture *self, gconstpointer data)
{
  g_autoptr (GThread) thread = NULL;
  guint n_turns = 0;
  guint source;

  self->chunk = 4000;
  self->total = FLOOD_SIZE;
  connect_console (self, FALSE);
  accept_client (self);
  consume (self);
  source = g_idle_add (count_turn_cb, &n_turns);
  thread = g_thread_new ("flood", flood_thread, self);
  drover_test_until (self->plain->len >= FLOOD_SIZE);
  g_source_remove (source);
  g_thread_join (g_steal_pointer (&thread));
  g_assert_cmpuint (self->plain->len, ==, FLOOD_SIZE);
  assert_counters (self->plain->str, self->plain->len, 0);
  g_assert_cmpuint (n_turns, >=, FLOOD_SIZE / (1024 * 1024));
}

/* QEMU goes on though nobody looks. */
static void
test_flood_unread (Fixture *self, gconstpointer data)
{
  self->chunk = 60000;
  self->total = FLOOD_SIZE;
  connect_console (self, FALSE);
  accept_client (self);
  g_thread_join (g_thread_new ("flood", flood_thread, self));
  consume (self);
  drover_test_until (self->plain->len >= FLOOD_SIZE);
  assert_counters (self->plain->str, self->plain->len, 0);
}

static void
skipped_cb (DroverConsole *console, guint64 size, guint64 *skipped)
{
  *skipped += size;
}

/* Of more than there is room for the end is shown, and how much is missing is told. */
static void
test_flood_skipped (Fixture *self, gconstpointer data)
{
  const guint n = 3000000;
  g_autofree char *all = g_malloc (9 * n);
  guint64 skipped = 0;

  fill_counters (all, 0, n);
  self->chunk = 60000;
  self->total = 9 * n;
  connect_console (self, FALSE);
  accept_client (self);
  g_signal_connect (self->console, "skipped", G_CALLBACK (skipped_cb), &skipped);
  g_thread_join (g_thread_new ("flood", flood_thread, self));
  consume (self);
  drover_test_until (skipped + self->plain->len >= 9 * n);
  g_assert_cmpuint (skipped, >, 8 * 1024 * 1024);
  g_assert_cmpmem (self->plain->str, self->plain->len, all + skipped, 9 * n - skipped);
  g_signal_handlers_disconnect_by_data (self->console, &skipped);
}

/* Who comes into the midst of it sees all since the log's last megabyte, once. */
static void
test_flood_joined (Fixture *self, gconstpointer small)
{
  g_autofree char *before = g_malloc0 (9 * 20000 + 1);
  g_autofree char *gap = g_malloc0 (9 * 5000 + 1);
  gsize total;
  g_autoptr (GThread) thread = NULL;

  self->chunk = small != NULL ? 16 : 60000;
  self->total = small != NULL ? FLOOD_SIZE / 8 : FLOOD_SIZE;
  total = 9 * 25000 + self->total;
  self->first = 25000;
  fill_counters (before, 0, 20000);
  fill_counters (gap, 20000, 5000);
  log_text (self, before);
  connect_console (self, TRUE);
  log_text (self, gap);
  accept_client (self);
  thread = g_thread_new ("flood", flood_thread, self);
  consume (self);
  drover_test_until (self->plain->len >= total);
  g_thread_join (g_steal_pointer (&thread));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (self->plain->len, ==, total);
  assert_counters (self->plain->str, self->plain->len, 0);
}

/* --- two at once ------------------------------------------------------------------------------ */

/* The second one is told who has it, sees what the log gets, and takes over. */
static void
test_held (Fixture *self, gconstpointer data)
{
  g_autoptr (DroverConsole) first = drover_console_new (&self->plan);
  g_autoptr (GError) error = NULL;

  log_text (self, "old ");
  drover_test_await (drover_console_connect (first, FALSE), &error);
  g_assert_no_error (error);
  accept_client (self);
  g_assert_true (drover_console_is_held_by_drover (self->console));

  drover_test_await (drover_console_connect (self->console, TRUE), &error);
  g_assert_no_error (error);
  consume (self);
  g_assert_false (drover_console_get_connected (self->console));
  g_assert_nonnull (strstr (drover_console_get_holder (self->console), g_get_prgname ()));
  g_assert_cmpstr (self->plain->str, ==, "old ");
  drover_console_write (self->console, "lost", 4);
  write_text (self, "seen ");
  drover_test_until (g_str_equal (self->plain->str, "old seen "));

  drover_console_disconnect (first);
  g_clear_object (&self->connection);
  accept_client (self);
  drover_test_until (drover_console_get_connected (self->console));
  g_assert_null (drover_console_get_holder (self->console));
  write_text (self, "live");
  await_shown (self, "old seen live");
  g_assert_true (g_str_has_suffix (self->shown->str, "]live"));
}

/* A stranger does not tell when it leaves; until then there is the log. */
static void
test_held_by_stranger (Fixture *self, gconstpointer data)
{
  log_text (self, "old ");
  drover_console_follow_log (self->console, "socat", TRUE);
  consume (self);
  g_assert_cmpstr (drover_console_get_holder (self->console), ==, "socat");
  log_text (self, "more ");
  drover_test_until (g_str_equal (self->plain->str, "old more "));
  connect_console (self, TRUE);
  accept_client (self);
  g_assert_null (drover_console_get_holder (self->console));
  write_text (self, "live");
  await_shown (self, "old more live");
}

/* --- the log's size --------------------------------------------------------------------------- */

typedef struct
{
  const char *path;
  int stop;
  guint n_lines;
} Writer;

static gpointer
append_thread (gpointer user_data)
{
  Writer *writer = user_data;
  FILE *file = fopen (writer->path, "a");
  char lines[9 * 100];

  while (!g_atomic_int_get (&writer->stop))
    {
      fill_counters (lines, writer->n_lines, 100);
      fwrite (lines, 1, sizeof lines, file);
      fflush (file);
      writer->n_lines += 100;
    }

  fclose (file);
  return NULL;
}

/* Whatever is cut away while QEMU writes: the two files have the last of it, without a gap. */
static void
test_log_limit (Fixture *self, gconstpointer data)
{
  const gsize limit = 256 * 1024;
  g_autofree char *earlier_path = drover_console_log_dup_earlier (self->plan.log);
  g_autofree char *earlier = NULL;
  g_autoptr (GBytes) now = NULL;
  g_autoptr (GString) both = NULL;
  Writer writer = { self->plan.log };
  g_autoptr (GThread) thread = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;
  goffset start;
  guint first;

  log_text (self, "");
  g_assert_true (drover_console_log_limit (self->plan.log, limit, NULL));
  g_assert_false (g_file_test (earlier_path, G_FILE_TEST_EXISTS));

  thread = g_thread_new ("writer", append_thread, &writer);
  for (guint cuts = 0; cuts < 5;)
    {
      goffset before = drover_console_log_get_size (self->plan.log) -
                       drover_console_log_get_start (self->plan.log);

      drover_console_log_limit (self->plan.log, limit, &error);
      g_assert_no_error (error);
      cuts += before > (goffset) limit;
    }
  g_atomic_int_set (&writer.stop, TRUE);
  g_thread_join (g_steal_pointer (&thread));

  g_file_get_contents (earlier_path, &earlier, &length, &error);
  g_assert_no_error (error);
  start = drover_console_log_get_start (self->plan.log);
  now = drover_console_log_read (self->plan.log, start,
                                 drover_console_log_get_size (self->plan.log) - start);
  both = g_string_new_len (earlier, length);
  g_string_append_len (both, g_bytes_get_data (now, NULL), g_bytes_get_size (now));
  /* It begins somewhere in a line, and ends with the last one. */
  g_string_erase (both, 0, strchr (both->str, '\n') + 1 - both->str);
  first = strtoul (both->str, NULL, 10);
  assert_counters (both->str, both->len, first);
  g_assert_cmpuint (first + both->len / 9, ==, writer.n_lines);
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
  ADD ("/console/flood", NULL, test_flood);
  ADD ("/console/flood-unread", NULL, test_flood_unread);
  ADD ("/console/flood-skipped", NULL, test_flood_skipped);
  ADD ("/console/flood-joined/bytes", "small", test_flood_joined);
  ADD ("/console/flood-joined/blocks", NULL, test_flood_joined);
  ADD ("/console/held", NULL, test_held);
  ADD ("/console/held-by-stranger", NULL, test_held_by_stranger);
  ADD ("/console/log-limit", NULL, test_log_limit);
  return drover_test_run ();
}
