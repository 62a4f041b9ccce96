/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-argument.h"

G_BEGIN_DECLS

/**
 * DroverTokenKind:
 *
 * What one stretch of the command text is, for its colour and for what choosing it opens.
 */
typedef enum
{
  DROVER_TOKEN_PROGRAM,
  DROVER_TOKEN_FLAG,
  DROVER_TOKEN_KEY,       /* with its `=` */
  DROVER_TOKEN_VALUE,
  DROVER_TOKEN_WORD,      /* a bare word of a keyval: the implied first one, or a flag */
  DROVER_TOKEN_SEPARATOR,
  DROVER_TOKEN_NOTE,
  DROVER_TOKEN_DISABLED,  /* a whole argument that is switched off */
} DroverTokenKind;

/**
 * DroverToken:
 * @kind: what it is
 * @start: offset of its first byte in the command text
 * @end: offset after its last byte
 * @argument: index of its argument; -1 for the program
 * @value_start: where in the argument's value it begins, for tokens of the value
 * @value_end: where in the argument's value it ends
 */
typedef struct
{
  DroverTokenKind kind;
  gsize start;
  gsize end;
  int argument;
  gsize value_start;
  gsize value_end;
} DroverToken;

/**
 * DroverCommandText:
 * @text: the program, then one argument a line, quoted as for a shell; an argument that is
 *   switched off is a line that begins with `# `, a note follows its line after `  # `
 * @tokens: (element-type DroverToken): in their order
 *
 * A machine's command line as the command view shows it, and edits it.
 */
typedef struct
{
  char *text;
  GArray *tokens;
} DroverCommandText;

DroverCommandText *drover_command_text_new   (const char *program, GPtrArray *arguments);
void               drover_command_text_free  (DroverCommandText *self);
gboolean           drover_command_text_parse (const char *text, GPtrArray *old_arguments,
                                              char **program, GPtrArray **arguments,
                                              gsize *error_start, gsize *error_end,
                                              GError **error);
GArray            *drover_command_text_tokenise (const char *text, GPtrArray *old_arguments);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverCommandText, drover_command_text_free)

G_END_DECLS
