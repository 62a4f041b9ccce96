/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <adwaita.h>
#include <stdlib.h>

#include "drover-configuration-view.h"
#include "drover-library.h"
#include "drover-paths.h"
#include "drover-sections.h"
#include "drover-test.h"

/* The pages of a machine with 300 arguments: how long each takes to open for the first time until
 * it is drawn, and how long a change of the machine takes while it is looked at. The baseline is
 * the same with a machine that has no arguments at all. */
#define ARGUMENTS 300
#define RUNS 11
#define MAX_SECTIONS 32

typedef struct
{
  GtkWidget *window;
  DroverConfigurationView *view;
  DroverRun *run;
  guint64 frames;
} Scene;

typedef struct
{
  double open[MAX_SECTIONS];
  double change[MAX_SECTIONS];
} Times;

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (double values[RUNS])
{
  qsort (values, RUNS, sizeof (double), compare);
  return values[RUNS / 2];
}

static void
painted_cb (GdkFrameClock *clock, Scene *scene)
{
  scene->frames++;
}

/* Some of every kind: pairs, objects, what no page knows. */
static DroverArgument *
new_argument (guint i)
{
  g_autofree char *text = NULL;

  switch (i % 6)
    {
    case 0:
      text = g_strdup_printf ("user,id=n%u,hostfwd=tcp::%u-:22,hostname=guest", i, 2000 + i);
      return drover_argument_new ("-netdev", text);
    case 1:
      text = g_strdup_printf ("virtio-net-pci,netdev=n%u,id=nic%u,mac=52:54:00:12:34:56", i - 1, i);
      return drover_argument_new ("-device", text);
    case 2:
      text = g_strdup_printf ("file=disk%u.qcow2,if=none,id=d%u,format=qcow2,cache=none", i, i);
      return drover_argument_new ("-drive", text);
    case 3:
      text = g_strdup_printf ("virtio-blk-pci,drive=d%u,bootindex=%u", i - 1, i);
      return drover_argument_new ("-device", text);
    case 4:
      text = g_strdup_printf ("memory-backend-ram,id=m%u,size=1M", i);
      return drover_argument_new ("-object", text);
    default:
      text = g_strdup_printf ("a=%u,b=c,d=e", i);
      return drover_argument_new ("-frobnicate", text);
    }
}

static DroverMachine *
make_machine (DroverLibrary *library, guint n_arguments)
{
  g_autoptr (GPtrArray) arguments =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
  g_autoptr (DroverDocument) bare = drover_document_new ("Bench", "qemu-system-x86_64");
  g_autoptr (DroverDocument) document = NULL;

  for (guint i = 0; i < n_arguments; i++)
    g_ptr_array_add (arguments, new_argument (i));
  document = drover_document_with_arguments (bare, arguments);
  return drover_library_create (library, document, NULL);
}

static void
wait_drawn (Scene *scene)
{
  guint64 frame = scene->frames;

  gtk_widget_queue_draw (scene->window);
  drover_test_until (scene->frames > frame && !g_main_context_pending (NULL));
}

static DroverConfig *
get_config (Scene *scene)
{
  return drover_configuration_view_get_config (scene->view);
}

static void
open_window (Scene *scene, DroverMachine *machine)
{
  scene->run = drover_run_new (machine, NULL);
  scene->view = drover_configuration_view_new (scene->run);
  scene->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (scene->window), 900, 700);
  gtk_window_set_child (GTK_WINDOW (scene->window), GTK_WIDGET (scene->view));
  gtk_window_present (GTK_WINDOW (scene->window));
  drover_test_until (gtk_widget_get_mapped (GTK_WIDGET (scene->view)));
  g_signal_connect (gtk_widget_get_frame_clock (scene->window), "after-paint",
                    G_CALLBACK (painted_cb), scene);
  drover_test_until (drover_config_get_catalogue (get_config (scene)) != NULL);
  wait_drawn (scene);
}

/* A key stroke, as in the row of the memory's size. */
static double
change (Scene *scene, guint i)
{
  g_autofree char *text = g_strdup_printf ("%uM", 100 + i);
  gint64 start = g_get_monotonic_time ();

  g_assert_true (drover_config_write (get_config (scene), drover_setting_find ("memory.size"),
                                      NULL, text));
  wait_drawn (scene);
  return (g_get_monotonic_time () - start) / 1000.0;
}

static void
measure (DroverLibrary *library, guint n_arguments, Times *times)
{
  Scene scene = { 0 };
  guint n_sections;
  const DroverSection *sections = drover_sections_list (&n_sections);

  g_assert_cmpuint (n_sections, <=, MAX_SECTIONS);
  open_window (&scene, make_machine (library, n_arguments));
  for (guint i = 0; i < n_sections; i++)
    {
      gint64 start = g_get_monotonic_time ();
      double changes[RUNS];

      drover_configuration_view_show_section (scene.view, sections[i].page);
      wait_drawn (&scene);
      times->open[i] = (g_get_monotonic_time () - start) / 1000.0;
      for (guint n = 0; n < RUNS; n++)
        changes[n] = change (&scene, n);
      times->change[i] = median (changes);
    }
  gtk_window_destroy (GTK_WINDOW (scene.window));
  g_object_unref (scene.run);
}

static void
bench_pages (void)
{
  g_autofree char *folder = drover_paths_dup_machines_dir ();
  g_autoptr (DroverLibrary) library = drover_library_new (folder);
  guint n_sections;
  const DroverSection *sections = drover_sections_list (&n_sections);
  Times full;
  Times empty;

  measure (library, 0, &empty);
  measure (library, ARGUMENTS, &full);
  for (guint i = 0; i < n_sections; i++)
    g_print ("# %s of %d arguments: opened in %.0f ms (of none %.0f), a change drawn in %.0f ms "
             "(%.0f)\n",
             sections[i].page, ARGUMENTS, full.open[i], empty.open[i], full.change[i],
             empty.change[i]);
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);
  adw_init ();
  g_test_add_func ("/bench/pages", bench_pages);
  return drover_test_run ();
}
