/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-accelerator-row.h"
#include "drover-words.h"

/* What a machine runs with, or would, and why. */
struct _DroverAcceleratorRow
{
  AdwActionRow parent_instance;

  DroverRun *run;
  GtkLabel *badge;
};

G_DEFINE_FINAL_TYPE (DroverAcceleratorRow, drover_accelerator_row, ADW_TYPE_ACTION_ROW)

static void
update (DroverAcceleratorRow *self)
{
  const char *reason = drover_run_get_accelerator_reason (self->run);
  const char *accelerator =
    drover_words_for_accelerator (drover_run_get_accelerator (self->run));
  g_autofree char *text = g_strdup_printf ("%s. %s", accelerator, reason != NULL ? reason : "");

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self),
                               reason != NULL ? text : _("Being tested…"));
  drover_words_show_badge (self->badge, self->run);
}

static void
drover_accelerator_row_dispose (GObject *object)
{
  g_clear_object (&DROVER_ACCELERATOR_ROW (object)->run);

  G_OBJECT_CLASS (drover_accelerator_row_parent_class)->dispose (object);
}

static void
drover_accelerator_row_class_init (DroverAcceleratorRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_accelerator_row_dispose;
}

static void
drover_accelerator_row_init (DroverAcceleratorRow *self)
{
  self->badge = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_set_valign (GTK_WIDGET (self->badge), GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), GTK_WIDGET (self->badge));
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), _("Accelerator"));
  gtk_widget_add_css_class (GTK_WIDGET (self), "property");
}

/**
 * drover_accelerator_row_new:
 * @run: the run of a machine
 *
 * Returns: (transfer floating): what it runs with, while it runs as QEMU itself says
 */
GtkWidget *
drover_accelerator_row_new (DroverRun *run)
{
  DroverAcceleratorRow *self = g_object_new (DROVER_TYPE_ACCELERATOR_ROW, NULL);

  self->run = g_object_ref (run);
  g_signal_connect_object (run, "notify::accelerator", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (run, "notify::state", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
