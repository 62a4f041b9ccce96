/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-command-private.h"
#include "drover-keyval.h"
#include "drover-option.h"

/* Where in the text the pieces of one value are. */
typedef struct
{
  GArray *tokens;
  DroverCommandLexer *lexer;
  const DroverCommandWord *word;
  const char *value;
  int argument;
  gsize covered; /* of the value */
} Pieces;

/*
 * @flag: (nullable): as typed
 *
 * Returns: the option's name without dashes
 */
const char *
drover_command_get_option_name (const char *flag)
{
  if (flag == NULL)
    return "";

  return flag[1] == '-' ? flag + 2 : flag + 1;
}

void
drover_command_add_token (GArray *tokens, DroverTokenKind kind, gsize start, gsize end,
                          int argument)
{
  DroverToken token = { .kind = kind, .start = start, .end = end, .argument = argument };

  g_array_append_val (tokens, token);
}

static gsize
get_position (Pieces *pieces, gsize at)
{
  if (at == 0)
    return pieces->word->start;
  if (at == pieces->word->length)
    return pieces->word->end;

  return g_array_index (pieces->lexer->positions, gsize, pieces->word->from + at);
}

/* From where the last piece ended to @end. */
static void
add_piece (Pieces *pieces, DroverTokenKind kind, gsize end)
{
  DroverToken token = {
    .kind = kind,
    .start = get_position (pieces, pieces->covered),
    .argument = pieces->argument,
    .value_start = pieces->covered,
    .value_end = end,
  };

  if (end == pieces->covered && pieces->word->length > 0)
    return;

  token.end = end == pieces->word->length ? pieces->word->end : get_position (pieces, end);
  g_array_append_val (pieces->tokens, token);
  pieces->covered = end;
}

static void
add_keyval (Pieces *pieces, gboolean first_is_implied)
{
  g_autoptr (GArray) items = drover_keyval_parse (pieces->value, first_is_implied);

  for (guint i = 0; i < items->len; i++)
    {
      const DroverKeyvalItem *item = &g_array_index (items, DroverKeyvalItem, i);
      gboolean has_key = !item->is_flag && item->value_start > item->start;

      add_piece (pieces, DROVER_TOKEN_SEPARATOR, item->start);
      if (has_key)
        add_piece (pieces, DROVER_TOKEN_KEY, item->value_start);
      add_piece (pieces, has_key ? DROVER_TOKEN_VALUE : DROVER_TOKEN_WORD, item->end);
    }

  add_piece (pieces, DROVER_TOKEN_SEPARATOR, pieces->word->length);
}

/* The offset after a JSON string that begins at @at; the value's end when it has none. */
static gsize
skip_string (const char *value, gsize at)
{
  for (at++; value[at] != '\0'; at++)
    {
      if (value[at] == '"')
        return at + 1;
      if (value[at] == '\\' && value[at + 1] != '\0')
        at++;
    }

  return at;
}

/* Whatever the text is: it may be half typed. */
static void
add_json (Pieces *pieces)
{
  static const char punctuation[] = "{}[],: \t\r\n";
  const char *value = pieces->value;
  gsize at = 0;

  while (value[at] != '\0')
    {
      gsize end = value[at] == '"' ? skip_string (value, at)
                                   : at + strcspn (value + at, "{}[],: \t\r\n\"");
      gsize after = end + strspn (value + end, " \t\r\n");

      if (end > at)
        {
          add_piece (pieces, DROVER_TOKEN_SEPARATOR, at);
          if (value[at] == '"' && value[after] == ':')
            {
              end = after + 1;
              add_piece (pieces, DROVER_TOKEN_KEY, end);
            }
          else
            add_piece (pieces, DROVER_TOKEN_VALUE, end);
        }
      at = end + strspn (value + end, punctuation);
    }

  add_piece (pieces, DROVER_TOKEN_SEPARATOR, pieces->word->length);
}

/*
 * @lexer: has read @word
 * @option: the option's name without dashes
 *
 * Adds the tokens of a value: they follow each other without a gap.
 */
void
drover_command_add_value_tokens (GArray *tokens, DroverCommandLexer *lexer,
                                 const DroverCommandWord *word, const char *option, int argument)
{
  const DroverOption *known = drover_option_find (option);
  const char *value = drover_command_lexer_get_text (lexer, word);
  Pieces pieces = { tokens, lexer, word, value, argument, 0 };

  if (known == NULL || known->grammar != DROVER_OPTION_KEYVAL || word->length == 0)
    add_piece (&pieces, DROVER_TOKEN_VALUE, word->length);
  else if (value[0] == '{')
    add_json (&pieces);
  else
    add_keyval (&pieces, known->implied != NULL);
}
