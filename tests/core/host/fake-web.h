/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>

/* A web server on the loopback that misbehaves byte for byte as told, and remembers what it
 * was asked. libsoup's own server is too well-behaved for that. Answers run in threads, one
 * a connection; the main loop only accepts. */

typedef enum
{
  FAKE_END_PROPERLY,
  FAKE_END_CLOSE,
  FAKE_END_RESET,
  FAKE_END_STALL,
  FAKE_END_STALL_BEFORE_HEAD,
} FakeEnd;

typedef struct
{
  guint status;               /* 0: 200, or 206 when a range is asked for */
  const char *body;
  gsize size;                 /* 0: up to the NUL */
  const char *etag;
  const char *last_modified;
  const char *headers;        /* more lines, each with its \r\n */
  gboolean ignores_range;
  gboolean ignores_if_range;
  gboolean no_length;
  goffset range_shift;        /* a 206 begins so many bytes too far */
  FakeEnd end;
  gsize end_after;            /* bytes of the body */
} FakePage;

typedef struct
{
  GSocketService *service;
  GTlsCertificate *certificate;
  guint16 port;
  GMutex mutex;
  GHashTable *pages;          /* path -> GArray of FakePage; the last one stays */
  GPtrArray *requests;        /* whole heads */
} FakeWeb;

static void
fake_web_write (GOutputStream *out,
                const char    *data,
                gsize          size)
{
  /* Who was cancelled closes early; that is no failure of the server's. */
  g_output_stream_write_all (out, data, size, NULL, NULL, NULL);
}

static char *
fake_web_header (const char *head,
                 const char *name)
{
  g_autofree char *pattern = g_strdup_printf ("\r\n%s: ", name);
  const char *found = strcasestr (head, pattern);

  if (found == NULL)
    return NULL;
  found += strlen (pattern);
  return g_strndup (found, strcspn (found, "\r"));
}

static char *
fake_web_read_head (GInputStream *in)
{
  g_autoptr (GString) head = g_string_new (NULL);
  char c;

  while (g_input_stream_read (in, &c, 1, NULL, NULL) == 1)
    {
      g_string_append_c (head, c);
      if (g_str_has_suffix (head->str, "\r\n\r\n"))
        return g_string_free (g_steal_pointer (&head), FALSE);
    }
  return NULL;
}

/* Remembers the request and takes the page for it. */
static gboolean
fake_web_look_up (FakeWeb    *self,
                  const char *head,
                  FakePage   *page)
{
  g_auto (GStrv) words = g_strsplit (head, " ", 3);
  GArray *pages;

  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->requests, g_strdup (head));
  pages = g_hash_table_lookup (self->pages, words[1]);
  if (pages != NULL)
    {
      *page = g_array_index (pages, FakePage, 0);
      if (pages->len > 1)
        g_array_remove_index (pages, 0);
    }
  g_mutex_unlock (&self->mutex);

  /* The test may wait for this request. */
  g_main_context_wakeup (NULL);
  return pages != NULL;
}

/* Whether the page is answered with a range, and from where. */
static gboolean
fake_web_wants_range (const FakePage *page,
                      const char     *head,
                      guint64        *start)
{
  g_autofree char *range = fake_web_header (head, "Range");
  g_autofree char *if_range = fake_web_header (head, "If-Range");

  if (range == NULL || page->ignores_range || !g_str_has_prefix (range, "bytes="))
    return FALSE;
  if (if_range != NULL && !page->ignores_if_range &&
      g_strcmp0 (if_range, page->etag) != 0 && g_strcmp0 (if_range, page->last_modified) != 0)
    return FALSE;

  *start = g_ascii_strtoull (range + strlen ("bytes="), NULL, 10);
  return TRUE;
}

