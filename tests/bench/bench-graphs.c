/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <adwaita.h>
#include <math.h>

#include "drover-graph.h"
#include "drover-series.h"
#include "drover-test.h"
#include "median.h"

/* A graph of processors that has a new value: looked through, traced and drawn, for one line over a
 * minute and for many over an hour. The baseline is a plain widget of the same size that draws as
 * many lines, each a path of a point for each two pixels that it has ready. They take turns. */

#define WIDTH 800
#define HEIGHT 300
#define RUNS 31

/* Above it something goes through the values more often than it must: one that is slow would be
 * drawn once a second, in a row of graphs. */
#define MOST_RATIO 4.0

/* The plain widget */

#define PLAIN_TYPE (plain_get_type ())
G_DECLARE_FINAL_TYPE (Plain, plain, BENCH, PLAIN, GtkWidget)

struct _Plain
{
  GtkWidget parent_instance;
  GPtrArray *paths;
};

G_DEFINE_FINAL_TYPE (Plain, plain, GTK_TYPE_WIDGET)

static void
plain_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  Plain *self = BENCH_PLAIN (widget);
  const GdkRGBA colour = { 0.2f, 0.4f, 0.8f, 1 };
  GskStroke *stroke = gsk_stroke_new (2);

  for (guint i = 0; i < self->paths->len; i++)
    gtk_snapshot_append_stroke (snapshot, self->paths->pdata[i], stroke, &colour);
  gsk_stroke_free (stroke);
}

static void
plain_finalize (GObject *object)
{
  g_ptr_array_unref (BENCH_PLAIN (object)->paths);
  G_OBJECT_CLASS (plain_parent_class)->finalize (object);
}

static void
plain_class_init (PlainClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = plain_finalize;
  GTK_WIDGET_CLASS (klass)->snapshot = plain_snapshot;
}

static void
plain_init (Plain *self)
{
  self->paths = g_ptr_array_new_with_free_func ((GDestroyNotify) gsk_path_unref);
}

/* In per cent, another for each line: what is left of it once its noise is averaged away … */
static double
get_average (guint line, double second)
{
  return 50 + 30 * sin (second / 40 + line);
}

/* … and all of it. */
static double
get_load (guint line, guint second)
{
  return get_average (line, second) + 20 * sin (second * 1.7 + line * 3);
}

static GtkWidget *
new_plain (guint n_lines)
{
  Plain *self = g_object_new (PLAIN_TYPE, NULL);

  for (guint i = 0; i < n_lines; i++)
    {
      GskPathBuilder *builder = gsk_path_builder_new ();

      for (guint x = 0; x < WIDTH; x += 2)
        {
          double second = x * (DROVER_SERIES_LENGTH / (double) WIDTH);
          float y = HEIGHT * (1 - get_average (i, second) / 100);

          if (x == 0)
            gsk_path_builder_move_to (builder, x, y);
          else
            gsk_path_builder_line_to (builder, x, y);
        }
      g_ptr_array_add (self->paths, gsk_path_builder_free_to_path (builder));
    }
  return GTK_WIDGET (self);
}

/* The graph */

static GPtrArray *
new_series (guint n_lines)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_series_unref);

  for (guint i = 0; i < n_lines; i++)
    {
      g_autofree char *id = g_strdup_printf ("cpu%u", i);
      DroverSeries *series = drover_series_new (id, id);

      for (guint second = 0; second < DROVER_SERIES_LENGTH; second++)
        drover_series_add (series, second * G_USEC_PER_SEC, get_load (i, second));
      g_ptr_array_add (all, series);
    }
  return all;
}

static GtkWidget *
show (GtkWidget *child)
{
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_widget_set_size_request (child, WIDTH, HEIGHT);
  gtk_window_set_child (GTK_WINDOW (window), child);
  gtk_window_present (GTK_WINDOW (window));
  drover_test_until (gtk_widget_get_width (child) >= WIDTH);
  return window;
}

/* One picture of the widget, which has something new to show. */
static double
draw (GtkWidget *widget)
{
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  gint64 start = g_get_monotonic_time ();

  if (DROVER_IS_GRAPH (widget))
    {
      guint seconds = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (widget), "seconds"));

      drover_graph_show (DROVER_GRAPH (widget), (gint64) DROVER_SERIES_LENGTH * G_USEC_PER_SEC,
                         seconds);
    }
  GTK_WIDGET_GET_CLASS (widget)->snapshot (widget, snapshot);
  node = gtk_snapshot_free_to_node (snapshot);
  texture = gsk_renderer_render_texture (
    gtk_native_get_renderer (gtk_widget_get_native (widget)), node, NULL);
  return (g_get_monotonic_time () - start) / 1000.0;
}

typedef struct
{
  guint n_lines;
  guint seconds;
} Load;

static void
bench_graph (gconstpointer data)
{
  const Load *load = data;
  g_autoptr (GPtrArray) series = new_series (load->n_lines);
  GtkWidget *graph = drover_graph_new (DROVER_ACTIVITY_CPU, "Processor");
  GtkWidget *plain = new_plain (load->n_lines);
  GtkWidget *windows[] = { show (graph), show (plain) };
  double drover[RUNS];
  double bare[RUNS];
  double ratio;

  drover_graph_set_series (DROVER_GRAPH (graph), series);
  g_object_set_data (G_OBJECT (graph), "seconds", GUINT_TO_POINTER (load->seconds));
  draw (graph);
  draw (plain);
  for (guint i = 0; i < RUNS; i++)
    {
      drover[i] = draw (graph);
      bare[i] = draw (plain);
    }

  ratio = median (drover, RUNS) / median (bare, RUNS);
  g_print ("# a graph of %u lines over %u min, median of %d: %.2f ms, as many plain paths %.2f ms, "
           "ratio %.2f\n",
           load->n_lines, load->seconds / 60, RUNS, median (drover, RUNS),
           median (bare, RUNS), ratio);
  g_assert_cmpfloat (drover_graph_get_top (DROVER_GRAPH (graph)), >=, 90);
  g_assert_cmpfloat (ratio, <=, MOST_RATIO);
  for (guint i = 0; i < G_N_ELEMENTS (windows); i++)
    gtk_window_destroy (GTK_WINDOW (windows[i]));
}

int
main (int argc, char *argv[])
{
  static const Load one = { 1, 60 };
  static const Load hour = { 1, 3600 };
  static const Load many = { 32, 3600 };

  drover_test_init (&argc, &argv);
  adw_init ();
  g_test_add_data_func ("/bench/graphs/one-minute", &one, bench_graph);
  g_test_add_data_func ("/bench/graphs/one-hour", &hour, bench_graph);
  g_test_add_data_func ("/bench/graphs/many-hour", &many, bench_graph);
  return drover_test_run ();
}
