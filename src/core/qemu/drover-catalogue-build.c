/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-catalogue-child.h"
#include "drover-catalogue-private.h"
#include "drover-error.h"
#include "drover-json.h"

/* All of this runs in a thread of its own. Answers come as lines and not through DroverQmp: of
 * the megabytes that QEMU says of its CPU types nearly all are the same line again and again,
 * which is then not even parsed. */

/* QEMU answers one after the other, so more questions under way do not make it faster; a few
 * keep it from waiting for us while we read. */
#define UNDER_WAY 8

static const char *const no_machine[] = { "-machine", "none", "-nodefaults", NULL };

typedef struct
{
  DroverCatalogueChild *child;
  DroverCatalogueWriter *writer;
  GHashTable *lines; /* an answer's text → the type that it was first given for */
} Build;

/* One question, and what becomes of the answer. */
typedef struct
{
  const char *command;
  JsonNode *arguments; /* nullable; taken when it is asked */
  const char *type;    /* nullable: whose properties the answer has */
} Question;

JsonNode *
_drover_catalogue_make_arguments (const char *name, const char *value, gboolean abstract)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  if (name != NULL)
    json_object_set_string_member (object, name, value);
  if (abstract)
    json_object_set_boolean_member (object, "abstract", TRUE);
  json_node_take_object (node, object);
  return node;
}

static gboolean
set_protocol_error (GError **error, const char *reason)
{
  g_set_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL, "%s", reason);
  return FALSE;
}

/* The member "return" of a reply. Without it @error is set; an error that QEMU itself replied
 * with has the class of that. */
static JsonNode *
parse_reply (const char *line, GError **error)
{
  g_autoptr (GError) json_error = NULL;
  g_autoptr (JsonNode) node = drover_json_parse (line, -1, &json_error);
  JsonObject *reply = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node)
                                                                    : NULL;
  JsonNode *result = reply != NULL ? json_object_get_member (reply, "return") : NULL;

  if (result != NULL)
    return json_object_dup_member (reply, "return");

  if (node == NULL)
    set_protocol_error (error, json_error->message);
  else if (reply != NULL && json_object_has_member (reply, "error"))
    g_set_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_GENERIC, _("QEMU refused"));
  else
    set_protocol_error (error, _("a reply that is none"));
  return NULL;
}

/* Whether QEMU itself said no, so that the next question may be asked. */
gboolean
_drover_catalogue_is_refusal (const GError *error)
{
  return g_error_matches (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_GENERIC);
}

/* The next reply. QEMU without a machine sends hardly any event, and none is of interest. */
static const char *
read_reply (DroverCatalogueChild *child, GError **error)
{
  const char *line;

  do
    line = _drover_catalogue_child_read_line (child, error);
  while (line != NULL && (*line == '\0' || g_str_has_prefix (line, "{\"timestamp\"")));

  return line;
}

/*
 * _drover_catalogue_ask:
 * @arguments: (transfer full) (nullable): those of @command
 *
 * Asks one thing and waits.
 *
 * Returns: (transfer full) (nullable): what it returned
 */
JsonNode *
_drover_catalogue_ask (DroverCatalogueChild *child, const char *command, JsonNode *arguments,
                       GError **error)
{
  const char *line;

  if (!_drover_catalogue_child_send_command (child, command, arguments, error))
    return NULL;

  line = read_reply (child, error);
  return line != NULL ? parse_reply (line, error) : NULL;
}

/*
 * _drover_catalogue_greet:
 *
 * Takes QEMU's greeting and leaves QMP's first state. Nothing can be asked before.
 */
gboolean
_drover_catalogue_greet (DroverCatalogueChild *child, GError **error)
{
  const char *line = _drover_catalogue_child_read_line (child, error);
  g_autoptr (JsonNode) capabilities = NULL;

  if (line == NULL)
    return FALSE;
  if (!g_str_has_prefix (line, "{\"QMP\""))
    return set_protocol_error (error, _("there is no greeting"));

  capabilities = _drover_catalogue_ask (child, "qmp_capabilities", NULL, error);
  return capabilities != NULL;
}

static gboolean
take_properties (Build *build, const char *type, const char *line, GError **error)
{
  const char *first = g_hash_table_lookup (build->lines, line);
  g_autoptr (JsonNode) answer = NULL;

  if (first != NULL)
    {
      _drover_catalogue_writer_share_properties (build->writer, type, first);
      return TRUE;
    }

  answer = parse_reply (line, error);
  if (answer == NULL)
    return FALSE;

  _drover_catalogue_writer_add_properties (build->writer, type, answer);
  g_hash_table_insert (build->lines, g_strdup (line), (char *) type);
  return TRUE;
}

