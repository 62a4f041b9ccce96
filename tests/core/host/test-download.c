/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "drover-download.h"
#include "drover-error.h"
#include "drover-test.h"
#include "fake-web.h"
#include "fake-web-certificate.h"

#define BODY_SIZE 300000
#define HALF (BODY_SIZE / 2)
#define WRONG_SUM "0000000000000000000000000000000000000000000000000000000000000000"

static char body[BODY_SIZE + 1];
static char other_body[BODY_SIZE + 1];
static char *body_sum;

/* One server, one page, one place for the file. */
typedef struct
{
  FakeWeb *web;
  char *address;
  char *folder;
  char *path;
  char *part;
  char *meta;
  DroverDownload *download;
} Fixture;

static const FakePage good = { .body = body, .size = BODY_SIZE, .etag = "\"one\"" };

static void
set_up (Fixture       *f,
        gconstpointer  sum)
{
  f->web = fake_web_new (NULL);
  f->address = fake_web_dup_address (f->web, "/file");
  f->folder = g_build_filename (drover_test_dir (), "place", NULL);
  f->path = g_build_filename (f->folder, "file", NULL);
  f->part = g_strconcat (f->path, ".part", NULL);
  f->meta = g_strconcat (f->path, ".part.meta", NULL);
  f->download = drover_download_new (f->address, f->path, sum != NULL ? sum : body_sum);
  fake_web_set (f->web, "/file", &good);
}

static void
tear_down (Fixture       *f,
           gconstpointer  sum)
{
  g_assert_finalize_object (f->download);
  fake_web_free (f->web);
  g_remove (f->path);
  g_remove (f->part);
  g_remove (f->meta);
  g_remove (f->folder);
  g_free (f->address);
  g_free (f->folder);
  g_free (f->path);
  g_free (f->part);
  g_free (f->meta);
}

/* Takes ADDRESS. */
static void
use_address (Fixture *f,
             char    *address)
{
  g_free (f->address);
  f->address = address;
  g_object_unref (f->download);
  f->download = drover_download_new (f->address, f->path, body_sum);
}

