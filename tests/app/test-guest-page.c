/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "configuration-fixture.h"
#include "drover-dex.h"
#include "drover-guest-page.h"
#include "run-fixture.h"
#include "window-fixture.h"

/* The guest agent in the real window, through a real QEMU: the agent is a real one that runs on
 * this computer; what it must not do to this computer, a played one is asked for. */

/* The guest: a wire from its first serial port, the agent's channel, to its second, at whose other
 * end is the agent. Instead of a firmware, as that of run-fixture.h.
 *
 *        cli; 0x3fb and 0x2fb: 3                8N1
 *        0x3fa and 0x2fa: 1                     queues, or each byte takes its time
 *  one:  mov dx,0x3fd; in al,dx; test al,1; jz two           has the first port a byte …
 *        mov dx,0x2fd; in al,dx; test al,0x20; jz two        … and the second room for it?
 *        mov dx,0x3f8; in al,dx; mov dx,0x2f8; out dx,al
 *  two:  (the same the other way) jmp one */
static const guint8 wire_code[] = {
  0xfa, 0xba, 0xfb, 0x03, 0xb0, 0x03, 0xee, 0xba, 0xfb, 0x02, 0xee, 0xb0, 0x01, 0xba, 0xfa, 0x03,
  0xee, 0xba, 0xfa, 0x02, 0xee, 0xba, 0xfd, 0x03, 0xec, 0xa8, 0x01, 0x74, 0x10, 0xba, 0xfd, 0x02,
  0xec, 0xa8, 0x20, 0x74, 0x08, 0xba, 0xf8, 0x03, 0xec, 0xba, 0xf8, 0x02, 0xee, 0xba, 0xfd, 0x02,
  0xec, 0xa8, 0x01, 0x74, 0xe0, 0xba, 0xfd, 0x03, 0xec, 0xa8, 0x20, 0x74, 0xd8, 0xba, 0xf8, 0x02,
  0xec, 0xba, 0xf8, 0x03, 0xee, 0xeb, 0xce,
};

/* Never what stops this computer or sets its clock. */
#define ALLOWED                                                                               \
  "guest-sync,guest-sync-delimited,guest-ping,guest-info,guest-get-osinfo,"                   \
  "guest-get-host-name,guest-get-time,guest-network-get-interfaces,guest-get-fsinfo,"         \
  "guest-file-open,guest-file-close,guest-file-read,guest-file-write,guest-file-seek,"        \
  "guest-file-flush,guest-exec,guest-exec-status"

static char *
dup_path (const char *name)
{
  return g_build_filename (drover_test_dir (), name, NULL);
}

/* Puts a machine there whose agent is behind `inside.sock`. */
static char *
put_wire (void)
{
  g_autofree guint8 *image = g_malloc0 (GUEST_SIZE);
  g_autofree char *path = dup_path ("wire.bin");
  g_autofree char *inside = dup_path ("inside.sock");
  g_autofree char *chardev = g_strdup_printf ("socket,id=inside,path=%s", inside);
  g_autoptr (DroverMachine) machine = NULL;
  g_autoptr (DroverDocument) document = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  memcpy (image, wire_code, sizeof wire_code);
  memcpy (image + GUEST_SIZE - 16, guest_reset, sizeof guest_reset);
  g_file_set_contents (path, (const char *) image, GUEST_SIZE, &error);
  g_assert_no_error (error);
  machine = new_machine (
    QEMU, ARGUMENTS ("-machine", "pc", "-accel", "tcg", "-m", "16", "-nodefaults", "-display",
                     "none", "-bios", path, "-chardev",
                     "socket,id=qga,path=qga.sock,server=on,wait=off", "-device",
                     "isa-serial,chardev=qga", "-chardev", chardev, "-device",
                     "isa-serial,chardev=inside"));
  document = drover_document_with_name (drover_machine_get_document (machine), "wire");
  text = drover_document_to_text (document);
  return window_put_machine ("wire", text);
}

static GtkWidget *
get_page (DroverWindow *window)
{
  return window_find_type (window, DROVER_TYPE_GUEST_PAGE);
}

static void
show_page (DroverWindow *window)
{
  window_activate_row (window, 0);
  window_press (window, "Activity");
  window_press (window, "Guest");
  drover_test_until (get_page (window) != NULL);
}

static void
start_and_ask (DroverWindow *window)
{
  show_page (window);
  g_assert_true (window_says (get_page (window), "The Machine Is Off"));
  g_assert_false (window_says (get_page (window), "Actions"));
  window_press (window, "Start");
  drover_test_until (window_says (get_page (window), "Operating system"));
}

