/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-activity-view.h"
#include "drover-device-tree-page.h"
#include "drover-events-page.h"
#include "drover-graphs-page.h"
#include "drover-guest-page.h"

/* What a machine does while it runs: some pages, each of which is made when it is looked at for
 * the first time. */
struct _DroverActivityView
{
  AdwBin parent_instance;

  DroverRun *run;
  AdwViewStack *pages;
};

G_DEFINE_FINAL_TYPE (DroverActivityView, drover_activity_view, ADW_TYPE_BIN)

/**
 * ActivityPage:
 * @name: of the page in its stack
 * @title: for people
 * @icon: its symbolic icon
 * @create: makes its widget; called once, when the page is first looked at
 */
typedef struct
{
  const char *name;
  const char *title;
  const char *icon;
  GtkWidget *(*create) (DroverRun *run);
} ActivityPage;

static const ActivityPage activity_pages[] = {
  { "graphs", N_("Graphs"), "drover-activity-symbolic", drover_graphs_page_new },
  { "events", N_("Events"), "view-list-symbolic", drover_events_page_new },
  { "guest", N_("Guest"), "computer-symbolic", drover_guest_page_new },
  { "devices", N_("Devices"), "drive-multidisk-symbolic", drover_device_tree_page_new },
};

static void
page_changed_cb (DroverActivityView *self)
{
  const char *name = adw_view_stack_get_visible_child_name (self->pages);
  GtkWidget *child = adw_view_stack_get_visible_child (self->pages);

  if (self->run == NULL || name == NULL || adw_bin_get_child (ADW_BIN (child)) != NULL)
    return;

  for (guint i = 0; i < G_N_ELEMENTS (activity_pages); i++)
    if (g_str_equal (activity_pages[i].name, name))
      adw_bin_set_child (ADW_BIN (child), activity_pages[i].create (self->run));
}

static void
drover_activity_view_dispose (GObject *object)
{
  g_clear_object (&DROVER_ACTIVITY_VIEW (object)->run);

  G_OBJECT_CLASS (drover_activity_view_parent_class)->dispose (object);
}

static void
drover_activity_view_class_init (DroverActivityViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_activity_view_dispose;
}

static void
drover_activity_view_init (DroverActivityView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *switcher = adw_inline_view_switcher_new ();

  self->pages = ADW_VIEW_STACK (adw_view_stack_new ());
  gtk_widget_set_vexpand (GTK_WIDGET (self->pages), TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (activity_pages); i++)
    adw_view_stack_add_titled_with_icon (self->pages, adw_bin_new (), activity_pages[i].name,
                                         _(activity_pages[i].title), activity_pages[i].icon);
  g_signal_connect_swapped (self->pages, "notify::visible-child", G_CALLBACK (page_changed_cb),
                            self);

  adw_inline_view_switcher_set_stack (ADW_INLINE_VIEW_SWITCHER (switcher), self->pages);
  adw_inline_view_switcher_set_can_shrink (ADW_INLINE_VIEW_SWITCHER (switcher), TRUE);
  gtk_widget_set_halign (switcher, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (switcher, "activity-switcher");
  gtk_box_append (GTK_BOX (box), switcher);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->pages));
  adw_bin_set_child (ADW_BIN (self), box);
}

/**
 * drover_activity_view_new:
 * @run: the run of a machine, off or on
 *
 * Returns: (transfer floating): what it does and did
 */
GtkWidget *
drover_activity_view_new (DroverRun *run)
{
  DroverActivityView *self = g_object_new (DROVER_TYPE_ACTIVITY_VIEW, NULL);

  self->run = g_object_ref (run);
  page_changed_cb (self);
  return GTK_WIDGET (self);
}

/**
 * drover_activity_view_show_page:
 * @name: such as `graphs` or `events`
 *
 * Opens one of the pages.
 *
 * Returns: (transfer none): its widget
 */
GtkWidget *
drover_activity_view_show_page (DroverActivityView *self, const char *name)
{
  g_return_val_if_fail (DROVER_IS_ACTIVITY_VIEW (self), NULL);

  adw_view_stack_set_visible_child_name (self->pages, name);
  return adw_bin_get_child (ADW_BIN (adw_view_stack_get_visible_child (self->pages)));
}
