/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "drover-catalogue-private.h"
#include "drover-paths.h"
#include "drover-test.h"
#include "median.h"

/* What a program can do, asked anew and written to the cache, against a bare process that is
 * asked the same by somebody who only counts the lines of the answers; and mapped from the
 * cache. The two that are compared take turns. */
#define COLD_RUNS 7
#define WARM_RUNS 51

static double
milliseconds_since (gint64 start)
{
  return (g_get_monotonic_time () - start) / 1000.0;
}

static void
add (GPtrArray *requests, const char *command, const char *arguments)
{
  g_ptr_array_add (requests, g_strdup_printf ("{\"execute\":\"%s\",\"arguments\":{%s}}\n", command,
                                              arguments));
}

static void
add_types (GPtrArray *requests, const char *command, GArray *records, gsize size,
           const char *suffix)
{
  for (guint i = 0; i < records->len; i++)
    {
      gconstpointer record = records->data + i * size;
      const char *name = *(const char *const *) record;
      g_autofree char *arguments = g_strdup_printf ("\"typename\":\"%s%s\"", name, suffix);

      add (requests, command, arguments);
    }
}

/* What the catalogue was made from. */
static GPtrArray *
list_requests (DroverCatalogue *catalogue)
{
  static const char *const commands[] = {
    "qmp_capabilities", "query-version", "query-target", "query-machines",
    "query-cpu-definitions", "query-command-line-options", "query-qmp-schema",
    "query-tpm-types", "query-tpm-models",
  };
  GPtrArray *requests = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) devices = drover_catalogue_list_devices (catalogue);
  g_autoptr (GArray) machines = drover_catalogue_list_machines (catalogue);
  g_autoptr (GArray) accelerators = drover_catalogue_list_backends (catalogue, "accel");

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    add (requests, commands[i], "");
  add (requests, "human-monitor-command", "\"command-line\":\"info qdm\"");
  add (requests, "qom-list-types", "\"abstract\":true");
  add (requests, "qom-list-types", "\"implements\":\"user-creatable\",\"abstract\":true");
  add_types (requests, "device-list-properties", devices, sizeof (DroverCatalogueDevice), "");
  add_types (requests, "qom-list-properties", machines, sizeof (DroverCatalogueMachine),
             "-machine");
  add_types (requests, "qom-list-properties", accelerators, sizeof (DroverSuggestion), "-accel");
  add (requests, "quit", "");
  return requests;
}

static void
read_line (int fd)
{
  static char buffer[64 * 1024];
  gssize n;

  do
    n = read (fd, buffer, sizeof buffer);
  while (n > 0 && buffer[n - 1] != '\n');
  g_assert_cmpint (n, >, 0);
}

static double
measure_bare (const char *program, GPtrArray *requests)
{
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                               G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GSubprocess) qemu = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_subprocess_launcher_take_fd (launcher, fds[1], 3);
  qemu = g_subprocess_launcher_spawn (
    launcher, &error, program, "-machine", "none", "-nodefaults", "-no-user-config", "-display",
    "none", "-S", "-chardev", "socket,id=q,fd=3", "-mon", "chardev=q,mode=control", NULL);
  g_assert_no_error (error);
  read_line (fds[0]);
  for (guint i = 0; i < requests->len; i++)
    {
      const char *request = requests->pdata[i];

      g_assert_cmpint (write (fds[0], request, strlen (request)), ==, strlen (request));
      read_line (fds[0]);
    }
  g_assert_true (g_subprocess_wait (qemu, NULL, NULL));
  close (fds[0]);
  return milliseconds_since (start);
}

static double
measure_load (const char *program)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverCatalogue) catalogue =
    drover_test_await_object (drover_catalogue_load (program), &error);
  double taken = milliseconds_since (start);

  g_assert_no_error (error);
  return taken;
}

static void
measure_program (const char *program)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverCatalogue) catalogue =
    drover_test_await_object (drover_catalogue_load (program), &error);
  g_autofree char *path = g_strdup (drover_catalogue_get_program (catalogue));
  g_autofree char *file = _drover_catalogue_dup_file (path);
  g_autoptr (GPtrArray) requests = list_requests (catalogue);
  double cold[COLD_RUNS], bare[COLD_RUNS], warm[WARM_RUNS];
  GStatBuf info;

  g_assert_no_error (error);
  g_clear_object (&catalogue);
  for (guint i = 0; i < COLD_RUNS; i++)
    {
      g_assert_cmpint (g_unlink (file), ==, 0);
      cold[i] = measure_load (program);
      bare[i] = measure_bare (path, requests);
    }
  for (guint i = 0; i < WARM_RUNS; i++)
    warm[i] = measure_load (program);

  g_assert_cmpint (g_stat (file, &info), ==, 0);
  g_print ("# catalogue of %s, median of %d: built in %.0f ms, bare %.0f ms, ratio %.2f; "
           "%.1f MB loaded in %.2f ms (median of %d)\n",
           program, COLD_RUNS, median (cold, COLD_RUNS), median (bare, COLD_RUNS),
           median (cold, COLD_RUNS) / median (bare, COLD_RUNS), info.st_size / 1e6,
           median (warm, WARM_RUNS), WARM_RUNS);
}

static void
bench_catalogue (void)
{
  static const char *const programs[] = { "qemu-system-x86_64", "qemu-system-aarch64" };

  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autofree char *path = g_find_program_in_path (programs[i]);

      if (path != NULL)
        measure_program (programs[i]);
      else
        g_print ("# %s is not installed, and left out\n", programs[i]);
    }
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/bench/catalogue", bench_catalogue);
  return drover_test_run ();
}
