/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-import-private.h"
#include "drover-shell-private.h"

G_BEGIN_DECLS

/* A value that is longer is no value: text such as `A=$A$A`, often enough, would else fill the
 * memory. No system takes a longer argument either. */
#define DROVER_IMPORT_MAX_VALUE (128 * 1024)

/* What an array's element, or a place to fill in, counts among what assignments copy, its text
 * aside. */
#define DROVER_IMPORT_ELEMENT_SIZE 256

/* `${A:-${B:-${C:-…}}}` */
#define DROVER_IMPORT_MAX_DEPTH 8

struct _DroverImportScope
{
  const char *text;
  DroverShellDialect dialect;
  GHashTable *given;     /* name to text; not ours */
  GHashTable *variables; /* name to GPtrArray of DroverImportField: one, or an array's */
  GPtrArray *positional; /* of DroverImportField: `$1` and so on; NULL when unknown */
  GPtrArray *frames;     /* of what @positional was outside of functions; elements may be NULL */
  gboolean is_conditional; /* whether what is assigned may be left out */
  GPtrArray *uses;       /* of DroverImportUse; only while a command is expanded */
  GHashTable *used;      /* the names in @uses */
  gsize budget;
  gsize n_assigned;
  gboolean is_too_long;  /* more was wanted than the budget had */
  guint depth;
  gboolean asks_deep;    /* whether variables in texts within the text are asked for */
};

/* A word that is being made into fields. */
typedef struct
{
  DroverImportScope *scope;
  GPtrArray *fields;
  DroverImportField *field; /* the one being made */
  const DroverShellWord *word;
  gboolean is_assignment;
  gboolean has_quotes;         /* in the field */
  gboolean has_all_parameters; /* `"$@"`, of which quotes make no word either */
} DroverImportSplitter;

GPtrArray         *drover_import_new_fields    (void);
GPtrArray         *drover_import_new_value     (const char *text);
DroverImportField *drover_import_field_copy    (const DroverImportField *self);
void               drover_import_field_add_mark (DroverImportField *self, const char *name,
                                                const char *proposal, const char *source,
                                                gsize length, gsize source_start,
                                                gsize source_end);

GPtrArray         *drover_import_scope_dup_value (DroverImportScope *self, const char *name,
                                                gboolean is_array);
void               drover_import_scope_set_value (DroverImportScope *self, const char *name,
                                                GPtrArray *value, gboolean append);
void               drover_import_scope_note_use (DroverImportScope *self, const char *name,
                                                const char *proposal);
void               drover_import_scope_note_place (DroverImportScope *self,
                                                const char *source, const char *proposal);
void               drover_import_scope_note_value (DroverImportScope *self, const char *name,
                                                GPtrArray *value);
gboolean           drover_import_scope_spend   (DroverImportScope *self, gsize length);

DroverImportField *drover_import_splitter_open (DroverImportSplitter *self);
void               drover_import_splitter_close (DroverImportSplitter *self);
void               drover_import_splitter_append_text (DroverImportSplitter *self,
                                                const char *text, gsize length,
                                                gboolean is_quoted);
void               drover_import_splitter_append_mark (DroverImportSplitter *self,
                                                const char *name, const char *proposal,
                                                const DroverShellPiece *piece,
                                                const char *source, gboolean vanishes);
void               drover_import_splitter_append_value (DroverImportSplitter *self,
                                                const DroverImportField *value,
                                                gboolean quoted);
void               drover_import_splitter_append_array (DroverImportSplitter *self,
                                                GPtrArray *value, gboolean quoted,
                                                gboolean joins);
void               drover_import_splitter_append_computed (DroverImportSplitter *self,
                                                const DroverShellPiece *piece,
                                                const char *text, gboolean quoted);

void               drover_import_append_otherwise (DroverImportSplitter *self, const char *text,
                                                gboolean quoted);
DroverImportField *drover_import_flatten       (DroverImportScope *self, const char *text);
void               drover_import_expand_word   (DroverImportScope *self,
                                                const DroverShellWord *word,
                                                gboolean is_assignment, GPtrArray *fields);
guint              drover_import_expand_json   (DroverImportScope *self, GPtrArray *words,
                                                guint first, GPtrArray *fields);
void               drover_import_expand_braces (DroverImportScope *self,
                                                const DroverShellWord *word, GPtrArray *fields);
gboolean           drover_import_append_parameter (DroverImportSplitter *self,
                                                const DroverShellPiece *piece, gboolean quoted);
gboolean           drover_import_append_substitution (DroverImportSplitter *self,
                                                const DroverShellPiece *piece, gboolean quoted);
void               drover_import_assign_default (DroverImportScope *self, const char *name,
                                                const char *text);

G_END_DECLS
