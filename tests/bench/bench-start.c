/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"


#include "drover-launch-plan.h"
#include "drover-paths.h"
#include "drover-run.h"
#include "drover-test.h"
#include "median.h"

/* From “start” to QMP's `running`, against the same command line started bare by the same
 * process and asked over the same socket. The two take turns, so that a machine that gets
 * slower meanwhile gets slower for both. */
#define RUNS 15

static double
milliseconds_since (gint64 start)
{
  return (g_get_monotonic_time () - start) / 1000.0;
}

static double
measure_drover (DroverMachine *machine)
{
  g_autoptr (DroverRun) run = drover_run_new (machine, DROVER_QMP_SOCKET);
  gint64 start = g_get_monotonic_time ();
  double taken;

  g_assert_true (drover_test_await (drover_run_start (run, TRUE), NULL));
  g_assert_true (drover_run_is_running (run));
  taken = milliseconds_since (start);
  g_assert_true (drover_test_await (drover_run_force_off (run), NULL));
  return taken;
}

/* The launch's own command line, but not paused. */
static GStrv
dup_bare_argv (DroverMachine *machine)
{
  DroverDocument *document = drover_machine_get_document (machine);
  g_autofree char *runtime_dir = drover_paths_dup_runtime_dir (drover_document_get_uuid (document));
  g_autofree char *log_dir = drover_paths_dup_log_dir (drover_machine_get_slug (machine));
  g_autoptr (DroverLaunchPlan) plan =
    drover_launch_plan_new (document, runtime_dir, log_dir, NULL);
  guint last = g_strv_length (plan->argv) - 1;

  g_assert_cmpstr (plan->argv[last], ==, "-S");
  g_clear_pointer (&plan->argv[last], g_free);
  return g_strdupv (plan->argv);
}

/* Tries every millisecond until QEMU listens, which is oftener than Drover does. */
static DroverQmp *
connect_bare (const char *path)
{
  DroverQmp *qmp;

  while ((qmp = drover_test_await_object (drover_qmp_connect (path, 5000), NULL)) == NULL)
    drover_test_await (dex_timeout_new_msec (1), NULL);
  return qmp;
}

static double
measure_bare (DroverMachine *machine)
{
  DroverDocument *document = drover_machine_get_document (machine);
  g_autofree char *runtime_dir = drover_paths_dup_runtime_dir (drover_document_get_uuid (document));
  g_autofree char *path = g_build_filename (runtime_dir, DROVER_QMP_SOCKET, NULL);
  g_auto (GStrv) argv = dup_bare_argv (machine);
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GSubprocess) subprocess =
    g_subprocess_newv ((const char *const *) argv,
                       G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
  g_autoptr (DroverQmp) qmp = connect_bare (path);
  double taken;

  g_assert_true (drover_test_await (drover_qmp_execute (qmp, "query-status", NULL), NULL));
  taken = milliseconds_since (start);
  drover_test_settle (drover_qmp_execute (qmp, "quit", NULL));
  g_subprocess_wait (subprocess, NULL, NULL);
  return taken;
}

static DroverMachine *
make_machine (DroverLibrary *library)
{
  g_autoptr (GPtrArray) arguments =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
  g_autoptr (DroverDocument) bare = drover_document_new ("Bench", "qemu-system-x86_64");
  g_autoptr (DroverDocument) document = NULL;

  g_ptr_array_add (arguments, drover_argument_new ("-machine", "pc"));
  g_ptr_array_add (arguments, drover_argument_new ("-nographic", NULL));
  g_ptr_array_add (arguments, drover_argument_new ("-net", "none"));
  document = drover_document_with_arguments (bare, arguments);
  return drover_library_create (library, document, NULL);
}

static void
bench_start (void)
{
  g_autofree char *folder = drover_paths_dup_machines_dir ();
  g_autoptr (DroverLibrary) library = drover_library_new (folder);
  DroverMachine *machine = make_machine (library);
  double drover[RUNS];
  double bare[RUNS];

  /* One of each first, for the page cache, and for the folders that a start makes. */
  measure_drover (machine);
  measure_bare (machine);
  for (guint i = 0; i < RUNS; i++)
    {
      drover[i] = measure_drover (machine);
      bare[i] = measure_bare (machine);
    }

  g_print ("# start to QMP running, median of %d: Drover %.1f ms, bare %.1f ms, ratio %.2f\n", RUNS,
           median (drover, RUNS), median (bare, RUNS), median (drover, RUNS) / median (bare, RUNS));
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/bench/start", bench_start);
  return drover_test_run ();
}
