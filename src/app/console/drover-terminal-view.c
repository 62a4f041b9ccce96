/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>

#include "drover-terminal-view.h"

/* A serial line has no size, so guests take it to be a terminal of 80 columns, and their
 * line editors and full-screen programs are wrong in any other. The terminal has just that
 * many: where the room is too narrow, the text is made smaller, down to a limit. */
#define GUEST_COLUMNS 80
#define SMALLEST_SCALE 0.4
#define SCALE_STEP 0.05

/* VTE leaves a pixel on either side. */
#define PADDING 2

/* A scrolled terminal that is as wide as its columns, in the middle of its room. */
struct _DroverTerminalView
{
  GtkWidget parent_instance;

  GtkWidget *scrolled;
  DroverTerminal *terminal;
};

G_DEFINE_FINAL_TYPE (DroverTerminalView, drover_terminal_view, GTK_TYPE_WIDGET)

static int
get_columns_width (DroverTerminalView *self)
{
  return GUEST_COLUMNS * vte_terminal_get_char_width (VTE_TERMINAL (self->terminal)) + PADDING;
}

/* Whole steps, and each of them tried, since a font's width does not follow its scale
 * exactly. It is done before the terminal gets its place: one with fewer columns, be it for
 * a moment, would break its lines anew. */
static void
fit_font (DroverTerminalView *self, int width)
{
  VteTerminal *terminal = VTE_TERMINAL (self->terminal);
  double scale = drover_terminal_get_zoom (self->terminal);

  vte_terminal_set_font_scale (terminal, scale);
  while (get_columns_width (self) > width && scale - SCALE_STEP >= SMALLEST_SCALE)
    {
      scale -= SCALE_STEP;
      vte_terminal_set_font_scale (terminal, scale);
    }
}

static gboolean
fits (DroverTerminalView *self, int width)
{
  VteTerminal *terminal = VTE_TERMINAL (self->terminal);
  double scale = vte_terminal_get_font_scale (terminal);
  double zoom = drover_terminal_get_zoom (self->terminal);
  int columns = get_columns_width (self);

  /* Small enough, and not smaller than it needs to be. */
  return scale <= zoom && columns <= width &&
         (scale >= zoom || columns * (scale + SCALE_STEP) / scale > width);
}

static void
drover_terminal_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  DroverTerminalView *self = DROVER_TERMINAL_VIEW (widget);
  int columns;
  int left;

  if (!fits (self, width))
    fit_font (self, width);

  columns = MIN (get_columns_width (self), width);
  left = (width - columns) / 2;
  gtk_widget_size_allocate (self->scrolled, &(GtkAllocation) { left, 0, columns, height }, -1);
}

static void
drover_terminal_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size,
                              int *minimum, int *natural, int *minimum_baseline,
                              int *natural_baseline)
{
  DroverTerminalView *self = DROVER_TERMINAL_VIEW (widget);

  gtk_widget_measure (self->scrolled, orientation, -1, minimum, natural, NULL, NULL);
}

static void
drover_terminal_view_dispose (GObject *object)
{
  DroverTerminalView *self = DROVER_TERMINAL_VIEW (object);

  g_clear_pointer (&self->scrolled, gtk_widget_unparent);
  self->terminal = NULL;

  G_OBJECT_CLASS (drover_terminal_view_parent_class)->dispose (object);
}

static void
drover_terminal_view_class_init (DroverTerminalViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_terminal_view_dispose;
  widget_class->size_allocate = drover_terminal_view_size_allocate;
  widget_class->measure = drover_terminal_view_measure;
  gtk_widget_class_set_css_name (widget_class, "terminalview");
}

static void
drover_terminal_view_init (DroverTerminalView *self)
{
}

/**
 * drover_terminal_view_new:
 * @terminal: (transfer floating): the terminal to show
 *
 * Returns: (transfer floating): a view of it
 */
GtkWidget *
drover_terminal_view_new (DroverTerminal *terminal)
{
  DroverTerminalView *self = g_object_new (DROVER_TYPE_TERMINAL_VIEW, NULL);

  self->terminal = terminal;
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), GTK_WIDGET (terminal));
  gtk_widget_set_parent (self->scrolled, GTK_WIDGET (self));
  g_signal_connect_object (terminal, "notify::zoom", G_CALLBACK (gtk_widget_queue_allocate), self,
                           G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

/**
 * drover_terminal_view_get_terminal:
 *
 * Returns: (transfer none): the terminal
 */
DroverTerminal *
drover_terminal_view_get_terminal (DroverTerminalView *self)
{
  g_return_val_if_fail (DROVER_IS_TERMINAL_VIEW (self), NULL);
  return self->terminal;
}
