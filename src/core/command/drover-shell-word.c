/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-shell-private.h"

/* Words of a POSIX shell, with what bash adds to them. */

#define MAX_PLACEHOLDER 60

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

/* What a shell prints at the beginning of a continued line, and a transcript has: `> `, in
 * PowerShell `>> `. Without a prompt before it only where it cannot be a redirection. */
static gsize
match_second_prompt (const DroverShellLexer *self, gsize n)
{
  gsize length = 0;

  while (drover_shell_peek (self, n + length) == '>')
    length++;

  return length > 0 && length <= 2 && drover_shell_peek (self, n + length) == ' ' &&
             (self->is_prompted || drover_shell_peek (self, n + length + 1) == '-')
           ? length + 1
           : 0;
}

/* The bytes of a continued line from its escape character on, or 0. Blanks after the escape
 * character are what a web page left there. One at the very end of the text is no
 * continuation: a shell keeps it. */
gsize
drover_shell_match_continuation (const DroverShellLexer *self)
{
  static const char escapes[] = { [DROVER_SHELL_POSIX] = '\\', [DROVER_SHELL_CMD] = '^',
                                  [DROVER_SHELL_POWERSHELL] = '`' };
  gsize n = 1;

  if (drover_shell_peek (self, 0) != escapes[self->dialect])
    return 0;

  while (is_blank (drover_shell_peek (self, n)) || drover_shell_peek (self, n) == '\r')
    n++;

  return drover_shell_peek (self, n) == '\n' ? n + 1 + match_second_prompt (self, n + 1) : 0;
}

static gboolean
is_process_substitution (const DroverShellLexer *self)
{
  char c = drover_shell_peek (self, 0);

  return self->dialect == DROVER_SHELL_POSIX && (c == '<' || c == '>') &&
         drover_shell_peek (self, 1) == '(';
}

/* The bytes of what stands for a name in a manual, as in `-hda <disk image>`, or 0. For a shell
 * these are two redirections, but nobody writes those so. */
gsize
drover_shell_match_placeholder (const DroverShellLexer *self)
{
  gsize n = 1;
  char c;

  if (self->dialect != DROVER_SHELL_POSIX || drover_shell_peek (self, 0) != '<' ||
      !g_ascii_isalpha (drover_shell_peek (self, 1)))
    return 0;

  while (n < MAX_PLACEHOLDER && (c = drover_shell_peek (self, n)) != '\0' &&
         (g_ascii_isalnum (c) || strchr (" _./:-", c) != NULL))
    n++;
  if (drover_shell_peek (self, n) != '>' || is_blank (drover_shell_peek (self, n - 1)))
    return 0;

  c = drover_shell_peek (self, n + 1);
  return c == '\0' || strchr (" \t\r\n,./:\"", c) != NULL ? n + 1 : 0;
}

gboolean
drover_shell_is_word_end (const DroverShellLexer *self)
{
  char c = drover_shell_peek (self, 0);

  if (self->pos >= self->end || c == '\n' || is_blank (c))
    return TRUE;
  if (c == '\r')
    return drover_shell_peek (self, 1) == '\n' || self->pos + 1 >= self->end;
  if (is_process_substitution (self) || drover_shell_match_placeholder (self) > 0)
    return FALSE;

  return strchr (self->dialect == DROVER_SHELL_CMD ? "&|<>" : ";&|<>()", c) != NULL;
}

/* Skips what is nested: `(` `{` `"` and the backtick, whichever is at @pos. Iterative, so that
 * a text of nothing but `$(` costs no stack. */
static gboolean
skip_nested (DroverShellLexer *self, gboolean quoted, const char *message, GError **error)
{
  g_autoptr (GString) open = g_string_new_len (self->text + self->pos, 1);
  gsize start = self->pos++;
  guint n_quotes = quoted;

  while (open->len > 0 && self->pos < self->end)
    {
      char top = open->str[open->len - 1];
      char c = self->text[self->pos++];
      gboolean is_plain = top == '(' || top == '{';

      if (c == '\\')
        self->pos = MIN (self->pos + 1, self->end);
      else if (top == '`')
        g_string_truncate (open, open->len - (c == '`'));
      else if ((c == ')' && top == '(') || (c == '}' && top == '{') || (c == '"' && top == '"'))
        {
          g_string_truncate (open, open->len - 1);
          n_quotes -= c == '"';
        }
      /* In double quotes `${NAME:-it's}` has no single quotes. */
      else if (c == '\'' && (top == '(' || (top == '{' && n_quotes == 0)))
        {
          const char *close = memchr (self->text + self->pos, '\'', self->end - self->pos);

          self->pos = close != NULL ? (gsize) (close - self->text) + 1 : self->end;
        }
      else if (c == '`' || (c == '"' && is_plain) || (c == '(' && top == '('))
        {
          g_string_append_c (open, c);
          n_quotes += c == '"';
        }
      else if (c == '$' && (drover_shell_peek (self, 0) == '(' || drover_shell_peek (self, 0) == '{'))
        g_string_append_c (open, self->text[self->pos++]);
    }

  return open->len == 0 || drover_shell_set_error (self, start, error, message);
}

