/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-import-private.h"

/* Variables of a shell text: what assignments in it make of them, and what becomes of words
 * that use them. Nothing is ever run. */

/* A value that is longer is no value: text such as `A=$A$A`, often enough, would else fill the
 * memory. No system takes a longer argument either. */
#define MAX_VALUE (128 * 1024)

/* The same for all arguments of a command: Linux takes 6 MB, the pointers to them included. */
#define MAX_FIELDS (6 * 1024 * 1024)

/* Bytes that assignments may copy in all: text such as `A+=x`, a million times, copies what grows
 * each time. */
#define MAX_ASSIGNED (256 * 1024 * 1024)

/* What an array's element, or a place to fill in, counts in this, its text aside. */
#define ELEMENT_SIZE 256

/* `${A:-${B:-${C:-…}}}` */
#define MAX_DEPTH 8

struct _DroverImportScope
{
  const char *text;
  GHashTable *given;     /* name to text; not ours */
  GHashTable *variables; /* name to GPtrArray of DroverImportField: one, or an array's */
  GPtrArray *uses;       /* of DroverImportUse; only while a command is expanded */
  GHashTable *used;      /* the names in @uses */
  gsize budget;
  gsize n_assigned;
  gboolean is_too_long;  /* more was wanted than the budget had */
  guint depth;
};

/* fields */

static void
mark_clear (gpointer data)
{
  g_free (((DroverImportMark *) data)->name);
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
  g_free (self);
}

static GPtrArray *
new_fields (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) drover_import_field_free);
}

static void
add_mark (DroverImportField *self, const char *name, const char *source, gsize length,
          gsize source_start, gsize source_end)
{
  DroverImportMark mark = { g_strdup (name), self->text->len, self->text->len + length,
                            source_start, source_end };

  g_string_append_len (self->text, source, length);
  g_array_append_val (self->marks, mark);
}

/* splitting */

typedef struct
{
  DroverImportScope *scope;
  GPtrArray *fields;
  DroverImportField *field; /* the one being made */
  const DroverShellWord *word;
  gboolean is_assignment;
  gboolean has_quotes;         /* in the field */
  gboolean has_all_parameters; /* `"$@"`, of which quotes make no word either */
} Splitter;

static DroverImportField *
open_field (Splitter *self)
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

static gboolean
spend (DroverImportScope *self, gsize length)
{
  self->is_too_long |= length > self->budget;
  if (self->is_too_long)
    return FALSE;

  self->budget -= length;
  self->n_assigned += self->uses == NULL ? length : 0;
  return TRUE;
}

static void
close_field (Splitter *self)
{
  if (self->field == NULL)
    return;

  self->field->vanishes &= !self->has_quotes || self->has_all_parameters;
  if (spend (self->scope, sizeof (char *) + 1))
    g_ptr_array_add (self->fields, g_steal_pointer (&self->field));
  else
    g_clear_pointer (&self->field, drover_import_field_free);
}

static void
append_text (Splitter *self, const char *text, gsize length, gboolean is_quoted)
{
  DroverImportField *field = open_field (self);

  if (!spend (self->scope, length))
    return;
  g_string_append_len (field->text, text, length);
  self->has_quotes |= is_quoted;
  if (length > 0)
    field->vanishes = FALSE;
}

static void
append_mark (Splitter *self, const char *name, const char *source, gsize length,
             gsize source_start, gsize source_end, gboolean vanishes)
{
  DroverImportField *field = open_field (self);

  if (!spend (self->scope, length))
    return;
  self->scope->n_assigned += self->scope->uses == NULL ? ELEMENT_SIZE : 0;
  add_mark (field, name, source, length, source_start, source_end);
  field->vanishes &= vanishes;
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\n';
}

