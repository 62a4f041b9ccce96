/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "drover-agent-run.h"
#include "drover-agent.h"
#include "drover-arguments.h"
#include "drover-dex.h"
#include "drover-error.h"
#include "drover-hot-plan.h"
#include "drover-run-private.h"
#include "drover-socket-holder.h"

/**
 * drover_run_dup_arguments:
 *
 * Returns: (transfer full) (element-type DroverArgument) (nullable): what QEMU was started with,
 *   overlay included; %NULL when it does not run
 */
GPtrArray *
drover_run_dup_arguments (DroverRun *self)
{
  g_autoptr (GPtrArray) none = drover_arguments_new ();

  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);

  return self->record != NULL
           ? drover_hot_read_command ((const char *const *) self->record->argv, none)
           : NULL;
}

/**
 * drover_run_find_agent_channel:
 *
 * Returns: (transfer full) (nullable): the channel of the QEMU that runs
 */
DroverAgentChannel *
drover_run_find_agent_channel (DroverRun *self)
{
  g_autoptr (GPtrArray) arguments = drover_run_dup_arguments (self);

  return arguments != NULL ? drover_agent_channel_find (arguments) : NULL;
}

static JsonObject *
find_chardev (JsonNode *list, const char *label)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (list) ? json_node_get_array (list) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      if (object != NULL && g_strcmp0 (json_object_get_string_member_with_default (
                                         object, "label", NULL), label) == 0)
        return object;
    }

  return NULL;
}

typedef struct
{
  DroverRun *run;
  DroverAgentChannel *channel;
} Look;

static void
look_free (gpointer data)
{
  Look *look = data;

  g_object_unref (look->run);
  drover_agent_channel_free (look->channel);
  g_free (look);
}

static DexFuture *
chardevs_cb (DexFuture *future, gpointer user_data)
{
  Look *look = user_data;
  JsonObject *chardev = find_chardev (g_value_get_boxed (dex_future_get_value (future, NULL)),
                                      look->channel->chardev_id);

  if (chardev == NULL)
    return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                  _("The machine that runs has no character device “%s”"),
                                  look->channel->chardev_id);
  return dex_future_new_for_boolean (
    json_object_get_boolean_member_with_default (chardev, "frontend-open", TRUE));
}

/**
 * drover_run_is_agent_there:
 *
 * Asks QEMU whether a program in the guest has the agent's port open (`query-chardev`). A serial
 * port is always open.
 *
 * Returns: (transfer full): a future of a boolean, or of why there is no channel
 */
DexFuture *
drover_run_is_agent_there (DroverRun *self)
{
  Look *look;
  g_autoptr (DroverAgentChannel) channel = NULL;

  dex_return_error_if_fail (DROVER_IS_RUN (self));

  if (self->record == NULL || self->qmp == NULL)
    return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                  _("The machine is not running"));
  channel = drover_run_find_agent_channel (self);
  if (channel == NULL)
    return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                  _("The machine was started without a channel to a guest agent"));
  if (channel->problem != NULL)
    return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE, "%s", channel->problem);

  look = g_new0 (Look, 1);
  look->run = g_object_ref (self);
  look->channel = g_steal_pointer (&channel);
  return dex_future_then (drover_qmp_execute (self->qmp, "query-chardev", NULL), chardevs_cb, look,
                          look_free);
}

static char *
dup_socket_path (DroverRun *self, const char *path)
{
  const char *folder = self->record->directory != NULL
                         ? self->record->directory
                         : drover_machine_get_folder (self->machine);

  return g_canonicalize_filename (path, folder);
}

/* The path of a UNIX socket has room for 107 bytes; by its folder's descriptor any can be
 * reached. */
