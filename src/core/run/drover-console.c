/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

#include "drover-console.h"

#define READ_SIZE (64 * 1024)

/* How much of the log is shown again to somebody who comes later. */
#define HISTORY_SIZE (1024 * 1024)

/* How hard we look for the place in the log at which our connection begins: so often, after
 * 1, 2, 4 … milliseconds, and with no more bytes held back than this. */
#define JOIN_TRIES 8
#define JOIN_SIZE (64 * 1024)

/* The far end of a console's socket. QEMU serves one client at a time and keeps all output
 * in the log, also while nobody is connected. */
struct _DroverConsole
{
  GObject parent_instance;

  char *id;
  char *title;
  char *path;
  char *log;
  gboolean ctrl_c_quits;

  GIOStream *stream;
  gboolean connecting;
  GCancellable *cancellable; /* of writing */
  GSource *read_source;
  DroverConsoleFunc func;
  gpointer func_data;

  GQueue outgoing; /* of GBytes */
  gboolean writing;

  gboolean with_history;
  goffset log_shown;  /* how much of the log is shown; -1 once the socket alone counts */
  GByteArray *unshown; /* came from the socket, but is not shown yet */
  guint join_source;
  guint join_tries;
};

G_DEFINE_FINAL_TYPE (DroverConsole, drover_console, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_CONNECTED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void start_reading (DroverConsole *self);
static void stop_reading (DroverConsole *self);
static void start_writing (DroverConsole *self);
static void join_log (DroverConsole *self);

static void
set_stream (DroverConsole *self, GIOStream *stream)
{
  gboolean was_connected = self->stream != NULL;

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  stop_reading (self);
  g_queue_clear_full (&self->outgoing, (GDestroyNotify) g_bytes_unref);
  g_byte_array_set_size (self->unshown, 0);
  g_clear_handle_id (&self->join_source, g_source_remove);
  self->writing = FALSE;

  if (g_set_object (&self->stream, stream) && stream != NULL)
    self->cancellable = g_cancellable_new ();
  if (was_connected != (stream != NULL))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONNECTED]);
}

static void
drover_console_dispose (GObject *object)
{
  DroverConsole *self = DROVER_CONSOLE (object);

  self->func = NULL;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  stop_reading (self);
  g_clear_object (&self->stream);
  g_queue_clear_full (&self->outgoing, (GDestroyNotify) g_bytes_unref);
  g_clear_handle_id (&self->join_source, g_source_remove);

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
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
drover_console_init (DroverConsole *self)
{
  self->log_shown = -1;
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
  return self;
}

static void
consume (DroverConsole *self, const guint8 *data, gsize length, gboolean is_history)
{
  if (length > 0 && self->func != NULL)
    self->func (self, data, length, is_history, self->func_data);
}

static GBytes *
read_log (DroverConsole *self, goffset from)
{
  g_autoptr (GFile) file = g_file_new_for_path (self->log);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);
  g_autofree guint8 *buffer = NULL;
  gsize length = 0;

  if (stream == NULL || !g_seekable_seek (G_SEEKABLE (stream), from, G_SEEK_SET, NULL, NULL))
    return g_bytes_new (NULL, 0);

  buffer = g_malloc (HISTORY_SIZE);
  g_input_stream_read_all (G_INPUT_STREAM (stream), buffer, HISTORY_SIZE, &length, NULL, NULL);
  return g_bytes_new (buffer, length);
}

static goffset
log_size (DroverConsole *self)
{
  GStatBuf info;

  return g_stat (self->log, &info) == 0 ? info.st_size : 0;
}

static void
show_history (DroverConsole *self)
{
  goffset from = MAX (0, self->log_shown - HISTORY_SIZE);
  g_autoptr (GBytes) bytes = read_log (self, from);
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  consume (self, data, MIN (length, (gsize) (self->log_shown - from)), TRUE);
}

static void
show_unshown (DroverConsole *self)
{
  g_autoptr (GByteArray) bytes = NULL;

  /* It waits for the next consumer. */
  if (self->func == NULL)
    return;

  bytes = g_steal_pointer (&self->unshown);
  self->unshown = g_byte_array_new ();
  consume (self, bytes->data, bytes->len, FALSE);
}

/* Between our look at the log and QEMU's accepting us, output went to the log alone. QEMU
 * writes to the socket first and then to the log, and after a moment's silence the log ends
 * with just what the socket gave us: what is before that is the gap. */
static gboolean
find_gap (DroverConsole *self, const guint8 *log, gsize length, gsize *gap)
{
  GSocket *socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (self->stream));
  gsize n = self->unshown->len;

  if (g_socket_get_available_bytes (socket) > 0 || length < n ||
      (n > 0 && memcmp (log + length - n, self->unshown->data, n) != 0))
    return FALSE;

  *gap = length - n;
  return TRUE;
}

/* Of a guest that never stops for breath: the first place that looks right. What we have is
 * long enough by then to be hardly found anywhere else. */
