/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "fake-qmp.h"

/* The QMP client against a peer that says what it is told, well-behaved or not. */

#define BIG (5 * 1024 * 1024)

static JsonNode *
await_return (DexFuture *future)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = drover_test_await_boxed (future, &error);

  g_assert_no_error (error);
  return node;
}

static void
assert_rejected (DexFuture *future, GQuark domain, int code, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (drover_test_await (future, &error));
  g_assert_error (error, domain, code);
  g_assert_nonnull (strstr (error->message, words));
}

/* Drops the last reference and sees that it was the last. */
static void
drop (DroverQmp *qmp)
{
  gpointer weak = qmp;

  g_object_add_weak_pointer (G_OBJECT (qmp), &weak);
  g_object_unref (qmp);
  drover_test_until (weak == NULL);
}

static void
test_open (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverQmp) qmp = fake_qmp_open (fake);

  g_assert_true (drover_qmp_get_stream (qmp) == G_IO_STREAM (fake->ours));
  drop (g_steal_pointer (&qmp));
}

static void
test_greeting_in_pieces (void)
{
  static const char greeting[] = FAKE_GREETING;
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  DexFuture *future = drover_qmp_open (G_IO_STREAM (fake->ours), A_WHILE);
  g_autoptr (DroverQmp) qmp = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; greeting[i] != '\0'; i++)
    {
      const char byte[] = { greeting[i], '\0' };

      fake_qmp_say (fake, byte);
      g_assert_true (dex_future_is_pending (future));
    }
  fake_qmp_reply (fake, fake_qmp_expect (fake, "qmp_capabilities"), "{}");
  qmp = drover_test_await_object (future, &error);
  g_assert_no_error (error);
}

static void
test_execute (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverQmp) qmp = fake_qmp_open (fake);
  g_autoptr (JsonObject) heard = NULL;
  g_autoptr (JsonNode) result = NULL;
  g_autoptr (GError) error = NULL;
  JsonNode *arguments = json_from_string ("{\"text\": \"a\\n\\u00e4\\\"\", \"n\": 1}", &error);
  DexFuture *future = drover_qmp_execute (qmp, "do-it", arguments);

  heard = fake_qmp_hear (fake);
  g_assert_cmpstr (json_object_get_string_member (heard, "execute"), ==, "do-it");
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (heard,
                                                                                 "arguments"),
                                                  "text"),
                   ==, "a\nä\"");
  fake_qmp_reply (fake, json_object_get_int_member (heard, "id"), "{\"status\": \"running\"}");
  result = await_return (future);
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (result), "status"), ==,
                   "running");
}

static void
event_cb (DroverQmp *qmp, const char *name, JsonObject *message, GString *log)
{
  g_assert_cmpstr (json_object_get_string_member (message, "event"), ==, name);
  g_string_append_printf (log, "%s ", name);
}

/* Events between the replies, replies in another order than the commands, and all of it in
 * one write. */
static void
test_mixed (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverQmp) qmp = fake_qmp_open (fake);
  g_autoptr (GString) log = g_string_new (NULL);
  g_autoptr (GString) stops = g_string_new (NULL);
  DexFuture *first = drover_qmp_execute (qmp, "first", NULL);
  DexFuture *second = drover_qmp_execute (qmp, "second", NULL);
  DexFuture *third = drover_qmp_execute (qmp, "third", NULL);
  gint64 first_id = fake_qmp_expect (fake, "first");
  gint64 second_id = fake_qmp_expect (fake, "second");
  gint64 third_id = fake_qmp_expect (fake, "third");
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) a = NULL;
  g_autoptr (JsonNode) b = NULL;
  g_autoptr (JsonNode) c = NULL;

  g_signal_connect (qmp, "event", G_CALLBACK (event_cb), log);
  g_signal_connect (qmp, "event::STOP", G_CALLBACK (event_cb), stops);
  text = g_strdup_printf ("{\"event\": \"STOP\", \"timestamp\": {}}\r\n"
                          "{\"return\": 3, \"id\": %d}\n"
                          "\r\n"
                          "{\"event\": \"RESUME\", \"data\": {}, \"timestamp\": {}}\r\n"
                          "{\"id\": %d, \"return\": 1}\r\n"
                          "{\"return\": 2, \"id\": %d}\r\n",
                          (int) third_id, (int) first_id, (int) second_id);
  fake_qmp_say (fake, text);
  a = await_return (first);
  b = await_return (second);
  c = await_return (third);
  g_assert_cmpint (json_node_get_int (a), ==, 1);
  g_assert_cmpint (json_node_get_int (b), ==, 2);
  g_assert_cmpint (json_node_get_int (c), ==, 3);
  g_assert_cmpstr (log->str, ==, "STOP RESUME ");
  g_assert_cmpstr (stops->str, ==, "STOP ");
}

