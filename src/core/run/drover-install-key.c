/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-dex.h"
#include "drover-error.h"
#include "drover-install-key.h"
#include "drover-json.h"

/* The disc of Windows asks for a key before it starts the installer, so that a computer with the
 * disc still in its drive comes to the installed system; nobody is there to press it when the
 * installation goes by itself.
 *
 * When it asks does not show on a serial console. What shows is which drives were used: before the
 * question the firmware and a small loader are read from the disc, afterwards hundreds of MiB. So a
 * key is pressed from the first read on, until the installer is certainly being loaded. */

/* The question is open for some five seconds. */
#define PRESS_MSEC 1000

/* Of Windows’ disc some 3 MiB are read before the question. */
#define LOADED_BYTES (8 * 1024 * 1024)

/* The space bar: in the menus of UEFI it does nothing, where Enter or Escape would. */
#define KEY "spc"

static gint64
get_bytes (JsonObject *drive, const char *member)
{
  JsonNode *stats = json_object_get_member (drive, "stats");

  if (stats == NULL || !JSON_NODE_HOLDS_OBJECT (stats))
    return 0;
  return json_object_get_int_member_with_default (json_node_get_object (stats), member, 0);
}

/* The firmware writes its variables whatever it starts. QEMU knows the chips by their place on the
 * board, such as `/machine/system.flash1`. */
static gboolean
is_flash (const char *device)
{
  return *device == '/' && strstr (device, ".flash") != NULL;
}

/**
 * drover_install_key_judge:
 * @stats: the answer to `query-blockstats`
 * @drive: the id of the drive with the installer's disc
 * @error: set to %DROVER_ERROR_BAD_STATE when there is no such drive
 *
 * As the numbers count from QEMU's start, a machine that was reset is judged as before: the
 * installer is not started a second time once it has begun.
 *
 * Returns: whether a key is to be pressed
 */
DroverInstallKey
drover_install_key_judge (JsonNode *stats, const char *drive, GError **error)
{
  JsonArray *array = stats != NULL && JSON_NODE_HOLDS_ARRAY (stats) ? json_node_get_array (stats)
                                                                    : NULL;
  gint64 read = -1;
  gboolean written = FALSE;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *object = json_array_get_object_element (array, i);
      const char *device = json_object_get_string_member_with_default (object, "qdev", "");

      if (g_str_equal (device, drive))
        read = get_bytes (object, "rd_bytes");
      else if (!is_flash (device) && get_bytes (object, "wr_bytes") > 0)
        written = TRUE;
    }

  if (read < 0)
    g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE, _("There is no drive “%s”"), drive);
  if (read < 0 || read >= LOADED_BYTES || written)
    return DROVER_INSTALL_KEY_OVER;
  return read > 0 ? DROVER_INSTALL_KEY_WANTED : DROVER_INSTALL_KEY_EARLY;
}

/* `{"keys": [{"type": "qcode", "data": "spc"}]}` */
static JsonNode *
make_key (void)
{
  return drover_json_parse ("{\"keys\": [{\"type\": \"qcode\", \"data\": \"" KEY "\"}]}", -1, NULL);
}

typedef struct
{
  GWeakRef run;
  char *drive;
} Pressing;

static void
pressing_free (gpointer data)
{
  Pressing *self = data;

  g_weak_ref_clear (&self->run);
  g_free (self->drive);
  g_free (self);
}

/**
 * drover_install_key_look:
 * @run: a machine that is alive
 * @drive: see drover_install_key_judge()
 *
 * Asks QEMU (`query-blockstats`). Only for fibers.
 *
 * Returns: whether a key is to be pressed now; %DROVER_INSTALL_KEY_OVER with @error set when QEMU
 *   does not tell
 */
DroverInstallKey
drover_install_key_look (DroverRun *run, const char *drive, GError **error)
{
  DroverQmp *qmp = drover_run_get_qmp (run);
  g_autoptr (JsonNode) stats =
    qmp != NULL ? dex_await_boxed (drover_qmp_execute (qmp, "query-blockstats", NULL), error) : NULL;

  return stats != NULL ? drover_install_key_judge (stats, drive, error) : DROVER_INSTALL_KEY_OVER;
}

/* Returns: whether to go on. */
static gboolean
step (DroverRun *run, DroverQmp *qmp, const char *drive, GError **error)
{
  DroverInstallKey judgement;

  if (!drover_run_is_running (run))
    return TRUE;

  judgement = drover_install_key_look (run, drive, error);
  if (judgement != DROVER_INSTALL_KEY_WANTED)
    return judgement == DROVER_INSTALL_KEY_EARLY;
  return dex_await (drover_qmp_execute (qmp, "send-key", make_key ()), error);
}

static DexFuture *
press_fiber (gpointer user_data)
{
  Pressing *self = user_data;
  gboolean go_on = TRUE;

  while (go_on)
    {
      g_autoptr (DroverRun) run = g_weak_ref_get (&self->run);
      g_autoptr (DroverQmp) qmp = NULL;
      g_autoptr (GError) error = NULL;

      /* Without QMP it ended, or somebody will attach anew. */
      if (run == NULL || drover_run_is_off (run) || drover_run_get_qmp (run) == NULL)
        break;
      qmp = g_object_ref (drover_run_get_qmp (run));
      go_on = step (run, qmp, self->drive, &error);
      if (error != NULL && drover_qmp_is_open (qmp))
        return dex_future_new_for_error (g_steal_pointer (&error));
      g_clear_object (&run);
      go_on = go_on && drover_dex_sleep (PRESS_MSEC);
    }

  return dex_future_new_true ();
}

/**
 * drover_install_key_press:
 * @run: a machine that is alive
 * @drive: the id of the drive with the installer's disc
 *
 * Presses the space bar (`send-key`) while the firmware starts from the installer's disc, until
 * `query-blockstats` says that the installer is loaded or a drive was written to. It is not pressed
 * while the machine is paused.
 *
 * Returns: (transfer full): a future of %TRUE, resolved when no key is wanted any more or the machine
 *   is off; rejected when QEMU does not tell or cannot press keys
 */
DexFuture *
drover_install_key_press (DroverRun *run, const char *drive)
{
  Pressing *pressing;

  dex_return_error_if_fail (DROVER_IS_RUN (run));
  dex_return_error_if_fail (drive != NULL);

  pressing = g_new0 (Pressing, 1);
  g_weak_ref_init (&pressing->run, run);
  pressing->drive = g_strdup (drive);
  return drover_dex_spawn (press_fiber, pressing, pressing_free);
}
