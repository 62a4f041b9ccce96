/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-import-scope-private.h"

/* What a shell makes of a word, with the places in it that are still open. */

static void
mark_clear (gpointer data)
{
  DroverImportMark *mark = data;

  g_free (mark->name);
  g_free (mark->proposal);
}

DroverImportField *
drover_import_field_new (gsize start, gsize end)
{
  DroverImportField *self = g_new0 (DroverImportField, 1);

  self->text = g_string_new (NULL);
  self->marks = g_array_new (FALSE, FALSE, sizeof (DroverImportMark));
  g_array_set_clear_func (self->marks, mark_clear);
  self->start = start;
  self->end = end;
  return self;
}

void
drover_import_field_free (DroverImportField *self)
{
  g_string_free (self->text, TRUE);
  g_array_unref (self->marks);
  g_free (self->computed);
  g_free (self);
}

/* With its text and what is open in it; of no place. */
DroverImportField *
drover_import_field_copy (const DroverImportField *self)
{
  DroverImportField *copy = drover_import_field_new (self->start, self->end);

  g_string_append_len (copy->text, self->text->str, self->text->len);
  copy->computed = g_strdup (self->computed);
  for (guint i = 0; i < self->marks->len; i++)
    {
      DroverImportMark mark = g_array_index (self->marks, DroverImportMark, i);

      mark.name = g_strdup (mark.name);
      mark.proposal = g_strdup (mark.proposal);
      g_array_append_val (copy->marks, mark);
    }

  return copy;
}

/* The text that is not known, of @length bytes, is put at the end. */
void
drover_import_field_add_mark (DroverImportField *self, const char *name, const char *proposal,
                              const char *source, gsize length, gsize source_start,
                              gsize source_end)
{
  DroverImportMark mark = { g_strdup (name), g_strdup (proposal), self->text->len,
                            self->text->len + length, source_start, source_end };

  g_string_append_len (self->text, source, length);
  g_array_append_val (self->marks, mark);
}

GPtrArray *
drover_import_new_fields (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) drover_import_field_free);
}

/* A variable's value that is this text. */
GPtrArray *
drover_import_new_value (const char *text)
{
  GPtrArray *value = drover_import_new_fields ();
  DroverImportField *field = drover_import_field_new (0, 0);

  g_string_append (field->text, text);
  g_ptr_array_add (value, field);
  return value;
}
