/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test-guard.h"

/* A guest outlives the program that started it: that is what Drover promises. A test that
 * fails, or is killed, must not leave any behind all the same. */

/* Every QEMU that a test starts has a path in the test's folder in its command line. */
static gboolean
belongs_to (const char *pid, const char *folder)
{
  g_autofree char *path = g_build_filename ("/proc", pid, "cmdline", NULL);
  g_autofree char *text = NULL;
  gsize length;

  return g_ascii_isdigit (pid[0]) && atoi (pid) != getpid () && atoi (pid) != getppid () &&
         g_file_get_contents (path, &text, &length, NULL) &&
         memmem (text, length, folder, strlen (folder)) != NULL;
}

static guint
kill_guests (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  guint n = 0;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (belongs_to (name, folder))
      n += kill (atoi (name), SIGKILL) == 0;

  return n;
}

/**
 * test_guard_end_guests:
 * @folder: a test's private folder
 *
 * Ends every process that has @folder in its command line.
 */
void
test_guard_end_guests (const char *folder)
{
  /* A killed process has no command line any more, so this comes to an end. */
  while (kill_guests (folder) > 0)
    g_thread_yield ();
}

/**
 * test_guard_remove_tree:
 *
 * Removes @folder with all that is in it.
 */
void
test_guard_remove_tree (const char *folder)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!g_file_test (folder, G_FILE_TEST_IS_SYMLINK))
    dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (folder, name, NULL);

      test_guard_remove_tree (child);
    }
  g_remove (folder);
}

/* Out of the reach of whatever ends the test: another session, nothing of its files. */
static void
guard (int fd, const char *folder)
{
  int null = open ("/dev/null", O_RDWR);
  char byte;

  setsid ();
  for (int i = 0; i < 3; i++)
    dup2 (null, i);
  while (read (fd, &byte, 1) < 0)
    ;

  test_guard_end_guests (folder);
  test_guard_remove_tree (folder);
  _exit (0);
}

/**
 * test_guard_start:
 * @folder: a test's private folder
 *
 * To be called before there are threads. However this process ends, the guests that have
 * @folder in their command line end after it, and @folder is removed.
 */
void
test_guard_start (const char *folder)
{
  int ends[2];

  /* Closed on exec, so that it is this very process whose end the guard sees. */
  if (!g_unix_open_pipe (ends, O_CLOEXEC, NULL))
    return;

  if (fork () == 0)
    {
      close (ends[1]);
      guard (ends[0], folder);
    }
  close (ends[0]);
}
