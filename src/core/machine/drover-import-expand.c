/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "drover-import-scope-private.h"
#include "drover-shell-expand.h"

/* What becomes of a command's words: variables, braces, `~`. */

/* Of an object typed without quotes. */
#define MAX_JSON_WORDS 40

static void append_word (DroverImportSplitter *self, const DroverShellWord *word, gboolean quoted);

/* texts within the text */

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
void
drover_import_append_otherwise (DroverImportSplitter *self, const char *text, gboolean quoted)
{
  g_autofree char *in_quotes = quoted ? dup_in_quotes (text) : NULL;
  g_autoptr (GPtrArray) commands =
    drover_shell_parse (in_quotes != NULL ? in_quotes : text, -1, NULL);

  if (quoted)
    drover_import_splitter_append_text (self, "", 0, TRUE);
  for (guint i = 0; commands != NULL && i < commands->len; i++)
    {
      GPtrArray *words = ((DroverShellCommand *) commands->pdata[i])->words;

      if (words->len == 0)
        words = ((DroverShellCommand *) commands->pdata[i])->assignments;
      for (guint j = 0; j < words->len; j++)
        {
          if (i + j > 0)
            drover_import_splitter_close (self);
          append_word (self, words->pdata[j], quoted);
        }
    }
}

/* A text within the text as one field, whatever is still open in it. */
DroverImportField *
drover_import_flatten (DroverImportScope *self, const char *text)
{
  g_autoptr (GPtrArray) fields = drover_import_new_fields ();
  DroverShellWord nowhere = { 0 };
  DroverImportSplitter splitter = { .scope = self, .fields = fields, .word = &nowhere };

  self->depth++;
  if (self->depth <= DROVER_IMPORT_MAX_DEPTH + 1)
    drover_import_append_otherwise (&splitter, text, TRUE);
  self->depth--;
  drover_import_splitter_close (&splitter);
  g_ptr_array_set_free_func (fields, NULL);
  if (fields->len == 0)
    return drover_import_field_new (0, 0);
  for (guint i = 1; i < fields->len; i++)
    drover_import_field_free (fields->pdata[i]);

  return fields->pdata[0];
}

/* variables */

/* A variable as it was typed. One in a text within the text has no place of its own. */
static char *
dup_source (DroverImportSplitter *self, const DroverShellPiece *piece)
{
  const char *source = self->scope->text + piece->start;

  if (self->scope->depth == 0 && (*source == '$' || *source == '%'))
    return g_strndup (source, piece->end - piece->start);

  return g_strdup_printf ("${%s}", piece->text);
}

static gboolean
is_all_parameters (const char *name)
{
  return g_str_equal (name, "@") || g_str_equal (name, "*") || g_str_has_suffix (name, "[@]") ||
         g_str_has_suffix (name, "[*]");
}

/* `NAME` of `NAME[@]` */
static char *
dup_plain_name (const char *name, gboolean *is_array)
{
  gboolean is_element = g_str_has_suffix (name, "[@]") || g_str_has_suffix (name, "[*]");

  *is_array = is_element || is_all_parameters (name);
  return g_strndup (name, strlen (name) - (is_element ? 3 : 0));
}

static void
append_otherwise_of (DroverImportSplitter *self, const DroverShellPiece *piece, const char *name,
                     gboolean quoted)
{
  DroverImportScope *scope = self->scope;

  if (scope->depth == 0 || scope->asks_deep)
    {
      DroverImportField *proposal = drover_import_flatten (scope, piece->otherwise);

      drover_import_scope_note_use (scope, name, proposal->text->str);
      drover_import_field_free (proposal);
    }
  scope->depth++;
  drover_import_append_otherwise (self, piece->otherwise, quoted);
  scope->depth--;
  if (piece->assigns)
    drover_import_assign_default (scope, name, piece->otherwise);
}

/* PowerShell never parts a variable's value into words; a program's path with blanks was set
 * with quotes around it. */
