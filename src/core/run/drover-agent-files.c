/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drover-agent-exec.h"
#include "drover-agent-files.h"
#include "drover-dex.h"
#include "drover-error.h"
#include "drover-json.h"
#include "drover-thread.h"

/* Bytes of a file in one command. More is hardly faster; less would be, by the answers that are
 * waited for. */
#define CHUNK (192 * 1024)

/* One copy. The file of this computer is read and written in small pieces, in between the waits
 * for the guest, which is far slower than a disk. */
typedef struct
{
  DroverAgent *agent;
  char *path;
  char *guest_path;
  GCancellable *cancellable;
  DroverAgentProgress progress;
  gpointer user_data;

  gint64 handle;  /* of the guest's file, or -1 */
  guint64 done;
  guint64 total;
  GChecksum *sum;
} Copy;

static void
copy_free (gpointer data)
{
  Copy *copy = data;

  g_object_unref (copy->agent);
  g_free (copy->path);
  g_free (copy->guest_path);
  g_clear_object (&copy->cancellable);
  g_checksum_free (copy->sum);
  g_free (copy);
}

static Copy *
copy_new (DroverAgent *agent, const char *path, const char *guest_path, GCancellable *cancellable,
          DroverAgentProgress progress, gpointer user_data)
{
  Copy *copy = g_new0 (Copy, 1);

  copy->agent = g_object_ref (agent);
  copy->path = g_strdup (path);
  copy->guest_path = g_strdup (guest_path);
  copy->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  copy->progress = progress;
  copy->user_data = user_data;
  copy->handle = -1;
  copy->sum = g_checksum_new (G_CHECKSUM_SHA256);
  return copy;
}

static void
tell (Copy *copy, guint64 done, gboolean comparing)
{
  if (copy->progress != NULL)
    copy->progress (done, copy->total, comparing, copy->user_data);
}

static gboolean
check_cancelled (Copy *copy, GError **error)
{
  if (!g_cancellable_is_cancelled (copy->cancellable))
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, _("The copy was cancelled"));
  return FALSE;
}

/* Sends a command about the guest's file. An error says which file. */
static JsonNode *
execute (Copy *copy, const char *command, JsonObject *arguments, GError **error)
{
  g_autoptr (GError) agent_error = NULL;
  JsonNode *node;

  if (copy->handle >= 0)
    json_object_set_int_member (arguments, "handle", copy->handle);
  node = dex_await_boxed (
    drover_agent_execute (copy->agent, command,
                          drover_json_take_object (arguments),
                          DROVER_AGENT_TIMEOUT_MSEC),
    &agent_error);
  if (node == NULL)
    g_set_error (error, agent_error->domain, agent_error->code,
                 /* Translators: first a file in the guest, then what is wrong */
                 _("“%s” in the guest: %s"), copy->guest_path, agent_error->message);
  return node;
}

static gboolean
set_odd_answer (Copy *copy, GError **error)
{
  g_set_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL,
               _("The guest agent’s answer about “%s” makes no sense"), copy->guest_path);
  return FALSE;
}

static gboolean
get_count (JsonNode *node, const char *member, guint64 most, guint64 *count)
{
  JsonNode *value = JSON_NODE_HOLDS_OBJECT (node)
                      ? json_object_get_member (json_node_get_object (node), member)
                      : NULL;

  if (value == NULL || json_node_get_value_type (value) != G_TYPE_INT64 ||
      json_node_get_int (value) < 0 || (guint64) json_node_get_int (value) > most)
    return FALSE;
  *count = json_node_get_int (value);
  return TRUE;
}

static gboolean
open_in_guest (Copy *copy, const char *mode, GError **error)
{
  JsonObject *arguments = json_object_new ();
  g_autoptr (JsonNode) node = NULL;

  json_object_set_string_member (arguments, "path", copy->guest_path);
  json_object_set_string_member (arguments, "mode", mode);
  node = execute (copy, "guest-file-open", arguments, error);
  if (node == NULL)
    return FALSE;
  if (json_node_get_value_type (node) != G_TYPE_INT64 || json_node_get_int (node) < 0)
    return set_odd_answer (copy, error);

  copy->handle = json_node_get_int (node);
  return TRUE;
}

