/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

#include "drover-download-request.h"

G_BEGIN_DECLS

DexFuture *drover_download_size_ask (const DroverDownloadRequest *request,
                                     GCancellable                *cancellable)
                                     G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
