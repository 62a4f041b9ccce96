/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-dex.h"
#include "drover-error.h"
#include "drover-process.h"
#include "drover-run-console.h"
#include "drover-socket-holder.h"

/* What QEMU tells of the consoles of a running machine, and does with them. */

typedef struct
{
  DroverRun *run;
  DroverConsole *console;
  gboolean with_history;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_object_unref (job->run);
  g_clear_object (&job->console);
  g_free (job);
}

static DexFuture *
spawn (DexFiberFunc func, DroverRun *run, DroverConsole *console, gboolean with_history)
{
  Job *job = g_new0 (Job, 1);

  job->run = g_object_ref (run);
  job->console = console != NULL ? g_object_ref (console) : NULL;
  job->with_history = with_history;
  return drover_dex_spawn (func, job, job_free);
}

static DexFuture *
execute (DroverRun *run, const char *command, JsonNode *arguments)
{
  DroverQmp *qmp = drover_run_get_qmp (run);

  if (qmp != NULL)
    return drover_qmp_execute (qmp, command, arguments);

  if (arguments != NULL)
    json_node_unref (arguments);
  return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                _("The machine is not running"));
}

/* Muxed with the monitor, a console is two devices, and the socket is the one below. */
static gboolean
is_socket_of (DroverConsole *console, const char *label, const char *peer)
{
  g_autofree char *base = g_strconcat (drover_console_get_id (console), "-base", NULL);

  return g_str_equal (label, base) ||
         (g_str_equal (label, drover_console_get_id (console)) && !g_str_equal (peer, "mux"));
}

/* Whether QEMU has a client on the console's socket, whoever it is. */
static gboolean
has_client (JsonNode *reply, DroverConsole *console)
{
  JsonArray *chardevs = JSON_NODE_HOLDS_ARRAY (reply) ? json_node_get_array (reply) : NULL;

  for (guint i = 0; chardevs != NULL && i < json_array_get_length (chardevs); i++)
    {
      JsonObject *chardev = json_array_get_object_element (chardevs, i);
      const char *label = json_object_get_string_member_with_default (chardev, "label", "");
      const char *peer = json_object_get_string_member_with_default (chardev, "filename", "");

      if (is_socket_of (console, label, peer) && !g_str_has_prefix (peer, "disconnected:"))
        return TRUE;
    }

  return FALSE;
}

/* --- a stranger who has the console ------------------------------------------------------------ */

typedef struct
{
  GWeakRef run;
  GWeakRef console;
} Left;

static void
left_free (gpointer data)
{
  Left *left = data;

  g_weak_ref_clear (&left->run);
  g_weak_ref_clear (&left->console);
  g_free (left);
}

static DexFuture *
left_cb (DexFuture *future, gpointer user_data)
{
  Left *left = user_data;
  g_autoptr (DroverRun) run = g_weak_ref_get (&left->run);
  g_autoptr (DroverConsole) console = g_weak_ref_get (&left->console);

  if (run != NULL && console != NULL && drover_console_get_holder (console) != NULL)
    drover_dex_forget (drover_run_connect_console (run, console, FALSE));
  return dex_future_new_true ();
}

/* The console is taken when the process ends that has it. The console holds what waits for that,
 * and drops it with the next one. */
static void
await_leaving (DroverRun *run, DroverConsole *console, GPid holder)
{
  Left *left = g_new0 (Left, 1);

  g_weak_ref_init (&left->run, run);
  g_weak_ref_init (&left->console, console);
  g_object_set_data_full (
    G_OBJECT (console), "drover-holder-leaves",
    dex_future_then (drover_process_wait_gone (holder, drover_process_get_start_time (holder)),
                     left_cb, left, left_free),
    dex_unref);
}

static void
follow_stranger (Job *job)
{
  GPid pid;
  g_autofree char *holder = drover_socket_dup_holder (
    drover_run_get_pid (job->run), drover_console_get_path (job->console), &pid);

  drover_console_follow_log (job->console, holder != NULL ? holder : _("another program"),
                             job->with_history);
  if (holder != NULL)
    await_leaving (job->run, job->console, pid);
}

