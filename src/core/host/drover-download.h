/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

#define DROVER_TYPE_DOWNLOAD (drover_download_get_type ())
G_DECLARE_FINAL_TYPE (DroverDownload, drover_download, DROVER, DOWNLOAD, GObject)

DroverDownload *drover_download_new               (const char      *address,
                                                   const char      *path,
                                                   const char      *sha256);
DexFuture      *drover_download_run               (DroverDownload  *self)
                                                   G_GNUC_WARN_UNUSED_RESULT;
DexFuture      *drover_download_verify            (DroverDownload  *self)
                                                   G_GNUC_WARN_UNUSED_RESULT;
void            drover_download_cancel            (DroverDownload  *self);
void            drover_download_set_stall_timeout (DroverDownload  *self,
                                                   guint            seconds);
void            drover_download_set_max_size      (DroverDownload  *self,
                                                   guint64          bytes);
const char     *drover_download_get_sum           (DroverDownload  *self);
gboolean        drover_download_was_continued     (DroverDownload  *self);
const char     *drover_download_get_path          (DroverDownload  *self);
const char     *drover_download_get_title         (DroverDownload  *self);
guint64         drover_download_get_received      (DroverDownload  *self);
guint64         drover_download_get_total         (DroverDownload  *self);
double          drover_download_get_fraction      (DroverDownload  *self);

G_END_DECLS
