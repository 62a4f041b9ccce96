/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "drover-session.h"

G_BEGIN_DECLS

#define DROVER_TYPE_NOTIFIER (drover_notifier_get_type ())
G_DECLARE_FINAL_TYPE (DroverNotifier, drover_notifier, DROVER, NOTIFIER, GObject)

DroverNotifier *drover_notifier_new (GtkApplication *application, DroverSession *session,
                                     GSettings *settings);

G_END_DECLS
