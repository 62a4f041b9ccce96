/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-install-reader.h"
#include "drover-test.h"

static gboolean
feed (DroverInstallReader *reader, const char *text)
{
  return drover_install_reader_feed (reader, text, strlen (text));
}

/* As it comes from Debian's installer on a serial port: a step's numbers one by one, and the
 * status line of the program around it in between. */
static void
test_steps (void)
{
  g_autoptr (DroverInstallReader) reader = drover_install_reader_new ();

  g_assert_null (reader->text);
  g_assert_cmpfloat (reader->fraction, <, 0);
  g_assert_true (feed (reader, "\x1b[0m\x1b(BDetecting network hardware  ... 2%"));
  g_assert_cmpstr (reader->text, ==, "Detecting network hardware");
  g_assert_cmpfloat (reader->fraction, ==, 0.02);
  g_assert_false (feed (reader, "[    \x1b[31m (\x1b[37m1*installer\x1b[31m)\x1b[37m  2 shell  4- log    "
                                "][ Nov 22 22:46 ]"));
  g_assert_true (feed (reader, "... 95%"));
  g_assert_cmpfloat (reader->fraction, ==, 0.95);
  g_assert_true (feed (reader, "... 100%\r\n"));
  g_assert_false (feed (reader, "\r\n"));
  g_assert_cmpstr (reader->text, ==, "Detecting network hardware");
  g_assert_false (reader->asking);
  g_assert_false (reader->installed);
}

static void
test_question (void)
{
  g_autoptr (DroverInstallReader) reader = drover_install_reader_new ();

  feed (reader, "Loading additional components  ... 0%\r\nDownload installer components\r\n"
                "-----------------------------\r\n\r\nThe installer failed to download a file.\r\n"
                "  1: Retry [*],  2: Change mirror,      3: Cancel,\r\n");
  g_assert_false (reader->asking);
  feed (reader, "Prompt: '?' for help, default=1> ");
  g_assert_true (reader->asking);
  g_assert_cmpstr (reader->text, ==, "Download installer components");

  /* It was answered, and goes on. */
  feed (reader, "1\r\nLoading additional components  ... 5%");
  g_assert_false (reader->asking);
}

static void
test_marker (void)
{
  g_autoptr (DroverInstallReader) reader = drover_install_reader_new ();

  feed (reader, "drover: inst");
  g_assert_false (reader->installed);
  g_assert_true (feed (reader, "alled\r\n"));
  g_assert_true (reader->installed);
}

static void
test_ubuntu (void)
{
  g_autoptr (DroverInstallReader) reader = drover_install_reader_new ();

  feed (reader, "start: subiquity/Install/install/curtin_install: installing system\r\n");
  g_assert_cmpstr (reader->text, ==, "installing system");
  feed (reader, "start: subiquity/Late/run_late_commands:\r\n");
  g_assert_cmpstr (reader->text, ==, "run late commands");
  feed (reader, "[   12.3] cloud-init[600]: Cloud-init v. 25.1.4 running 'modules:final' at Sun\r\n");
  g_assert_cmpstr (reader->text, ==, "Cloud-init v. 25.1.4 running 'modules:final'");
}

/* A guest may write anything, in any pieces. */
static void
test_noise (void)
{
  for (guint seed = 0; seed < 200; seed++)
    {
      static const char words[] = "\x1b[(0%%....  \n\r-*installer)][ ]Prompt: '?' for help\xff\xc3";
      g_autoptr (GRand) random = g_rand_new_with_seed (seed);
      g_autoptr (DroverInstallReader) reader = drover_install_reader_new ();

      for (guint i = 0; i < 200; i++)
        {
          gint32 start = g_rand_int_range (random, 0, sizeof words - 1);

          drover_install_reader_feed (reader, words + start,
                                      g_rand_int_range (random, 0, sizeof words - start));
          g_assert_true (reader->text == NULL || g_utf8_validate (reader->text, -1, NULL));
        }
    }
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/install-reader/steps", test_steps);
  g_test_add_func ("/install-reader/question", test_question);
  g_test_add_func ("/install-reader/marker", test_marker);
  g_test_add_func ("/install-reader/ubuntu", test_ubuntu);
  g_test_add_func ("/install-reader/noise", test_noise);
  return g_test_run ();
}
