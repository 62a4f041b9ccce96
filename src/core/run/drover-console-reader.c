/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-console-log.h"
#include "drover-console-reader.h"

#define READ_SIZE (256 * 1024)

/* How much waits to be shown before the older half of it is given up. The log has all of it. Each
 * half is a buffer of its own, so that nothing is moved. */
#define WAITING_LIMIT (4 * 1024 * 1024)

/* How long more is waited for on the spot, in milliseconds, before the thread goes to sleep: of a
 * flood the next bytes are just coming. */
#define LINGER_MSEC 2
#define MOST_ROUNDS 64

/* Each wake-up of a sleeping reader takes time of QEMU's. So after a read more is let come together
 * for a moment, in microseconds: far less than it takes to fill the socket. */
#define GATHER_USEC 30

/* Who shows it competes for the processor with who makes it. Nobody reads along when it is much, and
 * then it is handed over the more rarely: so many microseconds after what was taken last, and one
 * more for so many bytes of that, but never later than this. */
#define SOONEST_USEC 2000
#define BYTES_PER_USEC 4
#define LATEST_USEC 100000

/* How often the log's size is looked at: each time that so much has come. */
#define LOG_STEP (4 * 1024 * 1024)

struct _DroverConsoleReader
{
  gatomicrefcount ref_count;
  GMutex mutex;
  GSocket *socket;
  GSource *source;   /* in the thread of all consoles */
  GSource *wake;     /* in the owner's */
  DroverConsoleWakeFunc func;
  gpointer user_data;

  GByteArray *older;   /* came before what is … */
  GByteArray *waiting;
  guint64 skipped;   /* how much was given up and not told yet */
  gboolean ended;
  gboolean stopped;
  gboolean woken;    /* the owner is to come, and has not yet */
  gint64 next_wake;  /* not before this */

  char *log;         /* (nullable): to be kept within its limit */
  gboolean limits;   /* whether that may be done now */
  gboolean limiting;
  gsize since_limit;
};

static void
unref (DroverConsoleReader *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_mutex_clear (&self->mutex);
  g_object_unref (self->socket);
  g_source_unref (self->wake);
  g_byte_array_unref (self->older);
  g_byte_array_unref (self->waiting);
  g_free (self->log);
  g_free (self);
}

static DroverConsoleReader *
ref (DroverConsoleReader *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/* One thread for all consoles, for as long as the program lives. It sleeps while they are
 * silent. */
static gpointer
run_thread (gpointer user_data)
{
  GMainContext *context = user_data;

  g_main_context_push_thread_default (context);
  for (;;)
    g_main_context_iteration (context, TRUE);

  return NULL;
}

static GMainContext *
get_context (void)
{
  static GMainContext *context;
  static gsize initialized;

  if (g_once_init_enter (&initialized))
    {
      context = g_main_context_new ();
      g_thread_unref (g_thread_new ("consoles", run_thread, context));
      g_once_init_leave (&initialized, 1);
    }

  return context;
}

static void
limit_log_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  DroverConsoleReader *self = task_data;
  g_autoptr (GError) error = NULL;

  /* Some file systems cannot: the log grows there, as it would without us. */
  if (!drover_console_log_limit (self->log, DROVER_CONSOLE_LOG_LIMIT, &error))
    g_info ("%s", error->message);
  g_mutex_lock (&self->mutex);
  self->limiting = FALSE;
  g_mutex_unlock (&self->mutex);
}

/* With the mutex held. */
static void
limit_log_now_and_then (DroverConsoleReader *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->log == NULL || !self->limits || self->limiting || self->since_limit < LOG_STEP)
    return;

  self->limiting = TRUE;
  self->since_limit = 0;
  task = g_task_new (NULL, NULL, NULL, NULL);
  g_task_set_task_data (task, ref (self), (GDestroyNotify) unref);
  g_task_run_in_thread (task, limit_log_in_thread);
}

static void
swap (GByteArray **one, GByteArray **other)
{
  GByteArray *array = *one;

  *one = *other;
  *other = array;
}