static gboolean
stays_whole (DroverImportScope *scope, GPtrArray *value)
{
  const char *text = value != NULL && value->len > 0
                       ? ((DroverImportField *) value->pdata[0])->text->str : "";
  gsize length = strlen (text);

  return scope->dialect == DROVER_SHELL_POWERSHELL ||
         (scope->dialect == DROVER_SHELL_CMD && length > 4 && strstr (text, " -") == NULL &&
          g_ascii_strcasecmp (text + length - 4, ".exe") == 0);
}

static void
append_variable (DroverImportSplitter *self, const DroverShellPiece *piece, gboolean quoted)
{
  DroverImportScope *scope = self->scope;
  gboolean is_array;
  g_autofree char *name = dup_plain_name (piece->text, &is_array);
  g_autoptr (GPtrArray) value = drover_import_scope_dup_value (scope, name, is_array);
  gboolean is_empty = value != NULL && (value->len == 0 ||
                                        ((DroverImportField *) value->pdata[0])->text->len == 0);

  quoted |= stays_whole (scope, value);
  /* With `:-` what is empty counts as not set; a positional one that is not there is not. */
  if (is_empty && piece->otherwise != NULL && scope->depth < DROVER_IMPORT_MAX_DEPTH &&
      (piece->or_empty || value->len == 0))
    {
      scope->depth++;
      drover_import_append_otherwise (self, piece->otherwise, quoted);
      scope->depth--;
      return;
    }
  if (value != NULL)
    {
      drover_import_scope_note_value (scope, name, value);
      if (is_array)
        drover_import_splitter_append_array (self, value, quoted,
                                             quoted && strchr (piece->text, '*') != NULL);
      else if (value->len > 0)
        drover_import_splitter_append_value (self, value->pdata[0], quoted);
      else if (quoted)
        drover_import_splitter_append_text (self, "", 0, TRUE);
      return;
    }

  if (piece->otherwise != NULL && scope->depth < DROVER_IMPORT_MAX_DEPTH)
    append_otherwise_of (self, piece, name, quoted);
  else
    {
      g_autofree char *source = dup_source (self, piece);

      drover_import_scope_note_use (scope, name, NULL);
      drover_import_splitter_open (self);
      self->has_all_parameters |= is_all_parameters (piece->text);
      drover_import_splitter_append_mark (self, name, NULL, piece, source,
                                          !quoted || is_all_parameters (piece->text));
    }
}

/* words */

/* `~/` at the beginning, and in what looks like an assignment (`file=~/disk`) after the `=`. */
static void
append_literal (DroverImportSplitter *self, const DroverShellPiece *piece, gboolean is_first)
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
          g_autoptr (GPtrArray) home = drover_import_scope_dup_value (self->scope, "HOME", FALSE);

          if (home != NULL && home->len > 0)
            {
              drover_import_splitter_append_text (self, text, before, FALSE);
              drover_import_splitter_append_value (self, home->pdata[0], TRUE);
              drover_import_splitter_open (self)->tilde = TRUE;
              text += before + 1;
            }
        }
    }

  drover_import_splitter_append_text (self, text, strlen (text), piece->quoted);
  if (!piece->quoted && strpbrk (text, "*?") != NULL)
    drover_import_splitter_open (self)->has_glob = TRUE;
}

static void
append_substitution (DroverImportSplitter *self, const DroverShellPiece *piece, gboolean quoted)
{
  const char *given = g_hash_table_lookup (self->scope->given, piece->text);

  if (given != NULL)
    {
      g_autoptr (GPtrArray) value = drover_import_new_value (given);

      drover_import_scope_note_place (self->scope, piece->text, given);
      drover_import_splitter_append_value (self, value->pdata[0], quoted);
    }
  else if (!drover_import_append_parameter (self, piece, quoted) &&
           !drover_import_append_substitution (self, piece, quoted))
    {
      drover_import_scope_note_place (self->scope, piece->text, NULL);
      drover_import_splitter_append_mark (self, NULL, NULL, piece, piece->text, FALSE);
    }
}

