/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-console.h"
#include "drover-error.h"
#include "drover-paths.h"
#include "drover-run-private.h"
#include "drover-tail.h"

/* Beside the logs: the identity of the machine that they are of. */
#define MARK "started"

/* As much of QEMU's log as people are shown. */
#define LOG_TAIL (16 * 1024)

G_DEFINE_FINAL_TYPE (DroverRun, drover_run, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_MACHINE,
  PROP_STATE,
  PROP_ACCELERATOR,
  PROP_TROUBLE,
  N_PROPS
};

enum
{
  EVENT,
  SERVICE_FAILED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
drover_run_dispose (GObject *object)
{
  DroverRun *self = DROVER_RUN (object);

  if (self->qmp != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->qmp, self);
      drover_qmp_close (self->qmp);
    }
  g_clear_object (&self->qmp);
  g_clear_object (&self->subprocess);
  _drover_run_clear_status (self);
  if (self->consoles != NULL)
    g_list_store_remove_all (self->consoles);
  g_clear_object (&self->machine);

  G_OBJECT_CLASS (drover_run_parent_class)->dispose (object);
}

static void
drover_run_finalize (GObject *object)
{
  DroverRun *self = DROVER_RUN (object);

  g_clear_object (&self->consoles);
  g_clear_object (&self->events);
  g_clear_pointer (&self->services, g_ptr_array_unref);
  g_clear_pointer (&self->failed_service, drover_service_free);
  g_free (self->service_failure);
  g_clear_pointer (&self->record, drover_run_record_free);
  g_clear_error (&self->error);
  g_free (self->blocker);
  g_free (self->qmp_socket);
  g_free (self->state);
  g_free (self->shutdown_reason);
  g_strfreev (self->notices);
  g_free (self->accelerator);
  g_free (self->accelerator_reason);
  g_free (self->launch_accelerator);
  g_free (self->launch_display);
  g_free (self->display_notice);

  G_OBJECT_CLASS (drover_run_parent_class)->finalize (object);
}

