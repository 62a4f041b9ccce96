/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "drover-console.h"
#include "drover-dex.h"
#include "drover-error.h"
#include "drover-launch-plan.h"
#include "droverctl.h"

/* As in telnet and virsh. */
#define LEAVE_KEY 0x1d
#define CTRL_C 0x03

typedef struct
{
  DroverMachine *machine;
  DroverConsole *console;
  DexPromise *left;
  gboolean is_terminal;
} Bridge;

/* The terminal as it was. It is put back at exit too, so that an end by exit() or a failed
 * assertion does not leave the user's shell without echo. */
static struct termios saved_termios;
static gboolean termios_is_saved;

static void
restore_terminal (void)
{
  if (termios_is_saved)
    tcsetattr (STDIN_FILENO, TCSANOW, &saved_termios);
  termios_is_saved = FALSE;
}

static void
make_raw (void)
{
  struct termios raw;

  if (tcgetattr (STDIN_FILENO, &saved_termios) != 0)
    return;

  termios_is_saved = TRUE;
  atexit (restore_terminal);
  raw = saved_termios;
  cfmakeraw (&raw);
  tcsetattr (STDIN_FILENO, TCSANOW, &raw);
}

static gboolean
write_all (const guint8 *data, gsize length)
{
  while (length > 0)
    {
      gssize n = write (STDOUT_FILENO, data, length);

      if (n < 0 && errno == EAGAIN)
        g_poll (&(GPollFD) { STDOUT_FILENO, G_IO_OUT, 0 }, 1, -1);
      else if (n < 0 && errno != EINTR)
        return FALSE;
      data += MAX (n, 0);
      length -= MAX (n, 0);
    }

  return TRUE;
}

static void
leave (Bridge *bridge)
{
  if (dex_future_is_pending (DEX_FUTURE (bridge->left)))
    dex_promise_resolve_boolean (bridge->left, TRUE);
}

static void
output_cb (DroverConsole *console, const guint8 *data, gsize length, gboolean is_history,
           gpointer user_data)
{
  /* Whoever read it, such as `head`, has seen enough. */
  if (!write_all (data, length))
    leave (user_data);
}

static void
connected_changed_cb (DroverConsole *console, GParamSpec *pspec, Bridge *bridge)
{
  if (!drover_console_get_connected (console))
    leave (bridge);
}

static DexFuture *
force_off_fiber (gpointer user_data)
{
  g_autoptr (DroverRun) run = drover_run_new (user_data, DROVER_CTL_SOCKET);

  dex_await (drover_run_attach (run), NULL);
  dex_await (drover_run_force_off (run), NULL);
  return dex_future_new_true ();
}

/* Handles what was typed on a terminal: one key leaves, and where a shell's terminal would
 * have ended QEMU on Ctrl-C, so does this one. */
static void
handle_keys (Bridge *bridge, const guint8 *data, gsize length)
{
  const guint8 *leave_key = memchr (data, LEAVE_KEY, length);
  const guint8 *ctrl_c = memchr (data, CTRL_C, length);

  if (leave_key != NULL)
    length = leave_key - data;
  if (ctrl_c != NULL && ctrl_c < data + length && drover_console_get_ctrl_c_quits (bridge->console))
    {
      length = ctrl_c - data;
      drover_dex_forget (drover_dex_spawn (force_off_fiber,
                                              g_object_ref (bridge->machine), g_object_unref));
    }

  drover_console_write (bridge->console, data, length);
  if (leave_key != NULL)
    leave (bridge);
}

static gboolean
input_cb (int fd, GIOCondition condition, gpointer user_data)
{
  Bridge *bridge = user_data;
  guint8 buffer[4096];
  gssize n = read (fd, buffer, sizeof buffer);

  if (n < 0 && errno == EINTR)
    return G_SOURCE_CONTINUE;

  /* Input that is not a terminal ends; the guest's output goes on until the console does. */
  if (n <= 0)
    {
      if (bridge->is_terminal)
        leave (bridge);
      return G_SOURCE_REMOVE;
    }

  if (bridge->is_terminal)
    handle_keys (bridge, buffer, n);
  else
    drover_console_write (bridge->console, buffer, n);
  return G_SOURCE_CONTINUE;
}