static void
append_word (DroverImportSplitter *self, const DroverShellWord *word, gboolean quoted)
{
  for (guint i = 0; i < word->pieces->len; i++)
    {
      const DroverShellPiece *piece = word->pieces->pdata[i];
      gboolean in_quotes = quoted || piece->quoted || self->is_assignment;

      if (piece->kind == DROVER_SHELL_LITERAL)
        append_literal (self, piece, i == 0);
      else if (piece->kind == DROVER_SHELL_VARIABLE)
        append_variable (self, piece, in_quotes);
      else
        append_substitution (self, piece, in_quotes);
    }
}

void
drover_import_expand_word (DroverImportScope *self, const DroverShellWord *word,
                           gboolean is_assignment, GPtrArray *fields)
{
  DroverImportSplitter splitter = { .scope = self, .fields = fields, .word = word,
                                    .is_assignment = is_assignment };

  append_word (&splitter, word, FALSE);
  drover_import_splitter_close (&splitter);
}

/* A word, with its braces undone as bash does. */
void
drover_import_expand_braces (DroverImportScope *self, const DroverShellWord *word,
                             GPtrArray *fields)
{
  g_autoptr (GPtrArray) words =
    self->dialect == DROVER_SHELL_POSIX ? drover_shell_expand_braces (word) : NULL;

  if (words == NULL)
    drover_import_expand_word (self, word, FALSE, fields);
  for (guint i = 0; words != NULL && i < words->len; i++)
    drover_import_expand_word (self, words->pdata[i], FALSE, fields);
}

/* JSON without quotes */

static gboolean
is_json (const char *text, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();

  return json_parser_load_from_data (parser, text, length, NULL) &&
         JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser));
}

static void
append_as_typed (DroverImportSplitter *self, const char *text, gsize *pos, gsize end)
{
  if (end > *pos)
    drover_import_splitter_append_text (self, text + *pos, end - *pos, TRUE);
  *pos = MAX (*pos, end);
}

/**
 * drover_import_expand_json:
 * @first: index of a word that may be the beginning of an object typed without quotes
 * @fields: what the object is added to
 *
 * A shell would take the object apart, which nobody wants. It is kept whole, its variables
 * replaced.
 *
 * Returns: how many of the words are this object; 0 when there is none
 */
guint
drover_import_expand_json (DroverImportScope *self, GPtrArray *words, guint first,
                           GPtrArray *fields)
{
  const DroverShellWord *word = words->pdata[first];
  DroverImportSplitter splitter = { .scope = self, .fields = fields, .word = word };
  const char *start = self->text + word->start;
  DroverShellWord whole = *word;
  gsize pos = word->start;
  guint n = 0;

  if (self->depth > 0 || strncmp (start, "{\"", 2) != 0)
    return 0;
  for (guint i = first; n == 0 && i < words->len && i < first + MAX_JSON_WORDS; i++)
    {
      const DroverShellWord *last = words->pdata[i];

      if (last->end > word->start && last->end - word->start <= DROVER_IMPORT_MAX_VALUE &&
          self->text[last->end - 1] == '}' && is_json (start, last->end - word->start))
        {
          n = i + 1 - first;
          whole.end = last->end;
        }
    }
  if (n == 0)
    return 0;

  splitter.word = &whole;
  for (guint i = first; i < first + n; i++)
    for (guint j = 0; j < ((DroverShellWord *) words->pdata[i])->pieces->len; j++)
      {
        const DroverShellPiece *piece = ((DroverShellWord *) words->pdata[i])->pieces->pdata[j];

        if (piece->kind == DROVER_SHELL_LITERAL)
          continue;
        append_as_typed (&splitter, self->text, &pos, piece->start);
        if (piece->kind == DROVER_SHELL_VARIABLE)
          append_variable (&splitter, piece, TRUE);
        else
          append_substitution (&splitter, piece, TRUE);
        pos = piece->end;
      }
  append_as_typed (&splitter, self->text, &pos, whole.end);
  drover_import_splitter_open (&splitter)->is_json = TRUE;
  drover_import_splitter_close (&splitter);
  return n;
}
