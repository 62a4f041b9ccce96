/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-dex.h"
#include "drover-error.h"
#include "drover-launch-plan.h"
#include "drover-user-monitor.h"

/* A second client of the socket is not greeted. */
#define GREETING_MSEC 2000

/* What the user types into the monitor and the QMP console of a running machine: over a QMP
 * connection of its own, so that no command of theirs keeps Drover waiting. It is made when it is
 * needed first. */
struct _DroverUserMonitor
{
  GObject parent_instance;

  GWeakRef run;
  DroverQmp *qmp;
  DexFuture *opening;
  guint n_holders;
  DroverQmpSchema *schema;
  DroverHmpHelp *help;
};

G_DEFINE_FINAL_TYPE (DroverUserMonitor, drover_user_monitor, G_TYPE_OBJECT)

enum
{
  EVENT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
leave (DroverUserMonitor *self)
{
  g_autoptr (DroverQmp) qmp = g_steal_pointer (&self->qmp);

  if (qmp == NULL)
    return;

  g_signal_handlers_disconnect_by_data (qmp, self);
  if (drover_qmp_is_open (qmp))
    drover_qmp_close (qmp);
}

static void
drover_user_monitor_dispose (GObject *object)
{
  leave (DROVER_USER_MONITOR (object));

  G_OBJECT_CLASS (drover_user_monitor_parent_class)->dispose (object);
}

static void
drover_user_monitor_finalize (GObject *object)
{
  DroverUserMonitor *self = DROVER_USER_MONITOR (object);

  g_weak_ref_clear (&self->run);
  dex_clear (&self->opening);
  g_clear_pointer (&self->schema, drover_qmp_schema_unref);
  g_clear_pointer (&self->help, drover_hmp_help_free);

  G_OBJECT_CLASS (drover_user_monitor_parent_class)->finalize (object);
}

static void
drover_user_monitor_class_init (DroverUserMonitorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_user_monitor_dispose;
  G_OBJECT_CLASS (klass)->finalize = drover_user_monitor_finalize;

  /**
   * DroverUserMonitor::event:
   * @name: the event
   * @message: (type Json.Object): the whole message
   *
   * An event of QMP, while it is open.
   */
  signals[EVENT] = g_signal_new ("event", DROVER_TYPE_USER_MONITOR, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, JSON_TYPE_OBJECT);
}

static void
drover_user_monitor_init (DroverUserMonitor *self)
{
}

/**
 * drover_user_monitor_get_for_run:
 *
 * Returns: (transfer none): the connection of a machine, not opened yet
 */
DroverUserMonitor *
drover_user_monitor_get_for_run (DroverRun *run)
{
  DroverUserMonitor *self = g_object_get_data (G_OBJECT (run), "drover-user-monitor");

  if (self == NULL)
    {
      self = g_object_new (DROVER_TYPE_USER_MONITOR, NULL);
      g_weak_ref_init (&self->run, run);
      g_object_set_data_full (G_OBJECT (run), "drover-user-monitor", self, g_object_unref);
    }

  return self;
}

/**
 * drover_hmp_command_new:
 * @line: a command of the monitor, such as `info block`
 *
 * Returns: (transfer full): the arguments of `human-monitor-command`
 */
JsonNode *
drover_hmp_command_new (const char *line)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "command-line");
  json_builder_add_string_value (builder, line);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static char *
await_hmp (DroverQmp *qmp, const char *line, GError **error)
{
  g_autoptr (JsonNode) reply = dex_await_boxed (
    drover_qmp_execute (qmp, "human-monitor-command", drover_hmp_command_new (line)), error);

  return reply != NULL ? json_node_dup_string (reply) : NULL;
}

static void
event_cb (DroverQmp *qmp, const char *name, JsonObject *message, DroverUserMonitor *self)
{
  g_signal_emit (self, signals[EVENT], 0, name, message);
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static DexFuture *
closed_cb (DexFuture *future, gpointer user_data)
{
  g_autoptr (DroverUserMonitor) self = g_weak_ref_get (user_data);

  if (self != NULL && self->qmp != NULL && !drover_qmp_is_open (self->qmp))
    leave (self);
  return dex_future_new_true ();
}

static void
take_qmp (DroverUserMonitor *self, DroverQmp *qmp)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  self->qmp = g_object_ref (qmp);
  g_signal_connect_object (qmp, "event", G_CALLBACK (event_cb), self, G_CONNECT_DEFAULT);
  g_weak_ref_init (weak, self);
  drover_dex_forget (
    dex_future_finally (drover_qmp_when_closed (qmp), closed_cb, weak, weak_ref_free));
}

