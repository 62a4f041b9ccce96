/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-http.h"

/* Below GTK's redraws: a fast network must not freeze the window. */
#define IO_PRIORITY G_PRIORITY_DEFAULT_IDLE

/* Content-Encoding is not undone: a checksum is of the file as its publisher stores it,
 * and a range is of what goes over the wire. Timeouts are the business of who sends: libsoup
 * has one for all messages, and over HTTP/2 it does not see a single stream stall. */
static SoupSession *
get_session (void)
{
  static SoupSession *session;

  if (g_once_init_enter_pointer (&session))
    {
      SoupSession *made = soup_session_new_with_options ("user-agent", "Drover/" APP_VERSION,
                                                         "timeout", 0, NULL);

      soup_session_remove_feature_by_type (made, SOUP_TYPE_CONTENT_DECODER);
      g_once_init_leave_pointer (&session, made);
    }
  return session;
}

static char *
dup_printable (GUri *uri)
{
  return g_uri_to_string_partial (uri, G_URI_HIDE_PASSWORD);
}

static SoupMessage *
get_uri (GUri    *uri,
         GError **error)
{
  const char *scheme = g_uri_get_scheme (uri);
  SoupMessage *message;

  if ((!g_str_equal (scheme, "http") && !g_str_equal (scheme, "https")) ||
      g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    {
      g_autofree char *printable = dup_printable (uri);

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                   _("Cannot download from “%s”: Drover downloads from http and https addresses"),
                   printable);
      return NULL;
    }

  message = soup_message_new_from_uri (SOUP_METHOD_GET, uri);
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_headers_replace (soup_message_get_request_headers (message),
                                "Accept-Encoding", "identity");
  return message;
}

/**
 * drover_http_get:
 * @address: where to get something
 *
 * Returns: (transfer full) (nullable): a GET request that does not follow redirects
 *   by itself, or %NULL when @address is no http or https address
 */
SoupMessage *
drover_http_get (const char  *address,
                 GError     **error)
{
  g_autoptr (GUri) uri = NULL;
  g_autoptr (GError) uri_error = NULL;

  g_return_val_if_fail (address != NULL, NULL);

  if ((uri = g_uri_parse (address, SOUP_HTTP_URI_FLAGS, &uri_error)) == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _("“%s” is not an address: %s"), address, uri_error->message);
      return NULL;
    }
  return get_uri (uri, error);
}

/**
 * drover_http_redirected:
 * @message: a request that was answered with a redirect
 *
 * libsoup would follow a redirect from https to http, after which anybody on the way
 * may exchange the file; so redirects are followed here.
 *
 * Returns: (transfer full) (nullable): the request to send next, or %NULL when the
 *   redirect leads nowhere or down to http
 */
SoupMessage *
drover_http_redirected (SoupMessage  *message,
                        GError      **error)
{
  g_autofree char *from = drover_http_dup_address (message);
  const char *location;
  g_autoptr (GUri) uri = NULL;

  location = soup_message_headers_get_one (soup_message_get_response_headers (message), "Location");
  if (location != NULL)
    uri = g_uri_parse_relative (soup_message_get_uri (message), location,
                                SOUP_HTTP_URI_FLAGS, NULL);

  if (uri == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                   _("%s answered %u, a redirect, without an address to go to"),
                   from, soup_message_get_status (message));
      return NULL;
    }

  if (g_str_equal (g_uri_get_scheme (soup_message_get_uri (message)), "https") &&
      g_str_equal (g_uri_get_scheme (uri), "http"))
    {
      g_autofree char *to = dup_printable (uri);

      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                   _("%s redirects to %s, which is not encrypted: refused"), from, to);
      return NULL;
    }
  return get_uri (uri, error);
}

/**
 * drover_http_dup_address:
 *
 * Returns: (transfer full): where @message goes, for messages: a password is left out
 */
char *
drover_http_dup_address (SoupMessage *message)
{
  return dup_printable (soup_message_get_uri (message));
}

