/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-download-request.h"
#include "drover-download.h"
#include "drover-media.h"

G_BEGIN_DECLS

typedef enum
{
  DROVER_DOWNLOAD_STEP_PREPARING,
  DROVER_DOWNLOAD_STEP_RECEIVING,
  DROVER_DOWNLOAD_STEP_CHECKING,
} DroverDownloadStep;

/**
 * DroverDownloadSteps:
 * @request: what to get
 * @media: where it goes
 * @folder: what is on its way is kept here; nothing else is in it
 * @cancellable: ends it
 * @stall_timeout: how many seconds a server may send nothing
 * @stepped: called when the next step begins, with the file's name once that is known
 * @progressed: called as the file comes
 *
 * What it takes to get a medium. Nothing of it is owned.
 */
typedef struct
{
  const DroverDownloadRequest *request;
  DroverMedia *media;
  const char *folder;
  GCancellable *cancellable;
  guint stall_timeout;
  void (*stepped) (DroverDownloadStep step, const char *name, gpointer data);
  void (*progressed) (guint64 received, guint64 total, gpointer data);
  gpointer data;

  /*< private >*/
  DroverDownload *download;
} DroverDownloadSteps;

DroverMedium *drover_download_steps_run     (DroverDownloadSteps  *self,
                                             GError              **error);
void          drover_download_steps_look    (DroverDownloadSteps  *self);
void          drover_download_steps_discard (const char           *folder);

G_END_DECLS