static gboolean
exists (const char *path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
assert_file (const char *path,
             const char *contents,
             gsize       size)
{
  g_autofree char *found = NULL;
  g_autoptr (GError) error = NULL;
  gsize found_size;

  g_file_get_contents (path, &found, &found_size, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (found, found_size, contents, size);
}

static void
run_ok (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  drover_test_await (drover_download_run (f->download), &error);
  g_assert_no_error (error);
  assert_file (f->path, body, BODY_SIZE);
  g_assert_false (exists (f->part));
  g_assert_false (exists (f->meta));
  g_assert_cmpuint (drover_download_get_received (f->download), ==, BODY_SIZE);
  g_assert_cmpuint (drover_download_get_total (f->download), ==, BODY_SIZE);
  g_assert_cmpfloat (drover_download_get_fraction (f->download), ==, 1.0);
}

/* Runs it, expects ERROR, and a message that is like PATTERN. */
static void
run_error (Fixture    *f,
           GQuark      domain,
           int         code,
           const char *pattern)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (drover_test_await (drover_download_run (f->download), &error));
  g_test_message ("%s", error->message);
  if (!g_error_matches (error, domain, code))
    g_error ("%s %d: %s", g_quark_to_string (error->domain), error->code, error->message);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("“%s” is not like “%s”", error->message, pattern);
}

/* Leaves the first half of PAGE behind, by a connection that ends early. */
static void
leave_half (Fixture        *f,
            const FakePage *page)
{
  FakePage half = *page;

  half.end = FAKE_END_CLOSE;
  half.end_after = HALF;
  fake_web_set (f->web, "/file", &half);
  run_error (f, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "The download of http://127.0.0.1:*/file *");
  assert_file (f->part, page->body, HALF);
  g_assert_false (exists (f->path));
  g_assert_cmpuint (drover_download_get_received (f->download), ==, HALF);
  g_assert_cmpuint (drover_download_get_total (f->download), ==, BODY_SIZE);
  fake_web_set (f->web, "/file", page);
}

static void
test_plain (Fixture       *f,
            gconstpointer  data)
{
  g_assert_cmpfloat (drover_download_get_fraction (f->download), <, 0.0);
  g_assert_cmpstr (drover_download_get_title (f->download), ==, "file");
  run_ok (f);
  g_assert_cmpuint (fake_web_count (f->web), ==, 1);
  fake_web_assert_request (f->web, 0, "User-Agent", "Drover/" APP_VERSION);
  fake_web_assert_request (f->web, 0, "Range", NULL);
  fake_web_assert_request (f->web, 0, "Accept-Encoding", "identity");
}

static void
test_without_sum (Fixture       *f,
                  gconstpointer  data)
{
  g_autoptr (DroverDownload) download = drover_download_new (f->address, f->path, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (drover_test_await (drover_download_run (download), &error));
  assert_file (f->path, body, BODY_SIZE);

  /* What is there is replaced, not added to. */
  fake_web_set (f->web, "/file", &(FakePage) { .body = "short" });
  g_assert_true (drover_test_await (drover_download_run (download), &error));
  assert_file (f->path, "short", 5);
}

static void
test_empty_file (Fixture       *f,
                 gconstpointer  data)
{
  g_autoptr (DroverDownload) download = drover_download_new (f->address, f->path, NULL);
  g_autoptr (GError) error = NULL;

  fake_web_set (f->web, "/file", &(FakePage) { .body = "", .etag = "\"e\"" });
  g_assert_true (drover_test_await (drover_download_run (download), &error));
  assert_file (f->path, "", 0);
  g_assert_false (exists (f->meta));
}

static void
test_without_length (Fixture       *f,
                     gconstpointer  data)
{
  FakePage page = good;

  page.no_length = TRUE;
  fake_web_set (f->web, "/file", &page);
  run_ok (f);
}

static void
test_encoded (Fixture       *f,
              gconstpointer  data)
{
  g_autoptr (GZlibCompressor) gzip = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1);
  g_autoptr (GBytes) plain = g_bytes_new_static (body, BODY_SIZE);
  g_autoptr (GBytes) zipped = g_converter_convert_bytes (G_CONVERTER (gzip), plain, NULL);
  g_autoptr (DroverDownload) download = drover_download_new (f->address, f->path, NULL);
  FakePage page = { .etag = "\"gz\"" };
  g_autoptr (GError) error = NULL;

  /* Some servers say this of every .gz; the file is what is on their disk all the same. */
  page.headers = "Content-Encoding: gzip\r\nContent-Type: application/octet-stream\r\n";
  page.body = g_bytes_get_data (zipped, &page.size);
  fake_web_set (f->web, "/file", &page);
  g_assert_true (drover_test_await (drover_download_run (download), &error));
  assert_file (f->path, page.body, page.size);
}

typedef struct
{
  guint received, total, fraction;
  guint64 last_received;
  gboolean said_less, said_the_same;
} Notifications;

static void
notify_cb (DroverDownload *download,
           GParamSpec     *pspec,
           Notifications  *n)
{
  guint64 received = drover_download_get_received (download);

  if (g_str_equal (pspec->name, "total"))
    n->total++;
  else if (g_str_equal (pspec->name, "fraction"))
    n->fraction++;
  else if (g_str_equal (pspec->name, "received"))
    {
      n->received++;
      n->said_less |= received < n->last_received;
      n->said_the_same |= received == n->last_received;
      n->last_received = received;
    }
}

static void
test_progress (Fixture       *f,
               gconstpointer  data)
{
  const gsize size = 48 * 1024 * 1024;
  g_autofree char *large = g_malloc0 (size);
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) large, size);
  g_autoptr (DroverDownload) download = drover_download_new (f->address, f->path, sum);
  g_autoptr (GError) error = NULL;
  Notifications n = { 0 };
  gint64 began = g_get_monotonic_time ();
  guint most;

  fake_web_set (f->web, "/file", &(FakePage) { .body = large, .size = size });
  g_signal_connect (download, "notify", G_CALLBACK (notify_cb), &n);
  g_assert_true (drover_test_await (drover_download_run (download), &error));
  g_assert_no_error (error);
  most = (g_get_monotonic_time () - began) / (G_USEC_PER_SEC / 10) + 3;
  g_test_message ("%u notifications in %u ms", n.received,
                  (guint) ((g_get_monotonic_time () - began) / 1000));

  g_assert_cmpuint (n.received, >=, 1);
  g_assert_cmpuint (n.received, <=, most);
  g_assert_cmpuint (n.fraction, <=, most);
  g_assert_cmpuint (n.total, ==, 1);
  g_assert_cmpuint (n.last_received, ==, size);
  g_assert_false (n.said_less);
  g_assert_false (n.said_the_same);
}

static void
test_wrong_sum (Fixture       *f,
                gconstpointer  data)
{
  g_autofree char *pattern = g_strdup_printf ("*“file”*%s*%s*", body_sum, WRONG_SUM);

  run_error (f, DROVER_ERROR, DROVER_ERROR_CHECKSUM, pattern);
  g_assert_false (exists (f->path));
  g_assert_false (exists (f->part));
  g_assert_false (exists (f->meta));
}

static void
test_wrong_sum_keeps_old_file (Fixture       *f,
                               gconstpointer  data)
{
  g_mkdir_with_parents (f->folder, 0700);
  g_file_set_contents (f->path, "old", -1, NULL);
  run_error (f, DROVER_ERROR, DROVER_ERROR_CHECKSUM, "*");
  assert_file (f->path, "old", 3);
}

static void
test_resume (Fixture       *f,
             gconstpointer  data)
{
  leave_half (f, &good);

  /* Another run of Drover: another object. */
  g_object_unref (f->download);
  f->download = drover_download_new (f->address, f->path, body_sum);
  run_ok (f);
  g_assert_cmpuint (fake_web_count (f->web), ==, 2);
  fake_web_assert_request (f->web, 1, "Range", "bytes=150000-");
  fake_web_assert_request (f->web, 1, "If-Range", "\"one\"");
}

