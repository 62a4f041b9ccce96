/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-autostart.h"
#include "droverctl.h"

/* autostart */

static void
print_autostart (DroverMachine *machine)
{
  g_autofree char *file = drover_autostart_dup_file (machine);
  JsonObject *object;

  if (!option_json)
    {
      g_print ("%s\n", file != NULL ? "on" : "off");
      if (file != NULL)
        g_print ("%s\n", file);
      return;
    }

  object = json_object_new ();
  json_object_set_boolean_member (object, "autostart", file != NULL);
  if (file != NULL)
    json_object_set_string_member (object, "file", file);
  print_json_take (object);
}

static gboolean
run_autostart (Invocation *invocation, GError **error)
{
  const char *word = invocation->operands[1];
  DroverMachine *machine = find_machine (invocation, error);

  if (machine == NULL)
    return FALSE;

  if (word != NULL && !g_str_equal (word, "on") && !g_str_equal (word, "off"))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("“%s” is neither on nor off"), word);
      return FALSE;
    }
  if (word != NULL &&
      !dex_await (drover_autostart_set (machine, g_str_equal (word, "on")), error))
    return FALSE;

  if (word == NULL || option_json)
    print_autostart (machine);
  return TRUE;
}

const Command autostart_command = {
  "autostart", "MACHINE [on|off]",
  N_("Let a machine start with your session, or say whether it does"), 1, json_options,
  run_autostart, 1,
};
