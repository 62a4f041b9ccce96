/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>
#include <sys/stat.h>

#include "drover-checksums.h"
#include "drover-download-size.h"
#include "drover-downloads.h"
#include "drover-error.h"
#include "fake-web.h"
#include "test-keys.h"

#define BODY_SIZE 300000
#define HALF (BODY_SIZE / 2)

static char body[BODY_SIZE + 1];
static char other_body[BODY_SIZE + 1];
static char *body_sum;

static DroverPinnedKey keys[] = {
  { "good", "the good one" },
  { "other", "somebody else" },
};

typedef struct
{
  FakeWeb *web;
  char *folder;
  DroverMedia *media;
  DroverDownloads *downloads;
  DroverDownloadRequest *request;
  GPtrArray *texts; /* what pages are made of */
} Fixture;

static const FakePage good = { .body = body, .size = BODY_SIZE, .etag = "\"one\"" };

static void
set_up (Fixture *f, gconstpointer data)
{
  static guint n;
  g_autofree char *name = g_strdup_printf ("media-%u", n++);

  f->web = fake_web_new (NULL);
  f->folder = g_build_filename (drover_test_dir (), name, NULL);
  f->media = drover_media_new (f->folder);
  f->downloads = drover_downloads_new (f->media);
  f->texts = g_ptr_array_new_with_free_func (g_free);
  f->request = drover_download_request_new (NULL);
  g_strfreev (f->request->addresses);
  f->request->addresses = g_new0 (char *, 1);
  fake_web_set (f->web, "/a/file-1.2.iso", &good);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_object_unref (f->downloads);
  g_object_unref (f->media);
  drover_download_request_free (f->request);
  g_ptr_array_unref (f->texts);
  if (f->web != NULL)
    fake_web_free (f->web);
  g_free (f->folder);
}

static void
add_address (Fixture *f, const char *path)
{
  const guint n = g_strv_length (f->request->addresses);

  f->request->addresses = g_renew (char *, f->request->addresses, n + 2);
  f->request->addresses[n] = fake_web_dup_address (f->web, path);
  f->request->addresses[n + 1] = NULL;
}

static const char *
keep_text (Fixture *f, char *text)
{
  g_ptr_array_add (f->texts, text);
  return text;
}

static void
serve_bytes (Fixture *f, const char *path, GBytes *bytes)
{
  gsize size = g_bytes_get_size (bytes);
  FakePage page = { .size = size };

  page.body = keep_text (f, g_memdup2 (g_bytes_get_data (bytes, NULL), size));
  fake_web_set (f->web, path, &page);
}

static void
serve_text (Fixture *f, const char *path, char *text)
{
  fake_web_set (f->web, path, &(FakePage) { .body = keep_text (f, text) });
}

static char *
dup_list (const char *sum)
{
  return g_strdup_printf ("%s *file-1.1.iso\n%s *file-1.2.iso\n%s *other.iso\n",
                          "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", sum,
                          "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210");
}

/* As Ubuntu has it: a signed list, in which the name is to be found. */
static void
ask_as_ubuntu (Fixture *f, const char *key)
{
  char *list = dup_list (body_sum);
  g_autoptr (GBytes) bytes = g_bytes_new (list, strlen (list));
  g_autoptr (GBytes) signature = test_keys_sign (key, NULL, bytes);

  add_address (f, "/a/");
  f->request->name = g_strdup ("file-1.*.iso");
  f->request->checksums = fake_web_dup_address (f->web, "/a/SHA256SUMS");
  f->request->signature = fake_web_dup_address (f->web, "/a/SHA256SUMS.gpg");
  f->request->key = g_strdup ("good");
  serve_text (f, "/a/SHA256SUMS", list);
  serve_bytes (f, "/a/SHA256SUMS.gpg", signature);
}

/* As Arch has it: a sum beside the file, and a signature of the file. */
static void
ask_as_arch (Fixture *f, const char *key)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (body, BODY_SIZE);
  g_autoptr (GBytes) signature = test_keys_sign (key, NULL, bytes);

  add_address (f, "/a/file-1.2.iso");
  f->request->checksums = fake_web_dup_address (f->web, "/a/{name}.SHA256");
  f->request->signature = fake_web_dup_address (f->web, "/a/{name}.sig");
  f->request->form = DROVER_SIGNATURE_OF_FILE;
  f->request->key = g_strdup ("good");
  serve_text (f, "/a/file-1.2.iso.SHA256",
              g_strdup_printf ("%s  file-1.2-20261101.4711.iso\n", body_sum));
  serve_bytes (f, "/a/file-1.2.iso.sig", signature);
}

static DroverDownloadItem *
start (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  DroverDownloadItem *item = drover_downloads_start (f->downloads, f->request, &error);

  g_assert_no_error (error);
  drover_download_item_set_stall_timeout (item, 1);
  return item;
}