static GtkWidget *
get_row (DroverWindow *window, const char *title)
{
  GtkWidget *label = window_find_label (get_page (window), title);

  g_assert_nonnull (label);
  return gtk_widget_get_ancestor (label, GTK_TYPE_LIST_BOX_ROW);
}

static gboolean
can_act (DroverWindow *window, const char *title)
{
  return gtk_widget_is_sensitive (get_row (window, title));
}

static void
act (DroverWindow *window, const char *title)
{
  g_test_message ("“%s”", title);
  drover_test_until (can_act (window, title));
  g_assert_true (gtk_widget_activate (get_row (window, title)));
}

/* A toast goes away by itself, and the next one may say the same. */
static void
await_toast (DroverWindow *window, const char *text)
{
  GtkWidget *overlay = window_find_type (window, ADW_TYPE_TOAST_OVERLAY);

  drover_test_until (window_says (window, text));
  adw_toast_overlay_dismiss_all (ADW_TOAST_OVERLAY (overlay));
  drover_test_until (!window_says (window, text));
}

/* The real agent */

static char *
dup_output (DroverWindow *window)
{
  GtkWidget *view = window_find_type (window, GTK_TYPE_TEXT_VIEW);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
}

static void
run_command (DroverWindow *window)
{
  GtkWidget *entry;
  g_autofree char *output = NULL;

  act (window, "Run a Command…");
  drover_test_until (window_can_press (window, "Run"));
  entry = window_find_type (window, ADW_TYPE_ENTRY_ROW);
  gtk_editable_set_text (GTK_EDITABLE (entry), "echo one; echo two >&2; exit 5");
  window_press (window, "Run");
  drover_test_until (window_says (window, "Exit status 5"));
  output = dup_output (window);
  g_assert_cmpstr (output, ==, "one\ntwo\n");
  window_picture (window, "guest", "command");
  g_assert_true (adw_dialog_close (ADW_DIALOG (gtk_widget_get_ancestor (entry, ADW_TYPE_DIALOG))));
  drover_test_until (window_find_type (window, GTK_TYPE_TEXT_VIEW) == NULL);
}

/* GTK's file dialogs leak a list of what is in the folder, in places that have no name to tell them
 * by; so they are not opened where leaks are looked for. The copying itself is, in test-agent.c. */
#ifdef __SANITIZE_ADDRESS__

static void
copy_files (DroverWindow *window)
{
}

#else

static void
ask_path (DroverWindow *window, const char *path, const char *button)
{
  drover_test_until (window_find_type (window, ADW_TYPE_ENTRY_ROW) != NULL);
  gtk_editable_set_text (GTK_EDITABLE (window_find_type (window, ADW_TYPE_ENTRY_ROW)), path);
  window_press_in_dialog (window, button);
}

static void
assert_same (const char *path, const char *expected, gsize length)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize found;

  g_file_get_contents (path, &text, &found, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (text, found, expected, length);
}

static void
copy_out (DroverWindow *window, const char *there, const char *data, gsize length)
{
  g_autofree char *back = dup_path ("back");
  g_autofree char *none = dup_path ("none");

  act (window, "Copy a File Out…");
  ask_path (window, there, "Save As…");
  window_choose_file (back);
  await_toast (window, "The file is copied, and both are the same.");
  assert_same (back, data, length);

  /* What cannot be done is said. */
  act (window, "Copy a File Out…");
  ask_path (window, "/no/such/file", "Save As…");
  window_choose_file (none);
  await_toast (window, "/no/such/file");
  g_assert_false (g_file_test (none, G_FILE_TEST_EXISTS));
}

static void
copy_files (DroverWindow *window)
{
  static const char data[] = "\0\377what is copied\n";
  g_autofree char *source = dup_path ("source");
  g_autofree char *there = dup_path ("there");
  g_autoptr (GError) error = NULL;

  g_file_set_contents (source, data, sizeof data, &error);
  g_assert_no_error (error);
  act (window, "Copy a File In…");
  window_choose_file (source);
  ask_path (window, there, "Copy");
  await_toast (window, "The file is copied, and both are the same.");
  assert_same (there, data, sizeof data);
  copy_out (window, there, data, sizeof data);
}

#endif

