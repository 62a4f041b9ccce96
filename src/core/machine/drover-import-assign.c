/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-import-scope-private.h"
#include "drover-shell-expand.h"

/* What assignments in a shell text make of its variables. */

/* Bytes that assignments may copy in all: text such as `A+=x`, a million times, copies what grows
 * each time. */
#define MAX_ASSIGNED (256 * 1024 * 1024)

/* What a condition may leave out, as the values that a script takes from its own arguments, does
 * not replace a value that is known. */
static gboolean
is_worse (DroverImportScope *self, const char *name, const DroverImportField *field)
{
  GPtrArray *old = self->is_conditional ? g_hash_table_lookup (self->variables, name) : NULL;

  if (old == NULL || field->marks->len == 0)
    return FALSE;
  for (guint i = 0; i < old->len; i++)
    if (((DroverImportField *) old->pdata[i])->marks->len > 0)
      return FALSE;

  return TRUE;
}

/* `NAME=value`; `+=` appends text, for which the old value is put before the new one. */
static void
assign_word (DroverImportScope *self, const DroverShellWord *word, gboolean only_new)
{
  const DroverShellPiece *first = word->pieces->pdata[0];
  const char *equals = first->kind == DROVER_SHELL_LITERAL ? strchr (first->text, '=') : NULL;
  g_autoptr (GPtrArray) fields = drover_import_new_fields ();
  g_autofree char *name = NULL;
  DroverImportField *field;
  GPtrArray *value;
  gboolean append;
  gsize skip;

  if (equals == NULL || equals == first->text)
    return;

  append = equals[-1] == '+';
  name = g_strndup (first->text, equals - first->text - append);
  if (only_new && g_hash_table_contains (self->variables, name))
    return;

  self->budget = DROVER_IMPORT_MAX_VALUE;
  self->is_too_long = FALSE;
  drover_import_expand_word (self, word, TRUE, fields);
  if (fields->len == 0 || self->is_too_long)
    return;

  /* Without the `NAME=`. */
  field = fields->pdata[0];
  skip = equals + 1 - first->text;
  if (field->text->len < skip)
    return;
  g_string_erase (field->text, 0, skip);
  for (guint i = 0; i < field->marks->len; i++)
    {
      DroverImportMark *mark = &g_array_index (field->marks, DroverImportMark, i);

      mark->start -= skip;
      mark->end -= skip;
    }

  if (is_worse (self, name, field))
    return;

  value = g_hash_table_lookup (self->variables, name);
  if (append && value != NULL && value->len > 0)
    {
      DroverImportSplitter splitter = { .scope = self, .fields = drover_import_new_fields (), .word = word,
                            .is_assignment = TRUE };

      drover_import_splitter_append_value (&splitter, value->pdata[0], TRUE);
      drover_import_splitter_append_value (&splitter, field, TRUE);
      drover_import_splitter_close (&splitter);
      drover_import_scope_set_value (self, name, splitter.fields, FALSE);
    }
  else
    {
      g_ptr_array_set_size (fields, 1);
      drover_import_scope_set_value (self, name, g_steal_pointer (&fields), FALSE);
    }
}

static void
assign_array (DroverImportScope *self, const DroverShellCommand *command, gboolean only_new)
{
  g_autofree char *word = drover_shell_word_dup_literal (command->assignments->pdata[0]);
  gsize length = strcspn (word, "+=");
  gboolean append = word[length] == '+';

  word[length] = '\0';
  if (only_new && g_hash_table_contains (self->variables, word))
    return;

  drover_import_scope_set_value (self, word, drover_import_scope_expand (self, command->words, G_MAXUINT, NULL),
             append);
}

/* `${NAME:=text}` in a word. */
void
drover_import_assign_default (DroverImportScope *self, const char *name, const char *text)
{
  gsize budget = self->budget;
  gboolean is_too_long = self->is_too_long;
  GPtrArray *value = drover_import_new_fields ();

  self->budget = DROVER_IMPORT_MAX_VALUE;
  self->is_too_long = FALSE;
  g_ptr_array_add (value, drover_import_flatten (self, text));
  if (self->is_too_long)
    g_ptr_array_unref (value);
  else
    drover_import_scope_set_value (self, name, value, FALSE);
  self->budget = budget;
  self->is_too_long = is_too_long;
}

/* `: ${NAME:=text}` */
static void
assign_defaults (DroverImportScope *self, const DroverShellWord *word)
{
  for (guint i = 0; i < word->pieces->len; i++)
    {
      const DroverShellPiece *piece = word->pieces->pdata[i];

      if (piece->kind == DROVER_SHELL_VARIABLE && piece->otherwise != NULL &&
          !g_hash_table_contains (self->variables, piece->text))
        drover_import_assign_default (self, piece->text, piece->otherwise);
    }
}

