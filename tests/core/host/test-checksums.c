/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "drover-checksums.h"
#include "drover-error.h"
#include "drover-test.h"

#define SUM_A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SUM_B "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define NO_SUM "g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

typedef struct
{
  const char *name;
  const char *text;
  const char *file;
  const char *sum;
  const char *message;
} Case;

static const Case cases[] = {
  { "plain", SUM_A "  linux\n", "linux", SUM_A },
  { "binary", SUM_A " *linux\n", "linux", SUM_A },
  { "no-newline", SUM_A "  linux", "linux", SUM_A },
  { "windows", SUM_A "  linux\r\n" SUM_B "  b\r\n", "linux", SUM_A },
  { "dot-slash-listed", SUM_A "  ./a/linux\n", "a/linux", SUM_A },
  { "dot-slash-asked", SUM_A "  a/linux\n", "./a/linux", SUM_A },
  { "dot-slash-both", SUM_A "  ./a/linux\n", "./a/linux", SUM_A },
  { "second", SUM_A "  a\n" SUM_B "  b\n", "b", SUM_B },
  { "as-debian-has-it",
    SUM_A "  ./netboot/debian-installer/arm64/initrd.gz\n"
    SUM_B "  ./netboot/debian-installer/arm64/linux\n"
    SUM_A "  ./netboot/gtk/debian-installer/arm64/linux\n",
    "./netboot/debian-installer/arm64/linux", SUM_B },
  { "spaces-in-name", SUM_A "  a b  c\n", "a b  c", SUM_A },
  { "name-begins-with-space", SUM_A "   a\n", " a", SUM_A },
  { "comments", "# hello\n\n" SUM_A "  a\n\n", "a", SUM_A },
  { "same-twice", SUM_A "  a\n" SUM_A "  ./a\n", "a", SUM_A },
  { "upper-case",
    "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF  a\n", "a", SUM_A },

  { "empty", "", "linux", NULL, "*none for “linux”*" },
  { "missing", SUM_A "  a\n", "./linux", NULL, "*none for “./linux”*" },
  { "only-a-tail-of-the-name", SUM_A "  arm64/linux\n", "linux", NULL, "*none for*" },
  { "only-a-head-of-the-name", SUM_A "  linux.old\n", "linux", NULL, "*none for*" },
  { "only-a-head-of-the-listed", SUM_A "  linu\n", "linux", NULL, "*none for*" },
  { "two-sums", SUM_A "  a\n" SUM_B "  ./a\n", "a", NULL, "*two different ones for “a”*" },
  { "short-sum", SUM_A "  b\n0123  a\n", "b", NULL, "Line 2 *" },
  { "long-sum", "0" SUM_A "  a\n", "a", NULL, "Line 1 *" },
  { "not-hex", NO_SUM "  a\n", "a", NULL, "Line 1 *" },
  { "one-space", SUM_A " a\n", "a", NULL, "Line 1 *" },
  { "tab", SUM_A "\t a\n", "a", NULL, "Line 1 *" },
  { "no-name", SUM_A "  \n", "a", NULL, "Line 1 *" },
  { "sum-only", SUM_A, "a", NULL, "Line 1 *" },
  { "html", "<!DOCTYPE html>\n<title>Log in to this hotel</title>\n", "a", NULL, "Line 1 *" },
  { "bad-line-after-the-right-one", SUM_A "  a\n# fine\n\nnonsense\n", "a", NULL, "Line 4 *" },
  { "not-utf-8", SUM_A "  \xff\xfe\n", "a", NULL, "*none for*" },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sum = drover_checksums_lookup (c->text, c->file, &error);

  g_assert_cmpstr (sum, ==, c->sum);
  if (c->sum != NULL)
    {
      g_assert_no_error (error);
      return;
    }

  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  if (!g_pattern_match_simple (c->message, error->message))
    g_error ("“%s” is not like “%s”", error->message, c->message);
}

typedef struct
{
  const char *name;
  const char *text;
  const char *pattern;
  const char *file;
} MatchCase;

static const MatchCase match_cases[] = {
  { "newest", SUM_A " *ubuntu-22.04.9-live-server-amd64.iso\n"
    SUM_A " *ubuntu-22.04.10-live-server-amd64.iso\n" SUM_A " *ubuntu-22.04-live-server-amd64.iso\n"
    SUM_A " *ubuntu-22.04.11-desktop-amd64.iso\n",
    "ubuntu-22.04*-live-server-amd64.iso", "ubuntu-22.04.10-live-server-amd64.iso" },
  { "point-release", SUM_A "  a-1.iso\n" SUM_A "  a-1.1.iso\n", "a-1*.iso", "a-1.1.iso" },
  { "plain-name", SUM_A "  a.iso\n" SUM_A "  b.iso\n", "a.iso", "a.iso" },
  { "dot-slash", SUM_A "  ./a-1.iso\n", "a-?.iso", "a-1.iso" },
  { "no-folders", SUM_A "  ../../a-1.iso\n" SUM_A "  x/a-2.iso\n", "*a-?.iso", NULL },
  { "none", SUM_A "  a.iso\n", "b*.iso", NULL },
  { "damaged", SUM_A "  a.iso\nnonsense\n", "a*.iso", NULL },
  { "two-sums", SUM_A "  a.iso\n" SUM_B "  a.iso\n", "a*.iso", NULL },
};

