/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <adwaita.h>

#include "drover-configuration-view.h"
#include "drover-launch-plan.h"
#include "drover-library.h"
#include "drover-paths.h"
#include "drover-sections.h"
#include "drover-test.h"
#include "median.h"

/* Opening each section of a machine with 300 arguments for the first time, until its first picture
 * is drawn and until it is whole, and following an edit while it is shown. The baseline of each is
 * a plain page with as many rows: it is opened, and the titles of all its rows are set. They take
 * turns. Then the same edit with every section opened before, and all but one of them hidden. */
#define RUNS 5

typedef struct
{
  GtkWidget *window;
  guint64 frames;
} Scene;

/* The machine */

static void G_GNUC_PRINTF (3, 4)
add (GPtrArray *arguments, const char *flag, const char *format, ...)
{
  g_autofree char *value = NULL;
  va_list list;

  va_start (list, format);
  value = g_strdup_vprintf (format, list);
  va_end (list);
  g_ptr_array_add (arguments, drover_argument_new (flag, value));
}

/* 300: 60 disks and 40 cards of two halves each, 60 devices, and 40 others. */
static DroverMachine *
make_machine (DroverLibrary *library)
{
  g_autoptr (GPtrArray) arguments =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
  g_autoptr (DroverDocument) bare = drover_document_new ("Bench", "qemu-system-x86_64");
  g_autoptr (DroverDocument) document = NULL;

  add (arguments, "-m", "1G");
  add (arguments, "-cpu", "max");
  for (guint i = 0; i < 60; i++)
    {
      add (arguments, "-blockdev",
           "driver=qcow2,node-name=disk%u,file.driver=file,file.filename=disk%u.qcow2", i, i);
      add (arguments, "-device", "virtio-blk-pci,drive=disk%u,id=front%u,bootindex=%u", i, i, i);
    }
  for (guint i = 0; i < 40; i++)
    {
      add (arguments, "-netdev", "user,id=net%u,hostfwd=tcp::%u-:22,hostfwd=tcp::%u-:80", i,
           2000 + i, 3000 + i);
      add (arguments, "-device", "virtio-net-pci,netdev=net%u,id=card%u", i, i);
    }
  for (guint i = 0; i < 60; i++)
    add (arguments, "-device", "virtio-serial-pci,id=device%u", i);
  for (guint i = 0; arguments->len < 300; i++)
    add (arguments, i % 2 == 0 ? "-global" : "-fw_cfg",
         i % 2 == 0 ? "isa-fdc.driveA=nothing%u" : "name=opt/drover/%u,string=x", i);

  document = drover_document_with_arguments (bare, arguments);
  return drover_library_create (library, document, NULL);
}

/* The windows */

static void
painted_cb (GdkFrameClock *clock, Scene *scene)
{
  scene->frames++;
}

static void
show (Scene *scene, GtkWidget *child)
{
  scene->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (scene->window), 1000, 800);
  gtk_window_set_child (GTK_WINDOW (scene->window), child);
  gtk_window_present (GTK_WINDOW (scene->window));
  drover_test_until (gtk_widget_get_mapped (child));
  g_signal_connect (gtk_widget_get_frame_clock (scene->window), "after-paint",
                    G_CALLBACK (painted_cb), scene);
}

/* Until the next picture is drawn, with all that was put off. */
static double
finish (Scene *scene, gint64 start)
{
  guint64 frame = scene->frames;

  gtk_widget_queue_draw (scene->window);
  drover_test_until (scene->frames > frame && !g_main_context_pending (NULL));
  return (g_get_monotonic_time () - start) / 1000.0;
}

/* Until the first picture with the new page in it is drawn. */
static double
see (Scene *scene, gint64 start)
{
  guint64 frame = scene->frames;

  gtk_widget_queue_draw (scene->window);
  drover_test_until (scene->frames > frame);
  return (g_get_monotonic_time () - start) / 1000.0;
}

static guint
count_rows (GtkWidget *root)
{
  guint n = ADW_IS_PREFERENCES_ROW (root) && gtk_widget_get_mapped (root);

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += count_rows (child);

  return n;
}

static double
open_plain (Scene *scene, guint n_rows, GPtrArray *rows)
{
  gint64 start = g_get_monotonic_time ();
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *group = adw_preferences_group_new ();

  g_ptr_array_set_size (rows, 0);
  for (guint i = 0; i < n_rows; i++)
    {
      GtkWidget *row = adw_action_row_new ();

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), "A row");
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), "What it is about");
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
      g_ptr_array_add (rows, row);
    }
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  gtk_window_set_child (GTK_WINDOW (scene->window), page);
  return finish (scene, start);
}

static double
edit_plain (Scene *scene, GPtrArray *rows, guint run)
{
  gint64 start = g_get_monotonic_time ();
  g_autofree char *title = g_strdup_printf ("A row, changed %u times", run);

  for (guint i = 0; i < rows->len; i++)
    adw_preferences_row_set_title (rows->pdata[i], title);
  return finish (scene, start);
}

