/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

DexFuture *drover_file_sum (const char     *path,
                            GChecksumType   type,
                            GCancellable   *cancellable) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
