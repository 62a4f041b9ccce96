/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-import.h"
#include "drover-import-rewrite.h"
#include "drover-shell.h"

G_BEGIN_DECLS

/**
 * DroverImportMark:
 * @name: (nullable): the variable that has no value; %NULL for a substitution
 * @proposal: (nullable): what a substitution would most likely give
 * @start: where in the field it is, as it was typed
 * @source_start: where in the shell text
 *
 * What stays in an argument as it was typed, to be filled in by the user.
 */
typedef struct
{
  char *name;
  char *proposal;
  gsize start;
  gsize end;
  gsize source_start;
  gsize source_end;
} DroverImportMark;

/**
 * DroverImportField:
 * @marks: (element-type DroverImportMark)
 * @vanishes: whether it is nothing but variables without a value and outside of quotes: a
 *   shell makes no word of it
 * @has_glob: whether a shell would look for files that match it
 * @tilde: whether `~` was replaced in it
 * @is_json: whether it is JSON typed without quotes, which a shell would have taken apart
 * @computed: (nullable): the substitution in it whose result follows from the text alone
 *
 * What a shell makes of a word, or of a part of one: an argument.
 */
typedef struct
{
  GString *text;
  GArray *marks;
  gsize start;
  gsize end;
  gboolean vanishes;
  gboolean has_glob;
  gboolean tilde;
  gboolean is_json;
  char *computed;
} DroverImportField;

/**
 * DroverImportScope:
 *
 * The variables of a shell text at one place in it. Given values win over the text's own, and
 * those over the environment.
 */
typedef struct _DroverImportScope DroverImportScope;

/**
 * DroverImportUse:
 * @is_place: whether @name is no variable but a substitution, as it was typed
 */
typedef struct
{
  char *name;
  char *proposal;
  gboolean is_place;
} DroverImportUse;

DroverImportScope *drover_import_scope_new    (const char *text, GHashTable *given);
void               drover_import_scope_free   (DroverImportScope *self);
void               drover_import_scope_assign (DroverImportScope *self,
                                               const DroverShellCommand *command,
                                               gboolean only_new);
GPtrArray         *drover_import_scope_expand (DroverImportScope *self, GPtrArray *words,
                                               guint max_words, GPtrArray *uses);
void               drover_import_scope_set_positional (DroverImportScope *self,
                                               GPtrArray *fields);
void               drover_import_scope_shift  (DroverImportScope *self, guint n);
void               drover_import_scope_enter  (DroverImportScope *self, GPtrArray *fields);
void               drover_import_scope_leave  (DroverImportScope *self);
void               drover_import_scope_set_conditional (DroverImportScope *self,
                                               gboolean is_conditional);
void               drover_import_scope_set    (DroverImportScope *self, const char *name,
                                               const DroverImportField *field);
gboolean           drover_import_scope_is_too_long (DroverImportScope *self);
void               drover_import_use_free     (DroverImportUse *self);
void               drover_import_field_free   (DroverImportField *self);
DroverImportField *drover_import_field_new    (gsize start, gsize end);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverImportScope, drover_import_scope_free)

/**
 * DroverImportProgram:
 * @text: (nullable): the program as typed
 * @name: (nullable): the program to run
 * @is_kvm: whether it is an alias that means hardware acceleration
 *
 * What a text calls QEMU, and what that is here.
 */
typedef struct
{
  char *text;
  char *name;
  gboolean is_kvm;
} DroverImportProgram;

void     drover_import_program_resolve (DroverImportProgram *self, const DroverImportField *field);
void     drover_import_program_clear   (DroverImportProgram *self);

gboolean drover_import_is_qemu         (const char *text);
gboolean drover_import_find_program    (GPtrArray *fields, guint *program);
gboolean drover_import_has_script      (GPtrArray *fields, guint *script);

/**
 * DroverImportCandidate:
 * @first: index of its command in the text's
 * @last: more than @first when options go on on the next lines, without what would join them
 * @has_program: whether a program is named; else there are only options
 * @is_question: whether QEMU would only print something, as with `--version`
 * @step: which of the text's steps it is
 * @label: (nullable): which call or which turn of a loop it is
 */
