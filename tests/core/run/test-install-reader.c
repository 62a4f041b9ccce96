/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-error.h"
#include "drover-install-key.h"
#include "drover-install-reader.h"
#include "drover-json.h"
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

  feed (reader, "\r\nPartition disks\r\n---------------\r\n\r\n"
                "!! ERROR: Software RAID not available\r\n\r\nThe current kernel does not.\r\n"
                "[Press enter to continue] ");
  g_assert_true (reader->asking);
  g_assert_cmpstr (reader->text, ==, "Software RAID not available");
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

/* What `query-blockstats` says of a PC with flash, a disk and a disc. */
static DroverInstallKey
judge (gint64 vars_written, gint64 disk_written, gint64 disc_read, const char *drive, GError **error)
{
  g_autofree char *text = g_strdup_printf (
    "[{\"device\": \"\", \"node-name\": \"vars0\", \"qdev\": \"/machine/system.flash1\","
    "  \"stats\": {\"rd_bytes\": 540672, \"wr_bytes\": %" G_GINT64_FORMAT "}},"
    " {\"device\": \"\", \"node-name\": \"image0\", \"qdev\": \"disk0\","
    "  \"stats\": {\"rd_bytes\": 9000000, \"wr_bytes\": %" G_GINT64_FORMAT "}},"
    " {\"device\": \"\", \"node-name\": \"image1\", \"qdev\": \"cd1\","
    "  \"stats\": {\"rd_bytes\": %" G_GINT64_FORMAT ", \"wr_bytes\": 0}}]",
    vars_written, disk_written, disc_read);
  g_autoptr (JsonNode) stats = drover_json_parse (text, -1, NULL);

  return drover_install_key_judge (stats, drive, error);
}

static void
test_key (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (judge (0, 0, 0, "cd1", &error), ==, DROVER_INSTALL_KEY_EARLY);
  /* The firmware keeps notes of its own. */
  g_assert_cmpuint (judge (4096, 0, 0, "cd1", &error), ==, DROVER_INSTALL_KEY_EARLY);
  g_assert_cmpuint (judge (4096, 0, 2048, "cd1", &error), ==, DROVER_INSTALL_KEY_WANTED);
  g_assert_cmpuint (judge (4096, 0, 3000000, "cd1", &error), ==, DROVER_INSTALL_KEY_WANTED);
  g_assert_cmpuint (judge (4096, 0, 9000000, "cd1", &error), ==, DROVER_INSTALL_KEY_OVER);
  g_assert_cmpuint (judge (0, 512, 2048, "cd1", &error), ==, DROVER_INSTALL_KEY_OVER);
  g_assert_no_error (error);

  g_assert_cmpuint (judge (0, 0, 2048, "cd2", &error), ==, DROVER_INSTALL_KEY_OVER);
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE);
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
  g_test_add_func ("/install-reader/key", test_key);
  return g_test_run ();
}
