/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-shell.h"

/* What holds for shell text of any kind: for the tests' fixtures and for the fuzzer. */

static inline void
shell_check_places (GPtrArray *words, gsize start, gsize end)
{
  for (guint i = 0; i < words->len; i++)
    {
      const DroverShellWord *word = words->pdata[i];
      gsize piece_end = word->start;

      g_assert_cmpuint (word->start, <=, word->end);
      g_assert_cmpuint (start, <=, word->start);
      g_assert_cmpuint (word->end, <=, end);
      g_assert_cmpuint (word->pieces->len, >, 0);
      for (guint j = 0; j < word->pieces->len; j++)
        {
          const DroverShellPiece *piece = word->pieces->pdata[j];

          g_assert_cmpuint (piece_end, <=, piece->start);
          g_assert_cmpuint (piece->start, <=, piece->end);
          g_assert_true (g_utf8_validate (piece->text, -1, NULL));
          piece_end = piece->end;
        }
      g_assert_cmpuint (piece_end, <=, word->end);
    }
}

/* Every place lies in the text, and in its order. */
static inline void
shell_check_commands (GPtrArray *commands, gsize length)
{
  for (guint i = 0; i < commands->len; i++)
    {
      const DroverShellCommand *command = commands->pdata[i];

      g_assert_cmpuint (command->start, <=, command->end);
      g_assert_cmpuint (command->end, <=, length);
      shell_check_places (command->words, command->start, length);
      shell_check_places (command->assignments, 0, length);
      shell_check_places (command->dropped, 0, length);
      if (command->is_array)
        g_assert_cmpuint (command->assignments->len, ==, 1);
    }
}

/* What is written for a shell is read as the very same words. */
static inline void
shell_check_round_trip (const char *const *argv)
{
  g_autofree char *text = drover_shell_from_argv (argv);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) commands = drover_shell_parse (text, -1, &error);
  const DroverShellCommand *command;

  g_assert_no_error (error);
  g_assert_cmpuint (commands->len, ==, 1);
  command = commands->pdata[0];
  g_assert_cmpuint (command->assignments->len + command->dropped->len, ==, 0);
  g_assert_cmpuint (command->words->len, ==, g_strv_length ((GStrv) argv));
  for (guint i = 0; i < command->words->len; i++)
    {
      g_autofree char *word = drover_shell_word_dup_literal (command->words->pdata[i]);

      g_assert_cmpstr (word, ==, argv[i]);
    }
}
