/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "drover-numa-node.h"
#include "drover-numa-picture.h"

/* A picture of the NUMA nodes: a box for each, with a square for each of its processors and a bar
 * as long as its share of the memory. */
struct _DroverNumaPicture
{
  GtkWidget parent_instance;

  DroverConfig *config;
  GArray *nodes;
};

G_DEFINE_FINAL_TYPE (DroverNumaPicture, drover_numa_picture, GTK_TYPE_WIDGET)

#define BOX_WIDTH 160
#define BOX_HEIGHT 116
#define GAP 12
#define PADDING 12
#define SQUARE 12
#define SQUARE_GAP 4
#define MAX_SQUARES 8
#define BAR_HEIGHT 6

static guint
get_columns (DroverNumaPicture *self, int width)
{
  guint fitting = MAX ((width + GAP) / (BOX_WIDTH + GAP), 1);

  return MIN (fitting, MAX (self->nodes->len, 1));
}

static GdkRGBA
with_alpha (GdkRGBA colour, float alpha)
{
  colour.alpha *= alpha;
  return colour;
}

static GdkRGBA
get_accent (void)
{
  GdkRGBA *found = adw_style_manager_get_accent_color_rgba (adw_style_manager_get_default ());
  GdkRGBA colour = *found;

  gdk_rgba_free (found);
  return colour;
}

static void
append_rounded (GtkSnapshot *snapshot, float x, float y, float width, float height, float radius,
                const GdkRGBA *colour)
{
  GskRoundedRect shape;

  gsk_rounded_rect_init_from_rect (&shape, &GRAPHENE_RECT_INIT (x, y, width, height), radius);
  gtk_snapshot_push_rounded_clip (snapshot, &shape);
  gtk_snapshot_append_color (snapshot, colour, &shape.bounds);
  gtk_snapshot_pop (snapshot);
}

static void
append_text (DroverNumaPicture *self, GtkSnapshot *snapshot, const char *text, float x, float y,
             gboolean bold)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  GdkRGBA colour;

  gtk_widget_get_color (GTK_WIDGET (self), &colour);
  pango_attr_list_insert (attributes, bold ? pango_attr_weight_new (PANGO_WEIGHT_BOLD)
                                           : pango_attr_scale_new (PANGO_SCALE_SMALL));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_width (layout, (BOX_WIDTH - 2 * PADDING) * PANGO_SCALE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  gtk_snapshot_append_layout (snapshot, layout, &colour);
  gtk_snapshot_restore (snapshot);
}

static char *
dup_cpus (const DroverNumaNode *node)
{
  return node->cpus != NULL ? g_strdup_printf (_("Processors %s"), node->cpus)
                            : g_strdup (_("No processors of its own"));
}

static char *
dup_memory (const DroverNumaNode *node)
{
  g_autofree char *size = g_format_size_full (node->bytes, G_FORMAT_SIZE_IEC_UNITS);

  return node->bytes > 0 ? g_strdup_printf (_("%s of memory"), size)
                         : g_strdup (_("Memory not said"));
}

static guint64
get_largest (DroverNumaPicture *self)
{
  guint64 largest = 0;

  for (guint i = 0; i < self->nodes->len; i++)
    largest = MAX (largest, g_array_index (self->nodes, DroverNumaNode, i).bytes);

  return largest;
}

static void
append_node (DroverNumaPicture *self, GtkSnapshot *snapshot, const DroverNumaNode *node, float x,
             float y)
{
  g_autofree char *title = g_strdup_printf (_("Node %u"), node->number);
  g_autofree char *cpus = dup_cpus (node);
  g_autofree char *memory = dup_memory (node);
  guint64 largest = get_largest (self);
  float bar = BOX_WIDTH - 2 * PADDING;
  GdkRGBA accent = get_accent ();
  GdkRGBA colour, faint;

  gtk_widget_get_color (GTK_WIDGET (self), &colour);
  faint = with_alpha (colour, 0.15f);
  colour = with_alpha (colour, 0.06f);
  append_rounded (snapshot, x, y, BOX_WIDTH, BOX_HEIGHT, 9, &colour);
  append_text (self, snapshot, title, x + PADDING, y + 8, TRUE);
  for (guint i = 0; i < MIN (node->n_cpus, MAX_SQUARES); i++)
    append_rounded (snapshot, x + PADDING + i * (SQUARE + SQUARE_GAP), y + 32, SQUARE, SQUARE, 3,
                    &accent);
  append_text (self, snapshot, cpus, x + PADDING, y + 48, FALSE);
  append_rounded (snapshot, x + PADDING, y + 74, bar, BAR_HEIGHT, 3, &faint);
  if (node->bytes > 0)
    append_rounded (snapshot, x + PADDING, y + 74,
                    MAX (bar * (float) node->bytes / (float) largest, BAR_HEIGHT), BAR_HEIGHT, 3,
                    &accent);
  append_text (self, snapshot, memory, x + PADDING, y + 86, FALSE);
}