/* A full disk may be noticed only now. */
static gboolean
close_in_guest (Copy *copy, GError **error)
{
  g_autoptr (JsonNode) node = NULL;

  if (copy->handle < 0)
    return TRUE;

  node = execute (copy, "guest-file-close", json_object_new (), error);
  copy->handle = -1;
  return node != NULL;
}

/* Sends @length bytes; the guest may take them in several pieces. */
static gboolean
write_to_guest (Copy *copy, const guint8 *data, gsize length, GError **error)
{
  while (length > 0)
    {
      JsonObject *arguments = json_object_new ();
      g_autofree char *text = g_base64_encode (data, length);
      g_autoptr (JsonNode) node = NULL;
      guint64 count;

      json_object_set_string_member (arguments, "buf-b64", text);
      node = execute (copy, "guest-file-write", arguments, error);
      if (node == NULL)
        return FALSE;
      if (!get_count (node, "count", length, &count) || count == 0)
        return set_odd_answer (copy, error);
      data += count;
      length -= count;
      copy->done += count;
      tell (copy, copy->done, FALSE);
    }

  return TRUE;
}

/* Reads the next piece of the guest's file. */
static guint8 *
read_from_guest (Copy *copy, gsize *length, gboolean *at_end, GError **error)
{
  JsonObject *arguments = json_object_new ();
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;
  JsonNode *text;
  JsonNode *eof;
  g_autofree guint8 *data = NULL;
  guint64 count;

  json_object_set_int_member (arguments, "count", CHUNK);
  node = execute (copy, "guest-file-read", arguments, error);
  if (node == NULL)
    return NULL;

  object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  text = object != NULL ? json_object_get_member (object, "buf-b64") : NULL;
  eof = object != NULL ? json_object_get_member (object, "eof") : NULL;
  *at_end = eof != NULL && json_node_get_value_type (eof) == G_TYPE_BOOLEAN &&
            json_node_get_boolean (eof);
  if (text != NULL && json_node_get_value_type (text) == G_TYPE_STRING)
    data = g_base64_decode (json_node_get_string (text), length);
  if (data == NULL || !get_count (node, "count", CHUNK, &count) || *length != count ||
      (count == 0 && !*at_end))
    {
      set_odd_answer (copy, error);
      return NULL;
    }

  return g_steal_pointer (&data);
}

/* Where the position is after a seek; 0 as well where the file has no positions, as a pipe. */
static guint64
seek_in_guest (Copy *copy, const char *whence)
{
  JsonObject *arguments = json_object_new ();
  g_autoptr (JsonNode) node = NULL;
  guint64 position = 0;

  json_object_set_int_member (arguments, "offset", 0);
  json_object_set_string_member (arguments, "whence", whence);
  node = execute (copy, "guest-file-seek", arguments, NULL);
  if (node != NULL)
    get_count (node, "position", G_MAXINT64, &position);
  return position;
}

/* The sum by a program of the guest's: seconds where reading it all back would take minutes. */
static char *
ask_sum (Copy *copy)
{
  static const struct
  {
    const char *program[4];
    gboolean is_windows;
  } ways[] = {
    { { "sha256sum", "-b", "--", NULL }, FALSE },
    { { "certutil", "-hashfile", NULL }, TRUE },
  };
  gboolean has_drive = g_ascii_isalpha (copy->guest_path[0]) && copy->guest_path[1] == ':';

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
      g_autoptr (DroverAgentOutput) output = NULL;
      g_auto (GStrv) argv = NULL;
      g_autofree char *text = NULL;
      g_auto (GStrv) words = NULL;

      if (ways[i].is_windows != has_drive)
        continue;
      g_strv_builder_addv (builder, (const char **) ways[i].program);
      g_strv_builder_add (builder, copy->guest_path);
      if (ways[i].is_windows)
        g_strv_builder_add (builder, "SHA256");
      argv = g_strv_builder_end (builder);
      output = dex_await_boxed (
        drover_agent_run_command (copy->agent, (const char *const *) argv, copy->cancellable),
        NULL);
      if (output == NULL || output->exit_status != 0)
        continue;

      /* sha256sum marks a name that it had to escape by a backslash before the sum. */
      text = g_strndup (g_bytes_get_data (output->output, NULL) ?: "",
                        g_bytes_get_size (output->output));
      words = g_strsplit_set (text, " \r\n\\", -1);
      for (guint j = 0; words[j] != NULL; j++)
        if (strlen (words[j]) == 64 && strspn (words[j], "0123456789abcdefABCDEF") == 64)
          return g_ascii_strdown (words[j], -1);
    }

  return NULL;
}

