/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-shell.h"

/* What no shell gives a meaning of its own. */
#define PLAIN_CHARACTERS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_@%+=:,./-"

/**
 * drover_shell_from_argv:
 * @argv: a command line, program first
 *
 * Returns: (transfer full): it as text that a shell turns into the very same words; only
 *   those that need it are quoted
 */
char *
drover_shell_from_argv (const char *const *argv)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; argv[i] != NULL; i++)
    {
      gboolean plain = argv[i][0] != '\0' && argv[i][strspn (argv[i], PLAIN_CHARACTERS)] == '\0';
      g_autofree char *word = plain ? g_strdup (argv[i]) : g_shell_quote (argv[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", word);
    }

  return g_string_free_and_steal (text);
}
