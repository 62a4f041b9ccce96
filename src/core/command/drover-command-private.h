/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-command-text.h"

G_BEGIN_DECLS

/* What the files of the command text share. */

/**
 * DroverCommandWord:
 * @from: where its text begins in the lexer's `bytes`
 * @length: bytes of its text
 * @start: offset of its first byte in the source, quotes included
 * @end: offset after its last byte
 * @is_dash: begins with a `-` that is not quoted, so it is an option's flag
 * @is_quoted: begins with a quote
 *
 * One word as a shell would see it.
 */
typedef struct
{
  gsize from;
  gsize length;
  gsize start;
  gsize end;
  gboolean is_dash;
  gboolean is_quoted;
} DroverCommandWord;

typedef enum
{
  DROVER_COMMAND_WORD,
  DROVER_COMMAND_COMMENT,
  DROVER_COMMAND_NEWLINE,
  DROVER_COMMAND_END,
  DROVER_COMMAND_ERROR,
} DroverCommandItem;

/**
 * DroverCommandLexer:
 * @source: the text
 * @at: where it goes on
 * @limit: where it ends
 * @bytes: the words' texts, each with a NUL after it
 * @positions: (element-type gsize): for each of @bytes where in the source it comes from
 * @error: (nullable): what is wrong, from @error_start to @error_end
 *
 * Splits a text into words as a shell does, and remembers where every byte came from.
 */
typedef struct
{
  const char *source;
  gsize at;
  gsize limit;
  GString *bytes;
  GArray *positions;
  GError *error;
  gsize error_start;
  gsize error_end;
} DroverCommandLexer;

void              drover_command_lexer_init  (DroverCommandLexer *self, const char *source,
                                              gsize at, gsize limit);
void              drover_command_lexer_clear (DroverCommandLexer *self);
void              drover_command_lexer_forget_words (DroverCommandLexer *self);
DroverCommandItem drover_command_lexer_next  (DroverCommandLexer *self, DroverCommandWord *word);
const char       *drover_command_lexer_get_text (DroverCommandLexer *self,
                                              const DroverCommandWord *word);

void        drover_command_add_token         (GArray *tokens, DroverTokenKind kind, gsize start,
                                              gsize end, int argument);
void        drover_command_add_value_tokens  (GArray *tokens, DroverCommandLexer *lexer,
                                              const DroverCommandWord *word, const char *option,
                                              int argument);

/**
 * DroverCommandDraft:
 * @flag: (nullable): the flag with its dashes
 * @value: (nullable): the value
 * @note: (nullable): the note
 * @enabled: whether it is switched on
 *
 * What the text says of an argument.
 */
typedef struct
{
  char *flag;
  char *value;
  GString *note;
  gboolean enabled;
} DroverCommandDraft;

void        drover_command_draft_free        (DroverCommandDraft *self);
GPtrArray  *drover_command_match             (GPtrArray *drafts, GPtrArray *old_arguments);
const char *drover_command_get_option_name   (const char *flag);

G_END_DECLS
