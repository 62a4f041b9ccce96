/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

#include "drover-http.h"
#include "drover-transfer.h"

#define CHUNK_SIZE (128 * 1024)
#define MAX_REDIRECTS 10

typedef enum
{
  ANSWER_FAILED,
  ANSWER_USABLE,
  /* Of no use, but the answer to a request for the whole file may be. */
  ANSWER_START_OVER,
} Answer;

static gboolean
stall_cb (gpointer user_data)
{
  DroverTransfer *self = user_data;

  self->stalled = TRUE;
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

static gboolean
stall_dispatch (GSource     *source,
                GSourceFunc  callback,
                gpointer     user_data)
{
  return callback (user_data);
}

static void
watch_for_stalls (DroverTransfer *self)
{
  static GSourceFuncs funcs = { .dispatch = stall_dispatch };

  self->stalled = FALSE;
  self->stall = g_source_new (&funcs, sizeof (GSource));
  g_source_set_static_name (self->stall, "[drover-transfer-stall]");
  g_source_set_callback (self->stall, stall_cb, self, NULL);
  g_source_attach (self->stall, NULL);
}

static void
stop_watching (DroverTransfer *self)
{
  g_source_destroy (self->stall);
  g_clear_pointer (&self->stall, g_source_unref);
}

/* Gives the server the whole time again. */
static void
expect_more (DroverTransfer *self)
{
  if (self->stall_timeout > 0)
    g_source_set_ready_time (self->stall, g_get_monotonic_time () +
                                          self->stall_timeout * G_USEC_PER_SEC);
}

static void
report (DroverTransfer *self)
{
  self->progress (drover_part_file_get_size (self->part), self->total, self->progress_data);
}

/* What libsoup reports has neither the address nor what to do about it. */
static void
explain (DroverTransfer *self,
         const char     *address,
         const GError   *reason,
         GError        **error)
{
  const guint64 size = drover_part_file_get_size (self->part);
  g_autofree char *got = g_format_size (size);
  g_autoptr (GError) explained = g_error_copy (reason);

  if (self->stalled)
    {
      g_clear_error (&explained);
      g_set_error (&explained, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                   g_dngettext (GETTEXT_PACKAGE, "Nothing came for %u second",
                                "Nothing came for %u seconds", self->stall_timeout),
                   self->stall_timeout);
    }
  else if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&explained));
      return;
    }

  if (size > 0)
    g_set_error (error, explained->domain, explained->code,
                 _("The download of %s broke off after %s. Try again to get the rest. (%s)"),
                 address, got, explained->message);
  else
    g_set_error (error, explained->domain, explained->code,
                 _("Cannot download %s: %s"), address, explained->message);
}

static void
ask_for_the_rest (DroverTransfer *self,
                  SoupMessage    *message)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  const char *validator = drover_part_file_get_validator (self->part);

  if (!drover_part_file_can_continue (self->part))
    return;

  soup_message_headers_set_range (headers, drover_part_file_get_size (self->part), -1);
  if (validator != NULL)
    soup_message_headers_replace (headers, "If-Range", validator);
}

/* One request and its answer, redirects among them. */
static GInputStream *
exchange (DroverTransfer  *self,
          SoupMessage     *message,
          GError         **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *address = NULL;
  GInputStream *body;

  ask_for_the_rest (self, message);
  expect_more (self);
  body = dex_await_object (drover_http_send (message, self->cancellable), &reason);
  if (body != NULL)
    return body;

  address = drover_http_dup_address (message);
  explain (self, address, reason, error);
  return NULL;
}

/* Sends the request, and again where it is redirected to. */
static GInputStream *
get_answer (DroverTransfer  *self,
            SoupMessage    **answered,
            GError         **error)
{
  g_autoptr (SoupMessage) message = drover_http_get (self->address, error);

  for (guint n = 0; message != NULL; n++)
    {
      g_autoptr (GInputStream) body = exchange (self, message, error);
      SoupMessage *next;

      if (body == NULL)
        return NULL;

      if (!SOUP_STATUS_IS_REDIRECTION (soup_message_get_status (message)))
        {
          *answered = g_steal_pointer (&message);
          return g_steal_pointer (&body);
        }

      if (n == MAX_REDIRECTS)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                       _("Cannot download %s: it redirects again and again"), self->address);
          return NULL;
        }

      next = drover_http_redirected (message, error);
      g_object_unref (message);
      message = next;
    }
  return NULL;
}

/* What the server can tell these bytes by. A weak ETag may stand for other bytes. */
static const char *
get_validator (SoupMessageHeaders *headers)
{
  const char *etag = soup_message_headers_get_one (headers, "ETag");

  if (etag != NULL && etag[0] == '"')
    return etag;
  return soup_message_headers_get_one (headers, "Last-Modified");
}

/* Whether a 206 is the rest of what is here. Some servers heed no If-Range, and some send
 * another range than they were asked for. */
static gboolean
is_the_rest (SoupMessageHeaders *headers,
             DroverPartFile     *part,
             goffset            *total)
{
  const char *validator = drover_part_file_get_validator (part);
  const char *now;
  goffset start, end;

  if (!soup_message_headers_get_content_range (headers, &start, &end, total) ||
      start < 0 || (guint64) start != drover_part_file_get_size (part))
    return FALSE;

  /* Another mirror has validators of its own; the sum of the whole will tell. */
  if (validator == NULL)
    return TRUE;

  now = soup_message_headers_get_one (headers, validator[0] == '"' ? "ETag" : "Last-Modified");
  return now == NULL || g_str_equal (now, validator);
}