static char *
read_sum (Copy *copy, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gboolean at_end = FALSE;
  gboolean good = open_in_guest (copy, "r", error);
  guint64 done = 0;

  while (good && !at_end)
    {
      gsize length = 0;
      g_autofree guint8 *data =
        check_cancelled (copy, error) ? read_from_guest (copy, &length, &at_end, error) : NULL;

      good = data != NULL;
      if (good)
        g_checksum_update (sum, data, length);
      done += length;
      tell (copy, done, TRUE);
      /* A file that grows for ever is not what was copied. */
      if (done > copy->done)
        at_end = TRUE;
    }

  close_in_guest (copy, NULL);
  return good ? g_strdup (g_checksum_get_string (sum)) : NULL;
}

/* The guest's file is read once more, by itself or by us, and must be what was copied. */
static gboolean
compare (Copy *copy, GError **error)
{
  g_autofree char *sum = NULL;

  tell (copy, 0, TRUE);
  sum = ask_sum (copy);
  if (sum == NULL && check_cancelled (copy, error))
    sum = read_sum (copy, error);
  if (sum == NULL)
    return FALSE;
  if (g_str_equal (sum, g_checksum_get_string (copy->sum)))
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM,
               _("The two files differ after the copy: “%s” in the guest has the SHA-256 sum %s, "
                 "and not %s. Something writes to it, or the guest’s disk fails"),
               copy->guest_path, sum, g_checksum_get_string (copy->sum));
  return FALSE;
}

static gboolean
send_all (Copy *copy, int fd, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (CHUNK);

  for (;;)
    {
      ssize_t length = read (fd, buffer, CHUNK);

      if (length < 0)
        return drover_set_errno_error (error, _("Cannot read “%s”"), copy->path);
      if (length == 0)
        return TRUE;
      g_checksum_update (copy->sum, buffer, length);
      if (!check_cancelled (copy, error) || !write_to_guest (copy, buffer, length, error))
        return FALSE;
    }
}

