/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-command-private.h"
#include "drover-error.h"

/* A shell's words and quotes, and none of what a shell does besides: a variable, a redirection
 * or a `~` that is not quoted is an error, since neither to fill it in nor to take it as it
 * stands is surely what was meant. */

void
drover_command_lexer_init (DroverCommandLexer *self, const char *source, gsize at, gsize limit)
{
  *self = (DroverCommandLexer) {
    .source = source,
    .at = at,
    .limit = limit,
    .bytes = g_string_new (NULL),
    .positions = g_array_new (FALSE, FALSE, sizeof (gsize)),
  };
}

void
drover_command_lexer_clear (DroverCommandLexer *self)
{
  g_string_free (self->bytes, TRUE);
  g_array_unref (self->positions);
  g_clear_error (&self->error);
}

/* What was read so far is no longer needed. */
void
drover_command_lexer_forget_words (DroverCommandLexer *self)
{
  g_string_truncate (self->bytes, 0);
  g_array_set_size (self->positions, 0);
}

const char *
drover_command_lexer_get_text (DroverCommandLexer *self, const DroverCommandWord *word)
{
  return self->bytes->str + word->from;
}

static char
peek (DroverCommandLexer *self, gsize ahead)
{
  return self->at + ahead < self->limit ? self->source[self->at + ahead] : '\0';
}

static void
add_byte (DroverCommandLexer *self, char byte, gsize position)
{
  g_string_append_c (self->bytes, byte);
  g_array_append_val (self->positions, position);
}

static DroverCommandItem
fail (DroverCommandLexer *self, gsize start, gsize end, GError *error)
{
  self->error_start = start;
  self->error_end = end;
  self->error = error;
  return DROVER_COMMAND_ERROR;
}

static gsize
find_line_end (DroverCommandLexer *self, gsize at)
{
  while (at < self->limit && self->source[at] != '\n')
    at++;

  return at;
}

static DroverCommandItem
fail_unbalanced (DroverCommandLexer *self, gsize start)
{
  return fail (self, start, find_line_end (self, start),
               g_error_new_literal (DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                                    _("The quote that begins here has no end")));
}

