/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-creation-page.h"

/* A machine while it is being made. There is no way back meanwhile, but it can be given up. */
struct _DroverCreationPage
{
  AdwNavigationPage parent_instance;

  DroverCreation *creation;
  AdwStatusPage *status;
  GtkWidget *progress;
  GtkWidget *cancel;
  guint pulse;
};

G_DEFINE_FINAL_TYPE (DroverCreationPage, drover_creation_page, ADW_TYPE_NAVIGATION_PAGE)

#define PULSE_MSEC 200

enum
{
  CREATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
pulse_cb (gpointer user_data)
{
  gtk_progress_bar_pulse (GTK_PROGRESS_BAR (DROVER_CREATION_PAGE (user_data)->progress));
  return G_SOURCE_CONTINUE;
}

static void
changed_cb (DroverCreationPage *self)
{
  double fraction = drover_creation_get_fraction (self->creation);
  g_autofree char *markup = g_markup_escape_text (drover_creation_get_text (self->creation), -1);

  g_assert (DROVER_IS_CREATION_PAGE (self));

  adw_status_page_set_description (self->status, markup);
  if (fraction >= 0)
    {
      g_clear_handle_id (&self->pulse, g_source_remove);
      gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), fraction);
    }
  else if (self->pulse == 0)
    self->pulse = g_timeout_add (PULSE_MSEC, pulse_cb, self);
}

static void
show_failure (DroverCreationPage *self, const GError *error)
{
  g_autofree char *markup = g_markup_escape_text (error->message, -1);

  g_signal_handlers_disconnect_by_func (self->creation, changed_cb, self);
  g_clear_handle_id (&self->pulse, g_source_remove);
  adw_status_page_set_icon_name (self->status, "dialog-warning-symbolic");
  adw_status_page_set_title (self->status, _("The Machine Could Not Be Made"));
  adw_status_page_set_description (self->status, markup);
  gtk_widget_set_visible (self->progress, FALSE);
  gtk_widget_set_visible (self->cancel, FALSE);
  adw_navigation_page_set_can_pop (ADW_NAVIGATION_PAGE (self), TRUE);
}

static DexFuture *
made_cb (DexFuture *future, gpointer user_data)
{
  DroverCreationPage *self = user_data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value != NULL)
    g_signal_emit (self, signals[CREATED], 0, g_value_get_object (value));
  else if (self->creation != NULL)
    show_failure (self, error);
  return dex_future_new_true ();
}

static void
drover_creation_page_dispose (GObject *object)
{
  DroverCreationPage *self = DROVER_CREATION_PAGE (object);

  g_clear_handle_id (&self->pulse, g_source_remove);
  g_clear_object (&self->creation);

  G_OBJECT_CLASS (drover_creation_page_parent_class)->dispose (object);
}

static void
drover_creation_page_class_init (DroverCreationPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_creation_page_dispose;

  /**
   * DroverCreationPage::created:
   * @machine: the new machine
   */
  signals[CREATED] = g_signal_new ("created", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, DROVER_TYPE_MACHINE);
}

static void
drover_creation_page_init (DroverCreationPage *self)
{
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *clamp = adw_clamp_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 24);

  self->status = ADW_STATUS_PAGE (adw_status_page_new ());
  self->progress = gtk_progress_bar_new ();
  self->cancel = gtk_button_new_with_mnemonic (_("_Cancel"));
  gtk_widget_add_css_class (self->cancel, "pill");
  gtk_widget_set_halign (self->cancel, GTK_ALIGN_CENTER);
  g_signal_connect_object (self->cancel, "clicked", G_CALLBACK (drover_creation_page_cancel), self,
                           G_CONNECT_SWAPPED);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Progress"), -1);
  gtk_box_append (GTK_BOX (box), self->progress);
  gtk_box_append (GTK_BOX (box), self->cancel);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 400);
  adw_clamp_set_child (ADW_CLAMP (clamp), box);
  adw_status_page_set_icon_name (self->status, "computer-symbolic");
  adw_status_page_set_title (self->status, _("Making the Machine…"));
  adw_status_page_set_child (self->status, clamp);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), GTK_WIDGET (self->status));
  adw_navigation_page_set_child (ADW_NAVIGATION_PAGE (self), view);
  adw_navigation_page_set_can_pop (ADW_NAVIGATION_PAGE (self), FALSE);
}

/**
 * drover_creation_page_new:
 * @creation: (transfer full): what makes the machine
 *
 * Returns: (transfer floating): the page that shows it
 */
DroverCreationPage *
drover_creation_page_new (DroverCreation *creation)
{
  DroverCreationPage *self =
    g_object_new (DROVER_TYPE_CREATION_PAGE, "title", _("New Machine"), NULL);

  self->creation = creation;
  return self;
}

/**
 * drover_creation_page_run:
 *
 * Makes the machine.
 */
void
drover_creation_page_run (DroverCreationPage *self)
{
  g_return_if_fail (DROVER_IS_CREATION_PAGE (self));

  g_signal_connect_object (self->creation, "notify", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  changed_cb (self);
  dex_future_disown (dex_future_finally (drover_creation_run (self->creation), made_cb,
                                         g_object_ref (self), g_object_unref));
}

/**
 * drover_creation_page_cancel:
 *
 * Gives it up; the page says so and lets one go back.
 */
void
drover_creation_page_cancel (DroverCreationPage *self)
{
  g_return_if_fail (DROVER_IS_CREATION_PAGE (self));
  drover_creation_cancel (self->creation);
}
