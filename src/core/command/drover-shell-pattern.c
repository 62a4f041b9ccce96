/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fnmatch.h>
#include <string.h>

#include "drover-shell-expand.h"

/* What a shell does to a variable's value: `${A#x}`, `${A%x}`, `${A/x/y}`, `${A^^}`, `${A:1:2}`. */

/* Every place of a value is tried, and for replacing every pair of places; of longer ones, file
 * names have no such thing. */
#define MAX_LENGTH 4096
#define MAX_REPLACED 512

/**
 * drover_shell_cut_start:
 * @pattern: a shell's pattern
 * @longest: whether as much as possible is cut, else as little
 *
 * Returns: (transfer full) (nullable): @value without what @pattern matches at its beginning; %NULL
 *   when it is too long for that to be found out soon
 */
char *
drover_shell_cut_start (const char *value, const char *pattern, gboolean longest)
{
  const char *rest = value;

  if (strlen (value) > MAX_LENGTH)
    return NULL;

  for (const char *p = value;; p = g_utf8_next_char (p))
    {
      g_autofree char *head = g_strndup (value, p - value);

      if (fnmatch (pattern, head, 0) == 0)
        {
          rest = p;
          if (!longest)
            break;
        }
      if (*p == '\0')
        break;
    }

  return g_strdup (rest);
}

/**
 * drover_shell_cut_end:
 *
 * Like drover_shell_cut_start(), at the end.
 *
 * Returns: (transfer full) (nullable)
 */
char *
drover_shell_cut_end (const char *value, const char *pattern, gboolean longest)
{
  gsize length = strlen (value);
  gsize end = length;

  if (length > MAX_LENGTH)
    return NULL;

  for (const char *p = value; p <= value + length; p = g_utf8_next_char (p))
    if (fnmatch (pattern, p, 0) == 0)
      {
        end = p - value;
        if (longest)
          break;
      }

  return g_strndup (value, end);
}

/* The end of the longest text at @start that @pattern matches, or %NULL. */
static const char *
match_at (const char *start, const char *pattern)
{
  const char *found = NULL;

  for (const char *p = start; *p != '\0';)
    {
      g_autofree char *part = NULL;

      p = g_utf8_next_char (p);
      part = g_strndup (start, p - start);
      if (fnmatch (pattern, part, 0) == 0)
        found = p;
    }

  return found;
}

/**
 * drover_shell_replace:
 * @pattern: a shell's pattern; after `#` it matches only at the beginning, after `%` at the end
 * @all: whether all that it matches is replaced, else the first
 *
 * Returns: (transfer full) (nullable): @value with what @pattern matches replaced; %NULL when it is
 *   too long for that to be found out soon
 */
char *
drover_shell_replace (const char *value, const char *pattern, const char *replacement, gboolean all)
{
  g_autoptr (GString) text = NULL;
  gboolean replaced = FALSE;

  if (!all && (*pattern == '#' || *pattern == '%'))
    {
      gboolean at_start = *pattern == '#';
      g_autofree char *rest = at_start ? drover_shell_cut_start (value, pattern + 1, TRUE)
                                       : drover_shell_cut_end (value, pattern + 1, TRUE);

      if (rest == NULL || (strlen (rest) == strlen (value) && pattern[1] != '\0'))
        return g_steal_pointer (&rest);
      return at_start ? g_strconcat (replacement, rest, NULL)
                      : g_strconcat (rest, replacement, NULL);
    }

  if (*pattern == '\0')
    return g_strdup (value);
  text = g_string_new (value);
  if (strpbrk (pattern, "*?[\\") == NULL)
    {
      g_string_replace (text, pattern, replacement, all ? 0 : 1);
      return g_string_free_and_steal (g_steal_pointer (&text));
    }
  if (strlen (value) > MAX_REPLACED)
    return NULL;

  g_string_truncate (text, 0);
  for (const char *p = value; *p != '\0';)
    {
      const char *end = all || !replaced ? match_at (p, pattern) : NULL;

      replaced |= end != NULL;
      if (end != NULL)
        g_string_append (text, replacement);
      else
        {
          end = g_utf8_next_char (p);
          g_string_append_len (text, p, end - p);
        }
      p = end;
    }
  return g_string_free_and_steal (g_steal_pointer (&text));
}

/**
 * drover_shell_change_case:
 * @upper: whether to upper case
 * @all: whether all characters, else the first
 *
 * Returns: (transfer full): @value in the other case
 */
char *
drover_shell_change_case (const char *value, gboolean upper, gboolean all)
{
  const char *rest = all || *value == '\0' ? value + strlen (value) : g_utf8_next_char (value);
  g_autofree char *changed = upper ? g_utf8_strup (value, rest - value)
                                   : g_utf8_strdown (value, rest - value);

  return g_strconcat (changed, rest, NULL);
}

/**
 * drover_shell_slice:
 * @offset: in characters; from the end when it is negative
 * @length: the same, when @has_length
 *
 * Returns: (transfer full): that part of @value
 */
char *
drover_shell_slice (const char *value, gint64 offset, gint64 length, gboolean has_length)
{
  gint64 n = g_utf8_strlen (value, -1);
  gint64 end;

  if (offset < 0)
    offset += n;
  if (offset < 0 || offset >= n)
    return g_strdup ("");

  end = !has_length ? n : length < 0 ? n + length : offset + MIN (length, n - offset);
  return end <= offset ? g_strdup ("") : g_utf8_substring (value, offset, end);
}
