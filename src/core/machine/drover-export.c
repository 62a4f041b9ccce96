/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-export.h"
#include "drover-json.h"
#include "drover-shell.h"

/**
 * drover_export_dup_shell:
 *
 * Returns: (transfer full): the saved command line for a shell, one option a line; without the
 *   arguments that are switched off, and without a line end
 */
char *
drover_export_dup_shell (DroverDocument *document)
{
  GPtrArray *arguments = drover_document_get_arguments (document);
  g_autofree char *program = drover_shell_quote (drover_document_get_program (document));
  GString *text = g_string_new (program);

  for (guint i = 0; i < arguments->len; i++)
    {
      const char *flag = drover_argument_get_flag (arguments->pdata[i]);
      const char *value = drover_argument_get_value (arguments->pdata[i]);
      g_autofree char *flag_word = flag != NULL ? drover_shell_quote (flag) : NULL;
      g_autofree char *value_word = value != NULL ? drover_shell_quote (value) : NULL;

      if (drover_argument_get_enabled (arguments->pdata[i]))
        g_string_append_printf (text, " \\\n  %s%s%s", flag != NULL ? flag_word : "",
                                flag != NULL && value != NULL ? " " : "",
                                value != NULL ? value_word : "");
    }

  return g_string_free_and_steal (text);
}

/**
 * drover_export_dup_argv:
 *
 * Returns: (transfer full): the saved command line as a JSON array, program first
 */
char *
drover_export_dup_argv (DroverDocument *document)
{
  g_auto (GStrv) argv = drover_document_dup_argv (document);
  g_autoptr (JsonNode) node = drover_json_from_strv ((const char *const *) argv);

  return drover_json_to_text (node, TRUE);
}

/**
 * drover_export_dup_script:
 * @document: a machine
 * @folder: the machine's folder, to which its relative paths are relative
 *
 * Returns: (transfer full): a script for `/bin/sh` that starts the machine without Drover
 */
char *
drover_export_dup_script (DroverDocument *document, const char *folder)
{
  g_autofree char *command = drover_export_dup_shell (document);
  g_autofree char *quoted = drover_shell_quote (folder);
  g_autofree char *name = g_strdup (drover_document_get_name (document));

  /* A name with a line end in it must not become a command. */
  g_strdelimit (name, "\r\n", ' ');
  return g_strdup_printf ("#!/bin/sh\n# %s\ncd %s || exit\nexec %s\n", name, quoted, command);
}