static DroverMedium *
get_ok (Fixture *f)
{
  g_autoptr (DroverDownloadItem) item = start (f);
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverMedium) medium = NULL;
  g_autofree char *found = NULL;
  gsize size;

  medium = drover_test_await_object (drover_download_item_wait (item), &error);
  g_assert_no_error (error);
  g_assert_cmpint (drover_download_item_get_state (item), ==, DROVER_DOWNLOAD_STATE_DONE);
  g_assert_cmpfloat (drover_download_item_get_fraction (item), ==, 1.0);
  g_assert_true (drover_download_item_get_medium (item) == medium);
  g_assert_true (g_file_get_contents (drover_medium_get_path (medium), &found, &size, &error));
  g_assert_cmpmem (found, size, body, BODY_SIZE);
  g_assert_cmpstr (drover_medium_get_sha256 (medium), ==, body_sum);
  g_assert_cmpint (drover_medium_get_state (medium), ==, DROVER_MEDIUM_STATE_OK);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->media)), ==, 1);
  return g_steal_pointer (&medium);
}

/* How many files with bytes are anywhere below FOLDER, but for records. */
static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        n += g_str_has_prefix (name, ".records") || g_str_equal (name, ".downloads")
               ? 0 : count_files (path);
      else
        n++;
    }
  return n;
}

static void
await_failure (Fixture *f, DroverDownloadItem *item, GQuark domain, int code, const char *pattern)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (drover_test_await (drover_download_item_wait (item), &error));
  g_test_message ("%s", error->message);
  if (!g_error_matches (error, domain, code))
    g_error ("%s %d: %s", g_quark_to_string (error->domain), error->code, error->message);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("“%s” is not like “%s”", error->message, pattern);
  g_assert_cmpint (drover_download_item_get_state (item), ==, DROVER_DOWNLOAD_STATE_FAILED);
  g_assert_cmpstr (drover_download_item_get_text (item), ==, error->message);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->media)), ==, 0);
}

static void
get_error (Fixture *f, GQuark domain, int code, const char *pattern)
{
  g_autoptr (DroverDownloadItem) item = start (f);

  await_failure (f, item, domain, code, pattern);
}

/* A check that fails keeps nothing that anybody could use. */
static void
get_refused (Fixture *f, int code, const char *pattern)
{
  get_error (f, DROVER_ERROR, code, pattern);
  g_assert_cmpuint (count_files (f->folder), ==, 0);
}

static void
test_plain (Fixture *f, gconstpointer data)
{
  g_autoptr (DroverMedium) medium = NULL;
  g_autofree char *text = NULL;
  struct stat status;

  add_address (f, "/a/file-1.2.iso");
  medium = get_ok (f);
  text = drover_medium_dup_check_text (medium);
  g_assert_cmpint (drover_medium_get_check (medium), ==, DROVER_MEDIUM_CHECK_NONE);
  g_assert_nonnull (strstr (text, "Not checked"));
  g_assert_true (g_str_has_suffix (drover_medium_get_path (medium), "/file-1.2.iso"));
  g_assert_cmpstr (drover_medium_get_source (medium), ==, f->request->addresses[0]);
  g_assert_cmpint (stat (drover_medium_get_path (medium), &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0444);
  g_assert_cmpuint (count_files (f->folder), ==, 1);
}

static void
test_known_sum (Fixture *f, gconstpointer data)
{
  g_autoptr (DroverMedium) medium = NULL;

  add_address (f, "/a/file-1.2.iso");
  f->request->sha256 = g_ascii_strup (body_sum, -1);
  medium = get_ok (f);
  g_assert_cmpint (drover_medium_get_check (medium), ==, DROVER_MEDIUM_CHECK_CHECKSUM);
}

static void
test_wrong_known_sum (Fixture *f, gconstpointer data)
{
  add_address (f, "/a/file-1.2.iso");
  f->request->sha256 = g_strnfill (64, '0');
  get_refused (f, DROVER_ERROR_CHECKSUM, "*its SHA-256 is * instead of 0000*");
}

static void
test_sha512 (Fixture *f, gconstpointer data)
{
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA512, (guchar *) body,
                                                      BODY_SIZE);
  g_autoptr (DroverMedium) medium = NULL;
  g_autoptr (DroverMedium) again = NULL;

  add_address (f, "/a/file-1.2.iso");
  f->request->checksums = fake_web_dup_address (f->web, "/a/SHA512SUMS");
  serve_text (f, "/a/SHA512SUMS", g_strdup_printf ("%s  file-1.2.iso\n", sum));
  medium = get_ok (f);
  g_assert_cmpint (drover_medium_get_check (medium), ==, DROVER_MEDIUM_CHECK_CHECKSUM);

  again = get_ok (f);
  g_assert_cmpuint (fake_web_count_of (f->web, "/a/file-1.2.iso"), ==, 1);
}

static void
test_as_ubuntu (Fixture *f, gconstpointer data)
{
  g_autoptr (DroverMedium) medium = NULL;
  g_autofree char *text = NULL;

  ask_as_ubuntu (f, "good");
  medium = get_ok (f);
  text = drover_medium_dup_check_text (medium);
  g_assert_cmpint (drover_medium_get_check (medium), ==, DROVER_MEDIUM_CHECK_SIGNATURE);
  g_assert_nonnull (strstr (drover_medium_get_signed_by (medium), keys[0].fingerprint));
  g_assert_nonnull (strstr (text, "Signed by the good one"));
  g_assert_true (g_str_has_suffix (drover_medium_get_path (medium), "/file-1.2.iso"));
}