static GSocketConnection *
connect_to (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofd int fd = g_open (folder, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
  g_autofree char *below = g_strdup_printf ("/proc/self/fd/%d/%s", fd, name);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (below);

  if (fd < 0)
    {
      drover_set_errno_error (error, _("Cannot open the folder “%s”"), folder);
      return NULL;
    }
  return dex_await_object (dex_socket_client_connect (client, G_SOCKET_CONNECTABLE (address)),
                           error);
}

/* Says who is in the way, when somebody is. */
static GError *
explain (DroverRun *self, const char *path, const GError *error)
{
  gboolean waited = g_error_matches (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_TIMEOUT) ||
                    g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_autofree char *holder = waited && self->record != NULL
                              ? drover_socket_dup_holder (self->record->pid, path, NULL)
                              : NULL;

  if (holder != NULL)
    return g_error_new (DROVER_QMP_ERROR, DROVER_QMP_ERROR_BUSY,
                        _("The guest agent talks with one program at a time, and its channel is "
                          "held by %s"), holder);
  if (waited)
    return g_error_new (DROVER_QMP_ERROR, DROVER_QMP_ERROR_TIMEOUT,
                        _("The guest agent does not answer. Is it installed and running in the "
                          "guest?"));
  if (error->domain == DROVER_QMP_ERROR || error->domain == DROVER_ERROR)
    return g_error_copy (error);
  return g_error_new (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                      _("Cannot reach the guest agent’s socket “%s”: %s"), path, error->message);
}

/* While we talk with one that is not accepted, it is in QEMU's queue; then QEMU itself does not
 * have it, and whoever QEMU talks with is another. */
static DexFuture *
open_fiber (gpointer user_data)
{
  DroverRun *self = user_data;
  g_autoptr (DroverAgentChannel) channel = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  DroverAgent *agent = NULL;
  gboolean there;

  there = dex_await_boolean (drover_run_is_agent_there (self), &error);
  if (error != NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  if (!there)
    return dex_future_new_reject (DROVER_QMP_ERROR, DROVER_QMP_ERROR_TIMEOUT,
                                  _("No guest agent runs in the guest: nothing there has opened "
                                    "the agent’s port"));

  channel = drover_run_find_agent_channel (self);
  if (channel == NULL || channel->path == NULL)
    return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                  _("The machine is not running"));
  path = dup_socket_path (self, channel->path);
  connection = connect_to (path, &error);
  if (connection != NULL)
    agent = dex_await_object (drover_agent_open (G_IO_STREAM (connection),
                                                 DROVER_AGENT_HELLO_MSEC), &error);
  if (agent == NULL)
    return dex_future_new_for_error (explain (self, channel->path, error));

  return dex_future_new_take_object (agent);
}

/**
 * drover_run_open_agent:
 *
 * Connects to the guest agent of a running machine. There is room for one client: who is done
 * calls drover_agent_close().
 *
 * Returns: (transfer full): a future of a #DroverAgent that has answered; else of
 *   %DROVER_ERROR_BAD_STATE when there is no channel, of %DROVER_QMP_ERROR_TIMEOUT when nothing
 *   answers, of %DROVER_QMP_ERROR_BUSY when another program, which is named, is connected
 */
DexFuture *
drover_run_open_agent (DroverRun *self)
{
  dex_return_error_if_fail (DROVER_IS_RUN (self));
  return drover_dex_spawn (open_fiber, g_object_ref (self), g_object_unref);
}

static void
settle (DexPromise *promise)
{
  if (dex_future_is_pending (DEX_FUTURE (promise)))
    dex_promise_resolve_boolean (promise, TRUE);
}

/* The agent ends with the guest, often before it can say that it obeys. */
static void
event_cb (DroverRun *run, const char *name, JsonObject *message, DexPromise *promise)
{
  if (g_str_equal (name, "SHUTDOWN") || g_str_equal (name, "VSERPORT_CHANGE"))
    settle (promise);
}

static void
state_cb (DroverRun *run, GParamSpec *pspec, DexPromise *promise)
{
  if (drover_run_is_off (run))
    settle (promise);
}

static DexFuture *
shut_down_fiber (gpointer user_data)
{
  DroverRun *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverAgent) agent = dex_await_object (drover_run_open_agent (self), &error);
  g_autoptr (DexPromise) promise = dex_promise_new ();
  gulong event;
  gulong state;
  gboolean obeyed;

  if (agent == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  event = g_signal_connect (self, "event", G_CALLBACK (event_cb), promise);
  state = g_signal_connect (self, "notify::state", G_CALLBACK (state_cb), promise);
  obeyed = dex_await (dex_future_first (drover_agent_shut_down (agent, "powerdown"),
                                        dex_ref (promise), NULL),
                      &error);
  g_signal_handler_disconnect (self, event);
  g_signal_handler_disconnect (self, state);
  drover_agent_close (agent);
  if (!obeyed && !drover_run_is_off (self))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_for_string (self->state);
}

/**
 * drover_run_shut_down_by_agent:
 *
 * Lets the guest shut itself down by its agent (`guest-shutdown`), a way that works where no
 * program in the guest listens to the power button.
 *
 * Returns: (transfer full): a future of the state when the agent has obeyed; the guest takes its
 *   time from there
 */
DexFuture *
drover_run_shut_down_by_agent (DroverRun *self)
{
  dex_return_error_if_fail (DROVER_IS_RUN (self));
  return drover_dex_spawn (shut_down_fiber, g_object_ref (self), g_object_unref);
}
