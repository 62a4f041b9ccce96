/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-graph-card.h"
#include "drover-graphs-page.h"
#include "drover-words.h"

/* What the machine uses, over time. It is measured only while this page is seen. */
struct _DroverGraphsPage
{
  AdwBin parent_instance;

  DroverRun *run;
  DroverActivity *activity; /* the run holds it */
  gboolean watching;
  GtkWindow *window; /* not held: we are in it while it is set */
  guint seconds;
  DroverGraphCard *graphs[DROVER_ACTIVITY_N_KINDS];

  GtkStack *stack;
  GtkLabel *badge;
  AdwToggleGroup *span;
  AdwBin *first;
  GtkFlowBox *cards;
};

G_DEFINE_FINAL_TYPE (DroverGraphsPage, drover_graphs_page, ADW_TYPE_BIN)

static const struct
{
  const char *name;
  const char *title;
  guint seconds;
} spans[] = {
  { "1", N_("1 min"), 60 },
  { "10", N_("10 min"), 600 },
  { "60", N_("60 min"), 3600 },
};

static const char *const titles[] = {
  [DROVER_ACTIVITY_CPU] = N_("Processors"),
  [DROVER_ACTIVITY_MEMORY] = N_("Memory"),
  [DROVER_ACTIVITY_DISK_BYTES] = N_("Disks"),
  [DROVER_ACTIVITY_DISK_OPERATIONS] = N_("Disk Operations"),
  [DROVER_ACTIVITY_NETWORK] = N_("Network"),
};

/* Showing */

static gboolean
has_history (DroverGraphsPage *self)
{
  return drover_activity_get_series (self->activity, DROVER_ACTIVITY_CPU)->len > 0 ||
         drover_activity_get_series (self->activity, DROVER_ACTIVITY_MEMORY)->len > 0;
}

static void
update (DroverGraphsPage *self)
{
  gboolean live = drover_run_is_live (self->run);
  gint64 now = g_get_monotonic_time ();

  gtk_stack_set_visible_child_name (self->stack, live || has_history (self) ? "graphs" : "off");
  drover_words_show_badge (self->badge, self->run);
  for (guint i = 0; i < DROVER_ACTIVITY_N_KINDS; i++)
    drover_graph_card_show (self->graphs[i], now, self->seconds);
}

static void
span_changed_cb (DroverGraphsPage *self)
{
  const char *name = adw_toggle_group_get_active_name (self->span);

  for (guint i = 0; i < G_N_ELEMENTS (spans); i++)
    if (g_strcmp0 (spans[i].name, name) == 0)
      self->seconds = spans[i].seconds;
  if (self->activity != NULL)
    update (self);
}

static void
run_changed_cb (DroverRun *run, GParamSpec *pspec, DroverGraphsPage *self)
{
  g_assert (DROVER_IS_GRAPHS_PAGE (self));

  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    update (self);
}

/* Looking */

static void
watch (DroverGraphsPage *self)
{
  gboolean seen = self->activity != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)) &&
                  self->window != NULL && !gtk_window_is_suspended (self->window);

  if (self->watching == seen)
    return;

  self->watching = seen;
  if (seen)
    {
      update (self);
      drover_activity_start (self->activity);
    }
  else
    {
      drover_activity_stop (self->activity);
    }
}

static void
drover_graphs_page_map (GtkWidget *widget)
{
  DroverGraphsPage *self = DROVER_GRAPHS_PAGE (widget);
  GtkRoot *root = gtk_widget_get_root (widget);

  GTK_WIDGET_CLASS (drover_graphs_page_parent_class)->map (widget);

  self->window = GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
  if (self->window != NULL)
    g_signal_connect_swapped (self->window, "notify::suspended", G_CALLBACK (watch), self);
  watch (self);
}

static void
drover_graphs_page_unmap (GtkWidget *widget)
{
  DroverGraphsPage *self = DROVER_GRAPHS_PAGE (widget);

  if (self->window != NULL)
    g_signal_handlers_disconnect_by_func (self->window, watch, self);
  self->window = NULL;
  watch (self);

  GTK_WIDGET_CLASS (drover_graphs_page_parent_class)->unmap (widget);
}

static void
drover_graphs_page_dispose (GObject *object)
{
  DroverGraphsPage *self = DROVER_GRAPHS_PAGE (object);

  /* The template would take the child away without its bin's knowing. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_GRAPHS_PAGE);
  self->activity = NULL;
  g_clear_object (&self->run);

  G_OBJECT_CLASS (drover_graphs_page_parent_class)->dispose (object);
}

static void
drover_graphs_page_class_init (DroverGraphsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_graphs_page_dispose;
  widget_class->map = drover_graphs_page_map;
  widget_class->unmap = drover_graphs_page_unmap;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               RESOURCE_PATH "/activity/drover-graphs-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverGraphsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, DroverGraphsPage, badge);
  gtk_widget_class_bind_template_child (widget_class, DroverGraphsPage, span);
  gtk_widget_class_bind_template_child (widget_class, DroverGraphsPage, first);
  gtk_widget_class_bind_template_child (widget_class, DroverGraphsPage, cards);
  gtk_widget_class_bind_template_callback (widget_class, span_changed_cb);
}

static void
drover_graphs_page_init (DroverGraphsPage *self)
{
  self->seconds = spans[0].seconds;
  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < G_N_ELEMENTS (spans); i++)
    {
      AdwToggle *toggle = adw_toggle_new ();

      adw_toggle_set_name (toggle, spans[i].name);
      adw_toggle_set_label (toggle, _(spans[i].title));
      adw_toggle_group_add (self->span, toggle);
    }
  adw_toggle_group_set_active_name (self->span, spans[0].name);
}

static void
add_cards (DroverGraphsPage *self)
{
  for (guint i = 0; i < DROVER_ACTIVITY_N_KINDS; i++)
    {
      GtkWidget *card = drover_graph_card_new (self->activity, i, _(titles[i]));

      self->graphs[i] = DROVER_GRAPH_CARD (card);
      if (i == DROVER_ACTIVITY_CPU)
        adw_bin_set_child (self->first, card);
      else
        gtk_flow_box_append (self->cards, card);
    }
  /* There is nothing to be chosen in them. */
  for (int i = 0; gtk_flow_box_get_child_at_index (self->cards, i) != NULL; i++)
    gtk_widget_set_focusable (GTK_WIDGET (gtk_flow_box_get_child_at_index (self->cards, i)), FALSE);
}

/**
 * drover_graphs_page_new:
 * @run: the run of a machine
 *
 * Returns: (transfer floating): graphs of what it uses, while it is seen
 */
GtkWidget *
drover_graphs_page_new (DroverRun *run)
{
  DroverGraphsPage *self = g_object_new (DROVER_TYPE_GRAPHS_PAGE, NULL);

  self->run = g_object_ref (run);
  self->activity = drover_activity_get_for_run (run);
  add_cards (self);
  g_signal_connect_object (self->activity, "sampled", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (run, "notify::state", G_CALLBACK (run_changed_cb), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (run, "notify::accelerator", G_CALLBACK (run_changed_cb), self,
                           G_CONNECT_DEFAULT);
  update (self);
  return GTK_WIDGET (self);
}