/* A variable's value in a word: outside of quotes its blanks part words. */
static void
append_value (Splitter *self, const DroverImportField *value, gboolean quoted)
{
  const char *text = value->text->str;
  guint next_mark = 0;
  gsize pos = 0;

  if (quoted)
    append_text (self, "", 0, TRUE);

  while (pos < value->text->len)
    {
      const DroverImportMark *mark =
        next_mark < value->marks->len ? &g_array_index (value->marks, DroverImportMark, next_mark)
                                      : NULL;
      gsize end = mark != NULL ? mark->start : value->text->len;
      gsize start = pos;

      if (mark != NULL && pos == mark->start)
        {
          append_mark (self, mark->name, text + pos, mark->end - mark->start, mark->source_start,
                       mark->source_end, mark->name != NULL && !quoted);
          pos = mark->end;
          next_mark++;
        }
      else if (!quoted && is_blank (text[pos]))
        {
          close_field (self);
          pos++;
        }
      else
        {
          while (pos < end && (quoted || !is_blank (text[pos])))
            pos++;
          append_text (self, text + start, pos - start, quoted);
        }
    }
}

/* looking up */

static GPtrArray *
new_value (const char *text)
{
  GPtrArray *value = new_fields ();
  DroverImportField *field = drover_import_field_new (0, 0);

  g_string_append (field->text, text);
  g_ptr_array_add (value, field);
  return value;
}

/* `NAME` of `NAME[@]` */
static char *
dup_plain_name (const char *name, gboolean *is_array)
{
  *is_array = g_str_has_suffix (name, "[@]") || g_str_has_suffix (name, "[*]");
  return g_strndup (name, strlen (name) - (*is_array ? 3 : 0));
}

static GPtrArray *
dup_given_array (const char *text)
{
  g_autoptr (GPtrArray) commands = drover_shell_parse (text, -1, NULL);
  g_autoptr (GPtrArray) value = new_fields ();

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

/* Returns NULL for what is set nowhere. */
static GPtrArray *
dup_value (DroverImportScope *self, const char *name, gboolean is_array)
{
  const char *text = g_hash_table_lookup (self->given, name);
  GPtrArray *value;

  if (text != NULL)
    return is_array ? dup_given_array (text) : new_value (text);

  value = g_hash_table_lookup (self->variables, name);
  if (value != NULL)
    return g_ptr_array_ref (value);

  text = g_getenv (name);
  return text != NULL && g_utf8_validate (text, -1, NULL) ? new_value (text) : NULL;
}

static void
note_use (DroverImportScope *self, const char *name, const char *proposal)
{
  DroverImportUse *use;

  if (self->uses == NULL || self->depth > 0 || !g_hash_table_add (self->used, g_strdup (name)))
    return;

  use = g_new (DroverImportUse, 1);
  *use = (DroverImportUse) { g_strdup (name), g_strdup (proposal) };
  g_ptr_array_add (self->uses, use);
}

/* A name that is used by another one's value, and has none itself, is asked for as well. */
static void
note_value (DroverImportScope *self, const char *name, GPtrArray *value)
{
  const DroverImportField *first = value->len > 0 ? value->pdata[0] : NULL;

  if (g_hash_table_contains (self->given, name) || value->len <= 1)
    note_use (self, name, first != NULL ? first->text->str : "");
  for (guint i = 0; i < value->len; i++)
    {
      const DroverImportField *field = value->pdata[i];

      for (guint j = 0; j < field->marks->len; j++)
        {
          const DroverImportMark *mark = &g_array_index (field->marks, DroverImportMark, j);

          if (mark->name != NULL)
            note_use (self, mark->name, NULL);
        }
    }
}

/* pieces */

static void append_word (Splitter *self, const DroverShellWord *word, gboolean quoted);

/* Quotes in quotes, as in `"${A:-"a b"}"`, make no difference. */
static char *
dup_in_quotes (const char *text)
{
  g_autoptr (GString) quoted = g_string_new ("\"");

  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '\\' && p[1] != '\0')
        g_string_append_c (quoted, *p++);
      else if (*p == '"')
        continue;
      g_string_append_c (quoted, *p);
    }

  g_string_append_c (quoted, '"');
  return g_string_free_and_steal (g_steal_pointer (&quoted));
}

/* The text after `:-`: read as the shell text that it is. */
static void
append_otherwise (Splitter *self, const char *text, gboolean quoted)
{
  g_autofree char *in_quotes = quoted ? dup_in_quotes (text) : NULL;
  g_autoptr (GPtrArray) commands =
    drover_shell_parse (in_quotes != NULL ? in_quotes : text, -1, NULL);

  if (quoted)
    append_text (self, "", 0, TRUE);
  for (guint i = 0; commands != NULL && i < commands->len; i++)
    {
      GPtrArray *words = ((DroverShellCommand *) commands->pdata[i])->words;

      if (words->len == 0)
        words = ((DroverShellCommand *) commands->pdata[i])->assignments;
      for (guint j = 0; j < words->len; j++)
        {
          if (i + j > 0)
            close_field (self);
          append_word (self, words->pdata[j], quoted);
        }
    }
}