/* Muxed with the monitor, a console is two devices, and the socket is the one below. */
static gboolean
is_socket_of (DroverConsole *console, const char *label, const char *peer)
{
  g_autofree char *base = g_strconcat (drover_console_get_id (console), "-base", NULL);

  return g_str_equal (label, base) ||
         (g_str_equal (label, drover_console_get_id (console)) && !g_str_equal (peer, "mux"));
}

/* QEMU serves one client of a console at a time and leaves a second one waiting without a
 * word, so it is asked first whether one is there. */
static gboolean
check_free (DroverRun *run, DroverConsole *console, GError **error)
{
  g_autoptr (JsonNode) reply =
    dex_await_boxed (drover_qmp_execute (drover_run_get_qmp (run), "query-chardev", NULL), error);
  JsonArray *chardevs;

  if (reply == NULL)
    return FALSE;

  chardevs = json_node_get_array (reply);
  for (guint i = 0; i < json_array_get_length (chardevs); i++)
    {
      JsonObject *chardev = json_array_get_object_element (chardevs, i);
      const char *label = json_object_get_string_member_with_default (chardev, "label", "");
      const char *peer = json_object_get_string_member_with_default (chardev, "filename", "");

      if (is_socket_of (console, label, peer) && !g_str_has_prefix (peer, "disconnected:"))
        {
          g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                       _("The console is open in another program, such as Drover’s window. "
                         "“droverctl log” shows what it says"));
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
bridge_console (DroverMachine *machine, DroverConsole *console, GError **error)
{
  Bridge bridge = { machine, console, dex_promise_new (), isatty (STDIN_FILENO) };
  gboolean connected;
  guint source;

  connected = dex_await (drover_console_connect (console, TRUE), error);
  if (connected)
    {
      if (bridge.is_terminal)
        {
          g_printerr (_("Connected to “%s”. Ctrl-] leaves; the machine goes on.\n"),
                      drover_machine_get_name (machine));
          make_raw ();
        }
      g_signal_connect (console, "notify::connected", G_CALLBACK (connected_changed_cb), &bridge);
      drover_console_set_consumer (console, output_cb, &bridge);
      source = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, input_cb, &bridge);
      dex_await (dex_ref (bridge.left), NULL);
      restore_terminal ();

      if (g_main_context_find_source_by_id (NULL, source) != NULL)
        g_source_remove (source);
      g_signal_handlers_disconnect_by_data (console, &bridge);
      drover_console_set_consumer (console, NULL, NULL);
    }

  dex_unref (bridge.left);
  return connected;
}

static gboolean
run_console (Invocation *invocation, GError **error)
{
  g_autoptr (DroverRun) run = find_run (invocation, error);
  g_autoptr (DroverConsole) console = NULL;
  DroverMachine *machine;

  if (run == NULL)
    return FALSE;
  if (!drover_run_is_live (run))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE, _("The machine is not running"));
      return FALSE;
    }

  console = g_list_model_get_item (drover_run_get_consoles (run), 0);
  if (console == NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                   _("“%s” has no console: nothing in its arguments goes to the terminal, as "
                     "-nographic does"),
                   drover_machine_get_name (drover_run_get_machine (run)));
      return FALSE;
    }

  if (!check_free (run, console, error))
    return FALSE;

  /* The QMP connection is let go: it takes one program at a time, and another droverctl must
   * be able to ask or end the machine while this one shows its console. */
  machine = drover_run_get_machine (run);
  g_clear_object (&run);
  return bridge_console (machine, console, error);
}

static const GOptionEntry no_options[] = { { NULL } };

const Command console_command = {
  "console", "MACHINE", N_("Connect this terminal to a machine’s console"), 1, no_options,
  run_console,
};
