/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "drover-download-rate.h"
#include "drover-error.h"
#include "drover-media-users.h"
#include "drover-media.h"
#include "drover-test.h"

#define TEXT "medium"

typedef struct
{
  char *folder;
  char *elsewhere;
  char *sum;
  DroverMedia *media;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  static guint n;
  g_autofree char *name = g_strdup_printf ("media-%u", n);
  g_autofree char *file = g_strdup_printf ("Win11 English%u.iso", n++);

  f->folder = g_build_filename (drover_test_dir (), name, NULL);
  f->elsewhere = g_build_filename (drover_test_dir (), file, NULL);
  f->sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, TEXT, -1);
  g_file_set_contents (f->elsewhere, TEXT, -1, NULL);
  f->media = drover_media_new (f->folder);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_finalize_object (f->media);
  g_free (f->folder);
  g_free (f->elsewhere);
  g_free (f->sum);
}

static DroverMedium *
add_ok (Fixture *f, const char *path, const DroverMediumOrigin *origin)
{
  g_autoptr (GError) error = NULL;
  DroverMedium *medium = drover_test_await_object (drover_media_add (f->media, path, origin, NULL),
                                                   &error);

  g_assert_no_error (error);
  return medium;
}

static void
test_add (Fixture *f, gconstpointer data)
{
  const DroverMediumOrigin origin = { .title = "Windows", .source = "https://page",
                                      .check = DROVER_MEDIUM_CHECK_CHECKSUM };
  g_autoptr (DroverMedium) medium = add_ok (f, f->elsewhere, &origin);
  g_autoptr (DroverMedia) later = drover_media_new (f->folder);
  g_autoptr (DroverMedium) again = g_list_model_get_item (G_LIST_MODEL (later), 0);
  g_autoptr (DroverMedium) by_source = drover_media_find_source (later, "https://page");

  g_assert_nonnull (again);
  g_assert_cmpstr (drover_medium_get_path (again), ==, f->elsewhere);
  g_assert_cmpstr (drover_medium_get_title (again), ==, "Windows");
  g_assert_cmpstr (drover_medium_get_sha256 (again), ==, f->sum);
  g_assert_cmpuint (drover_medium_get_size (again), ==, strlen (TEXT));
  g_assert_cmpint (drover_medium_get_check (again), ==, DROVER_MEDIUM_CHECK_CHECKSUM);
  g_assert_cmpint (drover_medium_get_state (again), ==, DROVER_MEDIUM_STATE_OK);
  g_assert_cmpstr (drover_medium_get_added (again), ==, drover_medium_get_added (medium));
  g_assert_true (by_source == again);
  g_assert_false (drover_media_owns_file (later, again));
}

static void
test_add_twice (Fixture *f, gconstpointer data)
{
  g_autofree char *copy = g_strconcat (f->elsewhere, ".copy", NULL);
  g_autoptr (DroverMedium) first = add_ok (f, f->elsewhere, NULL);
  g_autoptr (DroverMedium) second = NULL;

  g_file_set_contents (copy, TEXT, -1, NULL);
  second = add_ok (f, copy, NULL);
  g_assert_cmpstr (drover_medium_get_path (second), ==, f->elsewhere);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->media)), ==, 1);

  /* The first one went: the copy takes its place. */
  g_remove (f->elsewhere);
  g_clear_object (&second);
  second = add_ok (f, copy, NULL);
  g_assert_cmpstr (drover_medium_get_path (second), ==, copy);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->media)), ==, 1);
}

static void
test_add_nothing (Fixture *f, gconstpointer data)
{
  static const char *const paths[] = { "/nowhere/at all", "/", "/dev/null" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (DroverMedium) medium = NULL;

      medium = drover_test_await_object (drover_media_add (f->media, paths[i], NULL, NULL), &error);
      g_assert_null (medium);
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, paths[i]));
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->media)), ==, 0);
}

