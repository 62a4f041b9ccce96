/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "drover-autostart.h"
#include "drover-error.h"
#include "drover-machine-firmware.h"
#include "drover-paths.h"
#include "drover-run-private.h"
#include "drover-tpm.h"

/* What a run leaves with its logs; a long console's log goes on in a second file. */
static gboolean
is_of_logs (const char *name)
{
  static const char *const names[] = { "end.json", "started", NULL };
  static const char *const suffixes[] = { ".log", ".log.old", ".log.1" };

  if (g_strv_contains (names, name))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (name, suffixes[i]))
      return TRUE;

  return FALSE;
}

static void
delete_logs (const char *slug)
{
  g_autofree char *folder = drover_paths_dup_log_dir (slug);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (is_of_logs (name))
        g_unlink (path);
    }
  g_rmdir (folder);
}

static void
delete_runtime_dir (const char *runtime_dir)
{
  g_autoptr (GDir) dir = g_dir_open (runtime_dir, 0, NULL);
  const char *name;

  drover_run_record_clear (runtime_dir);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_equal (name, "lock") || g_str_has_suffix (name, ".lock"))
      {
        g_autofree char *path = g_build_filename (runtime_dir, name, NULL);

        g_unlink (path);
      }
  g_rmdir (runtime_dir);
}

/* Makes sure that nobody is just starting the machine, or has meanwhile. */
static int
take_lock (const char *runtime_dir, const char *name, GError **error)
{
  g_autoptr (DroverRunRecord) record = NULL;
  int fd;

  if (!drover_paths_make_private_dir (runtime_dir, error) ||
      (fd = drover_run_record_lock (runtime_dir, error)) < 0)
    return -1;

  record = drover_run_record_load (runtime_dir, NULL);
  if (record == NULL || !drover_run_record_is_alive (record))
    return fd;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE, _("“%s” is not off: force it off first"),
               name);
  close (fd);
  return -1;
}

/* The variables that Drover made of a firmware's template. The user's own store stays. */
static void
delete_vars (DroverDocument *document, const char *folder)
{
  g_autofree char *path = drover_document_get_member (document, DROVER_MEMBER_FIRMWARE) != NULL
    ? drover_machine_firmware_dup_vars (document, folder) : NULL;
  g_autofree char *parent = path != NULL ? g_path_get_dirname (path) : NULL;

  if (g_strcmp0 (parent, folder) == 0)
    g_unlink (path);
}

/* What a crash left of the sockets at which QEMU meets virtiofsd and passt. */
static void
delete_sockets (const char *folder)
{
  static const char *const stems[] = { "virtiofs", "passt" };
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    for (guint i = 0; i < G_N_ELEMENTS (stems); i++)
      if (g_str_has_prefix (name, stems[i]) &&
          (g_str_has_suffix (name, ".sock") || g_str_has_suffix (name, ".sock.pid") ||
           g_str_has_suffix (name, ".sock.lock")))
        {
          g_autofree char *path = g_build_filename (folder, name, NULL);

          g_unlink (path);
        }
}

/* The keys go with the machine that they are of, as do the sockets of its last run. */
static void
delete_run_files (DroverDocument *document, const char *folder, GStrv left_behind)
{
  static const char *const sockets[] = { "tpm.sock", "agent.sock" };
  guint kept = 0;

  drover_tpm_delete_states (folder);
  delete_vars (document, folder);
  delete_sockets (folder);
  for (guint i = 0; i < G_N_ELEMENTS (sockets); i++)
    {
      g_autofree char *path = g_build_filename (folder, sockets[i], NULL);

      g_unlink (path);
    }

  for (guint i = 0; left_behind[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folder, left_behind[i], NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
        left_behind[kept++] = left_behind[i];
      else
        g_free (left_behind[i]);
    }
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
  g_autoptr (DroverDocument) document = NULL;
  gboolean deleted;
  int fd = -1;

  if (!drover_run_is_off (self))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                   _("“%s” is not off: force it off first"),
                   drover_machine_get_name (self->machine));
      return FALSE;
    }
  if (drover_machine_get_document (self->machine) != NULL)
    document = drover_document_ref (drover_machine_get_document (self->machine));
  /* That of a broken machine has no name; it is not deleted. */
  if (runtime_dir != NULL &&
      (fd = take_lock (runtime_dir, drover_machine_get_name (self->machine), error)) < 0)
    return FALSE;

  deleted = drover_library_delete (library, self->machine, left_behind, error);
  if (deleted)
    {
      delete_run_files (document, folder, *left_behind);
      drover_autostart_remove (drover_document_get_uuid (document));
      delete_logs (slug);
      delete_runtime_dir (runtime_dir);
    }
  if (fd >= 0)
    close (fd);
  return deleted;
}