static DexFuture *
copy_in_fiber (gpointer user_data)
{
  Copy *copy = user_data;
  g_autofd int fd = g_open (copy->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  g_autoptr (GError) error = NULL;
  g_autofree char *sent = NULL;
  struct stat status;

  if (fd < 0 || fstat (fd, &status) != 0)
    drover_set_errno_error (&error, _("Cannot read “%s”"), copy->path);
  else if (!S_ISREG (status.st_mode))
    g_set_error (&error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, _("“%s” is not a file"),
                 copy->path);
  if (error != NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));

  copy->total = status.st_size;
  if (!open_in_guest (copy, "w", &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  if (!send_all (copy, fd, &error))
    {
      close_in_guest (copy, NULL);
      /* No command of the agent's removes a file. */
      sent = g_format_size_full (copy->done, G_FORMAT_SIZE_LONG_FORMAT);
      /* Translators: first a size, such as 1.2 MB (1,234,567 bytes); what is wrong follows */
      g_prefix_error (&error, _("Only a part of the file is in the guest, %s, as “%s”. "), sent,
                      copy->guest_path);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  if (!close_in_guest (copy, &error) || !compare (copy, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  return dex_future_new_for_string (g_checksum_get_string (copy->sum));
}

static gboolean
write_all (int fd, const guint8 *data, gsize length)
{
  while (length > 0)
    {
      ssize_t n = write (fd, data, length);

      if (n < 0)
        return FALSE;
      data += n;
      length -= n;
    }

  return TRUE;
}

static gboolean
receive_all (Copy *copy, int fd, GError **error)
{
  gboolean at_end = FALSE;

  while (!at_end)
    {
      gsize length = 0;
      g_autofree guint8 *data = NULL;

      if (!check_cancelled (copy, error) ||
          (data = read_from_guest (copy, &length, &at_end, error)) == NULL)
        return FALSE;
      if (!write_all (fd, data, length))
        return drover_set_errno_error (error, _("Cannot write “%s”"), copy->path);
      g_checksum_update (copy->sum, data, length);
      copy->done += length;
      tell (copy, copy->done, FALSE);
    }

  return TRUE;
}

/* The file appears under its name when it is whole and right. */
static gboolean
sync_in_thread (gpointer object, GCancellable *cancellable, GError **error)
{
  return fsync (g_unix_output_stream_get_fd (object)) == 0 ||
         drover_set_errno_error (error, _("Cannot write “%s”"),
                                 (const char *) g_object_get_data (object, "path"));
}

/* A large file on a slow stick takes its time. */
static gboolean
await_sync (Copy *copy, int fd, GError **error)
{
  g_autoptr (GOutputStream) stream = g_unix_output_stream_new (fd, FALSE);

  g_object_set_data_full (G_OBJECT (stream), "path", g_strdup (copy->path), g_free);
  return dex_await (drover_thread_run (stream, sync_in_thread, NULL), error);
}

static DexFuture *
copy_out_fiber (gpointer user_data)
{
  Copy *copy = user_data;
  g_autofree char *part = g_strdup_printf ("%s.XXXXXX", copy->path);
  g_autoptr (GError) error = NULL;
  g_autofd int fd = -1;
  gboolean good;

  if (!open_in_guest (copy, "r", &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  copy->total = seek_in_guest (copy, "end");
  if (copy->total > 0)
    seek_in_guest (copy, "set");
  fd = g_mkstemp_full (part, O_RDWR | O_CLOEXEC, 0666);
  good = fd >= 0 ? receive_all (copy, fd, &error)
                 : drover_set_errno_error (&error, _("Cannot write “%s”"), copy->path);
  close_in_guest (copy, NULL);
  good = good && compare (copy, &error);
  good = good && await_sync (copy, fd, &error);
  if (good && g_rename (part, copy->path) != 0)
    good = drover_set_errno_error (&error, _("Cannot write “%s”"), copy->path);
  if (!good)
    {
      if (fd >= 0)
        g_unlink (part);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }

  return dex_future_new_for_string (g_checksum_get_string (copy->sum));
}

/**
 * drover_agent_copy_in:
 * @agent: a guest agent
 * @path: a file of this computer's
 * @guest_path: an absolute path in the guest. A file that is there is overwritten
 * @cancellable: (nullable): ends it; what is in the guest by then stays there
 * @progress: (nullable): hears how far it is
 *
 * Copies a file into the guest (`guest-file-write`), and compares the SHA-256 sums of both.
 *
 * Returns: (transfer full): a future of the sum, a string
 */
DexFuture *
drover_agent_copy_in (DroverAgent *agent, const char *path, const char *guest_path,
                      GCancellable *cancellable, DroverAgentProgress progress, gpointer user_data)
{
  dex_return_error_if_fail (DROVER_IS_AGENT (agent));
  dex_return_error_if_fail (path != NULL && guest_path != NULL);

  return drover_dex_spawn (copy_in_fiber,
                           copy_new (agent, path, guest_path, cancellable, progress, user_data),
                           copy_free);
}

/**
 * drover_agent_copy_out:
 * @agent: a guest agent
 * @guest_path: an absolute path in the guest
 * @path: a file of this computer's to be. One that is there is replaced when the copy is whole
 * @cancellable: (nullable): ends it; no file is left then
 * @progress: (nullable): hears how far it is
 *
 * Copies a file out of the guest (`guest-file-read`), and compares the SHA-256 sums of both.
 *
 * Returns: (transfer full): a future of the sum, a string
 */
DexFuture *
drover_agent_copy_out (DroverAgent *agent, const char *guest_path, const char *path,
                       GCancellable *cancellable, DroverAgentProgress progress,
                       gpointer user_data)
{
  dex_return_error_if_fail (DROVER_IS_AGENT (agent));
  dex_return_error_if_fail (path != NULL && guest_path != NULL);

  return drover_dex_spawn (copy_out_fiber,
                           copy_new (agent, path, guest_path, cancellable, progress, user_data),
                           copy_free);
}