static void
test_as_arch (Fixture *f, gconstpointer data)
{
  g_autoptr (DroverMedium) medium = NULL;

  ask_as_arch (f, "good");
  medium = get_ok (f);
  g_assert_cmpint (drover_medium_get_check (medium), ==, DROVER_MEDIUM_CHECK_SIGNATURE);
}

static void
test_clear_signed (Fixture *f, gconstpointer data)
{
  g_autofree char *list = dup_list (body_sum);
  g_autoptr (GBytes) bytes = g_bytes_new_static (list, strlen (list));
  g_autoptr (GBytes) clear = test_keys_gpg (bytes, "--local-user", "good", "--clear-sign");
  g_autoptr (DroverMedium) medium = NULL;

  add_address (f, "/a/file-1.2.iso");
  f->request->checksums = fake_web_dup_address (f->web, "/a/SHA256SUMS.asc");
  f->request->form = DROVER_SIGNATURE_WITHIN_CHECKSUMS;
  f->request->key = g_strdup ("good");
  serve_bytes (f, "/a/SHA256SUMS.asc", clear);
  medium = get_ok (f);
  g_assert_cmpint (drover_medium_get_check (medium), ==, DROVER_MEDIUM_CHECK_SIGNATURE);
}

static void
test_other_key (Fixture *f, gconstpointer data)
{
  ask_as_ubuntu (f, "other");
  get_refused (f, DROVER_ERROR_SIGNATURE, "*“SHA256SUMS” is signed by another key*");
  g_assert_cmpuint (fake_web_count_of (f->web, "/a/file-1.2.iso"), ==, 0);
}

static void
test_forged_list (Fixture *f, gconstpointer data)
{
  ask_as_ubuntu (f, "good");
  serve_text (f, "/a/SHA256SUMS", dup_list ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
  get_refused (f, DROVER_ERROR_SIGNATURE, "*“SHA256SUMS” is not what was signed*");
}

static void
test_forged_file (Fixture *f, gconstpointer data)
{
  FakePage page = good;

  page.body = other_body;
  ask_as_ubuntu (f, "good");
  fake_web_set (f->web, "/a/file-1.2.iso", &page);
  get_refused (f, DROVER_ERROR_CHECKSUM, "*file-1.2.iso*is not the file that its publisher lists*");
}

static void
test_forged_file_and_sum (Fixture *f, gconstpointer data)
{
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) other_body,
                                                      BODY_SIZE);
  FakePage page = good;

  page.body = other_body;
  ask_as_arch (f, "good");
  fake_web_set (f->web, "/a/file-1.2.iso", &page);
  serve_text (f, "/a/file-1.2.iso.SHA256", g_strdup_printf ("%s  file-1.2.iso\n", sum));
  get_refused (f, DROVER_ERROR_SIGNATURE, "*“file-1.2.iso” is not what was signed*");
}

static void
test_no_signature (Fixture *f, gconstpointer data)
{
  ask_as_ubuntu (f, "good");
  fake_web_set (f->web, "/a/SHA256SUMS.gpg", &(FakePage) { .body = "" });
  get_refused (f, DROVER_ERROR_SIGNATURE, "The signature of “SHA256SUMS” is empty");
  g_clear_pointer (&f->request->signature, g_free);
  f->request->signature = fake_web_dup_address (f->web, "/a/nowhere");
  get_error (f, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "*/a/nowhere: the server answered 404*");
  g_assert_cmpuint (count_files (f->folder), ==, 0);
}

static void
test_bad_lists (Fixture *f, gconstpointer data)
{
  static const struct { const char *text; const char *pattern; } lists[] = {
    { "<html>Log in to this hotel</html>", "*SHA256SUMS: Line 1 *" },
    { "", "*SHA256SUMS: *none for “file-1.2.iso”*" },
    { "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  other.iso\n"
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef  another.iso\n",
      "*none for “file-1.2.iso”*" },
  };
  static const FakePage binary = { .body = "abc\0def", .size = 7 };

  add_address (f, "/a/file-1.2.iso");
  f->request->checksums = fake_web_dup_address (f->web, "/a/SHA256SUMS");
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      serve_text (f, "/a/SHA256SUMS", g_strdup (lists[i].text));
      get_refused (f, DROVER_ERROR_CHECKSUM, lists[i].pattern);
    }
  fake_web_set (f->web, "/a/SHA256SUMS", &binary);
  get_refused (f, DROVER_ERROR_CHECKSUM, "*is not a list of checksums*");
}

static void
test_endless_list (Fixture *f, gconstpointer data)
{
  const gsize size = 5 * 1024 * 1024;

  add_address (f, "/a/file-1.2.iso");
  f->request->checksums = fake_web_dup_address (f->web, "/a/SHA256SUMS");
  fake_web_set (f->web, "/a/SHA256SUMS",
                &(FakePage) { .body = keep_text (f, g_strnfill (size, '#')), .size = size,
                              .no_length = TRUE });
  get_error (f, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "*longer than*");
}

