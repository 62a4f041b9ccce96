/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-agent-exec.h"
#include "drover-dex.h"
#include "drover-error.h"
#include "drover-json.h"

/* The agent does not tell when a program ends; it must be asked. Short ones are asked often. */
#define FIRST_LOOK_MSEC 20
#define LAST_LOOK_MSEC 1000

G_DEFINE_BOXED_TYPE (DroverAgentOutput, drover_agent_output, drover_agent_output_ref,
                     drover_agent_output_unref)

static void
clear (gpointer data)
{
  DroverAgentOutput *self = data;

  g_clear_pointer (&self->output, g_bytes_unref);
  g_clear_pointer (&self->errors, g_bytes_unref);
}

/**
 * drover_agent_output_ref:
 *
 * Returns: (transfer full): @self
 */
DroverAgentOutput *
drover_agent_output_ref (DroverAgentOutput *self)
{
  return g_rc_box_acquire (self);
}

/**
 * drover_agent_output_unref:
 *
 * Drops a reference.
 */
void
drover_agent_output_unref (DroverAgentOutput *self)
{
  g_rc_box_release_full (self, clear);
}

typedef struct
{
  DroverAgent *agent;
  GStrv argv;
  GCancellable *cancellable;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_object_unref (job->agent);
  g_strfreev (job->argv);
  g_clear_object (&job->cancellable);
  g_free (job);
}

static JsonNode *
new_start (const char *const *argv)
{
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();

  json_object_set_string_member (object, "path", argv[0]);
  for (guint i = 1; argv[i] != NULL; i++)
    json_array_add_string_element (array, argv[i]);
  json_object_set_array_member (object, "arg", array);
  json_object_set_boolean_member (object, "capture-output", TRUE);
  return drover_json_take_object (object);
}

static JsonObject *
get_object (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static gint64
get_number (JsonObject *object, const char *member, gint64 otherwise)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64
           ? json_node_get_int (node)
           : otherwise;
}

static gboolean
get_boolean (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_BOOLEAN &&
         json_node_get_boolean (node);
}

static GBytes *
read_bytes (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);
  guchar *data;
  gsize length = 0;

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_STRING)
    return g_bytes_new (NULL, 0);
  /* Takes what is base64 and leaves out the rest. */
  data = g_base64_decode (json_node_get_string (node), &length);
  return g_bytes_new_take (data, length);
}

static DroverAgentOutput *
read_output (JsonObject *object)
{
  DroverAgentOutput *self = g_rc_box_new0 (DroverAgentOutput);

  self->exit_status = (int) get_number (object, "exitcode", -1);
  self->signal = (int) get_number (object, "signal", 0);
  self->output = read_bytes (object, "out-data");
  self->errors = read_bytes (object, "err-data");
  self->truncated = get_boolean (object, "out-truncated") || get_boolean (object, "err-truncated");
  return self;
}

/* Returns: the process's number in the guest, or -1. */
static gint64
start (Job *job, GError **error)
{
  g_autoptr (GError) agent_error = NULL;
  g_autoptr (JsonNode) node = dex_await_boxed (
    drover_agent_execute (job->agent, "guest-exec", new_start ((const char *const *) job->argv),
                          DROVER_AGENT_TIMEOUT_MSEC),
    &agent_error);
  gint64 pid = get_object (node) != NULL ? get_number (get_object (node), "pid", -1) : -1;

  if (node == NULL)
    g_set_error (error, agent_error->domain, agent_error->code,
                 /* Translators: first a command, then why it could not be started */
                 _("“%s” was not started in the guest. %s"), job->argv[0], agent_error->message);
  else if (pid < 0)
    g_set_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL,
                 _("The guest agent started “%s” and does not say as which process"),
                 job->argv[0]);
  return node != NULL ? pid : -1;
}

static JsonNode *
ask (Job *job, gint64 pid, GError **error)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "pid", pid);
  return dex_await_boxed (
    drover_agent_execute (job->agent, "guest-exec-status",
                          drover_json_take_object (object),
                          DROVER_AGENT_TIMEOUT_MSEC),
    error);
}

static DexFuture *
run_fiber (gpointer user_data)
{
  Job *job = user_data;
  g_autoptr (GError) error = NULL;
  gint64 pid = start (job, &error);
  guint wait = FIRST_LOOK_MSEC;

  if (pid < 0)
    return dex_future_new_for_error (g_steal_pointer (&error));

  for (;;)
    {
      g_autoptr (JsonNode) node = ask (job, pid, &error);
      JsonObject *object = get_object (node);

      if (node == NULL)
        return dex_future_new_for_error (g_steal_pointer (&error));
      if (object == NULL)
        return dex_future_new_reject (DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL,
                                      _("The guest agent does not say what becomes of “%s”"),
                                      job->argv[0]);
      if (get_boolean (object, "exited"))
        return dex_future_new_take_boxed (DROVER_TYPE_AGENT_OUTPUT, read_output (object));

      if (g_cancellable_is_cancelled (job->cancellable))
        return dex_future_new_reject (
          G_IO_ERROR, G_IO_ERROR_CANCELLED,
          _("“%s” was not waited for. It goes on in the guest, as process %d"), job->argv[0],
          (int) pid);
      drover_dex_sleep (wait);
      wait = MIN (wait * 2, LAST_LOOK_MSEC);
    }
}

/**
 * drover_agent_run_command:
 * @agent: a guest agent
 * @argv: a program of the guest's and its arguments; no shell reads them
 * @cancellable: (nullable): ends the wait. The program goes on: an agent cannot end it
 *
 * Runs a program in the guest (`guest-exec`), as the user that the agent runs as: mostly root.
 *
 * Returns: (transfer full): a future of a boxed #DroverAgentOutput, whatever the exit status
 */
DexFuture *
drover_agent_run_command (DroverAgent *agent, const char *const *argv, GCancellable *cancellable)
{
  Job *job;

  dex_return_error_if_fail (DROVER_IS_AGENT (agent));
  dex_return_error_if_fail (argv != NULL && argv[0] != NULL);

  job = g_new0 (Job, 1);
  job->agent = g_object_ref (agent);
  job->argv = g_strdupv ((GStrv) argv);
  job->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  return drover_dex_spawn (run_fiber, job, job_free);
}
