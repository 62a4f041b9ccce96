/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/**
 * DroverThreadFunc:
 * @object: what was given to drover_thread_run()
 * @cancellable: (nullable): what was given to drover_thread_run()
 *
 * Runs in a thread of its own kind; results that are more than success go into @object.
 *
 * Returns: whether it succeeded
 */
typedef gboolean (*DroverThreadFunc) (gpointer       object,
                                      GCancellable  *cancellable,
                                      GError       **error);

DexFuture *drover_thread_run (gpointer          object,
                              DroverThreadFunc  func,
                              GCancellable     *cancellable) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