static DexFuture *
connect_fiber (gpointer user_data)
{
  Job *job = user_data;
  DroverConsole *console = job->console;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) reply = NULL;

  if (drover_console_get_connected (console))
    return dex_future_new_true ();

  /* One of Drover's programs says itself that it has the console. */
  reply = dex_await_boxed (execute (job->run, "query-chardev", NULL), &error);
  if (reply != NULL && !drover_console_get_connected (console) && has_client (reply, console) &&
      !drover_console_is_held_by_drover (console))
    {
      follow_stranger (job);
      return dex_future_new_true ();
    }

  return drover_console_connect (console, job->with_history);
}

/**
 * drover_run_connect_console:
 * @with_history: see drover_console_connect()
 *
 * drover_console_connect() for a guest that ran before: QEMU leaves a second client of a console
 * waiting without a word, so it is asked first whether it has one (`query-chardev`). A stranger's
 * console is taken when that process ends, if the system tells which one it is.
 *
 * Returns: (transfer full): a future that is resolved when the console is connected, or
 *   #DroverConsole:holder says who has it
 */
DexFuture *
drover_run_connect_console (DroverRun *self, DroverConsole *console, gboolean with_history)
{
  dex_return_error_if_fail (DROVER_IS_RUN (self));
  dex_return_error_if_fail (DROVER_IS_CONSOLE (console));
  return spawn (connect_fiber, self, console, with_history);
}

/**
 * drover_run_send_break:
 *
 * Sends a break on a serial console (`chardev-send-break`): Linux takes it for its Magic SysRq key.
 *
 * Returns: (transfer full): a future that is resolved when QEMU did it
 */
DexFuture *
drover_run_send_break (DroverRun *self, DroverConsole *console)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  dex_return_error_if_fail (DROVER_IS_RUN (self));

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "id");
  json_builder_add_string_value (builder, drover_console_get_id (console));
  json_builder_end_object (builder);
  return execute (self, "chardev-send-break", json_builder_get_root (builder));
}

static void
chardev_free (gpointer data)
{
  DroverChardev *chardev = data;

  g_free (chardev->id);
  g_free (chardev->filename);
  g_clear_object (&chardev->console);
  g_free (chardev);
}

static DroverConsole *
find_console (DroverRun *run, const char *label, const char *peer)
{
  GListModel *consoles = drover_run_get_consoles (run);

  for (guint i = 0; i < g_list_model_get_n_items (consoles); i++)
    {
      g_autoptr (DroverConsole) console = g_list_model_get_item (consoles, i);

      if (is_socket_of (console, label, peer))
        return g_steal_pointer (&console);
    }

  return NULL;
}

static DexFuture *
list_fiber (gpointer user_data)
{
  Job *job = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) reply = dex_await_boxed (execute (job->run, "query-chardev", NULL), &error);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (chardev_free);
  JsonArray *chardevs;

  if (reply == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  chardevs = json_node_get_array (reply);
  for (guint i = 0; i < json_array_get_length (chardevs); i++)
    {
      JsonObject *object = json_array_get_object_element (chardevs, i);
      DroverChardev *chardev = g_new0 (DroverChardev, 1);

      chardev->id = g_strdup (json_object_get_string_member_with_default (object, "label", ""));
      chardev->filename =
        g_strdup (json_object_get_string_member_with_default (object, "filename", ""));
      chardev->console = find_console (job->run, chardev->id, chardev->filename);
      g_ptr_array_add (list, chardev);
    }

  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_steal_pointer (&list));
}

/**
 * drover_run_list_chardevs:
 *
 * Returns: (transfer full): a future of a #GPtrArray of #DroverChardev: all character devices
 *   (`query-chardev`)
 */
DexFuture *
drover_run_list_chardevs (DroverRun *self)
{
  dex_return_error_if_fail (DROVER_IS_RUN (self));
  return spawn (list_fiber, self, NULL, FALSE);
}