static void
drover_run_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  DroverRun *self = DROVER_RUN (object);

  switch (prop_id)
    {
    case PROP_MACHINE:
      g_value_set_object (value, self->machine);
      break;
    case PROP_STATE:
      g_value_set_string (value, self->state);
      break;
    case PROP_ACCELERATOR:
      g_value_set_string (value, self->accelerator);
      break;
    case PROP_TROUBLE:
      g_value_set_boxed (value, self->trouble);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
drover_run_class_init (DroverRunClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = drover_run_dispose;
  object_class->finalize = drover_run_finalize;
  object_class->get_property = drover_run_get_property;

  /**
   * DroverRun:machine:
   *
   * The machine that runs, or could.
   */
  properties[PROP_MACHINE] = g_param_spec_object ("machine", NULL, NULL, DROVER_TYPE_MACHINE,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * DroverRun:state:
   *
   * `off`, `starting`, `not-answering`, or QMP's RunState (`query-status`) as it is.
   */
  properties[PROP_STATE] = g_param_spec_string ("state", NULL, NULL, NULL,
                                                G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * DroverRun:accelerator:
   *
   * What the guest runs with, or would run with when started: `kvm`, `tcg` …
   */
  properties[PROP_ACCELERATOR] = g_param_spec_string ("accelerator", NULL, NULL, NULL,
                                                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * DroverRun:trouble:
   *
   * What went wrong with the guest, and is not settled; or %NULL.
   */
  properties[PROP_TROUBLE] = g_param_spec_boxed ("trouble", NULL, NULL, DROVER_TYPE_TROUBLE,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * DroverRun::event:
   * @name: the event
   * @message: (type Json.Object): the whole message
   *
   * An event of QMP, after the run has taken note of it itself.
   */
  signals[EVENT] = g_signal_new ("event", DROVER_TYPE_RUN, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED,
                                 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING,
                                 JSON_TYPE_OBJECT);
  /**
   * DroverRun::service-failed:
   * @message: what happened, for people
   *
   * A program that lives with the machine ended, and QEMU goes on.
   */
  signals[SERVICE_FAILED] = g_signal_new ("service-failed", DROVER_TYPE_RUN, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
drover_run_init (DroverRun *self)
{
  self->state = g_strdup (DROVER_STATE_OFF);
  self->consoles = g_list_store_new (DROVER_TYPE_CONSOLE);
  self->events = drover_event_log_new ();
  self->services = drover_services_new ();
}

/**
 * drover_run_new:
 * @machine: a machine
 * @qmp_socket: %DROVER_QMP_SOCKET for the app, %DROVER_CTL_SOCKET for programs beside it:
 *   each QMP socket serves one client at a time
 *
 * Returns: (transfer full): its run, off until drover_run_attach() finds otherwise
 */
DroverRun *
drover_run_new (DroverMachine *machine, const char *qmp_socket)
{
  DroverRun *self = g_object_new (DROVER_TYPE_RUN, NULL);

  self->machine = g_object_ref (machine);
  self->qmp_socket = g_strdup (qmp_socket);
  return self;
}

void
_drover_run_emit_event (DroverRun *self, const char *name, JsonObject *message)
{
  drover_event_log_add (self->events, message);
  g_signal_emit (self, signals[EVENT], g_quark_from_string (name), name, message);
}

void
_drover_run_emit_service_failed (DroverRun *self, const char *message)
{
  g_signal_emit (self, signals[SERVICE_FAILED], 0, message);
}

void
_drover_run_set_state (DroverRun *self, const char *state)
{
  if (!g_set_str (&self->state, state))
    return;

  /* Whoever sees the state is to find the reason for it there already. */
  _drover_run_note_state (self);
  if (g_str_equal (self->state, state))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

void
_drover_run_set_error (DroverRun *self, const GError *error)
{
  if (error == NULL || !g_error_matches (error, DROVER_ERROR, DROVER_ERROR_IN_USE))
    g_clear_pointer (&self->blocker, g_free);
  g_clear_error (&self->error);
  self->error = error != NULL ? g_error_copy (error) : NULL;
}

void
_drover_run_set_accelerator (DroverRun *self, const char *accelerator, const char *reason)
{
  g_set_str (&self->accelerator_reason, reason);
  if (g_set_str (&self->accelerator, accelerator))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACCELERATOR]);
}

void
_drover_run_set_consoles (DroverRun *self, GPtrArray *plans)
{
  g_list_store_remove_all (self->consoles);
  for (guint i = 0; plans != NULL && i < plans->len; i++)
    {
      g_autoptr (DroverConsole) console = drover_console_new (plans->pdata[i]);

      g_list_store_append (self->consoles, console);
    }
}

/* Brings everything back to how it is without a process. */
void
_drover_run_set_off (DroverRun *self)
{
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (self);

  _drover_run_note_end (self);
  if (self->qmp != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->qmp, self);
      drover_qmp_close (self->qmp);
      drover_event_log_note (self->events, _("QEMU is gone."));
    }
  g_clear_object (&self->qmp);
  g_clear_object (&self->subprocess);
  g_clear_pointer (&self->record, drover_run_record_free);
  g_list_store_remove_all (self->consoles);
  if (runtime_dir != NULL && self->holds_lock)
    drover_run_record_clear (runtime_dir);
  else if (runtime_dir != NULL)
    drover_run_record_clear_dead (runtime_dir);

  _drover_run_set_state (self, DROVER_STATE_OFF);
}

/**
 * drover_run_get_machine:
 *
 * Returns: (transfer none): the machine
 */
DroverMachine *
drover_run_get_machine (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return self->machine;
}

/**
 * drover_run_get_state:
 *
 * Returns: `off`, `starting`, or QMP's RunState
 */
const char *
drover_run_get_state (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return self->state;
}

/**
 * drover_run_is_off:
 *
 * Returns: whether there is no QEMU
 */
gboolean
drover_run_is_off (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), TRUE);
  return g_str_equal (self->state, DROVER_STATE_OFF);
}

/**
 * drover_run_is_live:
 *
 * Returns: whether QEMU is there and listens
 */
gboolean
drover_run_is_live (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), FALSE);
  return !drover_run_is_off (self) && !g_str_equal (self->state, DROVER_STATE_STARTING) &&
         !g_str_equal (self->state, DROVER_STATE_NOT_ANSWERING);
}

/**
 * drover_run_is_running:
 *
 * Returns: whether the guest's processors run
 */
gboolean
drover_run_is_running (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), FALSE);
  return g_str_equal (self->state, "running");
}