static gboolean
take_reply (Build *build, const Question *question, const char *line, GError **error)
{
  JsonNode *answer;

  if (question->type != NULL)
    return take_properties (build, question->type, line, error);

  answer = parse_reply (line, error);
  if (answer == NULL)
    return FALSE;

  _drover_catalogue_writer_add_answer (build->writer, question->command, answer);
  return TRUE;
}

static gboolean
ask_all (Build *build, GArray *questions, GError **error)
{
  guint asked = 0;

  for (guint i = 0; i < questions->len; i++)
    {
      g_autoptr (GError) local_error = NULL;
      const char *line;

      for (; asked < questions->len && asked < i + UNDER_WAY; asked++)
        {
          Question *next = &g_array_index (questions, Question, asked);

          if (!_drover_catalogue_child_send_command (build->child, next->command,
                                                     g_steal_pointer (&next->arguments), error))
            return FALSE;
        }

      line = read_reply (build->child, error);
      if (line == NULL)
        return FALSE;
      /* Not each QEMU knows each command. */
      if (!take_reply (build, &g_array_index (questions, Question, i), line, &local_error) &&
          !_drover_catalogue_is_refusal (local_error))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
    }

  return TRUE;
}

static void
question_clear (gpointer data)
{
  g_clear_pointer (&((Question *) data)->arguments, json_node_unref);
}

static GArray *
make_questions (void)
{
  GArray *questions = g_array_new (FALSE, TRUE, sizeof (Question));

  g_array_set_clear_func (questions, question_clear);
  return questions;
}

static void
add_question (GArray *questions, const char *command, JsonNode *arguments, const char *type)
{
  Question question = { command, arguments, type };

  g_array_append_val (questions, question);
}

static void
add_types (GArray *questions, const char *command, GPtrArray *types)
{
  for (guint i = 0; i < types->len; i++)
    add_question (questions, command,
                  _drover_catalogue_make_arguments ("typename", types->pdata[i], FALSE),
                  types->pdata[i]);
}

static gboolean
ask_types (Build *build, const char *interface, GError **error)
{
  JsonNode *types = _drover_catalogue_ask (
    build->child, "qom-list-types",
    _drover_catalogue_make_arguments (interface != NULL ? "implements" : NULL, interface, TRUE),
    error);

  if (types == NULL)
    return FALSE;

  if (interface == NULL)
    _drover_catalogue_writer_take_types (build->writer, types);
  else
    _drover_catalogue_writer_take_creatable (build->writer, types);
  return TRUE;
}

static gboolean
ask_properties (Build *build, GError **error)
{
  g_autoptr (GPtrArray) devices = _drover_catalogue_writer_list_types (build->writer, "device");
  g_autoptr (GPtrArray) machines = _drover_catalogue_writer_list_types (build->writer, "machine");
  g_autoptr (GPtrArray) accels = _drover_catalogue_writer_list_types (build->writer, "accel");
  g_autoptr (GPtrArray) objects =
    _drover_catalogue_writer_list_abstract_objects (build->writer);
  g_autoptr (GArray) questions = make_questions ();

  add_types (questions, "device-list-properties", devices);
  add_types (questions, "qom-list-properties", machines);
  add_types (questions, "qom-list-properties", accels);
  /* To tell the properties of an object QEMU makes one, and some abort it. Of an abstract type
   * there is none to make; what is not told there is in the schema. */
  add_types (questions, "qom-list-properties", objects);
  return ask_all (build, questions, error);
}

/* All that QMP has truth about. */
static gboolean
ask_qmp (Build *build, GError **error)
{
  static const char *const commands[] = {
    "query-version",       "query-target",         "query-machines",
    "query-cpu-definitions", "query-command-line-options", "query-qmp-schema",
    "query-tpm-types",     "query-tpm-models",
  };
  g_autoptr (GArray) questions = make_questions ();

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    add_question (questions, commands[i], NULL, NULL);
  add_question (questions, "human-monitor-command",
                _drover_catalogue_make_arguments ("command-line", "info qdm", FALSE), NULL);

  return ask_types (build, NULL, error) && ask_types (build, "user-creatable", error) &&
         ask_all (build, questions, error) && ask_properties (build, error);
}

