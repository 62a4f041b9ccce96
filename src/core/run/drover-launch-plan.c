/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-json.h"
#include "drover-keyval.h"
#include "drover-launch-plan.h"

/* What QEMU would do with a terminal is worked out as in its system/vl.c: each option below
 * switches defaults off, and -nographic puts what is left of them on the terminal. */
typedef struct
{
  DroverLaunchPlan *plan;
  GStrvBuilder *argv;
  GStrvBuilder *notices;
  const char *runtime_dir;
  const char *log_dir;
  GPtrArray *arguments;
  gboolean nographic;
  gboolean default_serial;
  gboolean default_monitor;
} Builder;

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

/**
 * drover_launch_plan_free:
 *
 * Frees the plan.
 */
void
drover_launch_plan_free (DroverLaunchPlan *self)
{
  g_strfreev (self->argv);
  g_strfreev (self->notices);
  g_ptr_array_unref (self->consoles);
  g_free (self);
}

static void
add (Builder *builder, const char *flag, const char *value)
{
  if (flag != NULL)
    g_strv_builder_add (builder->argv, flag);
  if (value != NULL)
    g_strv_builder_add (builder->argv, value);
}

/* The second serial port is told from the first. */
static char *
dup_free_title (Builder *builder, const char *title)
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
plan_console (Builder *builder, const char *title, gboolean ctrl_c_quits, gboolean mux)
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
static char *
socket_text (const char *id, const char *path)
{
  g_autofree char *escaped_id = drover_keyval_escape (id);
  g_autofree char *escaped_path = drover_keyval_escape (path);

  return g_strdup_printf ("socket,id=%s,path=%s,server=on,wait=off", escaped_id, escaped_path);
}

static void
add_console_chardev (Builder *builder, DroverConsolePlan *console, gboolean mux)
{
  g_autofree char *socket = socket_text (console->id, console->path);
  g_autofree char *log = drover_keyval_escape (console->log);
  g_autofree char *text =
    g_strdup_printf ("%s,logfile=%s,logappend=on%s", socket, log, mux ? ",mux=on" : "");

  add (builder, "-chardev", text);
}

/* @flag: the option, as typed, that has the console: -serial, -monitor, -qmp …
 * @stdio: it is a terminal's, where Ctrl-C ends QEMU; muxed with the monitor, stdio leaves
 * Ctrl-C to the guest, and so does a `vc` in any case. */
static void
add_console (Builder *builder, const char *flag, const char *title, gboolean with_monitor,
             gboolean stdio)
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
  add (builder, flag, reference);
  if (with_monitor)
    add (builder, "-mon", monitor);
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
dup_chardev_title (Builder *builder, const char *id)
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
add_terminal_chardev (Builder *builder, const char *flag, const char *value, gboolean stdio)
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

  add (builder, flag, text);
}

static const char *
console_title (const char *option)
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
is_isa_serial (const char *value)
{
  g_autofree char *driver = drover_keyval_dup (value, "driver", "driver");

  return g_strcmp0 (driver, "isa-serial") == 0 ||
         (value[0] == '{' && strstr (value, "\"isa-serial\"") != NULL);
}

/* No board, no serial port. */
static gboolean
is_machine_none (const char *option, const char *value)
{
  g_autofree char *type = NULL;

  if (value == NULL || (!g_str_equal (option, "machine") && !g_str_equal (option, "M")))
    return FALSE;

  type = drover_keyval_dup (value, "type", "type");
  return g_strcmp0 (type, "none") == 0;
}

