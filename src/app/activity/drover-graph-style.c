/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "drover-graph-style.h"

/* How the lines of graphs look, and how their values are written. */

/* libadwaita's, which are told apart on light and on dark ground; neighbours differ most. */
static const AdwAccentColor colours[] = {
  ADW_ACCENT_COLOR_BLUE, ADW_ACCENT_COLOR_ORANGE, ADW_ACCENT_COLOR_GREEN,
  ADW_ACCENT_COLOR_PURPLE, ADW_ACCENT_COLOR_RED, ADW_ACCENT_COLOR_TEAL,
  ADW_ACCENT_COLOR_PINK, ADW_ACCENT_COLOR_YELLOW, ADW_ACCENT_COLOR_SLATE,
};

/* Whole, and with gaps of several kinds, for more lines than colours and for eyes that do not
 * tell colours apart. */
static const float dashes[][4] = {
  { 0 }, { 6, 3, 6, 3 }, { 2, 3, 2, 3 }, { 8, 3, 2, 3 },
};

/**
 * drover_graph_style_get_colour:
 * @position: of a line in its graph
 * @colour: (out): what to draw it with, now
 */
void
drover_graph_style_get_colour (guint position, GdkRGBA *colour)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());

  adw_accent_color_to_standalone_rgba (colours[position % G_N_ELEMENTS (colours)], dark, colour);
}

/**
 * drover_graph_style_new_stroke:
 * @position: of a line in its graph
 *
 * Returns: (transfer full): how to draw it. In high contrast neighbours differ here, too.
 */
GskStroke *
drover_graph_style_new_stroke (guint position)
{
  gboolean contrast = adw_style_manager_get_high_contrast (adw_style_manager_get_default ());
  GskStroke *stroke = gsk_stroke_new (contrast ? 2.5 : 1.75);
  guint dash = contrast ? position : position / G_N_ELEMENTS (colours);

  gsk_stroke_set_line_join (stroke, GSK_LINE_JOIN_ROUND);
  dash %= G_N_ELEMENTS (dashes);
  if (dash > 0)
    gsk_stroke_set_dash (stroke, dashes[dash], G_N_ELEMENTS (dashes[dash]));
  else
    gsk_stroke_set_line_cap (stroke, GSK_LINE_CAP_ROUND);
  return stroke;
}

static gboolean
is_bytes (DroverActivityKind kind)
{
  return kind == DROVER_ACTIVITY_MEMORY || kind == DROVER_ACTIVITY_DISK_BYTES ||
         kind == DROVER_ACTIVITY_NETWORK;
}

/**
 * drover_graph_style_round_up:
 * @value: the largest value of a graph
 *
 * Returns: a number of few digits that is not less, for the top of the axis; its half is as good
 */
double
drover_graph_style_round_up (DroverActivityKind kind, double value)
{
  static const double steps[] = { 1, 2, 4, 10 };
  double step;
  guint i = 0;

  if (is_bytes (kind))
    return exp2 (ceil (log2 (MAX (value, 2048))));
  if (kind == DROVER_ACTIVITY_CPU)
    return MAX (100, ceil (value / 100 - 0.05) * 100);

  step = pow (10, floor (log10 (MAX (value, 10))));
  while (i < G_N_ELEMENTS (steps) - 1 && steps[i] * step < value)
    i++;
  return steps[i] * step;
}

static char *
dup_bytes (double value)
{
  static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
  guint i = 0;

  while (value >= 1024 && i < G_N_ELEMENTS (units) - 1)
    {
      value /= 1024;
      i++;
    }

  return g_strdup_printf (value >= 10 || value == floor (value) ? "%.0f %s" : "%.1f %s", value,
                          units[i]);
}

/**
 * drover_graph_style_dup_text:
 *
 * Returns: (transfer full): @value with its unit, for people
 */
char *
drover_graph_style_dup_text (DroverActivityKind kind, double value)
{
  g_autofree char *bytes = is_bytes (kind) ? dup_bytes (value) : NULL;

  if (isnan (value))
    return g_strdup ("—");
  if (kind == DROVER_ACTIVITY_MEMORY)
    return g_steal_pointer (&bytes);
  if (bytes != NULL)
    /* Translators: %s is a number of bytes; the text says how many in each second. */
    return g_strdup_printf (_("%s/s"), bytes);
  if (kind == DROVER_ACTIVITY_CPU)
    return g_strdup_printf (_("%.0f %%"), value);

  /* Translators: how many times in each second. */
  return g_strdup_printf (_("%.0f/s"), value);
}

/* A piece of a line, for the legend. */
struct _DroverGraphSwatch
{
  GtkWidget parent_instance;

  guint position;
};

G_DEFINE_FINAL_TYPE (DroverGraphSwatch, drover_graph_swatch, GTK_TYPE_WIDGET)

#define SWATCH_WIDTH 18

static void
drover_graph_swatch_measure (GtkWidget *widget, GtkOrientation orientation, int for_size,
                             int *minimum, int *natural, int *minimum_baseline,
                             int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? SWATCH_WIDTH : 6;
}

static void
drover_graph_swatch_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  DroverGraphSwatch *self = DROVER_GRAPH_SWATCH (widget);
  float middle = gtk_widget_get_height (widget) / 2.0;
  GskStroke *stroke = drover_graph_style_new_stroke (self->position);
  GskPathBuilder *builder = gsk_path_builder_new ();
  g_autoptr (GskPath) path = NULL;
  GdkRGBA colour;

  drover_graph_style_get_colour (self->position, &colour);
  gsk_path_builder_move_to (builder, 2, middle);
  gsk_path_builder_line_to (builder, SWATCH_WIDTH - 2, middle);
  path = gsk_path_builder_free_to_path (builder);
  gsk_stroke_set_line_width (stroke, gsk_stroke_get_line_width (stroke) + 1);
  gtk_snapshot_append_stroke (snapshot, path, stroke, &colour);
  gsk_stroke_free (stroke);
}

static void
drover_graph_swatch_class_init (DroverGraphSwatchClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = drover_graph_swatch_measure;
  widget_class->snapshot = drover_graph_swatch_snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
drover_graph_swatch_init (DroverGraphSwatch *self)
{
}

/**
 * drover_graph_swatch_new:
 * @position: of a line in its graph
 *
 * Returns: (transfer floating): a picture of it
 */
GtkWidget *
drover_graph_swatch_new (guint position)
{
  DroverGraphSwatch *self = g_object_new (DROVER_TYPE_GRAPH_SWATCH, NULL);

  self->position = position;
  return GTK_WIDGET (self);
}