/**
 * drover_run_get_error:
 *
 * Returns: (nullable): why the last start or run failed
 */
const GError *
drover_run_get_error (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return self->error;
}

/**
 * drover_run_get_blocker:
 *
 * Returns: (nullable): the folder of the machine that has a disk image which this one needs, after
 *   a start that failed with %DROVER_ERROR_IN_USE
 */
const char *
drover_run_get_blocker (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return self->blocker;
}

/**
 * drover_run_get_shutdown_reason:
 *
 * Returns: (nullable): QMP's ShutdownCause of the last run, such as `guest-shutdown`
 */
const char *
drover_run_get_shutdown_reason (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return self->shutdown_reason;
}

/**
 * drover_run_get_accelerator:
 *
 * Returns: (nullable): `kvm`, `tcg` …; %NULL when only the arguments say it
 */
const char *
drover_run_get_accelerator (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return self->accelerator;
}

/**
 * drover_run_get_accelerator_reason:
 *
 * Returns: (nullable): why, a sentence for people
 */
const char *
drover_run_get_accelerator_reason (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return self->accelerator_reason;
}

/**
 * drover_run_get_notices:
 *
 * Returns: (nullable): what the last start by this program left out of the arguments or
 *   changed in them, sentences for people
 */
const char *const *
drover_run_get_notices (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return (const char *const *) self->notices;
}

/**
 * drover_run_get_pid:
 *
 * Returns: QEMU's process, or 0
 */
GPid
drover_run_get_pid (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), 0);
  return self->record != NULL ? self->record->pid : 0;
}

/**
 * drover_run_get_consoles:
 *
 * Returns: (transfer none): a list of #DroverConsole, empty when off
 */
GListModel *
drover_run_get_consoles (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return G_LIST_MODEL (self->consoles);
}

/**
 * drover_run_get_qmp:
 *
 * Returns: (transfer none) (nullable): the connection while live
 */
DroverQmp *
drover_run_get_qmp (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return self->qmp;
}

/**
 * drover_run_get_events:
 *
 * Returns: (transfer none): what QEMU told since this program attached to it
 */
DroverEventLog *
drover_run_get_events (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return self->events;
}

/**
 * drover_run_dup_log_path:
 *
 * Returns: (transfer full): the file with what QEMU printed in its last run
 */
char *
drover_run_dup_log_path (DroverRun *self)
{
  g_autofree char *dir = drover_paths_dup_log_dir (drover_machine_get_slug (self->machine));

  return g_build_filename (dir, "qemu.log", NULL);
}

/**
 * drover_run_dup_qemu_log:
 *
 * Returns: (transfer full) (nullable): what QEMU printed last in its last run; with options
 *   such as `-d` the whole can be huge
 */
char *
drover_run_dup_qemu_log (DroverRun *self)
{
  g_autofree char *path = drover_run_dup_log_path (self);

  return drover_tail_read (path, LOG_TAIL);
}

/**
 * drover_run_dup_runtime_dir:
 *
 * Returns: (transfer full) (nullable): the folder of the sockets; %NULL of a broken machine
 *   that does not run
 */
char *
drover_run_dup_runtime_dir (DroverRun *self)
{
  DroverDocument *document = drover_machine_get_document (self->machine);

  /* A guest that runs is found by the identity it was started with, whatever became of its
   * file since. */
  if (self->record != NULL)
    return drover_paths_dup_runtime_dir (self->record->uuid);

  return document != NULL ? drover_paths_dup_runtime_dir (drover_document_get_uuid (document))
                          : drover_run_record_find_dir (drover_machine_get_folder (self->machine));
}

/**
 * drover_run_dup_launch_argv:
 *
 * Returns: (transfer full) (nullable): what runs, overlay included; of a machine that is off
 *   what would run, after drover_run_choose_accelerator()
 */
