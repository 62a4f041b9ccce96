/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "drover-dex.h"
#include "drover-json.h"
#include "drover-paths.h"
#include "drover-process.h"
#include "drover-run-private.h"

/* Why a machine is as it is: learned from QEMU's events, never by asking again and again. */

/* Beside the logs: how the last run ended. */
#define END_FILE "end.json"

static const char *
get_text (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : NULL;
}

/* Trouble */

/**
 * drover_run_get_trouble:
 *
 * Returns: (transfer none) (nullable): what went wrong with the guest and is not settled
 */
DroverTrouble *
drover_run_get_trouble (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);
  return self->trouble;
}

/**
 * drover_run_dismiss_trouble:
 *
 * Forgets it: somebody has seen it.
 */
void
drover_run_dismiss_trouble (DroverRun *self)
{
  g_return_if_fail (DROVER_IS_RUN (self));
  _drover_run_take_trouble (self, NULL);
}

/* Takes @trouble. */
void
_drover_run_take_trouble (DroverRun *self, DroverTrouble *trouble)
{
  self->n_troubles++;
  if (self->trouble == NULL && trouble == NULL)
    return;

  g_clear_pointer (&self->trouble, drover_trouble_unref);
  self->trouble = trouble;
  g_object_notify (G_OBJECT (self), "trouble");
}

typedef struct
{
  DroverRun *run;
  JsonObject *data;
  guint n_troubles;
} DiskTrouble;

static void
disk_trouble_free (gpointer data)
{
  DiskTrouble *trouble = data;

  g_object_unref (trouble->run);
  g_clear_pointer (&trouble->data, json_object_unref);
  g_free (trouble);
}

/* Which disk it is, and on which file, is asked once. */
static DexFuture *
disk_trouble_fiber (gpointer user_data)
{
  DiskTrouble *trouble = user_data;
  DroverRun *self = trouble->run;
  g_autoptr (JsonNode) blocks = NULL;

  if (self->qmp != NULL)
    blocks = dex_await_boxed (drover_qmp_execute (self->qmp, "query-block", NULL), NULL);

  /* It may have been resumed, or be off, by now. */
  if (self->qmp != NULL && self->n_troubles == trouble->n_troubles)
    _drover_run_take_trouble (self, drover_trouble_new_io (trouble->data, blocks));
  return dex_future_new_true ();
}

static gboolean
has_trouble (DroverRun *self, DroverTroubleKind kind)
{
  return self->trouble != NULL && self->trouble->kind == kind;
}

/* @data: (nullable): of the event, if we saw it */
static void
look_at_disks (DroverRun *self, JsonObject *data)
{
  DiskTrouble *trouble;

  /* One that fails often fails many times at once. */
  if (has_trouble (self, DROVER_TROUBLE_IO_ERROR) || has_trouble (self, DROVER_TROUBLE_NO_SPACE) ||
      self->looking_at_disks == self->n_troubles + 1)
    return;

  trouble = g_new0 (DiskTrouble, 1);
  trouble->run = g_object_ref (self);
  trouble->data = data != NULL ? json_object_ref (data) : NULL;
  trouble->n_troubles = self->n_troubles;
  self->looking_at_disks = self->n_troubles + 1;
  drover_dex_forget (drover_dex_spawn (disk_trouble_fiber, trouble, disk_trouble_free));
}

/* Patience */

static gboolean
patience_over_cb (gpointer user_data)
{
  DroverRun *self = user_data;

  self->patience_source = 0;
  if (self->trouble == NULL && drover_run_is_live (self))
    _drover_run_take_trouble (self, drover_trouble_new_no_answer (self->patience));
  return G_SOURCE_REMOVE;
}

/**
 * drover_run_set_patience:
 * @seconds: how long a guest may take to shut down; 0 when nobody is to be told
 *
 * A guest that is still on so long after somebody pressed its power button has the trouble
 * %DROVER_TROUBLE_NO_ANSWER. Nothing is done to it.
 */
void
drover_run_set_patience (DroverRun *self, guint seconds)
{
  g_return_if_fail (DROVER_IS_RUN (self));
  self->patience = seconds;
}

static void
begin_patience (DroverRun *self)
{
  g_clear_handle_id (&self->patience_source, g_source_remove);
  if (has_trouble (self, DROVER_TROUBLE_NO_ANSWER))
    _drover_run_take_trouble (self, NULL);
  if (self->patience > 0)
    self->patience_source = g_timeout_add_seconds (self->patience, patience_over_cb, self);
}

static void
end_patience (DroverRun *self)
{
  g_clear_handle_id (&self->patience_source, g_source_remove);
  if (has_trouble (self, DROVER_TROUBLE_NO_ANSWER))
    _drover_run_take_trouble (self, NULL);
}

