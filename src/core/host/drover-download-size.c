/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-checksums.h"
#include "drover-dex.h"
#include "drover-download-size.h"
#include "drover-http.h"

/* How large a download will be, asked of its servers. It is for the eyes only: nothing of what
 * comes is believed later. */

#define MAX_REDIRECTS 10
#define MAX_LIST_SIZE (4 * 1024 * 1024)
#define TIMEOUT_SECONDS 15

/* TLS is deep. */
#define FIBER_STACK_SIZE (512 * 1024)

typedef struct
{
  DroverDownloadRequest *request;
  GCancellable *cancellable;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  drover_download_request_free (question->request);
  g_object_unref (question->cancellable);
  g_free (question);
}

/* Sends one request, and follows where it is redirected to. Who does not answer in time is left
 * to itself. */
static GInputStream *
ask (Question *self, const char *address, const char *method, SoupMessage **message,
     GError **error)
{
  g_autoptr (SoupMessage) current = drover_http_get (address, error);

  for (guint i = 0; current != NULL && i <= MAX_REDIRECTS; i++)
    {
      g_autoptr (GInputStream) body = NULL;
      SoupMessage *next;

      soup_message_set_method (current, method);
      body = dex_await_object (
        dex_future_first (drover_http_send (current, self->cancellable),
                          dex_timeout_new_seconds (TIMEOUT_SECONDS), NULL),
        error);
      if (body == NULL)
        return NULL;
      if (!SOUP_STATUS_IS_REDIRECTION (soup_message_get_status (current)))
        {
          *message = g_steal_pointer (&current);
          return g_steal_pointer (&body);
        }
      next = drover_http_redirected (current, error);
      g_object_unref (current);
      current = next;
    }

  if (current != NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                 _("Cannot download %s: it redirects again and again"), address);
  return NULL;
}

static gboolean
check_status (SoupMessage *message, GError **error)
{
  g_autofree char *address = drover_http_dup_address (message);

  if (soup_message_get_status (message) == SOUP_STATUS_OK)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _("%s answered %u: %s"), address,
               soup_message_get_status (message), soup_message_get_reason_phrase (message));
  return FALSE;
}

static char *
fetch_list (Question *self, GError **error)
{
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GInputStream) body =
    ask (self, self->request->checksums, SOUP_METHOD_GET, &message, error);
  g_autoptr (GString) text = g_string_new (NULL);

  if (body == NULL || !check_status (message, error))
    return NULL;

  while (text->len < MAX_LIST_SIZE)
    {
      g_autoptr (GBytes) bytes = dex_await_boxed (
        dex_future_first (drover_http_read (body, MAX_LIST_SIZE, self->cancellable),
                          dex_timeout_new_seconds (TIMEOUT_SECONDS), NULL),
        error);

      if (bytes == NULL)
        return NULL;
      if (g_bytes_get_size (bytes) == 0)
        break;
      g_string_append_len (text, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    }

  return g_string_free_and_steal (g_steal_pointer (&text));
}

/* The newest file of a pattern is in the list of checksums. */
static char *
find_name (Question *self, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *sum = NULL;
  char *name = NULL;

  if (!drover_download_request_is_pattern (self->request))
    return drover_download_request_dup_name (self->request);

  text = fetch_list (self, error);
  if (text != NULL)
    sum = drover_checksums_match (text, self->request->name, &name, error);
  return name;
}

static guint64
ask_address (Question *self, const char *address, const char *name, GError **error)
{
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *whole = g_str_has_suffix (address, "/") ? g_strconcat (address, escaped, NULL)
                                                           : g_strdup (address);
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GInputStream) body = ask (self, whole, SOUP_METHOD_HEAD, &message, error);
  goffset length;

  if (body == NULL || !check_status (message, error))
    return 0;

  length = soup_message_headers_get_content_length (soup_message_get_response_headers (message));
  if (length <= 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 _("%s does not say how large it is"), whole);
  return MAX (length, 0);
}

static DexFuture *
ask_fiber (gpointer user_data)
{
  Question *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = find_name (self, &error);

  for (guint i = 0; name != NULL && self->request->addresses[i] != NULL; i++)
    {
      guint64 size;

      g_clear_error (&error);
      size = ask_address (self, self->request->addresses[i], name, &error);
      if (size > 0)
        return dex_future_new_for_uint64 (size);
      if (g_cancellable_is_cancelled (self->cancellable))
        break;
    }

  return dex_future_new_for_error (g_steal_pointer (&error));
}

/**
 * drover_download_size_ask:
 * @request: a download that drover_download_request_check() has nothing against
 * @cancellable: ends it
 *
 * Asks the first address that knows, without getting the file.
 *
 * Returns: (transfer full): a future of the file's size in bytes, a #guint64
 */
DexFuture *
drover_download_size_ask (const DroverDownloadRequest *request, GCancellable *cancellable)
{
  Question *question = g_new0 (Question, 1);

  question->request = drover_download_request_copy (request);
  question->cancellable = g_object_ref (cancellable);
  return drover_dex_spawn_with_stack (ask_fiber, question, question_free, FIBER_STACK_SIZE);
}