static void
test_resume_by_date (Fixture       *f,
                     gconstpointer  data)
{
  FakePage page = good;

  page.etag = "W/\"weak\"";
  page.last_modified = "Sat, 09 Aug 2025 10:00:00 GMT";
  leave_half (f, &page);
  run_ok (f);
  fake_web_assert_request (f->web, 1, "Range", "bytes=150000-");
  fake_web_assert_request (f->web, 1, "If-Range", "Sat, 09 Aug 2025 10:00:00 GMT");
}

static void
test_resume_twice (Fixture       *f,
                   gconstpointer  data)
{
  FakePage page = good;

  leave_half (f, &good);
  page.end = FAKE_END_RESET;
  page.end_after = 1000;
  fake_web_set (f->web, "/file", &page);
  run_error (f, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "*broke off*");
  fake_web_set (f->web, "/file", &good);
  run_ok (f);
  g_assert_cmpuint (fake_web_count (f->web), ==, 3);
}

/* The server cannot tell whether it still has the same bytes; the sum will. */
static void
test_no_validator (Fixture       *f,
                   gconstpointer  data)
{
  FakePage page = good;

  page.etag = "W/\"weak\"";
  leave_half (f, &page);
  run_ok (f);
  fake_web_assert_request (f->web, 1, "Range", "bytes=150000-");
  fake_web_assert_request (f->web, 1, "If-Range", NULL);
}

/* Nothing can tell. */
static void
test_no_validator_no_sum (Fixture       *f,
                          gconstpointer  data)
{
  FakePage page = good;

  g_object_unref (f->download);
  f->download = drover_download_new (f->address, f->path, NULL);
  page.etag = "W/\"weak\"";
  leave_half (f, &page);
  g_assert_false (exists (f->meta));
  run_ok (f);
  fake_web_assert_request (f->web, 1, "Range", NULL);
}

/* Each mirror has validators of its own. What they do not have is another sum. */
static void
test_other_mirror (Fixture       *f,
                   gconstpointer  data)
{
  FakePage page = good;

  leave_half (f, &good);
  page.etag = "\"mirror's\"";
  fake_web_set (f->web, "/mirror", &page);
  use_address (f, fake_web_dup_address (f->web, "/mirror"));
  run_ok (f);
  g_assert_true (drover_download_was_continued (f->download));
  fake_web_assert_request (f->web, 1, "Range", "bytes=150000-");
  fake_web_assert_request (f->web, 1, "If-Range", NULL);
}

/* From then on it is continued as the mirror's. */
static void
test_other_mirror_breaks_off (Fixture       *f,
                              gconstpointer  data)
{
  FakePage page = good;

  leave_half (f, &good);
  page.etag = "\"mirror's\"";
  page.end = FAKE_END_RESET;
  page.end_after = 1000;
  fake_web_set (f->web, "/mirror", &page);
  use_address (f, fake_web_dup_address (f->web, "/mirror"));
  run_error (f, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "*broke off*");
  page.end = FAKE_END_PROPERLY;
  fake_web_set (f->web, "/mirror", &page);
  run_ok (f);
  fake_web_assert_request (f->web, 2, "If-Range", "\"mirror's\"");
}

static void
test_max_size (Fixture       *f,
               gconstpointer  data)
{
  FakePage page = good;

  drover_download_set_max_size (f->download, HALF);
  run_error (f, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "*longer than 150.0*kB*");
  g_assert_false (exists (f->path));

  page.no_length = TRUE;
  fake_web_set (f->web, "/file", &page);
  run_error (f, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "*longer than 150.0*kB*");
  g_assert_false (exists (f->path));
}

/* More than any disk has is not begun. */
static void
test_no_room (Fixture       *f,
              gconstpointer  data)
{
  FakePage page = good;

  page.no_length = TRUE;
  page.headers = "Content-Length: 4000000000000000\r\n";
  page.end = FAKE_END_CLOSE;
  page.end_after = 1000;
  fake_web_set (f->web, "/file", &page);
  run_error (f, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "*needs 4.0*PB more, and “*” has room for *");
}

static void
test_sha512 (Fixture       *f,
             gconstpointer  data)
{
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA512, (guchar *) body,
                                                      BODY_SIZE);

  g_object_unref (f->download);
  f->download = drover_download_new (f->address, f->path, sum);
  leave_half (f, &good);
  run_ok (f);
  g_assert_cmpstr (drover_download_get_sum (f->download), ==, sum);
  g_object_unref (f->download);
  sum[0] = sum[0] == '0' ? '1' : '0';
  f->download = drover_download_new (f->address, f->path, sum);
  run_error (f, DROVER_ERROR, DROVER_ERROR_CHECKSUM, "*its SHA-512 is *");
}

