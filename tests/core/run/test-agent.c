/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-agent-channel.h"
#include "drover-agent-exec.h"
#include "drover-agent-facts.h"
#include "drover-agent-files.h"
#include "drover-agent-stream.h"
#include "drover-agent.h"
#include "drover-arguments.h"

#include "../qemu/fake-qmp.h"

/* What a guest may say that is not to be trusted. tests/cli/test-agent.py has the real agent,
 * through a real QEMU. */

static gint64
get_sync_id (FakeQmp *fake)
{
  g_autofree char *line = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *object;

  g_data_input_stream_read_line_async (fake->lines, G_PRIORITY_DEFAULT, NULL, heard_cb, &result);
  drover_test_until (result != NULL);
  line = g_data_input_stream_read_line_finish (fake->lines, result, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint ((guchar) line[0], ==, 0xff);
  node = json_from_string (line + 1, &error);
  g_assert_no_error (error);
  object = json_node_get_object (node);
  g_assert_cmpstr (json_object_get_string_member (object, "execute"), ==, "guest-sync-delimited");
  return json_object_get_int_member (json_object_get_object_member (object, "arguments"), "id");
}

static void
say_synced (FakeQmp *fake, gint64 id)
{
  g_autofree char *text = g_strdup_printf ("\xff{\"return\": %" G_GINT64_FORMAT "}\n", id);

  fake_qmp_say (fake, text);
}

static DroverAgent *
open_agent (FakeQmp *fake, const char *before)
{
  DexFuture *future = drover_agent_open (G_IO_STREAM (fake->ours), A_WHILE);
  gint64 id = get_sync_id (fake);
  g_autoptr (GError) error = NULL;
  DroverAgent *agent;

  if (before != NULL)
    fake_qmp_say (fake, before);
  say_synced (fake, id);
  agent = drover_test_await_object (future, &error);
  g_assert_no_error (error);
  return agent;
}

/* Whatever was said before, and to whom, the talk begins at the same place. */
static void
test_sync (gconstpointer before)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverAgent) agent = open_agent (fake, before);
  DexFuture *future = drover_agent_execute (agent, "guest-ping", NULL, A_WHILE);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;

  fake_qmp_reply (fake, fake_qmp_expect (fake, "guest-ping"), "5");
  node = drover_test_await_boxed (future, &error);
  g_assert_no_error (error);
  g_assert_cmpint (json_node_get_int (node), ==, 5);
}

static void
test_silence (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (drover_test_await (drover_agent_open (G_IO_STREAM (fake->ours), 1), &error));
  g_assert_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_TIMEOUT);
}

/* Each of these ends the talk, and what waits hears why. */
static void
test_nonsense (gconstpointer said)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverAgent) agent = open_agent (fake, NULL);
  DexFuture *future = drover_agent_execute (agent, "guest-ping", NULL, A_WHILE);
  g_autoptr (GError) error = NULL;

  fake_qmp_expect (fake, "guest-ping");
  fake_qmp_say (fake, said);
  g_assert_false (drover_test_await (future, &error));
  g_assert_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_false (drover_agent_is_open (agent));
  g_clear_error (&error);
  g_assert_false (drover_test_await (drover_agent_execute (agent, "guest-ping", NULL, A_WHILE),
                                     &error));
  g_assert_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL);
}

/* An answer that nobody waits for any more is not taken for the next one. */
static void
test_late (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverAgent) agent = open_agent (fake, NULL);
  DexFuture *future = drover_agent_execute (agent, "guest-get-time", NULL, 1);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  gint64 id;

  g_assert_false (drover_test_await (future, &error));
  g_assert_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_TIMEOUT);
  g_clear_error (&error);
  fake_qmp_expect (fake, "guest-get-time");

  future = drover_agent_execute (agent, "guest-ping", NULL, A_WHILE);
  id = get_sync_id (fake);
  fake_qmp_say (fake, "{\"return\": 1}\n");
  say_synced (fake, id);
  fake_qmp_reply (fake, fake_qmp_expect (fake, "guest-ping"), "2");
  node = drover_test_await_boxed (future, &error);
  g_assert_no_error (error);
  g_assert_cmpint (json_node_get_int (node), ==, 2);
}