static char *
dup_flat (DroverImportScope *self, const char *text)
{
  g_autoptr (GPtrArray) fields = new_fields ();
  Splitter splitter = { .scope = self, .fields = fields };
  DroverShellWord nowhere = { 0 };
  char *flat;

  splitter.word = &nowhere;
  self->depth++;
  append_otherwise (&splitter, text, TRUE);
  self->depth--;
  close_field (&splitter);
  flat = fields->len > 0 ? g_strdup (((DroverImportField *) fields->pdata[0])->text->str)
                         : g_strdup ("");
  return flat;
}

static void
append_array (Splitter *self, GPtrArray *value, gboolean quoted)
{
  /* Of `"${A[@]}"` without elements quotes make no word either. */
  if (value->len == 0)
    {
      open_field (self);
      self->has_all_parameters = TRUE;
    }
  for (guint i = 0; i < value->len; i++)
    {
      if (i > 0)
        close_field (self);
      append_value (self, value->pdata[i], quoted);
    }
}

static gboolean
is_all_parameters (const char *name)
{
  return g_str_equal (name, "@") || g_str_equal (name, "*") || g_str_has_suffix (name, "[@]") ||
         g_str_has_suffix (name, "[*]");
}

/* A variable as it was typed. One in a text within the text has no place of its own. */
static char *
dup_source (Splitter *self, const DroverShellPiece *piece)
{
  const char *source = self->scope->text + piece->start;

  if (self->scope->depth == 0 && (*source == '$' || *source == '%'))
    return g_strndup (source, piece->end - piece->start);

  return g_strdup_printf ("${%s}", piece->text);
}

static void
append_variable (Splitter *self, const DroverShellPiece *piece, gboolean quoted)
{
  DroverImportScope *scope = self->scope;
  gboolean is_array;
  g_autofree char *name = dup_plain_name (piece->text, &is_array);
  g_autoptr (GPtrArray) value = dup_value (scope, name, is_array);
  g_autofree char *source = NULL;

  if (value != NULL)
    {
      note_value (scope, name, value);
      if (is_array)
        append_array (self, value, quoted);
      else if (value->len > 0)
        append_value (self, value->pdata[0], quoted);
      return;
    }

  if (piece->otherwise != NULL && scope->depth < MAX_DEPTH)
    {
      if (scope->depth == 0)
        {
          g_autofree char *proposal = dup_flat (scope, piece->otherwise);

          note_use (scope, name, proposal);
        }
      scope->depth++;
      append_otherwise (self, piece->otherwise, quoted);
      scope->depth--;
      return;
    }

  note_use (scope, name, NULL);
  source = dup_source (self, piece);
  open_field (self);
  self->has_all_parameters |= is_all_parameters (piece->text);
  append_mark (self, name, source, strlen (source),
               scope->depth == 0 ? piece->start : self->word->start,
               scope->depth == 0 ? piece->end : self->word->end,
               !quoted || is_all_parameters (piece->text));
}

/* `${NAME:+text}`, which scripts have for what may be switched on. Returns FALSE when it is
 * something else. */
static gboolean
append_alternative (Splitter *self, const DroverShellPiece *piece, gboolean quoted)
{
  const char *start = piece->text + 2;
  const char *plus = start;
  g_autofree char *name = NULL;
  g_autofree char *alternative = NULL;
  g_autoptr (GPtrArray) value = NULL;

  if (!g_str_has_prefix (piece->text, "${") || self->scope->depth >= MAX_DEPTH)
    return FALSE;

  while (g_ascii_isalnum (*plus) || *plus == '_')
    plus++;
  name = g_strndup (start, plus - start);
  plus += *plus == ':';
  if (*name == '\0' || *plus != '+')
    return FALSE;

  value = dup_value (self->scope, name, FALSE);
  if (value == NULL || value->len == 0 ||
      (plus[-1] == ':' && ((DroverImportField *) value->pdata[0])->text->len == 0))
    return TRUE;

  alternative = g_strndup (plus + 1, strlen (plus + 1) - 1);
  self->scope->depth++;
  append_otherwise (self, alternative, quoted);
  self->scope->depth--;
  return TRUE;
}

