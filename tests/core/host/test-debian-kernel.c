/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>

#include "drover-debian-kernel.h"
#include "drover-error.h"
#include "drover-kernel-job.h"
#include "drover-test.h"
#include "fake-web.h"

#define IMAGES "/debian/dists/stable/main/installer-arm64/current/images/"
#define LIST IMAGES "SHA256SUMS"
#define LINUX IMAGES "netboot/debian-installer/arm64/linux"
#define INITRD IMAGES "netboot/debian-installer/arm64/initrd.gz"

#define BODY_SIZE 200000

static char linux_body[BODY_SIZE + 1];
static char initrd_body[BODY_SIZE + 1];
static char *list_body;

static const FakePage linux_page = { .body = linux_body, .etag = "\"l\"" };
static const FakePage initrd_page = { .body = initrd_body, .etag = "\"i\"" };

/* A mirror, and a job that gets arm64 from it. */
typedef struct
{
  FakeWeb *web;
  char *folder;
  char *linux_path;
  char *initrd_path;
  DroverKernelJob *job;
} Fixture;

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
}

static char *
dup_images_folder (const char *name)
{
  return g_build_filename (drover_test_dir (), "images", name, NULL);
}

static void
set_up (Fixture       *f,
        gconstpointer  data)
{
  g_autofree char *site = NULL;
  g_autofree char *images = dup_images_folder ("none");

  f->web = fake_web_new (NULL);
  site = fake_web_dup_address (f->web, "/debian//");
  f->folder = drover_debian_kernel_dup_folder ("aarch64");
  f->linux_path = g_build_filename (f->folder, "linux", NULL);
  f->initrd_path = g_build_filename (f->folder, "initrd.gz", NULL);
  f->job = drover_kernel_job_new ("aarch64", site);
  drover_kernel_job_set_images_folder (f->job, images);
  fake_web_set (f->web, LIST, &(FakePage) { .body = list_body });
  fake_web_set (f->web, LINUX, &linux_page);
  fake_web_set (f->web, INITRD, &initrd_page);
}

static void
tear_down (Fixture       *f,
           gconstpointer  data)
{
  g_assert_finalize_object (f->job);
  fake_web_free (f->web);
  remove_folder (f->folder);
  g_free (f->folder);
  g_free (f->linux_path);
  g_free (f->initrd_path);
}

static void
assert_file (const char *path,
             const char *contents)
{
  g_autofree char *found = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &found, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, contents);
}

static gboolean
exists (const char *path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
run_ok (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverDebianKernel) kernel = NULL;
  g_autofree char *origin = NULL;

  kernel = drover_test_await_boxed (drover_kernel_job_run (f->job), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (kernel->architecture, ==, "aarch64");
  g_assert_cmpstr (kernel->kernel, ==, f->linux_path);
  g_assert_cmpstr (kernel->initrd, ==, f->initrd_path);
  origin = g_strdup_printf ("downloaded from http://127.0.0.1:%u/debian, checked", f->web->port);
  g_assert_cmpstr (kernel->origin, ==, origin);
  assert_file (kernel->kernel, linux_body);
  assert_file (kernel->initrd, initrd_body);
}

static void
run_error (Fixture    *f,
           GQuark      domain,
           int         code,
           const char *pattern)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (drover_test_await_boxed (drover_kernel_job_run (f->job), &error));
  g_test_message ("%s", error->message);
  if (!g_error_matches (error, domain, code))
    g_error ("%s %d: %s", g_quark_to_string (error->domain), error->code, error->message);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("“%s” is not like “%s”", error->message, pattern);
  g_assert_null (drover_debian_kernel_find_downloaded ("aarch64"));
}

static void
test_download (Fixture       *f,
               gconstpointer  data)
{
  g_assert_cmpfloat (drover_kernel_job_get_fraction (f->job), <, 0.0);
  g_assert_cmpstr (drover_kernel_job_get_text (f->job), ==, "");
  run_ok (f);
  g_assert_cmpuint (fake_web_count (f->web), ==, 3);
  fake_web_assert_request (f->web, 0, NULL, LIST);
  g_assert_cmpfloat (drover_kernel_job_get_fraction (f->job), ==, 1.0);

  /* The next one needs no network. */
  run_ok (f);
  g_assert_cmpuint (fake_web_count (f->web), ==, 3);
}

static void
notify_cb (DroverKernelJob *job,
           GParamSpec      *pspec,
           GPtrArray       *seen)
{
  if (g_str_equal (pspec->name, "text"))
    g_ptr_array_add (seen, g_strdup (drover_kernel_job_get_text (job)));
  else
    g_ptr_array_add (seen, g_strdup_printf ("%.2f", drover_kernel_job_get_fraction (job)));
}