typedef struct
{
  DexPromise *promise;
  GCancellable *outer;
  GCancellable *inner;
  gulong handler;
  gboolean has_headers;
} Send;

static void
outer_cancelled_cb (GCancellable *outer,
                    Send         *send)
{
  if (!send->has_headers)
    g_cancellable_cancel (send->inner);
}

/* After one of these libsoup may send the message again, with a password or elsewhere. */
static gboolean
is_last_answer (SoupMessage *message)
{
  const guint status = soup_message_get_status (message);

  return status != SOUP_STATUS_UNAUTHORIZED && status != SOUP_STATUS_PROXY_UNAUTHORIZED &&
         status != SOUP_STATUS_MISDIRECTED_REQUEST;
}

static void
got_headers_cb (SoupMessage *message,
                Send        *send)
{
  send->has_headers = is_last_answer (message);
}

static void
send_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Send *send = user_data;
  SoupSession *session = SOUP_SESSION (object);
  SoupMessage *message = soup_session_get_async_result_message (session, result);
  GError *error = NULL;
  g_autoptr (GInputStream) body = soup_session_send_finish (session, result, &error);

  if (body != NULL && g_cancellable_set_error_if_cancelled (send->outer, &error))
    g_clear_object (&body);

  if (body != NULL)
    dex_promise_resolve_object (send->promise, g_steal_pointer (&body));
  else
    dex_promise_reject (send->promise, error);

  g_clear_signal_handler (&send->handler, send->outer);
  g_signal_handlers_disconnect_by_data (message, send);
  g_clear_object (&send->outer);
  g_clear_object (&send->inner);
  dex_clear (&send->promise);
  g_free (send);
}

/**
 * drover_http_send:
 * @message: a request from drover_http_get(); call this on the main thread
 * @cancellable: ends the wait for an answer
 *
 * libsoup 3.6.5 frees too much when a message is cancelled after its headers came and
 * before it was told to us, and crashes then or later. So from the headers on it does not
 * hear of a cancel; we obey it when libsoup is done, which is at once.
 *
 * Returns: (transfer full): a future of the #GInputStream of the body, once the
 *   answer's headers have come, whatever its status
 */
DexFuture *
drover_http_send (SoupMessage  *message,
                  GCancellable *cancellable)
{
  DexPromise *promise = dex_promise_new ();
  Send *send = g_new0 (Send, 1);

  send->promise = dex_ref (promise);
  send->outer = g_object_ref (cancellable);
  send->inner = g_cancellable_new ();
  if (g_cancellable_is_cancelled (cancellable))
    g_cancellable_cancel (send->inner);

  send->handler = g_signal_connect (cancellable, "cancelled",
                                    G_CALLBACK (outer_cancelled_cb), send);
  g_signal_connect (message, "got-headers", G_CALLBACK (got_headers_cb), send);
  soup_session_send_async (get_session (), message, IO_PRIORITY, send->inner, send_cb, send);
  return DEX_FUTURE (promise);
}

static void
read_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (DexPromise) promise = user_data;
  GBytes *bytes;
  GError *error = NULL;

  if ((bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error)) != NULL)
    dex_promise_resolve_boxed (promise, G_TYPE_BYTES, bytes);
  else
    dex_promise_reject (promise, error);
}

/**
 * drover_http_read:
 * @body: what drover_http_send() resolved to
 * @most: the most bytes to wait for
 * @cancellable: (nullable): ends the wait; unlike libdex's own call, the owner's
 *   cancellable serves a whole download
 *
 * Returns: (transfer full): a future of #GBytes, empty at the end of the body
 */
DexFuture *
drover_http_read (GInputStream *body,
                  gsize         most,
                  GCancellable *cancellable)
{
  DexPromise *promise = dex_promise_new ();

  g_input_stream_read_bytes_async (body, most, IO_PRIORITY, cancellable,
                                   read_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}
