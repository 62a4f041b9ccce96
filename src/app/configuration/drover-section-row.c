/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-section-row.h"

/* A section in the list, with a mark where the check has found something. */
struct _DroverSectionRow
{
  GtkListBoxRow parent_instance;

  const DroverSection *section;
  GtkWidget *mark;
};

G_DEFINE_FINAL_TYPE (DroverSectionRow, drover_section_row, GTK_TYPE_LIST_BOX_ROW)

static void
drover_section_row_class_init (DroverSectionRowClass *klass)
{
}

static void
drover_section_row_init (DroverSectionRow *self)
{
}

/**
 * drover_section_row_new:
 *
 * Returns: (transfer floating): the row of @section
 */
GtkWidget *
drover_section_row_new (const DroverSection *section)
{
  DroverSectionRow *self = g_object_new (DROVER_TYPE_SECTION_ROW, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *label = gtk_label_new (_(section->title));

  self->section = section;
  self->mark = gtk_image_new_from_icon_name ("dialog-warning-symbolic");
  gtk_widget_set_visible (self->mark, FALSE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name (section->icon));
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), self->mark);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _(section->title), -1);
  return GTK_WIDGET (self);
}

/**
 * drover_section_row_get_section:
 *
 * Returns: what the row is for
 */
const DroverSection *
drover_section_row_get_section (DroverSectionRow *self)
{
  g_return_val_if_fail (DROVER_IS_SECTION_ROW (self), NULL);
  return self->section;
}

/**
 * drover_section_row_set_problem:
 * @message: (nullable): what the check has found there
 * @fatal: whether the machine does not start because of it
 */
void
drover_section_row_set_problem (DroverSectionRow *self, const char *message, gboolean fatal)
{
  g_return_if_fail (DROVER_IS_SECTION_ROW (self));

  gtk_widget_set_visible (self->mark, message != NULL);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), message);
  gtk_widget_remove_css_class (self->mark, fatal ? "warning" : "error");
  gtk_widget_add_css_class (self->mark, fatal ? "error" : "warning");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  message != NULL ? message : "", -1);
}
