/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-check-private.h"

/* What can be said of a machine without QEMU. */

/* The end of `$(…)` or `` `…` `` that begins at @text. */
static const char *
skip_substitution (const char *text)
{
  guint depth = 0;

  if (*text == '`')
    {
      const char *end = strchr (text + 1, '`');

      return end != NULL ? end + 1 : NULL;
    }

  for (const char *p = text + 1; *p != '\0'; p++)
    {
      if (*p == '(')
        depth++;
      else if (*p == ')' && --depth == 0)
        return p + 1;
    }

  return text + strlen (text);
}

static void
find_places (DroverArgument *argument, int index, GPtrArray *problems)
{
  const char *value = drover_argument_get_value (argument);
  const char *p = value;

  while (p != NULL && *p != '\0')
    {
      const char *end = (p[0] == '$' && p[1] == '(') || *p == '`' ? skip_substitution (p) : NULL;
      DroverCheckProblem *problem;

      if (end == NULL)
        {
          p++;
          continue;
        }

      problem = _drover_check_problem_new (index, TRUE, g_strdup_printf (
        _("“%.*s” is a place to fill in: Drover does not run shell commands"), (int) (end - p), p));
      problem->start = p - value;
      problem->end = end - value;
      g_ptr_array_add (problems, problem);
      p = end;
    }
}

static const struct
{
  const char *option;
  const char *implied;
  const char *key;
} ids[] = {
  { "audiodev", "driver", "id" }, { "blockdev", "driver", "node-name" },
  { "chardev", "backend", "id" }, { "device", "driver", "id" },
  { "drive", NULL, "id" },        { "fsdev", "fsdriver", "id" },
  { "netdev", "type", "id" },     { "object", "qom-type", "id" },
  { "tpmdev", "type", "id" },
};

static void
find_second_id (GHashTable *seen, DroverDocument *document, int index, GPtrArray *problems)
{
  DroverArgument *argument = drover_document_get_arguments (document)->pdata[index];
  const char *value = drover_argument_get_value (argument);

  for (guint i = 0; value != NULL && i < G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *id = NULL;
      g_autofree char *name = NULL;
      g_autofree char *text = NULL;
      DroverCheckProblem *problem;

      if (!g_str_equal (drover_argument_get_option (argument), ids[i].option))
        continue;
      id = _drover_check_dup_field (value, ids[i].implied, ids[i].key);
      if (id == NULL)
        continue;
      name = g_strconcat (ids[i].option, " ", id, NULL);
      text = g_strdup (id);
      if (g_hash_table_add (seen, g_steal_pointer (&name)))
        continue;

      problem = _drover_check_problem_new (index, TRUE, g_strdup_printf (
        _("The id “%s” is used by another -%s already"), id, ids[i].option));
      _drover_check_find_span (problem, document, text);
      g_ptr_array_add (problems, problem);
    }
}

/*
 * _drover_check_places:
 * @problems: (element-type DroverCheckProblem): what is found goes here
 *
 * Looks for places to fill in.
 */
void
_drover_check_places (DroverDocument *document, GPtrArray *problems)
{
  GPtrArray *arguments = drover_document_get_arguments (document);

  for (guint i = 0; i < arguments->len; i++)
    if (drover_argument_get_enabled (arguments->pdata[i]))
      find_places (arguments->pdata[i], i, problems);
}

/*
 * _drover_check_ids:
 * @problems: (element-type DroverCheckProblem): what is found goes here
 *
 * Looks for ids that are used twice.
 */
void
_drover_check_ids (DroverDocument *document, GPtrArray *problems)
{
  GPtrArray *arguments = drover_document_get_arguments (document);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < arguments->len; i++)
    if (drover_argument_get_enabled (arguments->pdata[i]))
      find_second_id (seen, document, i, problems);
}
