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
#include "drover-run-console.h"
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

static gboolean option_list;

static gboolean
is_called (DroverConsole *console, guint number, const char *name)
{
  g_autofree char *digits = g_strdup_printf ("%u", number);

  return g_str_equal (name, digits) || g_str_equal (name, drover_console_get_id (console)) ||
         g_str_equal (name, drover_console_get_title (console));
}

static DroverConsole *
choose_console (DroverRun *run, const char *name, GError **error)
{
  GListModel *consoles = drover_run_get_consoles (run);

  for (guint i = 0; i < g_list_model_get_n_items (consoles); i++)
    {
      g_autoptr (DroverConsole) console = g_list_model_get_item (consoles, i);

      if (name == NULL || is_called (console, i, name))
        return g_steal_pointer (&console);
    }

  if (name != NULL)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                 _("“%s” has no console “%s”; --list shows those that it has"),
                 drover_machine_get_name (drover_run_get_machine (run)), name);
  else
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                 _("“%s” has no console: nothing in its arguments goes to the terminal, as "
                   "-nographic does"),
                 drover_machine_get_name (drover_run_get_machine (run)));
  return NULL;
}

/* Here a look is not enough: somebody wants to type. */
static gboolean
take_console (DroverRun *run, DroverConsole *console, GError **error)
{
  if (!dex_await (drover_run_connect_console (run, console, TRUE), error))
    return FALSE;
  if (drover_console_get_holder (console) == NULL)
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
               _("The console is open in %s. “droverctl log” shows what it says"),
               drover_console_get_holder (console));
  return FALSE;
}

static void
print_chardev (DroverRun *run, const DroverChardev *chardev)
{
  GListModel *consoles = drover_run_get_consoles (run);
  guint number = 0;

  for (; chardev->console != NULL && number < g_list_model_get_n_items (consoles); number++)
    {
      g_autoptr (DroverConsole) console = g_list_model_get_item (consoles, number);

      if (console == chardev->console)
        break;
    }

  if (chardev->console != NULL)
    g_print ("%u\t%s\t%s\t%s\n", number, drover_console_get_id (chardev->console),
             drover_console_get_title (chardev->console),
             drover_console_get_log (chardev->console));
  else
    g_print ("-\t%s\t%s\n", chardev->id, chardev->filename);
}

static JsonObject *
describe_chardev (const DroverChardev *chardev)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", chardev->id);
  json_object_set_string_member (object, "filename", chardev->filename);
  if (chardev->console != NULL)
    {
      json_object_set_string_member (object, "console", drover_console_get_id (chardev->console));
      json_object_set_string_member (object, "title", drover_console_get_title (chardev->console));
      json_object_set_string_member (object, "log", drover_console_get_log (chardev->console));
    }

  return object;
}

static gboolean
list_consoles (DroverRun *run, GError **error)
{
  g_autoptr (GPtrArray) chardevs = dex_await_boxed (drover_run_list_chardevs (run), error);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  json_node_take_array (node, array);
  if (chardevs == NULL)
    return FALSE;

  for (guint i = 0; i < chardevs->len; i++)
    {
      const DroverChardev *chardev = chardevs->pdata[i];

      /* Drover's own connections to QEMU are no consoles. */
      if (chardev->console == NULL && (g_str_has_prefix (chardev->id, "drover-") ||
                                       g_str_equal (chardev->filename, "mux")))
        continue;
      json_array_add_object_element (array, describe_chardev (chardev));
      if (!option_json)
        print_chardev (run, chardev);
    }

  if (option_json)
    print_json (node);
  return TRUE;
}

static gboolean
bridge_console (DroverMachine *machine, DroverConsole *console, GError **error)
{
  Bridge bridge = { machine, console, dex_promise_new (), isatty (STDIN_FILENO) };
  gboolean connected;
  guint source;

  connected = drover_console_get_connected (console);
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

  if (option_list)
    return list_consoles (run, error);
  console = choose_console (run, invocation->operands[1], error);
  if (console == NULL || !take_console (run, console, error))
    return FALSE;

  /* The QMP connection is let go: it takes one program at a time, and another droverctl must
   * be able to ask or end the machine while this one shows its console. */
  machine = drover_run_get_machine (run);
  g_clear_object (&run);
  return bridge_console (machine, console, error);
}

static const GOptionEntry console_options[] = {
  { "list", 'l', 0, G_OPTION_ARG_NONE, &option_list,
    N_("Connect to none, but list the consoles and other character devices"), NULL },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json, N_("Print the list as JSON"), NULL },
  { NULL },
};

const Command console_command = {
  "console", "MACHINE [CONSOLE]", N_("Connect this terminal to a machine’s console"), 1,
  console_options, run_console, 1,
  N_("CONSOLE is its number, as --list shows it, its id or its title; without one, the first."),
};