static void
test_error_classes (void)
{
  static const struct
  {
    const char *name;
    DroverQmpError code;
  } classes[] = {
    { "GenericError", DROVER_QMP_ERROR_GENERIC },
    { "CommandNotFound", DROVER_QMP_ERROR_COMMAND_NOT_FOUND },
    { "DeviceNotActive", DROVER_QMP_ERROR_DEVICE_NOT_ACTIVE },
    { "DeviceNotFound", DROVER_QMP_ERROR_DEVICE_NOT_FOUND },
    { "KVMMissingCap", DROVER_QMP_ERROR_KVM_MISSING_CAP },
    { "SomethingNewer", DROVER_QMP_ERROR_GENERIC },
  };
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverQmp) qmp = fake_qmp_open (fake);

  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      DexFuture *future = drover_qmp_execute (qmp, "fail", NULL);
      g_autofree char *text =
        g_strdup_printf ("{\"error\": {\"class\": \"%s\", \"desc\": \"no %%s, it's off\"}, "
                         "\"id\": %d}\r\n",
                         classes[i].name, (int) fake_qmp_expect (fake, "fail"));

      fake_qmp_say (fake, text);
      assert_rejected (future, DROVER_QMP_ERROR, classes[i].code, "no %s, it's off");
    }
  g_assert_true (drover_qmp_is_open (qmp));
}

/* What is no QMP ends the connection, with all that waits for it. */
static void
test_garbage (gconstpointer text)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverQmp) qmp = fake_qmp_open (fake);
  DexFuture *one = drover_qmp_execute (qmp, "one", NULL);
  DexFuture *two = drover_qmp_execute_full (qmp, "two", NULL, 0);
  DexFuture *closed = drover_qmp_when_closed (qmp);

  fake_qmp_say (fake, text);
  assert_rejected (one, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL, "");
  assert_rejected (two, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL, "");
  assert_rejected (closed, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL, "");
  g_assert_false (drover_qmp_is_open (qmp));
  assert_rejected (drover_qmp_execute (qmp, "three", NULL), DROVER_QMP_ERROR,
                   DROVER_QMP_ERROR_PROTOCOL, "");
  drop (g_steal_pointer (&qmp));
}

static void
test_garbage_greeting (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  DexFuture *future = drover_qmp_open (G_IO_STREAM (fake->ours), A_WHILE);

  fake_qmp_say (fake, "SSH-2.0-OpenSSH_10.0\r\n");
  assert_rejected (future, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL, "SSH-2.0");
}

static void
test_half_a_line (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  DexFuture *future = drover_qmp_open (G_IO_STREAM (fake->ours), A_WHILE);

  fake_qmp_say (fake, "{\"QMP\": {\"ver");
  fake_qmp_hang_up (fake);
  assert_rejected (future, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL, "middle of a line");
}

static void
test_closes_at_once (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  DexFuture *future = drover_qmp_open (G_IO_STREAM (fake->ours), A_WHILE);

  fake_qmp_hang_up (fake);
  assert_rejected (future, DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED, "");
}