static void
test_bad_meta (Fixture       *f,
               gconstpointer  data)
{
  static const char *const metas[] = {
    "", "garbage\n", "[download]\naddress=http://elsewhere/\nvalidator=\"one\"\n",
    "[download]\nvalidator=\"one\"\n", "[download]\naddress=\xff\n", NULL,
  };

  for (guint i = 0; i < G_N_ELEMENTS (metas); i++)
    {
      leave_half (f, &good);
      if (metas[i] != NULL)
        g_file_set_contents (f->meta, metas[i], -1, NULL);
      else
        g_remove (f->meta);
      run_ok (f);
      fake_web_assert_request (f->web, i * 2 + 1, "Range", NULL);
      g_remove (f->path);
    }
}

/* A note of how to resume, and nothing to resume. */
static void
test_empty_part (Fixture       *f,
                 gconstpointer  data)
{
  leave_half (f, &good);
  g_file_set_contents (f->part, "", 0, NULL);
  run_ok (f);
  fake_web_assert_request (f->web, 1, "Range", NULL);
}

static void
test_ignores_range (Fixture       *f,
                    gconstpointer  data)
{
  FakePage page = good;

  page.ignores_range = TRUE;
  leave_half (f, &page);
  run_ok (f);
  fake_web_assert_request (f->web, 1, "Range", "bytes=150000-");
}

static void
test_changed_etag (Fixture       *f,
                   gconstpointer  data)
{
  FakePage old = good;

  old.body = other_body;
  old.etag = "\"zero\"";
  leave_half (f, &old);
  fake_web_set (f->web, "/file", &good);
  run_ok (f);
  g_assert_cmpuint (fake_web_count (f->web), ==, 2);
}

static void
test_changed_etag_unheeded (Fixture       *f,
                            gconstpointer  data)
{
  FakePage old = good;
  FakePage now = good;

  old.body = other_body;
  old.etag = "\"zero\"";
  leave_half (f, &old);
  now.ignores_if_range = TRUE;
  fake_web_set (f->web, "/file", &now);
  run_ok (f);
  g_assert_cmpuint (fake_web_count (f->web), ==, 3);
  fake_web_assert_request (f->web, 2, "Range", NULL);
}

/* Even the ETag lies: then the checksum has the last word, and the next try is a fresh one. */
static void
test_lying_etag (Fixture       *f,
                 gconstpointer  data)
{
  FakePage old = good;

  old.body = other_body;
  leave_half (f, &old);
  fake_web_set (f->web, "/file", &good);
  run_error (f, DROVER_ERROR, DROVER_ERROR_CHECKSUM, "*");
  g_assert_false (exists (f->part));
  run_ok (f);
}

static void
test_wrong_range (Fixture       *f,
                  gconstpointer  data)
{
  FakePage page = good;

  leave_half (f, &good);
  page.range_shift = 7;
  fake_web_set (f->web, "/file", &page);
  run_ok (f);
  g_assert_cmpuint (fake_web_count (f->web), ==, 3);
  fake_web_assert_request (f->web, 2, "Range", NULL);
}

/* The server's file became shorter than what is here. */
static void
test_416 (Fixture       *f,
          gconstpointer  data)
{
  g_autofree char *longer = g_strconcat (body, body, NULL);

  leave_half (f, &good);
  g_file_set_contents (f->part, longer, -1, NULL);
  run_ok (f);
  g_assert_cmpuint (fake_web_count (f->web), ==, 3);
  fake_web_assert_request (f->web, 1, "Range", "bytes=600000-");
  fake_web_assert_request (f->web, 2, "Range", NULL);
}

static void
test_416_for_ever (Fixture       *f,
                   gconstpointer  data)
{
  leave_half (f, &good);
  fake_web_set (f->web, "/file", &(FakePage) { .status = 416 });
  run_error (f, G_IO_ERROR, G_IO_ERROR_FAILED, "*416*");
  g_assert_cmpuint (fake_web_count (f->web), ==, 3);
}

static void
test_unasked_206 (Fixture       *f,
                  gconstpointer  data)
{
  fake_web_set (f->web, "/file", &(FakePage) { .status = 206, .body = "part" });
  run_error (f, G_IO_ERROR, G_IO_ERROR_FAILED, "*206*");
}

/* Killed after the last byte and before the rename. */
static void
test_complete_part (Fixture       *f,
                    gconstpointer  data)
{
  leave_half (f, &good);
  g_file_set_contents (f->part, body, BODY_SIZE, NULL);
  run_ok (f);
  g_assert_cmpuint (fake_web_count (f->web), ==, 1);
}

static void
test_reset (Fixture       *f,
            gconstpointer  data)
{
  FakePage page = good;

  page.end = FAKE_END_RESET;
  page.end_after = 0;
  fake_web_set (f->web, "/file", &page);
  run_error (f, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "Cannot download http://127.0.0.1:*");
  g_assert_false (exists (f->part));
  fake_web_set (f->web, "/file", &good);
  run_ok (f);
}

