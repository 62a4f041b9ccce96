/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

DexFuture *drover_dex_spawn  (DexFiberFunc func, gpointer data,
                              GDestroyNotify data_free) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *drover_dex_spawn_with_stack (DexFiberFunc func, gpointer data,
                                        GDestroyNotify data_free,
                                        gsize stack_size) G_GNUC_WARN_UNUSED_RESULT;
gboolean   drover_dex_sleep  (guint msec);
void       drover_dex_forget (DexFuture *future);

G_END_DECLS
