/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-error.h"
#include "drover-json.h"
#include "drover-qmp-line.h"

#define SPACE " \t\r\n"

static gboolean
fail (GError **error, const char *message)
{
  g_set_error_literal (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT, message);
  return FALSE;
}

static JsonNode *
parse_object (const char *text, GError **error)
{
  g_autoptr (GError) broken = NULL;
  g_autoptr (JsonNode) node = drover_json_parse (text, -1, &broken);

  /* It says the line and the character. */
  if (node == NULL)
    {
      fail (error, broken->message);
      return NULL;
    }
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      fail (error, _("QMP takes an object in braces"));
      return NULL;
    }

  return g_steal_pointer (&node);
}

/* The whole message. Its `id` is Drover's to choose. */
static gboolean
parse_message (const char *text, char **command, JsonNode **arguments, GError **error)
{
  g_autoptr (JsonNode) node = parse_object (text, error);
  JsonObject *object;
  JsonNode *execute;
  JsonNode *given;
  JsonObjectIter iter;
  const char *name;

  if (node == NULL)
    return FALSE;

  object = json_node_get_object (node);
  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, NULL))
    if (!g_str_equal (name, "execute") && !g_str_equal (name, "arguments") &&
        !g_str_equal (name, "id"))
      {
        g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                     _("A command has “execute” and “arguments”, and no “%s”"), name);
        return FALSE;
      }

  execute = json_object_get_member (object, "execute");
  if (execute == NULL || !JSON_NODE_HOLDS_VALUE (execute) ||
      json_node_get_value_type (execute) != G_TYPE_STRING)
    return fail (error, _("“execute” is to name the command, such as \"query-status\""));

  given = json_object_get_member (object, "arguments");
  if (given != NULL && !JSON_NODE_HOLDS_OBJECT (given))
    return fail (error, _("“arguments” is to be an object in braces"));

  *command = json_node_dup_string (execute);
  *arguments = given != NULL ? drover_json_copy (given) : NULL;
  return TRUE;
}

/* The next word: up to a space that is in neither quotes nor brackets. */
static char *
take_word (const char **text)
{
  const char *start;
  const char *end;
  guint depth = 0;
  gboolean quoted = FALSE;

  *text += strspn (*text, SPACE);
  start = *text;
  for (end = start; *end != '\0' && (quoted || depth > 0 || strchr (SPACE, *end) == NULL); end++)
    {
      if (quoted && *end == '\\' && end[1] != '\0')
        end++;
      else if (*end == '"')
        quoted = !quoted;
      else if (!quoted && strchr ("{[", *end) != NULL)
        depth++;
      else if (!quoted && strchr ("}]", *end) != NULL && depth > 0)
        depth--;
    }

  *text = end;
  return g_strndup (start, end - start);
}

/* A word is JSON where it can be, and text where it cannot or where text is what is wanted. */
static JsonNode *
make_value (const char *text, gboolean as_text)
{
  JsonNode *node = as_text && *text != '"' ? NULL : drover_json_parse (text, -1, NULL);

  if (node == NULL)
    {
      node = json_node_new (JSON_NODE_VALUE);
      json_node_set_string (node, text);
    }

  return node;
}

static gboolean
wants_text (DroverQmpSchema *schema, const char *command, JsonObject *given, const char *name)
{
  g_autoptr (GPtrArray) arguments =
    schema != NULL ? drover_qmp_schema_list_arguments (schema, command, given) : NULL;

  for (guint i = 0; arguments != NULL && i < arguments->len; i++)
    {
      const DroverQmpArgument *argument = arguments->pdata[i];

      if (g_str_equal (argument->name, name))
        return argument->is_text;
    }

  return FALSE;
}

/* `file.filename=a` is a member of a member. */
static gboolean
set_dotted (JsonObject *object, const char *path, JsonNode *value)
{
  const char *dot = strchr (path, '.');
  g_autofree char *first = dot != NULL ? g_strndup (path, dot - path) : NULL;
  JsonNode *below;

  if (dot == NULL)
    {
      json_object_set_member (object, path, value);
      return TRUE;
    }

  below = json_object_get_member (object, first);
  if (below == NULL)
    {
      below = json_node_new (JSON_NODE_OBJECT);
      json_node_take_object (below, json_object_new ());
      json_object_set_member (object, first, below);
    }
  if (!JSON_NODE_HOLDS_OBJECT (below))
    {
      json_node_unref (value);
      return FALSE;
    }

  return set_dotted (json_node_get_object (below), dot + 1, value);
}

