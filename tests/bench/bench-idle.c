/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "soak-fixture.h"
#include "test-guard.h"

/* What the application costs while guests run and nobody looks: its processor time over a span, and
 * the QMP commands that reach the guests in it, as QEMU itself traces them. */
#define GUESTS 20
#define SETTLE_SECONDS 5
#define SPAN_SECONDS 30

static double
get_processor_seconds (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", (int) pid);
  g_autofree char *text = NULL;
  unsigned long user = 0;
  unsigned long system = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpint (sscanf (strrchr (text, ')'), ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                           &user, &system), ==, 2);
  return (double) (user + system) / sysconf (_SC_CLK_TCK);
}

static guint
count_commands (const char *slug)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.trace", drover_test_dir (), slug);
  g_autofree char *text = NULL;
  guint n = 0;

  g_file_get_contents (path, &text, NULL, NULL);
  for (const char *at = text; at != NULL && (at = strstr (at, "handle_qmp_command")) != NULL; at++)
    n++;
  return n;
}

static guint
count_all (char **slugs)
{
  guint n = 0;

  for (guint i = 0; i < GUESTS; i++)
    n += count_commands (slugs[i]);
  return n;
}

static void
wait_seconds (guint seconds)
{
  drover_test_await (dex_timeout_new_seconds (seconds), NULL);
}

static void
bench_idle (void)
{
  DroverRun *runs[GUESTS];
  char *slugs[GUESTS];
  SoakApp *app;
  GPid pid;
  double before;
  double used;
  guint n_before;

  for (guint i = 0; i < GUESTS; i++)
    {
      g_autofree char *trace = NULL;

      slugs[i] = g_strdup_printf ("guest-%02u", i);
      trace = g_strdup_printf ("%s/%s.trace", drover_test_dir (), slugs[i]);
      runs[i] = soak_guest_new (slugs[i], ARGUMENTS ("-trace", "handle_qmp_command", "-D", trace));
      start (runs[i], FALSE);
    }

  app = soak_app_start ();
  pid = atoi (g_subprocess_get_identifier (app->process));
  for (guint i = 0; i < GUESTS; i++)
    drover_test_until (soak_app_says (app, slugs[i], "running"));
  soak_app_tell (app, "hide", "window");
  drover_test_until (soak_app_says (app, "window", "hidden"));

  wait_seconds (SETTLE_SECONDS);
  before = get_processor_seconds (pid);
  n_before = count_all (slugs);
  g_assert_cmpuint (n_before, >, 0);
  wait_seconds (SPAN_SECONDS);
  used = get_processor_seconds (pid) - before;

  g_print ("# idle with %d running guests and the window hidden: %.2f %% of a core, %u QMP commands "
           "in %d s\n",
           GUESTS, 100 * used / SPAN_SECONDS, count_all (slugs) - n_before, SPAN_SECONDS);

  for (guint i = 0; i < GUESTS; i++)
    {
      drover_test_await (drover_run_force_off (runs[i]), NULL);
      drop (runs[i]);
      g_free (slugs[i]);
    }
  soak_app_kill (app);
}

int
main (int argc, char *argv[])
{
  if (argc == 2 && g_str_equal (argv[1], "--app"))
    return soak_app_main ();

  drover_test_init (&argc, &argv);
  test_guard_start (drover_test_dir ());
  g_test_add_func ("/bench/idle", bench_idle);
  return drover_test_run ();
}
