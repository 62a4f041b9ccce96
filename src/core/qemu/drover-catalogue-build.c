/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>

#include "drover-catalogue-child.h"
#include "drover-catalogue-private.h"
#include "drover-dex.h"
#include "drover-error.h"
#include "drover-qmp.h"

/* QEMU answers one after the other, so more questions under way do not make it faster; a few
 * keep it from waiting for us while we read. */
#define UNDER_WAY 8

typedef struct
{
  char *path;
  char *identity;
  guint limit_msec;
  DroverCatalogueWriter *writer;
  DroverQmp *qmp;
} Build;

static void
build_clear (gpointer data)
{
  Build *build = data;

  g_free (build->path);
  g_free (build->identity);
  g_clear_pointer (&build->writer, _drover_catalogue_writer_free);
  g_clear_object (&build->qmp);
}

static void
build_unref (gpointer data)
{
  g_rc_box_release_full (data, build_clear);
}

/* One question, and what becomes of the answer. */
typedef struct
{
  const char *command;
  JsonNode *arguments; /* nullable; taken when it is asked */
  const char *type;    /* nullable: whose properties the answer has */
} Question;

static JsonNode *
make_arguments (const char *name, const char *value, gboolean abstract)
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

static void
take_answer (Build *build, const Question *question, JsonNode *answer)
{
  if (question->type != NULL)
    {
      _drover_catalogue_writer_add_properties (build->writer, question->type, answer);
      json_node_unref (answer);
    }
  else if (g_str_equal (question->command, "human-monitor-command"))
    {
      _drover_catalogue_writer_add_answer (build->writer, "info qdm", answer);
    }
  else
    {
      _drover_catalogue_writer_add_answer (build->writer, question->command, answer);
    }
}

/* An answer that says "no" is one: not each QEMU knows each command. */
static gboolean
is_refusal (const GError *error)
{
  return error->domain == DROVER_QMP_ERROR && error->code < DROVER_QMP_ERROR_PROTOCOL;
}

/* Those that were awaited, or never asked, are not there. */
static void
future_free (gpointer future)
{
  if (future != NULL)
    dex_unref (future);
}

/* In a fiber. */
static gboolean
ask_all (Build *build, GArray *questions, GError **error)
{
  g_autoptr (GPtrArray) futures = g_ptr_array_new_with_free_func (future_free);
  guint asked = 0;

  g_ptr_array_set_size (futures, questions->len);
  for (guint i = 0; i < questions->len; i++)
    {
      const Question *question = &g_array_index (questions, Question, i);
      g_autoptr (GError) local_error = NULL;
      JsonNode *answer;

      for (; asked < questions->len && asked < i + UNDER_WAY; asked++)
        {
          Question *next = &g_array_index (questions, Question, asked);

          futures->pdata[asked] = drover_qmp_execute_full (
            build->qmp, next->command, g_steal_pointer (&next->arguments), 0);
        }

      answer = dex_await_boxed (g_steal_pointer (&futures->pdata[i]), &local_error);
      if (answer != NULL)
        {
          take_answer (build, question, answer);
        }
      else if (!is_refusal (local_error))
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
    add_question (questions, command, make_arguments ("typename", types->pdata[i], FALSE),
                  types->pdata[i]);
}

static gboolean
ask_types (Build *build, const char *interface, GError **error)
{
  g_autoptr (JsonNode) types = dex_await_boxed (
    drover_qmp_execute_full (build->qmp, "qom-list-types",
                             make_arguments (interface != NULL ? "implements" : NULL, interface,
                                             TRUE), 0), error);

  if (types == NULL)
    return FALSE;

  if (interface == NULL)
    _drover_catalogue_writer_take_types (build->writer, g_steal_pointer (&types));
  else
    _drover_catalogue_writer_take_creatable (build->writer, g_steal_pointer (&types));
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

/* In a fiber: all that QMP has truth about. */
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
                make_arguments ("command-line", "info qdm", FALSE), NULL);

  return ask_types (build, NULL, error) && ask_types (build, "user-creatable", error) &&
         ask_all (build, questions, error) && ask_properties (build, error);
}