static void
test_stall (Fixture       *f,
            gconstpointer  data)
{
  FakePage page = good;
  gint64 began = g_get_monotonic_time ();

  drover_download_set_stall_timeout (f->download, 1);

  page.end = FAKE_END_STALL_BEFORE_HEAD;
  fake_web_set (f->web, "/file", &page);
  run_error (f, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
             "Cannot download http://127.0.0.1:*/file: Nothing came for 1 second*");
  g_assert_false (exists (f->part));

  page.end = FAKE_END_STALL;
  page.end_after = HALF;
  fake_web_set (f->web, "/file", &page);
  run_error (f, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "*broke off*Nothing came for 1 second*");
  assert_file (f->part, body, HALF);

  /* Of these libsoup wants the whole body before it answers. */
  fake_web_set (f->web, "/file", &(FakePage) { .status = 401, .body = "?", .end = FAKE_END_STALL });
  run_error (f, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "*Nothing came for 1 second*");

  page.end_after = 0;
  fake_web_set (f->web, "/file", &page);
  run_error (f, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "*Nothing came for 1 second*");

  g_assert_cmpint (g_get_monotonic_time () - began, >=, 4 * G_USEC_PER_SEC);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 30 * G_USEC_PER_SEC);
  fake_web_set (f->web, "/file", &good);
  run_ok (f);
  fake_web_assert_request (f->web, 4, "Range", "bytes=150000-");
}

static void
redirect (Fixture    *f,
          const char *path,
          const char *location)
{
  static char lines[8][200];
  static guint next;
  FakePage page = { .status = 302, .body = "moved" };

  next = (next + 1) % G_N_ELEMENTS (lines);
  g_snprintf (lines[next], sizeof lines[next], "Location: %s\r\n", location);
  page.headers = location != NULL ? lines[next] : NULL;
  fake_web_set (f->web, path, &page);
}

static void
test_redirect (Fixture       *f,
               gconstpointer  data)
{
  g_autofree char *absolute = fake_web_dup_address (f->web, "/pool/second");

  redirect (f, "/file", absolute);
  redirect (f, "/pool/second", "third?a=b");
  fake_web_set (f->web, "/pool/third?a=b", &good);
  run_ok (f);
  g_assert_cmpuint (fake_web_count (f->web), ==, 3);
}

static void
test_redirect_and_resume (Fixture       *f,
                          gconstpointer  data)
{
  leave_half (f, &good);
  redirect (f, "/file", "/mirror");
  fake_web_set (f->web, "/mirror", &good);
  run_ok (f);
  fake_web_assert_request (f->web, 2, NULL, "/mirror");
  fake_web_assert_request (f->web, 2, "Range", "bytes=150000-");
}

static void
test_redirect_refused (Fixture       *f,
                       gconstpointer  data)
{
  redirect (f, "/file", "/file");
  run_error (f, G_IO_ERROR, G_IO_ERROR_FAILED, "*redirects again and again");
  g_assert_cmpuint (fake_web_count (f->web), ==, 11);

  redirect (f, "/file", "file:///etc/passwd");
  run_error (f, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "*file:///etc/passwd*");
  redirect (f, "/file", NULL);
  run_error (f, G_IO_ERROR, G_IO_ERROR_FAILED, "*302*");
  redirect (f, "/file", "http://[broken");
  run_error (f, G_IO_ERROR, G_IO_ERROR_FAILED, "*302*");
  g_assert_false (exists (f->part));
}

static void
test_https (Fixture       *f,
            gconstpointer  data)
{
  GTlsBackend *backend = g_tls_backend_get_default ();
  g_autofree char *pem_path = g_build_filename (drover_test_dir (), "test.pem", NULL);
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (FakeWeb) web = NULL;

  if (!g_tls_backend_supports_tls (backend))
    {
      g_test_skip ("GLib has no TLS here");
      return;
    }

  /* GLib's own list of authorities may be missing here, and then it complains. */
  g_file_set_contents (pem_path, fake_web_pem, -1, NULL);
  database = g_tls_file_database_new (pem_path, &error);
  g_assert_no_error (error);
  g_tls_backend_set_default_database (backend, database);

  certificate = g_tls_certificate_new_from_pem (fake_web_pem, -1, &error);
  g_assert_no_error (error);
  web = fake_web_new (certificate);
  fake_web_set (web, "/file", &good);

  /* The certificate is for the number alone. */
  use_address (f, g_strdup_printf ("https://localhost:%u/file", web->port));
  run_error (f, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, "Cannot download https://localhost:*");
  g_assert_false (exists (f->part));

  use_address (f, fake_web_dup_address (web, "/file"));
  run_ok (f);

  /* From https down to http. */
  {
    g_autofree char *plain = fake_web_dup_address (f->web, "/file");
    g_autofree char *location = g_strdup_printf ("Location: %s\r\n", plain);

    fake_web_set (web, "/file", &(FakePage) { .status = 301, .headers = location });
    g_remove (f->path);
    run_error (f, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "https:*redirects to http:*refused");
    g_assert_cmpuint (fake_web_count (f->web), ==, 0);
    g_assert_false (exists (f->path));
  }
  g_tls_backend_set_default_database (backend, NULL);
}

