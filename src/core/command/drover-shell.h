/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * DroverShellPieceKind:
 * @DROVER_SHELL_LITERAL: text that stands for itself, quotes and escapes undone
 * @DROVER_SHELL_VARIABLE: `$NAME`, `${NAME}`, `${NAME:-text}`, `${NAME[@]}`, `%NAME%`
 * @DROVER_SHELL_SUBSTITUTION: `$(…)`, `` `…` ``, `$((…))`, `<(…)`, `${NAME%text}`: what is
 *   never executed; and a manual's placeholder, `<disk image>`
 */
typedef enum
{
  DROVER_SHELL_LITERAL,
  DROVER_SHELL_VARIABLE,
  DROVER_SHELL_SUBSTITUTION,
} DroverShellPieceKind;

/**
 * DroverShellPiece:
 * @text: the literal text, the variable's name, or the substitution's source
 * @otherwise: (nullable): what a variable is when it is not set, as `${NAME:-text}` has it,
 *   quotes and all
 * @start: offset of its first byte in the shell text
 * @end: offset after its last byte
 * @quoted: whether it stands in quotes, so that blanks in it do not split it
 * @or_empty: whether @otherwise counts for an empty value as well: `${NAME:-text}`
 * @assigns: whether a variable without a value has @otherwise from then on, as `${NAME:=text}`
 *   has it
 */
typedef struct
{
  DroverShellPieceKind kind;
  char *text;
  char *otherwise;
  gsize start;
  gsize end;
  gboolean quoted;
  gboolean or_empty;
  gboolean assigns;
} DroverShellPiece;

/**
 * DroverShellWord:
 * @pieces: (element-type DroverShellPiece): at least one
 */
typedef struct
{
  GPtrArray *pieces;
  gsize start;
  gsize end;
} DroverShellWord;

/**
 * DroverShellCommand:
 * @words: (element-type DroverShellWord): without assignments, redirections and prompts
 * @assignments: (element-type DroverShellWord): the leading `NAME=value` words
 * @dropped: (element-type DroverShellWord): redirections, `&`, `|`, a prompt: what is no
 *   argument, with its place
 * @n_more_dropped: how many more there are than anyone would read of
 * @is_array: whether it is `NAME=( … )`: then the only assignment is `NAME=` or `NAME+=`, and
 *   @words are the array's elements
 * @is_function: whether it is `NAME()`, whose body follows
 *
 * One simple command of a shell text.
 */
typedef struct
{
  GPtrArray *words;
  GPtrArray *assignments;
  GPtrArray *dropped;
  guint n_more_dropped;
  gboolean is_array;
  gboolean is_function;
  gsize start;
  gsize end;
} DroverShellCommand;

GPtrArray *drover_shell_parse     (const char *text, gssize length, GError **error);
char      *drover_shell_word_dup_literal (const DroverShellWord *word);

char      *drover_shell_quote     (const char *word);
char      *drover_shell_from_argv (const char *const *argv);

G_END_DECLS
