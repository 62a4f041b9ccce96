/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/inotify.h>
#endif

#include "drover-console-holder.h"

static char *
dup_lock_path (const char *socket_path)
{
  return g_strconcat (socket_path, ".lock", NULL);
}

static char *
read_holder (int fd)
{
  char text[128] = "";
  ssize_t n = pread (fd, text, sizeof text - 1, 0);

  text[MAX (n, 0)] = '\0';
  g_strstrip (text);
  return *text != '\0' && g_utf8_validate (text, -1, NULL) ? g_strdup (text)
                                                           : g_strdup (_("another program"));
}

/*
 * _drover_console_holder_look:
 *
 * Returns: (transfer full) (nullable): which program of Drover has the console, for people
 */
char *
_drover_console_holder_look (const char *socket_path)
{
  g_autofree char *path = dup_lock_path (socket_path);
  /* A look that opens it for writing would be seen by all who watch for the holder's end. */
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  char *holder = NULL;

  if (fd < 0)
    return NULL;

  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    holder = read_holder (fd);
  close (fd);
  return holder;
}

/*
 * _drover_console_holder_take:
 * @holder: (out) (nullable): who has the console instead, for people
 *
 * Takes the console for this program. The kernel gives it free when the program dies.
 *
 * Returns: a file descriptor; -1 when another one has it, and -2 where nothing can be locked:
 *   then nobody knows, and the console is taken all the same
 */
int
_drover_console_holder_take (const char *socket_path, char **holder)
{
  g_autofree char *path = dup_lock_path (socket_path);
  g_autofree char *self = NULL;
  int fd;

  *holder = _drover_console_holder_look (socket_path);
  if (*holder != NULL)
    return -1;

  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return -2;
  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      *holder = read_holder (fd);
      close (fd);
      return -1;
    }

  /* Translators: who holds a console: a program, and the number of its process */
  self = g_strdup_printf (_("%s (process %d)"), g_get_prgname (), (int) getpid ());
  if (ftruncate (fd, 0) != 0 || pwrite (fd, self, strlen (self), 0) < 0)
    g_debug ("%s: %s", path, g_strerror (errno));
  return fd;
}

/*
 * _drover_console_holder_leave:
 *
 * Gives the console free, when we have it.
 */
void
_drover_console_holder_leave (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

/*
 * _drover_console_holder_watch:
 *
 * Returns: a file descriptor that can be read when the console may have become free, or its log
 *   longer; -1 where the system cannot tell
 */
int
_drover_console_holder_watch (const char *socket_path, const char *log)
{
#ifdef __linux__
  g_autofree char *path = dup_lock_path (socket_path);
  int fd = inotify_init1 (IN_NONBLOCK | IN_CLOEXEC);

  if (fd >= 0)
    {
      inotify_add_watch (fd, path, IN_CLOSE_WRITE);
      inotify_add_watch (fd, log, IN_MODIFY);
    }
  return fd;
#else
  return -1;
#endif
}

/*
 * _drover_console_holder_seen:
 * @fd: the watch
 *
 * Takes note of what happened.
 */
void
_drover_console_holder_seen (int fd)
{
  char buffer[4096];

  while (read (fd, buffer, sizeof buffer) > 0)
    ;
}