static void
test_says_nothing (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (GInputStream) stream =
    g_object_ref (g_io_stream_get_input_stream (G_IO_STREAM (fake->theirs)));
  g_autoptr (GError) error = NULL;
  char byte;

  assert_rejected (drover_qmp_open (G_IO_STREAM (fake->ours), 20), DROVER_QMP_ERROR,
                   DROVER_QMP_ERROR_BUSY, "");

  /* And it leaves, so that it does not stand in a line it no longer waits in. */
  g_assert_cmpint (g_input_stream_read (stream, &byte, 1, NULL, &error), ==, 0);
  g_assert_no_error (error);
}

static void
test_greets_and_dies (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  DexFuture *future = drover_qmp_open (G_IO_STREAM (fake->ours), A_WHILE);

  fake_qmp_say (fake, FAKE_GREETING);
  fake_qmp_hang_up (fake);
  assert_rejected (future, DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED, "");
}

static void
test_refuses_capabilities (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  DexFuture *future = drover_qmp_open (G_IO_STREAM (fake->ours), A_WHILE);

  fake_qmp_say (fake, FAKE_GREETING);
  fake_qmp_expect (fake, "qmp_capabilities");
  fake_qmp_say (fake, "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"negotiated "
                      "already\"}, \"id\": 0}\r\n");
  assert_rejected (future, DROVER_QMP_ERROR, DROVER_QMP_ERROR_COMMAND_NOT_FOUND, "already");
}

/* A reply that nobody asked for changes nothing. */
static void
test_stray_replies (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverQmp) qmp = fake_qmp_open (fake);
  DexFuture *future = drover_qmp_execute (qmp, "asked", NULL);
  gint64 id = fake_qmp_expect (fake, "asked");
  g_autoptr (JsonNode) result = NULL;

  fake_qmp_say (fake, "{\"return\": {}}\r\n{\"return\": {}, \"id\": 4711}\r\n" FAKE_GREETING
                      "{\"error\": {\"class\": \"GenericError\", \"desc\": \"x\"}}\r\n");
  g_assert_true (dex_future_is_pending (future));
  fake_qmp_reply (fake, id, "[]");
  result = await_return (future);

  /* Twice the same is once too often, and does no harm. */
  fake_qmp_reply (fake, id, "[]");
  result = (json_node_unref (result), NULL);
  future = drover_qmp_execute (qmp, "again", NULL);
  fake_qmp_reply (fake, fake_qmp_expect (fake, "again"), "{}");
  result = await_return (future);
}

static void
test_big_reply (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverQmp) qmp = fake_qmp_open (fake);
  DexFuture *future = drover_qmp_execute (qmp, "big", NULL);
  gint64 id = fake_qmp_expect (fake, "big");
  g_autoptr (GString) text = g_string_new ("\"");
  g_autoptr (JsonNode) result = NULL;

  for (guint i = 0; i < BIG; i++)
    g_string_append_c (text, 'a' + i % 26);
  g_string_append_c (text, '"');
  fake_qmp_reply (fake, id, text->str);
  result = await_return (future);
  g_assert_cmpuint (strlen (json_node_get_string (result)), ==, BIG);
}

/* A command that is larger than a socket takes at once, to a peer that is slow to read. */
static void
test_big_command (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverQmp) qmp = fake_qmp_open (fake);
  g_autofree char *big = g_strnfill (BIG, 'x');
  JsonNode *arguments = json_node_init_object (json_node_alloc (), json_object_new ());
  g_autoptr (JsonObject) heard = NULL;
  DexFuture *first;
  DexFuture *second;

  json_object_set_string_member (json_node_get_object (arguments), "big", big);
  json_object_unref (json_node_get_object (arguments));
  first = drover_qmp_execute (qmp, "first", arguments);
  second = drover_qmp_execute (qmp, "second", NULL);
  heard = fake_qmp_hear (fake);
  g_assert_cmpstr (json_object_get_string_member (heard, "execute"), ==, "first");
  fake_qmp_reply (fake, json_object_get_int_member (heard, "id"), "{}");
  fake_qmp_reply (fake, fake_qmp_expect (fake, "second"), "{}");
  g_assert_true (drover_test_await (first, NULL));
  g_assert_true (drover_test_await (second, NULL));
}

