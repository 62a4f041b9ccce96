/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>

#include "drover-error.h"
#include "drover-image.h"
#include "drover-test.h"

#define MIB (G_GUINT64_CONSTANT (1) << 20)

/* Disk images, by the real qemu-img. */

static char *
dup_path (const char *name)
{
  return g_build_filename (drover_test_dir (), name, NULL);
}

static void
assert_image (const char *path, const char *format, guint64 size, const char *backing)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverImageInfo) info =
    drover_test_await_boxed (drover_image_inspect (path), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (info->format, ==, format);
  g_assert_cmpuint (info->virtual_size, ==, size);
  g_assert_cmpuint (info->actual_size, <=, 4 * MIB);
  g_assert_cmpstr (info->backing_file, ==, backing);
  g_assert_false (info->encrypted);
}

static void
test_create (void)
{
  g_autofree char *base = dup_path ("base.qcow2");
  g_autofree char *overlay = dup_path ("over.qcow2");
  g_autofree char *large = dup_path ("large.qcow2");
  g_autofree char *raw = dup_path ("copy.img");
  g_autoptr (GError) error = NULL;

  drover_test_await (drover_image_create (base, "qcow2", 64 * MIB), &error);
  g_assert_no_error (error);
  assert_image (base, "qcow2", 64 * MIB, NULL);

  drover_test_await (drover_image_create_overlay ("base.qcow2", "qcow2", overlay, 0), &error);
  g_assert_no_error (error);
  assert_image (overlay, "qcow2", 64 * MIB, "base.qcow2");
  drover_test_await (drover_image_create_overlay ("base.qcow2", "qcow2", large, 80 * MIB), &error);
  g_assert_no_error (error);
  assert_image (large, "qcow2", 80 * MIB, "base.qcow2");

  drover_test_await (drover_image_resize (overlay, "qcow2", 96 * MIB), &error);
  g_assert_no_error (error);
  assert_image (overlay, "qcow2", 96 * MIB, "base.qcow2");

  drover_test_await (drover_image_convert (overlay, "qcow2", raw, "raw"), &error);
  g_assert_no_error (error);
  assert_image (raw, "raw", 96 * MIB, NULL);
}

/* What is there stays as it is; what failed leaves nothing. */
static void
test_refused (void)
{
  g_autofree char *taken = dup_path ("taken.qcow2");
  g_autofree char *missing = dup_path ("missing.qcow2");
  g_autofree char *copy = dup_path ("copy-of-missing.qcow2");
  g_autofree char *contents = NULL;
  g_autoptr (GError) exists = NULL;
  g_autoptr (GError) format = NULL;
  g_autoptr (GError) source = NULL;
  g_autoptr (GError) inspect = NULL;

  g_assert_true (g_file_set_contents (taken, "mine", -1, NULL));
  g_assert_false (drover_test_await (drover_image_create (taken, "qcow2", MIB), &exists));
  g_assert_error (exists, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_assert_true (g_file_get_contents (taken, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "mine");

  g_assert_false (drover_test_await (drover_image_create (copy, "no-such-format", MIB), &format));
  g_assert_nonnull (strstr (format->message, "no-such-format"));
  g_assert_false (g_file_test (copy, G_FILE_TEST_EXISTS));

  g_assert_false (drover_test_await (drover_image_convert (missing, "qcow2", copy, "raw"),
                                     &source));
  g_assert_nonnull (strstr (source->message, "missing.qcow2"));
  g_assert_false (g_file_test (copy, G_FILE_TEST_EXISTS));

  g_assert_null (drover_test_await_boxed (drover_image_inspect (missing), &inspect));
  g_assert_nonnull (strstr (inspect->message, "missing.qcow2"));
}

static void
test_free_name (void)
{
  g_autofree char *folder = dup_path ("names");
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *raw = NULL;
  g_autofree char *path = NULL;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  first = drover_image_dup_free_name (folder, "qcow2");
  g_assert_cmpstr (first, ==, "disk.qcow2");
  path = g_build_filename (folder, first, NULL);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  second = drover_image_dup_free_name (folder, "qcow2");
  g_assert_cmpstr (second, ==, "disk2.qcow2");
  raw = drover_image_dup_free_name (folder, "raw");
  g_assert_cmpstr (raw, ==, "disk.img");
}

static void
test_no_program (void)
{
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autofree char *image = dup_path ("none.qcow2");
  g_autoptr (GError) error = NULL;

  g_setenv ("PATH", "/nowhere", TRUE);
  g_assert_false (drover_test_await (drover_image_create (image, "qcow2", MIB), &error));
  g_setenv ("PATH", path, TRUE);
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_PROGRAM_MISSING);
  g_assert_nonnull (strstr (error->message, "qemu-utils"));
  g_assert_false (g_file_test (image, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/image/create", test_create);
  g_test_add_func ("/image/refused", test_refused);
  g_test_add_func ("/image/free-name", test_free_name);
  g_test_add_func ("/image/no-program", test_no_program);
  return drover_test_run ();
}
