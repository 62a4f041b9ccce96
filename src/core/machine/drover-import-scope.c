/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-import-scope-private.h"

/* Variables of a shell text at one place in it. Nothing is ever run. */

/* The same as a value's limit for all arguments of a command: Linux takes 6 MB, the pointers to
 * them included. */
#define MAX_FIELDS (6 * 1024 * 1024)

gboolean
drover_import_scope_spend (DroverImportScope *self, gsize length)
{
  self->is_too_long |= length > self->budget;
  if (self->is_too_long)
    return FALSE;

  self->budget -= length;
  self->n_assigned += self->uses == NULL ? length : 0;
  return TRUE;
}

/* looking up */

static GPtrArray *
dup_given_array (const char *text)
{
  g_autoptr (GPtrArray) commands = drover_shell_parse (text, -1, NULL);
  g_autoptr (GPtrArray) value = drover_import_new_fields ();

  for (guint i = 0; commands != NULL && i < commands->len; i++)
    {
      const DroverShellCommand *command = commands->pdata[i];

      for (guint j = 0; j < command->words->len; j++)
        {
          g_autofree char *word = drover_shell_word_dup_literal (command->words->pdata[j]);
          DroverImportField *field = drover_import_field_new (0, 0);

          g_string_append (field->text, word != NULL ? word : "");
          g_ptr_array_add (value, field);
        }
    }

  return g_steal_pointer (&value);
}

/* `$1`, `$@`, `$#`, when the text itself gives them. */
static GPtrArray *
dup_positional (DroverImportScope *self, const char *name)
{
  GPtrArray *value;
  guint64 n;

  if (self->positional == NULL)
    return NULL;
  if (g_str_equal (name, "@") || g_str_equal (name, "*"))
    return g_ptr_array_ref (self->positional);
  if (g_str_equal (name, "#"))
    {
      g_autofree char *count = g_strdup_printf ("%u", self->positional->len);

      return drover_import_new_value (count);
    }
  if (!g_ascii_string_to_unsigned (name, 10, 1, 9999, &n, NULL))
    return NULL;

  value = drover_import_new_fields ();
  if (n <= self->positional->len)
    g_ptr_array_add (value, drover_import_field_copy (self->positional->pdata[n - 1]));
  return value;
}

/* Returns NULL for what is set nowhere. */
GPtrArray *
drover_import_scope_dup_value (DroverImportScope *self, const char *name, gboolean is_array)
{
  const char *text = g_hash_table_lookup (self->given, name);
  GPtrArray *value;

  if (text != NULL)
    return is_array ? dup_given_array (text) : drover_import_new_value (text);

  value = dup_positional (self, name);
  if (value != NULL)
    return value;

  value = g_hash_table_lookup (self->variables, name);
  if (value != NULL)
    return g_ptr_array_ref (value);

  text = g_getenv (name);
  return text != NULL && g_utf8_validate (text, -1, NULL) ? drover_import_new_value (text) : NULL;
}

/* Of what the text itself gives to a function nobody needs to be asked. */
static gboolean
is_passed (DroverImportScope *self, const char *name)
{
  return self->positional != NULL && !g_hash_table_contains (self->given, name) &&
         (g_ascii_isdigit (*name) || g_str_equal (name, "@") || g_str_equal (name, "*") ||
          g_str_equal (name, "#"));
}

static void
note (DroverImportScope *self, const char *name, const char *proposal, gboolean is_place)
{
  DroverImportUse *use;

  if (self->uses == NULL || is_passed (self, name) ||
      (self->depth > 0 && !self->asks_deep) || !g_hash_table_add (self->used, g_strdup (name)))
    return;

  use = g_new (DroverImportUse, 1);
  *use = (DroverImportUse) { g_strdup (name), g_strdup (proposal), is_place };
  g_ptr_array_add (self->uses, use);
}

void
drover_import_scope_note_use (DroverImportScope *self, const char *name, const char *proposal)
{
  note (self, name, proposal, FALSE);
}

/* A substitution that can be given a value as a variable can. */
void
drover_import_scope_note_place (DroverImportScope *self, const char *source, const char *proposal)
{
  note (self, source, proposal, TRUE);
}

/* A name that is used by another one's value, and has none itself, is asked for as well. */
void
drover_import_scope_note_value (DroverImportScope *self, const char *name, GPtrArray *value)
{
  const DroverImportField *first = value->len > 0 ? value->pdata[0] : NULL;

  if (self->uses == NULL)
    return;
  if (g_hash_table_contains (self->given, name) || value->len <= 1)
    drover_import_scope_note_use (self, name, first != NULL ? first->text->str : "");
  for (guint i = 0; i < value->len; i++)
    {
      const DroverImportField *field = value->pdata[i];

      for (guint j = 0; j < field->marks->len; j++)
        {
          const DroverImportMark *mark = &g_array_index (field->marks, DroverImportMark, j);

          g_autofree char *source =
            g_strndup (field->text->str + mark->start, mark->end - mark->start);

          if (mark->name != NULL)
            drover_import_scope_note_use (self, mark->name, NULL);
          else
            drover_import_scope_note_place (self, source, mark->proposal);
        }
    }
}

/* setting */