static void
test_close_with_pending (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverQmp) qmp = fake_qmp_open (fake);
  DexFuture *futures[20];

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    futures[i] = drover_qmp_execute_full (qmp, "wait", NULL, i % 2 ? A_WHILE : 0);
  drover_qmp_close (qmp);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    assert_rejected (futures[i], DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED, "");
  assert_rejected (drover_qmp_when_closed (qmp), DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED, "");
  drover_qmp_close (qmp);
  drop (g_steal_pointer (&qmp));
}

/* What the peer said before it left is still heard. */
static void
test_hang_up_after_reply (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverQmp) qmp = fake_qmp_open (fake);
  g_autoptr (GString) log = g_string_new (NULL);
  DexFuture *quit = drover_qmp_execute (qmp, "quit", NULL);
  DexFuture *more = drover_qmp_execute (qmp, "more", NULL);
  gint64 id = fake_qmp_expect (fake, "quit");

  g_signal_connect (qmp, "event", G_CALLBACK (event_cb), log);
  fake_qmp_reply (fake, id, "{}");
  fake_qmp_say (fake, "{\"event\": \"SHUTDOWN\", \"timestamp\": {}}\r\n");
  fake_qmp_hang_up (fake);
  g_assert_true (drover_test_await (quit, NULL));
  assert_rejected (more, DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED, "");
  g_assert_cmpstr (log->str, ==, "SHUTDOWN ");
}

/* To write to one who has gone must not end us by SIGPIPE. */
static void
test_execute_after_hang_up (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverQmp) qmp = fake_qmp_open (fake);
  DexFuture *future;

  fake_qmp_hang_up (fake);
  future = drover_qmp_execute (qmp, "late", NULL);
  assert_rejected (future, DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED, "");
  g_assert_false (drover_qmp_is_open (qmp));
}

static void
test_timeout (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverQmp) qmp = fake_qmp_open (fake);
  DexFuture *slow = drover_qmp_execute_full (qmp, "slow", NULL, 10);
  gint64 id = fake_qmp_expect (fake, "slow");
  DexFuture *next;

  assert_rejected (slow, DROVER_QMP_ERROR, DROVER_QMP_ERROR_TIMEOUT, "slow");

  /* The late answer is not taken for the next command's. */
  next = drover_qmp_execute (qmp, "next", NULL);
  fake_qmp_reply (fake, id, "\"late\"");
  g_assert_true (dex_future_is_pending (next));
  fake_qmp_reply (fake, fake_qmp_expect (fake, "next"), "\"next\"");
  g_assert_true (drover_test_await (next, NULL));
}

static void
test_dropped_with_pending (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverQmp) qmp = fake_qmp_open (fake);
  DexFuture *closed = drover_qmp_when_closed (qmp);
  DexFuture *one = drover_qmp_execute (qmp, "one", NULL);
  DexFuture *two = drover_qmp_execute_full (qmp, "two", NULL, 0);

  drop (g_steal_pointer (&qmp));
  assert_rejected (one, DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED, "");
  assert_rejected (two, DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED, "");
  assert_rejected (closed, DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED, "");
}

static void
test_dropped_while_opening (gconstpointer greet)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  DexFuture *future = drover_qmp_open (G_IO_STREAM (fake->ours), A_WHILE);
  g_autoptr (GError) error = NULL;
  char byte;

  if (greet)
    {
      fake_qmp_say (fake, FAKE_GREETING);
      fake_qmp_expect (fake, "qmp_capabilities");
    }
  dex_unref (future);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (
                                          G_IO_STREAM (fake->theirs)), &byte, 1, NULL, &error),
                   ==, 0);
  g_assert_no_error (error);
}

static void
close_cb (DroverQmp *qmp, const char *name, JsonObject *message, GString *log)
{
  g_string_append (log, name);
  drover_qmp_close (qmp);
}

static void
drop_cb (DroverQmp *qmp, const char *name, JsonObject *message, DroverQmp **held)
{
  g_clear_object (held);
}

