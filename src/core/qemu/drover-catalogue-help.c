/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-catalogue-private.h"

/* What `-X help` prints, for the few things that QMP has no truth about. */

static void
entry_free (gpointer data)
{
  DroverHelpEntry *entry = data;

  g_free (entry->name);
  g_free (entry->title);
  g_free (entry);
}

static gboolean
is_name (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("-_.+:,", text[i]) == NULL)
      return FALSE;

  return length > 0;
}

/* The first block of lines below a heading, or from the beginning where there is no heading.
 * @with_titles tells whether words may follow the name. */
static GPtrArray *
parse_block (const char *text, gboolean with_titles)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (entry_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strstrip (lines[i]);
      const gsize length = strcspn (line, " \t");
      DroverHelpEntry *entry;

      if (*line == '\0' && entries->len > 0)
        break;
      if (!is_name (line, length) || g_str_has_suffix (line, ":") ||
          (line[length] != '\0' && !with_titles))
        continue;

      entry = g_new0 (DroverHelpEntry, 1);
      entry->name = g_strndup (line, length);
      if (line[length] != '\0')
        entry->title = g_strstrip (g_strdup (line + length));
      g_ptr_array_add (entries, entry);
    }

  return entries;
}

/*
 * _drover_catalogue_parse_names:
 * @text: a heading and one name a line, as of `-netdev help`
 *
 * Returns: (transfer full): #DroverHelpEntry without titles
 */
GPtrArray *
_drover_catalogue_parse_names (const char *text)
{
  return parse_block (text, FALSE);
}

/*
 * _drover_catalogue_parse_titles:
 * @text: names with what they mean, as of `-M help`
 *
 * Returns: (transfer full): #DroverHelpEntry
 */
GPtrArray *
_drover_catalogue_parse_titles (const char *text)
{
  return parse_block (text, TRUE);
}

/*
 * _drover_catalogue_parse_options:
 * @text: what `-help` prints
 *
 * Returns: (transfer full): #DroverHelpEntry of the options, without dashes
 */
GPtrArray *
_drover_catalogue_parse_options (const char *text)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (entry_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      /* "-hda/-hdb file" and "-h or -help" have two in a line. */
      g_auto (GStrv) words = g_strsplit_set (lines[i], " /\t", -1);

      for (guint j = 0; words[j] != NULL && *lines[i] == '-'; j++)
        {
          const char *name = words[j] + strspn (words[j], "-");
          const gsize length = name > words[j] ? strcspn (name, ",=[") : 0;
          DroverHelpEntry *entry;

          if (j > 0 && *words[j] != '-' && !g_str_equal (words[j], "or"))
            break;
          if (!is_name (name, length))
            continue;
          entry = g_new0 (DroverHelpEntry, 1);
          entry->name = g_strndup (name, length);
          g_ptr_array_add (entries, entry);
        }
    }

  return entries;
}

static gboolean
is_choice (const char *text)
{
  return is_name (text, strlen (text));
}

/* The words of "(a/b/c)" or "…, a/b/c". */
static GStrv
parse_slashes (const char *description)
{
  g_auto (GStrv) words = g_strsplit_set (description, " ()[],", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      g_auto (GStrv) choices = NULL;
      gboolean good = TRUE;

      if (strchr (words[i], '/') == NULL)
        continue;
      choices = g_strsplit (words[i], "/", -1);
      for (guint j = 0; choices[j] != NULL && good; j++)
        good = is_choice (choices[j]);
      if (good)
        return g_steal_pointer (&choices);
    }

  return NULL;
}

/* The words of "Valid values are 2, 3, 4, host and max." */
static GStrv
parse_sentence (const char *description)
{
  const char *heading = "alid values are ";
  const char *start = strstr (description, heading);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) words = NULL;
  g_auto (GStrv) choices = NULL;

  if (start == NULL)
    return NULL;

  words = g_strsplit_set (start + strlen (heading), " ,.", -1);
  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0' && *words[i] != '(' && !g_str_equal (words[i], "and"))
      g_strv_builder_add (builder, words[i]);

  choices = g_strv_builder_end (builder);
  for (guint i = 0; choices[i] != NULL; i++)
    if (!is_choice (choices[i]))
      return NULL;
  return g_strv_length (choices) > 1 ? g_steal_pointer (&choices) : NULL;
}

/*
 * _drover_catalogue_parse_choices:
 * @description: a property's description
 * @is_enumeration: whether the property's type is an enumeration; the description of another
 *   one may well have slashes in it
 * @default_text: (nullable): its default; when it is known it must be one of the choices, or
 *   the words with slashes were not choices
 *
 * Returns: (transfer full) (nullable): the values that the description lists
 */
GStrv
_drover_catalogue_parse_choices (const char *description, gboolean is_enumeration,
                                 const char *default_text)
{
  g_auto (GStrv) choices = parse_sentence (description);

  if (choices == NULL && is_enumeration)
    choices = parse_slashes (description);
  if (choices == NULL ||
      (default_text != NULL && !g_strv_contains ((const char *const *) choices, default_text)))
    return NULL;

  return g_steal_pointer (&choices);
}