static void
note_defaults (Builder *builder, const char *option, const char *value)
{
  gboolean has_monitor = value != NULL && g_str_has_prefix (value, "mon:");

  if (g_str_equal (option, "nographic"))
    builder->nographic = TRUE;
  else if (g_str_equal (option, "S"))
    builder->plan->start_paused = TRUE;
  else if (g_str_equal (option, "nodefaults"))
    builder->default_serial = builder->default_monitor = FALSE;
  else if (is_machine_none (option, value))
    builder->default_serial = FALSE;
  else if (g_str_equal (option, "serial") ||
           (g_str_equal (option, "device") && value != NULL && is_isa_serial (value)))
    builder->default_serial = FALSE;
  else if (g_str_equal (option, "monitor") || g_str_equal (option, "mon") ||
           g_str_equal (option, "qmp") || g_str_equal (option, "qmp-pretty"))
    builder->default_monitor = FALSE;

  if (has_monitor)
    builder->default_monitor = FALSE;
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
note_vc (Builder *builder, const char *flag, const char *value)
{
  /* Translators: an option and its value, such as -serial vc */
  g_strv_builder_take (builder->notices, g_strdup_printf (
    _("%s %s is a tab of this machine’s Console, instead of one in QEMU’s own window"), flag,
    value));
}

static void
note_pty (Builder *builder, const char *flag, const char *value)
{
  /* Translators: an option and its value, such as -serial pty */
  g_strv_builder_take (builder->notices, g_strdup_printf (
    _("%s %s was left as it is, for a program of your own: “droverctl console --list” says which "
      "/dev/pts it became"), flag, value));
}

/* The terminal and the tabs of QEMU's window become consoles of ours. A pty, a file, a pipe or
 * a socket is there for somebody else, and a monitor in QEMU's window belongs to that window:
 * Drover has its own. Returns: whether the argument was one of a console */
static gboolean
add_text_device (Builder *builder, const char *flag, const char *value, const char *title)
{
  const gboolean with_monitor = g_str_has_prefix (value, "mon:");
  const char *device = with_monitor ? value + strlen ("mon:") : value;
  const gboolean is_monitor = g_str_has_suffix (flag, "monitor") || strstr (flag, "-qmp") != NULL;

  if (g_str_equal (device, "stdio"))
    {
      add_console (builder, flag, title, with_monitor, TRUE);
      return TRUE;
    }
  if (is_vc (device) && !is_monitor)
    {
      add_console (builder, flag, title, with_monitor, FALSE);
      note_vc (builder, flag, value);
      return TRUE;
    }
  if (g_str_equal (device, "pty"))
    note_pty (builder, flag, value);

  return FALSE;
}

static gboolean
add_chardev (Builder *builder, const char *flag, const char *value)
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

static void
add_argument (Builder *builder, DroverArgument *argument)
{
  const char *flag = drover_argument_get_flag (argument);
  const char *value = drover_argument_get_value (argument);
  const char *option = drover_argument_get_option (argument);
  const char *title = console_title (option);

  note_defaults (builder, option, value);

  if (g_str_equal (option, "daemonize"))
    g_strv_builder_add (builder->notices,
                        _("-daemonize was left out: a Drover machine keeps running without "
                          "Drover in any case"));
  else if (value == NULL ||
           !((title != NULL && add_text_device (builder, flag, value, title)) ||
             (g_str_equal (option, "chardev") && add_chardev (builder, flag, value))))
    add (builder, flag, value);
}

/* What QEMU's defaults would have put on the terminal, or, the first serial port of a machine
 * with graphics, into a tab of its window. The monitors have to be spelled out, since the
 * overlay's own ones make QEMU leave its default one away. */
static void
add_defaults (Builder *builder)
{
  if (!builder->nographic)
    {
      if (builder->default_serial)
        add_console (builder, "-serial", console_title ("serial"), FALSE, FALSE);
      if (builder->default_monitor)
        add (builder, "-monitor", "vc:80Cx24C");
      return;
    }

  if (builder->default_serial)
    add_console (builder, "-serial", console_title ("serial"), builder->default_monitor, TRUE);
  else if (builder->default_monitor)
    add_console (builder, "-monitor", console_title ("monitor"), FALSE, TRUE);
}

static void
add_monitor (Builder *builder, const char *id, const char *name, const char *mode)
{
  g_autofree char *path = g_build_filename (builder->runtime_dir, name, NULL);
  g_autofree char *socket = socket_text (id, path);
  g_autofree char *monitor = g_strdup_printf ("chardev=%s,mode=%s", id, mode);

  add (builder, "-chardev", socket);
  add (builder, "-mon", monitor);
}

/**
 * drover_launch_plan_new:
 *
 * drover_launch_plan_new_with_display() for a machine whose display is left to QEMU.
 *
 * Returns: (transfer full): the plan
 */
DroverLaunchPlan *
drover_launch_plan_new (DroverDocument *document, const char *runtime_dir, const char *log_dir,
                        const char *accelerator)
{
  return drover_launch_plan_new_with_display (document, runtime_dir, log_dir, accelerator, NULL);
}

/* QEMU's own window has the machine's name in its title, so that two can be told apart. */
static void
add_display (Builder *builder, DroverDocument *document, const char *display)
{
  g_autofree char *name = drover_launch_plan_dup_value (document, "name", "guest", "guest");
  g_autofree char *escaped = drover_keyval_escape (drover_document_get_name (document));
  g_autofree char *value = g_strconcat ("guest=", escaped, NULL);

  add (builder, "-display", display);
  if (name == NULL && !g_str_equal (display, "none"))
    add (builder, "-name", value);
}

/**
 * drover_launch_plan_new_with_display:
 * @document: the machine
 * @runtime_dir: the machine's runtime folder, see drover_paths_dup_runtime_dir()
 * @log_dir: the machine's log folder, see drover_paths_dup_log_dir()
 * @accelerator: (nullable): the accelerator that Drover chose, such as `tcg`; %NULL when the
 *   arguments or QEMU's default say it
 * @display: (nullable): the display that Drover chose, such as `gtk`; %NULL when the arguments
 *   name one, or the machine has no graphics
 *
 * Computes what is started. Nothing is looked up or written.
 *
 * Returns: (transfer full): the plan
 */
DroverLaunchPlan *
drover_launch_plan_new_with_display (DroverDocument *document, const char *runtime_dir,
                                     const char *log_dir, const char *accelerator,
                                     const char *display)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) notices = g_strv_builder_new ();
  DroverLaunchPlan *plan = g_new0 (DroverLaunchPlan, 1);
  GPtrArray *arguments = drover_document_get_arguments (document);
  Builder builder = {
    .plan = plan,
    .argv = argv,
    .notices = notices,
    .runtime_dir = runtime_dir,
    .log_dir = log_dir,
    .arguments = arguments,
    .default_serial = TRUE,
    .default_monitor = TRUE,
  };

  plan->consoles = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_console_plan_free);
  add (&builder, NULL, drover_document_get_program (document));
  for (guint i = 0; i < arguments->len; i++)
    if (drover_argument_get_enabled (arguments->pdata[i]))
      add_argument (&builder, arguments->pdata[i]);

  add_defaults (&builder);
  if (accelerator != NULL)
    add (&builder, "-accel", accelerator);
  if (display != NULL)
    add_display (&builder, document, display);
  add_monitor (&builder, "drover-qmp", DROVER_QMP_SOCKET, "control");
  add_monitor (&builder, "drover-ctl", DROVER_CTL_SOCKET, "control");
  add_monitor (&builder, "drover-user", DROVER_USER_SOCKET, "control");
  add_monitor (&builder, "drover-hmp", DROVER_HMP_SOCKET, "readline");
  if (!plan->start_paused)
    add (&builder, "-S", NULL);

  plan->argv = g_strv_builder_end (argv);
  plan->notices = g_strv_builder_end (notices);
  return plan;
}