static void
test_progress (Fixture       *f,
               gconstpointer  data)
{
  g_autoptr (GPtrArray) seen = g_ptr_array_new_with_free_func (g_free);

  g_signal_connect (f->job, "notify", G_CALLBACK (notify_cb), seen);
  run_ok (f);
  for (guint i = 0; i < seen->len; i++)
    {
      g_test_message ("%s", (char *) g_ptr_array_index (seen, i));
      if (i > 0)
        g_assert_cmpstr (g_ptr_array_index (seen, i), !=, g_ptr_array_index (seen, i - 1));
    }

  g_assert_true (g_str_has_prefix (g_ptr_array_index (seen, 0), "Asking http://127.0.0.1:"));
  g_assert_true (g_ptr_array_find_with_equal_func (seen, "1.00", g_str_equal, NULL));
  g_assert_true (g_str_has_prefix (drover_kernel_job_get_text (f->job), "Debian’s installer: 400"));
}

static void
test_one_file_only (Fixture       *f,
                    gconstpointer  data)
{
  run_ok (f);
  g_remove (f->initrd_path);
  g_assert_null (drover_debian_kernel_find_downloaded ("aarch64"));
  run_ok (f);
  g_assert_cmpuint (fake_web_count (f->web), ==, 5);
  fake_web_assert_request (f->web, 3, NULL, LIST);
  fake_web_assert_request (f->web, 4, NULL, INITRD);
}

static void
test_resume (Fixture       *f,
             gconstpointer  data)
{
  FakePage page = initrd_page;

  page.end = FAKE_END_CLOSE;
  page.end_after = 50000;
  fake_web_set (f->web, INITRD, &page);
  run_error (f, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "*initrd.gz ended with 50000 of 200000*");
  fake_web_set (f->web, INITRD, &initrd_page);
  run_ok (f);

  /* Whichever file the last request was for, it was for the rest of it. */
  for (guint i = 3; i < fake_web_count (f->web); i++)
    {
      g_autofree char *path = fake_web_dup_request (f->web, i, NULL);

      if (g_str_equal (path, INITRD))
        fake_web_assert_request (f->web, i, "Range", "bytes=50000-");
    }
}

