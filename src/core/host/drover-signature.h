/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

#include "drover-keyring.h"

G_BEGIN_DECLS

DexFuture *drover_signature_verify_file    (const char   *path,
                                            GBytes       *signature,
                                            const char   *key,
                                            GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *drover_signature_verify_bytes   (GBytes       *signed_bytes,
                                            GBytes       *signature,
                                            const char   *key,
                                            const char   *what) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *drover_signature_read_clearsigned (GBytes     *clearsigned,
                                            const char   *key,
                                            const char   *what) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
