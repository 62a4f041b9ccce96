/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-document.h"
#include "drover-option.h"

G_BEGIN_DECLS

#define DROVER_TYPE_IMPORT (drover_import_get_type ())
G_DECLARE_FINAL_TYPE (DroverImport, drover_import, DROVER, IMPORT, GObject)

/**
 * DroverImportNoticeKind:
 * @DROVER_IMPORT_UNDERSTOOD: the argument is shown in a row of a page
 * @DROVER_IMPORT_CUSTOM: the argument is kept as it is, and shown under Everything Else
 * @DROVER_IMPORT_CHANGED: something was made other than it stood in the text
 * @DROVER_IMPORT_DROPPED: something was left out, as a redirection
 * @DROVER_IMPORT_TO_FILL_IN: a command substitution that stays as a marked place
 */
typedef enum
{
  DROVER_IMPORT_UNDERSTOOD,
  DROVER_IMPORT_CUSTOM,
  DROVER_IMPORT_CHANGED,
  DROVER_IMPORT_DROPPED,
  DROVER_IMPORT_TO_FILL_IN,
} DroverImportNoticeKind;

/**
 * DroverImportNotice:
 * @text: a sentence for people
 * @start: where in the shell text it is; equal to @end when nowhere
 * @argument: index of the argument it speaks of, or -1
 * @proposal: (nullable): what would most likely fill in the place
 */
typedef struct
{
  DroverImportNoticeKind kind;
  char *text;
  gsize start;
  gsize end;
  int argument;
  char *proposal;
} DroverImportNotice;

/**
 * DroverImportVariable:
 * @name: without the `$`
 * @proposal: (nullable): what the text itself, `${NAME:-…}` or the environment has for it
 * @value: (nullable): what the user said
 * @optional: whether it has no proposal, and need not have a value either: where it is used it
 *   is an argument of its own, which vanishes without one
 * @is_place: whether it is no variable but a substitution, named as it was typed: its proposal
 *   counts only when it is given as the value, else the place stays open
 */
typedef struct
{
  char *name;
  char *proposal;
  char *value;
  gboolean optional;
  gboolean is_place;
} DroverImportVariable;

DroverImport   *drover_import_new_from_text   (const char *text, gssize length, GError **error);
DroverImport   *drover_import_new_from_argv   (const char *const *argv, GError **error);
DroverImport   *drover_import_new_from_json   (const char *text, gssize length, GError **error);

guint           drover_import_get_n_commands  (DroverImport *self);
char           *drover_import_dup_command_title (DroverImport *self, guint command);
void            drover_import_choose          (DroverImport *self, guint command);
guint           drover_import_get_chosen      (DroverImport *self);

GPtrArray      *drover_import_get_variables   (DroverImport *self);
void            drover_import_set_variable    (DroverImport *self, const char *name,
                                               const char *value);
const char     *drover_import_get_program     (DroverImport *self);
void            drover_import_set_program     (DroverImport *self, const char *program);
GStrv           drover_import_dup_options     (DroverImport *self);

DroverDocument *drover_import_make_document   (DroverImport *self, const char *name,
                                               DroverOptionTable *options, GPtrArray **notices,
                                               GError **error);

G_END_DECLS