static void
test_mirrors (Fixture *f, gconstpointer data)
{
  FakePage breaks = good;
  FakePage last = good;
  g_autoptr (DroverMedium) medium = NULL;

  breaks.end = FAKE_END_CLOSE;
  breaks.end_after = HALF;
  last.etag = "\"another\"";
  fake_web_set (f->web, "/b/file-1.2.iso", &breaks);
  fake_web_set (f->web, "/c/file-1.2.iso", &last);
  ask_as_ubuntu (f, "good");
  g_free (f->request->addresses[0]);
  f->request->addresses[0] = fake_web_dup_address (f->web, "/gone/");
  add_address (f, "/b/");
  add_address (f, "/c/");

  medium = get_ok (f);
  g_assert_cmpstr (strstr (drover_medium_get_source (medium), "/c/"), ==, "/c/file-1.2.iso");
  g_assert_cmpuint (fake_web_count (f->web), ==, 5);
  fake_web_assert_request (f->web, 2, NULL, "/gone/file-1.2.iso");
  fake_web_assert_request (f->web, 3, NULL, "/b/file-1.2.iso");
  fake_web_assert_request (f->web, 4, NULL, "/c/file-1.2.iso");
  fake_web_assert_request (f->web, 4, "Range", "bytes=150000-");
}

static void
test_mirror_stalls (Fixture *f, gconstpointer data)
{
  FakePage stalls = good;
  g_autoptr (DroverMedium) medium = NULL;
  g_autofree char *range = NULL;

  stalls.end = FAKE_END_STALL;
  stalls.end_after = HALF;
  fake_web_set (f->web, "/b/file-1.2.iso", &stalls);
  add_address (f, "/b/file-1.2.iso");
  add_address (f, "/a/file-1.2.iso");
  f->request->sha256 = g_strdup (body_sum);
  medium = get_ok (f);
  range = fake_web_dup_request (f->web, 1, "Range");
  g_assert_cmpstr (range, ==, "bytes=150000-");
}

/* A mirror that has other bytes, and one that has the right ones, but only after the first half
 * came from the liar. */
static void
test_mirror_lies (Fixture *f, gconstpointer data)
{
  FakePage lies = good;
  g_autoptr (DroverMedium) medium = NULL;

  lies.body = other_body;
  fake_web_set (f->web, "/b/file-1.2.iso", &lies);
  add_address (f, "/b/file-1.2.iso");
  add_address (f, "/a/file-1.2.iso");
  f->request->sha256 = g_strdup (body_sum);
  medium = get_ok (f);
  g_assert_cmpuint (fake_web_count (f->web), ==, 2);
}

static void
test_mirror_lies_by_half (Fixture *f, gconstpointer data)
{
  FakePage lies = good;
  g_autoptr (DroverMedium) medium = NULL;

  lies.body = other_body;
  lies.end = FAKE_END_CLOSE;
  lies.end_after = HALF;
  fake_web_set (f->web, "/b/file-1.2.iso", &lies);
  add_address (f, "/b/file-1.2.iso");
  add_address (f, "/a/file-1.2.iso");
  f->request->sha256 = g_strdup (body_sum);
  medium = get_ok (f);
  g_assert_cmpuint (fake_web_count (f->web), ==, 3);
  fake_web_assert_request (f->web, 2, "Range", NULL);
}

static void
test_no_mirror (Fixture *f, gconstpointer data)
{
  static const FakePage busy = { .status = 503, .body = "" };

  fake_web_set (f->web, "/b/file-1.2.iso", &busy);
  add_address (f, "/nowhere/file-1.2.iso");
  add_address (f, "/b/file-1.2.iso");
  get_error (f, G_IO_ERROR, G_IO_ERROR_FAILED,
             "None of the 2 addresses*\n*/nowhere/*404*\n*/b/*503*");
}