static char *
fake_web_dup_answer_head (const FakePage *page,
                          guint           status,
                          gboolean        is_range,
                          guint64         start,
                          gsize           size)
{
  GString *head = g_string_new (NULL);

  g_string_printf (head, "HTTP/1.1 %u %s\r\nConnection: close\r\n", status,
                   status == 404 ? "Not Found" : status == 200 ? "OK" : "Whatever");
  if (is_range && status == 206)
    g_string_append_printf (head, "Content-Range: bytes %" G_GUINT64_FORMAT "-%" G_GSIZE_FORMAT
                            "/%" G_GSIZE_FORMAT "\r\n", start, size - 1, size);
  if (!page->no_length)
    g_string_append_printf (head, "Content-Length: %" G_GSIZE_FORMAT "\r\n",
                            (gsize) (size - start));
  if (page->etag != NULL)
    g_string_append_printf (head, "ETag: %s\r\n", page->etag);
  if (page->last_modified != NULL)
    g_string_append_printf (head, "Last-Modified: %s\r\n", page->last_modified);
  if (page->headers != NULL)
    g_string_append (head, page->headers);
  g_string_append (head, "\r\n");
  return g_string_free (head, FALSE);
}

static void
fake_web_misbehave (const FakePage    *page,
                    GIOStream         *stream,
                    GSocketConnection *connection)
{
  const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
  int fd = g_socket_get_fd (g_socket_connection_get_socket (connection));
  char c;

  if (page->end == FAKE_END_RESET)
    g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), ==, 0);

  /* Until the other side gives up. */
  if (page->end == FAKE_END_STALL || page->end == FAKE_END_STALL_BEFORE_HEAD)
    g_input_stream_read (g_io_stream_get_input_stream (stream), &c, 1, NULL, NULL);
}

static void
fake_web_answer (FakeWeb           *self,
                 GIOStream         *stream,
                 GSocketConnection *connection)
{
  GOutputStream *out = g_io_stream_get_output_stream (stream);
  g_autofree char *head = fake_web_read_head (g_io_stream_get_input_stream (stream));
  g_autofree char *answer = NULL;
  FakePage page = { .status = 404, .body = "no such page" };
  guint64 start = 0;
  gboolean is_range;
  gsize size;
  guint status;

  if (head == NULL)
    return;

  fake_web_look_up (self, head, &page);
  if (page.body == NULL)
    page.body = "";
  size = page.size > 0 ? page.size : strlen (page.body);
  is_range = fake_web_wants_range (&page, head, &start);
  status = page.status != 0 ? page.status : is_range ? 206 : 200;
  if (is_range && start >= size)
    status = 416;
  if (status != 206)
    start = 0;
  else
    start += page.range_shift;

  if (page.end != FAKE_END_STALL_BEFORE_HEAD)
    {
      gsize most = g_str_has_prefix (head, "HEAD ") ? 0 : size - start;

      if (page.end != FAKE_END_PROPERLY)
        most = MIN (page.end_after, most);

      answer = fake_web_dup_answer_head (&page, status, is_range, start, size);
      fake_web_write (out, answer, strlen (answer));
      fake_web_write (out, page.body + start, most);
    }
  fake_web_misbehave (&page, stream, connection);
}

static gboolean
fake_web_run_cb (GThreadedSocketService *service,
                 GSocketConnection      *connection,
                 GObject                *source_object,
                 gpointer                user_data)
{
  FakeWeb *self = user_data;
  g_autoptr (GIOStream) stream = g_object_ref (G_IO_STREAM (connection));

  if (self->certificate != NULL)
    {
      g_clear_object (&stream);
      stream = g_tls_server_connection_new (G_IO_STREAM (connection), self->certificate, NULL);
    }

  fake_web_answer (self, stream, connection);
  g_io_stream_close (stream, NULL, NULL);
  return TRUE;
}

