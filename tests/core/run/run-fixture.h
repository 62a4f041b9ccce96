/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>

#include "drover-console.h"
#include "drover-error.h"
#include "drover-machine.h"
#include "drover-paths.h"
#include "drover-process.h"
#include "drover-run-record.h"
#include "drover-run.h"
#include "drover-test.h"

/* What the tests of running machines share: a guest, a machine that boots it, and a look at
 * QEMU from beside Drover. */

/* The guest, instead of a firmware (-bios), so that its first byte comes 20 ms after `cont`.
 * It says "first", then counts in lines "aaaaaaaa", "aaaaaaab" … without end. It obeys what
 * it reads: `x` ends QEMU through isa-debug-exit, `q` makes it say "quiet" and then only
 * repeat what it reads, until `g` lets it count again.
 *
 *          cli; xor ax,ax; mov ss,ax; mov sp,0x7000       a stack in the first 64 KiB
 *          mov dx,0x3fb; mov al,3; out dx,al              8N1
 *          mov si,first; call puts; xor ebx,ebx
 *  count:  mov cx,8
 *  digit:  rol ebx,4; mov al,bl; and al,15; add al,'a'; call putc; loop digit
 *          mov al,'\n'; call putc; inc ebx
 *          mov ecx,600000
 *  spin:   dec ecx; jnz spin                              about a millisecond
 *  poll:   mov dx,0x3fd; in al,dx; test al,1; jz count
 *          call getc; cmp al,'x'; je exit; cmp al,'q'; jne poll
 *          mov si,quiet; call puts
 *  echo:   call getc; cmp al,'x'; je exit; cmp al,'g'; je count; call putc; jmp echo
 *  exit:   mov dx,0xf4; xor al,al; out dx,al
 *  halt:   hlt; jmp halt
 *  getc:   mov dx,0x3fd; in al,dx; test al,1; jz getc; mov dx,0x3f8; in al,dx; ret
 *  putc:   push ax; mov dx,0x3fd
 *  wait:   in al,dx; test al,0x20; jz wait; pop ax; mov dx,0x3f8; out dx,al; ret
 *  puts:   lods al,cs:[si]; test al,al; jz done; call putc; jmp puts
 *  done:   ret
 *  first:  "first\n\0"   quiet: "quiet\n\0"
 */
static const guint8 guest_code[] = {
  0xfa, 0x31, 0xc0, 0x8e, 0xd0, 0xbc, 0x00, 0x70, 0xba, 0xfb, 0x03, 0xb0, 0x03, 0xee, 0xbe, 0x94,
  0x00, 0xe8, 0x74, 0x00, 0x66, 0x31, 0xdb, 0xb9, 0x08, 0x00, 0x66, 0xc1, 0xc3, 0x04, 0x88, 0xd8,
  0x24, 0x0f, 0x04, 0x61, 0xe8, 0x52, 0x00, 0xe2, 0xf1, 0xb0, 0x0a, 0xe8, 0x4b, 0x00, 0x66, 0x43,
  0x66, 0xb9, 0xc0, 0x27, 0x09, 0x00, 0x66, 0x49, 0x75, 0xfc, 0xba, 0xfd, 0x03, 0xec, 0xa8, 0x01,
  0x74, 0xd5, 0xe8, 0x27, 0x00, 0x3c, 0x78, 0x74, 0x1a, 0x3c, 0x71, 0x75, 0xed, 0xbe, 0x9b, 0x00,
  0xe8, 0x35, 0x00, 0xe8, 0x16, 0x00, 0x3c, 0x78, 0x74, 0x09, 0x3c, 0x67, 0x74, 0xb9, 0xe8, 0x18,
  0x00, 0xeb, 0xf0, 0xba, 0xf4, 0x00, 0x30, 0xc0, 0xee, 0xf4, 0xeb, 0xfd, 0xba, 0xfd, 0x03, 0xec,
  0xa8, 0x01, 0x74, 0xf8, 0xba, 0xf8, 0x03, 0xec, 0xc3, 0x50, 0xba, 0xfd, 0x03, 0xec, 0xa8, 0x20,
  0x74, 0xfb, 0x58, 0xba, 0xf8, 0x03, 0xee, 0xc3, 0x2e, 0xac, 0x84, 0xc0, 0x74, 0x05, 0xe8, 0xe8,
  0xff, 0xeb, 0xf5, 0xc3, 0x66, 0x69, 0x72, 0x73, 0x74, 0x0a, 0x00, 0x71, 0x75, 0x69, 0x65, 0x74,
  0x0a, 0x00,
};

#define GUEST_SIZE 65536
#define QEMU "qemu-system-x86_64"

/* Where a processor begins: 16 bytes before the end. A jump to the image's start. */
static const guint8 guest_reset[] = { 0xe9, 0x0d, 0x00 };