static void
add_substitution (DroverShellLexer *self, DroverShellBuilder *builder, gsize start, gboolean quoted)
{
  drover_shell_builder_add (builder, DROVER_SHELL_SUBSTITUTION,
                            g_strndup (self->text + start, self->pos - start), NULL, start,
                            self->pos, quoted);
}

static gsize
match_name (const char *text, gsize length)
{
  gsize n = 0;

  if (length > 0 && g_ascii_isdigit (text[0]))
    {
      while (n < length && g_ascii_isdigit (text[n]))
        n++;
      return n;
    }
  while (n < length && (g_ascii_isalnum (text[n]) || text[n] == '_'))
    n++;
  if (n == 0 && length > 0 && strchr ("@*#?$!-", text[0]) != NULL && text[0] != '\0')
    return 1;

  return n;
}

/* `${…}` whose inside is [@start, @end): a name, maybe of a whole array, maybe with a text for
 * when it is not set. Anything cleverer is a substitution. */
static gboolean
add_braced_variable (DroverShellLexer *self, DroverShellBuilder *builder, gsize dollar,
                     gboolean quoted)
{
  gsize start = dollar + 2;
  gsize end = self->pos - 1;
  gsize name_end = start + match_name (self->text + start, end - start);
  DroverShellPiece *piece;
  const char *rest;
  gsize rest_length;

  if (name_end == start)
    return FALSE;

  if (end - name_end >= 3 && (strncmp (self->text + name_end, "[@]", 3) == 0 ||
                              strncmp (self->text + name_end, "[*]", 3) == 0))
    name_end += 3;

  rest = self->text + name_end;
  rest_length = end - name_end;
  if (rest_length > 0)
    {
      gsize op_length = *rest == ':' ? 2 : 1;

      if (rest_length < op_length || strchr ("-=?", rest[op_length - 1]) == NULL)
        return FALSE;
      if (rest[op_length - 1] == '?')
        rest = NULL;
      else
        {
          rest += op_length;
          rest_length -= op_length;
        }
    }
  else
    rest = NULL;

  drover_shell_builder_add (builder, DROVER_SHELL_VARIABLE,
                            g_strndup (self->text + start, name_end - start),
                            rest != NULL ? g_strndup (rest, rest_length) : NULL, dollar, self->pos,
                            quoted);
  piece = g_ptr_array_index (builder->word->pieces, builder->word->pieces->len - 1);
  piece->or_empty = self->text[name_end] == ':';
  piece->assigns = rest != NULL && rest[-1] == '=';
  return TRUE;
}

/* What begins with the `$` at @pos, quotes excepted. */
gboolean
drover_shell_lex_dollar (DroverShellLexer *self, DroverShellBuilder *builder, gboolean quoted,
                         GError **error)
{
  gsize start = self->pos++;
  char next = drover_shell_peek (self, 0);
  gsize n;

  if (next == '(')
    {
      if (!skip_nested (self, quoted, _("“$(” is never closed"), error))
        return FALSE;
      add_substitution (self, builder, start, quoted);
      return TRUE;
    }

  if (next == '{')
    {
      if (!skip_nested (self, quoted, _("“${” is never closed"), error))
        return FALSE;
      if (!add_braced_variable (self, builder, start, quoted))
        add_substitution (self, builder, start, quoted);
      return TRUE;
    }

  n = match_name (self->text + self->pos, self->end - self->pos);
  /* Of `$12` a shell takes the 1. */
  if (g_ascii_isdigit (next))
    n = 1;
  self->pos += n;
  if (n > 0)
    drover_shell_builder_add (builder, DROVER_SHELL_VARIABLE,
                              g_strndup (self->text + start + 1, n), NULL, start, self->pos,
                              quoted);
  else
    drover_shell_builder_append (builder, "$", 1, start, quoted);
  return TRUE;
}

static gboolean
lex_backtick (DroverShellLexer *self, DroverShellBuilder *builder, gboolean quoted, GError **error)
{
  gsize start = self->pos;

  if (!skip_nested (self, quoted, _("this backtick is never closed"), error))
    return FALSE;

  add_substitution (self, builder, start, quoted);
  return TRUE;
}

static gboolean
lex_single_quotes (DroverShellLexer *self, DroverShellBuilder *builder, GError **error)
{
  gsize start = self->pos++;
  const char *close = memchr (self->text + self->pos, '\'', self->end - self->pos);

  if (close == NULL)
    return drover_shell_set_error (self, start, error, _("this single quote is never closed"));

  drover_shell_builder_append (builder, self->text + self->pos,
                               close - (self->text + self->pos), start, TRUE);
  self->pos = close - self->text + 1;
  return TRUE;
}

/* `%h` of a systemd unit, or `%f` of a desktop entry; `%%` is a plain one. Returns whether it was
 * one. */
