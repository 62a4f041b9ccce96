/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

gboolean   drover_seed_write         (const char *path, const char *label, GHashTable *files,
                                      GError **error);
DexFuture *drover_seed_append_initrd (const char *initrd, const char *path,
                                      GHashTable *files) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *drover_iso_extract        (const char *path, const char *const *names,
                                      const char *folder) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