void
_drover_run_clear_status (DroverRun *self)
{
  g_clear_handle_id (&self->patience_source, g_source_remove);
  g_clear_pointer (&self->trouble, drover_trouble_unref);
  g_clear_pointer (&self->end_reason, g_free);
}

/* Events */

static void
panicked (DroverRun *self, JsonObject *data)
{
  _drover_run_take_trouble (self, drover_trouble_new_panic (data));
}

static void
watchdog_bit (DroverRun *self, JsonObject *data)
{
  _drover_run_take_trouble (self, drover_trouble_new_watchdog (data));
}

static void
disk_failed (DroverRun *self, JsonObject *data)
{
  /* With the others the guest is told, and goes on. */
  if (g_strcmp0 (get_text (data, "action"), "stop") == 0)
    look_at_disks (self, data);
}

static void
button_pressed (DroverRun *self, JsonObject *data)
{
  begin_patience (self);
}

static void
ends (DroverRun *self, JsonObject *data)
{
  end_patience (self);
}

/* What stood still goes on, so what stopped it is settled. */
static void
goes_on (DroverRun *self, JsonObject *data)
{
  if (self->trouble != NULL && !has_trouble (self, DROVER_TROUBLE_NO_ANSWER))
    _drover_run_take_trouble (self, NULL);
  else
    self->n_troubles++;
}

/* Not by the guest or its watchdog: somebody pressed the button, and knows. */
static void
was_reset (DroverRun *self, JsonObject *data)
{
  const char *reason = get_text (data, "reason");

  end_patience (self);
  if (reason != NULL && g_str_has_prefix (reason, "host-"))
    _drover_run_take_trouble (self, NULL);
}

void
_drover_run_note_event (DroverRun *self, const char *name, JsonObject *data)
{
  static const struct
  {
    const char *name;
    void (*note) (DroverRun *self, JsonObject *data);
  } events[] = {
    { "GUEST_PANICKED", panicked }, { "WATCHDOG", watchdog_bit }, { "BLOCK_IO_ERROR", disk_failed },
    { "POWERDOWN", button_pressed }, { "SHUTDOWN", ends },        { "RESUME", goes_on },
    { "RESET", was_reset },
  };

  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    if (g_str_equal (events[i].name, name))
      events[i].note (self, data);
}

/* A state may be the first that is seen of a trouble, as of a guest that ran before we came. */
void
_drover_run_note_state (DroverRun *self)
{
  if (g_str_equal (self->state, DROVER_STATE_STARTING))
    {
      g_clear_pointer (&self->end_reason, g_free);
      end_patience (self);
      _drover_run_take_trouble (self, NULL);
    }
  else if (drover_run_is_off (self))
    {
      end_patience (self);
      if (self->trouble != NULL && !drover_trouble_is_about_end (self->trouble))
        _drover_run_take_trouble (self, NULL);
    }
  else if (self->trouble == NULL && g_str_equal (self->state, "internal-error"))
    _drover_run_take_trouble (self, drover_trouble_new_internal ());
  else if (self->trouble == NULL && g_str_equal (self->state, "guest-panicked"))
    _drover_run_take_trouble (self, drover_trouble_new_panic (NULL));
  else if (self->trouble == NULL && g_str_equal (self->state, "watchdog"))
    _drover_run_take_trouble (self, drover_trouble_new_watchdog (NULL));
  else if (self->trouble == NULL && g_str_equal (self->state, "io-error"))
    look_at_disks (self, NULL);
}

/* How often the kernel killed something for want of memory since it started; proc_vmstat. */
guint64
_drover_run_count_oom_kills (void)
{
  static const char name[] = "\noom_kill ";
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/vmstat", &text, NULL, NULL))
    return 0;

  line = strstr (text, name);
  return line != NULL ? g_ascii_strtoull (line + strlen (name), NULL, 10) : 0;
}

/* QEMU ended, nobody asked for it, and it did not say that it would. */
void
_drover_run_note_sudden_end (DroverRun *self)
{
  gboolean has_status =
    self->subprocess != NULL && g_subprocess_get_identifier (self->subprocess) == NULL;
  gboolean out_of_memory = _drover_run_count_oom_kills () > self->oom_kills;

  /* One that ended by itself said why; that is the run's error. */
  if (has_status && !g_subprocess_get_if_signaled (self->subprocess))
    return;

  _drover_run_take_trouble (
    self, drover_trouble_new_signal (
            has_status ? g_subprocess_get_term_sig (self->subprocess) : 0, out_of_memory));
}

/* Reason */

/**
 * drover_run_get_reason:
 *
 * Returns: (nullable): why the guest does not run: `user`, `not-started`, `suspended`, `debugger`,
 *   `shut-down` (it did, and QEMU is still on), or the word of a #DroverTrouble; of a machine
 *   that is off QMP's ShutdownCause, such as `guest-shutdown`, the word of a #DroverTrouble, or
 *   `failed`. %NULL when it runs, or it is not known.
 */