static gboolean
parse_words (const char *text, DroverQmpSchema *schema, const char *command, JsonNode **arguments,
             GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();

  while (text[strspn (text, SPACE)] != '\0')
    {
      g_autofree char *word = take_word (&text);
      char *equals = strchr (word, '=');

      if (equals == NULL || equals == word)
        {
          g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                       _("“%s” is no argument: they are given as NAME=VALUE, or all as one object "
                         "in braces"), word);
          return FALSE;
        }

      *equals = '\0';
      if (!set_dotted (object, word,
                       make_value (equals + 1, wants_text (schema, command, object, word))))
        {
          g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                       _("“%s” is given twice, as a value and as an object"), word);
          return FALSE;
        }
    }

  if (json_object_get_size (object) > 0)
    {
      *arguments = json_node_new (JSON_NODE_OBJECT);
      json_node_set_object (*arguments, object);
    }
  return TRUE;
}

/**
 * drover_qmp_line_parse:
 * @text: what was typed
 * @schema: (nullable): says which values are text even if they look like numbers
 * @command: (out): the command
 * @arguments: (out) (nullable): its arguments, an object
 * @error: set when it cannot be sent as it is: QMP closes on what is no JSON
 *
 * Returns: whether it is a command
 */
gboolean
drover_qmp_line_parse (const char *text, DroverQmpSchema *schema, char **command,
                       JsonNode **arguments, GError **error)
{
  g_autofree char *name = NULL;
  g_autoptr (JsonNode) given = NULL;

  text += strspn (text, SPACE);
  if (*text == '\0')
    return fail (error, _("There is no command"));
  if (*text == '{')
    return parse_message (text, command, arguments, error);

  name = take_word (&text);
  text += strspn (text, SPACE);
  if (strpbrk (name, "\"{}[]=,:\\") != NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT, _("“%s” is no command"), name);
      return FALSE;
    }

  if (*text == '{')
    given = parse_object (text, error);
  else if (!parse_words (text, schema, name, &given, error))
    return FALSE;
  if (*text == '{' && given == NULL)
    return FALSE;

  *command = g_steal_pointer (&name);
  *arguments = g_steal_pointer (&given);
  return TRUE;
}

/* Completion */

/* Where a place in a text is, in JSON that need not be whole yet. */
typedef struct
{
  GPtrArray *keys;   /* the key in each object around it; empty in a list */
  gboolean in_text;  /* within a string, … */
  gsize text_start;  /* … which begins here, behind its quote */
  gboolean is_value; /* and is a value, not a key */
} Place;

static void
set_key (Place *place, const char *start, const char *end)
{
  guint last = place->keys->len - 1;

  g_free (place->keys->pdata[last]);
  place->keys->pdata[last] = g_strndup (start, end - start);
}

static void
find_place (const char *text, gsize cursor, Place *place)
{
  const char *string = NULL;

  place->keys = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; i < cursor && text[i] != '\0'; i++)
    {
      const char c = text[i];

      if (string != NULL && c == '\\')
        i++;
      else if (string != NULL && c == '"')
        {
          if (!place->is_value && place->keys->len > 0)
            set_key (place, string, text + i);
          string = NULL;
        }
      else if (string != NULL)
        continue;
      else if (c == '"')
        string = text + i + 1;
      else if (c == '{' || c == '[')
        {
          g_ptr_array_add (place->keys, g_strdup (""));
          place->is_value = c == '[';
        }
      else if ((c == '}' || c == ']') && place->keys->len > 0)
        {
          g_ptr_array_remove_index (place->keys, place->keys->len - 1);
          place->is_value = TRUE;
        }
      else if (c == ':')
        place->is_value = TRUE;
      else if (c == ',')
        place->is_value = FALSE;
    }

  place->in_text = string != NULL;
  place->text_start = string != NULL ? string - text : 0;
}

