/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "drover-error.h"
#include "drover-paths.h"
#include "drover-run-private.h"
#include "drover-tpm.h"

static void
delete_logs (const char *slug)
{
  g_autofree char *folder = drover_paths_dup_log_dir (slug);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_str_has_suffix (name, ".log") || g_str_has_suffix (name, ".log.old"))
        g_unlink (path);
    }
  g_rmdir (folder);
}

static void
delete_runtime_dir (const char *runtime_dir)
{
  g_autofree char *lock = g_build_filename (runtime_dir, "lock", NULL);

  drover_run_record_clear (runtime_dir);
  g_unlink (lock);
  g_rmdir (runtime_dir);
}

/**
 * drover_run_delete_machine:
 * @library: the library that has the machine
 * @left_behind: (out) (transfer full): see drover_library_delete()
 * @error: set when the machine is not off, is broken, or cannot be deleted
 *
 * Deletes the machine with its logs and what its runs left.
 *
 * Returns: whether it is gone
 */
gboolean
drover_run_delete_machine (DroverRun *self, DroverLibrary *library, GStrv *left_behind,
                           GError **error)
{
  g_autoptr (DroverRun) held = g_object_ref (self);
  g_autofree char *slug = g_strdup (drover_machine_get_slug (self->machine));
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (self);

  if (!drover_run_is_off (self))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                   _("“%s” is not off: force it off first"),
                   drover_machine_get_name (self->machine));
      return FALSE;
    }
  /* Before the folder is looked through for what is not Drover's. */
  drover_tpm_delete_states (drover_machine_get_folder (self->machine));
  if (!drover_library_delete (library, self->machine, left_behind, error))
    return FALSE;

  delete_logs (slug);
  delete_runtime_dir (runtime_dir);
  return TRUE;
}