G_GNUC_UNUSED static char *
write_guest (void)
{
  g_autofree guint8 *image = g_malloc0 (GUEST_SIZE);
  char *path = g_build_filename (drover_test_dir (), "guest.bin", NULL);
  g_autoptr (GError) error = NULL;

  memcpy (image, guest_code, sizeof guest_code);
  memcpy (image + GUEST_SIZE - 16, guest_reset, sizeof guest_reset);
  g_file_set_contents (path, (const char *) image, GUEST_SIZE, &error);
  g_assert_no_error (error);
  return path;
}

/* A machine with a folder of its own. What begins with a dash in @arguments is a flag, and
 * anything else the value of the flag before it. */
G_GNUC_UNUSED static DroverMachine *
new_machine (const char *program, const char *const *arguments)
{
  static guint n_machines;
  g_autoptr (DroverDocument) empty = drover_document_new ("Test", program);
  g_autoptr (DroverDocument) document = NULL;
  g_autoptr (GPtrArray) list =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
  g_autofree char *slug = g_strdup_printf ("machine-%u", n_machines++);
  g_autofree char *folder = g_build_filename (drover_test_dir (), "machines", slug, NULL);
  g_autofree char *file = g_build_filename (folder, "machine.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; arguments[i] != NULL; i++)
    {
      gboolean has_value = arguments[i + 1] != NULL && arguments[i + 1][0] != '-';

      g_ptr_array_add (list, drover_argument_new (arguments[i],
                                                  has_value ? arguments[i + 1] : NULL));
      i += has_value;
    }

  document = drover_document_with_arguments (empty, list);
  text = drover_document_to_text (document);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (file, text, -1, &error);
  g_assert_no_error (error);
  return drover_machine_new (folder);
}

/* A machine with our guest and with @more arguments, such as the ones for its terminal. */
G_GNUC_UNUSED static DroverMachine *
new_guest_machine (const char *const *more)
{
  g_autofree char *guest = write_guest ();
  const char *const always[] = { "-machine", "pc",     "-accel", "tcg", "-m", "16", "-net",
                                 "none",     "-bios",  guest,    "-device",
                                 "isa-debug-exit,iobase=0xf4,iosize=4" };
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) arguments = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (always); i++)
    g_strv_builder_add (builder, always[i]);
  g_strv_builder_addv (builder, (const char **) more);
  arguments = g_strv_builder_end (builder);
  return new_machine (QEMU, (const char *const *) arguments);
}

#define ARGUMENTS(...) ((const char *const[]) { __VA_ARGS__, NULL })

G_GNUC_UNUSED static DroverRun *
new_guest_run (const char *const *more)
{
  g_autoptr (DroverMachine) machine = new_guest_machine (more);

  return drover_run_new (machine, DROVER_QMP_SOCKET);
}

/* A test that fails must not leave its guest running. */
static volatile sig_atomic_t guest_pids[64];

static void
abort_cb (int signal_number)
{
  for (guint i = 0; i < G_N_ELEMENTS (guest_pids); i++)
    if (guest_pids[i] > 0)
      kill (guest_pids[i], SIGKILL);
}

G_GNUC_UNUSED static void
start (DroverRun *run, gboolean attach_consoles)
{
  static guint n_guests;
  g_autoptr (GError) error = NULL;

  drover_test_await (drover_run_start (run, attach_consoles), &error);
  g_assert_no_error (error);
  guest_pids[n_guests++ % G_N_ELEMENTS (guest_pids)] = drover_run_get_pid (run);
  signal (SIGABRT, abort_cb);
}

G_GNUC_UNUSED static DroverRun *
new_started_run (const char *const *more)
{
  DroverRun *run = new_guest_run (more);

  start (run, TRUE);
  return run;
}

G_GNUC_UNUSED static DroverConsole *
get_console (DroverRun *run, guint position)
{
  g_autoptr (DroverConsole) console = g_list_model_get_item (drover_run_get_consoles (run),
                                                             position);

  g_assert_nonnull (console);
  return console; /* the run holds it */
}

/* Whether a process of this test program is about. All of them have a path below its private
 * folder in their command line. */
G_GNUC_UNUSED static gboolean
any_process_left (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_strdup_printf ("/proc/%s/cmdline", name);
      g_autofree char *text = NULL;
      gsize length;

      if (g_ascii_isdigit (name[0]) && g_file_get_contents (path, &text, &length, NULL) &&
          memmem (text, length, drover_test_dir (), strlen (drover_test_dir ())) != NULL)
        return TRUE;
    }

  return FALSE;
}