/* The command of a text that may be half typed. */
static char *
dup_command (const char *text)
{
  const char *execute = strstr (text, "\"execute\"");
  const char *name;

  text += strspn (text, SPACE);
  if (*text != '{')
    return g_strndup (text, strcspn (text, SPACE));
  if (execute == NULL)
    return NULL;

  name = execute + strlen ("\"execute\"");
  name += strspn (name, SPACE ":");
  return *name == '"' ? g_strndup (name + 1, strcspn (name + 1, "\"")) : NULL;
}

/* The last word may be half typed. */
static gboolean
parse_all_but_last (const char *text, DroverQmpSchema *schema, char **command,
                    JsonNode **arguments)
{
  const char *space = strrchr (text, ' ');
  g_autofree char *whole = space != NULL ? g_strndup (text, space - text) : NULL;

  return whole != NULL && drover_qmp_line_parse (whole, schema, command, arguments, NULL);
}

/* The arguments so far, as far as they can be understood. */
static JsonObject *
dup_given (const char *text, DroverQmpSchema *schema)
{
  g_autofree char *command = NULL;
  g_autoptr (JsonNode) arguments = NULL;
  const char *driver;
  JsonObject *object;

  if (drover_qmp_line_parse (text, schema, &command, &arguments, NULL) ||
      parse_all_but_last (text, schema, &command, &arguments))
    return arguments != NULL ? json_node_dup_object (arguments) : json_object_new ();

  /* Of JSON that is not whole, the words that choose what else there can be. */
  object = json_object_new ();
  for (guint i = 0; i < 3; i++)
    {
      static const char *const tags[] = { "driver", "type", "qom-type" };
      g_autofree char *quoted = g_strdup_printf ("\"%s\"", tags[i]);

      driver = strstr (text, quoted);
      if (driver == NULL)
        continue;
      driver += strlen (quoted);
      driver += strspn (driver, SPACE ":");
      if (*driver == '"' && strchr (driver + 1, '"') != NULL)
        {
          g_autofree char *value = g_strndup (driver + 1, strcspn (driver + 1, "\""));

          json_object_set_string_member (object, tags[i], value);
        }
    }

  return object;
}

/* Those that begin with what is typed, then those that have it somewhere. */
static GStrv
select_words (const char *const *words, const char *typed, const char *suffix)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; words != NULL && words[i] != NULL; i++)
      if (g_str_has_prefix (words[i], typed) ? pass == 0
                                             : pass == 1 && strstr (words[i], typed) != NULL)
        g_strv_builder_take (builder, g_strconcat (words[i], suffix, NULL));

  return g_strv_builder_end (builder);
}

static GStrv
list_names (DroverQmpSchema *schema, const char *command, JsonObject *given)
{
  g_autoptr (GPtrArray) arguments = drover_qmp_schema_list_arguments (schema, command, given);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < arguments->len; i++)
    {
      const DroverQmpArgument *argument = arguments->pdata[i];

      if (!json_object_has_member (given, argument->name))
        g_strv_builder_add (builder, argument->name);
    }

  return g_strv_builder_end (builder);
}

static GStrv
list_values (DroverQmpSchema *schema, const char *command, JsonObject *given,
             const char *argument, gboolean with_boolean)
{
  static const char *const boolean_words[] = { "true", "false", NULL };
  g_autoptr (GPtrArray) arguments = drover_qmp_schema_list_arguments (schema, command, given);

  for (guint i = 0; i < arguments->len; i++)
    {
      const DroverQmpArgument *one = arguments->pdata[i];

      if (!g_str_equal (one->name, argument))
        continue;
      if (one->choices != NULL)
        return g_strdupv (one->choices);
      if (with_boolean && one->is_boolean)
        return g_strdupv ((char **) boolean_words);
    }

  return g_new0 (char *, 1);
}

