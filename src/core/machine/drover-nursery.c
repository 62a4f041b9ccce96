/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drover-error.h"
#include "drover-nursery.h"

/* `.new-` and six letters or digits, as mkdtemp() makes them. */
#define PREFIX ".new-"
#define N_RANDOM 6

/* Whoever makes a machine holds a lock on its folder, which the kernel lets go of when the
 * program dies. So a folder that can be locked is one that nobody will ever finish. */
struct _DroverNursery
{
  char *folder;
  GHashTable *locks; /* path of a hidden folder → file descriptor that holds its lock */
};

static gboolean
is_hidden_name (const char *name)
{
  if (!g_str_has_prefix (name, PREFIX) || strlen (name) != strlen (PREFIX) + N_RANDOM)
    return FALSE;
  for (const char *p = name + strlen (PREFIX); *p != '\0'; p++)
    if (!g_ascii_isalnum (*p))
      return FALSE;

  return TRUE;
}

static void
close_lock (gpointer data)
{
  close (GPOINTER_TO_INT (data));
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }

  g_remove (path);
}

/* Whether the folder is still there, and the same as the open one. */
static gboolean
is_there (const char *path, int fd)
{
  struct stat open_one;
  struct stat named;

  return fstat (fd, &open_one) == 0 && lstat (path, &named) == 0 &&
         open_one.st_ino == named.st_ino && open_one.st_dev == named.st_dev;
}

/* Returns: a descriptor that holds the lock, or -1 and errno: somebody else has it (EWOULDBLOCK),
 * the folder is gone (ENOENT) or another's, or its file system has no locks. A link is not
 * followed. */
static int
lock (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat info;
  int reason = ENOENT;

  if (fd < 0)
    return -1;
  if (fstat (fd, &info) != 0 || info.st_uid != geteuid ())
    reason = EPERM;
  else if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    reason = errno;
  else if (is_there (path, fd))
    return fd;

  close (fd);
  errno = reason;
  return -1;
}

/* What a Drover left that was killed while it made a machine. */
static void
sweep (DroverNursery *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);
      int fd = is_hidden_name (name) ? lock (path) : -1;

      if (fd < 0)
        continue;
      remove_tree (path);
      close (fd);
    }
}

/**
 * drover_nursery_new:
 * @folder: the library's folder
 *
 * Removes what was left there by programs that were killed.
 *
 * Returns: (transfer full): the hidden folders within
 */
DroverNursery *
drover_nursery_new (const char *folder)
{
  DroverNursery *self = g_new0 (DroverNursery, 1);

  self->folder = g_strdup (folder);
  self->locks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, close_lock);
  sweep (self);
  return self;
}

/**
 * drover_nursery_free:
 *
 * Lets go of all locks.
 */
void
drover_nursery_free (DroverNursery *self)
{
  g_hash_table_unref (self->locks);
  g_free (self->folder);
  g_free (self);
}

/* Another program that sweeps may come between a folder's making and its lock. */
#define TRIES 10

/**
 * drover_nursery_make:
 * @error: set when there can be none
 *
 * Returns: (transfer full) (nullable): the path of a new, locked folder
 */
char *
drover_nursery_make (DroverNursery *self, GError **error)
{
  sweep (self);
  for (guint i = 0; i < TRIES; i++)
    {
      g_autofree char *hidden = g_strdup_printf ("%s/" PREFIX "XXXXXX", self->folder);
      int fd;

      if (g_mkdtemp_full (hidden, 0700) == NULL)
        {
          drover_set_errno_error (error, _("Cannot make a folder in %s"), self->folder);
          return NULL;
        }
      fd = lock (hidden);
      if (fd >= 0)
        g_hash_table_insert (self->locks, g_strdup (hidden), GINT_TO_POINTER (fd));
      /* Where the file system has no locks nobody sweeps either. */
      if (fd >= 0 || (errno != EWOULDBLOCK && errno != ENOENT))
        return g_steal_pointer (&hidden);
    }

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_BUSY,
               _("Cannot make a folder in %s: another program removes it at once"), self->folder);
  return NULL;
}

/**
 * drover_nursery_release:
 * @hidden: what drover_nursery_make() returned; it has another name now
 *
 * Lets go of the lock.
 */
void
drover_nursery_release (DroverNursery *self, const char *hidden)
{
  g_hash_table_remove (self->locks, hidden);
}

/**
 * drover_nursery_discard:
 * @hidden: what drover_nursery_make() returned
 *
 * Removes it, with all that is in it.
 */
void
drover_nursery_discard (DroverNursery *self, const char *hidden)
{
  g_autofree char *parent = g_path_get_dirname (hidden);
  g_autofree char *name = g_path_get_basename (hidden);

  g_return_if_fail (g_str_equal (parent, self->folder) && is_hidden_name (name));

  remove_tree (hidden);
  drover_nursery_release (self, hidden);
}