static void
test_match (gconstpointer data)
{
  const MatchCase *c = data;
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *sum = drover_checksums_match (c->text, c->pattern, &name, &error);

  g_assert_cmpstr (name, ==, c->file);
  g_assert_cmpstr (sum, ==, c->file != NULL ? SUM_A : NULL);
  if (c->file == NULL)
    g_assert_error (error, DROVER_ERROR, DROVER_ERROR_CHECKSUM);
}

static void
test_sha512 (void)
{
  g_autofree char *sum = drover_checksums_lookup (SUM_A SUM_B "  a\n" SUM_A "  b\n", "a", NULL);

  g_assert_cmpstr (sum, ==, SUM_A SUM_B);
  g_assert_cmpint (drover_checksums_get_type (sum), ==, G_CHECKSUM_SHA512);
  g_assert_cmpint (drover_checksums_get_type (SUM_A), ==, G_CHECKSUM_SHA256);
  g_assert_cmpint (drover_checksums_get_type (NULL), ==, G_CHECKSUM_SHA256);
}

static void
test_only (void)
{
  g_autofree char *one = drover_checksums_only ("# c\n" SUM_A "  any-name-2026.1.img\n");
  g_autofree char *two = drover_checksums_only (SUM_A "  a\n" SUM_A "  b\n");
  g_autofree char *none = drover_checksums_only ("");
  g_autofree char *bad = drover_checksums_only (SUM_A);

  g_assert_cmpstr (one, ==, SUM_A);
  g_assert_null (two);
  g_assert_null (none);
  g_assert_null (bad);
}

static void
test_normalise (void)
{
  g_autofree char *pasted = drover_checksums_normalise (" 01234567 89ABCDEF\r\n0123456789abcdef\n"
                                                        "0123456789abcdef\t0123456789abcdef \n");
  g_autofree char *labelled = drover_checksums_normalise ("SHA256: " SUM_A);
  g_autofree char *short_one = drover_checksums_normalise ("0123");
  g_autofree char *no_break = drover_checksums_normalise ("0123456789abcdef\302\240"
                                                          "0123456789abcdef0123456789abcdef"
                                                          "0123456789abcdef\342\200\213");

  g_assert_cmpstr (pasted, ==, SUM_A);
  g_assert_null (labelled);
  g_assert_null (short_one);
  g_assert_cmpstr (no_break, ==, SUM_A);
}

static void
test_add_fd (void)
{
  g_autofree char *path = g_build_filename (drover_test_dir (), "file", NULL);
  g_autoptr (GString) contents = g_string_new (NULL);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *expected = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autofd int fd = -1;
  g_autofd int folder = -1;

  /* More than one buffer, and not a multiple of it. */
  for (guint i = 0; i < 100000; i++)
    g_string_append_printf (contents, "%u\n", i);
  expected = g_compute_checksum_for_string (G_CHECKSUM_SHA256, contents->str, contents->len);
  g_file_set_contents (path, contents->str, contents->len, &error);
  g_assert_no_error (error);

  fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  lseek (fd, 1000, SEEK_SET);
  g_assert_true (drover_checksums_add_fd (checksum, fd, cancellable, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (g_checksum_get_string (checksum), ==, expected);

  g_checksum_reset (checksum);
  g_cancellable_cancel (cancellable);
  g_assert_false (drover_checksums_add_fd (checksum, fd, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  folder = g_open (drover_test_dir (), O_RDONLY | O_CLOEXEC, 0);
  g_assert_false (drover_checksums_add_fd (checksum, folder, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
}

int
main (int   argc,
      char *argv[])
{
  drover_test_init (&argc, &argv);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strconcat ("/checksums/lookup/", cases[i].name, NULL);

      g_test_add_data_func (name, &cases[i], test_case);
    }
  for (guint i = 0; i < G_N_ELEMENTS (match_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/checksums/match/%s", match_cases[i].name);

      g_test_add_data_func (path, &match_cases[i], test_match);
    }
  g_test_add_func ("/checksums/sha512", test_sha512);
  g_test_add_func ("/checksums/only", test_only);
  g_test_add_func ("/checksums/normalise", test_normalise);
  g_test_add_func ("/checksums/add-fd", test_add_fd);

  return drover_test_run ();
}