static GStrv
complete_json (const char *text, gsize cursor, DroverQmpSchema *schema, const char *command,
               JsonObject *given, gsize *start)
{
  static const char *const members[] = { "execute", "arguments", "id", NULL };
  Place place = { NULL };
  const gboolean whole = text[strspn (text, SPACE)] == '{';
  const char *braces = strchr (text, '{');
  g_autofree char *typed = NULL;
  g_auto (GStrv) words = NULL;
  guint depth;
  const char *outer;

  find_place (braces, cursor - (braces - text), &place);
  depth = place.keys->len + (whole ? 0 : 1);
  outer = place.keys->len > 0 ? place.keys->pdata[0] : "";
  if (place.in_text)
    {
      *start = (braces - text) + place.text_start;
      typed = g_strndup (text + *start, cursor - *start);
      if (whole && depth == 1 && !place.is_value)
        words = g_strdupv ((char **) members);
      else if (whole && depth == 1 && g_str_equal (outer, "execute"))
        words = drover_qmp_schema_list_commands (schema);
      else if (depth == 2 && command != NULL && (!whole || g_str_equal (outer, "arguments")))
        words = place.is_value
                  ? list_values (schema, command, given,
                                 place.keys->pdata[place.keys->len - 1], FALSE)
                  : list_names (schema, command, given);
    }

  g_ptr_array_unref (place.keys);
  return typed != NULL ? select_words ((const char *const *) words, typed, "")
                       : g_new0 (char *, 1);
}

static GStrv
complete_word (const char *text, gsize cursor, DroverQmpSchema *schema, const char *command,
               JsonObject *given, gsize *start)
{
  const char *word = text + cursor;
  const char *equals;
  g_autofree char *typed = NULL;
  g_auto (GStrv) words = NULL;

  while (word > text && strchr (SPACE, word[-1]) == NULL)
    word--;
  equals = memchr (word, '=', text + cursor - word);
  if (equals != NULL)
    {
      g_autofree char *name = g_strndup (word, equals - word);

      *start = equals + 1 - text;
      typed = g_strndup (equals + 1, text + cursor - (equals + 1));
      words = list_values (schema, command, given, name, TRUE);
      return select_words ((const char *const *) words, typed, "");
    }

  *start = word - text;
  typed = g_strndup (word, text + cursor - word);
  words = list_names (schema, command, given);
  return select_words ((const char *const *) words, typed, "=");
}

/**
 * drover_qmp_line_complete:
 * @text: what is typed so far
 * @cursor: the place in it, in bytes
 * @start: (out): from where to @cursor the text is to be replaced
 *
 * Returns: (transfer full): what can stand there instead; the likely ones first
 */
GStrv
drover_qmp_line_complete (const char *text, gsize cursor, DroverQmpSchema *schema, gsize *start)
{
  const gsize first = strspn (text, SPACE);
  g_autofree char *command = dup_command (text);
  g_autoptr (JsonObject) given = dup_given (text, schema);
  const char *braces = strchr (text, '{');

  *start = cursor;
  if (cursor > strlen (text) || cursor < first || (text[first] == '{' && cursor == first))
    return g_new0 (char *, 1);

  /* In the first word. */
  if (text[first] != '{' && first + strcspn (text + first, SPACE) >= cursor)
    {
      g_auto (GStrv) commands = drover_qmp_schema_list_commands (schema);
      g_autofree char *typed = g_strndup (text + first, cursor - first);

      *start = first;
      return select_words ((const char *const *) commands, typed, "");
    }

  if (braces != NULL && text + cursor > braces &&
      memchr (text + first, '=', braces - text - first) == NULL)
    return complete_json (text, cursor, schema, command, given, start);

  return command != NULL ? complete_word (text, cursor, schema, command, given, start)
                         : g_new0 (char *, 1);
}

/**
 * drover_qmp_line_dup_help:
 *
 * Returns: (transfer full) (nullable): what the command in @text takes, and what is wrong with it
 *   so far; %NULL while there is no command
 */
char *
drover_qmp_line_dup_help (const char *text, DroverQmpSchema *schema)
{
  g_autofree char *command = dup_command (text);
  g_autoptr (JsonObject) given = NULL;
  g_autofree char *help = NULL;
  g_autofree char *objection = NULL;
  g_autofree char *parsed_command = NULL;
  g_autoptr (JsonNode) arguments = NULL;

  if (command == NULL || !drover_qmp_schema_has_command (schema, command))
    return NULL;

  given = dup_given (text, schema);
  help = drover_qmp_schema_dup_help (schema, command, given);
  if (drover_qmp_line_parse (text, schema, &parsed_command, &arguments, NULL))
    objection = drover_qmp_schema_dup_objection (
      schema, command, arguments != NULL ? json_node_get_object (arguments) : NULL);

  return objection != NULL ? g_strdup_printf ("%s\n%s", help, objection)
                           : g_steal_pointer (&help);
}
