/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-json.h"
#include "drover-keyval.h"
#include "drover-launch-private.h"

/* The terminals, and the tabs of QEMU's window, that become consoles of Drover's. */

/**
 * drover_console_plan_free:
 *
 * Frees the plan of a console.
 */
void
drover_console_plan_free (DroverConsolePlan *self)
{
  g_free (self->id);
  g_free (self->title);
  g_free (self->path);
  g_free (self->log);
  g_free (self);
}

void
_drover_launch_add (DroverLaunch *builder, const char *flag, const char *value)
{
  if (flag != NULL)
    g_strv_builder_add (builder->argv, flag);
  if (value != NULL)
    g_strv_builder_add (builder->argv, value);
}

/* The second serial port is told from the first. */
static char *
dup_free_title (DroverLaunch *builder, const char *title)
{
  char *numbered = g_strdup (title);
  guint number = 1;

  for (guint i = 0; i < builder->plan->consoles->len;)
    {
      const DroverConsolePlan *other = builder->plan->consoles->pdata[i++];

      if (g_str_equal (other->title, numbered))
        {
          g_free (numbered);
          numbered = g_strdup_printf ("%s %u", title, ++number);
          i = 0;
        }
    }

  return numbered;
}

static DroverConsolePlan *
plan_console (DroverLaunch *builder, const char *title, gboolean ctrl_c_quits, gboolean mux)
{
  DroverConsolePlan *console = g_new0 (DroverConsolePlan, 1);
  guint n = builder->plan->consoles->len;

  console->id = g_strdup_printf ("drover-console-%u", n);
  console->title = dup_free_title (builder, title);
  console->mux = mux;
  console->own_log = TRUE;
  console->path = g_strdup_printf ("%s/console-%u.sock", builder->runtime_dir, n);
  console->log = g_strdup_printf ("%s/console-%u.log", builder->log_dir, n);
  console->ctrl_c_quits = ctrl_c_quits;
  g_ptr_array_add (builder->plan->consoles, console);
  return console;
}

/* A socket chardev: `wait=off` so that QEMU starts without us, `server=on` so that it
 * listens again when we leave. */
char *
_drover_launch_dup_socket (const char *id, const char *path)
{
  g_autofree char *escaped_id = drover_keyval_escape (id);
  g_autofree char *escaped_path = drover_keyval_escape (path);

  return g_strdup_printf ("socket,id=%s,path=%s,server=on,wait=off", escaped_id, escaped_path);
}

static void
add_console_chardev (DroverLaunch *builder, DroverConsolePlan *console, gboolean mux)
{
  g_autofree char *socket = _drover_launch_dup_socket (console->id, console->path);
  g_autofree char *log = drover_keyval_escape (console->log);
  g_autofree char *text =
    g_strdup_printf ("%s,logfile=%s,logappend=on%s", socket, log, mux ? ",mux=on" : "");

  _drover_launch_add (builder, "-chardev", text);
}

/* @flag: the option, as typed, that has the console: -serial, -monitor, -qmp …
 * @stdio: it is a terminal's, where Ctrl-C ends QEMU; muxed with the monitor, stdio leaves
 * Ctrl-C to the guest, and so does a `vc` in any case. */
void
_drover_launch_add_console (DroverLaunch *builder, const char *flag, const char *title,
                            gboolean with_monitor, gboolean stdio)
{
  DroverConsolePlan *console = plan_console (builder, title, stdio && !with_monitor, with_monitor);
  g_autofree char *reference = NULL;
  g_autofree char *monitor = NULL;

  /* QEMU looks for this one by the option's own name, whatever the option says. */
  if (g_str_has_suffix (flag, "-debugcon"))
    g_set_str (&console->id, "debugcon");
  reference = g_strconcat ("chardev:", console->id, NULL);
  monitor = g_strdup_printf ("chardev=%s,mode=readline", console->id);
  add_console_chardev (builder, console, with_monitor);
  _drover_launch_add (builder, flag, reference);
  if (with_monitor)
    _drover_launch_add (builder, "-mon", monitor);
}

static void
set_key (char **text, const char *key, const char *value)
{
  g_autofree char *before = g_steal_pointer (text);

  *text = drover_keyval_set (before, "backend", key, value);
}

static void
remove_key (char **text, const char *key)
{
  g_autofree char *before = g_steal_pointer (text);

  *text = drover_keyval_remove (before, "backend", key);
}

static char *
dup_member (const char *value, const char *implied, const char *key)
{
  g_autoptr (JsonNode) node = value[0] == '{' ? drover_json_parse (value, -1, NULL) : NULL;

  if (node == NULL)
    return value[0] == '{' ? NULL : drover_keyval_dup (value, implied, key);

  return JSON_NODE_HOLDS_OBJECT (node)
           ? g_strdup (json_object_get_string_member_with_default (json_node_get_object (node),
                                                                   key, NULL))
           : NULL;
}

static char *
dup_quoted (const char *title, const char *id)
{
  /* Translators: what a console is, and its name, such as Serial console “ttyS0” */
  return g_strdup_printf (_("%s “%s”"), title, id);
}

