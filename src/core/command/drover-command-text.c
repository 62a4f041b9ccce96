/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-command-private.h"
#include "drover-option.h"
#include "drover-shell.h"

static gboolean
has_control_character (const char *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_iscntrl (*text))
      return TRUE;

  return FALSE;
}

/* One line for each argument, whatever is in it: bash, ksh and zsh, and soon every shell, read
 * `$'…'`. */
static void
append_dollar_quoted (GString *text, const char *word)
{
  g_string_append (text, "$'");
  for (; *word != '\0'; word++)
    if (*word == '\n')
      g_string_append (text, "\\n");
    else if (*word == '\t')
      g_string_append (text, "\\t");
    else if (*word == '\r')
      g_string_append (text, "\\r");
    else if (g_ascii_iscntrl (*word))
      g_string_append_printf (text, "\\x%02x", (guint8) *word);
    else if (*word == '\\' || *word == '\'')
      g_string_append_printf (text, "\\%c", *word);
    else
      g_string_append_c (text, *word);
  g_string_append_c (text, '\'');
}

/* @forced: quote it though a shell does not need it */
static void
append_word (GString *text, const char *word, gboolean forced)
{
  g_autofree char *quoted = NULL;

  if (has_control_character (word))
    {
      append_dollar_quoted (text, word);
      return;
    }

  quoted = drover_shell_quote (word);
  if (forced && g_str_equal (quoted, word))
    g_string_append_printf (text, "'%s'", word);
  else
    g_string_append (text, quoted);
}

/* The dash stays outside the quotes: by it a flag is known. */
static void
append_flag (GString *text, const char *flag)
{
  g_string_append_c (text, '-');
  if (flag[1] != '\0')
    append_word (text, flag + 1, FALSE);
}

/* A value that could be taken for a flag, and one that stands alone in a comment, are quoted. */
static gboolean
needs_quotes (DroverArgument *argument)
{
  const char *flag = drover_argument_get_flag (argument);
  const char *value = drover_argument_get_value (argument);
  const DroverOption *option;

  if (flag == NULL && !drover_argument_get_enabled (argument))
    return TRUE;
  if (value[0] != '-')
    return FALSE;

  option = flag != NULL ? drover_option_find (drover_argument_get_option (argument)) : NULL;
  return option == NULL || !option->takes_value;
}

static void
append_note (DroverCommandText *self, GString *text, const char *note, int argument)
{
  g_auto (GStrv) lines = g_strsplit (note, "\n", -1);

  for (guint i = 0; i == 0 || lines[i] != NULL; i++)
    {
      const char *line = lines[i] != NULL ? lines[i] : "";
      gsize start;

      if (i > 0)
        g_string_append_c (text, '\n');
      start = text->len + 2;
      g_string_append_printf (text, "  # %s", line);
      drover_command_add_token (self->tokens, DROVER_TOKEN_NOTE, start, text->len, argument);
    }
}

/* Reads the word that begins at @start again: where each byte of it came to stand. */
static void
add_value_tokens (DroverCommandText *self, GString *text, gsize start, const char *option,
                  int argument)
{
  DroverCommandLexer lexer;
  DroverCommandWord word;

  drover_command_lexer_init (&lexer, text->str, start, text->len);
  if (drover_command_lexer_next (&lexer, &word) == DROVER_COMMAND_WORD)
    drover_command_add_value_tokens (self->tokens, &lexer, &word, option, argument);
  else
    g_assert_not_reached ();
  drover_command_lexer_clear (&lexer);
}

static void
append_argument (DroverCommandText *self, GString *text, DroverArgument *argument, int index)
{
  const char *flag = drover_argument_get_flag (argument);
  const char *value = drover_argument_get_value (argument);
  const char *note = drover_argument_get_note (argument);
  gboolean enabled = drover_argument_get_enabled (argument);
  gsize start = text->len;

  if (!enabled)
    g_string_append (text, "# ");
  if (flag != NULL)
    append_flag (text, flag);
  if (flag != NULL && enabled)
    drover_command_add_token (self->tokens, DROVER_TOKEN_FLAG, start, text->len, index);
  if (flag != NULL && value != NULL)
    g_string_append_c (text, ' ');
  if (value != NULL)
    {
      gsize value_start = text->len;

      append_word (text, value, needs_quotes (argument));
      if (enabled)
        add_value_tokens (self, text, value_start, drover_argument_get_option (argument), index);
    }
  if (!enabled)
    {
      drover_command_add_token (self->tokens, DROVER_TOKEN_DISABLED, start, text->len, index);
      if (value != NULL)
        g_array_index (self->tokens, DroverToken, self->tokens->len - 1).value_end = strlen (value);
    }
  if (note != NULL)
    append_note (self, text, note, index);
}

/**
 * drover_command_text_new:
 * @program: the QEMU program's name or path
 * @arguments: (element-type DroverArgument): the machine's arguments
 *
 * Of it drover_command_text_parse() makes the very same arguments again.
 *
 * Returns: (transfer full): the text
 */
DroverCommandText *
drover_command_text_new (const char *program, GPtrArray *arguments)
{
  DroverCommandText *self = g_new0 (DroverCommandText, 1);
  GString *text = g_string_new (NULL);

  self->tokens = g_array_new (FALSE, FALSE, sizeof (DroverToken));
  append_word (text, program, program[0] == '-');
  drover_command_add_token (self->tokens, DROVER_TOKEN_PROGRAM, 0, text->len, -1);
  g_string_append_c (text, '\n');
  for (guint i = 0; i < arguments->len; i++)
    {
      append_argument (self, text, arguments->pdata[i], i);
      g_string_append_c (text, '\n');
    }

  self->text = g_string_free_and_steal (text);
  return self;
}

/**
 * drover_command_text_free:
 *
 * Frees the text.
 */
void
drover_command_text_free (DroverCommandText *self)
{
  g_free (self->text);
  g_array_unref (self->tokens);
  g_free (self);
}