GStrv
drover_run_dup_launch_argv (DroverRun *self)
{
  DroverDocument *document = drover_machine_get_document (self->machine);
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (self);
  g_autofree char *log_dir = drover_paths_dup_log_dir (drover_machine_get_slug (self->machine));
  g_autoptr (DroverLaunchPlan) plan = NULL;

  if (self->record != NULL)
    return g_strdupv (self->record->argv);
  if (document == NULL)
    return NULL;

  plan = drover_launch_plan_new_with_display (document, runtime_dir, log_dir,
                                              self->launch_accelerator, self->launch_display);
  return g_steal_pointer (&plan->argv);
}

/* A guest that an older Drover started: its record has only the whole command line. */
static gboolean
differs_with_overlay (DroverRun *self, DroverDocument *document)
{
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (self);
  g_autofree char *log_dir = drover_paths_dup_log_dir (drover_machine_get_slug (self->machine));
  gboolean automatic = !drover_launch_plan_names_accelerator (document) &&
                       drover_document_get_accelerator (document) != NULL;
  g_autoptr (DroverLaunchPlan) plan = drover_launch_plan_new (
    document, runtime_dir, log_dir, automatic ? self->record->accelerator : NULL);

  return !g_strv_equal ((const char *const *) plan->argv, (const char *const *) self->record->argv);
}

/**
 * drover_run_differs:
 * @document: the machine as it is edited now
 *
 * Returns: whether there is a QEMU that was started, by whomever, with another command line, or
 *   in another folder, than the one of @document
 */
gboolean
drover_run_differs (DroverRun *self, DroverDocument *document)
{
  g_auto (GStrv) command = NULL;
  g_autofree char *directory = NULL;
  const char *given;

  g_return_val_if_fail (DROVER_IS_RUN (self), FALSE);

  if (self->record == NULL || document == NULL)
    return FALSE;
  if (self->record->command == NULL)
    return differs_with_overlay (self, document);

  command = drover_document_dup_argv (document);
  given = drover_document_get_directory (document);
  directory = g_canonicalize_filename (given != NULL ? given : ".",
                                       drover_machine_get_folder (self->machine));
  return !g_strv_equal ((const char *const *) command,
                        (const char *const *) self->record->command) ||
         (self->record->directory != NULL && !g_str_equal (directory, self->record->directory));
}

static char *
dup_mark_path (DroverRun *self)
{
  g_autofree char *dir = drover_paths_dup_log_dir (drover_machine_get_slug (self->machine));

  return g_build_filename (dir, MARK, NULL);
}

gboolean
_drover_run_mark_started (DroverRun *self, const char *uuid, GError **error)
{
  g_autofree char *path = dup_mark_path (self);
  g_autofree char *before = NULL;

  /* To write it anew would make each start wait for the disk. */
  if (g_file_get_contents (path, &before, NULL, NULL) && g_str_equal (before, uuid))
    return TRUE;

  return g_file_set_contents_full (path, uuid, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

/**
 * drover_run_was_started:
 *
 * The folder of the logs is named after the machine's own. A new machine may have the name of
 * one that was deleted, and with it finds that one's logs: only the mark tells them apart.
 *
 * Returns: whether this very machine was ever started
 */
gboolean
drover_run_was_started (DroverRun *self)
{
  g_autofree char *path = NULL;
  g_autofree char *uuid = NULL;
  DroverDocument *document;

  g_return_val_if_fail (DROVER_IS_RUN (self), FALSE);

  path = dup_mark_path (self);
  document = drover_machine_get_document (self->machine);
  return document != NULL && g_file_get_contents (path, &uuid, NULL, NULL) &&
         g_str_equal (uuid, drover_document_get_uuid (document));
}

/**
 * drover_run_waits_by_itself:
 *
 * Returns: whether the guest stands still because the machine's own arguments say so (`-S`)
 */
gboolean
drover_run_waits_by_itself (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), FALSE);
  return self->start_paused && g_strcmp0 (self->state, "prelaunch") == 0;
}
