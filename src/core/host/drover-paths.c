/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "drover-error.h"
#include "drover-paths.h"

/* The longest name of a socket below a machine's runtime folder, with its slash. */
#define LONGEST_SOCKET_NAME "/console-00.sock"

/**
 * drover_paths_dup_machines_dir:
 *
 * Returns: (transfer full): where machines are kept, one folder each
 */
char *
drover_paths_dup_machines_dir (void)
{
  return g_build_filename (g_get_user_data_dir (), "drover", "machines", NULL);
}

/**
 * drover_paths_dup_media_dir:
 *
 * Returns: (transfer full): where downloaded kernels and images are kept
 */
char *
drover_paths_dup_media_dir (void)
{
  return g_build_filename (g_get_user_data_dir (), "drover", "media", NULL);
}

/**
 * drover_paths_dup_cache_dir:
 *
 * Returns: (transfer full): what can be lost and found out again, such as verdicts on KVM
 */
char *
drover_paths_dup_cache_dir (void)
{
  return g_build_filename (g_get_user_cache_dir (), "drover", NULL);
}

/**
 * drover_paths_dup_log_dir:
 * @slug: the name of a machine's folder
 *
 * Returns: (transfer full): where QEMU's messages and the consoles' output are kept
 */
char *
drover_paths_dup_log_dir (const char *slug)
{
  return g_build_filename (g_get_user_state_dir (), "drover", "machines", slug, NULL);
}

/**
 * drover_paths_dup_runtime_dir:
 * @uuid: (nullable): a machine's uuid, or %NULL for the folder of all of them
 *
 * A machine's sockets live here. It is named by uuid, not by slug, so that a
 * renamed machine is still found. Socket addresses are short (108 bytes on Linux,
 * 104 on macOS): where there is no `$XDG_RUNTIME_DIR` nor its usual place, or it leaves too
 * little room for one, a folder of the user's in /tmp stands in.
 *
 * Returns: (transfer full): the folder; who creates it must do so with mode 0700
 */
char *
drover_paths_dup_runtime_dir (const char *uuid)
{
  const gsize room = sizeof (((struct sockaddr_un *) NULL)->sun_path);
  const gsize uuid_length = 1 + 36;
  const char *runtime = g_getenv ("XDG_RUNTIME_DIR");
  g_autofree char *usual = g_strdup_printf ("/run/user/%u", (guint) getuid ());
  g_autofree char *base = NULL;

  /* A job of cron or sudo has no such variable, and must find the same machines all the same. */
  if (runtime == NULL && g_file_test (usual, G_FILE_TEST_IS_DIR))
    runtime = usual;
  if (runtime != NULL && g_path_is_absolute (runtime))
    base = g_build_filename (runtime, "drover", NULL);
  if (base == NULL || strlen (base) + uuid_length + strlen (LONGEST_SOCKET_NAME) >= room)
    {
      g_free (base);
      base = g_strdup_printf ("/tmp/drover-%u", (guint) getuid ());
    }

  return uuid == NULL ? g_steal_pointer (&base) : g_build_filename (base, uuid, NULL);
}

static gboolean
make_private (const char *path, GError **error)
{
  struct stat info;

  if (g_mkdir_with_parents (path, 0700) != 0)
    return drover_set_errno_error (error, _("Cannot make %s"), path);
  if (lstat (path, &info) != 0)
    return drover_set_errno_error (error, _("Cannot inspect %s"), path);

  if (!S_ISDIR (info.st_mode) || info.st_uid != geteuid ())
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                   _("%s is not a folder that belongs to you"), path);
      return FALSE;
    }
  if ((info.st_mode & 077) != 0 && chmod (path, 0700) != 0)
    return drover_set_errno_error (error, _("Cannot make %s private"), path);

  return TRUE;
}

/**
 * drover_paths_make_private_dir:
 * @runtime_dir: a machine's runtime folder, see drover_paths_dup_runtime_dir()
 * @error: set when it cannot be made, or belongs to somebody else
 *
 * Makes the folder and the one above it. Whoever can connect to the sockets in it owns the
 * guest, so both must be the user's own and closed to others, also where they lie in the
 * temporary folder that everybody can write to.
 *
 * Returns: whether the folder is there and private
 */
gboolean
drover_paths_make_private_dir (const char *runtime_dir, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (runtime_dir);

  return make_private (parent, error) && make_private (runtime_dir, error);
}

static gboolean
is_private (const char *path)
{
  struct stat info;

  return lstat (path, &info) == 0 && S_ISDIR (info.st_mode) && info.st_uid == geteuid () &&
         (info.st_mode & 077) == 0;
}

/**
 * drover_paths_is_private_dir:
 * @runtime_dir: a machine's runtime folder, see drover_paths_dup_runtime_dir()
 *
 * Returns: whether it is there, and nobody else can have put anything into it: see
 *   drover_paths_make_private_dir()
 */
gboolean
drover_paths_is_private_dir (const char *runtime_dir)
{
  g_autofree char *parent = g_path_get_dirname (runtime_dir);

  return is_private (parent) && is_private (runtime_dir);
}
