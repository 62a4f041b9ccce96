/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-command-text.h"
#include "drover-test.h"
#include "median.h"

/* The command text of a machine with 300 arguments: to make it, and what a key stroke in it costs,
 * which is its tokens and its arguments anew. The baseline is GLib's splitting of the same text
 * into words, which knows neither places nor arguments. They take turns. */
#define ARGUMENTS 300
#define RUNS 51

typedef struct
{
  double render[RUNS];
  double tokenise[RUNS];
  double parse[RUNS];
  double words[RUNS];
} Times;

static double
milliseconds_since (gint64 start)
{
  return (g_get_monotonic_time () - start) / 1000.0;
}

static GPtrArray *
make_arguments (void)
{
  GPtrArray *arguments = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);

  for (guint i = 0; i < ARGUMENTS; i++)
    {
      g_autofree char *text = NULL;

      if (i % 3 == 0)
        text = g_strdup_printf ("user,id=n%u,hostfwd=tcp::%u-:22,hostname=guest", i, 2000 + i);
      else if (i % 3 == 1)
        text = g_strdup_printf ("virtio-net-pci,netdev=n%u,mac=52:54:00:12:%02x:%02x,mq=on", i - 1,
                                i / 256, i % 256);
      else
        text = g_strdup_printf ("{\"driver\":\"file\",\"node-name\":\"it's %u\"}", i);
      g_ptr_array_add (arguments, drover_argument_new (i % 3 == 0   ? "-netdev"
                                                       : i % 3 == 1 ? "-device"
                                                                    : "-blockdev",
                                                       text));
    }

  return arguments;
}

/* One more digit in an option in the middle, and no line ends, which are no blanks to GLib's
 * function. */
static void
measure (Times *times, guint run, GPtrArray *arguments)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (DroverCommandText) text = drover_command_text_new ("qemu-system-x86_64", arguments);
  g_autofree char *one_line = g_strdelimit (g_strdup (text->text), "\n", ' ');
  g_autoptr (GString) typed = NULL;
  g_autoptr (GArray) tokens = NULL;
  g_autoptr (GPtrArray) read = NULL;
  g_autofree char *program = NULL;
  g_auto (GStrv) words = NULL;
  gsize error_start;
  gsize error_end;

  times->render[run] = milliseconds_since (start);
  typed = g_string_new (text->text);
  g_string_insert (typed, strstr (typed->str, "2150-") + 4 - typed->str, "7");

  start = g_get_monotonic_time ();
  tokens = drover_command_text_tokenise (typed->str, arguments);
  times->tokenise[run] = milliseconds_since (start);

  start = g_get_monotonic_time ();
  g_assert_true (drover_command_text_parse (typed->str, arguments, &program, &read, &error_start,
                                            &error_end, NULL));
  times->parse[run] = milliseconds_since (start);
  g_assert_cmpuint (read->len, ==, ARGUMENTS);

  start = g_get_monotonic_time ();
  g_assert_true (g_shell_parse_argv (one_line, NULL, &words, NULL));
  times->words[run] = milliseconds_since (start);
}

static void
bench_command (void)
{
  g_autoptr (GPtrArray) arguments = make_arguments ();
  Times times;
  double stroke;
  double words;

  for (guint i = 0; i < RUNS; i++)
    measure (&times, i, arguments);

  words = median (times.words, RUNS);
  stroke = median (times.tokenise, RUNS) + median (times.parse, RUNS);
  g_print ("# command text of %d arguments, median of %d: made in %.2f ms; a key stroke %.2f ms "
           "(tokens %.2f ms, arguments %.2f ms); GLib's words %.2f ms; ratio %.2f\n",
           ARGUMENTS, RUNS, median (times.render, RUNS), stroke, median (times.tokenise, RUNS),
           median (times.parse, RUNS), words, stroke / words);
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/bench/command", bench_command);
  return drover_test_run ();
}