/* The kernel was lost, and the RAM disk that is left is of an older release. */
static void
test_no_mixed_pair (Fixture       *f,
                    gconstpointer  data)
{
  FakePage stalling = initrd_page;
  g_autoptr (DexFuture) run = NULL;
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (f->folder, 0700);
  g_file_set_contents (f->initrd_path, "of Debian 12", -1, NULL);
  stalling.end = FAKE_END_STALL;
  stalling.end_after = 1000;
  fake_web_set (f->web, INITRD, &stalling);

  run = drover_kernel_job_run (f->job);
  drover_test_until (exists (f->linux_path) || !dex_future_is_pending (run));
  drover_kernel_job_cancel (f->job);
  g_assert_false (drover_test_await (g_steal_pointer (&run), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_file (f->linux_path, linux_body);
  g_assert_null (drover_debian_kernel_find_downloaded ("aarch64"));

  fake_web_set (f->web, INITRD, &initrd_page);
  run_ok (f);
}

static void
test_cancel (Fixture       *f,
             gconstpointer  data)
{
  const char *const stalling[] = { LIST, LINUX, INITRD };
  const FakePage pages[] = { { .body = list_body }, linux_page, initrd_page };

  /* Nothing to cancel. */
  drover_kernel_job_cancel (f->job);

  for (guint i = 0; i < G_N_ELEMENTS (stalling); i++)
    {
      g_autoptr (DexFuture) run = NULL;
      g_autoptr (GError) error = NULL;
      guint asked = fake_web_count_of (f->web, stalling[i]);

      remove_folder (f->folder);
      fake_web_set (f->web, stalling[i], &(FakePage) { .end = FAKE_END_STALL_BEFORE_HEAD });
      run = drover_kernel_job_run (f->job);
      drover_test_until (fake_web_count_of (f->web, stalling[i]) > asked);
      drover_kernel_job_cancel (f->job);
      g_assert_false (drover_test_await (g_steal_pointer (&run), &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      fake_web_set (f->web, stalling[i], &pages[i]);
    }
  run_ok (f);
}

static void
test_twice_at_once (Fixture       *f,
                    gconstpointer  data)
{
  g_autoptr (DexFuture) run = drover_kernel_job_run (f->job);
  g_autoptr (GError) error = NULL;

  g_assert_false (drover_test_await (drover_kernel_job_run (f->job), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE);
  g_assert_true (drover_test_await (g_steal_pointer (&run), NULL));
}

/* The list is still the same: the file is bad. */
static void
test_bad_file (Fixture       *f,
               gconstpointer  data)
{
  fake_web_set (f->web, LINUX, &(FakePage) { .body = "not Linux" });
  run_error (f, DROVER_ERROR, DROVER_ERROR_CHECKSUM,
             "The file was damaged*another mirror*“linux”*");
  g_assert_false (exists (f->linux_path));
  fake_web_set (f->web, LINUX, &linux_page);
  run_ok (f);
}

static void
test_new_release (Fixture       *f,
                  gconstpointer  data)
{
  g_autofree char *old_list = g_strdup (list_body);

  /* The list that is asked for first is of the release before. */
  memset (old_list, '0', 64);
  fake_web_set (f->web, LIST, &(FakePage) { .body = old_list });
  fake_web_add (f->web, LIST, &(FakePage) { .body = list_body });
  run_error (f, DROVER_ERROR, DROVER_ERROR_CHECKSUM, "Debian published a new installer*");
  run_ok (f);
}

static void
test_bad_lists (Fixture       *f,
                gconstpointer  data)
{
  g_autofree char *endless = g_strnfill (5 * 1024 * 1024, '\n');

  fake_web_set (f->web, LIST, &(FakePage) { .body = "<html>Log in to this hotel</html>" });
  run_error (f, DROVER_ERROR, DROVER_ERROR_CHECKSUM, "http://127.0.0.1:*/SHA256SUMS: Line 1 *");
  fake_web_set (f->web, LIST, &(FakePage) { .body = "" });
  run_error (f, DROVER_ERROR, DROVER_ERROR_CHECKSUM, "*/arm64/linux*");
  fake_web_set (f->web, LIST, &(FakePage) { .body = "a\0b", .size = 3 });
  run_error (f, DROVER_ERROR, DROVER_ERROR_CHECKSUM, "*is not a list of checksums");
  fake_web_set (f->web, LIST, &(FakePage) { .body = endless });
  run_error (f, DROVER_ERROR, DROVER_ERROR_CHECKSUM, "*too long*");
  fake_web_set (f->web, LIST, &(FakePage) { .status = 404 });
  run_error (f, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "*/SHA256SUMS*404*");
  g_assert_false (exists (f->linux_path));
  g_assert_false (exists (f->initrd_path));
}

static void
test_missing_file (Fixture       *f,
                   gconstpointer  data)
{
  fake_web_set (f->web, INITRD, &(FakePage) { .status = 404 });
  run_error (f, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "*/initrd.gz: the server answered 404*");
}

static void
test_unknown_architecture (void)
{
  g_autoptr (DroverKernelJob) job = drover_kernel_job_new ("vax", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (drover_test_await (drover_kernel_job_run (job), &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "vax"));
  g_assert_null (drover_debian_kernel_get_debian_name ("vax"));
  g_assert_null (drover_debian_kernel_get_debian_name (NULL));
  g_assert_cmpstr (drover_debian_kernel_get_debian_name ("x86_64"), ==, "amd64");
  g_assert_null (drover_debian_kernel_find_downloaded ("vax"));
  g_assert_null (drover_debian_kernel_find_installed ("vax", NULL));
}

static void
install (const char *images,
         const char *release,
         const char *debian_name,
         const char *file)
{
  g_autofree char *folder = g_build_filename (images, release, debian_name, "text",
                                              "debian-installer", debian_name, NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);

  g_mkdir_with_parents (folder, 0700);
  g_file_set_contents (path, release, -1, NULL);
}

static void
test_installed (void)
{
  g_autofree char *images = dup_images_folder ("some");
  g_autofree char *taken = g_build_filename (images, "14/arm64/text/debian-installer/arm64/linux",
                                             NULL);
  g_autoptr (DroverDebianKernel) kernel = NULL;
  g_autoptr (DroverDebianKernel) other = NULL;
  g_autoptr (DroverDebianKernel) copy = NULL;

  g_assert_null (drover_debian_kernel_find_installed ("aarch64", images));

  /* A snapshot of what is to be a release one day is none. */
  install (images, "daily", "arm64", "linux");
  install (images, "daily", "arm64", "initrd.gz");
  g_assert_null (drover_debian_kernel_find_installed ("aarch64", images));

  /* 13 is the newest that has both files. */
  install (images, "9", "arm64", "linux");
  install (images, "9", "arm64", "initrd.gz");
  install (images, "13", "arm64", "linux");
  install (images, "13", "arm64", "initrd.gz");
  install (images, "12", "arm64", "linux");
  install (images, "12", "arm64", "initrd.gz");
  install (images, "14", "arm64", "initrd.gz");
  g_mkdir_with_parents (taken, 0700);
  install (images, "15", "arm64", "linux");
  install (images, "20", "amd64", "linux");

  kernel = drover_debian_kernel_find_installed ("aarch64", images);
  g_assert_nonnull (kernel);
  assert_file (kernel->kernel, "13");
  assert_file (kernel->initrd, "13");
  g_assert_true (g_str_has_suffix (kernel->kernel, "/linux"));
  g_assert_true (g_str_has_suffix (kernel->initrd, "/initrd.gz"));
  g_assert_cmpstr (kernel->architecture, ==, "aarch64");
  g_assert_cmpstr (kernel->origin, ==,
                   "from the installed package debian-installer-13-netboot-arm64");

  g_assert_null (drover_debian_kernel_find_installed ("x86_64", images));
  install (images, "13", "amd64", "linux");
  install (images, "13", "amd64", "initrd.gz");
  other = drover_debian_kernel_find_installed ("x86_64", images);
  g_assert_nonnull (strstr (other->kernel, "/13/amd64/"));

  copy = g_boxed_copy (DROVER_TYPE_DEBIAN_KERNEL, kernel);
  g_assert_cmpstr (copy->kernel, ==, kernel->kernel);
  g_assert_cmpstr (copy->origin, ==, kernel->origin);
}

static void
test_installed_goes_first (Fixture       *f,
                           gconstpointer  data)
{
  g_autofree char *images = dup_images_folder ("first");
  g_autoptr (DroverDebianKernel) kernel = NULL;

  install (images, "13", "arm64", "linux");
  install (images, "13", "arm64", "initrd.gz");
  drover_kernel_job_set_images_folder (f->job, images);
  kernel = drover_test_await_boxed (drover_kernel_job_run (f->job), NULL);
  g_assert_true (g_str_has_prefix (kernel->kernel, images));
  g_assert_cmpuint (fake_web_count (f->web), ==, 0);
}

/* What Debian really installs, where it is installed. */
static void
test_really_installed (void)
{
  const char *const names[] = { "aarch64", "x86_64" };
  guint found = 0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (DroverDebianKernel) kernel = drover_debian_kernel_find_installed (names[i], NULL);

      if (kernel == NULL)
        continue;
      found++;
      g_test_message ("%s %s", kernel->kernel, kernel->origin);
      g_assert_true (g_file_test (kernel->kernel, G_FILE_TEST_IS_REGULAR));
      g_assert_true (g_file_test (kernel->initrd, G_FILE_TEST_IS_REGULAR));
    }
  if (found == 0)
    g_test_skip ("no debian-installer-N-netboot-ARCH here");
}

static void
make_bodies (void)
{
  g_autofree char *linux_sum = NULL;
  g_autofree char *initrd_sum = NULL;

  memset (linux_body, 'l', BODY_SIZE);
  memset (initrd_body, 'i', BODY_SIZE);
  linux_sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, linux_body, BODY_SIZE);
  initrd_sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, initrd_body, BODY_SIZE);
  list_body = g_strdup_printf ("%s  ./netboot/debian-installer/arm64/linux\n"
                               "%s  ./netboot/debian-installer/arm64/initrd.gz\n"
                               "%s  ./netboot/gtk/debian-installer/arm64/linux\n",
                               linux_sum, initrd_sum, initrd_sum);
}

int
main (int   argc,
      char *argv[])
{
  int result;

  fake_web_unset_proxies ();
  drover_test_init (&argc, &argv);
  make_bodies ();

#define add(name, func) g_test_add ("/debian-kernel/" name, Fixture, NULL, set_up, func, tear_down)

  g_test_add_func ("/debian-kernel/installed", test_installed);
  g_test_add_func ("/debian-kernel/really-installed", test_really_installed);
  g_test_add_func ("/debian-kernel/unknown-architecture", test_unknown_architecture);
  add ("installed-goes-first", test_installed_goes_first);
  add ("download", test_download);
  add ("progress", test_progress);
  add ("one-file-only", test_one_file_only);
  add ("resume", test_resume);
  add ("no-mixed-pair", test_no_mixed_pair);
  add ("cancel", test_cancel);
  add ("twice-at-once", test_twice_at_once);
  add ("bad-file", test_bad_file);
  add ("new-release", test_new_release);
  add ("bad-lists", test_bad_lists);
  add ("missing-file", test_missing_file);

  result = drover_test_run ();
  g_free (list_body);
  return result;
}