static gboolean
runtime_file_exists (DroverRun *run, const char *name)
{
  g_autofree char *folder = drover_run_dup_runtime_dir (run);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* Nothing runs and nothing lies about that would make somebody think so. */
G_GNUC_UNUSED static void
assert_off (DroverRun *run)
{
  static const char *const files[] = { DROVER_QMP_SOCKET, DROVER_CTL_SOCKET, DROVER_HMP_SOCKET,
                                       DROVER_USER_SOCKET,
                                       "console-0.sock",  "console-1.sock",
                                       DROVER_RUN_RECORD_FILE };

  g_assert_cmpstr (drover_run_get_state (run), ==, DROVER_STATE_OFF);
  g_assert_true (drover_run_is_off (run));
  g_assert_false (drover_run_is_live (run));
  g_assert_cmpint (drover_run_get_pid (run), ==, 0);
  g_assert_null (drover_run_get_qmp (run));
  g_assert_cmpuint (g_list_model_get_n_items (drover_run_get_consoles (run)), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    g_assert_false (runtime_file_exists (run, files[i]));
}

G_GNUC_UNUSED static void
force_off (DroverRun *run)
{
  g_autoptr (GError) error = NULL;

  drover_test_await (drover_run_force_off (run), &error);
  g_assert_no_error (error);
  assert_off (run);
  g_assert_no_error (drover_run_get_error (run));
}

/* Drops the last reference and sees that it was the last. */
G_GNUC_UNUSED static void
drop (DroverRun *run)
{
  gpointer weak = run;

  g_object_add_weak_pointer (G_OBJECT (run), &weak);
  g_object_unref (run);
  drover_test_until (weak == NULL);
}

G_GNUC_UNUSED static void
finish (DroverRun *run)
{
  if (!drover_run_is_off (run))
    force_off (run);
  drop (run);
  g_assert_false (any_process_left ());
}

/* Asks QEMU on its second QMP socket without any code of Drover's. Blocks: QEMU is another
 * process, so it answers all the same. */
G_GNUC_UNUSED static JsonNode *
ask_qemu (DroverRun *run, const char *command)
{
  g_autofree char *folder = drover_run_dup_runtime_dir (run);
  g_autofree char *path = g_build_filename (folder, DROVER_CTL_SOCKET, NULL);
  g_autofree char *text = g_strdup_printf ("{\"execute\":\"qmp_capabilities\"}\n"
                                           "{\"execute\":\"%s\",\"id\":\"asked\"}\n", command);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (GError) error = NULL;

  connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, &error);
  g_assert_no_error (error);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), text,
                             strlen (text), NULL, NULL, &error);
  g_assert_no_error (error);

  lines = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  for (;;)
    {
      g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, &error);
      g_autoptr (JsonNode) node = NULL;
      JsonObject *object;

      g_assert_no_error (error);
      g_assert_nonnull (line);
      node = json_from_string (line, &error);
      g_assert_no_error (error);
      object = json_node_get_object (node);
      if (json_object_has_member (object, "id"))
        {
          g_assert_true (json_object_has_member (object, "return"));
          return json_object_dup_member (object, "return");
        }
    }
}

G_GNUC_UNUSED static void
tell_qemu (DroverRun *run, const char *command)
{
  json_node_unref (ask_qemu (run, command));
}

G_GNUC_UNUSED static void
assert_qemu_state (DroverRun *run, const char *state)
{
  g_autoptr (JsonNode) node = ask_qemu (run, "query-status");

  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (node), "status"), ==,
                   state);
}

/* What a terminal would show. */
typedef struct
{
  GByteArray *bytes;
  gboolean seen_live;
} Screen;

static void
screen_cb (DroverConsole *console, const guint8 *data, gsize length, gboolean is_history,
           gpointer user_data)
{
  Screen *screen = user_data;

  g_assert_cmpuint (length, >, 0);
  g_assert_false (is_history && screen->seen_live);
  screen->seen_live |= !is_history;
  g_byte_array_append (screen->bytes, data, length);
}

G_GNUC_UNUSED static Screen *
screen_new (DroverConsole *console)
{
  Screen *screen = g_new0 (Screen, 1);

  screen->bytes = g_byte_array_new ();
  drover_console_set_consumer (console, screen_cb, screen);
  return screen;
}

static void
screen_free (Screen *screen)
{
  g_byte_array_unref (screen->bytes);
  g_free (screen);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Screen, screen_free)

G_GNUC_UNUSED static gboolean
screen_has (Screen *screen, const char *text)
{
  return screen->bytes->len > 0 &&
         memmem (screen->bytes->data, screen->bytes->len, text, strlen (text)) != NULL;
}

G_GNUC_UNUSED static gboolean
screen_begins (Screen *screen, const char *text)
{
  return screen->bytes->len >= strlen (text) &&
         memcmp (screen->bytes->data, text, strlen (text)) == 0;
}

G_GNUC_UNUSED static void
type (DroverConsole *console, const char *text)
{
  drover_console_write (console, text, strlen (text));
}

/* Reads all that is there already. */
static void
drain (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Of a guest that stands still: all it ever wrote was shown, once and in its order. */
G_GNUC_UNUSED static void
assert_screen_is_log (Screen *screen, DroverConsole *console)
{
  const char *path = drover_console_get_log (console);
  g_autofree char *log = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  drover_test_until (screen->bytes->len >= info.st_size);
  drain ();
  g_file_get_contents (path, &log, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (screen->bytes->data, screen->bytes->len, log, length);
}
