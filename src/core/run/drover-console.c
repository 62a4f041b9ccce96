/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <glib-unix.h>
#include <string.h>

#include "drover-console-holder.h"
#include "drover-console-log.h"
#include "drover-console-reader.h"
#include "drover-console.h"
#include "drover-wire.h"

/* How much is shown at a time, before others have their turn. */
#define SLICE_SIZE (256 * 1024)

/* How much of the log is shown again to somebody who comes later. */
#define HISTORY_SIZE (1024 * 1024)

/* How hard we look for the place in the log at which our connection begins: so often, after
 * 1, 2, 4 … milliseconds, and with no more bytes held back than this. */
#define JOIN_TRIES 8
#define JOIN_SIZE (64 * 1024)

/* The kernel tells of a holder's end a moment before it gives the lock free. */
#define RETRY_MSEC 20
#define RETRIES 5

/* The far end of a console's socket. QEMU serves one client at a time and keeps all output
 * in the log, also while nobody is connected. A thread takes the output from the socket, so that
 * QEMU, which waits for a reader in the midst of everything, never waits for us. */
struct _DroverConsole
{
  GObject parent_instance;

  char *id;
  char *title;
  char *path;
  char *log;
  gboolean ctrl_c_quits;
  gboolean mux;
  gboolean own_log;

  GIOStream *stream;
  DroverConsoleReader *reader;
  gboolean connecting;
  DroverWire *wire; /* for what is typed; what comes goes to the reader */
  DroverConsoleFunc func;
  gpointer func_data;

  int lock_fd;               /* while it is ours */
  char *holder;              /* (nullable): who has it instead */
  gboolean foreign;          /* one that does not tell when it leaves */
  int watch_fd;              /* tells of the holder's end, and of the log */
  guint watch_source;
  guint retry_source;
  guint retries;

  gboolean with_history;
  goffset log_shown;  /* how much of the log is shown; -1 once the socket alone counts */
  GByteArray *unshown; /* came from the socket, but is not shown yet … */
  gsize unshown_start; /* … from here on */
  guint join_source;
  guint join_tries;
};

G_DEFINE_FINAL_TYPE (DroverConsole, drover_console, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CONNECTED,
  PROP_HOLDER,
  N_PROPS
};

enum
{
  SKIPPED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void output_came (gpointer user_data);
static void join_log (DroverConsole *self);

static void
stop_following (DroverConsole *self)
{
  g_clear_handle_id (&self->watch_source, g_source_remove);
  g_clear_handle_id (&self->retry_source, g_source_remove);
  g_clear_fd (&self->watch_fd, NULL);
}

static void
set_holder (DroverConsole *self, const char *holder)
{
  if (holder == NULL)
    stop_following (self);
  if (g_set_str (&self->holder, holder))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HOLDER]);
}

static GSocket *
get_socket (DroverConsole *self)
{
  return g_socket_connection_get_socket (G_SOCKET_CONNECTION (self->stream));
}

/* Nothing is under way on the socket after this. */
static void
unplug (DroverConsole *self)
{
  g_clear_pointer (&self->wire, drover_wire_leave);
  g_clear_pointer (&self->reader, _drover_console_reader_stop);
  g_clear_handle_id (&self->join_source, g_source_remove);
}

static void
set_stream (DroverConsole *self, GIOStream *stream)
{
  gboolean was_connected = self->stream != NULL;

  unplug (self);
  g_byte_array_set_size (self->unshown, 0);
  self->unshown_start = 0;
  if (stream == NULL)
    _drover_console_holder_leave (&self->lock_fd);

  if (g_set_object (&self->stream, stream) && stream != NULL)
    {
      self->wire = drover_wire_new (stream);
      self->reader = _drover_console_reader_new (get_socket (self),
                                                 self->own_log ? self->log : NULL, output_came,
                                                 self);
      if (self->log_shown < 0)
        _drover_console_reader_limit_log (self->reader);
    }
  if (was_connected != (stream != NULL))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONNECTED]);
}

static void
drover_console_dispose (GObject *object)
{
  DroverConsole *self = DROVER_CONSOLE (object);

  self->func = NULL;
  unplug (self);
  stop_following (self);
  g_clear_object (&self->stream);
  _drover_console_holder_leave (&self->lock_fd);

  G_OBJECT_CLASS (drover_console_parent_class)->dispose (object);
}

static void
drover_console_finalize (GObject *object)
{
  DroverConsole *self = DROVER_CONSOLE (object);

  g_free (self->id);
  g_free (self->title);
  g_free (self->path);
  g_free (self->log);
  g_free (self->holder);
  g_byte_array_unref (self->unshown);

  G_OBJECT_CLASS (drover_console_parent_class)->finalize (object);
}

