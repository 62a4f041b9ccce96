/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-shell-private.h"

/* Words of Windows' two shells. */

static gboolean
is_name_character (char c)
{
  return g_ascii_isalnum (c) || c == '_';
}

/* cmd.exe */

/* `%NAME%` is a variable; `%1`, `%~dp0` and `%%i` are what a batch file was called with. */
static void
lex_percent (DroverShellLexer *self, DroverShellBuilder *builder, gboolean quoted)
{
  gsize start = self->pos;
  gsize n = 1;

  while (is_name_character (drover_shell_peek (self, n)))
    n++;

  if (n > 1 && drover_shell_peek (self, n) == '%')
    {
      self->pos += n + 1;
      drover_shell_builder_add (builder, DROVER_SHELL_VARIABLE,
                                g_strndup (self->text + start + 1, n - 1), NULL, start, self->pos,
                                quoted);
      return;
    }

  n = 1;
  if (drover_shell_peek (self, n) == '~')
    while (g_ascii_isalpha (drover_shell_peek (self, ++n)))
      ;
  n = g_ascii_isdigit (drover_shell_peek (self, n)) ? n + 1 : 1;
  self->pos += n;
  if (n > 1)
    drover_shell_builder_add (builder, DROVER_SHELL_SUBSTITUTION,
                              g_strndup (self->text + start, n), NULL, start, self->pos, quoted);
  else
    drover_shell_builder_append (builder, "%", 1, start, quoted);
}

/* A program's start code undoes backslashes only before a double quote: of each two one
 * remains, and an odd one makes the quote literal. Returns whether it is literal. */
static gboolean
lex_backslashes (DroverShellLexer *self, DroverShellBuilder *builder, gboolean quoted)
{
  gsize start = self->pos;
  gboolean before_quote;
  gsize n = 0;

  while (drover_shell_peek (self, n) == '\\')
    n++;
  before_quote = drover_shell_peek (self, n) == '"';
  drover_shell_builder_append (builder, self->text + start, before_quote ? n / 2 : n, start,
                               quoted);
  self->pos += n;
  if (!before_quote || n % 2 == 0)
    return FALSE;

  drover_shell_builder_append (builder, "\"", 1, self->pos++, quoted);
  return TRUE;
}

static gboolean
lex_cmd_quotes (DroverShellLexer *self, DroverShellBuilder *builder, GError **error)
{
  gsize start = self->pos++;

  drover_shell_builder_append (builder, "", 0, start, TRUE);
  while (self->pos < self->end && self->text[self->pos] != '\n')
    {
      char c = self->text[self->pos];

      if (c == '"' && drover_shell_peek (self, 1) == '"')
        {
          drover_shell_builder_append (builder, "\"", 1, self->pos, TRUE);
          self->pos += 2;
        }
      else if (c == '"')
        {
          self->pos++;
          return TRUE;
        }
      else if (c == '%')
        lex_percent (self, builder, TRUE);
      else if (c == '\\')
        lex_backslashes (self, builder, TRUE);
      else
        drover_shell_builder_append (builder, &c, 1, self->pos++, TRUE);
    }

  return drover_shell_set_error (self, start, error, _("this double quote is never closed"));
}

static gboolean
lex_cmd (DroverShellLexer *self, DroverShellBuilder *builder, GError **error)
{
  char c = self->text[self->pos];

  if (c == '"')
    return lex_cmd_quotes (self, builder, error);

  if (c == '%')
    lex_percent (self, builder, FALSE);
  else if (c == '\\')
    lex_backslashes (self, builder, FALSE);
  else
    {
      gsize n;

      self->pos += c == '^' && self->pos + 1 < self->end;
      n = drover_shell_get_character_length (self);
      drover_shell_builder_append (builder, self->text + self->pos, n, self->pos, c == '^');
      self->pos += n;
    }

  return TRUE;
}

/* PowerShell */

/* `$env:NAME` is a variable of the environment, `$NAME` one of its own. */
static gboolean
lex_powershell_dollar (DroverShellLexer *self, DroverShellBuilder *builder, gboolean quoted,
                       GError **error)
{
  gsize start = self->pos;
  gsize n = 5;

  if (self->end - start < n || g_ascii_strncasecmp (self->text + start, "$env:", n) != 0)
    return drover_shell_lex_dollar (self, builder, quoted, error);

  while (is_name_character (drover_shell_peek (self, n)))
    n++;
  self->pos += n;
  drover_shell_builder_add (builder, DROVER_SHELL_VARIABLE,
                            g_strndup (self->text + start + 5, n - 5), NULL, start, self->pos,
                            quoted);
  return TRUE;
}

static void
lex_backtick_escape (DroverShellLexer *self, DroverShellBuilder *builder)
{
  static const char letters[] = "nrtabfve";
  static const char meanings[] = "\n\r\t\a\b\f\v\033";
  char c = drover_shell_peek (self, 1);
  const char *letter = c != '\0' ? strchr (letters, c) : NULL;

  gsize start = self->pos++;
  gsize n;

  if (self->pos >= self->end)
    {
      drover_shell_builder_append (builder, "`", 1, start, TRUE);
      return;
    }

  n = drover_shell_get_character_length (self);
  drover_shell_builder_append (builder,
                               letter != NULL ? &meanings[letter - letters]
                                              : self->text + self->pos,
                               n, start, TRUE);
  self->pos += n;
}