/* What the guest has at the other end of a chardev, as far as the arguments tell. */
static char *
dup_chardev_title (DroverLaunch *builder, const char *id)
{
  static const struct
  {
    const char *word;
    const char *title;
  } drivers[] = {
    { "virtconsole", N_("Virtio console") },
    { "virtserialport", N_("Virtio port") },
    { "serial", N_("Serial console") },
  };
  g_autofree char *reference = g_strconcat ("chardev:", id, NULL);

  for (guint i = 0; i < builder->arguments->len; i++)
    {
      DroverArgument *argument = builder->arguments->pdata[i];
      const char *value = drover_argument_get_value (argument);
      g_autofree char *chardev = NULL;
      g_autofree char *driver = NULL;

      if (value == NULL || !drover_argument_get_enabled (argument))
        continue;
      if (g_str_equal (value, reference) &&
          g_str_equal (drover_argument_get_option (argument), "serial"))
        return dup_quoted (_("Serial console"), id);
      if (!g_str_equal (drover_argument_get_option (argument), "device"))
        continue;

      chardev = dup_member (value, "driver", "chardev");
      driver = dup_member (value, "driver", "driver");
      for (guint j = 0; driver != NULL && j < G_N_ELEMENTS (drivers); j++)
        if (g_strcmp0 (chardev, id) == 0 && strstr (driver, drivers[j].word) != NULL)
          return dup_quoted (_(drivers[j].title), id);
    }

  return dup_quoted (_("Character device"), id);
}

/* A user's `-chardev stdio,id=…` or `-chardev vc,id=…` keeps its id and all that is not the
 * terminal's own. */
static void
add_terminal_chardev (DroverLaunch *builder, const char *flag, const char *value, gboolean stdio)
{
  static const char *const own_keys[] = { "signal", "width", "height", "cols", "rows" };
  g_autofree char *signal_value = drover_keyval_dup (value, "backend", "signal");
  g_autofree char *mux = drover_keyval_dup (value, "backend", "mux");
  g_autofree char *id = drover_keyval_dup (value, "backend", "id");
  g_autofree char *user_log = drover_keyval_dup (value, "backend", "logfile");
  g_autofree char *title = dup_chardev_title (builder, id != NULL ? id : "");
  DroverConsolePlan *console =
    plan_console (builder, title, stdio && g_strcmp0 (signal_value, "off") != 0,
                  g_strcmp0 (mux, "on") == 0);
  g_autofree char *text = g_strdup (value);

  if (id != NULL)
    g_set_str (&console->id, id);
  for (guint i = 0; i < G_N_ELEMENTS (own_keys); i++)
    remove_key (&text, own_keys[i]);
  set_key (&text, "backend", "socket");
  set_key (&text, "path", console->path);
  set_key (&text, "server", "on");
  set_key (&text, "wait", "off");
  if (user_log == NULL)
    {
      set_key (&text, "logfile", console->log);
      set_key (&text, "logappend", "on");
    }
  else
    {
      console->own_log = FALSE;
      g_free (console->log);
      console->log = g_steal_pointer (&user_log);
    }

  _drover_launch_add (builder, flag, text);
}

const char *
_drover_launch_get_console_title (const char *option)
{
  static const char *const titles[][2] = {
    { "serial", N_("Serial console") },   { "monitor", N_("QEMU monitor") },
    { "parallel", N_("Parallel port") },  { "debugcon", N_("Debug console") },
    { "qmp", N_("QMP") },                 { "qmp-pretty", N_("QMP") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    if (g_str_equal (titles[i][0], option))
      return _(titles[i][1]);

  return NULL;
}

static gboolean
is_chardev_of (const char *value, const char *kind)
{
  g_autofree char *backend = drover_keyval_dup (value, "backend", "backend");

  return g_strcmp0 (backend, kind) == 0;
}

/* `vc`, `vc:WxH` or `vc:CxCR`: a tab of text in QEMU's own window. */
static gboolean
is_vc (const char *value)
{
  return value != NULL && (g_str_equal (value, "vc") || g_str_has_prefix (value, "vc:"));
}

static void
note_vc (DroverLaunch *builder, const char *flag, const char *value)
{
  /* Translators: an option and its value, such as -serial vc */
  g_strv_builder_take (builder->notices, g_strdup_printf (
    _("%s %s is a tab of this machine’s Console, instead of one in QEMU’s own window"), flag,
    value));
}

static void
note_pty (DroverLaunch *builder, const char *flag, const char *value)
{
  /* Translators: an option and its value, such as -serial pty */
  g_strv_builder_take (builder->notices, g_strdup_printf (
    _("%s %s was left as it is, for a program of your own: “droverctl console --list” says which "
      "/dev/pts it became"), flag, value));
}

/* The terminal and the tabs of QEMU's window become consoles of ours. A pty, a file, a pipe or
 * a socket is there for somebody else, and a monitor in QEMU's window belongs to that window:
 * Drover has its own. Returns: whether the argument was one of a console */
gboolean
_drover_launch_add_text_device (DroverLaunch *builder, const char *flag, const char *value,
                                const char *title)
{
  const gboolean with_monitor = g_str_has_prefix (value, "mon:");
  const char *device = with_monitor ? value + strlen ("mon:") : value;
  const gboolean is_monitor = g_str_has_suffix (flag, "monitor") || strstr (flag, "-qmp") != NULL;

  if (g_str_equal (device, "stdio"))
    {
      _drover_launch_add_console (builder, flag, title, with_monitor, TRUE);
      return TRUE;
    }
  if (is_vc (device) && !is_monitor)
    {
      _drover_launch_add_console (builder, flag, title, with_monitor, FALSE);
      note_vc (builder, flag, value);
      return TRUE;
    }
  if (g_str_equal (device, "pty"))
    note_pty (builder, flag, value);

  return FALSE;
}

gboolean
_drover_launch_add_chardev (DroverLaunch *builder, const char *flag, const char *value)
{
  if (is_chardev_of (value, "stdio") || is_chardev_of (value, "vc"))
    {
      if (is_chardev_of (value, "vc"))
        note_vc (builder, flag, value);
      add_terminal_chardev (builder, flag, value, is_chardev_of (value, "stdio"));
      return TRUE;
    }
  if (is_chardev_of (value, "pty"))
    note_pty (builder, flag, value);

  return FALSE;
}