/* No other mirror makes the disk larger. */
static void
test_no_room (Fixture *f, gconstpointer data)
{
  FakePage page = good;

  page.no_length = TRUE;
  page.headers = "Content-Length: 4000000000000000\r\n";
  page.end = FAKE_END_CLOSE;
  page.end_after = 1000;
  fake_web_set (f->web, "/b/file-1.2.iso", &page);
  add_address (f, "/b/file-1.2.iso");
  add_address (f, "/a/file-1.2.iso");
  get_error (f, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The disk is too full*");
  g_assert_cmpuint (fake_web_count (f->web), ==, 1);
}

static void
test_try_again (Fixture *f, gconstpointer data)
{
  FakePage breaks = good;
  g_autoptr (DroverDownloadItem) item = NULL;
  g_autoptr (DroverMedium) medium = NULL;

  breaks.end = FAKE_END_CLOSE;
  breaks.end_after = HALF;
  fake_web_set (f->web, "/a/file-1.2.iso", &breaks);
  add_address (f, "/a/file-1.2.iso");
  f->request->sha256 = g_strdup (body_sum);
  item = start (f);
  await_failure (f, item, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "*ended with 150000 of 300000*");
  g_assert_cmpuint (drover_download_item_get_received (item), ==, HALF);

  fake_web_set (f->web, "/a/file-1.2.iso", &good);
  drover_download_item_resume (item);
  g_assert_null (drover_download_item_get_error (item));
  medium = drover_test_await_object (drover_download_item_wait (item), NULL);
  g_assert_nonnull (medium);
  fake_web_assert_request (f->web, 1, "Range", "bytes=150000-");
}

/* Until the first half is on the disk. */
static void
await_half (Fixture *f, DroverDownloadItem *item)
{
  g_autofree char *part = g_build_filename (f->folder, ".incoming",
                                            drover_download_item_get_id (item),
                                            "file-1.2.iso.part", NULL);
  GStatBuf status;

  drover_test_until (g_stat (part, &status) == 0 && status.st_size == HALF);
}

/* Leaves a download at its half, as when the user pauses it. */
static DroverDownloadItem *
start_and_pause (Fixture *f)
{
  FakePage stalls = good;
  DroverDownloadItem *item;

  stalls.end = FAKE_END_STALL;
  stalls.end_after = HALF;
  fake_web_set (f->web, "/a/file-1.2.iso", &stalls);
  add_address (f, "/a/file-1.2.iso");
  f->request->sha256 = g_strdup (body_sum);
  item = drover_downloads_start (f->downloads, f->request, NULL);
  await_half (f, item);
  g_assert_cmpuint (drover_downloads_count_active (f->downloads), ==, 1);
  drover_test_until (drover_downloads_get_fraction (f->downloads) == 0.5);
  g_assert_true (g_str_has_prefix (drover_download_item_get_text (item), "150.0 of 300.0\302\240kB"));

  drover_download_item_pause (item);
  drover_test_until (drover_download_item_get_state (item) == DROVER_DOWNLOAD_STATE_PAUSED);
  g_assert_cmpuint (drover_download_item_get_received (item), ==, HALF);
  g_assert_cmpuint (drover_downloads_count_active (f->downloads), ==, 0);
  fake_web_set (f->web, "/a/file-1.2.iso", &good);
  return item;
}

static void
test_pause (Fixture *f, gconstpointer data)
{
  g_autoptr (DroverDownloadItem) item = start_and_pause (f);
  g_autoptr (DexFuture) outcome = drover_download_item_wait (item);
  g_autoptr (DroverMedium) medium = NULL;

  g_assert_true (dex_future_is_pending (outcome));
  g_assert_cmpstr (drover_download_item_get_text (item), ==, "Paused · 150.0 of 300.0\302\240kB");

  drover_download_item_resume (item);
  g_assert_true (drover_download_item_is_active (item));
  medium = drover_test_await_object (g_steal_pointer (&outcome), NULL);
  g_assert_nonnull (medium);
  fake_web_assert_request (f->web, 1, "Range", "bytes=150000-");
}

/* Pausing and going on before it has stopped changes nothing. */
static void
test_pause_and_resume_at_once (Fixture *f, gconstpointer data)
{
  g_autoptr (DroverDownloadItem) item = NULL;
  g_autoptr (DroverMedium) medium = NULL;
  g_autoptr (GError) error = NULL;

  add_address (f, "/a/file-1.2.iso");
  item = start (f);
  drover_download_item_pause (item);
  drover_download_item_resume (item);
  medium = drover_test_await_object (drover_download_item_wait (item), &error);
  g_assert_no_error (error);
  g_assert_nonnull (medium);
}

/* The app is quit, and started again. */
static void
test_restart (Fixture *f, gconstpointer data)
{
  g_autoptr (DroverDownloads) later = NULL;
  g_autoptr (DroverDownloadItem) item = NULL;
  g_autoptr (DroverDownloadItem) same = NULL;
  g_autoptr (DroverMedium) medium = NULL;

  drover_downloads_remember (f->downloads);
  f->request->title = g_strdup ("A Title");
  g_object_unref (start_and_pause (f));

  later = drover_downloads_new (f->media);
  drover_downloads_remember (later);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (later)), ==, 1);
  item = g_list_model_get_item (G_LIST_MODEL (later), 0);
  g_assert_cmpint (drover_download_item_get_state (item), ==, DROVER_DOWNLOAD_STATE_PAUSED);
  g_assert_cmpstr (drover_download_item_get_title (item), ==, "A Title");
  g_assert_cmpuint (drover_download_item_get_received (item), ==, HALF);
  g_assert_cmpuint (drover_download_item_get_total (item), ==, BODY_SIZE);

  same = drover_downloads_start (later, f->request, NULL);
  g_assert_true (same == item);
  medium = drover_test_await_object (drover_download_item_wait (item), NULL);
  g_assert_nonnull (medium);
  fake_web_assert_request (f->web, 1, "Range", "bytes=150000-");

  g_clear_object (&f->downloads);
  f->downloads = drover_downloads_new (f->media);
  drover_downloads_remember (f->downloads);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->downloads)), ==, 0);
}

