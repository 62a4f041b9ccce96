/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-part-file.h"

G_BEGIN_DECLS

/**
 * DroverTransferProgress:
 * @received: how many bytes of the file are here
 * @total: the whole file's bytes, or 0 while that is unknown
 */
typedef void (*DroverTransferProgress) (guint64  received,
                                        guint64  total,
                                        gpointer data);

/**
 * DroverTransfer:
 * @address: where the file is
 * @part: what the file's bytes go into
 * @cancellable: ends it; the transfer cancels it too, when the server stalls
 * @stall_timeout: how many seconds the server may send nothing; 0 for ever
 * @max_size: how many bytes the file may have at most; 0 for any number
 * @progress: called after each piece
 *
 * What it takes to get the rest of a file. Nothing of it is owned.
 */
typedef struct
{
  const char *address;
  DroverPartFile *part;
  GCancellable *cancellable;
  guint stall_timeout;
  guint64 max_size;
  DroverTransferProgress progress;
  gpointer progress_data;

  /*< private >*/
  guint64 total;
  GSource *stall;
  gboolean stalled;
} DroverTransfer;

gboolean drover_transfer_fetch (DroverTransfer  *self,
                                GError         **error);

G_END_DECLS
