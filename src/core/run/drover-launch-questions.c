/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-keyval.h"
#include "drover-launch-plan.h"

/* What a launch must know of a machine: the accelerator and the display that it asks for. */

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