static void
real (DroverWindow *window, gconstpointer data)
{
  start_and_ask (window);
  g_assert_true (window_says (get_page (window), g_get_host_name ()));
  g_assert_true (window_says (get_page (window), "Addresses"));
  window_picture (window, "guest", "real");

  run_command (window);
  copy_files (window);

  /* These are forbidden. */
  g_assert_false (can_act (window, "Set the Clock"));
  g_assert_false (can_act (window, "Shut Down"));
  g_assert_true (window_says (get_row (window, "Shut Down"), "no “guest-shutdown”"));

  /* Nothing is left of it when the machine is off. */
  drover_dex_forget (drover_run_force_off (drover_window_get_run (window)));
  drover_test_until (window_says (get_page (window), "The Machine Is Off"));
  g_assert_false (window_says (get_page (window), "Actions"));
}

static GSubprocess *
start_real_agent (const char *path)
{
  g_autofree char *config = dup_path ("agent.conf");
  g_autofree char *pid_file = dup_path ("agent.pid");
  g_autofree char *state = dup_path ("agent-state");
  g_autofree char *search = g_strdup_printf ("%s:/usr/sbin", g_getenv ("PATH"));
  g_autofree char *program = NULL;
  g_autoptr (GError) error = NULL;
  GSubprocess *agent;

  g_setenv ("PATH", search, TRUE);
  program = g_find_program_in_path ("qemu-ga");
  g_assert_nonnull (program);
  g_file_set_contents (config, "[general]\n", -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_mkdir (state, 0700), ==, 0);
  agent = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, program, "-m",
                            "unix-listen", "-p", path, "-t", state, "-c", config, "-f", pid_file,
                            "-a", ALLOWED, NULL);
  g_assert_no_error (error);
  return agent;
}

static void
created_cb (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
            gboolean *there)
{
  *there |= event == G_FILE_MONITOR_EVENT_CREATED;
}

static void
test_real (void)
{
  g_autofree char *machine = put_wire ();
  g_autofree char *path = dup_path ("inside.sock");
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileMonitor) monitor =
    g_file_monitor_file (file, G_FILE_MONITOR_NONE, NULL, NULL);
  g_autoptr (GSubprocess) agent = NULL;
  gboolean there = FALSE;

  g_signal_connect (monitor, "changed", G_CALLBACK (created_cb), &there);
  agent = start_real_agent (path);
  drover_test_until (there || g_file_test (path, G_FILE_TEST_EXISTS));
  window_fixture_run (real, NULL);
  window_fixture_clean_up ();
  g_subprocess_force_exit (agent);
  g_subprocess_wait (agent, NULL, NULL);
}

/* The played agent */

typedef struct
{
  GSocketService *service;
  GDataInputStream *lines; /* of the one connection */
  GIOStream *stream;
  GPtrArray *heard; /* commands, with their arguments */
} Agent;