static void
test_bad_notes (Fixture *f, gconstpointer data)
{
  static const char *const notes[] = {
    "", "nonsense", "{}", "[]", "{\"request\":{}}", "{\"request\":{\"addresses\":[\"ftp://x/y\"]}}",
    "{\"request\":{\"addresses\":[\"http://x/y\"],\"name\":\"../../z\"}}",
    "{\"request\":{\"addresses\":[\"http://x/y\"],\"key\":\"unheard-of\"}}",
    "{\"request\":{\"addresses\":\"http://x/y\"}}",
  };
  g_autofree char *folder = g_build_filename (f->folder, ".downloads", NULL);
  g_autofree char *path = g_build_filename (folder, "note.json", NULL);

  g_mkdir_with_parents (folder, 0700);
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    {
      g_autoptr (DroverDownloads) downloads = drover_downloads_new (f->media);

      g_file_set_contents (path, notes[i], -1, NULL);
      g_test_expect_message ("drover-core", G_LOG_LEVEL_WARNING, "Cannot read *note.json: *");
      drover_downloads_remember (downloads);
      g_test_assert_expected_messages ();
      g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (downloads)), ==, 0);
    }
}

static void
test_cancel (Fixture *f, gconstpointer data)
{
  FakePage stalls = good;
  g_autoptr (DroverDownloadItem) item = NULL;
  g_autoptr (GError) error = NULL;

  stalls.end = FAKE_END_STALL;
  stalls.end_after = HALF;
  fake_web_set (f->web, "/a/file-1.2.iso", &stalls);
  add_address (f, "/a/file-1.2.iso");
  item = drover_downloads_start (f->downloads, f->request, NULL);
  await_half (f, item);
  drover_download_item_cancel (item);
  g_assert_false (drover_test_await (drover_download_item_wait (item), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (drover_download_item_get_state (item), ==, DROVER_DOWNLOAD_STATE_CANCELLED);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->downloads)), ==, 0);
  g_assert_cmpuint (count_files (f->folder), ==, 0);
}

static void
test_cancel_paused (Fixture *f, gconstpointer data)
{
  g_autoptr (DroverDownloadItem) item = start_and_pause (f);

  drover_downloads_forget (f->downloads, item);
  g_assert_cmpint (drover_download_item_get_state (item), ==, DROVER_DOWNLOAD_STATE_CANCELLED);
  g_assert_cmpuint (count_files (f->folder), ==, 0);
}

static void
test_same_request (Fixture *f, gconstpointer data)
{
  g_autoptr (DroverDownloadItem) item = NULL;
  g_autoptr (DroverDownloadItem) same = NULL;
  g_autoptr (DroverMedium) medium = NULL;

  add_address (f, "/a/file-1.2.iso");
  item = start (f);
  same = start (f);
  g_assert_true (item == same);
  medium = drover_test_await_object (drover_download_item_wait (item), NULL);
  g_assert_nonnull (medium);
  g_assert_cmpuint (fake_web_count (f->web), ==, 1);
}

static void
test_not_twice (Fixture *f, gconstpointer data)
{
  g_autoptr (DroverMedium) first = NULL;
  g_autoptr (DroverMedium) second = NULL;

  ask_as_ubuntu (f, "good");
  first = get_ok (f);
  second = get_ok (f);
  g_assert_cmpstr (drover_medium_get_path (first), ==, drover_medium_get_path (second));
  g_assert_cmpuint (fake_web_count_of (f->web, "/a/file-1.2.iso"), ==, 1);
}

/* The file's signature is checked all the same. */
static void
test_not_twice_as_arch (Fixture *f, gconstpointer data)
{
  g_autoptr (DroverMedium) first = NULL;
  g_autoptr (DroverMedium) second = NULL;

  ask_as_arch (f, "good");
  g_clear_pointer (&f->request->checksums, g_free);
  first = get_ok (f);
  second = get_ok (f);
  g_assert_cmpuint (fake_web_count_of (f->web, "/a/file-1.2.iso"), ==, 1);
  g_assert_cmpuint (fake_web_count_of (f->web, "/a/file-1.2.iso.sig"), ==, 2);
}

/* The same address has another file by now, as "latest" has each month. */
static void
test_newer_as_arch (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (other_body, BODY_SIZE);
  g_autoptr (GBytes) signature = test_keys_sign ("good", NULL, bytes);
  g_autoptr (DroverMedium) first = NULL;
  g_autoptr (DroverMedium) second = NULL;
  g_autoptr (DroverDownloadItem) item = NULL;
  FakePage page = good;

  ask_as_arch (f, "good");
  g_clear_pointer (&f->request->checksums, g_free);
  first = get_ok (f);

  page.body = other_body;
  page.etag = "\"two\"";
  fake_web_set (f->web, "/a/file-1.2.iso", &page);
  serve_bytes (f, "/a/file-1.2.iso.sig", signature);
  item = start (f);
  second = drover_test_await_object (drover_download_item_wait (item), NULL);
  g_assert_nonnull (second);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->media)), ==, 2);
  g_assert_true (g_str_has_suffix (drover_medium_get_path (second), "/file-1.2-2.iso"));
}