/* With the mutex held, when the newer half is full. */
static void
give_up_older_half (DroverConsoleReader *self)
{
  self->skipped += self->older->len;
  g_byte_array_set_size (self->older, 0);
  swap (&self->older, &self->waiting);
}

/* With the mutex held. Returns: whether there may be more */
static gboolean
read_once (DroverConsoleReader *self)
{
  guint before = self->waiting->len;
  gssize n;
  g_autoptr (GError) error = NULL;

  g_byte_array_set_size (self->waiting, before + READ_SIZE);
  n = g_socket_receive_with_blocking (self->socket, (char *) self->waiting->data + before,
                                      READ_SIZE, FALSE, NULL, &error);
  g_byte_array_set_size (self->waiting, before + MAX (n, 0));
  if (n <= 0)
    {
      self->ended = !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
      return FALSE;
    }

  self->since_limit += n;
  if (self->waiting->len > WAITING_LIMIT / 2)
    give_up_older_half (self);
  limit_log_now_and_then (self);
  return TRUE;
}

/* With the mutex held. */
static gboolean
is_empty (DroverConsoleReader *self)
{
  return self->older->len == 0 && self->waiting->len == 0;
}

/* With the mutex held. Not again before it was answered, but the end does not wait. */
static void
wake (DroverConsoleReader *self)
{
  if (!self->woken || self->ended)
    g_source_set_ready_time (self->wake, self->ended ? 0 : self->next_wake);
  self->woken = TRUE;
}

static gboolean
more_comes (GSocket *socket)
{
  GPollFD poll_fd = { g_socket_get_fd (socket), G_IO_IN, 0 };

  g_usleep (GATHER_USEC);
  return g_poll (&poll_fd, 1, LINGER_MSEC) > 0;
}

static gboolean
readable_cb (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  DroverConsoleReader *self = user_data;
  gboolean goes_on = TRUE;
  guint rounds = 0;

  /* Others on this thread have their turn, too. */
  do
    {
      g_mutex_lock (&self->mutex);
      if (!self->stopped && read_once (self))
        wake (self);
      if (self->ended && !self->stopped)
        wake (self);
      goes_on = !self->stopped && !self->ended;
      g_mutex_unlock (&self->mutex);
    }
  while (goes_on && ++rounds < MOST_ROUNDS && more_comes (socket));

  return goes_on ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
wake_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  g_source_set_ready_time (source, -1);
  return callback (user_data);
}

static gboolean
wake_cb (gpointer user_data)
{
  DroverConsoleReader *self = user_data;

  g_mutex_lock (&self->mutex);
  self->woken = FALSE;
  g_mutex_unlock (&self->mutex);
  self->func (self->user_data);
  return G_SOURCE_CONTINUE;
}

/*
 * _drover_console_reader_new:
 * @socket: connected
 * @limited_log: (nullable): the log that is kept within %DROVER_CONSOLE_LOG_LIMIT, once
 *   _drover_console_reader_limit_log() allows it
 * @user_data: must live until _drover_console_reader_stop()
 *
 * Returns: (transfer full): the reader; it reads already
 */