static const char *
get_answer (const char *command)
{
  static const char *const answers[][2] = {
    { "guest-info",
      "{\"version\": \"9.9\", \"supported_commands\": ["
      "{\"name\": \"guest-get-osinfo\", \"enabled\": true, \"success-response\": true},"
      "{\"name\": \"guest-get-host-name\", \"enabled\": true, \"success-response\": true},"
      "{\"name\": \"guest-network-get-interfaces\", \"enabled\": true,"
      " \"success-response\": true},"
      "{\"name\": \"guest-get-fsinfo\", \"enabled\": true, \"success-response\": true},"
      "{\"name\": \"guest-get-time\", \"enabled\": true, \"success-response\": true},"
      "{\"name\": \"guest-set-time\", \"enabled\": true, \"success-response\": true},"
      "{\"name\": \"guest-shutdown\", \"enabled\": true, \"success-response\": false}]}" },
    { "guest-get-osinfo", "{\"pretty-name\": \"Played OS 1\", \"id\": \"played\","
                          " \"kernel-release\": \"6.1\", \"machine\": \"x86_64\"}" },
    { "guest-get-host-name", "{\"host-name\": \"stage\"}" },
    { "guest-network-get-interfaces",
      "[{\"name\": \"lo\", \"ip-addresses\": [{\"ip-address\": \"127.0.0.1\","
      " \"ip-address-type\": \"ipv4\", \"prefix\": 8}]},"
      " {\"name\": \"eth0\", \"hardware-address\": \"52:54:00:12:34:56\","
      " \"ip-addresses\": [{\"ip-address\": \"10.0.2.15\", \"ip-address-type\": \"ipv4\","
      " \"prefix\": 24}]}]" },
    { "guest-get-fsinfo", "[{\"name\": \"vda1\", \"mountpoint\": \"/srv\", \"disk\": [],"
                          " \"type\": \"ext4\", \"used-bytes\": 1000000000,"
                          " \"total-bytes\": 4000000000}]" },
    { "guest-get-time", "1000000000" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    if (g_str_equal (answers[i][0], command))
      return answers[i][1];

  return "{}";
}

static void
say (Agent *agent, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (agent->stream), text, strlen (text),
                             NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
obey (Agent *agent, const char *line)
{
  g_autoptr (JsonNode) node = json_from_string (line + strspn (line, "\xff"), NULL);
  JsonObject *object = json_node_get_object (node);
  const char *command = json_object_get_string_member (object, "execute");
  g_autofree char *arguments =
    json_object_has_member (object, "arguments")
      ? json_to_string (json_object_get_member (object, "arguments"), FALSE)
      : g_strdup ("");
  g_autofree char *answer = NULL;

  g_ptr_array_add (agent->heard, g_strdup_printf ("%s %s", command, arguments));
  /* It says nothing when it obeys this one. */
  if (g_str_equal (command, "guest-shutdown"))
    return;

  if (g_str_equal (command, "guest-sync-delimited"))
    answer = g_strdup_printf ("\xff{\"return\": %" G_GINT64_FORMAT "}\n",
                              json_object_get_int_member (
                                json_object_get_object_member (object, "arguments"), "id"));
  else
    answer = g_strdup_printf ("{\"return\": %s, \"id\": %" G_GINT64_FORMAT "}\n",
                              get_answer (command), json_object_get_int_member (object, "id"));
  say (agent, answer);
}

static void
line_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Agent *agent = user_data;
  g_autofree char *line =
    g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);

  /* QEMU is gone. */
  if (line == NULL)
    return;
  obey (agent, line);
  g_data_input_stream_read_line_async (agent->lines, G_PRIORITY_DEFAULT, NULL, line_cb, agent);
}

static gboolean
incoming_cb (GSocketService *service, GSocketConnection *connection, GObject *source, Agent *agent)
{
  agent->stream = G_IO_STREAM (g_object_ref (connection));
  agent->lines = g_data_input_stream_new (g_io_stream_get_input_stream (agent->stream));
  g_data_input_stream_read_line_async (agent->lines, G_PRIORITY_DEFAULT, NULL, line_cb, agent);
  return TRUE;
}

static void
agent_init (Agent *agent)
{
  g_autofree char *path = dup_path ("inside.sock");
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;

  g_unlink (path);
  agent->heard = g_ptr_array_new_with_free_func (g_free);
  agent->service = g_socket_service_new ();
  g_socket_listener_add_address (G_SOCKET_LISTENER (agent->service), address,
                                 G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL,
                                 &error);
  g_assert_no_error (error);
  g_signal_connect (agent->service, "incoming", G_CALLBACK (incoming_cb), agent);
}

static void
agent_clear (Agent *agent)
{
  /* It must know that it is stopped before its socket is gone. */
  g_socket_service_stop (agent->service);
  drain ();
  g_socket_listener_close (G_SOCKET_LISTENER (agent->service));
  g_clear_object (&agent->service);
  g_clear_object (&agent->lines);
  g_clear_object (&agent->stream);
  g_clear_pointer (&agent->heard, g_ptr_array_unref);
}

static const char *
find_heard (Agent *agent, const char *start)
{
  for (guint i = 0; i < agent->heard->len; i++)
    if (g_str_has_prefix (agent->heard->pdata[i], start))
      return agent->heard->pdata[i];

  return NULL;
}

static gboolean
has_copied (GObject *source, const char *text)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (source));
  GdkContentProvider *content = gdk_clipboard_get_content (clipboard);
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  return content != NULL && gdk_content_provider_get_value (content, &value, NULL) &&
         g_strcmp0 (g_value_get_string (&value), text) == 0;
}

