/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-clock.h"
#include "drover-machine-page.h"
#include "drover-machine-row.h"
#include "drover-window-private.h"

#define NARROW_TOAST_CHARS 30

G_DEFINE_FINAL_TYPE (DroverWindow, drover_window, ADW_TYPE_APPLICATION_WINDOW)

static void
drover_window_dispose (GObject *object)
{
  DroverWindow *self = DROVER_WINDOW (object);

  g_clear_object (&self->run_signals);
  g_clear_object (&self->machine_signals);
  g_clear_object (&self->run);
  g_clear_pointer (&self->checking, g_hash_table_unref);
  g_clear_pointer (&self->pages, g_hash_table_unref);
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_WINDOW);
  g_clear_object (&self->session);
  self->application = NULL;

  G_OBJECT_CLASS (drover_window_parent_class)->dispose (object);
}

static void
drover_window_class_init (DroverWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_window_dispose;

  g_type_ensure (DROVER_TYPE_START_PAGE);
  g_type_ensure (DROVER_TYPE_DOWNLOADS_BUTTON);
  gtk_widget_class_set_template_from_resource (widget_class, RESOURCE_PATH "/drover-window.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, DroverWindow, split_view);
  gtk_widget_class_bind_template_child (widget_class, DroverWindow, content_page);
  gtk_widget_class_bind_template_child (widget_class, DroverWindow, sidebar_stack);
  gtk_widget_class_bind_template_child (widget_class, DroverWindow, machines);
  gtk_widget_class_bind_template_child (widget_class, DroverWindow, content);
  gtk_widget_class_bind_template_child (widget_class, DroverWindow, start_page);
  gtk_widget_class_bind_template_child (widget_class, DroverWindow, downloads_button);

  _drover_window_install_actions (widget_class);
  _drover_window_install_close (widget_class);
}

static void
run_changed_cb (DroverWindow *self)
{
  _drover_window_update_actions (self);
}

/* While nobody sees it, no time needs to pass in it. */
static void
seen_changed_cb (DroverWindow *self)
{
  drover_clock_set_seen (drover_clock_get (),
                         gtk_widget_get_mapped (GTK_WIDGET (self)) &&
                           !gtk_window_is_suspended (GTK_WINDOW (self)));
}

static void
drover_window_init (DroverWindow *self)
{
  self->pages = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->checking = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->run_signals = g_signal_group_new (DROVER_TYPE_RUN);
  g_signal_group_connect_swapped (self->run_signals, "notify::state",
                                  G_CALLBACK (run_changed_cb), self);
  self->machine_signals = g_signal_group_new (DROVER_TYPE_MACHINE);
  g_signal_group_connect_swapped (self->machine_signals, "notify::document",
                                  G_CALLBACK (run_changed_cb), self);

  gtk_widget_init_template (GTK_WIDGET (self));
  _drover_window_init_import (self);
  g_signal_connect_after (self, "map", G_CALLBACK (seen_changed_cb), NULL);
  g_signal_connect_after (self, "unmap", G_CALLBACK (seen_changed_cb), NULL);
  g_signal_connect (self, "notify::suspended", G_CALLBACK (seen_changed_cb), NULL);
  if (DROVER_DEVELOPMENT)
    gtk_widget_add_css_class (GTK_WIDGET (self), "devel");
}

/*
 * _drover_window_toast_new:
 *
 * A toast's own title has one line, which ends in the middle of a sentence in a narrow window.
 * The overlay gives a toast the height for its natural width, so that must be one that there is.
 *
 * Returns: (transfer full): a toast that shows all of @message
 */
AdwToast *
_drover_window_toast_new (DroverWindow *self, const char *message)
{
  AdwToast *toast = adw_toast_new ("");
  GtkLabel *label = GTK_LABEL (gtk_label_new (message));

  gtk_label_set_wrap (label, TRUE);
  gtk_label_set_wrap_mode (label, PANGO_WRAP_WORD_CHAR);
  if (adw_navigation_split_view_get_collapsed (self->split_view))
    gtk_label_set_max_width_chars (label, NARROW_TOAST_CHARS);
  else
    gtk_label_set_natural_wrap_mode (label, GTK_NATURAL_WRAP_NONE);
  gtk_label_set_xalign (label, 0);
  gtk_widget_add_css_class (GTK_WIDGET (label), "heading");
  adw_toast_set_custom_title (toast, GTK_WIDGET (label));
  return toast;
}

void
_drover_window_toast (DroverWindow *self, const char *message)
{
  adw_toast_overlay_add_toast (self->toasts, _drover_window_toast_new (self, message));
}

/* A page lives as long as its run, so that its terminals miss nothing while another machine
 * is looked at. */
void
_drover_window_ensure_page (DroverWindow *self, DroverRun *run)
{
  GtkWidget *page;

  if (g_hash_table_contains (self->pages, run))
    return;

  page = GTK_WIDGET (drover_machine_page_new (run));
  g_object_bind_property (self->split_view, "collapsed", page, "narrow", G_BINDING_SYNC_CREATE);
  gtk_stack_add_child (self->content, page);
  g_hash_table_insert (self->pages, g_object_ref (run), page);
}

static GtkListBoxRow *
find_row (DroverWindow *self, DroverRun *run)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (self->machines, i)) != NULL; i++)
    if (drover_machine_row_get_run (DROVER_MACHINE_ROW (row)) == run)
      return row;

  return NULL;
}

