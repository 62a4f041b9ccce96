/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-import-scope-private.h"

/* How a word becomes fields: none, one, or as many as a variable's value has words. */

DroverImportField *
drover_import_splitter_open (DroverImportSplitter *self)
{
  if (self->field == NULL)
    {
      self->field = drover_import_field_new (self->word->start, self->word->end);
      self->field->vanishes = TRUE;
      self->has_quotes = FALSE;
      self->has_all_parameters = FALSE;
    }

  return self->field;
}

void
drover_import_splitter_close (DroverImportSplitter *self)
{
  if (self->field == NULL)
    return;

  self->field->vanishes &= !self->has_quotes || self->has_all_parameters;
  if (drover_import_scope_spend (self->scope, sizeof (char *) + 1))
    g_ptr_array_add (self->fields, g_steal_pointer (&self->field));
  else
    g_clear_pointer (&self->field, drover_import_field_free);
}

void
drover_import_splitter_append_text (DroverImportSplitter *self, const char *text, gsize length,
                                    gboolean is_quoted)
{
  DroverImportField *field = drover_import_splitter_open (self);

  if (!drover_import_scope_spend (self->scope, length))
    return;
  g_string_append_len (field->text, text, length);
  self->has_quotes |= is_quoted;
  if (length > 0)
    field->vanishes = FALSE;
}

static void
append_mark (DroverImportSplitter *self, const char *name, const char *proposal,
             const char *source, gsize length, gsize start, gsize end, gboolean vanishes)
{
  DroverImportField *field = drover_import_splitter_open (self);

  if (!drover_import_scope_spend (self->scope, length))
    return;
  self->scope->n_assigned += self->scope->uses == NULL ? DROVER_IMPORT_ELEMENT_SIZE : 0;
  drover_import_field_add_mark (field, name, proposal, source, length, start, end);
  field->vanishes &= vanishes;
}

/* A place to fill in. One in a text within the text has no place of its own. */
void
drover_import_splitter_append_mark (DroverImportSplitter *self, const char *name,
                                    const char *proposal, const DroverShellPiece *piece,
                                    const char *source, gboolean vanishes)
{
  gboolean has_place = self->scope->depth == 0;

  append_mark (self, name, proposal, source, strlen (source),
               has_place ? piece->start : self->word->start,
               has_place ? piece->end : self->word->end, vanishes);
}

/* What parts words in a variable's value. */
static const char *
get_separators (DroverImportScope *scope)
{
  GPtrArray *value = g_hash_table_lookup (scope->variables, "IFS");
  const DroverImportField *field = value != NULL && value->len > 0 ? value->pdata[0] : NULL;

  return field != NULL && field->marks->len == 0 ? field->text->str : " \t\n";
}

static gboolean
is_separator (const char *separators, char c)
{
  return c != '\0' && strchr (separators, c) != NULL;
}

/* Where something other than a blank parts words, there may be nothing before it. */
static void
append_separator (DroverImportSplitter *self, char c)
{
  if (!g_ascii_isspace (c))
    drover_import_splitter_append_text (self, "", 0, TRUE);
  drover_import_splitter_close (self);
}

/* A variable's value in a word: outside of quotes its blanks part words. */
void
drover_import_splitter_append_value (DroverImportSplitter *self, const DroverImportField *value,
                                     gboolean quoted)
{
  const char *separators = quoted ? "" : get_separators (self->scope);
  const char *text = value->text->str;
  guint next_mark = 0;
  gsize pos = 0;

  if (quoted)
    drover_import_splitter_append_text (self, "", 0, TRUE);

  while (pos < value->text->len)
    {
      const DroverImportMark *mark =
        next_mark < value->marks->len ? &g_array_index (value->marks, DroverImportMark, next_mark)
                                      : NULL;
      gsize end = mark != NULL ? mark->start : value->text->len;
      gsize start = pos;

      if (mark != NULL && pos == mark->start)
        {
          append_mark (self, mark->name, mark->proposal, text + pos, mark->end - mark->start,
                       mark->source_start, mark->source_end, mark->name != NULL && !quoted);
          pos = mark->end;
          next_mark++;
        }
      else if (is_separator (separators, text[pos]))
        append_separator (self, text[pos++]);
      else
        {
          pos = *separators == '\0' ? end : MIN (pos + strcspn (text + pos, separators), end);
          drover_import_splitter_append_text (self, text + start, pos - start, quoted);
        }
    }

  if (value->computed != NULL && self->field != NULL)
    g_set_str (&self->field->computed, value->computed);
}

/* All of an array: a word each, or, with @joins, one. */
void
drover_import_splitter_append_array (DroverImportSplitter *self, GPtrArray *value, gboolean quoted,
                                     gboolean joins)
{
  const char *separators = get_separators (self->scope);

  /* Of `"${A[@]}"` without elements quotes make no word either. */
  if (value->len == 0)
    {
      drover_import_splitter_open (self);
      self->has_all_parameters = !joins;
      self->has_quotes |= joins;
    }
  for (guint i = 0; i < value->len; i++)
    {
      if (i > 0 && joins)
        drover_import_splitter_append_text (self, separators, *separators != '\0', TRUE);
      else if (i > 0)
        drover_import_splitter_close (self);
      drover_import_splitter_append_value (self, value->pdata[i], quoted);
    }
}

/* What follows from the text alone, with a note of what it was worked out from. */
void
drover_import_splitter_append_computed (DroverImportSplitter *self, const DroverShellPiece *piece,
                                        const char *text, gboolean quoted)
{
  g_autoptr (GPtrArray) value = drover_import_new_value (text);

  drover_import_splitter_append_value (self, value->pdata[0], quoted);
  if (self->field != NULL)
    g_set_str (&self->field->computed, piece->text);
}
