/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "drover-dex.h"
#include "drover-process.h"

/* Where the system cannot tell us that somebody else's child ended, it is looked at again
 * after this many milliseconds. */
#define LOOK_AGAIN_MSEC 100

/* Skips the command's name, which is in parentheses and may hold anything. */
static const char *
skip_to_state (const char *stat)
{
  const char *end = strrchr (stat, ')');

  return end != NULL && end[1] == ' ' ? end + 2 : NULL;
}

static char *
read_stat (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  char *contents = NULL;

  g_file_get_contents (path, &contents, NULL, NULL);
  return contents;
}

/* proc(5): the state is field 3, the start time field 22. */
static guint64
find_start_time (const char *state)
{
  g_auto (GStrv) fields = g_strsplit (state, " ", 21);

  return g_strv_length (fields) > 19 ? g_ascii_strtoull (fields[19], NULL, 10) : 0;
}

/**
 * drover_process_get_start_time:
 * @pid: a process
 *
 * A pid is used again after its process ended; together with this time it is not.
 *
 * Returns: when the process started, in the system's ticks since boot; 0 when there is no
 *   such process, it is a zombie, or the system does not tell
 */
guint64
drover_process_get_start_time (GPid pid)
{
  g_autofree char *stat = read_stat (pid);
  const char *state = stat != NULL ? skip_to_state (stat) : NULL;

  if (state == NULL || *state == 'Z' || *state == 'X')
    return 0;

  return find_start_time (state);
}

/**
 * drover_process_note_self:
 * @fd: an open, empty file
 *
 * Writes who the calling process is, for drover_process_read_note(). A new process calls it
 * between fork() and exec(), which changes neither its pid nor its start time: so there is a note
 * of it before there is anything to be found again, whatever becomes of its parent. It does only
 * what is allowed there.
 */
void
drover_process_note_self (int fd)
{
  char stat[1024];
  int self = open ("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  gssize length = self >= 0 ? read (self, stat, sizeof stat) : -1;

  if (self >= 0)
    close (self);
  /* Nobody is there to hear of a failure; the parent writes it down as well, if it lives. */
  if (length > 0 && write (fd, stat, length) != length)
    (void) !ftruncate (fd, 0);
}

/**
 * drover_process_read_note:
 * @path: a file of drover_process_note_self()
 * @pid: (out): the process
 * @start_time: (out): see drover_process_get_start_time()
 *
 * Returns: whether there is a note; the process may be gone
 */
gboolean
drover_process_read_note (const char *path, GPid *pid, guint64 *start_time)
{
  g_autofree char *stat = NULL;
  const char *state;

  if (!g_file_get_contents (path, &stat, NULL, NULL) || (state = skip_to_state (stat)) == NULL)
    return FALSE;

  *pid = atoi (stat);
  *start_time = find_start_time (state);
  return *pid > 0 && *start_time != 0;
}

/**
 * drover_process_get_started:
 * @start_time: see drover_process_get_start_time()
 *
 * Returns: that time in microseconds since 1970 in UTC; 0 when @start_time is
 */
gint64
drover_process_get_started (guint64 start_time)
{
  long ticks = sysconf (_SC_CLK_TCK);
  struct timespec now;
  gint64 since_boot;

  if (start_time == 0 || ticks <= 0 || clock_gettime (CLOCK_BOOTTIME, &now) != 0)
    return 0;

  since_boot = now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
  return g_get_real_time () - since_boot + (gint64) (start_time * G_USEC_PER_SEC / ticks);
}

/**
 * drover_process_is_alive:
 * @start_time: see drover_process_get_start_time(); 0 when it is not known
 *
 * Returns: whether the very process still runs. Where the system tells when a process started, one
 *   of which that is not known could be any, and counts as gone
 */
gboolean
drover_process_is_alive (GPid pid, guint64 start_time)
{
  if (pid <= 0)
    return FALSE;

  if (start_time != 0)
    return drover_process_get_start_time (pid) == start_time;

  /* One that ended has no time either. */
  return drover_process_get_start_time (getpid ()) == 0 && kill (pid, 0) == 0;
}

/**
 * drover_process_signal:
 *
 * Sends a signal to the very process, and to no other that took over its pid.
 *
 * Returns: whether it was sent
 */
gboolean
drover_process_signal (GPid pid, guint64 start_time, int signal_number)
{
#ifdef SYS_pidfd_open
  int fd = syscall (SYS_pidfd_open, pid, 0);

  if (fd >= 0)
    {
      /* The descriptor holds the process, so what is checked now is what is signalled. */
      gboolean sent = drover_process_is_alive (pid, start_time) &&
                      syscall (SYS_pidfd_send_signal, fd, signal_number, NULL, 0) == 0;

      close (fd);
      return sent;
    }
#endif

  return drover_process_is_alive (pid, start_time) && kill (pid, signal_number) == 0;
}

static DexFuture *
look_again_fiber (gpointer user_data)
{
  const guint64 *process = user_data;

  while (drover_process_is_alive (process[0], process[1]))
    if (!drover_dex_sleep (LOOK_AGAIN_MSEC))
      break;

  return dex_future_new_true ();
}

static DexFuture *
look_again (GPid pid, guint64 start_time)
{
  const guint64 process[] = { pid, start_time };

  return drover_dex_spawn (look_again_fiber, g_memdup2 (process, sizeof process),
                              g_free);
}

#ifdef SYS_pidfd_open
typedef struct
{
  DexPromise *promise;
  GSource *source;
  int fd;
} Waiter;

static void
waiter_free (gpointer data)
{
  Waiter *waiter = data;

  g_source_destroy (waiter->source);
  g_source_unref (waiter->source);
  close (waiter->fd);
  dex_unref (waiter->promise);
  g_free (waiter);
}

static gboolean
gone_cb (int fd, GIOCondition condition, gpointer user_data)
{
  Waiter *waiter = user_data;
  g_autoptr (DexPromise) promise = dex_ref (waiter->promise);

  /* Who waited may be done with it now, and free the waiter. */
  dex_promise_resolve_boolean (promise, TRUE);
  return G_SOURCE_REMOVE;
}

static DexFuture *
pass_on_cb (DexFuture *future, gpointer user_data)
{
  return dex_ref (future);
}

/* The waiter belongs to the future that is returned: when nobody waits any more the descriptor
 * is closed, though the process may live for weeks. */
static DexFuture *
wait_for_descriptor (int fd)
{
  Waiter *waiter = g_new0 (Waiter, 1);

  waiter->promise = dex_promise_new ();
  waiter->fd = fd;
  waiter->source = g_unix_fd_source_new (fd, G_IO_IN);
  g_source_set_callback (waiter->source, G_SOURCE_FUNC (gone_cb), waiter, NULL);
  g_source_attach (waiter->source, NULL);
  return dex_future_then (dex_ref (waiter->promise), pass_on_cb, waiter, waiter_free);
}
#endif

/**
 * drover_process_wait_gone:
 *
 * Returns: (transfer full): a future that is resolved when the very process has ended,
 *   whoever its parent is
 */
DexFuture *
drover_process_wait_gone (GPid pid, guint64 start_time)
{
#ifdef SYS_pidfd_open
  int fd = syscall (SYS_pidfd_open, pid, 0);

  if (!drover_process_is_alive (pid, start_time))
    {
      if (fd >= 0)
        close (fd);
      return dex_future_new_true ();
    }
  if (fd < 0)
    return look_again (pid, start_time);

  return wait_for_descriptor (fd);
#else
  return look_again (pid, start_time);
#endif
}