static void
drover_console_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_CONNECTED:
      g_value_set_boolean (value, drover_console_get_connected (DROVER_CONSOLE (object)));
      break;
    case PROP_HOLDER:
      g_value_set_string (value, drover_console_get_holder (DROVER_CONSOLE (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
drover_console_class_init (DroverConsoleClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = drover_console_dispose;
  object_class->finalize = drover_console_finalize;
  object_class->get_property = drover_console_get_property;

  /**
   * DroverConsole:connected:
   *
   * Whether what is typed reaches QEMU.
   */
  properties[PROP_CONNECTED] = g_param_spec_boolean ("connected", NULL, NULL, FALSE,
                                                     G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * DroverConsole:holder:
   *
   * Which program has the console instead of us: a text for people. Meanwhile its output comes
   * from the log, and what is typed goes nowhere.
   */
  properties[PROP_HOLDER] = g_param_spec_string ("holder", NULL, NULL, NULL,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * DroverConsole::skipped:
   * @size: how many bytes
   *
   * So much output was given up before it could be shown. The log has it.
   */
  signals[SKIPPED] = g_signal_new ("skipped", DROVER_TYPE_CONSOLE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);
}

static void
drover_console_init (DroverConsole *self)
{
  self->log_shown = -1;
  self->lock_fd = -1;
  self->watch_fd = -1;
  self->unshown = g_byte_array_new ();
}

/**
 * drover_console_new:
 * @plan: the console as the launch plan or the run's record has it
 *
 * Returns: (transfer full): the console, not connected
 */
DroverConsole *
drover_console_new (DroverConsolePlan *plan)
{
  DroverConsole *self = g_object_new (DROVER_TYPE_CONSOLE, NULL);

  self->id = g_strdup (plan->id);
  self->title = g_strdup (plan->title);
  self->path = g_strdup (plan->path);
  self->log = g_strdup (plan->log);
  self->ctrl_c_quits = plan->ctrl_c_quits;
  self->mux = plan->mux;
  self->own_log = plan->own_log;
  return self;
}

static void
consume (DroverConsole *self, const guint8 *data, gsize length, gboolean is_history)
{
  if (length > 0 && self->func != NULL)
    self->func (self, data, length, is_history, self->func_data);
}

static void
tell_skipped (DroverConsole *self, guint64 size)
{
  if (size > 0)
    g_signal_emit (self, signals[SKIPPED], 0, size);
}

static void
show_history (DroverConsole *self)
{
  goffset start = drover_console_log_get_start (self->log);
  goffset from = MAX (start, self->log_shown - HISTORY_SIZE);
  g_autoptr (GBytes) bytes = NULL;
  gsize length;
  const guint8 *data;

  if (from >= self->log_shown)
    return;

  bytes = drover_console_log_read (self->log, from, self->log_shown - from);
  data = g_bytes_get_data (bytes, &length);
  consume (self, data, length, TRUE);
}

/* Shows as much as is good at a time. */
static void
show_unshown (DroverConsole *self)
{
  g_autoptr (GByteArray) held = g_byte_array_ref (self->unshown);
  gsize length = MIN (SLICE_SIZE, self->unshown->len - self->unshown_start);
  gsize start = self->unshown_start;

  /* It waits for the next consumer. */
  if (self->func == NULL || length == 0)
    return;

  self->unshown_start += length;
  if (self->unshown_start == held->len)
    {
      g_byte_array_unref (self->unshown);
      self->unshown = g_byte_array_new ();
      self->unshown_start = 0;
    }
  if (self->reader != NULL)
    _drover_console_reader_wake (self->reader, self->unshown->len > 0);
  consume (self, held->data + start, length, FALSE);
}

/* Between our look at the log and QEMU's accepting us, output went to the log alone. QEMU
 * writes to the socket first and then to the log, and after a moment's silence the log ends
 * with just what the socket gave us: what is before that is the gap. */
static gboolean
find_gap (DroverConsole *self, gsize in_socket, const guint8 *log, gsize length, gsize *gap)
{
  gsize n = self->unshown->len;

  if (in_socket > 0 || length < n ||
      (n > 0 && memcmp (log + length - n, self->unshown->data, n) != 0))
    return FALSE;

  *gap = length - n;
  return TRUE;
}

/* Of a guest that never stops for breath. The log cannot have more of our connection's output
 * than the connection itself, so the gap ends no earlier than @least; from there on the first
 * place that looks right. What we have is long enough by then to be hardly found elsewhere. */
static gsize
guess_gap (DroverConsole *self, gsize least, const guint8 *log, gsize length)
{
  gsize gap = MIN (least, length);

  while (gap < length &&
         memcmp (log + gap, self->unshown->data, MIN (length - gap, self->unshown->len)) != 0)
    gap++;

  return gap;
}

static gboolean
join_log_cb (gpointer user_data)
{
  g_autoptr (DroverConsole) self = g_object_ref (user_data);

  self->join_source = 0;
  join_log (self);
  return G_SOURCE_REMOVE;
}

/* The log from where it is shown to. Of a part that is too long to be shown, the end. */
static GBytes *
read_new_log (DroverConsole *self)
{
  const goffset size = drover_console_log_get_size (self->log);
  const goffset most = HISTORY_SIZE + self->unshown->len;

  /* Somebody who has the console shortened it. */
  if (size < self->log_shown)
    self->log_shown = size;
  if (size - self->log_shown > most)
    self->log_shown = size - most;

  return drover_console_log_read (self->log, self->log_shown, size - self->log_shown);
}

/* Shows what only the log has, and then what the socket gave us. */
static void
join_log (DroverConsole *self)
{
  guint64 skipped = 0;
  gsize in_socket;
  gsize sent;
  g_autoptr (GBytes) bytes = NULL;
  gboolean last_try;
  gsize length;
  const guint8 *log;
  gsize gap = 0;
  gboolean found;

  /* The socket, the log, and the socket again: what came to the log in between is in the second
   * look at the socket. */
  _drover_console_reader_settle (self->reader, self->unshown, &skipped);
  bytes = read_new_log (self);
  in_socket = _drover_console_reader_settle (self->reader, self->unshown, &skipped);
  sent = self->unshown->len + in_socket;
  last_try = self->unshown->len >= JOIN_SIZE || self->join_tries >= JOIN_TRIES;
  log = g_bytes_get_data (bytes, &length);
  found = find_gap (self, in_socket, log, length, &gap);

  g_clear_handle_id (&self->join_source, g_source_remove);
  if (!found && last_try && self->unshown->len > 0)
    {
      gap = guess_gap (self, length > sent ? length - sent : 0, log, length);
      found = TRUE;
    }

  if (found && self->unshown->len > 0)
    {
      self->log_shown = -1;
      _drover_console_reader_limit_log (self->reader);
    }
  else if (found)
    self->log_shown += gap;

  if ((!found || self->unshown->len == 0) && !last_try)
    self->join_source = g_timeout_add (1u << self->join_tries++, join_log_cb, self);

  consume (self, log, gap, TRUE);
  if (self->log_shown < 0)
    show_unshown (self);
}

/* Takes and shows what has come. */
static void
show_more (DroverConsole *self)
{
  guint64 skipped = 0;
  gboolean open = TRUE;

  if (self->log_shown >= 0)
    {
      self->join_tries = 0;
      join_log (self);
      return;
    }

  if (self->unshown->len == 0)
    open = _drover_console_reader_take (self->reader, &self->unshown, &skipped);
  tell_skipped (self, skipped);
  if (self->unshown->len > 0)
    show_unshown (self);
  else if (!open && self->stream != NULL)
    /* QEMU is gone, or closed us: its log and QMP say more than a socket's end can. */
    set_stream (self, NULL);
}

/* Nothing more will come to the socket, so what there is need not be found in the log. */
static void
show_last_words (DroverConsole *self)
{
  self->join_tries = JOIN_TRIES;
  join_log (self);
  self->log_shown = -1;
  if (self->reader != NULL)
    _drover_console_reader_wake (self->reader, TRUE);
}

static void
output_came (gpointer user_data)
{
  g_autoptr (DroverConsole) self = g_object_ref (user_data);
  const gboolean ended = _drover_console_reader_has_ended (self->reader);

  /* Without a consumer it waits in the reader, which is where there is room. */
  if (self->func != NULL && ended && self->log_shown >= 0)
    show_last_words (self);
  else if (self->func != NULL)
    show_more (self);
  else if (ended && _drover_console_reader_is_empty (self->reader) && self->unshown->len == 0)
    set_stream (self, NULL);
}

static DexFuture *
connected_cb (DexFuture *future, gpointer user_data)
{
  DroverConsole *self = user_data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  self->connecting = FALSE;
  if (value == NULL)
    {
      _drover_console_holder_leave (&self->lock_fd);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  set_stream (self, g_value_get_object (value));
  set_holder (self, NULL);
  if (self->func != NULL)
    drover_console_set_consumer (self, self->func, self->func_data);
  return dex_future_new_true ();
}

static DexFuture *
connect_now (DroverConsole *self)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (self->path);

  self->connecting = TRUE;
  return dex_future_finally (dex_socket_client_connect (client, G_SOCKET_CONNECTABLE (address)),
                             connected_cb, g_object_ref (self), g_object_unref);
}

/* What the holder of the console gets is in the log a moment later. */
static void
show_new_log (DroverConsole *self)
{
  g_autoptr (GBytes) bytes = read_new_log (self);
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  self->log_shown += length;
  consume (self, data, length, TRUE);
}

/* Returns: whether the console is ours now */
static gboolean
try_to_take (DroverConsole *self)
{
  g_autofree char *holder = NULL;

  if (self->connecting || self->stream != NULL)
    return TRUE;

  self->lock_fd = _drover_console_holder_take (self->path, &holder);
  if (self->lock_fd == -1)
    {
      set_holder (self, holder);
      return FALSE;
    }

  dex_future_disown (connect_now (self));
  return TRUE;
}

static gboolean
retry_cb (gpointer user_data)
{
  g_autoptr (DroverConsole) self = g_object_ref (user_data);

  self->retry_source = 0;
  if (!try_to_take (self) && ++self->retries < RETRIES)
    self->retry_source = g_timeout_add (RETRY_MSEC << self->retries, retry_cb, self);
  return G_SOURCE_REMOVE;
}

static gboolean
watch_cb (int fd, GIOCondition condition, gpointer user_data)
{
  g_autoptr (DroverConsole) self = g_object_ref (user_data);

  _drover_console_holder_seen (fd);
  if (self->func != NULL && !self->connecting)
    show_new_log (self);
  if (!self->foreign && self->watch_source != 0 && self->retry_source == 0)
    {
      self->retries = 0;
      self->retry_source = g_timeout_add (RETRY_MSEC, retry_cb, self);
    }
  return G_SOURCE_CONTINUE;
}

static void
follow (DroverConsole *self)
{
  if (self->watch_source != 0)
    return;

  self->watch_fd = _drover_console_holder_watch (self->path, self->log);
  if (self->watch_fd >= 0)
    self->watch_source = g_unix_fd_add (self->watch_fd, G_IO_IN, watch_cb, self);
}

static void
begin (DroverConsole *self, gboolean with_history)
{
  self->with_history = with_history;
  self->log_shown = with_history ? drover_console_log_get_size (self->log) : -1;
}

static void
follow_holder (DroverConsole *self, const char *holder, gboolean foreign, gboolean with_history)
{
  if (self->stream != NULL || self->connecting)
    return;

  if (self->holder == NULL)
    {
      begin (self, with_history);
      if (!with_history)
        self->log_shown = drover_console_log_get_size (self->log);
    }
  self->foreign = foreign;
  set_holder (self, holder);
  follow (self);
  if (self->func != NULL)
    drover_console_set_consumer (self, self->func, self->func_data);
}

/**
 * drover_console_connect:
 * @with_history: whether the consumer first gets what was written before
 *
 * Takes the console. When another program of Drover has it, see #DroverConsole:holder, it is
 * taken as soon as that one lets it go; until then its output comes from the log.
 *
 * Returns: (transfer full): a future that is resolved when the socket is connected, or another
 *   program has the console
 */
DexFuture *
drover_console_connect (DroverConsole *self, gboolean with_history)
{
  g_autofree char *holder = NULL;
  gboolean follows;

  dex_return_error_if_fail (DROVER_IS_CONSOLE (self));

  /* Who asks while it is on its way has nothing to add. */
  if (self->stream != NULL || self->connecting)
    return dex_future_new_true ();

  /* One that was followed goes on from where it is. */
  follows = self->holder != NULL;
  self->lock_fd = _drover_console_holder_take (self->path, &holder);
  if (self->lock_fd == -1)
    {
      follow_holder (self, holder, FALSE, with_history);
      return dex_future_new_true ();
    }

  if (!follows)
    begin (self, with_history);
  return connect_now (self);
}

/**
 * drover_console_follow_log:
 * @holder: who has the console, for people: no program of Drover's, so that it does not tell when
 *   it leaves
 * @with_history: whether the consumer first gets what was written before
 *
 * Shows what the log gets, without the console itself. drover_console_connect() takes it.
 */
void
drover_console_follow_log (DroverConsole *self, const char *holder, gboolean with_history)
{
  g_return_if_fail (DROVER_IS_CONSOLE (self));
  g_return_if_fail (holder != NULL);

  follow_holder (self, holder, TRUE, with_history);
}

/**
 * drover_console_disconnect:
 *
 * Leaves the console to others.
 */
void
drover_console_disconnect (DroverConsole *self)
{
  g_return_if_fail (DROVER_IS_CONSOLE (self));
  set_holder (self, NULL);
  set_stream (self, NULL);
}

/**
 * drover_console_set_consumer:
 * @func: (nullable) (scope forever): gets all output in its order
 * @user_data: must live until the consumer is taken back with %NULL
 *
 * Until there is a consumer, output waits in memory: QEMU and the guest go on.
 */
void
drover_console_set_consumer (DroverConsole *self, DroverConsoleFunc func, gpointer user_data)
{
  g_autoptr (DroverConsole) held = NULL;

  g_return_if_fail (DROVER_IS_CONSOLE (self));

  self->func = func;
  self->func_data = user_data;
  if (func == NULL)
    {
      g_clear_handle_id (&self->join_source, g_source_remove);
      return;
    }

  /* Each time something is shown, who sees it may leave, or close or drop the console. */
  held = g_object_ref (self);
  if ((self->stream != NULL || self->holder != NULL) && self->with_history)
    {
      self->with_history = FALSE;
      show_history (self);
    }
  if (self->stream == NULL && self->holder != NULL && self->func != NULL)
    show_new_log (self);
  if (self->stream != NULL && self->func != NULL)
    show_more (self);
}

/**
 * drover_console_write:
 * @data: what was typed
 *
 * Sends it to the guest. Without a connection it is lost, as on an unplugged cable.
 */
void
drover_console_write (DroverConsole *self, const void *data, gsize length)
{
  g_return_if_fail (DROVER_IS_CONSOLE (self));

  if (self->stream == NULL || length == 0)
    return;

  drover_wire_send (self->wire, g_bytes_new (data, length));
}

/**
 * drover_console_get_id:
 *
 * Returns: the id of its chardev, as `query-chardev` labels it
 */
const char *
drover_console_get_id (DroverConsole *self)
{
  g_return_val_if_fail (DROVER_IS_CONSOLE (self), NULL);
  return self->id;
}

/**
 * drover_console_get_title:
 *
 * Returns: what the console is, for people
 */
const char *
drover_console_get_title (DroverConsole *self)
{
  g_return_val_if_fail (DROVER_IS_CONSOLE (self), NULL);
  return self->title;
}

/**
 * drover_console_get_path:
 *
 * Returns: the path of its socket
 */
const char *
drover_console_get_path (DroverConsole *self)
{
  g_return_val_if_fail (DROVER_IS_CONSOLE (self), NULL);
  return self->path;
}

/**
 * drover_console_get_log:
 *
 * Returns: the path of the file in which QEMU keeps all output
 */
const char *
drover_console_get_log (DroverConsole *self)
{
  g_return_val_if_fail (DROVER_IS_CONSOLE (self), NULL);
  return self->log;
}

/**
 * drover_console_get_connected:
 *
 * Returns: whether what is typed reaches QEMU
 */
gboolean
drover_console_get_connected (DroverConsole *self)
{
  g_return_val_if_fail (DROVER_IS_CONSOLE (self), FALSE);
  return self->stream != NULL;
}

/**
 * drover_console_get_ctrl_c_quits:
 *
 * Returns: whether Ctrl-C ends QEMU instead of reaching the guest, as `-serial stdio` has it
 *   in a shell
 */
gboolean
drover_console_get_ctrl_c_quits (DroverConsole *self)
{
  g_return_val_if_fail (DROVER_IS_CONSOLE (self), FALSE);
  return self->ctrl_c_quits;
}

/**
 * drover_console_get_mux:
 *
 * Returns: whether QEMU itself listens to Ctrl-A and the key after it on this console
 */
gboolean
drover_console_get_mux (DroverConsole *self)
{
  g_return_val_if_fail (DROVER_IS_CONSOLE (self), FALSE);
  return self->mux;
}

/**
 * drover_console_get_holder:
 *
 * Returns: (nullable): the program that has the console instead of us, for people
 */
const char *
drover_console_get_holder (DroverConsole *self)
{
  g_return_val_if_fail (DROVER_IS_CONSOLE (self), NULL);
  return self->holder;
}

/**
 * drover_console_is_held_by_drover:
 *
 * Returns: whether one of Drover's programs has the console, be it this one
 */
gboolean
drover_console_is_held_by_drover (DroverConsole *self)
{
  g_autofree char *holder = NULL;

  g_return_val_if_fail (DROVER_IS_CONSOLE (self), FALSE);

  holder = _drover_console_holder_look (self->path);
  return holder != NULL;
}