/* An agent's own error has its class and words, without what a terminal would obey. */
static void
test_error (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverAgent) agent = open_agent (fake, NULL);
  DexFuture *future = drover_agent_execute (agent, "guest-set-time", NULL, A_WHILE);
  g_autoptr (GError) error = NULL;

  fake_qmp_expect (fake, "guest-set-time");
  fake_qmp_say (fake, "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"no\\u001b[2J\"}}\n");
  g_assert_false (drover_test_await (future, &error));
  g_assert_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_COMMAND_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "no [2J"));
  g_assert_true (drover_agent_is_open (agent));
}

/* A guest that never ends a line, or has too much in one, must not fill the memory. */
static void
test_bounds (void)
{
  g_autoptr (DroverAgentStream) stream = drover_agent_stream_new ();
  g_autofree char *brackets = g_malloc (2 * DROVER_AGENT_MOST_VALUES + 2);
  g_autofree char *block = g_malloc (1024 * 1024);
  g_autoptr (GError) error = NULL;
  guint64 pushed = 0;

  for (guint i = 0; i <= DROVER_AGENT_MOST_VALUES; i++)
    memcpy (brackets + 2 * i, "[,", 2);
  drover_agent_stream_push (stream, brackets, 2 * DROVER_AGENT_MOST_VALUES + 2);
  drover_agent_stream_push (stream, "\n", 1);
  g_assert_null (drover_agent_stream_pop (stream, &error));
  g_assert_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL);
  g_clear_error (&error);

  memset (block, 'x', 1024 * 1024);
  while (error == NULL)
    {
      drover_agent_stream_push (stream, block, 1024 * 1024);
      pushed += 1024 * 1024;
      g_assert_null (drover_agent_stream_pop (stream, &error));
      g_assert_cmpuint (pushed, <=, DROVER_AGENT_LONGEST_LINE + 1024 * 1024);
    }
  g_assert_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL);
  g_clear_error (&error);

  /* What comes before the delimiter is not even kept. */
  drover_agent_stream_await_sync (stream);
  for (guint i = 0; i < 2 * DROVER_AGENT_LONGEST_LINE / (1024 * 1024); i++)
    {
      drover_agent_stream_push (stream, block, 1024 * 1024);
      g_assert_null (drover_agent_stream_pop (stream, &error));
      g_assert_no_error (error);
    }
}

/* Facts of wrong types, and of a million addresses. */
static void
test_facts (void)
{
  static const char *const answers[][2] = {
    { "guest-info", "{\"version\": 3, \"supported_commands\": [7, {\"name\": \"guest-get-osinfo\","
                    "\"enabled\": true}, {\"name\": \"guest-get-host-name\", \"enabled\": true},"
                    "{\"name\": \"guest-get-fsinfo\", \"enabled\": true},"
                    "{\"name\": \"guest-get-time\", \"enabled\": false}]}" },
    { "guest-get-osinfo", "{\"pretty-name\": \"A\\nB\", \"id\": [], \"machine\": \"x86_64\"}" },
    { "guest-get-host-name", "null" },
    { "guest-get-fsinfo", "[{\"mountpoint\": \"/\", \"used-bytes\": 9, \"total-bytes\": 4}, 1,"
                          "{\"mountpoint\": \"/a\", \"used-bytes\": -9}]" },
  };
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverAgent) agent = open_agent (fake, NULL);
  DexFuture *future = drover_agent_load_facts (agent);
  g_autoptr (DroverAgentFacts) facts = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    fake_qmp_reply (fake, fake_qmp_expect (fake, answers[i][0]), answers[i][1]);
  facts = drover_test_await_boxed (future, &error);
  g_assert_no_error (error);
  g_assert_null (facts->version);
  g_assert_cmpstr (facts->os, ==, "A B");
  g_assert_null (facts->os_id);
  g_assert_null (facts->host_name);
  g_assert_cmpuint (facts->filesystems->len, ==, 2);
  g_assert_cmpuint (((DroverAgentFilesystem *) facts->filesystems->pdata[0])->used, ==, 4);
  g_assert_false (facts->has_time);
  /* The addresses and the time. */
  g_assert_cmpuint (facts->refusals->len, ==, 2);
}

