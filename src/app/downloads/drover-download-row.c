/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-download-row.h"

/* One download: what it is, how far, and what can be done with it. */
struct _DroverDownloadRow
{
  GtkListBoxRow parent_instance;

  DroverDownloads *downloads;
  DroverDownloadItem *item;

  GtkImage *mark;
  GtkLabel *title;
  GtkProgressBar *progress;
  GtkLabel *text;
  GtkWidget *again;
  GtkWidget *pause;
  GtkWidget *resume;
  GtkWidget *close;
};

G_DEFINE_FINAL_TYPE (DroverDownloadRow, drover_download_row, GTK_TYPE_LIST_BOX_ROW)

static const char *
get_mark (DroverDownloadRow *self)
{
  DroverMedium *medium = drover_download_item_get_medium (self->item);

  if (drover_download_item_get_state (self->item) == DROVER_DOWNLOAD_STATE_FAILED)
    return "dialog-error-symbolic";
  if (medium == NULL)
    return NULL;

  switch (drover_medium_get_check (medium))
    {
    case DROVER_MEDIUM_CHECK_SIGNATURE:
      return "security-high-symbolic";
    case DROVER_MEDIUM_CHECK_CHECKSUM:
      return "security-medium-symbolic";
    case DROVER_MEDIUM_CHECK_NONE:
    default:
      return "security-low-symbolic";
    }
}

static void
say_what_close_does (DroverDownloadRow *self)
{
  const char *tooltip = drover_download_item_get_state (self->item) == DROVER_DOWNLOAD_STATE_DONE
                          ? _("Remove From List") : _("Cancel");

  gtk_widget_set_tooltip_text (self->close, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->close), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  tooltip, -1);
}

static void
state_cb (DroverDownloadRow *self)
{
  const DroverDownloadState state = drover_download_item_get_state (self->item);
  const gboolean failed = state == DROVER_DOWNLOAD_STATE_FAILED;
  const char *mark = get_mark (self);

  gtk_image_set_from_icon_name (self->mark, mark);
  gtk_widget_set_visible (GTK_WIDGET (self->mark), mark != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->progress),
                          !failed && state != DROVER_DOWNLOAD_STATE_DONE);
  gtk_widget_set_visible (self->again, failed);
  gtk_widget_set_visible (self->resume, state == DROVER_DOWNLOAD_STATE_PAUSED);
  gtk_widget_set_visible (self->pause, drover_download_item_is_active (self->item));
  say_what_close_does (self);

  if (failed)
    gtk_widget_add_css_class (GTK_WIDGET (self->text), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->text), "error");
}

static void
text_cb (DroverDownloadRow *self)
{
  gtk_label_set_label (self->title, drover_download_item_get_title (self->item));
  gtk_label_set_label (self->text, drover_download_item_get_text (self->item));
}

static void
fraction_cb (DroverDownloadRow *self)
{
  const double fraction = drover_download_item_get_fraction (self->item);

  if (fraction >= 0)
    gtk_progress_bar_set_fraction (self->progress, fraction);
  else if (drover_download_item_is_active (self->item))
    gtk_progress_bar_pulse (self->progress);
}

static void
pause_cb (DroverDownloadRow *self)
{
  drover_download_item_pause (self->item);
}

static void
resume_cb (DroverDownloadRow *self)
{
  drover_download_item_resume (self->item);
}

static void
close_cb (DroverDownloadRow *self)
{
  drover_downloads_forget (self->downloads, self->item);
}

static void
drover_download_row_dispose (GObject *object)
{
  DroverDownloadRow *self = DROVER_DOWNLOAD_ROW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), DROVER_TYPE_DOWNLOAD_ROW);
  g_clear_object (&self->item);
  g_clear_object (&self->downloads);

  G_OBJECT_CLASS (drover_download_row_parent_class)->dispose (object);
}

static void
drover_download_row_class_init (DroverDownloadRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_download_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               RESOURCE_PATH "/downloads/drover-download-row.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverDownloadRow, mark);
  gtk_widget_class_bind_template_child (widget_class, DroverDownloadRow, title);
  gtk_widget_class_bind_template_child (widget_class, DroverDownloadRow, progress);
  gtk_widget_class_bind_template_child (widget_class, DroverDownloadRow, text);
  gtk_widget_class_bind_template_child (widget_class, DroverDownloadRow, again);
  gtk_widget_class_bind_template_child (widget_class, DroverDownloadRow, pause);
  gtk_widget_class_bind_template_child (widget_class, DroverDownloadRow, resume);
  gtk_widget_class_bind_template_child (widget_class, DroverDownloadRow, close);
  gtk_widget_class_bind_template_callback (widget_class, pause_cb);
  gtk_widget_class_bind_template_callback (widget_class, resume_cb);
  gtk_widget_class_bind_template_callback (widget_class, close_cb);
}

static void
drover_download_row_init (DroverDownloadRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * drover_download_row_new:
 * @downloads: the list that @item is in
 * @item: what to show
 *
 * Returns: (transfer floating): a row
 */
GtkWidget *
drover_download_row_new (DroverDownloads *downloads, DroverDownloadItem *item)
{
  DroverDownloadRow *self = g_object_new (DROVER_TYPE_DOWNLOAD_ROW, NULL);

  self->downloads = g_object_ref (downloads);
  self->item = g_object_ref (item);
  g_signal_connect_object (item, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (item, "notify::text", G_CALLBACK (text_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (item, "notify::title", G_CALLBACK (text_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (item, "notify::fraction", G_CALLBACK (fraction_cb), self,
                           G_CONNECT_SWAPPED);
  state_cb (self);
  text_cb (self);
  fraction_cb (self);
  return GTK_WIDGET (self);
}