typedef struct
{
  guint first;
  guint last;
  gboolean has_program;
  gboolean is_question;
  guint step;
  char *label;
} DroverImportCandidate;

/**
 * DroverImportReading:
 * @before: (element-type DroverImportField): what stood before the program
 * @program: what the text names, if it names one
 * @arguments: (element-type DroverImportField): what stood after it
 * @uses: (element-type DroverImportUse): the variables in all of these
 * @is_too_long: whether it is more than a program can be given
 *
 * One command of the text with its variables replaced.
 */
typedef struct
{
  GPtrArray *before;
  DroverImportProgram program;
  gsize program_start;
  gsize program_end;
  GPtrArray *arguments;
  GPtrArray *uses;
  gboolean is_too_long;
} DroverImportReading;

/**
 * DroverImportStepKind:
 * @DROVER_IMPORT_STEP_COMMAND: one of the commands
 * @DROVER_IMPORT_STEP_ENTER: the function that the command calls begins
 * @DROVER_IMPORT_STEP_LEAVE: it ends
 * @DROVER_IMPORT_STEP_LOOP: the loop that the command begins takes its next value
 */
typedef enum
{
  DROVER_IMPORT_STEP_COMMAND,
  DROVER_IMPORT_STEP_ENTER,
  DROVER_IMPORT_STEP_LEAVE,
  DROVER_IMPORT_STEP_LOOP,
} DroverImportStepKind;

/**
 * DroverImportStep:
 * @command: index in the text's commands
 * @value: index of the loop's value
 * @is_conditional: whether it depends on something that is not known
 */
typedef struct
{
  DroverImportStepKind kind;
  guint command;
  guint value;
  gboolean is_conditional;
} DroverImportStep;

/**
 * DroverImportText:
 * @text: the shell text; what offsets count in
 * @rewrite: (nullable): what it was made of
 * @commands: (element-type DroverShellCommand): those in it, and in the scripts that it hands
 *   to other shells
 * @steps: (element-type DroverImportStep): the way through the commands
 * @candidates: (element-type DroverImportCandidate): those that look like QEMU
 * @replaced_alias: whether some command's words are not those at its place in @text
 */
typedef struct
{
  char *text;
  gsize length;
  DroverImportRewrite *rewrite;
  GPtrArray *commands;
  GArray *steps;
  GArray *candidates;
  gboolean replaced_alias;
} DroverImportText;

typedef void       (*DroverImportStepFunc)    (const DroverImportStep *step, GPtrArray *labels,
                                               DroverImportScope *scope, gpointer data);

void                 drover_import_trace      (const DroverImportText *text,
                                               DroverImportScope *scope,
                                               DroverImportStepFunc visit, gpointer data);
void                 drover_import_step_apply (const DroverImportStep *self,
                                               const DroverImportText *text,
                                               DroverImportScope *scope, gboolean only_new);
GPtrArray           *drover_import_step_expand_loop (const DroverShellCommand *command,
                                               DroverImportScope *scope);

void                 drover_import_text_find_candidates (DroverImportText *self,
                                                         gboolean is_argv);
DroverImportReading *drover_import_text_read  (const DroverImportText *self, guint candidate,
                                               GHashTable *given);
void                 drover_import_reading_free (DroverImportReading *self);

GPtrArray           *drover_import_pair       (GPtrArray *fields, DroverOptionTable *options,
                                               GArray *origins);
char                *drover_import_dup_name   (GPtrArray *arguments, const char *program);
GPtrArray           *drover_import_list_notices (const DroverImportText *text, guint candidate,
                                               const DroverImportReading *reading,
                                               GPtrArray *arguments, GArray *origins,
                                               const char *accelerator);

GPtrArray           *drover_import_commands_from_argv (const char *const *argv);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverImportReading, drover_import_reading_free)

G_END_DECLS