static void
test_http_errors (Fixture       *f,
                  gconstpointer  data)
{
  fake_web_set (f->web, "/file", &(FakePage) { .status = 404, .body = "no" });
  run_error (f, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
             "Cannot download http://127.0.0.1:*/file: the server answered 404 Not Found");
  fake_web_set (f->web, "/file", &(FakePage) { .status = 403 });
  run_error (f, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "*403*");
  fake_web_set (f->web, "/file", &(FakePage) { .status = 503 });
  run_error (f, G_IO_ERROR, G_IO_ERROR_FAILED, "*503*");
  fake_web_set (f->web, "/file", &(FakePage) { .status = 204 });
  run_error (f, G_IO_ERROR, G_IO_ERROR_FAILED, "*204*");
  g_assert_false (exists (f->part));

  /* It may be back tomorrow. */
  leave_half (f, &good);
  fake_web_set (f->web, "/file", &(FakePage) { .status = 404 });
  run_error (f, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "*");
  assert_file (f->part, body, HALF);
  fake_web_set (f->web, "/file", &good);
  run_ok (f);
}

static void
test_odd_headers (Fixture       *f,
               gconstpointer  data)
{
  FakePage page = good;

  page.headers = "Content-Range: bytes 7-3/nonsense\r\nFoo\r\n";
  fake_web_set (f->web, "/file", &page);
  run_ok (f);
}

static void
test_no_server (Fixture       *f,
                gconstpointer  data)
{
  g_socket_service_stop (f->web->service);
  g_socket_listener_close (G_SOCKET_LISTENER (f->web->service));
  run_error (f, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "Cannot download http://127.0.0.1:*");
}