static void
test_compared (Fixture *f, gconstpointer data)
{
  const DroverMediumOrigin page = { .source = "https://page" };
  g_autofree char *upper = g_ascii_strup (f->sum, -1);
  g_autofree char *pasted = g_strdup_printf ("  %.32s\r\n  %s \n", upper, f->sum + 32);
  g_autoptr (DroverMedium) medium = NULL;
  g_autoptr (GError) error = NULL;

  medium = drover_test_await_object (drover_media_add_compared (f->media, f->elsewhere, pasted,
                                                                &page, NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpint (drover_medium_get_check (medium), ==, DROVER_MEDIUM_CHECK_CHECKSUM);
  g_assert_cmpstr (drover_medium_get_source (medium), ==, "https://page");
}

static void
test_compared_wrong (Fixture *f, gconstpointer data)
{
  g_autofree char *other = g_strnfill (64, 'a');
  g_autoptr (GError) error = NULL;

  g_assert_false (drover_test_await (drover_media_add_compared (f->media, f->elsewhere, other,
                                                                NULL, NULL), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM);
  g_assert_nonnull (strstr (error->message, other));
  g_assert_nonnull (strstr (error->message, f->sum));
  g_clear_error (&error);

  g_assert_false (drover_test_await (drover_media_add_compared (f->media, f->elsewhere, "12 AB",
                                                                NULL, NULL), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM);
  g_assert_nonnull (strstr (error->message, "is not a SHA-256"));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->media)), ==, 0);
  g_assert_true (g_file_test (f->elsewhere, G_FILE_TEST_EXISTS));
}

static void
test_improved (Fixture *f, gconstpointer data)
{
  const DroverMediumOrigin better = { .title = "Signed", .check = DROVER_MEDIUM_CHECK_SIGNATURE,
                                      .signed_by = "somebody" };
  const DroverMediumOrigin worse = { .title = "Worse", .check = DROVER_MEDIUM_CHECK_NONE };
  g_autoptr (DroverMedium) first = add_ok (f, f->elsewhere, NULL);
  g_autoptr (DroverMedium) second = add_ok (f, f->elsewhere, &better);
  g_autoptr (DroverMedium) third = add_ok (f, f->elsewhere, &worse);

  g_assert_cmpstr (drover_medium_get_title (third), ==, "Signed");
  g_assert_cmpstr (drover_medium_get_signed_by (third), ==, "somebody");
}

static void
test_verify (Fixture *f, gconstpointer data)
{
  g_autoptr (DroverMedium) medium = add_ok (f, f->elsewhere, NULL);
  g_autoptr (DroverMedium) found = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (drover_test_await (drover_media_verify (f->media, medium, NULL), &error));

  g_file_set_contents (f->elsewhere, "MEDIUM", -1, NULL);
  g_assert_false (drover_test_await (drover_media_verify (f->media, medium, NULL), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM);
  g_assert_cmpint (drover_medium_get_state (medium), ==, DROVER_MEDIUM_STATE_CHANGED);
  g_assert_null (drover_media_find_sum (f->media, f->sum));
  g_clear_error (&error);

  /* What it was again, at another time. */
  g_file_set_contents (f->elsewhere, TEXT, -1, NULL);
  g_assert_true (drover_test_await (drover_media_verify (f->media, medium, NULL), &error));
  g_assert_cmpint (drover_medium_get_state (medium), ==, DROVER_MEDIUM_STATE_OK);
  found = drover_media_find_sum (f->media, f->sum);
  g_assert_nonnull (found);

  g_remove (f->elsewhere);
  g_assert_false (drover_test_await (drover_media_verify (f->media, medium, NULL), &error));
  g_assert_cmpint (drover_medium_get_state (medium), ==, DROVER_MEDIUM_STATE_MISSING);
}

static void
test_find (Fixture *f, gconstpointer data)
{
  const DroverMediumOrigin origin = { .title = "Windows" };
  g_autoptr (DroverMedium) medium = add_ok (f, f->elsewhere, &origin);
  g_autofree char *base = g_path_get_basename (f->elsewhere);
  g_autofree char *digits = g_strndup (f->sum, 8);
  const char *names[] = { f->elsewhere, base, "Windows", digits, f->sum };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (DroverMedium) found = drover_media_find (f->media, names[i], &error);

      g_assert_no_error (error);
      g_assert_nonnull (found);
    }
  digits[7] = '\0';
  g_assert_null (drover_media_find (f->media, digits, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_remove (Fixture *f, gconstpointer data)
{
  g_autofree char *inside = g_build_filename (f->folder, "own.iso", NULL);
  g_autoptr (DroverMedium) foreign = add_ok (f, f->elsewhere, NULL);
  g_autoptr (DroverMedium) own = NULL;
  g_autoptr (GError) error = NULL;

  g_file_set_contents (inside, "other", -1, NULL);
  own = add_ok (f, inside, NULL);
  g_assert_true (drover_media_owns_file (f->media, own));
  g_assert_true (drover_media_remove (f->media, own, FALSE, &error));
  g_assert_true (drover_media_remove (f->media, foreign, FALSE, &error));
  g_assert_false (g_file_test (inside, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (f->elsewhere, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->media)), ==, 0);
}

static void
test_scan (Fixture *f, gconstpointer data)
{
  g_autofree char *inside = g_build_filename (f->folder, "own.iso", NULL);
  g_autofree char *part = g_build_filename (f->folder, "x.iso.part", NULL);
  g_autofree char *hidden = g_build_filename (f->folder, ".x.iso", NULL);

  g_file_set_contents (inside, TEXT, -1, NULL);
  g_file_set_contents (part, "1", -1, NULL);
  g_file_set_contents (hidden, "2", -1, NULL);
  g_assert_true (drover_test_await (drover_media_scan (f->media, NULL), NULL));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->media)), ==, 1);
}

static void
test_bad_records (Fixture *f, gconstpointer data)
{
  static const char *const records[] = {
    "", "[]", "{}", "{\"version\":2,\"path\":\"x\",\"sha256\":\"y\"}",
    "{\"version\":1,\"path\":7,\"sha256\":\"y\"}", "{\"version\":1,\"path\":\"x\",\"sha256\":\"y\"}",
  };
  g_autofree char *path = g_build_filename (f->folder, ".records", "bad.json", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (records); i++)
    {
      g_autoptr (DroverMedia) media = NULL;
      g_autofree char *left = NULL;

      g_file_set_contents (path, records[i], -1, NULL);
      g_test_expect_message ("drover-core", G_LOG_LEVEL_WARNING, "Cannot read *bad.json: *");
      media = drover_media_new (f->folder);
      g_test_assert_expected_messages ();
      g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (media)), ==, 0);
      g_file_get_contents (path, &left, NULL, NULL);
      g_assert_cmpstr (left, ==, records[i]);
    }
  g_remove (path);
}