/* `${NAME%.*}` and its like, of what has a value; of what has none, a place to fill in that is
 * named. Returns FALSE when it is something else. */
static gboolean
append_transformed (Splitter *self, const DroverShellPiece *piece, gboolean quoted)
{
  DroverImportScope *scope = self->scope;
  g_autofree char *name = NULL;
  g_autofree char *operand = NULL;
  g_autofree char *flat = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) value = NULL;
  DroverImportTransform transform = drover_import_transform_parse (piece->text, &name, &operand);

  if (transform == DROVER_IMPORT_NO_TRANSFORM || scope->depth >= MAX_DEPTH)
    return FALSE;

  value = dup_value (scope, name, FALSE);
  if (value == NULL || value->len == 0)
    {
      if (transform == DROVER_IMPORT_PLAIN)
        return FALSE;
      note_use (scope, name, NULL);
      append_mark (self, name, piece->text, strlen (piece->text),
                   scope->depth == 0 ? piece->start : self->word->start,
                   scope->depth == 0 ? piece->end : self->word->end, FALSE);
      return TRUE;
    }
  if (((DroverImportField *) value->pdata[0])->marks->len > 0)
    return FALSE;

  flat = dup_flat (scope, operand);
  text = drover_import_transform_apply (transform,
                                        ((DroverImportField *) value->pdata[0])->text->str, flat);
  if (text == NULL)
    return FALSE;
  note_value (scope, name, value);
  g_ptr_array_unref (value);
  value = new_value (text);
  append_value (self, value->pdata[0], quoted);
  return TRUE;
}

