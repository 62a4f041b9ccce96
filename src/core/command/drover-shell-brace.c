/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-shell-expand.h"
#include "drover-shell-private.h"

/* `{a,b}` and `{1..3}`, as bash has them. */

/* A word that is longer, or that would become more words, stays as it is. */
#define MAX_UNITS 4096
#define MAX_WORDS 1024
#define MAX_MADE (256 * 1024)

/* A word as numbers: bytes outside of quotes, and from here on the pieces that braces leave
 * alone. */
#define PIECE 256


static GPtrArray *expand (const guint32 *units, guint length, gsize *n_made);

static GArray *
new_units (const guint32 *units, guint length)
{
  GArray *self = g_array_new (FALSE, FALSE, sizeof (guint32));

  return g_array_append_vals (self, units, length);
}

static GPtrArray *
new_results (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
}

/* Where the brace at @units closes; 0 when nowhere. */
static guint
find_close (const guint32 *units, guint length)
{
  guint depth = 0;

  for (guint i = 0; i < length; i++)
    {
      depth += units[i] == '{';
      if (units[i] == '}' && --depth == 0)
        return i;
    }

  return 0;
}

/* `1..3`, `01..10..2`, `a..e`: @units have no pieces. */
static gboolean
add_sequence (const guint32 *units, guint length, GPtrArray *results)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (GStrv) parts = NULL;
  gint64 ends[3] = { 0, 0, 1 };
  gboolean are_letters;
  gsize width = 0;
  guint n;

  for (guint i = 0; i < length && length < 64; i++)
    {
      if (units[i] >= 128)
        return FALSE;
      g_string_append_c (text, (char) units[i]);
    }
  parts = g_strsplit (text->str, "..", -1);
  n = g_strv_length (parts);
  if (n < 2 || n > 3)
    return FALSE;

  are_letters = strlen (parts[0]) == 1 && strlen (parts[1]) == 1 &&
                g_ascii_isalpha (parts[0][0]) && g_ascii_isalpha (parts[1][0]);
  for (guint i = 0; i < n; i++)
    if (are_letters && i < 2)
      ends[i] = parts[i][0];
    else if (strlen (parts[i]) > 9 ||
             !g_ascii_string_to_signed (parts[i], 10, -99999999, 99999999, &ends[i], NULL))
      return FALSE;
    else if (i < 2 && parts[i][strspn (parts[i], "-")] == '0')
      width = MAX (width, strlen (parts[i]));
  if (width == 1)
    width = 0;
  else if (width > 0)
    width = MAX (strlen (parts[0]), strlen (parts[1]));

  ends[2] = MAX (ABS (ends[2]), 1);
  if (ABS (ends[1] - ends[0]) / ends[2] >= MAX_WORDS)
    return FALSE;
  for (gint64 i = ends[0]; ends[0] <= ends[1] ? i <= ends[1] : i >= ends[1];
       i += ends[0] <= ends[1] ? ends[2] : -ends[2])
    {
      g_autofree char *number = are_letters ? g_strdup_printf ("%c", (char) i)
                                            : g_strdup_printf ("%0*d", (int) width, (int) i);
      GArray *result = new_units (NULL, 0);

      for (const char *p = number; *p != '\0'; p++)
        {
          guint32 unit = *p;

          g_array_append_val (result, unit);
        }
      g_ptr_array_add (results, result);
    }

  return TRUE;
}

/* What stands between the braces, which are left out; empty when that is nothing for bash. */
static GPtrArray *
list_alternatives (const guint32 *units, guint length, gsize *n_made)
{
  GPtrArray *results = new_results ();
  gboolean has_comma = FALSE;
  guint depth = 0;
  guint start = 0;

  for (guint i = 0; i <= length; i++)
    {
      gboolean is_comma = i < length && units[i] == ',' && depth == 0;

      if (i < length)
        {
          depth += units[i] == '{';
          depth -= units[i] == '}';
        }
      has_comma |= is_comma;
      if (is_comma || (i == length && has_comma))
        {
          g_autoptr (GPtrArray) part = expand (units + start, i - start, n_made);

          g_ptr_array_extend_and_steal (results, g_steal_pointer (&part));
          start = i + 1;
        }
    }

  if (!has_comma)
    add_sequence (units, length, results);
  return results;
}