void
drover_import_scope_set_value (DroverImportScope *self, const char *name, GPtrArray *value, gboolean append)
{
  GPtrArray *old = g_hash_table_lookup (self->variables, name);

  if (append && old != NULL)
    self->n_assigned += old->len * DROVER_IMPORT_ELEMENT_SIZE;
  if (append && old != NULL)
    for (gint i = (gint) old->len - 1; i >= 0; i--)
      g_ptr_array_insert (value, 0, drover_import_field_copy (old->pdata[i]));

  g_hash_table_insert (self->variables, g_strdup (name), value);
}

/**
 * drover_import_scope_set:
 *
 * Gives a variable a value, as a loop does.
 */
void
drover_import_scope_set (DroverImportScope *self, const char *name, const DroverImportField *field)
{
  GPtrArray *value = drover_import_new_fields ();

  if (field != NULL)
    g_ptr_array_add (value, drover_import_field_copy (field));
  g_hash_table_insert (self->variables, g_strdup (name), value);
}

/**
 * drover_import_scope_set_positional:
 * @fields: (transfer full) (nullable) (element-type DroverImportField): `$1` and what follows;
 *   %NULL when that is not known
 */
void
drover_import_scope_set_positional (DroverImportScope *self, GPtrArray *fields)
{
  g_clear_pointer (&self->positional, g_ptr_array_unref);
  self->positional = fields;
}

/* `shift` */
void
drover_import_scope_shift (DroverImportScope *self, guint n)
{
  if (self->positional != NULL && n <= self->positional->len)
    g_ptr_array_remove_range (self->positional, 0, n);
}

/**
 * drover_import_scope_enter:
 * @fields: (transfer full): what a function is given
 */
void
drover_import_scope_enter (DroverImportScope *self, GPtrArray *fields)
{
  const DroverImportField *only = fields->len == 1 ? fields->pdata[0] : NULL;

  g_ptr_array_add (self->frames, g_steal_pointer (&self->positional));
  /* `main "$@"`: what is not known stays so. */
  if (only != NULL && only->marks->len == 1 && only->text->len > 0 &&
      (g_str_equal (only->text->str, "$@") || g_str_equal (only->text->str, "$*")))
    g_ptr_array_unref (fields);
  else
    self->positional = fields;
}

void
drover_import_scope_leave (DroverImportScope *self)
{
  drover_import_scope_set_positional (self, NULL);
  if (self->frames->len > 0)
    {
      self->positional = self->frames->pdata[self->frames->len - 1];
      self->frames->pdata[self->frames->len - 1] = NULL;
      g_ptr_array_set_size (self->frames, self->frames->len - 1);
    }
}

/* Whether what is assigned from now on depends on something that is not known. */
void
drover_import_scope_set_conditional (DroverImportScope *self, gboolean is_conditional)
{
  self->is_conditional = is_conditional;
}

static void
frame_free (gpointer frame)
{
  if (frame != NULL)
    g_ptr_array_unref (frame);
}

/**
 * drover_import_scope_is_too_long:
 *
 * Returns: whether the last drover_import_scope_expand() left something out, as no program
 *   could be given so much
 */
gboolean
drover_import_scope_is_too_long (DroverImportScope *self)
{
  return self->is_too_long;
}

/**
 * drover_import_scope_expand:
 * @words: (element-type DroverShellWord)
 * @max_words: how many of them at most
 * @uses: (nullable) (element-type DroverImportUse): to be filled with the variables in them
 *
 * Returns: (transfer full) (element-type DroverImportField): what a shell makes of the words
 */
GPtrArray *
drover_import_scope_expand (DroverImportScope *self, GPtrArray *words, guint max_words,
                            GPtrArray *uses)
{
  GPtrArray *fields = drover_import_new_fields ();

  g_hash_table_remove_all (self->used);
  self->uses = uses;
  self->budget = MAX_FIELDS;
  self->is_too_long = FALSE;
  for (guint i = 0; i < words->len && i < max_words && !self->is_too_long; i++)
    {
      guint n_json = drover_import_expand_json (self, words, i, fields);

      if (n_json > 0)
        i += n_json - 1;
      else
        drover_import_expand_braces (self, words->pdata[i], fields);
    }
  self->uses = NULL;
  return fields;
}

/**
 * drover_import_scope_new:
 * @text: the shell text
 * @given: values that the user gave, by name
 *
 * Returns: (transfer full): variables of which the text has set none yet
 */
DroverImportScope *
drover_import_scope_new (const char *text, GHashTable *given)
{
  DroverImportScope *self = g_new0 (DroverImportScope, 1);

  self->text = text;
  self->dialect = drover_shell_guess_dialect (text, strlen (text));
  self->given = given;
  self->frames = g_ptr_array_new_with_free_func (frame_free);
  self->variables =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  self->used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
drover_import_scope_free (DroverImportScope *self)
{
  g_hash_table_unref (self->variables);
  g_hash_table_unref (self->used);
  g_ptr_array_unref (self->frames);
  g_clear_pointer (&self->positional, g_ptr_array_unref);
  g_free (self);
}

void
drover_import_use_free (DroverImportUse *self)
{
  g_free (self->name);
  g_free (self->proposal);
  g_free (self);
}
