/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-shell-private.h"

/* `$'…'`: escapes as in C, of bash and zsh. */

/* Reads at most @max digits of @base; returns how many there are. */
static guint
lex_digits (DroverShellLexer *self, guint base, guint max, gunichar *value)
{
  guint n = 0;

  *value = 0;
  while (n < max)
    {
      int digit = g_ascii_xdigit_value (drover_shell_peek (self, 0));

      if (digit < 0 || (guint) digit >= base)
        break;
      *value = *value * base + digit;
      self->pos++;
      n++;
    }

  return n;
}

static void
append_byte (GString *bytes, gunichar value)
{
  g_string_append_c (bytes, (char) (value & 0xff));
}

/* The escape whose backslash was read already; @pos is at its letter. */
static void
lex_escape (DroverShellLexer *self, GString *bytes)
{
  static const char letters[] = "abefnrtvE\\'\"?";
  static const char meanings[] = "\a\b\033\f\n\r\t\v\033\\'\"?";
  char c = drover_shell_peek (self, 0);
  const char *letter = c != '\0' ? strchr (letters, c) : NULL;
  gsize start = self->pos;
  gunichar value;

  if (letter != NULL)
    {
      self->pos++;
      g_string_append_c (bytes, meanings[letter - letters]);
      return;
    }

  if (lex_digits (self, 8, 3, &value) > 0)
    {
      append_byte (bytes, value);
      return;
    }

  self->pos++;
  if (c == 'x' && lex_digits (self, 16, 2, &value) > 0)
    append_byte (bytes, value);
  else if ((c == 'u' && lex_digits (self, 16, 4, &value) > 0) ||
           (c == 'U' && lex_digits (self, 16, 8, &value) > 0))
    {
      if (g_unichar_validate (value))
        g_string_append_unichar (bytes, value);
      else
        append_byte (bytes, 0xff); /* found and named by the caller */
    }
  else if (c == 'c' && self->pos < self->end)
    append_byte (bytes, self->text[self->pos++] & 0x1f);
  else
    {
      /* Not an escape: the backslash stays. */
      self->pos = start;
      g_string_append_c (bytes, '\\');
    }
}

/* At the `$`. */
gboolean
drover_shell_lex_ansi (DroverShellLexer *self, DroverShellBuilder *builder, GError **error)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  gsize start = self->pos;

  self->pos += 2;
  while (self->pos < self->end && self->text[self->pos] != '\'')
    {
      char c = self->text[self->pos++];

      if (c == '\\')
        lex_escape (self, bytes);
      else
        g_string_append_c (bytes, c);
    }

  if (self->pos >= self->end)
    return drover_shell_set_error (self, start + 1, error,
                                   _("this single quote is never closed"));

  /* A shell would end the word at a NUL without a sign, and hand on any other byte. */
  if (!g_utf8_validate_len (bytes->str, bytes->len, NULL))
    return drover_shell_set_error (self, start, error,
                                   _("the escapes give a NUL, or what is not UTF-8"));

  self->pos++;
  drover_shell_builder_append (builder, bytes->str, bytes->len, start, TRUE);
  return TRUE;
}
