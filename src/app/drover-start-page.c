/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-start-page.h"
#include "drover-template-gallery.h"

/* What there is to begin with: machines that are made by one click. */
struct _DroverStartPage
{
  AdwBin parent_instance;

  DroverKernelJob *job;

  AdwBanner *error;
  AdwStatusPage *status;
  GtkStack *stack;
  DroverTemplateGallery *gallery;
  GtkLabel *progress_text;
  GtkProgressBar *progress;
  GtkWidget *cancel;
};

G_DEFINE_FINAL_TYPE (DroverStartPage, drover_start_page, ADW_TYPE_BIN)

static void
cancel_clicked_cb (DroverStartPage *self)
{
  if (self->job != NULL)
    drover_kernel_job_cancel (self->job);
}

static void
template_chosen_cb (DroverStartPage *self, DroverTemplate *template)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.new-from-template", "s",
                              drover_template_get_id (template));
}

static void
close_clicked_cb (DroverStartPage *self)
{
  adw_banner_set_revealed (self->error, FALSE);
}

static void
job_changed_cb (DroverKernelJob *job, GParamSpec *pspec, DroverStartPage *self)
{
  double fraction = drover_kernel_job_get_fraction (job);

  g_assert (DROVER_IS_START_PAGE (self));

  gtk_label_set_label (self->progress_text, drover_kernel_job_get_text (job));
  if (fraction >= 0)
    gtk_progress_bar_set_fraction (self->progress, fraction);
  else
    gtk_progress_bar_pulse (self->progress);
}

static void
drover_start_page_dispose (GObject *object)
{
  DroverStartPage *self = DROVER_START_PAGE (object);

  g_clear_object (&self->job);
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_START_PAGE);

  G_OBJECT_CLASS (drover_start_page_parent_class)->dispose (object);
}

static void
drover_start_page_class_init (DroverStartPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_start_page_dispose;

  g_type_ensure (DROVER_TYPE_TEMPLATE_GALLERY);
  gtk_widget_class_set_template_from_resource (widget_class, RESOURCE_PATH "/drover-start-page.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverStartPage, error);
  gtk_widget_class_bind_template_child (widget_class, DroverStartPage, status);
  gtk_widget_class_bind_template_child (widget_class, DroverStartPage, stack);
  gtk_widget_class_bind_template_child (widget_class, DroverStartPage, progress_text);
  gtk_widget_class_bind_template_child (widget_class, DroverStartPage, progress);
  gtk_widget_class_bind_template_child (widget_class, DroverStartPage, cancel);
  gtk_widget_class_bind_template_child (widget_class, DroverStartPage, gallery);
  gtk_widget_class_bind_template_callback (widget_class, template_chosen_cb);
}

static void
drover_start_page_init (DroverStartPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  adw_status_page_set_icon_name (self->status, APP_ID);
  g_signal_connect_object (self->cancel, "clicked", G_CALLBACK (cancel_clicked_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->error, "button-clicked", G_CALLBACK (close_clicked_cb), self,
                           G_CONNECT_SWAPPED);
}

/**
 * drover_start_page_set_job:
 * @job: (nullable): what is being fetched; %NULL when nothing is, and one can choose
 *
 * Shows the progress of @job.
 */
void
drover_start_page_set_job (DroverStartPage *self, DroverKernelJob *job)
{
  g_return_if_fail (DROVER_IS_START_PAGE (self));

  if (self->job != NULL)
    g_signal_handlers_disconnect_by_func (self->job, job_changed_cb, self);
  g_set_object (&self->job, job);

  if (job != NULL)
    {
      adw_banner_set_revealed (self->error, FALSE);
      g_signal_connect_object (job, "notify", G_CALLBACK (job_changed_cb), self,
                               G_CONNECT_DEFAULT);
      job_changed_cb (job, NULL, self);
    }
  gtk_stack_set_visible_child_name (self->stack, job != NULL ? "progress" : "choices");
}

/**
 * drover_start_page_set_error:
 * @message: why a machine could not be made
 *
 * Shows it until it is closed or something is tried again.
 */
void
drover_start_page_set_error (DroverStartPage *self, const char *message)
{
  g_return_if_fail (DROVER_IS_START_PAGE (self));

  adw_banner_set_title (self->error, message);
  adw_banner_set_use_markup (self->error, FALSE);
  adw_banner_set_revealed (self->error, TRUE);
}

/**
 * drover_start_page_reload:
 *
 * Shows the templates that there are now.
 */
void
drover_start_page_reload (DroverStartPage *self)
{
  g_return_if_fail (DROVER_IS_START_PAGE (self));
  drover_template_gallery_reload (self->gallery);
}
