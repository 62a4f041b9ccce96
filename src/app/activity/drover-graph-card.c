/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <adwaita.h>
#include <math.h>

#include "drover-graph-card.h"
#include "drover-graph-style.h"
#include "drover-graph.h"

/* One kind of activity: its graph, what its lines are and are at now, and what is not known. */
struct _DroverGraphCard
{
  GtkBox parent_instance;

  DroverActivity *activity; /* the run holds it, and the page the run */
  DroverActivityKind kind;
  DroverGraph *graph;
  AdwWrapBox *legend;
  GPtrArray *values; /* element-type GtkLabel: of the legend */
  GtkLabel *note;
};

G_DEFINE_FINAL_TYPE (DroverGraphCard, drover_graph_card, GTK_TYPE_BOX)

/* A value that is older than this is not what is now. */
#define FRESH_USEC (5 * G_USEC_PER_SEC)

#define NATURAL_WIDTH 260

static void
drover_graph_card_finalize (GObject *object)
{
  g_ptr_array_unref (DROVER_GRAPH_CARD (object)->values);

  G_OBJECT_CLASS (drover_graph_card_parent_class)->finalize (object);
}

static void
drover_graph_card_class_init (DroverGraphCardClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_graph_card_finalize;
}

static void
drover_graph_card_init (DroverGraphCard *self)
{
  self->values = g_ptr_array_new ();
}

static GtkLabel *
new_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, css_class);
  return GTK_LABEL (label);
}

/* One entry for each line, made when the line appears. */
static void
add_entries (DroverGraphCard *self, GPtrArray *series)
{
  for (guint i = self->values->len; i < series->len; i++)
    {
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
      GtkLabel *title = new_label (drover_series_get_title (series->pdata[i]), "caption");
      GtkLabel *value = new_label (NULL, "caption-heading");

      gtk_label_set_ellipsize (title, PANGO_ELLIPSIZE_MIDDLE);
      gtk_widget_add_css_class (GTK_WIDGET (value), "numeric");
      gtk_box_append (GTK_BOX (box), drover_graph_swatch_new (i));
      gtk_box_append (GTK_BOX (box), GTK_WIDGET (title));
      gtk_box_append (GTK_BOX (box), GTK_WIDGET (value));
      adw_wrap_box_append (self->legend, box);
      g_ptr_array_add (self->values, value);
    }
}

static double
get_newest (DroverSeries *series, gint64 end)
{
  guint length = drover_series_get_length (series);

  if (length == 0 || drover_series_get_time (series, length - 1) < end - FRESH_USEC)
    return NAN;

  return drover_series_get_value (series, length - 1);
}

/**
 * drover_graph_card_show:
 * @end: the time at the right edge, of the monotonic clock in microseconds
 * @seconds: how long it is since the left edge
 *
 * Shows what is known by now.
 */
void
drover_graph_card_show (DroverGraphCard *self, gint64 end, guint seconds)
{
  GPtrArray *series;
  const char *note;

  g_return_if_fail (DROVER_IS_GRAPH_CARD (self));

  series = drover_activity_get_series (self->activity, self->kind);
  note = drover_activity_get_note (self->activity, self->kind);
  add_entries (self, series);
  for (guint i = 0; i < series->len; i++)
    {
      g_autofree char *value =
        drover_graph_style_dup_text (self->kind, get_newest (series->pdata[i], end));

      gtk_label_set_label (self->values->pdata[i], value);
    }
  drover_graph_show (self->graph, end, seconds);

  /* Without a line there is nothing to be seen but the reason. */
  gtk_widget_set_visible (GTK_WIDGET (self->graph), series->len > 0 || note == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->legend), series->len > 0);
  gtk_label_set_label (self->note, note != NULL ? note : "");
  gtk_widget_set_visible (GTK_WIDGET (self->note), note != NULL);
}

/**
 * drover_graph_card_new:
 * @activity: what is measured; outlives the card
 * @kind: which of it
 * @title: the same for people
 *
 * Returns: (transfer floating): a card that shows it
 */
GtkWidget *
drover_graph_card_new (DroverActivity *activity, DroverActivityKind kind, const char *title)
{
  DroverGraphCard *self =
    g_object_new (DROVER_TYPE_GRAPH_CARD, "orientation", GTK_ORIENTATION_VERTICAL, "spacing", 9,
                  "valign", GTK_ALIGN_START, NULL);

  self->activity = activity;
  self->kind = kind;
  self->graph = DROVER_GRAPH (drover_graph_new (kind, title));
  self->legend = ADW_WRAP_BOX (adw_wrap_box_new ());
  self->note = new_label (NULL, "caption");
  drover_graph_set_series (self->graph, drover_activity_get_series (activity, kind));
  adw_wrap_box_set_child_spacing (self->legend, 15);
  adw_wrap_box_set_line_spacing (self->legend, 3);
  /* Two cards stand side by side where both find this much room. */
  adw_wrap_box_set_natural_line_length (self->legend, NATURAL_WIDTH);
  gtk_label_set_wrap (self->note, TRUE);
  gtk_label_set_max_width_chars (self->note, 30);
  gtk_widget_add_css_class (GTK_WIDGET (self->note), "dimmed");

  gtk_widget_add_css_class (GTK_WIDGET (self), "card");
  gtk_widget_add_css_class (GTK_WIDGET (self), "graph-card");
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (new_label (title, "heading")));
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->graph));
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->legend));
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->note));
  return GTK_WIDGET (self);
}