/**
 * drover_launch_plan_make_disposable:
 * @has_services: whether programs live with the machine, such as a TPM, which keep what is theirs
 *
 * Adds `-snapshot`, so that what the guest writes to its disks goes to temporary files.
 */
void
drover_launch_plan_make_disposable (DroverLaunchPlan *self, gboolean has_services)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) notices = g_strv_builder_new ();

  g_strv_builder_addv (argv, (const char **) self->argv);
  g_strv_builder_addv (notices, (const char **) self->notices);
  if (!g_strv_contains ((const char *const *) self->argv, "-snapshot"))
    g_strv_builder_add (argv, "-snapshot");
  if (has_services)
    g_strv_builder_add (notices,
                        _("Only the disks are left as they are: what the guest writes to its TPM "
                          "or to shared folders is kept."));

  g_strfreev (self->argv);
  g_strfreev (self->notices);
  self->argv = g_strv_builder_end (argv);
  self->notices = g_strv_builder_end (notices);
}

/**
 * drover_launch_plan_dup_value:
 * @option: an option's name without dashes
 * @implied_key: (nullable): its implied first key
 * @key: a key of it
 *
 * Returns: (transfer full) (nullable): what the enabled arguments give for @key, the last
 *   one counting
 */
char *
drover_launch_plan_dup_value (DroverDocument *document, const char *option,
                              const char *implied_key, const char *key)
{
  GPtrArray *arguments = drover_document_get_arguments (document);
  char *found = NULL;

  for (guint i = 0; i < arguments->len; i++)
    {
      DroverArgument *argument = arguments->pdata[i];
      const char *value = drover_argument_get_value (argument);
      char *here = NULL;

      if (value != NULL && drover_argument_get_enabled (argument) &&
          g_str_equal (drover_argument_get_option (argument), option))
        here = drover_keyval_dup (value, implied_key, key);
      if (here != NULL)
        {
          g_free (found);
          found = here;
        }
    }

  return found;
}