/* In a fiber: what `-OPTION help` prints, or nothing if that does not work. */
static char *
run_help (Build *build, const char *option, gboolean *late)
{
  char *argv[] = { build->path, (char *) option, (char *) "help", NULL };
  g_autoptr (DroverCatalogueChild) child =
    _drover_catalogue_child_new (argv, TRUE, -1, build->limit_msec, NULL);
  char *text;

  if (child == NULL)
    return NULL;

  text = dex_await_string (_drover_catalogue_child_read (child), NULL);
  dex_await (_drover_catalogue_child_when_ended (child), NULL);
  *late = _drover_catalogue_child_was_late (child);
  return text;
}

static DexFuture *
help_fiber (gpointer user_data)
{
  static const char *const options[] = {
    "-M", "-cpu", "-netdev", "-display", "-audiodev", "-vga",
  };
  Build *build = user_data;
  gboolean late = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (options) && !late; i++)
    {
      g_autofree char *text = run_help (build, options[i], &late);

      _drover_catalogue_writer_add_help (build->writer, options[i], text);
    }

  return dex_future_new_true ();
}

/* Starts the program with one end of a socket as its monitor, without a path that others could
 * connect to. */
static DroverCatalogueChild *
start (const char *path, guint limit_msec, GIOStream **stream, GError **error)
{
  const char *argv[] = {
    path, "-machine", "none", "-nodefaults", "-no-user-config", "-display", "none", "-S",
    "-chardev", "socket,id=drover,fd=3", "-mon", "chardev=drover,mode=control", NULL,
  };
  g_autoptr (GSocket) socket = NULL;
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    {
      drover_set_errno_error (error, _("Cannot make a socket"));
      return NULL;
    }

  socket = g_socket_new_from_fd (fds[0], error);
  if (socket == NULL)
    {
      g_close (fds[0], NULL);
      g_close (fds[1], NULL);
      return NULL;
    }

  *stream = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  return _drover_catalogue_child_new ((GStrv) argv, FALSE, fds[1], limit_msec, error);
}

/* In a fiber: ends the child, and says why it could not be asked. Takes @cause. */
static GError *
explain (DroverCatalogueChild *child, const char *path, guint limit_msec, GError *cause)
{
  g_autoptr (GError) taken = cause;
  g_autofree char *message = NULL;
  char *line;

  _drover_catalogue_child_kill (child);
  dex_await (_drover_catalogue_child_when_ended (child), NULL);
  if (_drover_catalogue_child_was_late (child))
    return g_error_new (DROVER_QMP_ERROR, DROVER_QMP_ERROR_TIMEOUT,
                        _("%s did not answer as QEMU does within %u seconds, and was ended"), path,
                        MAX (limit_msec / 1000, 1));

  message = dex_await_string (_drover_catalogue_child_read_message (child), NULL);
  g_strchomp (message);
  line = strrchr (message, '\n');
  line = line != NULL ? line + 1 : message;
  if (g_error_matches (taken, DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED) && *line != '\0')
    return g_error_new (DROVER_ERROR, DROVER_ERROR_START_FAILED,
                        _("%s ended before it had told what it can do: %s"), path, line);
  if (g_error_matches (taken, DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED))
    return g_error_new (DROVER_ERROR, DROVER_ERROR_START_FAILED,
                        _("%s ended before it had told what it can do. Is it QEMU?"), path);
  return g_error_new (DROVER_ERROR, DROVER_ERROR_START_FAILED,
                      _("%s does not answer as QEMU does: %s"), path, taken->message);
}

/* In a fiber. */
static gboolean
build_with_child (Build *build, GIOStream *stream, GError **error)
{
  DexFuture *help;
  gboolean good;

  build->qmp = dex_await_object (drover_qmp_open (stream, 2 * build->limit_msec), error);
  if (build->qmp == NULL)
    return FALSE;

  help = drover_dex_spawn (help_fiber, g_rc_box_acquire (build), build_unref);
  good = ask_qmp (build, error);
  if (good)
    dex_await (drover_qmp_execute (build->qmp, "quit", NULL), NULL);
  dex_await (help, NULL);
  return good;
}