static DexFuture *
open_fiber (gpointer user_data)
{
  DroverUserMonitor *self = user_data;
  g_autoptr (DroverRun) run = g_weak_ref_get (&self->run);
  g_autofree char *folder = run != NULL && drover_run_is_live (run)
                              ? drover_run_dup_runtime_dir (run) : NULL;
  g_autofree char *path = folder != NULL ? g_build_filename (folder, DROVER_USER_SOCKET, NULL)
                                         : NULL;
  g_autoptr (DroverQmp) qmp = NULL;
  g_autoptr (JsonNode) schema = NULL;
  g_autofree char *help = NULL;
  g_autofree char *info = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                  _("The machine is not running"));

  g_clear_object (&run);
  qmp = dex_await_object (drover_qmp_connect (path, GREETING_MSEC), &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                  _("This guest was started by an older Drover, and has no "
                                    "connection for this. After its next start it has."));
  if (qmp == NULL || (schema = dex_await_boxed (drover_qmp_execute (qmp, "query-qmp-schema", NULL),
                                                &error)) == NULL ||
      (help = await_hmp (qmp, "help", &error)) == NULL ||
      (info = await_hmp (qmp, "help info", &error)) == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  g_clear_pointer (&self->schema, drover_qmp_schema_unref);
  g_clear_pointer (&self->help, drover_hmp_help_free);
  self->schema = drover_qmp_schema_new (schema);
  self->help = drover_hmp_help_new (help, info);
  /* Whoever asked may have left meanwhile. */
  if (self->n_holders > 0)
    take_qmp (self, qmp);
  else
    drover_qmp_close (qmp);
  return dex_future_new_true ();
}

static DexFuture *
opened_cb (DexFuture *future, gpointer user_data)
{
  DroverUserMonitor *self = user_data;

  dex_clear (&self->opening);
  return dex_ref (future);
}

/**
 * drover_user_monitor_open:
 *
 * Connects, and asks which commands there are.
 *
 * Returns: (transfer full): a future that is resolved then
 */
DexFuture *
drover_user_monitor_open (DroverUserMonitor *self)
{
  dex_return_error_if_fail (DROVER_IS_USER_MONITOR (self));

  if (self->qmp != NULL)
    return dex_future_new_true ();

  /* Two at once would stand in each other's way. */
  if (self->opening == NULL)
    self->opening = dex_future_finally (
      drover_dex_spawn (open_fiber, g_object_ref (self), g_object_unref), opened_cb,
      g_object_ref (self), g_object_unref);
  return dex_ref (self->opening);
}

/**
 * drover_user_monitor_hold:
 *
 * Somebody is about to use the connection, see drover_user_monitor_release().
 */
void
drover_user_monitor_hold (DroverUserMonitor *self)
{
  g_return_if_fail (DROVER_IS_USER_MONITOR (self));
  self->n_holders++;
}

/**
 * drover_user_monitor_release:
 *
 * Gives back what drover_user_monitor_hold() took. QEMU serves one client at a time there: when
 * nobody holds the connection any more, it is left to others, such as `droverctl events`.
 */
void
drover_user_monitor_release (DroverUserMonitor *self)
{
  g_return_if_fail (DROVER_IS_USER_MONITOR (self));
  g_return_if_fail (self->n_holders > 0);

  if (--self->n_holders == 0)
    leave (self);
}

/**
 * drover_user_monitor_is_open:
 *
 * Returns: whether commands can be sent
 */
gboolean
drover_user_monitor_is_open (DroverUserMonitor *self)
{
  g_return_val_if_fail (DROVER_IS_USER_MONITOR (self), FALSE);
  return self->qmp != NULL;
}

/**
 * drover_user_monitor_execute:
 * @arguments: (nullable) (transfer full): an object
 *
 * Sends a command, and waits for its answer as long as it takes.
 *
 * Returns: (transfer full): a future of a boxed #JsonNode
 */
DexFuture *
drover_user_monitor_execute (DroverUserMonitor *self, const char *command, JsonNode *arguments)
{
  dex_return_error_if_fail (DROVER_IS_USER_MONITOR (self));

  if (self->qmp != NULL)
    return drover_qmp_execute_full (self->qmp, command, arguments, 0);

  if (arguments != NULL)
    json_node_unref (arguments);
  return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                _("The machine is not running"));
}

/**
 * drover_user_monitor_hmp:
 * @line: a command of the monitor
 *
 * Runs it (`human-monitor-command`).
 *
 * Returns: (transfer full): a future of a boxed #JsonNode with what it printed, a string
 */
DexFuture *
drover_user_monitor_hmp (DroverUserMonitor *self, const char *line)
{
  return drover_user_monitor_execute (self, "human-monitor-command",
                                      drover_hmp_command_new (line));
}

/**
 * drover_user_monitor_get_schema:
 *
 * Returns: (transfer none) (nullable): which commands QMP has; %NULL before it was opened
 */
DroverQmpSchema *
drover_user_monitor_get_schema (DroverUserMonitor *self)
{
  g_return_val_if_fail (DROVER_IS_USER_MONITOR (self), NULL);
  return self->schema;
}

/**
 * drover_user_monitor_get_help:
 *
 * Returns: (transfer none) (nullable): which commands the monitor has
 */
DroverHmpHelp *
drover_user_monitor_get_help (DroverUserMonitor *self)
{
  g_return_val_if_fail (DROVER_IS_USER_MONITOR (self), NULL);
  return self->help;
}
