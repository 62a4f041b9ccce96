/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "drover-error.h"
#include "drover-json.h"

/* JSON nested deeper than this is refused: json-glib parses by recursion, so a long run of
 * brackets would otherwise end the process by overflowing its stack. */
#define DEEPEST 200

/**
 * drover_json_copy:
 * @node: any node
 *
 * Unlike json_node_copy(), which shares objects and arrays.
 *
 * Returns: (transfer full): a deep copy
 */
JsonNode *
drover_json_copy (JsonNode *node)
{
  JsonNode *result;

  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_object_new ();
      JsonObjectIter iter;
      const char *name;
      JsonNode *member;

      json_object_iter_init_ordered (&iter, json_node_get_object (node));
      while (json_object_iter_next_ordered (&iter, &name, &member))
        json_object_set_member (object, name, drover_json_copy (member));
      result = json_node_new (JSON_NODE_OBJECT);
      json_node_take_object (result, object);
      return result;
    }

  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *source = json_node_get_array (node);
      JsonArray *array = json_array_new ();

      for (guint i = 0; i < json_array_get_length (source); i++)
        json_array_add_element (array, drover_json_copy (json_array_get_element (source, i)));
      result = json_node_new (JSON_NODE_ARRAY);
      json_node_take_array (result, array);
      return result;
    }

  return json_node_copy (node);
}

/* C strings end at a NUL, so json-glib would cut such a text short without a word. */
static gboolean
has_escaped_nul (const char *text)
{
  for (const char *p = strchr (text, '\\'); p != NULL; p = strchr (p + 2, '\\'))
    {
      if (g_str_has_prefix (p + 1, "u0000"))
        return TRUE;
      if (p[1] == '\0')
        break;
    }

  return FALSE;
}

static gboolean
is_too_deep (const char *text)
{
  gboolean in_string = FALSE;
  int depth = 0;

  for (const char *p = text; *p != '\0'; p++)
    {
      if (in_string && *p == '\\' && p[1] != '\0')
        p++;
      else if (*p == '"')
        in_string = !in_string;
      else if (!in_string && (*p == '[' || *p == '{') && ++depth > DEEPEST)
        return TRUE;
      else if (!in_string && (*p == ']' || *p == '}'))
        depth--;
    }

  return FALSE;
}

static const char *
get_sentence (int code)
{
  switch (code)
    {
    case JSON_PARSER_ERROR_TRAILING_COMMA:
      return N_("a comma that nothing follows");
    case JSON_PARSER_ERROR_MISSING_COMMA:
      return N_("a comma is missing here");
    case JSON_PARSER_ERROR_MISSING_COLON:
      return N_("a colon is missing between a name and its value");
    case JSON_PARSER_ERROR_INVALID_DATA:
      return N_("the text is empty");
    case JSON_PARSER_ERROR_EMPTY_MEMBER_NAME:
      return N_("an empty name");
    default:
      return N_("this is not JSON, or it ends too early");
    }
}

/* json-glib says `<data>:2:5: Parse error: …`, in English alone. */
static char *
dup_sentence (const GError *json_error)
{
  /* The one thing that has no code of its own. */
  gboolean half = strstr (json_error->message, "surrogate") != NULL;
  const char *sentence =
    half ? _("half of a surrogate pair (\\u…)") : _(get_sentence (json_error->code));
  int line;
  int column;

  if (sscanf (json_error->message, "<data>:%d:%d:", &line, &column) != 2)
    return g_strdup (sentence);

  return g_strdup_printf (_("line %d, character %d: %s"), line, column, sentence);
}

/**
 * drover_json_parse:
 * @text: JSON of one value
 * @length: bytes of @text, or -1 when it ends in NUL
 * @error: set to %DROVER_ERROR_MACHINE_FILE or a #JsonParserError, with the place
 *
 * Parses strictly, and refuses what json-glib would read wrongly: invalid UTF-8, NUL,
 * and nesting that would overflow the stack.
 *
 * Returns: (transfer full) (nullable): the value
 */
JsonNode *
drover_json_parse (const char *text, gssize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) json_error = NULL;
  g_autofree char *copy = NULL;
  const char *bad;

  if (length < 0)
    length = strlen (text);

  if (!g_utf8_validate_len (text, length, &bad))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE,
                   *bad == '\0' ? _("NUL at byte %zu") : _("not UTF-8 at byte %zu"),
                   (gsize) (bad - text));
      return NULL;
    }

  copy = g_strndup (text, length);
  if (has_escaped_nul (copy))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE,
                   _("“\\u0000” cannot be part of a command line"));
      return NULL;
    }
  if (is_too_deep (copy))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE,
                   _("nested deeper than %d levels"), DEEPEST);
      return NULL;
    }

  json_parser_set_strict (parser, TRUE);
  if (!json_parser_load_from_data (parser, copy, length, &json_error))
    {
      g_autofree char *sentence = dup_sentence (json_error);

      g_set_error_literal (error, json_error->domain, json_error->code, sentence);
      return NULL;
    }

  if (json_parser_get_root (parser) == NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE, _("the text is empty"));
      return NULL;
    }

  return json_parser_steal_root (parser);
}

/**
 * drover_json_to_text:
 * @pretty: whether to break lines and indent by two spaces
 *
 * Returns: (transfer full): @node as text, without a newline at its end
 */
char *
drover_json_to_text (JsonNode *node, gboolean pretty)
{
  return json_to_string (node, pretty);
}

static gboolean
is_spoilt_number (JsonNode *node)
{
  if (json_node_get_value_type (node) == G_TYPE_DOUBLE)
    return !isfinite (json_node_get_double (node));

  return json_node_get_value_type (node) == G_TYPE_INT64 &&
         (json_node_get_int (node) == G_MAXINT64 || json_node_get_int (node) == G_MININT64);
}