/* Who listens may close, or drop, the connection while it speaks. */
static void
test_closed_by_listener (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverQmp) qmp = fake_qmp_open (fake);
  g_autoptr (GString) log = g_string_new (NULL);

  g_signal_connect (qmp, "event", G_CALLBACK (close_cb), log);
  fake_qmp_say (fake, "{\"event\": \"A\", \"timestamp\": {}}\r\n"
                      "{\"event\": \"B\", \"timestamp\": {}}\r\n");
  drover_test_until (!drover_qmp_is_open (qmp));
  g_assert_cmpstr (log->str, ==, "A");
}

static void
test_dropped_by_listener (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  DroverQmp *qmp = fake_qmp_open (fake);

  g_signal_connect (qmp, "event", G_CALLBACK (drop_cb), &qmp);
  fake_qmp_say (fake, "{\"event\": \"A\", \"timestamp\": {}}\r\n"
                      "{\"event\": \"B\", \"timestamp\": {}}\r\n");
  drover_test_until (qmp == NULL);
}

static void
test_no_socket (void)
{
  g_autofree char *path = g_build_filename (drover_test_dir (), "none.sock", NULL);

  assert_rejected (drover_qmp_connect (path, A_WHILE), G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "");
}

int
main (int argc, char **argv)
{
  static const char *const garbage[][2] = {
    { "text", "hello\r\n" },
    { "array", "[1, 2]\r\n" },
    { "number", "7\n" },
    { "object", "{\"surprise\": 1}\r\n" },
    { "half-object", "{\"return\": \r\n" },
    { "binary", "\x01\x02\xff\xfe\n" },
    { "id-text", "{\"return\": {}, \"id\": \"x\"}\r\n" },
    { "error-text", "{\"error\": \"x\", \"id\": 1}\r\n" },
    { "error-empty", "{\"error\": {}, \"id\": 1}\r\n" },
    { "event-number", "{\"event\": 1}\r\n" },
    { "null", "{\"QMP\": null}\r\n" },
  };

  drover_test_init (&argc, &argv);
  g_test_add_func ("/qmp/open", test_open);
  g_test_add_func ("/qmp/greeting-in-pieces", test_greeting_in_pieces);
  g_test_add_func ("/qmp/execute", test_execute);
  g_test_add_func ("/qmp/mixed", test_mixed);
  g_test_add_func ("/qmp/error-classes", test_error_classes);
  for (guint i = 0; i < G_N_ELEMENTS (garbage); i++)
    {
      g_autofree char *path = g_strconcat ("/qmp/garbage/", garbage[i][0], NULL);

      g_test_add_data_func (path, garbage[i][1], test_garbage);
    }
  g_test_add_func ("/qmp/garbage/greeting", test_garbage_greeting);
  g_test_add_func ("/qmp/half-a-line", test_half_a_line);
  g_test_add_func ("/qmp/closes-at-once", test_closes_at_once);
  g_test_add_func ("/qmp/says-nothing", test_says_nothing);
  g_test_add_func ("/qmp/greets-and-dies", test_greets_and_dies);
  g_test_add_func ("/qmp/refuses-capabilities", test_refuses_capabilities);
  g_test_add_func ("/qmp/stray-replies", test_stray_replies);
  g_test_add_func ("/qmp/big-reply", test_big_reply);
  g_test_add_func ("/qmp/big-command", test_big_command);
  g_test_add_func ("/qmp/close-with-pending", test_close_with_pending);
  g_test_add_func ("/qmp/hang-up/after-reply", test_hang_up_after_reply);
  g_test_add_func ("/qmp/hang-up/execute", test_execute_after_hang_up);
  g_test_add_func ("/qmp/timeout", test_timeout);
  g_test_add_func ("/qmp/dropped/with-pending", test_dropped_with_pending);
  g_test_add_data_func ("/qmp/dropped/before-greeting", NULL, test_dropped_while_opening);
  g_test_add_data_func ("/qmp/dropped/after-greeting", "greet", test_dropped_while_opening);
  g_test_add_func ("/qmp/listener/closes", test_closed_by_listener);
  g_test_add_func ("/qmp/listener/drops", test_dropped_by_listener);
  g_test_add_func ("/qmp/no-socket", test_no_socket);
  return drover_test_run ();
}