static GPtrArray *
expand (const guint32 *units, guint length, gsize *n_made)
{
  GPtrArray *results = new_results ();

  for (guint i = 0; i < length && *n_made <= MAX_MADE; i++)
    {
      guint close = units[i] == '{' ? find_close (units + i, length - i) : 0;
      g_autoptr (GPtrArray) alternatives =
        close > 0 ? list_alternatives (units + i + 1, close - 1, n_made) : NULL;
      g_autoptr (GPtrArray) rests = NULL;

      if (alternatives == NULL || alternatives->len == 0)
        continue;

      rests = expand (units + i + close + 1, length - i - close - 1, n_made);
      for (guint j = 0; j < alternatives->len; j++)
        for (guint k = 0; k < rests->len && *n_made <= MAX_MADE; k++)
          {
            const GArray *middle = alternatives->pdata[j];
            const GArray *rest = rests->pdata[k];
            GArray *result = new_units (units, i);

            g_array_append_vals (result, middle->data, middle->len);
            g_array_append_vals (result, rest->data, rest->len);
            *n_made += result->len + 1;
            g_ptr_array_add (results, result);
          }
      return results;
    }

  g_ptr_array_add (results, new_units (units, length));
  return results;
}

static GArray *
take_apart (const DroverShellWord *word)
{
  GArray *units = new_units (NULL, 0);

  for (guint i = 0; i < word->pieces->len; i++)
    {
      const DroverShellPiece *piece = word->pieces->pdata[i];

      if (piece->kind == DROVER_SHELL_LITERAL && !piece->quoted)
        for (const char *p = piece->text; *p != '\0'; p++)
          {
            guint32 unit = (guchar) *p;

            g_array_append_val (units, unit);
          }
      else
        {
          guint32 unit = PIECE + i;

          g_array_append_val (units, unit);
        }
    }

  return units;
}

static DroverShellWord *
put_together (const DroverShellWord *word, const GArray *units)
{
  DroverShellBuilder builder;
  DroverShellWord *made;

  drover_shell_builder_init (&builder, word->start);
  for (guint i = 0; i < units->len; i++)
    {
      guint32 unit = g_array_index (units, guint32, i);
      const DroverShellPiece *piece = unit >= PIECE ? word->pieces->pdata[unit - PIECE] : NULL;
      char byte = (char) unit;

      if (piece == NULL)
        drover_shell_builder_append (&builder, &byte, 1, word->start, FALSE);
      else if (piece->kind == DROVER_SHELL_LITERAL)
        drover_shell_builder_append (&builder, piece->text, strlen (piece->text), piece->start,
                                     TRUE);
      else
        drover_shell_builder_add (&builder, piece->kind, g_strdup (piece->text),
                                  g_strdup (piece->otherwise), piece->start, piece->end,
                                  piece->quoted);
    }

  made = drover_shell_builder_finish (&builder, word->end);
  if (made != NULL)
    {
      made->start = word->start;
      made->end = word->end;
    }
  return made;
}

static gboolean
has_braces (const DroverShellWord *word)
{
  for (guint i = 0; i < word->pieces->len; i++)
    {
      const DroverShellPiece *piece = word->pieces->pdata[i];

      if (piece->kind == DROVER_SHELL_LITERAL && !piece->quoted && strchr (piece->text, '{') != NULL)
        return TRUE;
    }

  return FALSE;
}

/**
 * drover_shell_expand_braces:
 * @word: a word of a command
 *
 * Braces in quotes, and those that are neither a list nor a sequence, stay as they are.
 *
 * Returns: (transfer full) (element-type DroverShellWord) (nullable): the words that bash makes
 *   of it; %NULL when that is @word itself, or too much
 */
GPtrArray *
drover_shell_expand_braces (const DroverShellWord *word)
{
  g_autoptr (GArray) units = NULL;
  g_autoptr (GPtrArray) results = NULL;
  GPtrArray *words;
  gsize n_made = 0;

  if (!has_braces (word))
    return NULL;
  units = take_apart (word);
  if (units->len > MAX_UNITS)
    return NULL;

  results = expand ((const guint32 *) (gpointer) units->data, units->len, &n_made);
  if (results->len > MAX_WORDS || n_made == 0 || n_made > MAX_MADE)
    return NULL;

  words = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_shell_word_free);
  for (guint i = 0; i < results->len; i++)
    {
      DroverShellWord *made = put_together (word, results->pdata[i]);

      if (made != NULL)
        g_ptr_array_add (words, made);
    }
  return words;
}
