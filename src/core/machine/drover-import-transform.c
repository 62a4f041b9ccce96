/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fnmatch.h>
#include <string.h>

#include "drover-import-private.h"

/* Substitutions that only cut a variable's value, so that nothing needs to be run for them. */

/* Every place of a value is tried; of a longer one, file names have no such thing. */
#define MAX_LENGTH 4096

/**
 * drover_import_transform_parse:
 * @source: a substitution as it was typed
 * @name: (out) (transfer full): the variable
 * @operand: (out) (transfer full): the pattern, quotes and variables and all
 *
 * Returns: what it is; @name and @operand are only set when it is a transform
 */
DroverImportTransform
drover_import_transform_parse (const char *source, char **name, char **operand)
{
  static const struct
  {
    const char *sign;
    DroverImportTransform transform;
  } signs[] = {
    { "%%", DROVER_IMPORT_CUT_LONG_END },
    { "%", DROVER_IMPORT_CUT_END },
    { "##", DROVER_IMPORT_CUT_LONG_START },
    { "#", DROVER_IMPORT_CUT_START },
  };
  gboolean is_length = g_str_has_prefix (source, "${#");
  const char *start = source + (is_length ? 3 : 2);
  gsize n;

  if (g_str_equal (source, "$(pwd)") || g_str_equal (source, "`pwd`"))
    {
      *name = g_strdup ("PWD");
      *operand = g_strdup ("");
      return DROVER_IMPORT_PLAIN;
    }
  if (!g_str_has_prefix (source, "${") || !g_str_has_suffix (source, "}"))
    return DROVER_IMPORT_NO_TRANSFORM;

  n = strspn (start, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_");
  if (n == 0 || g_ascii_isdigit (*start))
    return DROVER_IMPORT_NO_TRANSFORM;
  if (is_length && g_str_equal (start + n, "}"))
    {
      *name = g_strndup (start, n);
      *operand = g_strdup ("");
      return DROVER_IMPORT_LENGTH;
    }

  for (guint i = 0; !is_length && i < G_N_ELEMENTS (signs); i++)
    if (g_str_has_prefix (start + n, signs[i].sign))
      {
        const char *pattern = start + n + strlen (signs[i].sign);

        *name = g_strndup (start, n);
        *operand = g_strndup (pattern, strlen (pattern) - 1);
        return signs[i].transform;
      }

  return DROVER_IMPORT_NO_TRANSFORM;
}

/* The shortest or longest beginning of @value that @pattern matches is left out. */
static char *
cut_start (const char *value, const char *pattern, gboolean longest)
{
  const char *rest = value;

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

static char *
cut_end (const char *value, const char *pattern, gboolean longest)
{
  gsize length = strlen (value);
  gsize end = length;

  for (const char *p = value; p <= value + length; p = g_utf8_next_char (p))
    if (fnmatch (pattern, p, 0) == 0)
      {
        end = p - value;
        if (longest)
          break;
      }

  return g_strndup (value, end);
}

/**
 * drover_import_transform_apply:
 * @value: a variable’s value
 * @operand: the pattern, with its own variables replaced
 *
 * Returns: (transfer full) (nullable): what a shell makes of it; %NULL when @value is too long for
 *   that to be found out soon
 */
char *
drover_import_transform_apply (DroverImportTransform transform, const char *value,
                               const char *operand)
{
  gboolean is_cut = transform >= DROVER_IMPORT_CUT_END;

  if (transform == DROVER_IMPORT_LENGTH)
    return g_strdup_printf ("%ld", g_utf8_strlen (value, -1));
  if (!is_cut)
    return g_strdup (value);
  if (strlen (value) > MAX_LENGTH)
    return NULL;
  if (transform == DROVER_IMPORT_CUT_START || transform == DROVER_IMPORT_CUT_LONG_START)
    return cut_start (value, operand, transform == DROVER_IMPORT_CUT_LONG_START);

  return cut_end (value, operand, transform == DROVER_IMPORT_CUT_LONG_END);
}
