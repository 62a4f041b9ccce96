/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-argument.h"
#include "drover-json.h"
#include "drover-media-users.h"

/* What may stand behind a file's name in an argument: its end, or that of a text in JSON. */
static gboolean
ends_name (const char *behind)
{
  return *behind == '\0' || *behind == '"' || (behind[0] == ',' && behind[1] != ',');
}

static gboolean
mentions (const char *value, const char *name)
{
  for (const char *found = strstr (value, name); found != NULL; found = strstr (found + 1, name))
    if (ends_name (found + strlen (name)))
      return TRUE;
  return FALSE;
}

static gboolean
is_in_arguments (DroverDocument *document, const char *path)
{
  GPtrArray *arguments = drover_document_get_arguments (document);
  g_autoptr (GString) escaped = g_string_new (path);

  /* As the values of most options have it. */
  g_string_replace (escaped, ",", ",,", 0);
  for (guint i = 0; i < arguments->len; i++)
    {
      const char *value = drover_argument_get_value (arguments->pdata[i]);

      if (value != NULL && (mentions (value, escaped->str) || mentions (value, path)))
        return TRUE;
    }
  return FALSE;
}

/* A disk that was made on top of a medium does not name it in the arguments. */
static gboolean
is_in_origin (DroverDocument *document, const char *path)
{
  JsonNode *origin = drover_document_get_member (document, "origin");
  JsonObject *object = origin != NULL && JSON_NODE_HOLDS_OBJECT (origin)
                         ? json_node_get_object (origin) : NULL;
  JsonNode *media = object != NULL ? json_object_get_member (object, "media") : NULL;
  JsonArray *array = media != NULL && JSON_NODE_HOLDS_ARRAY (media) ? json_node_get_array (media)
                                                                    : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      JsonNode *file = JSON_NODE_HOLDS_OBJECT (element)
                         ? json_object_get_member (json_node_get_object (element), "file") : NULL;

      if (file != NULL && json_node_get_value_type (file) == G_TYPE_STRING &&
          g_str_equal (json_node_get_string (file), path))
        return TRUE;
    }
  return FALSE;
}

/**
 * drover_media_users_list:
 * @library: the machines
 * @medium: a medium
 *
 * Returns: (transfer full): the names of the machines that use @medium: in an argument, or as
 *   what they were made from
 */
GStrv
drover_media_users_list (DroverLibrary *library, DroverMedium *medium)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  const char *path = drover_medium_get_path (medium);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (library)); i++)
    {
      g_autoptr (DroverMachine) machine = g_list_model_get_item (G_LIST_MODEL (library), i);
      DroverDocument *document = drover_machine_get_document (machine);

      if (document != NULL && (is_in_arguments (document, path) || is_in_origin (document, path)))
        g_strv_builder_add (names, drover_machine_get_name (machine));
    }
  return g_strv_builder_end (names);
}