static gsize
guess_gap (DroverConsole *self, const guint8 *log, gsize length)
{
  gsize gap = 0;

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

/* Shows what only the log has, and then what the socket gave us. */
static void
join_log (DroverConsole *self)
{
  g_autoptr (GBytes) bytes = read_log (self, self->log_shown);
  gboolean last_try = self->unshown->len >= JOIN_SIZE || self->join_tries >= JOIN_TRIES;
  gsize length;
  const guint8 *log = g_bytes_get_data (bytes, &length);
  gsize gap = 0;
  gboolean found = find_gap (self, log, length, &gap);

  g_clear_handle_id (&self->join_source, g_source_remove);
  if (!found && last_try && self->unshown->len > 0)
    {
      gap = guess_gap (self, log, length);
      found = TRUE;
    }

  if (found && self->unshown->len > 0)
    self->log_shown = -1;
  else if (found)
    self->log_shown += gap;

  if ((!found || self->unshown->len == 0) && !last_try)
    self->join_source = g_timeout_add (1u << self->join_tries++, join_log_cb, self);

  consume (self, log, gap, TRUE);
  if (self->log_shown < 0)
    show_unshown (self);
}

static void
show_more (DroverConsole *self)
{
  self->join_tries = 0;
  if (self->log_shown >= 0)
    join_log (self);
  else
    show_unshown (self);
}

static gboolean
readable_cb (GObject *source, gpointer user_data)
{
  g_autoptr (DroverConsole) self = g_object_ref (user_data);
  g_autoptr (GError) error = NULL;
  guint before = self->unshown->len;
  gssize n;

  g_byte_array_set_size (self->unshown, before + READ_SIZE);
  n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (source),
                                                self->unshown->data + before, READ_SIZE, NULL,
                                                &error);
  g_byte_array_set_size (self->unshown, before + MAX (n, 0));
  if (n > 0)
    {
      show_more (self);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      /* QEMU is gone, or closed us: its log and QMP say more than a socket's end can. */
      show_unshown (self);
      set_stream (self, NULL);
    }

  return G_SOURCE_CONTINUE;
}

static void
stop_reading (DroverConsole *self)
{
  if (self->read_source == NULL)
    return;

  g_source_destroy (self->read_source);
  g_clear_pointer (&self->read_source, g_source_unref);
}

/* A source and not an asynchronous read, which may hold bytes that we do not know of yet:
 * find_gap() must know of all that have left the socket. */
static void
start_reading (DroverConsole *self)
{
  GInputStream *stream = g_io_stream_get_input_stream (self->stream);

  if (self->read_source != NULL)
    return;

  self->read_source =
    g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (stream), NULL);
  g_source_set_priority (self->read_source, G_PRIORITY_DEFAULT_IDLE);
  g_source_set_callback (self->read_source, G_SOURCE_FUNC (readable_cb), self, NULL);
  g_source_attach (self->read_source, NULL);
}

static void
write_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  DroverConsole *self = user_data;
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  self->writing = FALSE;
  g_bytes_unref (g_queue_pop_head (&self->outgoing));
  if (error == NULL)
    start_writing (self);
}

static void
start_writing (DroverConsole *self)
{
  GBytes *bytes = g_queue_peek_head (&self->outgoing);
  gconstpointer data;
  gsize length;

  if (self->writing || bytes == NULL)
    return;

  self->writing = TRUE;
  data = g_bytes_get_data (bytes, &length);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (self->stream), data, length,
                                   G_PRIORITY_DEFAULT, self->cancellable, write_cb, self);
}

static DexFuture *
connected_cb (DexFuture *future, gpointer user_data)
{
  DroverConsole *self = user_data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  self->connecting = FALSE;
  if (value == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  set_stream (self, g_value_get_object (value));
  if (self->func != NULL)
    drover_console_set_consumer (self, self->func, self->func_data);
  return dex_future_new_true ();
}

/**
 * drover_console_connect:
 * @with_history: whether the consumer first gets what was written before
 *
 * Nothing is read until there is a consumer, see drover_console_set_consumer().
 *
 * Returns: (transfer full): a future that is resolved when the socket is connected. QEMU
 *   serves one client at a time: another one waits its turn without being told.
 */
DexFuture *
drover_console_connect (DroverConsole *self, gboolean with_history)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = NULL;

  dex_return_error_if_fail (DROVER_IS_CONSOLE (self));

  /* Who asks while it is on its way has nothing to add. */
  if (self->stream != NULL || self->connecting)
    return dex_future_new_true ();
  address = g_unix_socket_address_new (self->path);
  self->with_history = with_history;
  self->log_shown = with_history ? log_size (self) : -1;
  self->connecting = TRUE;
  return dex_future_finally (dex_socket_client_connect (client, G_SOCKET_CONNECTABLE (address)),
                             connected_cb, g_object_ref (self), g_object_unref);
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
  set_stream (self, NULL);
}

/**
 * drover_console_set_consumer:
 * @func: (nullable) (scope forever): gets all output in its order
 * @user_data: must live until the consumer is taken back with %NULL
 *
 * Until there is a consumer, output waits in the socket, and before long the guest with it.
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
      stop_reading (self);
      g_clear_handle_id (&self->join_source, g_source_remove);
      return;
    }

  /* Each time something is shown, who sees it may leave, or close or drop the console. */
  held = g_object_ref (self);
  if (self->stream != NULL && self->with_history)
    {
      self->with_history = FALSE;
      show_history (self);
    }
  if (self->stream != NULL && self->func != NULL)
    show_more (self);
  if (self->stream != NULL && self->func != NULL)
    start_reading (self);
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

  g_queue_push_tail (&self->outgoing, g_bytes_new (data, length));
  start_writing (self);
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