/* `~/` at the beginning, and in what looks like an assignment (`file=~/disk`) after the `=`. */
static void
append_literal (Splitter *self, const DroverShellPiece *piece, gboolean is_first)
{
  const char *text = piece->text;
  const char *equals = strchr (text, '=');
  gsize before = 0;

  if (!piece->quoted && is_first)
    {
      if (equals != NULL && equals > text &&
          strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_") == (gsize) (equals - text))
        before = equals + 1 - text;
      if (text[before] == '~' && (text[before + 1] == '/' || text[before + 1] == '\0'))
        {
          g_autoptr (GPtrArray) home = dup_value (self->scope, "HOME", FALSE);

          if (home != NULL && home->len > 0)
            {
              append_text (self, text, before, FALSE);
              append_value (self, home->pdata[0], TRUE);
              open_field (self)->tilde = TRUE;
              text += before + 1;
            }
        }
    }

  append_text (self, text, strlen (text), piece->quoted);
  if (!piece->quoted && strpbrk (text, "*?") != NULL)
    open_field (self)->has_glob = TRUE;
}

static void
append_word (Splitter *self, const DroverShellWord *word, gboolean quoted)
{
  for (guint i = 0; i < word->pieces->len; i++)
    {
      const DroverShellPiece *piece = word->pieces->pdata[i];
      gboolean in_quotes = quoted || piece->quoted || self->is_assignment;

      if (piece->kind == DROVER_SHELL_LITERAL)
        append_literal (self, piece, i == 0);
      else if (piece->kind == DROVER_SHELL_VARIABLE)
        append_variable (self, piece, in_quotes);
      else if (!append_alternative (self, piece, in_quotes) &&
               !append_transformed (self, piece, in_quotes))
        append_mark (self, NULL, piece->text, strlen (piece->text),
                     self->scope->depth == 0 ? piece->start : self->word->start,
                     self->scope->depth == 0 ? piece->end : self->word->end, FALSE);
    }
}

static void
expand_word (DroverImportScope *self, const DroverShellWord *word, gboolean is_assignment,
             GPtrArray *fields)
{
  Splitter splitter = { .scope = self, .fields = fields, .word = word,
                        .is_assignment = is_assignment };

  append_word (&splitter, word, FALSE);
  close_field (&splitter);
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
  GPtrArray *fields = new_fields ();

  g_hash_table_remove_all (self->used);
  self->uses = uses;
  self->budget = MAX_FIELDS;
  self->is_too_long = FALSE;
  for (guint i = 0; i < words->len && i < max_words && !self->is_too_long; i++)
    expand_word (self, words->pdata[i], FALSE, fields);
  self->uses = NULL;
  return fields;
}

/* assigning */

static void
set_value (DroverImportScope *self, const char *name, GPtrArray *value, gboolean append)
{
  GPtrArray *old = g_hash_table_lookup (self->variables, name);

  if (append && old != NULL)
    self->n_assigned += old->len * ELEMENT_SIZE;
  if (append && old != NULL)
    for (gint i = (gint) old->len - 1; i >= 0; i--)
      {
        const DroverImportField *field = old->pdata[i];
        DroverImportField *copy = drover_import_field_new (field->start, field->end);

        g_string_append (copy->text, field->text->str);
        for (guint j = 0; j < field->marks->len; j++)
          {
            DroverImportMark mark = g_array_index (field->marks, DroverImportMark, j);

            mark.name = g_strdup (mark.name);
            g_array_append_val (copy->marks, mark);
          }
        g_ptr_array_insert (value, 0, copy);
      }

  g_hash_table_insert (self->variables, g_strdup (name), value);
}

/* `NAME=value`; `+=` appends text, for which the old value is put before the new one. */
static void
assign_word (DroverImportScope *self, const DroverShellWord *word, gboolean only_new)
{
  const DroverShellPiece *first = word->pieces->pdata[0];
  const char *equals = first->kind == DROVER_SHELL_LITERAL ? strchr (first->text, '=') : NULL;
  g_autoptr (GPtrArray) fields = new_fields ();
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

  self->budget = MAX_VALUE;
  self->is_too_long = FALSE;
  expand_word (self, word, TRUE, fields);
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

  value = g_hash_table_lookup (self->variables, name);
  if (append && value != NULL && value->len > 0)
    {
      Splitter splitter = { .scope = self, .fields = new_fields (), .word = word,
                            .is_assignment = TRUE };

      append_value (&splitter, value->pdata[0], TRUE);
      append_value (&splitter, field, TRUE);
      close_field (&splitter);
      set_value (self, name, splitter.fields, FALSE);
    }
  else
    {
      g_ptr_array_set_size (fields, 1);
      set_value (self, name, g_steal_pointer (&fields), FALSE);
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

  set_value (self, word, drover_import_scope_expand (self, command->words, G_MAXUINT, NULL),
             append);
}

/* `: ${NAME:=text}` */
static void
assign_default (DroverImportScope *self, const DroverShellWord *word)
{
  for (guint i = 0; i < word->pieces->len; i++)
    {
      const DroverShellPiece *piece = word->pieces->pdata[i];

      if (piece->kind == DROVER_SHELL_VARIABLE && piece->otherwise != NULL &&
          !g_hash_table_contains (self->variables, piece->text))
        {
          g_autofree char *value = NULL;

          self->budget = MAX_VALUE;
          self->is_too_long = FALSE;
          value = dup_flat (self, piece->otherwise);
          set_value (self, piece->text, new_value (value), FALSE);
        }
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

  set_value (self, name, new_value (text->str), FALSE);
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
  g_autofree char *head = NULL;
  GPtrArray *words = command->words;

  if (self->n_assigned > MAX_ASSIGNED)
    return;
  if (command->is_array)
    {
      assign_array (self, command, only_new);
      return;
    }

  if (words->len == 0)
    for (guint i = 0; i < command->assignments->len; i++)
      assign_word (self, command->assignments->pdata[i], only_new);
  if (words->len < 2)
    return;

  head = drover_shell_word_dup_literal (words->pdata[0]);
  if (head != NULL && g_strv_contains (declarations, head))
    for (guint i = 1; i < words->len; i++)
      assign_word (self, words->pdata[i], only_new);
  else if (g_strcmp0 (head, ":") == 0)
    for (guint i = 1; i < words->len; i++)
      assign_default (self, words->pdata[i]);
  else
    assign_windows (self, words, head, only_new);
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
  self->given = given;
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
  g_free (self);
}

void
drover_import_use_free (DroverImportUse *self)
{
  g_free (self->name);
  g_free (self->proposal);
  g_free (self);
}
