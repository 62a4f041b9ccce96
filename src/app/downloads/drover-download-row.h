/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "drover-downloads.h"

G_BEGIN_DECLS

#define DROVER_TYPE_DOWNLOAD_ROW (drover_download_row_get_type ())
G_DECLARE_FINAL_TYPE (DroverDownloadRow, drover_download_row, DROVER, DOWNLOAD_ROW, GtkListBoxRow)

GtkWidget *drover_download_row_new (DroverDownloads *downloads, DroverDownloadItem *item);

G_END_DECLS