/* The user has it already, under a name of his own. */
static void
test_found_by_hash (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "My Own Name.iso", NULL);
  g_autoptr (DroverMedium) medium = NULL;

  g_file_set_contents (path, body, BODY_SIZE, NULL);
  ask_as_ubuntu (f, "good");
  medium = get_ok (f);
  g_assert_cmpstr (drover_medium_get_path (medium), ==, path);
  g_assert_cmpint (drover_medium_get_check (medium), ==, DROVER_MEDIUM_CHECK_SIGNATURE);
  g_assert_cmpuint (fake_web_count_of (f->web, "/a/file-1.2.iso"), ==, 0);
}

/* A file that was changed since is not taken for what it was. */
static void
test_changed_since (Fixture *f, gconstpointer data)
{
  g_autoptr (DroverMedium) first = NULL;
  g_autoptr (DroverMedium) second = NULL;

  ask_as_ubuntu (f, "good");
  first = get_ok (f);
  g_assert_cmpint (g_chmod (drover_medium_get_path (first), 0644), ==, 0);
  g_file_set_contents (drover_medium_get_path (first), "spoilt", -1, NULL);
  g_assert_cmpint (drover_medium_get_state (first), ==, DROVER_MEDIUM_STATE_CHANGED);

  fake_web_set (f->web, "/a/file-1.2.iso", &good);
  {
    g_autoptr (DroverDownloadItem) item = start (f);

    second = drover_test_await_object (drover_download_item_wait (item), NULL);
  }
  g_assert_nonnull (second);
  g_assert_true (g_str_has_suffix (drover_medium_get_path (second), "/file-1.2-2.iso"));
  g_assert_cmpuint (fake_web_count_of (f->web, "/a/file-1.2.iso"), ==, 2);
}

static void
test_offline (Fixture *f, gconstpointer data)
{
  g_autoptr (DroverMedium) first = NULL;
  g_autoptr (DroverMedium) second = NULL;

  ask_as_ubuntu (f, "good");
  first = get_ok (f);
  g_clear_pointer (&f->web, fake_web_free);
  second = get_ok (f);
  g_assert_cmpstr (drover_medium_get_path (first), ==, drover_medium_get_path (second));
}

/* That the list is forged is no reason to go on with what is there. */
static void
test_forged_later (Fixture *f, gconstpointer data)
{
  g_autoptr (DroverMedium) first = NULL;
  g_autoptr (DroverDownloadItem) item = NULL;
  g_autoptr (GError) error = NULL;

  ask_as_ubuntu (f, "good");
  first = get_ok (f);
  serve_text (f, "/a/SHA256SUMS", g_strdup ("forged"));
  item = start (f);
  g_assert_false (drover_test_await (drover_download_item_wait (item), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_SIGNATURE);
}

static void
test_name_taken (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "file-1.2.iso", NULL);
  g_autofree char *contents = NULL;
  g_autoptr (DroverDownloadItem) item = NULL;
  g_autoptr (DroverMedium) medium = NULL;

  g_file_set_contents (path, "the user's own", -1, NULL);
  add_address (f, "/a/file-1.2.iso");
  item = start (f);
  medium = drover_test_await_object (drover_download_item_wait (item), NULL);
  g_assert_true (g_str_has_suffix (drover_medium_get_path (medium), "/file-1.2-2.iso"));
  g_file_get_contents (path, &contents, NULL, NULL);
  g_assert_cmpstr (contents, ==, "the user's own");
}

typedef struct
{
  const char *address, *name, *checksums, *signature, *key, *sha256, *pattern;
  DroverSignatureForm form;
} BadRequest;

static const BadRequest bad_requests[] = {
  { .address = "ftp://host/file", .pattern = "*http and https*" },
  { .address = "nonsense", .pattern = "*not an address*" },
  { .address = "http://host/", .pattern = "*what the file is called*" },
  { .address = "http://host/.hidden", .pattern = "*cannot be the name*" },
  { .address = "http://host/a%2Fb", .pattern = "*" },
  { .address = "http://host/x", .name = "../x", .pattern = "*cannot be the name*" },
  { .address = "http://host/", .name = "x*", .pattern = "*needs a list of checksums*" },
  { .address = "http://host/x", .name = "x*", .checksums = "https://host/S",
    .pattern = "*must be a folder*" },
  { .address = "http://host/x", .sha256 = "0123", .pattern = "*neither a SHA-256*" },
  { .address = "http://host/x", .key = "nobody", .pattern = "*no key called “nobody”*" },
  { .address = "http://host/x", .key = "good", .checksums = "http://host/S",
    .pattern = "*no address of a signature*" },
  { .address = "http://host/x", .key = "good", .signature = "http://host/s",
    .pattern = "*no list of checksums*" },
  { .address = "http://host/x", .signature = "http://host/s", .pattern = "*but no key*" },
  { .address = "http://host/x", .checksums = "http://host/S",
    .pattern = "*neither signed nor encrypted*" },
};