static gboolean
check_size (DroverTransfer *self, guint64 size, GError **error)
{
  g_autofree char *most = NULL;

  if (self->max_size == 0 || size <= self->max_size)
    return TRUE;

  most = g_format_size (self->max_size);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
               _("Cannot download %s: it is longer than %s, which is far too long for what it "
                 "should be"), self->address, most);
  return FALSE;
}

static void
refuse_status (SoupMessage  *message,
               GError      **error)
{
  const guint status = soup_message_get_status (message);
  g_autofree char *address = drover_http_dup_address (message);
  const char *phrase = soup_message_get_reason_phrase (message);
  GIOErrorEnum code = G_IO_ERROR_FAILED;

  if (status == SOUP_STATUS_NOT_FOUND || status == SOUP_STATUS_GONE)
    code = G_IO_ERROR_NOT_FOUND;
  else if (status == SOUP_STATUS_UNAUTHORIZED || status == SOUP_STATUS_FORBIDDEN)
    code = G_IO_ERROR_PERMISSION_DENIED;

  g_set_error (error, G_IO_ERROR, code, _("Cannot download %s: the server answered %u %s"),
               address, status, phrase != NULL ? phrase : soup_status_get_phrase (status));
}

/* Readies the part for the body of the answer. */
static Answer
judge_answer (DroverTransfer  *self,
              SoupMessage     *message,
              GError         **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const gboolean has_length =
    soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH;
  const gboolean asked_for_rest = drover_part_file_can_continue (self->part);
  const guint status = soup_message_get_status (message);
  goffset total = 0;

  if (asked_for_rest && (status == SOUP_STATUS_PARTIAL_CONTENT ||
                         status == SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE))
    {
      if (status != SOUP_STATUS_PARTIAL_CONTENT || !is_the_rest (headers, self->part, &total))
        return drover_part_file_restart (self->part, NULL, error) ? ANSWER_START_OVER
                                                                  : ANSWER_FAILED;
      self->total = MAX (total, 0);
      if (drover_part_file_get_validator (self->part) == NULL &&
          !drover_part_file_take_over (self->part, get_validator (headers), error))
        return ANSWER_FAILED;
    }
  else if (status == SOUP_STATUS_OK)
    {
      if (!drover_part_file_restart (self->part, get_validator (headers), error))
        return ANSWER_FAILED;
      self->total = has_length ? soup_message_headers_get_content_length (headers) : 0;
    }
  else
    {
      refuse_status (message, error);
      return ANSWER_FAILED;
    }

  report (self);
  return check_size (self, self->total, error) &&
         drover_part_file_has_room (self->part, self->total, error) ? ANSWER_USABLE : ANSWER_FAILED;
}

static gboolean
append (DroverTransfer  *self,
        GBytes          *bytes,
        GError         **error)
{
  g_autoptr (GError) write_error = NULL;
  gboolean written = drover_part_file_append (self->part, bytes, &write_error);

  report (self);
  if (written)
    return TRUE;

  if (g_error_matches (write_error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    {
      g_autofree char *got = g_format_size (drover_part_file_get_size (self->part));

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                   _("The disk is full: the download of %s ended after %s. "
                     "Make room and try again to get the rest. (%s)"),
                   self->address, got, write_error->message);
    }
  else
    {
      g_propagate_error (error, g_steal_pointer (&write_error));
    }
  return FALSE;
}

static gboolean
receive_body (DroverTransfer  *self,
              GInputStream    *body,
              GError         **error)
{
  for (;;)
    {
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GError) reason = NULL;

      expect_more (self);
      bytes = dex_await_boxed (drover_http_read (body, CHUNK_SIZE, self->cancellable), &reason);
      if (bytes == NULL)
        {
          explain (self, self->address, reason, error);
          return FALSE;
        }
      if (g_bytes_get_size (bytes) == 0)
        return TRUE;
      if (!append (self, bytes, error) ||
          !check_size (self, drover_part_file_get_size (self->part), error))
        return FALSE;
    }
}

static gboolean
check_length (DroverTransfer  *self,
              GError         **error)
{
  const guint64 received = drover_part_file_get_size (self->part);

  if (self->total == 0 || received == self->total)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT,
               _("The download of %s ended with %" PRIu64 " of %" PRIu64
                 " bytes. Try again to get the rest."),
               self->address, received, self->total);
  return FALSE;
}

static Answer
try_once (DroverTransfer  *self,
          GError         **error)
{
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GInputStream) body = get_answer (self, &message, error);
  Answer answer;

  if (body == NULL)
    return ANSWER_FAILED;

  answer = judge_answer (self, message, error);
  if (answer == ANSWER_USABLE && (!receive_body (self, body, error) || !check_length (self, error)))
    return ANSWER_FAILED;
  return answer;
}

/**
 * drover_transfer_fetch:
 * @self: with its public fields filled in and the rest zero
 *
 * Gets what is missing of the file, or the whole of it when the server cannot continue.
 * Call it in a fiber on the main thread. When the part holds bytes with a validator, they
 * must have been hashed.
 *
 * Returns: whether the part now has as many bytes as the server announced; if not, what
 *   came stays in the part
 */
gboolean
drover_transfer_fetch (DroverTransfer  *self,
                       GError         **error)
{
  Answer answer;

  watch_for_stalls (self);

  /* The second request is for the whole file, and no answer to it starts over again. */
  while ((answer = try_once (self, error)) == ANSWER_START_OVER)
    ;

  stop_watching (self);
  return answer == ANSWER_USABLE;
}
