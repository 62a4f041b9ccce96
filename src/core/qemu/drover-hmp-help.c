/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-hmp-help.h"

/* A command of the monitor, or something that `info` tells. */
typedef struct
{
  GStrv names;   /* its name, and the short ones */
  char *usage;   /* what comes after the name */
  char *summary;
} Entry;

struct _DroverHmpHelp
{
  GPtrArray *commands; /* of Entry */
  GPtrArray *infos;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_strfreev (entry->names);
  g_free (entry->usage);
  g_free (entry->summary);
  g_free (entry);
}

/* `c|cont  -- resume emulation`, `info balloon  -- show …`, and lines that go on further in. */
static Entry *
parse_line (const char *line, const char *prefix)
{
  const char *dashes = strstr (line, " -- ");
  Entry *entry;
  g_autofree char *left = NULL;
  gsize name;

  if (dashes == NULL || g_ascii_isspace (*line) || !g_str_has_prefix (line, prefix))
    return NULL;

  line += strlen (prefix);
  if (dashes < line)
    return NULL;
  left = g_strndup (line, dashes - line);
  name = strcspn (left, " ");
  if (name == 0)
    return NULL;

  entry = g_new0 (Entry, 1);
  entry->usage = g_strstrip (g_strdup (left + name));
  entry->summary = g_strstrip (g_strdup (dashes + strlen (" -- ")));
  left[name] = '\0';
  entry->names = g_strsplit (left, "|", -1);
  return entry;
}

static GPtrArray *
parse (const char *text, const char *prefix)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (entry_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      Entry *entry = parse_line (g_strchomp (lines[i]), prefix);

      if (entry != NULL)
        g_ptr_array_add (entries, entry);
    }

  return entries;
}

/**
 * drover_hmp_help_new:
 * @help: what `help` printed
 * @info: what `help info` printed
 *
 * Returns: (transfer full): what is understood of them
 */
DroverHmpHelp *
drover_hmp_help_new (const char *help, const char *info)
{
  DroverHmpHelp *self = g_new0 (DroverHmpHelp, 1);

  self->commands = parse (help, "");
  self->infos = parse (info, "info ");
  return self;
}

/**
 * drover_hmp_help_free:
 *
 * Frees it.
 */
void
drover_hmp_help_free (DroverHmpHelp *self)
{
  g_ptr_array_unref (self->commands);
  g_ptr_array_unref (self->infos);
  g_free (self);
}

/* The list that the word at @cursor is of, and where that word begins. */
static GPtrArray *
find_list (DroverHmpHelp *self, const char *text, gsize cursor, gsize *start)
{
  gsize first = strspn (text, " ");
  gsize second;

  *start = first;
  if (cursor <= first + strcspn (text + first, " "))
    return self->commands;
  if (!g_str_has_prefix (text + first, "info ") && !g_str_has_prefix (text + first, "help "))
    return NULL;

  second = first + strlen ("info ");
  second += strspn (text + second, " ");
  *start = second;
  if (cursor < second || cursor > second + strcspn (text + second, " "))
    return NULL;

  return g_str_has_prefix (text + first, "info ") ? self->infos : self->commands;
}

/**
 * drover_hmp_help_complete:
 * @text: what is typed so far
 * @cursor: the place in it, in bytes
 * @start: (out): from where to @cursor the text is to be replaced
 *
 * Returns: (transfer full): what can stand there instead
 */
GStrv
drover_hmp_help_complete (DroverHmpHelp *self, const char *text, gsize cursor, gsize *start)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *typed = NULL;
  GPtrArray *entries;

  *start = cursor;
  if (cursor > strlen (text))
    return g_new0 (char *, 1);
  entries = find_list (self, text, cursor, start);
  if (entries == NULL || *start > cursor)
    {
      *start = cursor;
      return g_new0 (char *, 1);
    }

  typed = g_strndup (text + *start, cursor - *start);
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < entries->len; i++)
      {
        const Entry *entry = entries->pdata[i];
        /* The long one of its names is the one that says something. */
        const char *name = entry->names[g_strv_length (entry->names) - 1];

        if (g_str_has_prefix (name, typed) ? pass == 0 : pass == 1 && strstr (name, typed) != NULL)
          g_strv_builder_add (builder, name);
      }

  return g_strv_builder_end (builder);
}

static const Entry *
find (GPtrArray *entries, const char *name)
{
  for (guint i = 0; i < entries->len; i++)
    if (g_strv_contains ((const char *const *) ((Entry *) entries->pdata[i])->names, name))
      return entries->pdata[i];

  return NULL;
}

/**
 * drover_hmp_help_dup:
 * @text: what is typed so far
 *
 * Returns: (transfer full) (nullable): what QEMU says of the command in it
 */
char *
drover_hmp_help_dup (DroverHmpHelp *self, const char *text)
{
  g_auto (GStrv) words = g_strsplit_set (text + strspn (text, " "), " ", 3);
  const char *prefix = "";
  const Entry *entry;

  if (words[0] == NULL)
    return NULL;

  entry = find (self->commands, words[0]);
  if (words[1] != NULL && g_str_equal (words[0], "info") && find (self->infos, words[1]) != NULL)
    {
      entry = find (self->infos, words[1]);
      prefix = "info ";
    }

  return entry != NULL
           ? g_strdup_printf ("%s%s%s%s\n%s", prefix, entry->names[g_strv_length (entry->names) - 1],
                              *entry->usage != '\0' ? " " : "", entry->usage, entry->summary)
           : NULL;
}