static void
played (DroverWindow *window, gconstpointer data)
{
  Agent *agent = (Agent *) data;
  gint64 before;

  start_and_ask (window);
  g_assert_true (window_says (get_page (window), "Played OS 1"));
  g_assert_true (window_says (get_page (window), "stage"));
  g_assert_true (window_says (get_page (window), "6.1 x86_64"));
  g_assert_true (window_says (get_page (window), "10.0.2.15/24"));
  g_assert_true (window_says (get_page (window), "eth0 · 52:54:00:12:34:56"));
  g_assert_false (window_says (get_page (window), "127.0.0.1"));
  g_assert_true (window_says (get_row (window, "/srv"), "1.0\302\240GB of 4.0\302\240GB used"));
  window_picture (window, "guest", "played");

  /* It can do no more than it says. */
  g_assert_false (can_act (window, "Run a Command…"));
  g_assert_false (can_act (window, "Copy a File In…"));
  g_assert_false (can_act (window, "Copy a File Out…"));

  window_press (window, "Copy the Address");
  drover_test_until (has_copied (G_OBJECT (window), "10.0.2.15"));

  before = g_get_real_time () * 1000;
  act (window, "Set the Clock");
  await_toast (window, "The guest’s clock is set.");
  g_assert_nonnull (find_heard (agent, "guest-set-time"));
  g_assert_cmpint (
    g_ascii_strtoll (strpbrk (find_heard (agent, "guest-set-time"), "0123456789"), NULL, 10), >=,
    before / 1000 * 1000);
  /* What is shown is asked anew. */
  drover_test_until (get_page (window) != NULL &&
                     window_says (get_page (window), "Operating system"));

  g_assert_null (find_heard (agent, "guest-shutdown"));
  act (window, "Shut Down");
  await_toast (window, "The guest shuts itself down.");
  g_assert_cmpstr (find_heard (agent, "guest-shutdown"), ==,
                   "guest-shutdown {\"mode\":\"powerdown\"}");
}

static void
test_played (void)
{
  g_autofree char *machine = put_wire ();
  Agent agent = { NULL };

  agent_init (&agent);
  window_fixture_run (played, &agent);
  window_fixture_clean_up ();
  agent_clear (&agent);
}

/* No agent */

static void
silent (DroverWindow *window, gconstpointer data)
{
  show_page (window);
  window_press (window, "Start");
  drover_test_until (window_says (get_page (window), "The Guest Agent Does Not Answer"));
  g_assert_true (window_says (get_page (window), "nothing there has opened the agent’s port"));
  g_assert_true (window_says (get_page (window), "sudo apt install qemu-guest-agent"));
  g_assert_false (window_says (get_page (window), "Actions"));
  window_press (window, "Try Again");
  drover_test_until (window_says (get_page (window), "Asking the Guest Agent"));
  drover_test_until (window_says (get_page (window), "The Guest Agent Does Not Answer"));
  window_picture (window, "guest", "silent");
}

static void
test_silent (void)
{
  g_autofree char *file = window_put_guest_with (
    "silent", ARGUMENTS ("-nographic", "-device", "virtio-serial-pci", "-chardev",
                         "socket,id=a,path=agent.sock,server=on,wait=off", "-device",
                         "virtserialport,chardev=a,name=org.qemu.guest_agent.0"));

  window_fixture_run (silent, NULL);
  window_fixture_clean_up ();
}

static void
add_channel (DroverWindow *window, gconstpointer data)
{
  DroverMachine *machine;
  g_autofree char *argv = NULL;
  g_auto (GStrv) words = NULL;

  show_page (window);
  g_assert_true (window_says (get_page (window), "No Channel to a Guest Agent"));
  window_press (window, "Start");
  drover_test_until (drover_run_is_running (drover_window_get_run (window)));
  drover_test_until (window_says (get_page (window), "No Channel to a Guest Agent"));
  window_press (window, "Add a Guest Agent Channel…");
  drover_test_until (window_says (window, "virtserialport"));
  window_press_in_dialog (window, "Cancel");
  g_assert_true (window_says (get_page (window), "No Channel to a Guest Agent"));

  window_press (window, "Add a Guest Agent Channel…");
  window_press_in_dialog (window, "Add");
  drover_test_until (window_says (get_page (window), "The Channel Comes With the Next Start"));
  machine = drover_run_get_machine (drover_window_get_run (window));
  words = drover_document_dup_argv (drover_machine_get_document (machine));
  argv = g_strjoinv (" ", words);
  g_assert_nonnull (strstr (argv, "name=org.qemu.guest_agent.0"));
}

static void
test_add_channel (void)
{
  g_autofree char *file = window_put_guest ("quick");

  window_fixture_run (add_channel, NULL);
  window_fixture_clean_up ();
}

int
main (int argc, char **argv)
{
  window_fixture_init (&argc, &argv);
  g_test_add_func ("/guest-page/real", test_real);
  g_test_add_func ("/guest-page/played", test_played);
  g_test_add_func ("/guest-page/silent", test_silent);
  g_test_add_func ("/guest-page/add-channel", test_add_channel);
  return drover_test_run ();
}
