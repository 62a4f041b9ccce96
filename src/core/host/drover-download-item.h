/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

#include "drover-download-request.h"
#include "drover-media.h"

G_BEGIN_DECLS

/**
 * DroverDownloadState:
 * @DROVER_DOWNLOAD_STATE_PAUSED: waits for drover_download_item_resume(); what came is kept
 * @DROVER_DOWNLOAD_STATE_PREPARING: gets the list of checksums and its signature, and looks
 *   whether the file is there already
 * @DROVER_DOWNLOAD_STATE_RECEIVING: the file comes
 * @DROVER_DOWNLOAD_STATE_CHECKING: the file's signature is checked
 * @DROVER_DOWNLOAD_STATE_DONE: it is in the library
 * @DROVER_DOWNLOAD_STATE_FAILED: drover_download_item_get_error() says why;
 *   drover_download_item_resume() tries again
 * @DROVER_DOWNLOAD_STATE_CANCELLED: given up; nothing of it is kept
 */
typedef enum
{
  DROVER_DOWNLOAD_STATE_PAUSED,
  DROVER_DOWNLOAD_STATE_PREPARING,
  DROVER_DOWNLOAD_STATE_RECEIVING,
  DROVER_DOWNLOAD_STATE_CHECKING,
  DROVER_DOWNLOAD_STATE_DONE,
  DROVER_DOWNLOAD_STATE_FAILED,
  DROVER_DOWNLOAD_STATE_CANCELLED,
} DroverDownloadState;

#define DROVER_TYPE_DOWNLOAD_ITEM (drover_download_item_get_type ())
G_DECLARE_FINAL_TYPE (DroverDownloadItem, drover_download_item, DROVER, DOWNLOAD_ITEM, GObject)

DroverDownloadItem          *drover_download_item_new               (DroverMedia                 *media,
                                                                     const DroverDownloadRequest *request);
DroverDownloadItem          *drover_download_item_from_json         (DroverMedia        *media,
                                                                     JsonNode           *node,
                                                                     GError            **error);
JsonNode                    *drover_download_item_to_json           (DroverDownloadItem *self);
DexFuture                   *drover_download_item_wait              (DroverDownloadItem *self)
                                                                     G_GNUC_WARN_UNUSED_RESULT;
void                         drover_download_item_pause             (DroverDownloadItem *self);
void                         drover_download_item_resume            (DroverDownloadItem *self);
void                         drover_download_item_cancel            (DroverDownloadItem *self);
void                         drover_download_item_set_stall_timeout (DroverDownloadItem *self,
                                                                     guint               seconds);
const DroverDownloadRequest *drover_download_item_get_request       (DroverDownloadItem *self);
const char                  *drover_download_item_get_id            (DroverDownloadItem *self);
DroverDownloadState          drover_download_item_get_state         (DroverDownloadItem *self);
gboolean                     drover_download_item_is_active         (DroverDownloadItem *self);
const char                  *drover_download_item_get_title         (DroverDownloadItem *self);
const char                  *drover_download_item_get_text          (DroverDownloadItem *self);
double                       drover_download_item_get_fraction      (DroverDownloadItem *self);
guint64                      drover_download_item_get_received      (DroverDownloadItem *self);
guint64                      drover_download_item_get_total         (DroverDownloadItem *self);
guint64                      drover_download_item_get_rate          (DroverDownloadItem *self);
const GError                *drover_download_item_get_error         (DroverDownloadItem *self);
DroverMedium                *drover_download_item_get_medium        (DroverDownloadItem *self);

G_END_DECLS
