/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-json-value.h"
#include "drover-json.h"

/* The laws of splicing JSON arguments, for the unit test and for the fuzzer, held against
 * json-glib, which reads the same text its own way. */

static void
json_law_assert (const char *law, const char *text, const char *found, const char *expected)
{
  if (g_strcmp0 (found, expected) != 0)
    g_error ("%s: of “%s” came “%s” and not “%s”", law, text, found, expected);
}

static void json_law_remove (JsonObject *object, const char *path);

static void
json_law_remove_in (JsonNode *node, const char *path)
{
  g_autofree char *step = g_strndup (path, strcspn (path, "."));
  const char *rest = strchr (path, '.');
  guint64 index;
  JsonArray *array;

  if (JSON_NODE_HOLDS_OBJECT (node))
    json_law_remove (json_node_get_object (node), path);
  if (!JSON_NODE_HOLDS_ARRAY (node) || (step[0] == '0' && step[1] != '\0') ||
      !g_ascii_string_to_unsigned (step, 10, 0, G_MAXUINT, &index, NULL))
    return;

  array = json_node_get_array (node);
  if (index >= json_array_get_length (array))
    return;
  if (rest == NULL)
    json_array_remove_element (array, index);
  else
    json_law_remove_in (json_array_get_element (array, index), rest + 1);
}

static void
json_law_remove (JsonObject *object, const char *path)
{
  const char *dot = strchr (path, '.');
  g_autofree char *step = dot != NULL ? g_strndup (path, dot - path) : NULL;
  JsonNode *node;

  if (json_object_has_member (object, path))
    json_object_remove_member (object, path);
  if (step == NULL || !json_object_has_member (object, step))
    return;

  node = json_object_get_member (object, step);
  json_law_remove_in (node, dot + 1);
}

/* What @text says besides @path; %NULL when json-glib cannot read it, as with single quotes. */
static char *
json_law_describe (const char *text, const char *path)
{
  g_autoptr (JsonNode) node = drover_json_parse (text, -1, NULL);

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;

  json_law_remove (json_node_get_object (node), path);
  return drover_json_to_text (node, FALSE);
}

/* A new member makes the objects on its way, which are left out of the comparison. */
static gboolean
json_law_has_way (const char *text, const char *path)
{
  const char *dot = strrchr (path, '.');
  g_autofree char *way = dot != NULL ? g_strndup (path, dot - path) : NULL;
  DroverJsonMember member;

  return way == NULL || drover_json_value_find (text, way, &member);
}

/* @path must be of steps that are not empty. */
static void
json_value_check_laws (const char *text, const char *path, const char *value)
{
  g_autofree char *literal = drover_json_value_quote (value);
  g_autofree char *others = json_law_describe (text, path);
  g_autofree char *same = NULL;
  g_autofree char *put = NULL;
  g_autofree char *again = NULL;
  g_autofree char *got = NULL;
  g_autofree char *put_others = NULL;
  g_autofree char *removed = NULL;
  g_autofree char *removed_others = NULL;
  DroverJsonMember member;

  if (!drover_json_value_is_valid (text))
    {
      g_assert_false (drover_json_value_find (text, path, &member));
      g_assert_null (drover_json_value_set (text, path, literal));
      g_assert_null (drover_json_value_remove (text, path));
      return;
    }

  if (drover_json_value_find (text, path, &member))
    {
      g_autofree char *old =
        g_strndup (text + member.value_start, member.end - member.value_start);

      g_assert_cmpuint (member.start, <=, member.value_start);
      g_assert_cmpuint (member.value_start, <, member.end);
      g_assert_cmpuint (member.end, <, strlen (text));
      same = drover_json_value_set (text, path, old);
      if (member.n_found > 1)
        g_assert_null (same);
      else
        json_law_assert ("GetPut", text, same, text);
    }

  put = drover_json_value_set (text, path, literal);
  removed = drover_json_value_remove (text, path);
  if (put != NULL)
    {
      g_assert_true (drover_json_value_find (put, path, &member));
      g_assert_cmpuint (member.n_found, ==, 1);
      got = drover_json_value_dup (put, &member);
      json_law_assert ("PutGet", put, got, value);
      again = drover_json_value_set (put, path, literal);
      json_law_assert ("PutPut", put, again, put);
      put_others = json_law_describe (put, path);
      if (others != NULL && json_law_has_way (text, path))
        json_law_assert ("Put, Locality", put, put_others, others);
    }
  if (removed != NULL)
    {
      g_assert_true (drover_json_value_is_valid (removed));
      /* The elements of a list move up. */
      if (!g_ascii_isdigit (path[strlen (path) - 1]))
        g_assert_false (drover_json_value_find (removed, path, &member));
      removed_others = json_law_describe (
        removed, g_ascii_isdigit (path[strlen (path) - 1]) ? "(none)" : path);
      if (others != NULL)
        json_law_assert ("Remove, Locality", removed, removed_others, others);
    }
}