static gboolean
lex_powershell_quotes (DroverShellLexer *self, DroverShellBuilder *builder, GError **error)
{
  gsize start = self->pos;
  char mark = self->text[self->pos++];

  drover_shell_builder_append (builder, "", 0, start, TRUE);
  while (self->pos < self->end)
    {
      char c = self->text[self->pos];

      if (c == mark && drover_shell_peek (self, 1) != mark)
        {
          self->pos++;
          return TRUE;
        }

      if (c == '`' && mark == '"')
        lex_backtick_escape (self, builder);
      else if (c == '$' && mark == '"')
        {
          if (!lex_powershell_dollar (self, builder, TRUE, error))
            return FALSE;
        }
      else
        {
          drover_shell_builder_append (builder, &c, 1, self->pos, TRUE);
          self->pos += c == mark ? 2 : 1;
        }
    }

  return drover_shell_set_error (self, start, error,
                                 mark == '"' ? _("this double quote is never closed")
                                             : _("this single quote is never closed"));
}

static gboolean
lex_powershell (DroverShellLexer *self, DroverShellBuilder *builder, GError **error)
{
  char c = self->text[self->pos];

  if (c == '"' || c == '\'')
    return lex_powershell_quotes (self, builder, error);
  if (c == '$')
    return lex_powershell_dollar (self, builder, FALSE, error);

  if (c == '`')
    lex_backtick_escape (self, builder);
  else
    drover_shell_builder_append (builder, &c, 1, self->pos++, FALSE);
  return TRUE;
}

/* One step of a word: a quoted stretch, a variable, or a byte. */
gboolean
drover_shell_lex_windows (DroverShellLexer *self, DroverShellBuilder *builder, GError **error)
{
  gsize n = drover_shell_match_continuation (self);

  self->pos += n;
  if (n > 0)
    return TRUE;

  return self->dialect == DROVER_SHELL_CMD ? lex_cmd (self, builder, error)
                                           : lex_powershell (self, builder, error);
}

/* guessing */

static gboolean
has_drive_path (const char *line, gsize length)
{
  for (gsize i = 0; i + 2 < length; i++)
    if (g_ascii_isalpha (line[i]) && line[i + 1] == ':' && line[i + 2] == '\\')
      return TRUE;

  return FALSE;
}

static gboolean
has_percent_variable (const char *line, gsize length)
{
  const char *first = memchr (line, '%', length);
  const char *last = first;

  if (first == NULL)
    return FALSE;

  for (last++; last < line + length && is_name_character (*last); last++)
    ;
  return last > first + 1 && last < line + length && *last == '%';
}

static char
get_last (const char *line, gsize length)
{
  while (length > 0 && strchr (" \t\r", line[length - 1]) != NULL)
    length--;

  return length > 0 ? line[length - 1] : '\0';
}

static gboolean
is_powershell_call (const char *text, gsize length)
{
  gsize start = 0;

  while (start < length && strchr (" \t\r\n", text[start]) != NULL)
    start++;

  return length - start > 3 && strncmp (text + start, "& '", 3) == 0;
}

/**
 * drover_shell_guess_dialect:
 *
 * Returns: which shell the text was written for, by how it continues its lines and by what
 *   only Windows has. Nothing after the first single quote counts: with those a POSIX shell
 *   hides all that could be mistaken. `& '` at the beginning is how PowerShell calls a program.
 */
DroverShellDialect
drover_shell_guess_dialect (const char *text, gsize length)
{
  const char *quote = is_powershell_call (text, length) ? NULL : memchr (text, '\'', length);
  const char *end = quote != NULL ? quote : text + length;
  gboolean has_exe = g_strstr_len (text, end - text, ".exe") != NULL;
  gboolean is_windows = FALSE;
  const char *next;

  for (const char *line = text; line < end; line = next)
    {
      const char *newline = memchr (line, '\n', end - line);
      gsize n = (newline != NULL ? newline : end) - line;
      char last = newline != NULL ? get_last (line, n) : '\0';

      next = newline != NULL ? newline + 1 : end;
      if (last == '\\')
        return DROVER_SHELL_POSIX;
      if ((last == '`' && n > 1 && memchr (line, '`', n - 1) == NULL) ||
          (n > 4 && g_ascii_strncasecmp (line, "PS ", 3) == 0 && has_drive_path (line, n)))
        return DROVER_SHELL_POWERSHELL;
      if (last == '^')
        return DROVER_SHELL_CMD;
      is_windows |= has_exe && (has_drive_path (line, n) || has_percent_variable (line, n));
    }

  return is_windows ? DROVER_SHELL_CMD : DROVER_SHELL_POSIX;
}