static FakeWeb *
fake_web_new (GTlsCertificate *certificate)
{
  FakeWeb *self = g_new0 (FakeWeb, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) given = NULL;
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->mutex);
  self->pages = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                       (GDestroyNotify) g_array_unref);
  self->requests = g_ptr_array_new_with_free_func (g_free);
  g_set_object (&self->certificate, certificate);
  self->service = g_threaded_socket_service_new (20);
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), wanted, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &given, &error);
  g_assert_no_error (error);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (given));
  g_signal_connect (self->service, "run", G_CALLBACK (fake_web_run_cb), self);
  return self;
}

static void
fake_web_free (FakeWeb *self)
{
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));

  /* The threads use what follows. They hold the service as long as they run. */
  while (g_atomic_int_get (&G_OBJECT (self->service)->ref_count) > 1)
    g_main_context_iteration (NULL, FALSE);

  g_object_unref (self->service);
  g_clear_object (&self->certificate);
  g_hash_table_unref (self->pages);
  g_ptr_array_unref (self->requests);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeWeb, fake_web_free)

static char *
fake_web_dup_address (FakeWeb    *self,
                      const char *path)
{
  return g_strdup_printf ("%s://127.0.0.1:%u%s", self->certificate != NULL ? "https" : "http",
                          self->port, path);
}

/* One more page for PATH: each but the last is served once. */
G_GNUC_UNUSED static void
fake_web_add (FakeWeb        *self,
              const char     *path,
              const FakePage *page)
{
  GArray *pages;

  g_mutex_lock (&self->mutex);
  if ((pages = g_hash_table_lookup (self->pages, path)) == NULL)
    {
      pages = g_array_new (FALSE, FALSE, sizeof (FakePage));
      g_hash_table_insert (self->pages, g_strdup (path), pages);
    }
  g_array_append_val (pages, *page);
  g_mutex_unlock (&self->mutex);
}

/* From now on PATH is PAGE. */
G_GNUC_UNUSED static void
fake_web_set (FakeWeb        *self,
              const char     *path,
              const FakePage *page)
{
  g_mutex_lock (&self->mutex);
  g_hash_table_remove (self->pages, path);
  g_mutex_unlock (&self->mutex);
  fake_web_add (self, path, page);
}

G_GNUC_UNUSED static guint
fake_web_count (FakeWeb *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = self->requests->len;
  g_mutex_unlock (&self->mutex);
  return n;
}

/* How often PATH was asked for. */
G_GNUC_UNUSED static guint
fake_web_count_of (FakeWeb    *self,
                   const char *path)
{
  g_autofree char *line = g_strdup_printf ("GET %s HTTP", path);
  guint n = 0;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->requests->len; i++)
    n += g_str_has_prefix (g_ptr_array_index (self->requests, i), line);
  g_mutex_unlock (&self->mutex);
  return n;
}

/* A header of the Nth request, or its path when NAME is NULL. */
G_GNUC_UNUSED static char *
fake_web_dup_request (FakeWeb    *self,
                      guint       n,
                      const char *name)
{
  char *found;

  g_mutex_lock (&self->mutex);
  g_assert_cmpuint (n, <, self->requests->len);
  if (name != NULL)
    {
      found = fake_web_header (g_ptr_array_index (self->requests, n), name);
    }
  else
    {
      g_auto (GStrv) words = g_strsplit (g_ptr_array_index (self->requests, n), " ", 3);

      found = g_strdup (words[1]);
    }
  g_mutex_unlock (&self->mutex);
  return found;
}

/* To be called first in `main`: a proxy is not asked for the loopback. */
static void
fake_web_unset_proxies (void)
{
  static const char *const names[] = { "http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY",
                                       "HTTPS_PROXY", "ALL_PROXY" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_unsetenv (names[i]);
}

#define fake_web_assert_request(self, n, name, expected)             \
  G_STMT_START {                                                     \
    g_autofree char *_found = fake_web_dup_request (self, n, name);  \
    g_assert_cmpstr (_found, ==, expected);                          \
  } G_STMT_END