static DroverCommandItem
fail_variable (DroverCommandLexer *self)
{
  const char *start = self->source + self->at;
  gsize length = 1 + strspn (start + 1, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_{(");
  g_autofree char *name = NULL;

  length = MIN (MAX (length, 2), self->limit - self->at);
  name = g_strndup (start, length);
  return fail (self, self->at, self->at + length,
               g_error_new (DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                            _("“%s” is not filled in here: put it between single quotes to mean "
                              "these very characters"),
                            name));
}

static DroverCommandItem
fail_operator (DroverCommandLexer *self)
{
  return fail (self, self->at, self->at + 1,
               g_error_new (DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                            _("“%c” belongs to the shell, not to QEMU: put it between quotes to "
                              "mean the character itself"),
                            self->source[self->at]));
}

static DroverCommandItem
fail_tilde (DroverCommandLexer *self)
{
  return fail (self, self->at, self->at + 1,
               g_error_new_literal (DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                                    _("“~” is not filled in here: write the whole path, or put "
                                      "it between quotes")));
}

static DroverCommandItem
fail_json (DroverCommandLexer *self, gsize start)
{
  return fail (self, start, find_line_end (self, start),
               g_error_new_literal (DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                                    _("JSON must stand between single quotes")));
}

static DroverCommandItem
fail_escape (DroverCommandLexer *self, gsize length)
{
  return fail (self, self->at, MIN (self->at + length, self->limit),
               g_error_new_literal (DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                                    _("This escape is not known")));
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\r';
}

/* How long a backslash with the end of its line is at @ahead; 0 when there is none. */
static gsize
continuation_length (DroverCommandLexer *self)
{
  if (peek (self, 0) != '\\')
    return 0;
  if (self->at + 1 == self->limit)
    return 1;
  if (peek (self, 1) == '\n')
    return 2;

  return peek (self, 1) == '\r' && peek (self, 2) == '\n' ? 3 : 0;
}

static void
skip_blanks (DroverCommandLexer *self)
{
  for (;;)
    {
      gsize length = is_blank (peek (self, 0)) ? 1 : continuation_length (self);

      if (length == 0)
        return;
      self->at += length;
    }
}

static DroverCommandItem
read_single_quotes (DroverCommandLexer *self)
{
  gsize start = self->at++;

  while (self->at < self->limit && self->source[self->at] != '\'')
    {
      add_byte (self, self->source[self->at], self->at);
      self->at++;
    }

  if (self->at == self->limit)
    return fail_unbalanced (self, start);

  self->at++;
  return DROVER_COMMAND_WORD;
}

static gboolean
begins_variable (DroverCommandLexer *self)
{
  char next = peek (self, 1);

  return peek (self, 0) == '$' && next != '\0' &&
         (g_ascii_isalnum (next) || strchr ("_{(@*#?!$-", next) != NULL);
}

static DroverCommandItem
read_double_quotes (DroverCommandLexer *self)
{
  gsize start = self->at++;

  while (self->at < self->limit && self->source[self->at] != '"')
    {
      char c = self->source[self->at];
      char next = peek (self, 1);

      if (begins_variable (self))
        return fail_variable (self);
      if (c == '`')
        return fail_operator (self);

      if (c == '\\' && next == '\n')
        self->at += 2;
      else if (c == '\\' && next != '\0' && strchr ("$`\"\\", next) != NULL)
        {
          add_byte (self, next, self->at);
          self->at += 2;
        }
      else
        add_byte (self, c, self->at++);
    }

  if (self->at == self->limit)
    return fail_unbalanced (self, start);

  self->at++;
  return DROVER_COMMAND_WORD;
}

/* `\xHH` and `\uHHHH`: of one byte only ASCII, or it would be no text any more. */
static DroverCommandItem
read_number_escape (DroverCommandLexer *self, gsize n_digits)
{
  gunichar character = 0;
  char utf8[6];
  int length;

  for (gsize i = 0; i < n_digits; i++)
    {
      int digit = g_ascii_xdigit_value (peek (self, 2 + i));

      if (digit < 0)
        return fail_escape (self, 2 + i);
      character = character * 16 + digit;
    }

  if (character == 0 || !g_unichar_validate (character) || (n_digits == 2 && character >= 0x80))
    return fail_escape (self, 2 + n_digits);

  length = g_unichar_to_utf8 (character, utf8);
  for (int i = 0; i < length; i++)
    add_byte (self, utf8[i], self->at);
  self->at += 2 + n_digits;
  return DROVER_COMMAND_WORD;
}

static DroverCommandItem
read_escape (DroverCommandLexer *self)
{
  static const char letters[] = "ntrabfveE\\'\"?";
  static const char meanings[] = "\n\t\r\a\b\f\v\033\033\\'\"?";
  char c = peek (self, 1);
  const char *letter = c != '\0' ? strchr (letters, c) : NULL;

  if (c == 'x')
    return read_number_escape (self, 2);
  if (c == 'u')
    return read_number_escape (self, 4);
  if (letter == NULL)
    return fail_escape (self, 2);

  add_byte (self, meanings[letter - letters], self->at);
  self->at += 2;
  return DROVER_COMMAND_WORD;
}

/* `$'…'`, in which a value with line ends and other control characters is written. */
static DroverCommandItem
read_dollar_quotes (DroverCommandLexer *self)
{
  gsize start = self->at;

  self->at += 2;
  while (self->at < self->limit && self->source[self->at] != '\'')
    {
      if (self->source[self->at] != '\\')
        {
          add_byte (self, self->source[self->at], self->at);
          self->at++;
        }
      else if (read_escape (self) == DROVER_COMMAND_ERROR)
        return DROVER_COMMAND_ERROR;
    }

  if (self->at == self->limit)
    return fail_unbalanced (self, start);

  self->at++;
  return DROVER_COMMAND_WORD;
}

static DroverCommandItem
read_backslash (DroverCommandLexer *self)
{
  gsize blanks = 1;

  if (continuation_length (self) > 0)
    {
      self->at += continuation_length (self);
      return DROVER_COMMAND_WORD;
    }

  while (is_blank (peek (self, blanks)))
    blanks++;
  if (blanks > 1 && (peek (self, blanks) == '\n' || self->at + blanks == self->limit))
    return fail (self, self->at, self->at + blanks,
                 g_error_new_literal (DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                                      _("There is a blank after the “\\” at the end of the line")));

  add_byte (self, self->source[self->at + 1], self->at);
  self->at += 2;
  return DROVER_COMMAND_WORD;
}

static DroverCommandItem
read_piece (DroverCommandLexer *self, const DroverCommandWord *word)
{
  char c = self->source[self->at];

  switch (c)
    {
    case '\'':
      return read_single_quotes (self);
    case '"':
      return self->source[word->start] == '{' ? fail_json (self, word->start)
                                              : read_double_quotes (self);
    case '\\':
      return read_backslash (self);
    case '$':
      if (peek (self, 1) == '\'')
        return read_dollar_quotes (self);
      if (begins_variable (self) || peek (self, 1) == '"')
        return fail_variable (self);
      break;
    case '~':
      if (self->at == word->start)
        return fail_tilde (self);
      break;
    case '`':
    case ';':
    case '&':
    case '|':
    case '<':
    case '>':
    case '(':
    case ')':
      return fail_operator (self);
    default:
      break;
    }

  add_byte (self, c, self->at++);
  return DROVER_COMMAND_WORD;
}

static DroverCommandItem
read_word (DroverCommandLexer *self, DroverCommandWord *word)
{
  char first = self->source[self->at];

  *word = (DroverCommandWord) {
    .from = self->bytes->len,
    .start = self->at,
    .is_dash = first == '-',
    .is_quoted = first == '\'' || first == '"' || first == '$',
  };
  while (self->at < self->limit && self->source[self->at] != '\n' &&
         !is_blank (self->source[self->at]))
    if (read_piece (self, word) == DROVER_COMMAND_ERROR)
      return DROVER_COMMAND_ERROR;

  word->end = self->at;
  word->length = self->bytes->len - word->from;
  add_byte (self, '\0', self->at);
  return DROVER_COMMAND_WORD;
}

/*
 * @word: (out): the word; of a comment only @start, which is its `#`, and @end
 *
 * Returns: what comes next
 */
DroverCommandItem
drover_command_lexer_next (DroverCommandLexer *self, DroverCommandWord *word)
{
  skip_blanks (self);
  if (self->at >= self->limit)
    return DROVER_COMMAND_END;

  if (self->source[self->at] == '\n')
    {
      self->at++;
      return DROVER_COMMAND_NEWLINE;
    }

  if (self->source[self->at] == '#')
    {
      *word = (DroverCommandWord) { .start = self->at };
      word->end = self->at = find_line_end (self, self->at);
      return DROVER_COMMAND_COMMENT;
    }

  return read_word (self, word);
}
