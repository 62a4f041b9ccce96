/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "drover-downloads.h"

G_BEGIN_DECLS

#define DROVER_TYPE_DOWNLOADS_BUTTON (drover_downloads_button_get_type ())
G_DECLARE_FINAL_TYPE (DroverDownloadsButton, drover_downloads_button, DROVER, DOWNLOADS_BUTTON,
                      GtkButton)

void drover_downloads_button_set_downloads (DroverDownloadsButton *self,
                                            DroverDownloads       *downloads);

G_END_DECLS