static void
show_page (DroverWindow *self)
{
  GtkWidget *page = GTK_WIDGET (self->start_page);
  const char *title = _("New Machine");

  if (self->run != NULL)
    {
      _drover_window_ensure_page (self, self->run);
      page = g_hash_table_lookup (self->pages, self->run);
      title = drover_machine_get_name (drover_run_get_machine (self->run));
    }

  adw_navigation_page_set_title (self->content_page, title);
  gtk_stack_set_visible_child (self->content, page);
}

/**
 * drover_window_get_run:
 *
 * Returns: (transfer none) (nullable): the run that is shown
 */
DroverRun *
drover_window_get_run (DroverWindow *self)
{
  g_return_val_if_fail (DROVER_IS_WINDOW (self), NULL);
  return self->run;
}

/**
 * drover_window_select_run:
 * @run: (nullable): what to show; %NULL for the start page
 *
 * Shows a machine, or the start page.
 */
void
drover_window_select_run (DroverWindow *self, DroverRun *run)
{
  GtkListBoxRow *row;

  g_return_if_fail (DROVER_IS_WINDOW (self));

  g_set_object (&self->run, run);
  g_signal_group_set_target (self->run_signals, run);
  g_signal_group_set_target (self->machine_signals,
                             run != NULL ? drover_run_get_machine (run) : NULL);
  row = run != NULL ? find_row (self, run) : NULL;
  if (row != NULL)
    gtk_list_box_select_row (self->machines, row);
  else
    gtk_list_box_unselect_all (self->machines);

  show_page (self);
  adw_navigation_split_view_set_show_content (self->split_view, TRUE);
  _drover_window_update_actions (self);
}

static void
row_activated_cb (GtkListBox *machines, GtkListBoxRow *row, DroverWindow *self)
{
  g_assert (DROVER_IS_WINDOW (self));

  drover_window_select_run (self, drover_machine_row_get_run (DROVER_MACHINE_ROW (row)));
}

static gboolean
is_listed (GListModel *model, DroverRun *run)
{
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (DroverRun) other = g_list_model_get_item (model, i);

      if (other == run)
        return TRUE;
    }

  return FALSE;
}

static void
drop_pages (DroverWindow *self, GListModel *model)
{
  GHashTableIter iter;
  gpointer run;
  gpointer page;

  g_hash_table_iter_init (&iter, self->pages);
  while (g_hash_table_iter_next (&iter, &run, &page))
    if (!is_listed (model, run))
      {
        gtk_stack_remove (self->content, page);
        g_hash_table_iter_remove (&iter);
      }
}

static void
session_changed_cb (GListModel *model, guint position, guint removed, guint added,
                    DroverWindow *self)
{
  GtkListBoxRow *row;

  g_assert (DROVER_IS_WINDOW (self));

  gtk_stack_set_visible_child_name (self->sidebar_stack, g_list_model_get_n_items (model) > 0
                                                           ? "machines"
                                                           : "empty");
  if (self->run != NULL && !is_listed (model, self->run))
    drover_window_select_run (self, NULL);
  drop_pages (self, model);

  /* A row that moved is a new row. */
  row = self->run != NULL ? find_row (self, self->run) : NULL;
  if (row != NULL)
    gtk_list_box_select_row (self->machines, row);
}

static GtkWidget *
create_row_cb (gpointer item, gpointer user_data)
{
  return drover_machine_row_new (item);
}

static void
set_up_machines (DroverWindow *self)
{
  GListModel *session = G_LIST_MODEL (self->session);
  g_autoptr (DroverRun) first = g_list_model_get_item (session, 0);

  gtk_list_box_bind_model (self->machines, session, create_row_cb, NULL, NULL);
  g_signal_connect_object (self->machines, "row-activated", G_CALLBACK (row_activated_cb), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (session, "items-changed", G_CALLBACK (session_changed_cb), self,
                           G_CONNECT_DEFAULT);
  session_changed_cb (session, 0, 0, 0, self);
  drover_window_select_run (self, first);

  /* A narrow window shows either the list or a machine. With machines there, the list is
   * where one begins. */
  if (first != NULL)
    adw_navigation_split_view_set_show_content (self->split_view, FALSE);
}

static void
set_up_size (DroverWindow *self)
{
  GSettings *settings = drover_application_get_settings (self->application);

  g_settings_bind (settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-height", self, "default-height", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
}

/**
 * drover_window_new:
 * @application: the app
 *
 * Returns: (transfer none): its window; GTK owns it
 */
DroverWindow *
drover_window_new (DroverApplication *application)
{
  DroverWindow *self = g_object_new (DROVER_TYPE_WINDOW, "application", application, NULL);

  self->application = application;
  self->session = g_object_ref (drover_application_get_session (application));
  drover_downloads_button_set_downloads (self->downloads_button,
                                         drover_application_get_downloads (application));
  set_up_size (self);
  set_up_machines (self);
  return self;
}