/* All words from @first on, as one value. */
static void
assign_rest (DroverImportScope *self, const char *name, const char *prefix, GPtrArray *words,
             guint first, gboolean only_new)
{
  g_autoptr (GString) text = g_string_new (prefix);

  if (only_new && g_hash_table_contains (self->variables, name))
    return;

  for (guint i = first; i < words->len; i++)
    {
      g_autofree char *word = drover_shell_word_dup_literal (words->pdata[i]);

      if (word == NULL)
        return;
      g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", word);
    }

  drover_import_scope_set_value (self, name, drover_import_new_value (text->str), FALSE);
}

/* Windows: `set NAME=value`, `$NAME = "value"`. */
static void
assign_windows (DroverImportScope *self, GPtrArray *words, const char *head, gboolean only_new)
{
  const DroverShellPiece *first = ((DroverShellWord *) words->pdata[0])->pieces->pdata[0];
  g_autofree char *second = drover_shell_word_dup_literal (words->pdata[1]);
  char *equals = second != NULL ? strchr (second, '=') : NULL;

  if (equals == NULL)
    return;

  if (g_strcmp0 (head, "set") == 0 && equals > second)
    {
      *equals = '\0';
      assign_rest (self, second, equals + 1, words, 2, only_new);
    }
  else if (head == NULL && first->kind == DROVER_SHELL_VARIABLE && g_str_equal (second, "="))
    assign_rest (self, first->text, "", words, 2, only_new);
}

static char *
lookup_value (const char *name, gpointer data)
{
  g_autoptr (GPtrArray) value = drover_import_scope_dup_value (data, name, FALSE);
  const DroverImportField *field = value != NULL && value->len > 0 ? value->pdata[0] : NULL;

  return field != NULL && field->marks->len == 0 ? g_strdup (field->text->str) : NULL;
}

/* `let NAME=1+2`, `((NAME=1+2))` */
static void
assign_arithmetic (DroverImportScope *self, const DroverShellWord *word, gboolean only_new)
{
  g_autofree char *text = drover_shell_word_dup_literal (word);
  char *equals = text != NULL ? strchr (text, '=') : NULL;
  g_autofree char *number = NULL;
  gint64 result;

  if (equals == NULL || strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_") !=
                          (gsize) (equals - text))
    return;
  *equals = '\0';
  if ((only_new && g_hash_table_contains (self->variables, text)) ||
      !drover_shell_evaluate (equals + 1, lookup_value, self, &result))
    return;

  number = g_strdup_printf ("%" G_GINT64_FORMAT, result);
  drover_import_scope_set_value (self, text, drover_import_new_value (number), FALSE);
}

static gboolean
is_arithmetic (DroverImportScope *self, const DroverShellCommand *command)
{
  gsize start = command->start;

  return command->words->len == 0 && command->assignments->len == 1 && start >= 2 &&
         strncmp (self->text + start - 2, "((", 2) == 0;
}

/* `then NAME=value` */
static void
assign_words (DroverImportScope *self, GPtrArray *words, gboolean only_new)
{
  for (guint i = 1; i < words->len; i++)
    {
      const DroverShellPiece *first = ((DroverShellWord *) words->pdata[i])->pieces->pdata[0];
      gsize n = strspn (first->text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_");

      if (first->kind != DROVER_SHELL_LITERAL || n == 0 || first->quoted ||
          (first->text[n] != '=' && !g_str_has_prefix (first->text + n, "+=")))
        return;
    }

  for (guint i = 1; i < words->len; i++)
    assign_word (self, words->pdata[i], only_new);
}

/**
 * drover_import_scope_assign:
 * @command: a command of the text, which may be anything
 * @only_new: whether to leave alone what has a value
 *
 * Takes the variables from it that it sets.
 */
void
drover_import_scope_assign (DroverImportScope *self, const DroverShellCommand *command,
                            gboolean only_new)
{
  static const char *const declarations[] = { "export", "declare", "local", "readonly", "typeset",
                                              NULL };
  static const char *const keywords[] = { "then", "else", "do", "{", NULL };
  g_autofree char *head = NULL;
  GPtrArray *words = command->words;

  if (self->n_assigned > MAX_ASSIGNED)
    return;
  if (command->is_array)
    {
      assign_array (self, command, only_new);
      return;
    }

  if (is_arithmetic (self, command))
    assign_arithmetic (self, command->assignments->pdata[0], only_new);
  else if (words->len == 0)
    for (guint i = 0; i < command->assignments->len; i++)
      assign_word (self, command->assignments->pdata[i], only_new);
  if (words->len < 2)
    return;

  head = drover_shell_word_dup_literal (words->pdata[0]);
  if (head != NULL && g_strv_contains (keywords, head))
    assign_words (self, words, only_new);
  else if (head != NULL && g_strv_contains (declarations, head))
    for (guint i = 1; i < words->len; i++)
      assign_word (self, words->pdata[i], only_new);
  else if (g_strcmp0 (head, "let") == 0)
    for (guint i = 1; i < words->len; i++)
      assign_arithmetic (self, words->pdata[i], only_new);
  else if (g_strcmp0 (head, ":") == 0)
    for (guint i = 1; i < words->len; i++)
      assign_defaults (self, words->pdata[i]);
  else
    assign_windows (self, words, head, only_new);
}
