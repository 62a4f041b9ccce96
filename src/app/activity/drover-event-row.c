/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-event-row.h"

/* One event of the timeline: when, what, and QEMU's own message when it is opened. */
struct _DroverEventRow
{
  GtkBox parent_instance;

  DroverEvent *event;
  GtkLabel *time;
  GtkLabel *name;
  GtkLabel *sentence;
  GtkImage *arrow;
  GtkWidget *message;
  GtkLabel *json;
};

G_DEFINE_FINAL_TYPE (DroverEventRow, drover_event_row, GTK_TYPE_BOX)

static void
copy_cb (DroverEventRow *self)
{
  g_autofree char *json = drover_event_dup_pretty (self->event);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), json);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", _("The message is copied."));
}

static void
drover_event_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_EVENT_ROW);
  g_clear_object (&DROVER_EVENT_ROW (object)->event);

  G_OBJECT_CLASS (drover_event_row_parent_class)->dispose (object);
}

static void
drover_event_row_class_init (DroverEventRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_event_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               RESOURCE_PATH "/activity/drover-event-row.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverEventRow, time);
  gtk_widget_class_bind_template_child (widget_class, DroverEventRow, name);
  gtk_widget_class_bind_template_child (widget_class, DroverEventRow, sentence);
  gtk_widget_class_bind_template_child (widget_class, DroverEventRow, arrow);
  gtk_widget_class_bind_template_child (widget_class, DroverEventRow, message);
  gtk_widget_class_bind_template_child (widget_class, DroverEventRow, json);
  gtk_widget_class_bind_template_callback (widget_class, copy_cb);
}

static void
drover_event_row_init (DroverEventRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * drover_event_row_new:
 *
 * Returns: (transfer floating): a row that shows nothing yet
 */
GtkWidget *
drover_event_row_new (void)
{
  return g_object_new (DROVER_TYPE_EVENT_ROW, NULL);
}

/**
 * drover_event_row_set_event:
 * @event: (nullable): what to show from now on; closed at first
 */
void
drover_event_row_set_event (DroverEventRow *self, DroverEvent *event)
{
  g_autofree char *clock = NULL;
  const char *name;

  g_return_if_fail (DROVER_IS_EVENT_ROW (self));

  if (!g_set_object (&self->event, event) || event == NULL)
    return;

  clock = drover_event_dup_clock (event);
  name = drover_event_get_name (event);
  gtk_label_set_label (self->time, clock);
  gtk_label_set_label (self->name, name != NULL ? name : _("Drover"));
  gtk_label_set_label (self->sentence, drover_event_get_sentence (event));
  gtk_widget_set_visible (GTK_WIDGET (self->arrow), name != NULL);
  drover_event_row_set_open (self, FALSE);
}

/**
 * drover_event_row_get_event:
 *
 * Returns: (transfer none) (nullable): what the row shows
 */
DroverEvent *
drover_event_row_get_event (DroverEventRow *self)
{
  g_return_val_if_fail (DROVER_IS_EVENT_ROW (self), NULL);
  return self->event;
}

/**
 * drover_event_row_set_open:
 * @open: whether QEMU's own message is shown; a note of Drover's has none
 */
void
drover_event_row_set_open (DroverEventRow *self, gboolean open)
{
  g_return_if_fail (DROVER_IS_EVENT_ROW (self));

  open = open && drover_event_get_json (self->event) != NULL;
  if (open)
    {
      g_autofree char *json = drover_event_dup_pretty (self->event);

      gtk_label_set_label (self->json, json);
    }
  gtk_widget_set_visible (self->message, open);
  gtk_image_set_from_icon_name (self->arrow, open ? "pan-up-symbolic" : "pan-down-symbolic");
}