/* A copy that is cancelled leaves no file, and says so; one whose sum differs is no copy. */
static void
test_copy (void)
{
  g_autoptr (FakeQmp) fake = fake_qmp_new ();
  g_autoptr (DroverAgent) agent = open_agent (fake, NULL);
  g_autofree char *path = g_build_filename (drover_test_dir (), "copy", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  DexFuture *future = drover_agent_copy_out (agent, "/a", path, NULL, NULL, NULL);

  fake_qmp_reply (fake, fake_qmp_expect (fake, "guest-file-open"), "1000");
  fake_qmp_reply (fake, fake_qmp_expect (fake, "guest-file-seek"), "{\"position\": 3}");
  fake_qmp_reply (fake, fake_qmp_expect (fake, "guest-file-seek"), "{\"position\": 0}");
  fake_qmp_reply (fake, fake_qmp_expect (fake, "guest-file-read"),
                  "{\"count\": 3, \"buf-b64\": \"YWJj\", \"eof\": true}");
  fake_qmp_reply (fake, fake_qmp_expect (fake, "guest-file-close"), "{}");
  /* There is no sha256sum; it is read back, and is another. */
  fake_qmp_expect (fake, "guest-exec");
  fake_qmp_say (fake, "{\"error\": {\"class\": \"GenericError\", \"desc\": \"none\"}}\n");
  fake_qmp_reply (fake, fake_qmp_expect (fake, "guest-file-open"), "1001");
  fake_qmp_reply (fake, fake_qmp_expect (fake, "guest-file-read"),
                  "{\"count\": 3, \"buf-b64\": \"YWJk\", \"eof\": true}");
  fake_qmp_reply (fake, fake_qmp_expect (fake, "guest-file-close"), "{}");
  g_assert_false (drover_test_await (future, &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_clear_error (&error);

  future = drover_agent_copy_out (agent, "/a", path, cancellable, NULL, NULL);
  fake_qmp_reply (fake, fake_qmp_expect (fake, "guest-file-open"), "1000");
  fake_qmp_reply (fake, fake_qmp_expect (fake, "guest-file-seek"), "{\"position\": 0}");
  fake_qmp_expect (fake, "guest-file-read");
  g_cancellable_cancel (cancellable);
  /* More bytes than it says. */
  g_clear_error (&error);
  fake_qmp_say (fake, "{\"return\": {\"count\": 1, \"buf-b64\": \"YWJk\", \"eof\": false}}\n");
  fake_qmp_reply (fake, fake_qmp_expect (fake, "guest-file-close"), "{}");
  g_assert_false (drover_test_await (future, &error));
  g_assert_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL);
  g_clear_error (&error);

  future = drover_agent_copy_out (agent, "/a", path, cancellable, NULL, NULL);
  fake_qmp_reply (fake, fake_qmp_expect (fake, "guest-file-open"), "1000");
  fake_qmp_reply (fake, fake_qmp_expect (fake, "guest-file-seek"), "{\"position\": 0}");
  fake_qmp_reply (fake, fake_qmp_expect (fake, "guest-file-close"), "{}");
  g_assert_false (drover_test_await (future, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static GPtrArray *
new_arguments (const char *const *words)
{
  GPtrArray *arguments = drover_arguments_new ();

  for (guint i = 0; words[i] != NULL; i += 2)
    g_ptr_array_add (arguments, drover_argument_new (words[i], words[i + 1]));
  return arguments;
}

#define WORDS(...) ((const char *const[]) { __VA_ARGS__, NULL })

static void
test_channel (void)
{
  g_autoptr (GPtrArray) none = new_arguments (WORDS ("-machine", "q35"));
  g_autoptr (GPtrArray) client = new_arguments (WORDS (
    "-chardev", "socket,id=a,path=/x", "-device",
    "{\"driver\":\"virtserialport\",\"chardev\":\"a\",\"name\":\"org.qemu.guest_agent.0\"}"));
  g_autoptr (GPtrArray) serial = new_arguments (WORDS (
    "-chardev", "socket,id=qga,path=ga.sock,server,nowait", "-device",
    "isa-serial,chardev=qga"));
  g_autoptr (GPtrArray) other = new_arguments (WORDS (
    "-chardev", "socket,id=c,path=c.sock,server=on,wait=off", "-device",
    "isa-serial,chardev=c", "-device", "virtserialport,chardev=c,name=other"));
  g_autoptr (DroverAgentChannel) channel = NULL;
  g_autoptr (GPtrArray) added = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (drover_agent_channel_find (none));
  g_assert_null (drover_agent_channel_find (other));
  channel = drover_agent_channel_find (client);
  g_assert_nonnull (channel->problem);
  g_clear_pointer (&channel, drover_agent_channel_free);
  channel = drover_agent_channel_find (serial);
  g_assert_null (channel->problem);
  g_assert_cmpstr (channel->path, ==, "ga.sock");
  g_assert_false (channel->tells);
  g_clear_pointer (&channel, drover_agent_channel_free);

  added = drover_agent_channel_add (none, "qemu-system-x86_64", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (added->len, ==, 4);
  channel = drover_agent_channel_find (added);
  g_assert_null (channel->problem);
  g_assert_true (channel->tells);
  g_assert_cmpstr (channel->path, ==, "agent.sock");
  g_assert_nonnull (channel->device_id);
  g_assert_null (drover_agent_channel_add (added, "qemu-system-x86_64", &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);

  g_test_add_data_func ("/agent/sync/plain", NULL, test_sync);
  g_test_add_data_func ("/agent/sync/garbage", "\x01\xc3 {[\n\n]}\n", test_sync);
  g_test_add_data_func ("/agent/sync/other-client", "\xff{\"return\": 4}\n{\"return\": {}}\n",
                        test_sync);
  g_test_add_data_func ("/agent/sync/half", "{\"return\": [1, 2", test_sync);
  g_test_add_data_func ("/agent/sync/odd", "\xff[]\n\xff{\"return\": \"4\"}\n", test_sync);
  g_test_add_func ("/agent/silence", test_silence);
  g_test_add_data_func ("/agent/nonsense/text", "hello\n", test_nonsense);
  g_test_add_data_func ("/agent/nonsense/list", "[]\n", test_nonsense);
  g_test_add_data_func ("/agent/nonsense/neither", "{}\n", test_nonsense);
  g_test_add_data_func ("/agent/nonsense/delimiter", "\xff\xff\n", test_nonsense);
  g_test_add_data_func ("/agent/nonsense/wrong-id", "{\"return\": 1, \"id\": 9}\n", test_nonsense);
  g_test_add_data_func ("/agent/nonsense/odd-id", "{\"return\": 1, \"id\": {}}\n", test_nonsense);
  g_test_add_func ("/agent/late", test_late);
  g_test_add_func ("/agent/error", test_error);
  g_test_add_func ("/agent/bounds", test_bounds);
  g_test_add_func ("/agent/facts", test_facts);
  g_test_add_func ("/agent/copy", test_copy);
  g_test_add_func ("/agent/channel", test_channel);

  return drover_test_run ();
}
