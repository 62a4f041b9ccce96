/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-alert.h"

/* libadwaita 1.7 has the heading twice, a large one for where it fits on one line. That one does
 * not wrap, and being measured for less than its width all the same, GTK complains. */
static void
let_heading_wrap (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_has_css_class (widget, "title-2"))
    {
      gtk_label_set_wrap (GTK_LABEL (widget), TRUE);
      gtk_label_set_wrap_mode (GTK_LABEL (widget), PANGO_WRAP_WORD_CHAR);
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    let_heading_wrap (child);
}

/**
 * drover_alert_new:
 * @heading: of any length, such as one with a machine's name
 * @body: (nullable): what there is to say
 *
 * Returns: (transfer floating): an #AdwAlertDialog that fits into a narrow window
 */
AdwDialog *
drover_alert_new (const char *heading, const char *body)
{
  AdwDialog *dialog = adw_alert_dialog_new (heading, body);

  let_heading_wrap (GTK_WIDGET (dialog));
  return dialog;
}