DroverConsoleReader *
_drover_console_reader_new (GSocket *socket, const char *limited_log, DroverConsoleWakeFunc func,
                            gpointer user_data)
{
  static GSourceFuncs wake_funcs = { NULL, NULL, wake_dispatch, NULL, NULL, NULL };
  DroverConsoleReader *self = g_new0 (DroverConsoleReader, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  self->socket = g_object_ref (socket);
  self->log = g_strdup (limited_log);
  self->func = func;
  self->user_data = user_data;
  self->older = g_byte_array_new ();
  self->waiting = g_byte_array_new ();

  self->wake = g_source_new (&wake_funcs, sizeof (GSource));
  g_source_set_static_name (self->wake, "console output");
  g_source_set_priority (self->wake, G_PRIORITY_DEFAULT_IDLE);
  g_source_set_callback (self->wake, wake_cb, ref (self), (GDestroyNotify) unref);
  g_source_attach (self->wake, NULL);

  self->source = g_socket_create_source (socket, G_IO_IN, NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (readable_cb), ref (self),
                         (GDestroyNotify) unref);
  g_source_attach (self->source, get_context ());
  return self;
}

/*
 * _drover_console_reader_stop:
 * @self: (transfer full): the reader
 *
 * After this neither its function is called nor the socket touched.
 */
void
_drover_console_reader_stop (DroverConsoleReader *self)
{
  g_mutex_lock (&self->mutex);
  self->stopped = TRUE;
  g_mutex_unlock (&self->mutex);

  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  g_source_destroy (self->wake);
  unref (self);
}

static guint64
take_skipped (DroverConsoleReader *self)
{
  guint64 skipped = self->skipped;

  self->skipped = 0;
  return skipped;
}

/*
 * _drover_console_reader_take:
 * @bytes: (inout): an empty array; exchanged for what has come, or the older part of it
 * @skipped: (out): how much before that was given up
 *
 * Returns: whether more may come; %FALSE when there will be no more than what is taken until
 *   nothing is left
 */
gboolean
_drover_console_reader_take (DroverConsoleReader *self, GByteArray **bytes, guint64 *skipped)
{
  gboolean ended;

  g_assert ((*bytes)->len == 0);

  g_mutex_lock (&self->mutex);
  swap (self->older->len > 0 ? &self->older : &self->waiting, bytes);
  *skipped = take_skipped (self);
  self->next_wake = g_get_monotonic_time () +
                    MIN (SOONEST_USEC + (*bytes)->len / BYTES_PER_USEC, LATEST_USEC);
  ended = self->ended;
  g_mutex_unlock (&self->mutex);
  return !ended;
}

/*
 * _drover_console_reader_settle:
 * @bytes: what has come is appended to it
 *
 * Returns: how much is still in the socket. The two are of one moment: nothing is on its way
 *   between them.
 */
gsize
_drover_console_reader_settle (DroverConsoleReader *self, GByteArray *bytes, guint64 *skipped)
{
  gssize available;

  g_mutex_lock (&self->mutex);
  g_byte_array_append (bytes, self->older->data, self->older->len);
  g_byte_array_append (bytes, self->waiting->data, self->waiting->len);
  g_byte_array_set_size (self->older, 0);
  g_byte_array_set_size (self->waiting, 0);
  *skipped = take_skipped (self);
  available = self->ended ? 0 : g_socket_get_available_bytes (self->socket);
  g_mutex_unlock (&self->mutex);
  return MAX (available, 0);
}

/*
 * _drover_console_reader_has_ended:
 *
 * Returns: whether the far end closed
 */
gboolean
_drover_console_reader_has_ended (DroverConsoleReader *self)
{
  gboolean ended;

  g_mutex_lock (&self->mutex);
  ended = self->ended;
  g_mutex_unlock (&self->mutex);
  return ended;
}

/*
 * _drover_console_reader_is_empty:
 *
 * Returns: whether nothing waits to be taken
 */
gboolean
_drover_console_reader_is_empty (DroverConsoleReader *self)
{
  gboolean empty;

  g_mutex_lock (&self->mutex);
  empty = is_empty (self);
  g_mutex_unlock (&self->mutex);
  return empty;
}

/*
 * _drover_console_reader_wake:
 * @at_once: there is something left of what was taken
 *
 * Calls the function again, after others had their turn: at once, or when there is more to take.
 */
void
_drover_console_reader_wake (DroverConsoleReader *self, gboolean at_once)
{
  g_mutex_lock (&self->mutex);
  if (at_once)
    {
      self->woken = TRUE;
      g_source_set_ready_time (self->wake, 0);
    }
  else if (!is_empty (self) || self->ended)
    wake (self);
  g_mutex_unlock (&self->mutex);
}

/*
 * _drover_console_reader_limit_log:
 *
 * From here on nobody counts on places in the log.
 */
void
_drover_console_reader_limit_log (DroverConsoleReader *self)
{
  g_mutex_lock (&self->mutex);
  self->limits = TRUE;
  self->since_limit = LOG_STEP;
  limit_log_now_and_then (self);
  g_mutex_unlock (&self->mutex);
}
