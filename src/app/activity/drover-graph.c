/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "drover-graph-style.h"
#include "drover-graph.h"

/* Lines over time, drawn by GTK itself: the newest values at the right, a gap where nothing was
 * measured. */
struct _DroverGraph
{
  GtkWidget parent_instance;

  DroverActivityKind kind;
  char *title;
  GPtrArray *series; /* element-type DroverSeries */
  gint64 end;        /* what the right edge is, of the monotonic clock */
  guint seconds;     /* how much is shown */
  double top;        /* of the axis */
};

G_DEFINE_FINAL_TYPE (DroverGraph, drover_graph, GTK_TYPE_WIDGET)

#define MIN_WIDTH 200
#define HEIGHT 150
#define GAP 6
#define N_GRID_LINES 4

/* Values that are nearer to each other than this are drawn as one, their mean: an hour has
 * 3600 of them. In pixels. */
#define MIN_STEP 1.5

/* Up to so many lines each stands on an area of its colour. */
#define MAX_AREAS 2

/* What a line has to be drawn between. */
typedef struct
{
  graphene_rect_t plot;
  gint64 start;
  double pixels_per_usec;
  double pixels_per_unit;
} Frame;

static void
drover_graph_finalize (GObject *object)
{
  DroverGraph *self = DROVER_GRAPH (object);

  g_free (self->title);
  g_clear_pointer (&self->series, g_ptr_array_unref);

  G_OBJECT_CLASS (drover_graph_parent_class)->finalize (object);
}

static void
drover_graph_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                      int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? MIN_WIDTH : HEIGHT;
}

/* Axes */

static PangoLayout *
new_layout (DroverGraph *self, const char *text)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_scale_new (0.82));
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);
  return layout;
}

/* At @x, by @align of its width to the left, and centred on @y. */
static void
append_text (DroverGraph *self, GtkSnapshot *snapshot, const char *text, float x, float y,
             float align)
{
  g_autoptr (PangoLayout) layout = new_layout (self, text);
  GdkRGBA colour;
  int width;
  int height;

  gtk_widget_get_color (GTK_WIDGET (self), &colour);
  if (!adw_style_manager_get_high_contrast (adw_style_manager_get_default ()))
    colour.alpha *= 0.7;
  pango_layout_get_pixel_size (layout, &width, &height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (roundf (x - align * width),
                                                          roundf (y - height / 2.0)));
  gtk_snapshot_append_layout (snapshot, layout, &colour);
  gtk_snapshot_restore (snapshot);
}

static void
get_text_size (DroverGraph *self, const char *text, int *width, int *height)
{
  g_autoptr (PangoLayout) layout = new_layout (self, text);

  pango_layout_get_pixel_size (layout, width, height);
}

/* How long ago, and `now` at the right. */
static char *
dup_age (guint seconds)
{
  if (seconds == 0)
    return g_strdup (_("now"));
  if (seconds < 60)
    /* Translators: an axis of time: so many seconds ago. */
    return g_strdup_printf (_("−%u s"), seconds);

  /* Translators: an axis of time: so many minutes ago. */
  return g_strdup_printf (_("−%u min"), seconds / 60);
}

static void
append_grid (DroverGraph *self, GtkSnapshot *snapshot, const graphene_rect_t *plot)
{
  gboolean contrast = adw_style_manager_get_high_contrast (adw_style_manager_get_default ());
  GdkRGBA colour;

  gtk_widget_get_color (GTK_WIDGET (self), &colour);
  colour.alpha *= contrast ? 0.4 : 0.13;
  for (guint i = 0; i <= N_GRID_LINES; i++)
    {
      float y = plot->origin.y + roundf (plot->size.height * i / N_GRID_LINES);

      gtk_snapshot_append_color (
        snapshot, &colour, &GRAPHENE_RECT_INIT (plot->origin.x, y, plot->size.width, 1));
    }
  for (guint i = 0; i <= N_GRID_LINES; i++)
    {
      float x = plot->origin.x + roundf (plot->size.width * i / N_GRID_LINES);

      gtk_snapshot_append_color (
        snapshot, &colour, &GRAPHENE_RECT_INIT (x, plot->origin.y, 1, plot->size.height));
    }
}

