/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>
#include <math.h>

#include "drover-downloads-button.h"

/* The ring is drawn within the button's own padding. */
#define RING_RADIUS 13.0f
#define RING_WIDTH 2.5f
#define TRACK_OPACITY 0.2f

/* What is shown while nobody knows how much will come. */
#define UNKNOWN_FRACTION 0.1

/* The header's way to the downloads, with a ring around it while something comes. */
struct _DroverDownloadsButton
{
  GtkButton parent_instance;

  DroverDownloads *downloads;
};

G_DEFINE_FINAL_TYPE (DroverDownloadsButton, drover_downloads_button, GTK_TYPE_BUTTON)

static void
append_arc (GtkSnapshot *snapshot, const graphene_point_t *centre, double fraction,
            const GdkRGBA *color)
{
  const double angle = 2 * G_PI * CLAMP (fraction, 0.0, 1.0);
  g_autoptr (GskPathBuilder) builder = gsk_path_builder_new ();
  g_autoptr (GskStroke) stroke = gsk_stroke_new (RING_WIDTH);
  g_autoptr (GskPath) path = NULL;

  if (fraction >= 1)
    gsk_path_builder_add_circle (builder, centre, RING_RADIUS);
  else
    {
      gsk_path_builder_move_to (builder, centre->x, centre->y - RING_RADIUS);
      gsk_path_builder_svg_arc_to (builder, RING_RADIUS, RING_RADIUS, 0, angle > G_PI, TRUE,
                                   centre->x + RING_RADIUS * sinf (angle),
                                   centre->y - RING_RADIUS * cosf (angle));
    }
  path = gsk_path_builder_to_path (builder);
  gtk_snapshot_append_stroke (snapshot, path, stroke, color);
}

static void
drover_downloads_button_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  DroverDownloadsButton *self = DROVER_DOWNLOADS_BUTTON (widget);
  const graphene_point_t centre = GRAPHENE_POINT_INIT (gtk_widget_get_width (widget) / 2.0f,
                                                       gtk_widget_get_height (widget) / 2.0f);
  double fraction;
  GdkRGBA color;
  GdkRGBA track;

  GTK_WIDGET_CLASS (drover_downloads_button_parent_class)->snapshot (widget, snapshot);
  if (self->downloads == NULL || drover_downloads_count_active (self->downloads) == 0)
    return;

  gtk_widget_get_color (widget, &color);
  track = color;
  track.alpha *= TRACK_OPACITY;
  fraction = drover_downloads_get_fraction (self->downloads);
  append_arc (snapshot, &centre, 1.0, &track);
  append_arc (snapshot, &centre, fraction >= 0 ? fraction : UNKNOWN_FRACTION, &color);
}

static void
changed_cb (DroverDownloadsButton *self)
{
  const guint n = drover_downloads_count_active (self->downloads);
  const double fraction = drover_downloads_get_fraction (self->downloads);
  g_autofree char *text = NULL;

  if (n == 0)
    text = g_strdup (_("Downloads and Media"));
  else if (fraction >= 0)
    text = g_strdup_printf (ngettext ("%u download, %.0f %% done", "%u downloads, %.0f %% done", n),
                            n, fraction * 100);
  else
    text = g_strdup_printf (ngettext ("%u download", "%u downloads", n), n);

  gtk_widget_set_tooltip_text (GTK_WIDGET (self), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
drover_downloads_button_dispose (GObject *object)
{
  DroverDownloadsButton *self = DROVER_DOWNLOADS_BUTTON (object);

  g_clear_object (&self->downloads);

  G_OBJECT_CLASS (drover_downloads_button_parent_class)->dispose (object);
}

static void
drover_downloads_button_class_init (DroverDownloadsButtonClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_downloads_button_dispose;
  GTK_WIDGET_CLASS (klass)->snapshot = drover_downloads_button_snapshot;
}

static void
drover_downloads_button_init (DroverDownloadsButton *self)
{
  gtk_button_set_icon_name (GTK_BUTTON (self), "folder-download-symbolic");
}

/**
 * drover_downloads_button_set_downloads:
 * @downloads: the app's downloads; to be set once
 *
 * Shows how far they are.
 */
void
drover_downloads_button_set_downloads (DroverDownloadsButton *self, DroverDownloads *downloads)
{
  g_return_if_fail (DROVER_IS_DOWNLOADS_BUTTON (self) && self->downloads == NULL);

  self->downloads = g_object_ref (downloads);
  g_signal_connect_object (downloads, "notify", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
}