/**
 * drover_json_check_numbers:
 * @node: a parsed value
 * @error: set to %DROVER_ERROR_MACHINE_FILE
 *
 * json-glib takes a whole number of more than 64 bits for the largest there is, and a real one
 * that is too large for infinity, which it then writes as what is not JSON. To be called
 * before what was read is written again.
 *
 * Returns: whether all numbers in @node are what the text said
 */
gboolean
drover_json_check_numbers (JsonNode *node, GError **error)
{
  g_autoptr (GList) children = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node))
    children = json_object_get_values (json_node_get_object (node));
  else if (JSON_NODE_HOLDS_ARRAY (node))
    children = json_array_get_elements (json_node_get_array (node));
  else if (JSON_NODE_HOLDS_VALUE (node) && is_spoilt_number (node))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE,
                   _("a number is too large to be kept"));
      return FALSE;
    }

  for (GList *l = children; l != NULL; l = l->next)
    if (!drover_json_check_numbers (l->data, error))
      return FALSE;

  return TRUE;
}

/**
 * drover_json_check_type:
 * @member: a member that may be absent
 * @type: its type: %G_TYPE_STRING, %G_TYPE_BOOLEAN, %G_TYPE_INT64, %JSON_TYPE_OBJECT or
 *   %JSON_TYPE_ARRAY
 * @where: place of @object in the file, for messages; may be empty
 * @error: set to %DROVER_ERROR_MACHINE_FILE
 *
 * Returns: whether @member is absent or of @type
 */
gboolean
drover_json_check_type (JsonObject *object, const char *member, GType type, const char *where,
                        GError **error)
{
  JsonNode *node = json_object_get_member (object, member);
  g_autofree char *place = NULL;
  g_autofree char *message = NULL;

  if (node == NULL || json_node_get_value_type (node) == type)
    return TRUE;

  place = g_strconcat (where, *where != '\0' ? "." : "", member, NULL);
  /* Translators: these five begin with a place in a file, such as arguments[3].value */
  if (type == G_TYPE_STRING)
    message = g_strdup_printf (_("%s must be text"), place);
  else if (type == G_TYPE_BOOLEAN)
    message = g_strdup_printf (_("%s must be true or false"), place);
  else if (type == G_TYPE_INT64)
    message = g_strdup_printf (_("%s must be a whole number"), place);
  else if (type == JSON_TYPE_ARRAY)
    message = g_strdup_printf (_("%s must be a list"), place);
  else
    message = g_strdup_printf (_("%s must be an object"), place);

  g_set_error_literal (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE, message);
  return FALSE;
}

/**
 * drover_json_from_strv:
 *
 * Returns: (transfer full): a JSON array of texts
 */
JsonNode *
drover_json_from_strv (const char *const *strv)
{
  JsonArray *array = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  for (guint i = 0; strv[i] != NULL; i++)
    json_array_add_string_element (array, strv[i]);
  json_node_take_array (node, array);
  return node;
}

/**
 * drover_json_take_object:
 * @object: (transfer full): an object
 *
 * Returns: (transfer full): a node that holds it
 */
JsonNode *
drover_json_take_object (JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return node;
}

/**
 * drover_json_new_strings:
 * @first: the name of a member; its value, a string, follows, then further pairs and %NULL
 *
 * Returns: (transfer full): an object of strings, such as the arguments of a QMP command
 */
JsonNode *
drover_json_new_strings (const char *first, ...)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  va_list list;

  va_start (list, first);
  for (const char *name = first; name != NULL; name = va_arg (list, const char *))
    json_object_set_string_member (object, name, va_arg (list, const char *));
  va_end (list);
  json_node_take_object (node, object);
  return node;
}

/* Looks at what others said, which may be of any type */

static JsonNode *
get_member (JsonObject *object, const char *member)
{
  return object != NULL ? json_object_get_member (object, member) : NULL;
}

/**
 * drover_json_get_text:
 * @object: (nullable): an object
 *
 * Returns: (nullable): the text at @member; %NULL when there is none
 */
const char *
drover_json_get_text (JsonObject *object, const char *member)
{
  JsonNode *node = get_member (object, member);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : NULL;
}

/**
 * drover_json_get_number:
 * @object: (nullable): an object
 *
 * Returns: the integer at @member; 0 when there is none
 */
gint64
drover_json_get_number (JsonObject *object, const char *member)
{
  JsonNode *node = get_member (object, member);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node)
                                                                         : 0;
}

/**
 * drover_json_get_object:
 * @object: (nullable): an object
 *
 * Returns: (transfer none) (nullable): the object at @member; %NULL when there is none
 */
JsonObject *
drover_json_get_object (JsonObject *object, const char *member)
{
  JsonNode *node = get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/**
 * drover_json_get_array:
 * @object: (nullable): an object
 *
 * Returns: (transfer none) (nullable): the array at @member; %NULL when there is none
 */
JsonArray *
drover_json_get_array (JsonObject *object, const char *member)
{
  return drover_json_as_array (get_member (object, member));
}

/**
 * drover_json_as_array:
 * @node: (nullable): anything
 *
 * Returns: (transfer none) (nullable): the array that it is
 */
JsonArray *
drover_json_as_array (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

/**
 * drover_json_get_item:
 * @i: less than the length of @array
 *
 * Returns: (transfer none) (nullable): the object at that place; %NULL when something else is
 */
JsonObject *
drover_json_get_item (JsonArray *array, guint i)
{
  JsonNode *node = json_array_get_element (array, i);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}