static void
count_cb (GListModel *model, guint position, guint removed, guint added, guint *n)
{
  ++*n;
}

/* A record that says the same is no change: the row of it stays. */
static void
test_unchanged (Fixture *f, gconstpointer data)
{
  g_autoptr (DroverMedium) medium = add_ok (f, f->elsewhere, NULL);
  g_autoptr (DroverMedium) same = NULL;
  guint n = 0;

  g_signal_connect (f->media, "items-changed", G_CALLBACK (count_cb), &n);
  drover_media_reload (f->media);
  same = g_list_model_get_item (G_LIST_MODEL (f->media), 0);
  g_assert_true (same == medium);
  g_assert_cmpuint (n, ==, 0);
}

/* What droverctl adds appears in the window. */
static void
test_followed (Fixture *f, gconstpointer data)
{
  g_autoptr (DroverMedia) other = drover_media_new (f->folder);
  g_autoptr (DroverMedium) medium = add_ok (f, f->elsewhere, NULL);

  drover_test_until (g_list_model_get_n_items (G_LIST_MODEL (other)) == 1);
  g_assert_true (drover_media_remove (f->media, medium, FALSE, NULL));
  drover_test_until (g_list_model_get_n_items (G_LIST_MODEL (other)) == 0);
}

static void
test_users (Fixture *f, gconstpointer data)
{
  g_autofree char *machines = g_build_filename (drover_test_dir (), "machines", NULL);
  g_autofree char *folder = g_build_filename (machines, "one", NULL);
  g_autofree char *file = g_build_filename (folder, "machine.json", NULL);
  g_autofree char *comma = g_build_filename (drover_test_dir (), "a,b.iso", NULL);
  g_autoptr (DroverMedium) by_argument = add_ok (f, f->elsewhere, NULL);
  g_autoptr (DroverMedium) by_origin = NULL;
  g_autoptr (DroverMedium) with_comma = NULL;
  g_autoptr (DroverLibrary) library = NULL;
  g_autofree char *base = g_strconcat (f->elsewhere, ".base", NULL);
  g_autofree char *more = g_strconcat (f->elsewhere, "2", NULL);
  g_autofree char *text = NULL;
  g_autoptr (DroverMedium) unused = NULL;
  g_auto (GStrv) users_of_unused = NULL;
  g_auto (GStrv) users = NULL;
  g_auto (GStrv) users_by_origin = NULL;
  g_auto (GStrv) users_with_comma = NULL;

  g_file_set_contents (base, "base", -1, NULL);
  g_file_set_contents (more, "more", -1, NULL);
  g_file_set_contents (comma, "comma", -1, NULL);
  by_origin = add_ok (f, base, NULL);
  with_comma = add_ok (f, comma, NULL);
  text = g_strdup_printf ("{\"version\":1,\"uuid\":\"b3c1f7a2-93a4-4a0e-8b43-0a9d0f2f7d10\","
                          "\"name\":\"One\",\"program\":\"qemu-system-x86_64\",\"arguments\":["
                          "{\"flag\":\"-cdrom\",\"value\":\"%s\"},"
                          "{\"flag\":\"-drive\",\"value\":\"file=%s/a,,b.iso,if=virtio\"},"
                          "{\"flag\":\"-hda\",\"value\":\"%s.longer\"}],"
                          "\"origin\":{\"media\":[{\"file\":\"%s\"}]}}",
                          f->elsewhere, drover_test_dir (), more, base);
  g_mkdir_with_parents (folder, 0700);
  g_file_set_contents (file, text, -1, NULL);
  library = drover_library_new (machines);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (library)), ==, 1);

  users = drover_media_users_list (library, by_argument);
  users_by_origin = drover_media_users_list (library, by_origin);
  users_with_comma = drover_media_users_list (library, with_comma);
  unused = add_ok (f, more, NULL);
  users_of_unused = drover_media_users_list (library, unused);
  g_assert_cmpuint (g_strv_length (users_of_unused), ==, 0);
  g_assert_cmpstr (users[0], ==, "One");
  g_assert_cmpstr (users_by_origin[0], ==, "One");
  g_assert_cmpstr (users_with_comma[0], ==, "One");

}

