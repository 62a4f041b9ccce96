/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef gboolean (*DroverLazyStep) (GtkWidget *widget);

void drover_lazy_start  (GtkWidget *widget, DroverLazyStep step);
void drover_lazy_finish (GtkWidget *widget);

G_END_DECLS