static DexFuture *
build_fiber (gpointer user_data)
{
  Build *build = user_data;
  g_autoptr (DroverCatalogueChild) child = NULL;
  g_autoptr (GIOStream) stream = NULL;
  GError *error = NULL;

  child = start (build->path, build->limit_msec, &stream, &error);
  if (child == NULL)
    return dex_future_new_for_error (error);
  if (!build_with_child (build, stream, &error))
    return dex_future_new_for_error (explain (child, build->path, build->limit_msec, error));

  return dex_future_new_take_variant (
    _drover_catalogue_writer_end (build->writer, build->identity));
}

/*
 * _drover_catalogue_build:
 * @path: a program's path
 * @identity: what the catalogue will hold for
 * @limit_msec: after how many milliseconds the program counts as hung
 *
 * Asks the program all that a catalogue has.
 *
 * Returns: (transfer full): a future of a #GVariant of type CATALOGUE_TYPE
 */
DexFuture *
_drover_catalogue_build (const char *path, const char *identity, guint limit_msec)
{
  Build *build = g_rc_box_new0 (Build);

  build->path = g_strdup (path);
  build->identity = g_strdup (identity);
  build->limit_msec = limit_msec;
  build->writer = _drover_catalogue_writer_new ();
  return drover_dex_spawn (build_fiber, build, build_unref);
}

typedef struct
{
  char *path;
  char *cpu;
  guint limit_msec;
} Expansion;

static void
expansion_free (gpointer data)
{
  Expansion *expansion = data;

  g_free (expansion->path);
  g_free (expansion->cpu);
  g_free (expansion);
}

static JsonNode *
make_model (const char *cpu)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "type", "full");
  json_object_set_member (object, "model", make_arguments ("name", cpu, FALSE));
  json_node_take_object (node, object);
  return node;
}

/* In a fiber. */
static JsonNode *
ask_model (Expansion *expansion, GIOStream *stream, GError **error)
{
  g_autoptr (DroverQmp) qmp =
    dex_await_object (drover_qmp_open (stream, 2 * expansion->limit_msec), error);
  JsonNode *answer;

  if (qmp == NULL)
    return NULL;

  answer = dex_await_boxed (drover_qmp_execute_full (qmp, "query-cpu-model-expansion",
                                                     make_model (expansion->cpu), 0), error);
  if (drover_qmp_is_open (qmp))
    dex_await (drover_qmp_execute (qmp, "quit", NULL), NULL);
  return answer;
}

static DexFuture *
expand_fiber (gpointer user_data)
{
  Expansion *expansion = user_data;
  g_autoptr (DroverCatalogueChild) child = NULL;
  g_autoptr (GIOStream) stream = NULL;
  GError *error = NULL;
  JsonNode *answer;

  child = start (expansion->path, expansion->limit_msec, &stream, &error);
  if (child == NULL)
    return dex_future_new_for_error (error);

  answer = ask_model (expansion, stream, &error);
  if (answer != NULL)
    return dex_future_new_take_boxed (JSON_TYPE_NODE, answer);
  if (is_refusal (error))
    return dex_future_new_for_error (error);
  return dex_future_new_for_error (
    explain (child, expansion->path, expansion->limit_msec, error));
}

/*
 * _drover_catalogue_expand_cpu:
 * @path: a program's path
 * @cpu: one of its CPU models
 *
 * Asks the program what a model has, which is too much to keep of all models.
 *
 * Returns: (transfer full): a future of a boxed #JsonNode, what `query-cpu-model-expansion`
 *   returned; rejected with QEMU's own error when it refuses
 */
DexFuture *
_drover_catalogue_expand_cpu (const char *path, const char *cpu, guint limit_msec)
{
  Expansion *expansion = g_new0 (Expansion, 1);

  expansion->path = g_strdup (path);
  expansion->cpu = g_strdup (cpu);
  expansion->limit_msec = limit_msec;
  return drover_dex_spawn (expand_fiber, expansion, expansion_free);
}
