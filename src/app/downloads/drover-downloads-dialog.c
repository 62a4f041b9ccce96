/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-add-medium-dialog.h"
#include "drover-download-row.h"
#include "drover-downloads-dialog.h"
#include "drover-medium-row.h"

/* What is on its way, and below it what is there. */
struct _DroverDownloadsDialog
{
  AdwDialog parent_instance;

  DroverDownloads *downloads;
  DroverLibrary *library;

  GtkStack *stack;
  GtkWidget *downloads_group;
  GtkListBox *downloads_list;
  GtkWidget *media_group;
  GtkListBox *media_list;
};

G_DEFINE_FINAL_TYPE (DroverDownloadsDialog, drover_downloads_dialog, ADW_TYPE_DIALOG)

static void
changed_cb (DroverDownloadsDialog *self)
{
  DroverMedia *media = drover_downloads_get_media (self->downloads);
  const guint n_downloads = g_list_model_get_n_items (G_LIST_MODEL (self->downloads));
  const guint n_media = g_list_model_get_n_items (G_LIST_MODEL (media));

  gtk_widget_set_visible (self->downloads_group, n_downloads > 0);
  gtk_widget_set_visible (self->media_group, n_media > 0);
  gtk_stack_set_visible_child_name (self->stack, n_downloads + n_media > 0 ? "page" : "empty");
}

static GtkWidget *
create_download_row_cb (gpointer item, gpointer user_data)
{
  DroverDownloadsDialog *self = user_data;

  return drover_download_row_new (self->downloads, item);
}

static GtkWidget *
create_medium_row_cb (gpointer item, gpointer user_data)
{
  DroverDownloadsDialog *self = user_data;

  return drover_medium_row_new (drover_downloads_get_media (self->downloads), self->library, item);
}

static void
add_cb (DroverDownloadsDialog *self)
{
  DroverMedia *media = drover_downloads_get_media (self->downloads);

  adw_dialog_present (drover_add_medium_dialog_new (media, NULL, NULL), GTK_WIDGET (self));
}

static void
drover_downloads_dialog_dispose (GObject *object)
{
  DroverDownloadsDialog *self = DROVER_DOWNLOADS_DIALOG (object);

  /* The lists may outlive the dialog by an animation; what makes their rows does not. */
  if (self->downloads_list != NULL)
    gtk_list_box_bind_model (self->downloads_list, NULL, NULL, NULL, NULL);
  if (self->media_list != NULL)
    gtk_list_box_bind_model (self->media_list, NULL, NULL, NULL, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), DROVER_TYPE_DOWNLOADS_DIALOG);
  g_clear_object (&self->downloads);
  g_clear_object (&self->library);

  G_OBJECT_CLASS (drover_downloads_dialog_parent_class)->dispose (object);
}

static void
drover_downloads_dialog_class_init (DroverDownloadsDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_downloads_dialog_dispose;

  gtk_widget_class_set_template_from_resource (
    widget_class, RESOURCE_PATH "/downloads/drover-downloads-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverDownloadsDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, DroverDownloadsDialog, downloads_group);
  gtk_widget_class_bind_template_child (widget_class, DroverDownloadsDialog, downloads_list);
  gtk_widget_class_bind_template_child (widget_class, DroverDownloadsDialog, media_group);
  gtk_widget_class_bind_template_child (widget_class, DroverDownloadsDialog, media_list);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
}

static void
drover_downloads_dialog_init (DroverDownloadsDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * drover_downloads_dialog_new:
 * @downloads: the app's downloads
 * @library: the machines that may use what is downloaded
 *
 * Returns: (transfer floating): a dialog for adw_dialog_present()
 */
AdwDialog *
drover_downloads_dialog_new (DroverDownloads *downloads, DroverLibrary *library)
{
  DroverDownloadsDialog *self = g_object_new (DROVER_TYPE_DOWNLOADS_DIALOG, NULL);
  DroverMedia *media = drover_downloads_get_media (downloads);

  self->downloads = g_object_ref (downloads);
  self->library = g_object_ref (library);
  gtk_list_box_bind_model (self->downloads_list, G_LIST_MODEL (downloads), create_download_row_cb,
                           self, NULL);
  gtk_list_box_bind_model (self->media_list, G_LIST_MODEL (media), create_medium_row_cb, self,
                           NULL);
  g_signal_connect_object (downloads, "items-changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (media, "items-changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  changed_cb (self);
  return ADW_DIALOG (self);
}
