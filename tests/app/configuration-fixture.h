/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-configuration-view.h"
#include "drover-setting-row.h"
#include "window-fixture.h"

G_BEGIN_DECLS

DroverConfigurationView *configuration_get           (DroverWindow *window);
void                     configuration_open          (DroverWindow *window);
void                     configuration_show          (DroverWindow *window, const char *page);
void                     configuration_open_page     (DroverWindow *window);
gboolean                 configuration_has_catalogue (DroverWindow *window);
GtkWidget               *configuration_find_row      (DroverWindow *window, const char *setting);
GtkWidget               *configuration_find_row_called (DroverWindow *window, const char *title);
GtkWidget               *configuration_find_in_row   (DroverWindow *window, const char *setting,
                                                      GType type);
void                     configuration_assert_argv   (const char *file, const char *expected);

G_END_DECLS
