/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drover-console-log.h"
#include "drover-error.h"

/* The log of a console is written by QEMU, which holds it open and knows of no limit. It cannot
 * be moved away, and to copy and empty it would lose what is written in between. So its older
 * half is copied, which nobody changes any more, and then taken out of the file in one step of
 * the kernel: QEMU appends, and does not notice. File systems that cannot do that can at least
 * give the space back, and leave a hole. */

#define COPY_SIZE (256 * 1024)

/**
 * drover_console_log_dup_earlier:
 * @path: a console's log
 *
 * Returns: (transfer full): the path of what was in it before
 */
char *
drover_console_log_dup_earlier (const char *path)
{
  return g_strconcat (path, ".1", NULL);
}

static gboolean
copy_range (int from, int to, off_t position, off_t end)
{
  g_autofree char *buffer = g_malloc (COPY_SIZE);

  while (position < end)
    {
      ssize_t n = pread (from, buffer, MIN (COPY_SIZE, end - position), position);
      ssize_t written = 0;

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      position += n;
      while (written < n)
        {
          ssize_t more = write (to, buffer + written, n - written);

          if (more < 0 && errno != EINTR)
            return FALSE;
          written += MAX (more, 0);
        }
    }

  return TRUE;
}

/* Takes [@start, @end) out of the file. Before @start there is a hole already, if anything. */
static gboolean
take_out (int fd, off_t start, off_t end)
{
#ifdef __linux__
  if (fallocate (fd, FALLOC_FL_COLLAPSE_RANGE, 0, end) == 0)
    return TRUE;

  return fallocate (fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, start, end - start) == 0;
#else
  errno = EOPNOTSUPP;
  return FALSE;
#endif
}

static gboolean
halve (int fd, const char *path, off_t start, off_t end, GError **error)
{
  g_autofree char *earlier = drover_console_log_dup_earlier (path);
  int to = open (earlier, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  gboolean done = to >= 0 && copy_range (fd, to, start, end) && take_out (fd, start, end);

  if (!done)
    drover_set_errno_error (error, _("Cannot shorten %s"), path);
  if (to >= 0)
    close (to);
  return done;
}

/**
 * drover_console_log_limit:
 * @path: a console's log, which QEMU may be appending to
 * @limit: how much room it may take, in bytes
 *
 * Moves the older part of a log that got too large into the file beside it, whose contents go:
 * see drover_console_log_dup_earlier(). Not a byte that is written meanwhile is lost. It copies
 * half of the limit, and is meant for a thread.
 *
 * Returns: whether the log is within its limit
 */
gboolean
drover_console_log_limit (const char *path, goffset limit, GError **error)
{
  int fd = open (path, O_RDWR | O_CLOEXEC);
  gboolean done = TRUE;
  struct stat info;

  if (fd < 0)
    return drover_set_errno_error (error, _("Cannot open %s"), path);

  if (fstat (fd, &info) == 0 && MIN (info.st_size, (off_t) info.st_blocks * 512) > limit)
    {
      const off_t block = MAX (info.st_blksize, 4096);
      const off_t end = (info.st_size - limit / 2) / block * block;
      off_t start = 0;

#ifdef SEEK_DATA
      start = MAX (0, lseek (fd, 0, SEEK_DATA));
#endif
      if (start < end)
        done = halve (fd, path, start, end, error);
    }

  close (fd);
  return done;
}

/**
 * drover_console_log_get_size:
 *
 * Returns: where the log ends; 0 when there is none
 */
goffset
drover_console_log_get_size (const char *path)
{
  GStatBuf info;

  return g_stat (path, &info) == 0 ? info.st_size : 0;
}

/**
 * drover_console_log_get_start:
 *
 * Returns: where the log begins, behind what was taken out of it
 */
goffset
drover_console_log_get_start (const char *path)
{
  off_t start = 0;

#ifdef SEEK_DATA
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd >= 0)
    {
      start = MAX (0, lseek (fd, 0, SEEK_DATA));
      close (fd);
    }
#endif
  return start;
}

/**
 * drover_console_log_read:
 * @from: a place in the log
 * @length: how much at most
 *
 * Returns: (transfer full): what is there; empty when there is no log
 */
GBytes *
drover_console_log_read (const char *path, goffset from, gsize length)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  g_autofree guint8 *buffer = NULL;
  gsize got = 0;

  if (fd < 0)
    return g_bytes_new (NULL, 0);

  buffer = g_malloc (length);
  while (got < length)
    {
      ssize_t n = pread (fd, buffer + got, length - got, from + got);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      got += n;
    }

  close (fd);
  return g_bytes_new_take (g_steal_pointer (&buffer), got);
}