static void
test_bad_requests (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_requests); i++)
    {
      const BadRequest *bad = &bad_requests[i];
      g_autoptr (DroverDownloadRequest) request = drover_download_request_new (bad->address);
      g_autoptr (DroverDownloadItem) item = NULL;
      g_autoptr (GError) error = NULL;

      request->name = g_strdup (bad->name);
      request->checksums = g_strdup (bad->checksums);
      request->signature = g_strdup (bad->signature);
      request->key = g_strdup (bad->key);
      request->sha256 = g_strdup (bad->sha256);
      request->form = bad->form;
      item = drover_downloads_start (f->downloads, request, &error);
      g_assert_null (item);
      g_assert_nonnull (error);
      g_test_message ("%s", error->message);
      if (!g_pattern_match_simple (bad->pattern, error->message))
        g_error ("“%s” is not like “%s”", error->message, bad->pattern);
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->downloads)), ==, 0);
}

static guint64
ask_size (Fixture *f, GError **error)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (DexFuture) future = drover_download_size_ask (f->request, cancellable);
  const GValue *value;

  drover_test_until (!dex_future_is_pending (future));
  value = dex_future_get_value (future, error);
  return value != NULL ? g_value_get_uint64 (value) : 0;
}

/* How large it will be is known before it comes, and without it. */
static void
test_size (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *there = fake_web_dup_address (f->web, "/a/file-1.2.iso");
  g_autofree char *location = g_strdup_printf ("Location: %s\r\n", there);
  const FakePage away = { .status = 302, .headers = location };

  ask_as_ubuntu (f, "good");
  g_assert_cmpuint (ask_size (f, &error), ==, BODY_SIZE);
  g_assert_no_error (error);
  fake_web_assert_request (f->web, 0, NULL, "/a/SHA256SUMS");
  fake_web_assert_request (f->web, 1, NULL, "/a/file-1.2.iso");
  g_assert_cmpuint (fake_web_count_of (f->web, "/a/file-1.2.iso"), ==, 0);
  g_assert_cmpuint (fake_web_count (f->web), ==, 2);

  /* The second mirror knows, behind a redirect. */
  fake_web_set (f->web, "/moved/file-1.2.iso", &away);
  g_strfreev (f->request->addresses);
  f->request->addresses = g_new0 (char *, 1);
  add_address (f, "/nowhere/");
  add_address (f, "/moved/");
  g_assert_cmpuint (ask_size (f, &error), ==, BODY_SIZE);
  g_assert_no_error (error);

  g_clear_pointer (&f->request->addresses[1], g_free);
  g_assert_cmpuint (ask_size (f, &error), ==, 0);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "404"));
}

int
main (int argc, char *argv[])
{
  int status;

  drover_test_init (&argc, &argv);
  fake_web_unset_proxies ();
  for (guint i = 0; i < BODY_SIZE; i++)
    {
      body[i] = 'a' + (i * 7 + i / 26) % 26;
      other_body[i] = 'A' + (i * 5 + i / 26) % 26;
    }
  body_sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) body, BODY_SIZE);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      keys[i].fingerprint = test_keys_make (keys[i].name, NULL, "never");
      keys[i].file = test_keys_export (keys[i].name);
    }
  drover_keyring_pin (keys, G_N_ELEMENTS (keys));

#define add(name, func) g_test_add ("/downloads/" name, Fixture, NULL, set_up, func, tear_down)
  add ("plain", test_plain);
  add ("known-sum", test_known_sum);
  add ("known-sum/wrong", test_wrong_known_sum);
  add ("sha512", test_sha512);
  add ("as-ubuntu", test_as_ubuntu);
  add ("as-arch", test_as_arch);
  add ("clear-signed", test_clear_signed);
  add ("other-key", test_other_key);
  add ("forged-list", test_forged_list);
  add ("forged-file", test_forged_file);
  add ("forged-file-and-sum", test_forged_file_and_sum);
  add ("no-signature", test_no_signature);
  add ("bad-lists", test_bad_lists);
  add ("endless-list", test_endless_list);
  add ("mirrors", test_mirrors);
  add ("mirrors/stalls", test_mirror_stalls);
  add ("mirrors/lies", test_mirror_lies);
  add ("mirrors/lies-by-half", test_mirror_lies_by_half);
  add ("mirrors/none", test_no_mirror);
  add ("mirrors/no-room", test_no_room);
  add ("try-again", test_try_again);
  add ("pause", test_pause);
  add ("pause/resume-at-once", test_pause_and_resume_at_once);
  add ("restart", test_restart);
  add ("bad-notes", test_bad_notes);
  add ("cancel", test_cancel);
  add ("cancel/paused", test_cancel_paused);
  add ("same-request", test_same_request);
  add ("not-twice", test_not_twice);
  add ("not-twice/as-arch", test_not_twice_as_arch);
  add ("newer", test_newer_as_arch);
  add ("found-by-hash", test_found_by_hash);
  add ("changed-since", test_changed_since);
  add ("offline", test_offline);
  add ("forged-later", test_forged_later);
  add ("name-taken", test_name_taken);
  add ("bad-requests", test_bad_requests);
  add ("size", test_size);

  status = drover_test_run ();
  test_keys_clean_up ();
  return status;
}
