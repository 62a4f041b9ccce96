/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-machine-row.h"
#include "drover-words.h"

/* A machine in the sidebar: its name and what it is doing. */
struct _DroverMachineRow
{
  GtkListBoxRow parent_instance;

  DroverRun *run;
  GtkImage *icon;
  GtkLabel *name;
  GtkLabel *state;
  GtkLabel *badge;
};

G_DEFINE_FINAL_TYPE (DroverMachineRow, drover_machine_row, GTK_TYPE_LIST_BOX_ROW)

static const char *
get_icon_name (DroverRun *run)
{
  gboolean off = drover_run_is_off (run);

  if (off && (drover_machine_get_error (drover_run_get_machine (run)) != NULL ||
              drover_run_get_error (run) != NULL))
    return "dialog-warning-symbolic";
  if (drover_run_is_running (run))
    return "media-playback-start-symbolic";

  return off ? "media-playback-stop-symbolic" : "media-playback-pause-symbolic";
}

static void
update (DroverMachineRow *self)
{
  const char *name = drover_machine_get_name (drover_run_get_machine (self->run));
  g_autofree char *state = drover_words_for_run (self->run);
  g_autofree char *description = NULL;
  const char *icon = get_icon_name (self->run);

  gtk_label_set_label (self->name, name);
  gtk_label_set_label (self->state, state);
  gtk_image_set_from_icon_name (self->icon, icon);
  gtk_widget_remove_css_class (GTK_WIDGET (self->icon), "success");
  gtk_widget_remove_css_class (GTK_WIDGET (self->icon), "warning");
  gtk_widget_remove_css_class (GTK_WIDGET (self->icon), "dimmed");
  gtk_widget_add_css_class (GTK_WIDGET (self->icon),
                            drover_run_is_running (self->run)                  ? "success"
                            : g_str_equal (icon, "dialog-warning-symbolic") ? "warning"
                                                                            : "dimmed");
  drover_words_show_badge (self->badge, self->run);
  if (gtk_widget_get_visible (GTK_WIDGET (self->badge)))
    description = g_strdup_printf ("%s, %s", state, gtk_label_get_label (self->badge));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  description != NULL ? description : state, -1);
}

static void
drover_machine_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_MACHINE_ROW);
  g_clear_object (&DROVER_MACHINE_ROW (object)->run);

  G_OBJECT_CLASS (drover_machine_row_parent_class)->dispose (object);
}

static void
drover_machine_row_class_init (DroverMachineRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_machine_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, RESOURCE_PATH "/drover-machine-row.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverMachineRow, icon);
  gtk_widget_class_bind_template_child (widget_class, DroverMachineRow, name);
  gtk_widget_class_bind_template_child (widget_class, DroverMachineRow, state);
  gtk_widget_class_bind_template_child (widget_class, DroverMachineRow, badge);
}

static void
drover_machine_row_init (DroverMachineRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * drover_machine_row_new:
 *
 * Returns: (transfer floating): a row that follows @run
 */
GtkWidget *
drover_machine_row_new (DroverRun *run)
{
  DroverMachineRow *self = g_object_new (DROVER_TYPE_MACHINE_ROW, NULL);

  self->run = g_object_ref (run);
  g_signal_connect_object (run, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drover_run_get_machine (run), "notify", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}

/**
 * drover_machine_row_get_run:
 *
 * Returns: (transfer none): what the row shows
 */
DroverRun *
drover_machine_row_get_run (DroverMachineRow *self)
{
  g_return_val_if_fail (DROVER_IS_MACHINE_ROW (self), NULL);
  return self->run;
}
