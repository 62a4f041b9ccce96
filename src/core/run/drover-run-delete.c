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

/* The keys go with the machine that they are of. */
static void
delete_tpm (const char *folder, GStrv left_behind)
{
  g_autofree char *states = g_build_filename (folder, "tpm", NULL);
  guint kept = 0;

  drover_tpm_delete_states (folder);
  for (guint i = 0; left_behind[i] != NULL; i++)
    if (g_str_equal (left_behind[i], "tpm") && !g_file_test (states, G_FILE_TEST_EXISTS))
      g_free (left_behind[i]);
    else
      left_behind[kept++] = left_behind[i];
  left_behind[kept] = NULL;
  g_rmdir (folder);
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
  g_autofree char *folder = g_strdup (drover_machine_get_folder (self->machine));
  g_autofree char *slug = g_strdup (drover_machine_get_slug (self->machine));
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (self);

  if (!drover_run_is_off (self))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                   _("“%s” is not off: force it off first"),
                   drover_machine_get_name (self->machine));
      return FALSE;
    }
  if (!drover_library_delete (library, self->machine, left_behind, error))
    return FALSE;

  delete_tpm (folder, *left_behind);
  delete_logs (slug);
  delete_runtime_dir (runtime_dir);
  return TRUE;
}