static void
test_bad_address (Fixture       *f,
                  gconstpointer  data)
{
  static const struct
  {
    const char *address;
    GIOErrorEnum code;
  } cases[] = {
    { "", G_IO_ERROR_INVALID_ARGUMENT },
    { "ftp.debian.org/debian", G_IO_ERROR_INVALID_ARGUMENT },
    { "http://[::1/", G_IO_ERROR_INVALID_ARGUMENT },
    { "file:///etc/passwd", G_IO_ERROR_NOT_SUPPORTED },
    { "ftp://127.0.0.1/file", G_IO_ERROR_NOT_SUPPORTED },
    { "http:///file", G_IO_ERROR_NOT_SUPPORTED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      use_address (f, g_strdup (cases[i].address));
      run_error (f, G_IO_ERROR, cases[i].code, "*");
      g_assert_false (exists (f->part));
    }
}

static void
test_password_unseen (Fixture       *f,
                      gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  use_address (f, g_strdup_printf ("http://me:secret@127.0.0.1:%u/x", f->web->port));
  g_assert_false (drover_test_await (drover_download_run (f->download), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_null (strstr (error->message, "secret"));
}

static void
test_cancel (Fixture       *f,
             gconstpointer  data)
{
  FakePage page = good;
  g_autoptr (DexFuture) run = NULL;
  g_autoptr (GError) error = NULL;

  /* Nothing to cancel. */
  drover_download_cancel (f->download);

  page.end = FAKE_END_STALL;
  page.end_after = HALF;
  fake_web_set (f->web, "/file", &page);
  run = drover_download_run (f->download);
  drover_test_until (drover_download_get_received (f->download) == HALF);
  drover_download_cancel (f->download);
  drover_download_cancel (f->download);
  g_assert_false (drover_test_await (g_steal_pointer (&run), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_file (f->part, body, HALF);

  fake_web_set (f->web, "/file", &good);
  run_ok (f);
  fake_web_assert_request (f->web, 1, "Range", "bytes=150000-");
}

static void
test_cancel_at_once (Fixture       *f,
                     gconstpointer  data)
{
  g_autoptr (DexFuture) run = drover_download_run (f->download);
  g_autoptr (GError) error = NULL;

  drover_download_cancel (f->download);
  g_assert_false (drover_test_await (g_steal_pointer (&run), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (exists (f->part));
  g_assert_cmpuint (fake_web_count (f->web), ==, 0);
}

/* libsoup minds when it is cancelled (see drover_http_send()): try all moments. */
static void
test_cancel_any_time (Fixture       *f,
                      gconstpointer  data)
{
  const guint most = g_test_slow () ? 2000 : 300;
  guint cancelled = 0;

  for (guint n = 0; n < most; n++)
    {
      g_autoptr (DexFuture) run = drover_download_run (f->download);
      g_autoptr (GError) error = NULL;

      /* A download takes some tens of turns of the main loop. */
      for (guint turn = 0; turn < n % 100 && dex_future_is_pending (run); turn++)
        g_main_context_iteration (NULL, TRUE);

      drover_download_cancel (f->download);
      if (drover_test_await (g_steal_pointer (&run), &error))
        g_remove (f->path);
      else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        cancelled++;
      else
        g_error ("%s", error->message);
    }
  g_test_message ("cancelled %u times of %u", cancelled, most);
  g_assert_cmpuint (cancelled, >, 0);
  run_ok (f);
}

static void
test_cancel_while_hashing (Fixture       *f,
                           gconstpointer  data)
{
  const gint64 huge = 16 * G_GINT64_CONSTANT (1024) * 1024 * 1024;
  g_autoptr (DexFuture) run = NULL;
  g_autoptr (GError) error = NULL;
  gint64 began;

  /* Mostly a hole, but it would take long to read. */
  leave_half (f, &good);
  g_assert_cmpint (truncate (f->part, huge), ==, 0);
  run = drover_download_run (f->download);
  drover_test_until (drover_download_get_received (f->download) == (guint64) huge);
  began = g_get_monotonic_time ();
  drover_download_cancel (f->download);
  g_assert_false (drover_test_await (g_steal_pointer (&run), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 5 * G_USEC_PER_SEC);
  g_assert_true (exists (f->part));
  g_assert_true (exists (f->meta));
  g_assert_cmpuint (fake_web_count (f->web), ==, 1);
}

static DexFuture *
unexpected_cb (DexFuture *future,
               gpointer   data)
{
  g_assert_not_reached ();
}

static void
test_dropped (Fixture       *f,
              gconstpointer  data)
{
  FakePage page = good;
  DexFuture *waiting;

  page.end = FAKE_END_STALL;
  page.end_after = HALF;
  fake_web_set (f->web, "/file", &page);
  drover_download_set_stall_timeout (f->download, 0);
  waiting = dex_future_finally (drover_download_run (f->download), unexpected_cb, NULL, NULL);
  drover_test_until (drover_download_get_received (f->download) == HALF);
  dex_unref (waiting);

  /* When the last file descriptor is closed the server sees it, and the object is alone. */
  drover_test_until (G_OBJECT (f->download)->ref_count == 1);
  assert_file (f->part, body, HALF);
}

static void
test_twice_at_once (Fixture       *f,
                    gconstpointer  data)
{
  FakePage page = good;
  g_autoptr (DroverDownload) other = drover_download_new (f->address, f->path, body_sum);
  g_autoptr (DexFuture) run = NULL;
  g_autoptr (GError) error = NULL;

  page.end = FAKE_END_STALL;
  page.end_after = HALF;
  fake_web_set (f->web, "/file", &page);
  run = drover_download_run (f->download);
  drover_test_until (drover_download_get_received (f->download) == HALF);

  g_assert_false (drover_test_await (drover_download_run (f->download), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE);
  g_clear_error (&error);
  g_assert_false (drover_test_await (drover_download_run (other), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_clear_error (&error);
  assert_file (f->part, body, HALF);

  drover_download_cancel (f->download);
  g_assert_false (drover_test_await (g_steal_pointer (&run), NULL));
  fake_web_set (f->web, "/file", &good);
  g_assert_true (drover_test_await (drover_download_run (other), &error));
  assert_file (f->path, body, BODY_SIZE);
}

static void
test_unwritable (Fixture       *f,
                 gconstpointer  data)
{
  g_autofree char *below_file = NULL;

  /* As root no permission stops us, but nothing is below a regular file. */
  g_mkdir_with_parents (f->folder, 0700);
  g_file_set_contents (f->path, "a file", -1, NULL);
  below_file = g_build_filename (f->path, "folder", "file", NULL);
  g_object_unref (f->download);
  f->download = drover_download_new (f->address, below_file, body_sum);
  run_error (f, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY, "Cannot write “*/place/file/folder”: *");
  g_assert_cmpuint (fake_web_count (f->web), ==, 0);
}

static void
test_place_taken (Fixture       *f,
                  gconstpointer  data)
{
  g_mkdir_with_parents (f->path, 0700);
  run_error (f, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY, "Cannot write “*/place/file”: *");
  assert_file (f->part, body, BODY_SIZE);
  g_remove (f->path);
  run_ok (f);
  g_assert_cmpuint (fake_web_count (f->web), ==, 1);
}

static void
test_disk_full (Fixture       *f,
                gconstpointer  data)
{
  if (!exists ("/dev/full"))
    {
      g_test_skip ("no /dev/full here");
      return;
    }

  g_mkdir_with_parents (f->folder, 0700);
  g_assert_cmpint (symlink ("/dev/full", f->part), ==, 0);
  run_error (f, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The disk is full: *http://127.0.0.1:*/file*");
  g_assert_false (exists (f->path));
}

static void
test_file_too_large (Fixture       *f,
                     gconstpointer  data)
{
  struct rlimit before, limit;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  limit = before;
  limit.rlim_cur = HALF;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  run_error (f, G_IO_ERROR, G_IO_ERROR_FAILED, "Cannot write “*/place/file.part”: *");
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);

  assert_file (f->part, body, HALF);
  run_ok (f);
  fake_web_assert_request (f->web, 1, "Range", "bytes=150000-");
}

static void
test_verify (Fixture       *f,
             gconstpointer  data)
{
  g_autoptr (DroverDownload) sumless = drover_download_new (f->address, f->path, NULL);
  DexFuture *verify;

#define verified(download)                                                    \
  (drover_test_settle (verify = drover_download_verify (download)),           \
   g_value_get_boolean (dex_future_get_value (verify, NULL)))

  g_assert_false (verified (f->download));
  dex_unref (verify);

  g_mkdir_with_parents (f->folder, 0700);
  g_file_set_contents (f->path, other_body, BODY_SIZE, NULL);
  g_assert_false (verified (f->download));
  dex_unref (verify);
  g_assert_cmpuint (drover_download_get_received (f->download), ==, 0);

  g_file_set_contents (f->path, body, BODY_SIZE, NULL);
  g_assert_true (verified (f->download));
  dex_unref (verify);
  g_assert_cmpuint (drover_download_get_received (f->download), ==, BODY_SIZE);
  g_assert_cmpfloat (drover_download_get_fraction (f->download), ==, 1.0);

  g_assert_false (verified (sumless));
  dex_unref (verify);
#undef verified
}

static void
make_bodies (void)
{
  GRand *rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < BODY_SIZE; i++)
    {
      body[i] = g_rand_int_range (rand, 'a', 'z' + 1);
      other_body[i] = g_rand_int_range (rand, 'A', 'Z' + 1);
    }
  g_rand_free (rand);
  body_sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) body, BODY_SIZE);
}

int
main (int   argc,
      char *argv[])
{
  int result;

  fake_web_unset_proxies ();
  drover_test_init (&argc, &argv);
  make_bodies ();

#define add(name, sum, func) \
  g_test_add ("/download/" name, Fixture, sum, set_up, func, tear_down)

  add ("plain", NULL, test_plain);
  add ("without-sum", NULL, test_without_sum);
  add ("empty-file", NULL, test_empty_file);
  add ("without-length", NULL, test_without_length);
  add ("encoded", NULL, test_encoded);
  add ("progress", NULL, test_progress);
  add ("wrong-sum", WRONG_SUM, test_wrong_sum);
  add ("wrong-sum-keeps-old-file", WRONG_SUM, test_wrong_sum_keeps_old_file);
  add ("resume", NULL, test_resume);
  add ("resume-by-date", NULL, test_resume_by_date);
  add ("resume-twice", NULL, test_resume_twice);
  add ("no-validator", NULL, test_no_validator);
  add ("no-validator/no-sum", NULL, test_no_validator_no_sum);
  add ("other-mirror", NULL, test_other_mirror);
  add ("other-mirror/breaks-off", NULL, test_other_mirror_breaks_off);
  add ("max-size", NULL, test_max_size);
  add ("no-room", NULL, test_no_room);
  add ("sha512", NULL, test_sha512);
  add ("bad-meta", NULL, test_bad_meta);
  add ("empty-part", NULL, test_empty_part);
  add ("ignores-range", NULL, test_ignores_range);
  add ("changed-etag", NULL, test_changed_etag);
  add ("changed-etag-unheeded", NULL, test_changed_etag_unheeded);
  add ("lying-etag", NULL, test_lying_etag);
  add ("wrong-range", NULL, test_wrong_range);
  add ("416", NULL, test_416);
  add ("416-for-ever", NULL, test_416_for_ever);
  add ("unasked-206", NULL, test_unasked_206);
  add ("complete-part", NULL, test_complete_part);
  add ("reset", NULL, test_reset);
  add ("stall", NULL, test_stall);
  add ("redirect", NULL, test_redirect);
  add ("redirect-and-resume", NULL, test_redirect_and_resume);
  add ("redirect-refused", NULL, test_redirect_refused);
  add ("https", NULL, test_https);
  add ("http-errors", NULL, test_http_errors);
  add ("odd-headers", NULL, test_odd_headers);
  add ("no-server", NULL, test_no_server);
  add ("bad-address", NULL, test_bad_address);
  add ("password-unseen", NULL, test_password_unseen);
  add ("cancel", NULL, test_cancel);
  add ("cancel-at-once", NULL, test_cancel_at_once);
  add ("cancel-any-time", NULL, test_cancel_any_time);
  add ("cancel-while-hashing", NULL, test_cancel_while_hashing);
  add ("dropped", NULL, test_dropped);
  add ("twice-at-once", NULL, test_twice_at_once);
  add ("unwritable", NULL, test_unwritable);
  add ("place-taken", NULL, test_place_taken);
  add ("disk-full", NULL, test_disk_full);
  add ("file-too-large", NULL, test_file_too_large);
  add ("verify", NULL, test_verify);

  result = drover_test_run ();
  g_free (body_sum);
  return result;
}