const char *
drover_run_get_reason (DroverRun *self)
{
  static const char *const reasons[][2] = {
    { "paused", "user" },           { "prelaunch", "not-started" }, { "suspended", "suspended" },
    { "debug", "debugger" },        { "shutdown", "shut-down" },    { "io-error", "io-error" },
    { "internal-error", "internal-error" }, { "guest-panicked", "guest-panic" },
    { "watchdog", "watchdog" },
  };

  g_return_val_if_fail (DROVER_IS_RUN (self), NULL);

  if (drover_run_is_off (self))
    return self->end_reason;
  if (g_str_equal (self->state, "io-error") && has_trouble (self, DROVER_TROUBLE_NO_SPACE))
    return drover_trouble_get_word (self->trouble);

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (g_str_equal (reasons[i][0], self->state))
      return reasons[i][1];

  return NULL;
}

/**
 * drover_run_get_started:
 *
 * Returns: when QEMU was started, by whomever, in microseconds since 1970 in UTC; 0 when it is
 *   off or the system does not tell
 */
gint64
drover_run_get_started (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), 0);

  return self->record != NULL ? drover_process_get_started (self->record->start_time) : 0;
}

/**
 * drover_run_get_uptime:
 *
 * Returns: for how many seconds QEMU has been there; -1 when it is off or that is not known
 */
gint64
drover_run_get_uptime (DroverRun *self)
{
  gint64 started = drover_run_get_started (self);

  return started > 0 ? MAX (0, (g_get_real_time () - started) / G_USEC_PER_SEC) : -1;
}

/* How it ended */

static char *
dup_end_path (DroverRun *self)
{
  g_autofree char *dir = drover_paths_dup_log_dir (drover_machine_get_slug (self->machine));

  return g_build_filename (dir, END_FILE, NULL);
}

static char *
dup_end_text (DroverRun *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format_iso8601 (now);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "uuid", self->record->uuid);
  json_object_set_string_member (object, "ended", time);
  if (self->end_reason != NULL)
    json_object_set_string_member (object, "reason", self->end_reason);
  if (self->trouble != NULL && drover_trouble_is_about_end (self->trouble))
    json_object_set_member (object, "trouble", drover_trouble_to_json (self->trouble));
  json_node_take_object (node, object);
  return drover_json_to_text (node, TRUE);
}

/* To be called while the record is there. */
void
_drover_run_note_end (DroverRun *self)
{
  g_autofree char *path = dup_end_path (self);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (self->record == NULL || self->record->pid == 0)
    return;

  if (self->trouble != NULL && (self->shutdown_reason == NULL || *self->shutdown_reason == '\0'))
    g_set_str (&self->end_reason, drover_trouble_get_word (self->trouble));
  else if (self->shutdown_reason != NULL)
    g_set_str (&self->end_reason, self->shutdown_reason);
  else
    g_set_str (&self->end_reason, self->asked_off     ? "host-qmp-quit"
                                  : self->error != NULL ? "failed"
                                                        : NULL);

  /* For droverctl, later. That it cannot be written hurts nobody. */
  text = dup_end_text (self);
  if (!g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_debug ("%s", error->message);
}

/**
 * drover_run_recall_end:
 *
 * Takes from the log folder how the last run of a machine that is off ended, as far as some Drover
 * saw it: drover_run_get_reason() and drover_run_get_trouble() have it then.
 */
void
drover_run_recall_end (DroverRun *self)
{
  DroverDocument *document = drover_machine_get_document (self->machine);
  g_autofree char *path = dup_end_path (self);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;
  gsize length;

  g_return_if_fail (DROVER_IS_RUN (self));

  if (!drover_run_is_off (self) || document == NULL ||
      !g_file_get_contents (path, &text, &length, NULL))
    return;

  node = drover_json_parse (text, length, NULL);
  object = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  if (g_strcmp0 (get_text (object, "uuid"), drover_document_get_uuid (document)) != 0)
    return;

  g_set_str (&self->end_reason, get_text (object, "reason"));
  _drover_run_take_trouble (self,
                            drover_trouble_from_json (json_object_get_member (object, "trouble")));
}

/**
 * drover_run_is_disposable:
 *
 * Returns: whether what the guest that runs writes to its disks is thrown away (`-snapshot`),
 *   be it by its own arguments or by the way it was started
 */
gboolean
drover_run_is_disposable (DroverRun *self)
{
  g_return_val_if_fail (DROVER_IS_RUN (self), FALSE);

  for (guint i = 1; self->record != NULL && self->record->argv[i] != NULL; i++)
    if (g_str_equal (self->record->argv[i], "-snapshot") ||
        g_str_equal (self->record->argv[i], "--snapshot"))
      return TRUE;

  return FALSE;
}
