/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "drover-json.h"
#include "drover-own-files.h"

/* The member of machine.json: an array of names. */
#define MEMBER_FILES "files"

/* The file can be written by anybody: nothing outside of the folder is meant. */
static gboolean
is_name (const char *name)
{
  return *name != '\0' && strchr (name, '/') == NULL;
}

/**
 * drover_own_files_dup:
 *
 * Returns: (transfer full): the names on record, each of a file in the machine's folder
 */
GStrv
drover_own_files_dup (DroverDocument *document)
{
  JsonNode *node = drover_document_get_member (document, MEMBER_FILES);
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      const char *name = JSON_NODE_HOLDS_VALUE (element) ? json_node_get_string (element) : NULL;

      if (name != NULL && is_name (name))
        g_strv_builder_add (builder, name);
    }

  return g_strv_builder_end (builder);
}

/**
 * drover_own_files_set:
 * @names: names of files in the machine's folder
 *
 * Returns: (transfer full): the same machine with these on record, and no others
 */
DroverDocument *
drover_own_files_set (DroverDocument *document, const char *const *names)
{
  g_autoptr (JsonNode) node = drover_json_from_strv (names);

  return drover_document_with_member (document, MEMBER_FILES, names[0] != NULL ? node : NULL);
}

/**
 * drover_own_files_add:
 * @names: names of files in the machine's folder
 *
 * Returns: (transfer full): the same machine with these on record too
 */
DroverDocument *
drover_own_files_add (DroverDocument *document, const char *const *names)
{
  g_auto (GStrv) old = drover_own_files_dup (document);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;
  gboolean is_new = FALSE;

  g_strv_builder_addv (builder, (const char **) old);
  for (guint i = 0; names[i] != NULL; i++)
    if (is_name (names[i]) && !g_strv_contains ((const char *const *) old, names[i]))
      {
        g_strv_builder_add (builder, names[i]);
        is_new = TRUE;
      }
  if (!is_new)
    return drover_document_ref (document);

  all = g_strv_builder_end (builder);
  return drover_own_files_set (document, (const char *const *) all);
}

/**
 * drover_own_files_delete:
 * @folder: the machine's
 *
 * Removes those on record that are there.
 */
void
drover_own_files_delete (DroverDocument *document, const char *folder)
{
  g_auto (GStrv) names = drover_own_files_dup (document);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_unlink (path);
    }
}
