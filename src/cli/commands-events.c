/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-error.h"
#include "drover-event-log.h"
#include "drover-launch-plan.h"
#include "droverctl.h"

/* events */

static gboolean option_follow;
static char **option_only;
static int option_timeout;

static const GOptionEntry events_options[] = {
  { "follow", 'f', 0, G_OPTION_ARG_NONE, &option_follow,
    N_("Go on until the machine is off, not only to the next event"), NULL },
  { "only", 0, 0, G_OPTION_ARG_STRING_ARRAY, &option_only,
    N_("Only events of this name, such as STOP; can be given several times"), N_("NAME") },
  { "timeout", 0, 0, G_OPTION_ARG_INT, &option_timeout,
    N_("Fail when nothing came for so many seconds"), N_("SECONDS") },
  { "json", 0, 0, G_OPTION_ARG_NONE, &option_json,
    N_("Print QEMU’s own messages, one JSON object a line"), NULL },
  { NULL },
};

typedef struct
{
  DexPromise *done;
  guint n_events;
  guint source;
} Watch;

static void
print_event (DroverEvent *event)
{
  g_autofree char *clock = NULL;

  if (option_json)
    {
      /* JSON is UTF-8, whatever the locale; g_print() would convert. */
      puts (drover_event_get_json (event));
    }
  else
    {
      clock = drover_event_dup_clock (event);
      g_print ("%s %-24s %s\n", clock, drover_event_get_name (event),
               drover_event_get_sentence (event));
    }
  fflush (stdout);
}

static void
settle (Watch *watch, GError *error)
{
  if (!dex_future_is_pending (DEX_FUTURE (watch->done)))
    g_clear_error (&error);
  else if (error != NULL)
    dex_promise_reject (watch->done, error);
  else
    dex_promise_resolve_boolean (watch->done, TRUE);
}

static gboolean
timeout_cb (gpointer user_data)
{
  Watch *watch = user_data;

  watch->source = 0;
  settle (watch, g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                              ngettext ("No event came within %d second",
                                        "No event came within %d seconds", option_timeout),
                              option_timeout));
  return G_SOURCE_REMOVE;
}

static void
wind_up (Watch *watch)
{
  g_clear_handle_id (&watch->source, g_source_remove);
  if (option_timeout > 0)
    watch->source = g_timeout_add_seconds (option_timeout, timeout_cb, watch);
}

static void
event_cb (DroverRun *run, const char *name, JsonObject *message, Watch *watch)
{
  g_autoptr (DroverEvent) event = NULL;

  if (!dex_future_is_pending (DEX_FUTURE (watch->done)) ||
      (option_only != NULL && !g_strv_contains ((const char *const *) option_only, name)))
    return;

  event = drover_event_new (message);
  print_event (event);
  watch->n_events++;
  wind_up (watch);
  if (!option_follow || ferror (stdout))
    settle (watch, NULL);
}

static void
state_changed_cb (DroverRun *run, GParamSpec *pspec, Watch *watch)
{
  if (!drover_run_is_off (run))
    return;

  settle (watch, option_follow || watch->n_events > 0
                   ? NULL
                   : g_error_new (DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                                  _("The machine went off before such an event came")));
}

/* Each of QEMU's sockets serves one client at a time. Whoever listens for hours takes the one
 * that is not needed for other commands: with the other, none of them would get through, nor the
 * end of the session to a guest that starts with it. */
static DroverRun *
attach (Invocation *invocation, GError **error)
{
  DroverMachine *machine = find_machine (invocation, error);
  g_autoptr (DroverRun) run = NULL;
  g_autoptr (GError) busy = NULL;
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;

  if (machine == NULL)
    return NULL;

  run = drover_run_new (machine, DROVER_USER_SOCKET);
  folder = drover_run_dup_runtime_dir (run);
  path = folder != NULL ? g_build_filename (folder, DROVER_USER_SOCKET, NULL) : NULL;
  if (path != NULL && g_file_test (path, G_FILE_TEST_EXISTS) &&
      dex_await (drover_run_attach (run), &busy))
    return g_steal_pointer (&run);
  if (busy != NULL && !g_error_matches (busy, DROVER_QMP_ERROR, DROVER_QMP_ERROR_BUSY))
    {
      g_propagate_error (error, g_steal_pointer (&busy));
      return NULL;
    }
  if (busy != NULL && option_follow)
    {
      g_set_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_BUSY,
                   _("Another program listens there already, such as the tab Monitor or QMP of "
                     "Drover’s window, which leaves it when another tab is looked at"));
      return NULL;
    }

  return find_run (invocation, error);
}

static gboolean
run_events (Invocation *invocation, GError **error)
{
  g_autoptr (DroverRun) run = attach (invocation, error);
  Watch watch = { 0 };
  gboolean done;

  if (run == NULL)
    return FALSE;
  if (option_timeout < 0)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   _("--timeout wants a number of seconds"));
      return FALSE;
    }
  if (drover_run_is_off (run))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE, _("The machine is not running"));
      return FALSE;
    }

  watch.done = dex_promise_new ();
  wind_up (&watch);
  g_signal_connect (run, "event", G_CALLBACK (event_cb), &watch);
  g_signal_connect (run, "notify::state", G_CALLBACK (state_changed_cb), &watch);
  done = dex_await (dex_ref (watch.done), error);
  g_signal_handlers_disconnect_by_data (run, &watch);
  g_clear_handle_id (&watch.source, g_source_remove);
  dex_unref (watch.done);
  return done;
}

const Command events_command = {
  "events", "MACHINE", N_("Say what QEMU tells: the next event, or all that come"), 1,
  events_options, run_events, 0,
  N_("QEMU keeps no list of what happened before; the window shows what came while it was open."),
};