static void
drover_numa_picture_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  DroverNumaPicture *self = DROVER_NUMA_PICTURE (widget);
  guint columns = get_columns (self, gtk_widget_get_width (widget));

  for (guint i = 0; i < self->nodes->len; i++)
    append_node (self, snapshot, &g_array_index (self->nodes, DroverNumaNode, i),
                 (i % columns) * (BOX_WIDTH + GAP), (i / columns) * (BOX_HEIGHT + GAP));
}

static GtkSizeRequestMode
drover_numa_picture_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
drover_numa_picture_measure (GtkWidget *widget, GtkOrientation orientation, int for_size,
                             int *minimum, int *natural, int *minimum_baseline,
                             int *natural_baseline)
{
  DroverNumaPicture *self = DROVER_NUMA_PICTURE (widget);
  guint columns = get_columns (self, for_size >= 0 ? for_size : BOX_WIDTH);
  guint rows = (self->nodes->len + columns - 1) / columns;

  if (orientation == GTK_ORIENTATION_VERTICAL)
    *minimum = *natural = rows > 0 ? rows * (BOX_HEIGHT + GAP) - GAP : 0;
  else
    {
      *minimum = BOX_WIDTH;
      *natural = MAX (self->nodes->len, 1) * (BOX_WIDTH + GAP) - GAP;
    }
}

static void
describe (DroverNumaPicture *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->nodes->len; i++)
    {
      const DroverNumaNode *node = &g_array_index (self->nodes, DroverNumaNode, i);
      g_autofree char *cpus = dup_cpus (node);
      g_autofree char *memory = dup_memory (node);

      g_string_append_printf (text, _("Node %u: %s; %s."), node->number, cpus, memory);
      g_string_append_c (text, '\n');
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text->str,
                                  -1);
}

static void
update (DroverNumaPicture *self)
{
  GPtrArray *arguments = drover_config_get_arguments (self->config);

  if (arguments == NULL)
    return;

  g_array_unref (self->nodes);
  self->nodes = drover_numa_nodes_list (arguments);
  gtk_widget_set_visible (GTK_WIDGET (self), self->nodes->len > 0);
  describe (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
drover_numa_picture_finalize (GObject *object)
{
  DroverNumaPicture *self = DROVER_NUMA_PICTURE (object);

  g_clear_object (&self->config);
  g_clear_pointer (&self->nodes, g_array_unref);

  G_OBJECT_CLASS (drover_numa_picture_parent_class)->finalize (object);
}

static void
drover_numa_picture_class_init (DroverNumaPictureClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = drover_numa_picture_finalize;
  widget_class->snapshot = drover_numa_picture_snapshot;
  widget_class->measure = drover_numa_picture_measure;
  widget_class->get_request_mode = drover_numa_picture_get_request_mode;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
drover_numa_picture_init (DroverNumaPicture *self)
{
  self->nodes = g_array_new (FALSE, TRUE, sizeof (DroverNumaNode));
  g_signal_connect_object (adw_style_manager_get_default (), "notify::accent-color",
                           G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

/**
 * drover_numa_picture_new:
 *
 * Returns: (transfer floating): a picture of the machine's NUMA nodes; hidden while it has none
 */
GtkWidget *
drover_numa_picture_new (DroverConfig *config)
{
  DroverNumaPicture *self = g_object_new (DROVER_TYPE_NUMA_PICTURE, NULL);

  self->config = g_object_ref (config);
  g_signal_connect_object (config, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