static void
test_rate (void)
{
  DroverDownloadRate rate = { 0 };
  g_autofree char *text = NULL;
  g_autofree char *hours = NULL;
  g_autofree char *seconds = NULL;
  g_autofree char *unknown = NULL;
  g_autofree char *units = NULL;

  g_assert_cmpuint (drover_download_rate_get (&rate, 0), ==, 0);
  for (guint i = 0; i <= 100; i++)
    drover_download_rate_add (&rate, i * G_USEC_PER_SEC / 4, (guint64) i * 250000);
  g_assert_cmpuint (drover_download_rate_get (&rate, 25 * G_USEC_PER_SEC), ==, 1000000);

  /* Nothing comes any more. */
  g_assert_cmpuint (drover_download_rate_get (&rate, 45 * G_USEC_PER_SEC), <, 300000);

  /* From the beginning again: what came before does not count. */
  drover_download_rate_add (&rate, 46 * G_USEC_PER_SEC, 0);
  g_assert_cmpuint (drover_download_rate_get (&rate, 46 * G_USEC_PER_SEC), ==, 0);

  text = drover_download_rate_dup_text (1200000000, 2000000000, 4000000);
  g_assert_cmpstr (text, ==, "1.2 of 2.0\302\240GB · 4.0\302\240MB/s · 3 minutes left");
  hours = drover_download_rate_dup_text (0, 72000000000, 2000000);
  g_assert_nonnull (strstr (hours, "10 hours left"));
  seconds = drover_download_rate_dup_text (999000, 1000000, 1000);
  g_assert_nonnull (strstr (seconds, "1 second left"));
  unknown = drover_download_rate_dup_text (5000, 0, 1000);
  g_assert_cmpstr (unknown, ==, "5.0\302\240kB · 1.0\302\240kB/s");
  units = drover_download_rate_dup_text (900000, 2000000000, 0);
  g_assert_cmpstr (units, ==, "900.0\302\240kB of 2.0\302\240GB");
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);

#define add(name, func) g_test_add ("/media/" name, Fixture, NULL, set_up, func, tear_down)
  add ("add", test_add);
  add ("add/twice", test_add_twice);
  add ("add/nothing", test_add_nothing);
  add ("compared", test_compared);
  add ("compared/wrong", test_compared_wrong);
  add ("improved", test_improved);
  add ("verify", test_verify);
  add ("find", test_find);
  add ("remove", test_remove);
  add ("scan", test_scan);
  add ("bad-records", test_bad_records);
  add ("followed", test_followed);
  add ("unchanged", test_unchanged);
  add ("users", test_users);
  g_test_add_func ("/media/rate", test_rate);

  return drover_test_run ();
}
