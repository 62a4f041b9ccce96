/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-download-item.h"

G_BEGIN_DECLS

/* A GListModel of DroverDownloadItem, the last one first. */
#define DROVER_TYPE_DOWNLOADS (drover_downloads_get_type ())
G_DECLARE_FINAL_TYPE (DroverDownloads, drover_downloads, DROVER, DOWNLOADS, GObject)

DroverDownloads    *drover_downloads_new          (DroverMedia                 *media);
void                drover_downloads_remember     (DroverDownloads             *self);
DroverMedia        *drover_downloads_get_media    (DroverDownloads             *self);
DroverDownloadItem *drover_downloads_start        (DroverDownloads             *self,
                                                   const DroverDownloadRequest *request,
                                                   GError                     **error);
void                drover_downloads_forget       (DroverDownloads             *self,
                                                   DroverDownloadItem          *item);
guint               drover_downloads_count_active (DroverDownloads             *self);
double              drover_downloads_get_fraction (DroverDownloads             *self);

G_END_DECLS