/* Draws the axes and says where the lines go between them. */
static void
append_axes (DroverGraph *self, GtkSnapshot *snapshot, graphene_rect_t *plot)
{
  gboolean mirrored = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  int height = gtk_widget_get_height (GTK_WIDGET (self));
  int gutter = 0;
  int line = 0;

  for (guint i = 0; i <= 2; i++)
    {
      g_autofree char *text = drover_graph_style_dup_text (self->kind, self->top * i / 2);
      int text_width;

      get_text_size (self, text, &text_width, &line);
      gutter = MAX (gutter, text_width);
    }

  *plot = GRAPHENE_RECT_INIT (mirrored ? 1 : gutter + GAP, line / 2 + 1, width - gutter - GAP - 2,
                              height - line * 1.5 - GAP - 2);
  append_grid (self, snapshot, plot);
  for (guint i = 0; i <= 2; i++)
    {
      g_autofree char *text = drover_graph_style_dup_text (self->kind, self->top * i / 2);
      g_autofree char *age = dup_age (self->seconds * (2 - i) / 2);

      append_text (self, snapshot, text,
                   mirrored ? plot->origin.x + plot->size.width + GAP : plot->origin.x - GAP,
                   plot->origin.y + plot->size.height * (2 - i) / 2, mirrored ? 0 : 1);
      append_text (self, snapshot, age, plot->origin.x + plot->size.width * i / 2,
                   plot->origin.y + plot->size.height + GAP + line / 2.0, i / 2.0);
    }
}

/* Lines */

typedef struct
{
  const Frame *frame;
  GskPathBuilder *line;
  GskPathBuilder *area;
  graphene_point_t last;
  guint n; /* points of the piece between two gaps */
} Pen;

static void
pen_add (Pen *pen, double x, double value)
{
  const graphene_rect_t *plot = &pen->frame->plot;
  float bottom = plot->origin.y + plot->size.height;
  float y = bottom - value * pen->frame->pixels_per_unit;

  if (pen->n == 0)
    {
      gsk_path_builder_move_to (pen->line, x, y);
      gsk_path_builder_move_to (pen->area, x, bottom);
    }
  else
    {
      gsk_path_builder_line_to (pen->line, x, y);
    }
  gsk_path_builder_line_to (pen->area, x, y);
  pen->last = GRAPHENE_POINT_INIT (x, y);
  pen->n++;
}

/* A value alone between gaps is a dot. */
static void
pen_lift (Pen *pen)
{
  const graphene_rect_t *plot = &pen->frame->plot;

  if (pen->n == 1)
    gsk_path_builder_line_to (pen->line, pen->last.x + 0.1, pen->last.y);
  if (pen->n > 0)
    {
      gsk_path_builder_line_to (pen->area, pen->last.x, plot->origin.y + plot->size.height);
      gsk_path_builder_close (pen->area);
    }
  pen->n = 0;
}

static void
trace (Pen *pen, DroverSeries *series, gint64 end)
{
  const Frame *frame = pen->frame;
  guint length = drover_series_get_length (series);
  guint first = drover_series_find (series, frame->start);
  double sum = 0;
  double sum_x = 0;
  guint n = 0;

  /* One more, that the line comes in from the left edge. */
  for (guint i = first > 0 ? first - 1 : 0; i < length; i++)
    {
      double value = drover_series_get_value (series, i);
      gint64 time = drover_series_get_time (series, i);
      double x = frame->plot.origin.x + (time - frame->start) * frame->pixels_per_usec;

      if (time > end)
        break;
      if (n > 0 && (isnan (value) || x - sum_x / n >= MIN_STEP))
        {
          pen_add (pen, sum_x / n, sum / n);
          sum = sum_x = n = 0;
        }
      if (isnan (value))
        {
          pen_lift (pen);
          continue;
        }
      sum += value;
      sum_x += x;
      n++;
    }
  if (n > 0)
    pen_add (pen, sum_x / n, sum / n);
  pen_lift (pen);
}

static void
append_line (DroverGraph *self, GtkSnapshot *snapshot, const Frame *frame, guint position)
{
  Pen pen = { frame, gsk_path_builder_new (), gsk_path_builder_new () };
  GskStroke *stroke = drover_graph_style_new_stroke (position);
  g_autoptr (GskPath) line = NULL;
  g_autoptr (GskPath) area = NULL;
  GdkRGBA colour;

  trace (&pen, self->series->pdata[position], self->end);
  line = gsk_path_builder_free_to_path (pen.line);
  area = gsk_path_builder_free_to_path (pen.area);
  drover_graph_style_get_colour (position, &colour);
  if (!gsk_path_is_empty (line))
    {
      GdkRGBA faint = colour;

      faint.alpha *= 0.12;
      if (self->series->len <= MAX_AREAS)
        gtk_snapshot_append_fill (snapshot, area, GSK_FILL_RULE_WINDING, &faint);
      gtk_snapshot_append_stroke (snapshot, line, stroke, &colour);
    }
  gsk_stroke_free (stroke);
}

