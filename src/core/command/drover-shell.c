/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-error.h"
#include "drover-shell-private.h"

/* What no shell gives a meaning of its own, in any place of a word. */
#define PLAIN_CHARACTERS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_@+=:,./-"

/* The first word could also be an assignment, or be read as a prompt. */
#define PLAIN_FIRST_CHARACTERS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_./-"

/* pieces, words, commands */

static void
piece_free (DroverShellPiece *self)
{
  g_free (self->text);
  g_free (self->otherwise);
  g_free (self);
}

static DroverShellWord *
word_new (gsize start)
{
  DroverShellWord *self = g_new0 (DroverShellWord, 1);

  self->pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) piece_free);
  self->start = start;
  return self;
}

void
drover_shell_word_free (DroverShellWord *self)
{
  g_ptr_array_unref (self->pieces);
  g_free (self);
}

DroverShellCommand *
drover_shell_command_new (gsize start)
{
  DroverShellCommand *self = g_new0 (DroverShellCommand, 1);

  self->words = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_shell_word_free);
  self->assignments = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_shell_word_free);
  self->dropped = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_shell_word_free);
  self->start = start;
  self->end = start;
  return self;
}

void
drover_shell_command_free (DroverShellCommand *self)
{
  g_ptr_array_unref (self->words);
  g_ptr_array_unref (self->assignments);
  g_ptr_array_unref (self->dropped);
  g_free (self);
}

/* building a word */

void
drover_shell_builder_init (DroverShellBuilder *self, gsize start)
{
  *self = (DroverShellBuilder) { .word = word_new (start), .literal = g_string_new (NULL) };
}

void
drover_shell_builder_clear (DroverShellBuilder *self)
{
  g_clear_pointer (&self->word, drover_shell_word_free);
  g_string_free (self->literal, TRUE);
  self->literal = NULL;
}

static void
add_piece (DroverShellWord *word, DroverShellPieceKind kind, char *text, char *otherwise,
           gsize start, gsize end, gboolean quoted)
{
  DroverShellPiece *piece = g_new (DroverShellPiece, 1);

  *piece = (DroverShellPiece) { kind, text, otherwise, start, end, quoted };
  g_ptr_array_add (word->pieces, piece);
}

static void
flush_literal (DroverShellBuilder *self, gsize end)
{
  if (!self->has_literal)
    return;

  add_piece (self->word, DROVER_SHELL_LITERAL, g_strdup (self->literal->str), NULL,
             self->literal_start, end, self->literal_quoted);
  g_string_truncate (self->literal, 0);
  self->has_literal = FALSE;
}

/* Also with no bytes at all: `""` makes a word. */
void
drover_shell_builder_append (DroverShellBuilder *self, const char *bytes, gsize length,
                             gsize start, gboolean quoted)
{
  if (self->has_literal && self->literal_quoted != quoted)
    flush_literal (self, start);
  if (!self->has_literal)
    {
      self->has_literal = TRUE;
      self->literal_quoted = quoted;
      self->literal_start = start;
    }
  g_string_append_len (self->literal, bytes, length);
}

/* Takes both texts. */
void
drover_shell_builder_add (DroverShellBuilder *self, DroverShellPieceKind kind, char *text,
                          char *otherwise, gsize start, gsize end, gboolean quoted)
{
  flush_literal (self, start);
  add_piece (self->word, kind, text, otherwise, start, end, quoted);
}

/* Returns NULL when there was nothing but continued lines. */
DroverShellWord *
drover_shell_builder_finish (DroverShellBuilder *self, gsize end)
{
  DroverShellWord *word;

  flush_literal (self, end);
  self->word->end = end;
  word = self->word->pieces->len > 0 ? g_steal_pointer (&self->word) : NULL;
  drover_shell_builder_clear (self);
  return word;
}

/* A word that stands for its own source, quotes and all. */
DroverShellWord *
drover_shell_word_new_source (const char *text, gsize start, gsize end)
{
  DroverShellWord *word = word_new (start);

  word->end = end;
  add_piece (word, DROVER_SHELL_LITERAL, g_strndup (text + start, end - start), NULL, start, end,
             FALSE);
  return word;
}

/**
 * drover_shell_word_dup_literal:
 *
 * Returns: (transfer full) (nullable): the word's text, when no variable or substitution is in
 *   it
 */
char *
drover_shell_word_dup_literal (const DroverShellWord *word)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < word->pieces->len; i++)
    {
      const DroverShellPiece *piece = word->pieces->pdata[i];

      if (piece->kind != DROVER_SHELL_LITERAL)
        return NULL;
      g_string_append (text, piece->text);
    }

  return g_string_free_and_steal (g_steal_pointer (&text));
}

/* Sets an error that says where: lines and columns as editors count them. Returns FALSE. */
gboolean
drover_shell_set_error (const DroverShellLexer *self, gsize offset, GError **error,
                        const char *message)
{
  gsize line = 1;
  gsize line_start = 0;

  if (self->fault != NULL)
    *self->fault = (DroverShellFault) { offset, message };
  /* Nobody asks for the line, which is a look at all of the text before. */
  if (error == NULL)
    return FALSE;

  for (gsize i = 0; i < offset; i++)
    if (self->text[i] == '\n')
      {
        line++;
        line_start = i + 1;
      }

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               /* Translators: the last one is what is wrong, in a few words. */
               _("Line %zu, column %ld (byte %zu): %s"), line,
               g_utf8_strlen (self->text + line_start, offset - line_start) + 1, offset, message);
  return FALSE;
}

/* writing */

static char *
quote (const char *word, const char *plain_characters)
{
  if (*word != '\0' && word[strspn (word, plain_characters)] == '\0')
    return g_strdup (word);

  return g_shell_quote (word);
}

/**
 * drover_shell_quote:
 * @word: any text
 *
 * Returns: (transfer full): it as a shell reads it as one word: as it is where that will do,
 *   else in single quotes
 */
char *
drover_shell_quote (const char *word)
{
  return quote (word, PLAIN_CHARACTERS);
}

/**
 * drover_shell_from_argv:
 * @argv: a command line, program first
 *
 * Returns: (transfer full): it as text that a shell, and drover_shell_parse(), turn into the
 *   very same words; only those that need it are quoted
 */
char *
drover_shell_from_argv (const char *const *argv)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; argv[i] != NULL; i++)
    {
      g_autofree char *word = i == 0 ? quote (argv[i], PLAIN_FIRST_CHARACTERS)
                                     : drover_shell_quote (argv[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", word);
    }

  return g_string_free_and_steal (text);
}
