/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DroverImportChange:
 *
 * What is done to a text before it is read as shell text.
 */
typedef enum
{
  DROVER_IMPORT_CHANGE_BLANKS,
  DROVER_IMPORT_CHANGE_INVISIBLE,
  DROVER_IMPORT_CHANGE_QUOTES,
  DROVER_IMPORT_CHANGE_DASHES,
  DROVER_IMPORT_CHANGE_ELLIPSES,
  DROVER_IMPORT_CHANGE_FULL_WIDTH,
  DROVER_IMPORT_CHANGE_ENTITIES,
  DROVER_IMPORT_CHANGE_TAGS,
  DROVER_IMPORT_CHANGE_ESCAPES,
  DROVER_IMPORT_CHANGE_BACKTICKS,
  DROVER_IMPORT_CHANGE_LINE_NUMBERS,
  DROVER_IMPORT_CHANGE_BLOCK_QUOTES,
  DROVER_IMPORT_CHANGE_PROSE,
  DROVER_IMPORT_CHANGE_UNIT,
  DROVER_IMPORT_CHANGE_MAKEFILE,
  DROVER_IMPORT_CHANGE_LIST,
  DROVER_IMPORT_CHANGE_STRING,
  DROVER_IMPORT_CHANGE_XML,
  DROVER_IMPORT_CHANGE_PREFIX,
  DROVER_IMPORT_CHANGE_START_PROCESS,
  DROVER_IMPORT_N_CHANGES,
} DroverImportChange;

typedef struct
{
  guint count;
  gsize start; /* of the first, in the text as it was given */
  gsize end;
} DroverImportChanged;

/**
 * DroverImportRewrite:
 * @text: the text as it is now; ends in NUL, which is not counted
 * @changed: what was done so far
 * @has_specifiers: whether `%h` and its like are a systemd unit’s, or a desktop entry’s
 *
 * A text on its way to shell text, that knows of each byte where it came from. Several passes go
 * over it, each from the first byte to the last.
 */
typedef struct
{
  char *text;
  gsize length;
  DroverImportChanged changed[DROVER_IMPORT_N_CHANGES];
  gboolean has_specifiers;

  /*< private >*/
  GPtrArray *maps; /* of GArray of segments, the first pass first */
  GString *out;    /* of the pass under way; NULL while it has changed nothing */
  GArray *map;
  gsize copied;
} DroverImportRewrite;

DroverImportRewrite *drover_import_rewrite_new (const char *text, gsize length);
void     drover_import_rewrite_free        (DroverImportRewrite *self);
void     drover_import_rewrite_replace     (DroverImportRewrite *self, gsize start, gsize end,
                                            const char *with, gssize length);
void     drover_import_rewrite_note        (DroverImportRewrite *self, DroverImportChange change,
                                            gsize start, gsize end);
gboolean drover_import_rewrite_finish_pass (DroverImportRewrite *self);
gsize    drover_import_rewrite_get_start   (const DroverImportRewrite *self, gsize offset);
gsize    drover_import_rewrite_get_end     (const DroverImportRewrite *self, gsize offset);
char    *drover_import_change_dup_sentence (DroverImportChange change, guint count);

void     drover_import_clean               (DroverImportRewrite *self);
void     drover_import_clean_characters    (DroverImportRewrite *self);
gboolean drover_import_clean_prose         (DroverImportRewrite *self);
void     drover_import_unpack              (DroverImportRewrite *self);
void     drover_import_unpack_lists        (DroverImportRewrite *self);
void     drover_import_unpack_makefile     (DroverImportRewrite *self);

gsize    drover_import_line_end            (const DroverImportRewrite *self, gsize start);
gsize    drover_import_find_program_word   (const char *text, gsize start, gsize end);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverImportRewrite, drover_import_rewrite_free)

G_END_DECLS
