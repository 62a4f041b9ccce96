/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-shell.h"

G_BEGIN_DECLS

/**
 * DroverShellDialect:
 * @DROVER_SHELL_POSIX: sh, bash, zsh and their like
 * @DROVER_SHELL_CMD: Windows’ command prompt: `^` continues a line, `%NAME%` is a variable
 * @DROVER_SHELL_POWERSHELL: a backtick escapes and continues a line
 */
typedef enum
{
  DROVER_SHELL_POSIX,
  DROVER_SHELL_CMD,
  DROVER_SHELL_POWERSHELL,
} DroverShellDialect;

/**
 * DroverShellLexer:
 * @text: the whole text; not NUL-terminated
 * @pos: the next byte to be read
 * @end: where reading ends
 * @is_prompted: whether the command being read stands after a prompt
 * @has_specifiers: whether `%h` is something to fill in, as in a systemd unit
 * @fault: (nullable): where to say what is wrong with the text
 *
 * What reads words: it knows quotes and variables, but nothing of commands.
 */
typedef struct
{
  const char *text;
  gsize pos;
  gsize end;
  DroverShellDialect dialect;
  gboolean is_prompted;
  gboolean has_specifiers;
  struct _DroverShellFault *fault;
} DroverShellLexer;

/**
 * DroverShellFault:
 * @offset: where the text is broken
 * @message: (nullable): in which way; translated, and not to be freed
 */
typedef struct _DroverShellFault
{
  gsize offset;
  const char *message;
} DroverShellFault;

GPtrArray *drover_shell_parse_full (const char *text, gsize length, gboolean has_specifiers,
                                    DroverShellFault *fault, GError **error);

static inline char
drover_shell_peek (const DroverShellLexer *self, gsize ahead)
{
  return self->pos + ahead < self->end ? self->text[self->pos + ahead] : '\0';
}

/* Of the character at @pos, which must not be the end. */
static inline gsize
drover_shell_get_character_length (const DroverShellLexer *self)
{
  const char *character = self->text + self->pos;

  return MIN ((gsize) (g_utf8_next_char (character) - character), self->end - self->pos);
}

DroverShellDialect drover_shell_guess_dialect (const char *text, gsize length);
gboolean           drover_shell_is_qemu       (const char *word, gsize length);
gsize              drover_shell_match_prompt  (const char *text, gsize length, gboolean hash);

gsize              drover_shell_match_continuation (const DroverShellLexer *self);
gsize              drover_shell_match_placeholder (const DroverShellLexer *self);
gboolean           drover_shell_is_word_end   (const DroverShellLexer *self);
DroverShellWord   *drover_shell_lex_word      (DroverShellLexer *self, GError **error);
gboolean           drover_shell_set_error     (const DroverShellLexer *self, gsize offset,
                                               GError **error, const char *message);

/**
 * DroverShellBuilder:
 *
 * A word that is being read: neighbouring literal bytes become one piece.
 */
typedef struct
{
  DroverShellWord *word;
  GString *literal;
  gsize literal_start;
  gboolean literal_quoted;
  gboolean has_literal;
} DroverShellBuilder;

void               drover_shell_builder_init  (DroverShellBuilder *self, gsize start);
void               drover_shell_builder_clear (DroverShellBuilder *self);
void               drover_shell_builder_append (DroverShellBuilder *self, const char *bytes,
                                               gsize length, gsize start, gboolean quoted);
void               drover_shell_builder_add   (DroverShellBuilder *self,
                                               DroverShellPieceKind kind, char *text,
                                               char *otherwise, gsize start, gsize end,
                                               gboolean quoted);
DroverShellWord   *drover_shell_builder_finish (DroverShellBuilder *self, gsize end);

gboolean           drover_shell_lex_windows   (DroverShellLexer *self, DroverShellBuilder *builder,
                                               GError **error);
gboolean           drover_shell_lex_dollar    (DroverShellLexer *self, DroverShellBuilder *builder,
                                               gboolean quoted, GError **error);
gboolean           drover_shell_lex_ansi      (DroverShellLexer *self, DroverShellBuilder *builder,
                                               GError **error);

DroverShellWord   *drover_shell_word_new_source (const char *text, gsize start, gsize end);
void               drover_shell_word_free     (DroverShellWord *self);
void               drover_shell_command_free  (DroverShellCommand *self);
DroverShellCommand *drover_shell_command_new  (gsize start);

G_END_DECLS