static double
open_section (Scene *scene, DroverConfigurationView *view, const char *page, double *seen)
{
  gint64 start = g_get_monotonic_time ();
  double whole;
  guint n_rows;

  drover_configuration_view_show_section (view, page);
  *seen = see (scene, start);
  do
    {
      n_rows = count_rows (scene->window);
      whole = finish (scene, start);
      finish (scene, start);
    }
  while (count_rows (scene->window) > n_rows);
  return whole;
}

/* As somebody types. */
static double
edit (Scene *scene, DroverConfig *config, guint run)
{
  g_autofree char *size = g_strdup_printf ("%uM", 128 + run);
  gint64 start = g_get_monotonic_time ();

  g_assert_true (drover_config_write (config, drover_setting_find ("memory.size"), NULL, size));
  return finish (scene, start);
}

static void
bench_section (DroverRun *run, const DroverSection *section)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  double seen[RUNS], opened[RUNS], edited[RUNS], plain_opened[RUNS], plain_edited[RUNS];
  guint n_rows = 0;

  for (guint i = 0; i < RUNS; i++)
    {
      DroverConfigurationView *view = drover_configuration_view_new (run);
      DroverConfig *config = drover_configuration_view_get_config (view);
      Scene ours = { 0 };
      Scene plain = { 0 };

      show (&ours, GTK_WIDGET (view));
      drover_test_until (drover_config_get_catalogue (config) != NULL);
      finish (&ours, 0);
      opened[i] = open_section (&ours, view, section->page, &seen[i]);
      edited[i] = edit (&ours, config, i);
      n_rows = count_rows (ours.window);

      show (&plain, gtk_label_new ("Plain"));
      finish (&plain, 0);
      plain_opened[i] = open_plain (&plain, n_rows, rows);
      plain_edited[i] = edit_plain (&plain, rows, i);
      gtk_window_destroy (GTK_WINDOW (ours.window));
      gtk_window_destroy (GTK_WINDOW (plain.window));
    }

  g_print ("# %-12s %3u rows: seen in %6.1f ms, whole in %6.1f ms, plain %6.1f ms, ratio %5.2f; "
           "an edit %6.1f ms, plain %5.1f ms, ratio %5.2f\n",
           section->page, n_rows, median (seen, RUNS), median (opened, RUNS),
           median (plain_opened, RUNS), median (opened, RUNS) / median (plain_opened, RUNS),
           median (edited, RUNS), median (plain_edited, RUNS),
           median (edited, RUNS) / median (plain_edited, RUNS));
}

/* The sections but the first are hidden when the edit comes. */
static void
bench_hidden (DroverRun *run, const DroverSection *sections, guint n_sections)
{
  DroverConfigurationView *view = drover_configuration_view_new (run);
  DroverConfig *config = drover_configuration_view_get_config (view);
  Scene scene = { 0 };
  double alone[RUNS], edited[RUNS], again[RUNS], seen;

  show (&scene, GTK_WIDGET (view));
  drover_test_until (drover_config_get_catalogue (config) != NULL);
  finish (&scene, 0);
  for (guint i = 0; i < RUNS; i++)
    alone[i] = edit (&scene, config, i);
  for (guint i = 0; i < n_sections; i++)
    open_section (&scene, view, sections[i].page, &seen);
  drover_configuration_view_show_section (view, sections[0].page);
  finish (&scene, 0);
  for (guint i = 0; i < RUNS; i++)
    {
      edited[i] = edit (&scene, config, RUNS + i);
      open_section (&scene, view, "disks", &again[i]);
      open_section (&scene, view, sections[0].page, &seen);
    }
  gtk_window_destroy (GTK_WINDOW (scene.window));
  g_print ("# an edit with %s shown, no other section opened yet: %.1f ms; all hidden behind it: "
           "%.1f ms; then disks seen again in %.1f ms\n",
           sections[0].page, median (alone, RUNS), median (edited, RUNS), median (again, RUNS));
}

static void
bench_configuration (void)
{
  g_autofree char *folder = drover_paths_dup_machines_dir ();
  g_autoptr (DroverLibrary) library = drover_library_new (folder);
  g_autoptr (DroverRun) run = drover_run_new (make_machine (library), DROVER_QMP_SOCKET);
  const DroverSection *sections;
  guint n_sections;

  g_print ("# medians of %d, with the command line beside them\n", RUNS);
  sections = drover_sections_list (&n_sections);
  for (guint i = 0; i < n_sections; i++)
    if (g_getenv ("BENCH_SECTION") == NULL ||
        g_str_equal (g_getenv ("BENCH_SECTION"), sections[i].page))
      bench_section (run, &sections[i]);
  bench_hidden (run, sections, n_sections);
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);
  adw_init ();
  g_test_add_func ("/bench/configuration", bench_configuration);
  return drover_test_run ();
}
