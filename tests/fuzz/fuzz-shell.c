/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-import.h"
#include "fuzz.h"
#include "shell-laws.h"

/* Any bytes: as shell text, as a machine to import, and, a word a line, as a command line that
 * is written for a shell and read again. */

static void
check_import (const char *text, gsize length)
{
  g_autoptr (DroverImport) import = drover_import_new_from_text (text, length, NULL);
  g_autoptr (DroverDocument) document = NULL;
  g_autoptr (GPtrArray) notices = NULL;

  if (import == NULL)
    return;

  for (guint i = 0; i < MIN (drover_import_get_n_commands (import), 4); i++)
    {
      g_autofree char *title = drover_import_dup_command_title (import, i);

      drover_import_choose (import, i);
      drover_import_get_variables (import);
    }

  drover_import_set_program (import, "qemu-system-x86_64");
  document = drover_import_make_document (import, NULL, drover_option_table_get_built_in (),
                                          &notices, NULL);
  for (guint i = 0; notices != NULL && i < notices->len; i++)
    g_assert_cmpuint (((DroverImportNotice *) notices->pdata[i])->end, <=, length);
}

static void
check_words (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, "\n", -1);

  if (words[0] != NULL)
    shell_check_round_trip ((const char *const *) words);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GPtrArray) commands = drover_shell_parse ((const char *) data, size, NULL);

  if (commands != NULL)
    shell_check_commands (commands, size);
  check_import ((const char *) data, size);
  if (g_utf8_validate (text, -1, NULL))
    check_words (text);
  return 0;
}