/* The options whose help is asked for. Which cards there are does not depend on the machine, but
 * QEMU wants one before it tells. */
static const char *const help_options[][5] = {
  { "-M", "help" },
  { "-cpu", "help" },
  { "-netdev", "help" },
  { "-display", "help" },
  { "-audiodev", "help" },
  { "-vga", "help", "-M", "none" },
  { "-audio", "none,model=help" },
  { "-help" },
};

typedef struct
{
  const char *path;
  guint limit_msec;
  char *texts[G_N_ELEMENTS (help_options)];
} Help;

static gpointer
help_thread (gpointer user_data)
{
  Help *help = user_data;

  for (guint i = 0; i < G_N_ELEMENTS (help_options); i++)
    {
      const char *const *option = help_options[i];
      const char *const argv[] = { help->path, option[0], option[1], option[2], option[3], NULL };
      g_autoptr (DroverCatalogueChild) child =
        _drover_catalogue_child_run (argv, help->limit_msec, NULL);

      if (child != NULL)
        help->texts[i] = _drover_catalogue_child_read_all (child, NULL);
      /* What hangs once is not tried again and again. */
      if (help->texts[i] == NULL)
        break;
    }

  return NULL;
}

/* What QMP is asked and what only the help tells are independent of each other. */
static gboolean
ask_both (Build *build, const char *path, guint limit_msec, GError **error)
{
  Help help = { path, limit_msec, { NULL } };
  GThread *thread = g_thread_new ("catalogue-help", help_thread, &help);
  gboolean good = ask_qmp (build, error);

  g_thread_join (thread);
  for (guint i = 0; i < G_N_ELEMENTS (help_options); i++)
    {
      _drover_catalogue_writer_add_help (build->writer, help_options[i][0], help.texts[i]);
      g_free (help.texts[i]);
    }
  return good;
}

/*
 * _drover_catalogue_build:
 * @path: a program's path
 * @identity: what the catalogue will hold for
 * @limit_msec: after how many milliseconds the program counts as hung
 * @error: set when it could not be asked; it was ended then
 *
 * Asks the program all that a catalogue has. This blocks.
 *
 * Returns: (transfer full) (nullable): the data, of type CATALOGUE_TYPE
 */
GVariant *
_drover_catalogue_build (const char *path, const char *identity, guint limit_msec, GError **error)
{
  g_autoptr (DroverCatalogueChild) child =
    _drover_catalogue_child_connect (path, no_machine, limit_msec, error);
  g_autoptr (DroverCatalogueWriter) writer = _drover_catalogue_writer_new ();
  g_autoptr (GHashTable) lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) local_error = NULL;
  Build build = { child, writer, lines };

  if (child == NULL)
    return NULL;

  if (!_drover_catalogue_greet (child, &local_error) ||
      !ask_both (&build, path, limit_msec, &local_error))
    {
      g_propagate_error (
        error, _drover_catalogue_child_explain (child, g_steal_pointer (&local_error)));
      return NULL;
    }

  return _drover_catalogue_writer_end (writer, identity);
}

static JsonNode *
make_model (const char *cpu)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "type", "full");
  json_object_set_member (object, "model", _drover_catalogue_make_arguments ("name", cpu, FALSE));
  json_node_take_object (node, object);
  return node;
}

/*
 * _drover_catalogue_expand_cpu:
 * @path: a program's path
 * @cpu: one of its CPU models
 *
 * Asks the program what a model has, which is too much to keep of all models. This blocks.
 *
 * Returns: (transfer full) (nullable): what `query-cpu-model-expansion` returned; a node of
 *   null when QEMU does not tell that of this model
 */
JsonNode *
_drover_catalogue_expand_cpu (const char *path, const char *cpu, guint limit_msec, GError **error)
{
  g_autoptr (DroverCatalogueChild) child =
    _drover_catalogue_child_connect (path, no_machine, limit_msec, error);
  g_autoptr (GError) local_error = NULL;
  JsonNode *answer = NULL;

  if (child == NULL)
    return NULL;

  if (_drover_catalogue_greet (child, &local_error))
    answer = _drover_catalogue_ask (child, "query-cpu-model-expansion", make_model (cpu),
                                    &local_error);
  if (answer == NULL && _drover_catalogue_is_refusal (local_error))
    return json_node_new (JSON_NODE_NULL);
  if (answer == NULL)
    g_propagate_error (error,
                       _drover_catalogue_child_explain (child, g_steal_pointer (&local_error)));
  return answer;
}
