/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-keyval.h"
#include "drover-launch-private.h"

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
note_defaults (DroverLaunch *builder, const char *option, const char *value)
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

static void
add_argument (DroverLaunch *builder, DroverArgument *argument)
{
  const char *flag = drover_argument_get_flag (argument);
  const char *value = drover_argument_get_value (argument);
  const char *option = drover_argument_get_option (argument);
  const char *title = _drover_launch_get_console_title (option);

  note_defaults (builder, option, value);

  if (g_str_equal (option, "daemonize"))
    g_strv_builder_add (builder->notices,
                        _("-daemonize was left out: a Drover machine keeps running without "
                          "Drover in any case"));
  else if (value == NULL ||
           !((title != NULL && _drover_launch_add_text_device (builder, flag, value, title)) ||
             (g_str_equal (option, "chardev") &&
              _drover_launch_add_chardev (builder, flag, value))))
    _drover_launch_add (builder, flag, value);
}

/* What QEMU's defaults would have put on the terminal, or, the first serial port of a machine
 * with graphics, into a tab of its window. The monitors have to be spelled out, since the
 * overlay's own ones make QEMU leave its default one away. */
static void
add_defaults (DroverLaunch *builder)
{
  const char *serial = _drover_launch_get_console_title ("serial");
  const char *monitor = _drover_launch_get_console_title ("monitor");

  if (!builder->nographic)
    {
      if (builder->default_serial)
        _drover_launch_add_console (builder, "-serial", serial, FALSE, FALSE);
      if (builder->default_monitor)
        _drover_launch_add (builder, "-monitor", "vc:80Cx24C");
      return;
    }

  if (builder->default_serial)
    _drover_launch_add_console (builder, "-serial", serial, builder->default_monitor, TRUE);
  else if (builder->default_monitor)
    _drover_launch_add_console (builder, "-monitor", monitor, FALSE, TRUE);
}

static void
add_monitor (DroverLaunch *builder, const char *id, const char *name, const char *mode)
{
  g_autofree char *path = g_build_filename (builder->runtime_dir, name, NULL);
  g_autofree char *socket = _drover_launch_dup_socket (id, path);
  g_autofree char *monitor = g_strdup_printf ("chardev=%s,mode=%s", id, mode);

  _drover_launch_add (builder, "-chardev", socket);
  _drover_launch_add (builder, "-mon", monitor);
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
add_display (DroverLaunch *builder, DroverDocument *document, const char *display)
{
  g_autofree char *name = drover_launch_plan_dup_value (document, "name", "guest", "guest");
  g_autofree char *escaped = drover_keyval_escape (drover_document_get_name (document));
  g_autofree char *value = g_strconcat ("guest=", escaped, NULL);

  _drover_launch_add (builder, "-display", display);
  if (name == NULL && !g_str_equal (display, "none"))
    _drover_launch_add (builder, "-name", value);
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
  DroverLaunch builder = {
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
  _drover_launch_add (&builder, NULL, drover_document_get_program (document));
  for (guint i = 0; i < arguments->len; i++)
    if (drover_argument_get_enabled (arguments->pdata[i]))
      add_argument (&builder, arguments->pdata[i]);

  add_defaults (&builder);
  if (accelerator != NULL)
    _drover_launch_add (&builder, "-accel", accelerator);
  if (display != NULL)
    add_display (&builder, document, display);
  add_monitor (&builder, "drover-qmp", DROVER_QMP_SOCKET, "control");
  add_monitor (&builder, "drover-ctl", DROVER_CTL_SOCKET, "control");
  add_monitor (&builder, "drover-user", DROVER_USER_SOCKET, "control");
  add_monitor (&builder, "drover-hmp", DROVER_HMP_SOCKET, "readline");
  if (!plan->start_paused)
    _drover_launch_add (&builder, "-S", NULL);

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