/**
 * drover_launch_plan_names_accelerator:
 *
 * Returns: whether the arguments choose the accelerator: `-accel`, `-enable-kvm`, `-no-kvm`
 *   or `-machine accel=`
 */
gboolean
drover_launch_plan_names_accelerator (DroverDocument *document)
{
  static const char *const machine_options[] = { "machine", "M" };
  static const char *const options[] = { "accel", "enable-kvm", "no-kvm", NULL };
  GPtrArray *arguments = drover_document_get_arguments (document);

  for (guint i = 0; i < arguments->len; i++)
    if (drover_argument_get_enabled (arguments->pdata[i]) &&
        g_strv_contains (options, drover_argument_get_option (arguments->pdata[i])))
      return TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (machine_options); i++)
    {
      g_autofree char *value =
        drover_launch_plan_dup_value (document, machine_options[i], "type", "accel");

      if (value != NULL)
        return TRUE;
    }

  return FALSE;
}

static gboolean
is_graphics_device (const char *value)
{
  static const char *const words[] = { "vga", "VGA", "qxl", "virtio-gpu", "bochs-display", "ramfb",
                                       "cirrus", "vmware-svga", "cg3", "tcx", "macfb" };
  g_auto (GStrv) parts = g_strsplit (value, value[0] == '{' ? "\"" : ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    for (guint j = 0; j < G_N_ELEMENTS (words); j++)
      if ((value[0] == '{' || i == 0) && strstr (parts[i], words[j]) != NULL)
        return TRUE;

  return FALSE;
}

/* Whether the machine has a screen unless its arguments take it away. */
static gboolean
has_graphics_by_default (DroverDocument *document)
{
  static const char *const screens[] = { "x86_64", "i386", "amd64", "ppc", "sparc", "mips",
                                         "alpha", "hppa", "m68k", "sh4" };
  const char *slash = strrchr (drover_document_get_program (document), '/');
  const char *name = slash != NULL ? slash + 1 : drover_document_get_program (document);
  g_autofree char *machine = drover_launch_plan_dup_value (document, "machine", "type", "type");

  if (machine == NULL)
    machine = drover_launch_plan_dup_value (document, "M", "type", "type");
  if (machine != NULL && (g_str_equal (machine, "none") || g_str_has_prefix (machine, "microvm")))
    return FALSE;
  if (machine != NULL && g_str_has_prefix (machine, "raspi"))
    return TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (screens); i++)
    {
      g_autofree char *prefix = g_strconcat ("qemu-system-", screens[i], NULL);

      if (g_str_has_prefix (name, prefix))
        return TRUE;
    }

  return FALSE;
}

/**
 * drover_launch_plan_wants_display:
 *
 * Returns: whether the machine has graphics, and its arguments do not say where they are shown
 */
gboolean
drover_launch_plan_wants_display (DroverDocument *document)
{
  static const char *const naming[] = { "display", "nographic", "vnc", "spice", "curses", "sdl",
                                        "gtk", "daemonize", "readconfig", "h", "help", "version",
                                        NULL };
  GPtrArray *arguments = drover_document_get_arguments (document);
  gboolean graphics = has_graphics_by_default (document);
  gboolean device = FALSE;

  for (guint i = 0; i < arguments->len; i++)
    {
      const char *option = drover_argument_get_option (arguments->pdata[i]);
      const char *value = drover_argument_get_value (arguments->pdata[i]);

      if (!drover_argument_get_enabled (arguments->pdata[i]))
        continue;
      if (g_strv_contains (naming, option))
        return FALSE;
      if (g_str_equal (option, "nodefaults"))
        graphics = FALSE;
      else if (g_str_equal (option, "vga") && value != NULL)
        device = !g_str_equal (value, "none");
      else if (g_str_equal (option, "device") && value != NULL && is_graphics_device (value))
        device = TRUE;
    }
  if (!device)
    {
      g_autofree char *vga = drover_launch_plan_dup_value (document, "vga", "type", "type");

      graphics = graphics && g_strcmp0 (vga, "none") != 0;
    }

  return graphics || device;
}