static void
drover_graph_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  DroverGraph *self = DROVER_GRAPH (widget);
  Frame frame = { 0 };

  append_axes (self, snapshot, &frame.plot);
  if (self->series == NULL || frame.plot.size.width <= 0 || frame.plot.size.height <= 0)
    return;

  frame.start = self->end - self->seconds * G_USEC_PER_SEC;
  frame.pixels_per_usec = frame.plot.size.width / (self->seconds * (double) G_USEC_PER_SEC);
  frame.pixels_per_unit = frame.plot.size.height / self->top;
  gtk_snapshot_push_clip (snapshot,
                          &GRAPHENE_RECT_INIT (frame.plot.origin.x, frame.plot.origin.y - 2,
                                               frame.plot.size.width + 1,
                                               frame.plot.size.height + 4));
  for (guint i = self->series->len; i > 0; i--)
    append_line (self, snapshot, &frame, i - 1);
  gtk_snapshot_pop (snapshot);
}

static void
drover_graph_class_init (DroverGraphClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = drover_graph_finalize;
  widget_class->measure = drover_graph_measure;
  widget_class->snapshot = drover_graph_snapshot;
  gtk_widget_class_set_css_name (widget_class, "graph");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
drover_graph_init (DroverGraph *self)
{
  self->seconds = 60;
  self->top = 1;
}

/**
 * drover_graph_new:
 * @kind: what its values are
 * @title: the same for people
 *
 * Returns: (transfer floating): a graph without lines
 */
GtkWidget *
drover_graph_new (DroverActivityKind kind, const char *title)
{
  DroverGraph *self = g_object_new (DROVER_TYPE_GRAPH, NULL);

  self->kind = kind;
  self->title = g_strdup (title);
  self->top = drover_graph_style_round_up (kind, 0);
  return GTK_WIDGET (self);
}

/**
 * drover_graph_set_series:
 * @series: (element-type DroverSeries): a line for each
 */
void
drover_graph_set_series (DroverGraph *self, GPtrArray *series)
{
  g_return_if_fail (DROVER_IS_GRAPH (self));

  g_clear_pointer (&self->series, g_ptr_array_unref);
  self->series = g_ptr_array_ref (series);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static double
find_largest (DroverGraph *self)
{
  double largest = 0;

  for (guint i = 0; self->series != NULL && i < self->series->len; i++)
    {
      DroverSeries *series = self->series->pdata[i];

      for (guint j = drover_series_find (series, self->end - self->seconds * G_USEC_PER_SEC);
           j < drover_series_get_length (series); j++)
        /* Not so of a gap. */
        if (drover_series_get_value (series, j) > largest)
          largest = drover_series_get_value (series, j);
    }

  return largest;
}

/* What the graph shows in words, for who does not see it. */
static void
update_description (DroverGraph *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *top = drover_graph_style_dup_text (self->kind, self->top);

  for (guint i = 0; self->series != NULL && i < self->series->len; i++)
    {
      DroverSeries *series = self->series->pdata[i];
      guint length = drover_series_get_length (series);
      g_autofree char *value = drover_graph_style_dup_text (
        self->kind, length > 0 ? drover_series_get_value (series, length - 1) : NAN);

      g_string_append_printf (text, "%s %s. ", drover_series_get_title (series), value);
    }
  /* Translators: %u is a number of minutes, %s the value at the top of a graph’s axis. */
  g_string_append_printf (text, _("The last %u min; the axis ends at %s."), self->seconds / 60,
                          top);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  self->title, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text->str, -1);
}

/**
 * drover_graph_show:
 * @end: the time at the right edge, of the monotonic clock in microseconds
 * @seconds: how long it is since the left edge
 *
 * Draws what the series have by now.
 */
void
drover_graph_show (DroverGraph *self, gint64 end, guint seconds)
{
  g_return_if_fail (DROVER_IS_GRAPH (self));
  g_return_if_fail (seconds > 0);

  self->end = end;
  self->seconds = seconds;
  self->top = drover_graph_style_round_up (self->kind, find_largest (self));
  update_description (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * drover_graph_get_top:
 *
 * Returns: the value at the top of the axis
 */
double
drover_graph_get_top (DroverGraph *self)
{
  g_return_val_if_fail (DROVER_IS_GRAPH (self), 0);
  return self->top;
}