static gboolean
lex_specifier (DroverShellLexer *self, DroverShellBuilder *builder, gboolean quoted)
{
  char next = drover_shell_peek (self, 1);

  if (!self->has_specifiers || drover_shell_peek (self, 0) != '%' ||
      (!g_ascii_isalpha (next) && next != '%'))
    return FALSE;

  self->pos += 2;
  if (next == '%')
    drover_shell_builder_append (builder, "%", 1, self->pos - 2, quoted);
  else
    add_substitution (self, builder, self->pos - 2, quoted);
  return TRUE;
}

static gboolean
lex_double_quotes (DroverShellLexer *self, DroverShellBuilder *builder, GError **error)
{
  gsize start = self->pos++;

  drover_shell_builder_append (builder, "", 0, start, TRUE);
  while (self->pos < self->end)
    {
      char c = self->text[self->pos];
      char next = drover_shell_peek (self, 1);

      if (c == '"')
        {
          self->pos++;
          return TRUE;
        }

      if (lex_specifier (self, builder, TRUE))
        continue;
      if (c == '\\' && (next == '\n' || (next == '\r' && drover_shell_peek (self, 2) == '\n')))
        self->pos += next == '\n' ? 2 : 3;
      else if (c == '\\' && next != '\0' && strchr ("$`\"\\", next) != NULL)
        {
          drover_shell_builder_append (builder, &next, 1, self->pos, TRUE);
          self->pos += 2;
        }
      else if (c == '$')
        {
          if (!drover_shell_lex_dollar (self, builder, TRUE, error))
            return FALSE;
        }
      else if (c == '`')
        {
          if (!lex_backtick (self, builder, TRUE, error))
            return FALSE;
        }
      else
        {
          drover_shell_builder_append (builder, &c, 1, self->pos, TRUE);
          self->pos++;
        }
    }

  return drover_shell_set_error (self, start, error, _("this double quote is never closed"));
}

static gboolean
lex_process_substitution (DroverShellLexer *self, DroverShellBuilder *builder, GError **error)
{
  gsize start = self->pos++;

  if (!skip_nested (self, FALSE, _("this parenthesis is never closed"), error))
    return FALSE;

  add_substitution (self, builder, start, FALSE);
  return TRUE;
}

/* A backslash before a line's end is no escape but a continuation, wherever it stands. */
static void
lex_backslash (DroverShellLexer *self, DroverShellBuilder *builder)
{
  gsize start = self->pos;
  gsize n = drover_shell_match_continuation (self);

  if (n > 0)
    {
      self->pos += n;
      return;
    }

  self->pos++;
  if (self->pos >= self->end)
    drover_shell_builder_append (builder, "\\", 1, start, TRUE);
  else
    {
      n = drover_shell_get_character_length (self);
      drover_shell_builder_append (builder, self->text + self->pos, n, start, TRUE);
      self->pos += n;
    }
}

static gboolean
lex_posix (DroverShellLexer *self, DroverShellBuilder *builder, GError **error)
{
  char c = self->text[self->pos];
  char next = drover_shell_peek (self, 1);

  if (lex_specifier (self, builder, FALSE))
    return TRUE;
  if (c == '\\')
    lex_backslash (self, builder);
  else if (c == '\'')
    return lex_single_quotes (self, builder, error);
  else if (c == '$' && next == '\'')
    return drover_shell_lex_ansi (self, builder, error);
  else if (c == '"' || (c == '$' && next == '"'))
    {
      self->pos += c == '$';
      return lex_double_quotes (self, builder, error);
    }
  else if (c == '$')
    return drover_shell_lex_dollar (self, builder, FALSE, error);
  else if (c == '`')
    return lex_backtick (self, builder, FALSE, error);
  else if (is_process_substitution (self))
    return lex_process_substitution (self, builder, error);
  else if (drover_shell_match_placeholder (self) > 0)
    {
      gsize start = self->pos;

      self->pos += drover_shell_match_placeholder (self);
      add_substitution (self, builder, start, FALSE);
    }
  else
    {
      drover_shell_builder_append (builder, &c, 1, self->pos, FALSE);
      self->pos++;
    }

  return TRUE;
}

/**
 * drover_shell_lex_word:
 * @self: at the first byte of a word
 *
 * Returns: (transfer full) (nullable): the word; %NULL with @error set, or without when there
 *   was nothing but a continued line
 */
DroverShellWord *
drover_shell_lex_word (DroverShellLexer *self, GError **error)
{
  DroverShellBuilder builder;
  gsize end = self->pos;

  drover_shell_builder_init (&builder, self->pos);
  while (!drover_shell_is_word_end (self))
    {
      gboolean is_continuation = drover_shell_match_continuation (self) > 0;
      gboolean lexed = self->dialect == DROVER_SHELL_POSIX
                         ? lex_posix (self, &builder, error)
                         : drover_shell_lex_windows (self, &builder, error);

      if (!lexed)
        {
          drover_shell_builder_clear (&builder);
          return NULL;
        }
      if (!is_continuation)
        end = self->pos;
    }

  return drover_shell_builder_finish (&builder, end);
}
