/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *drover_paths_dup_machines_dir (void);
char *drover_paths_dup_media_dir    (void);
char *drover_paths_dup_cache_dir    (void);
char *drover_paths_dup_log_dir      (const char *slug);
char *drover_paths_dup_runtime_dir  (const char *uuid);

gboolean drover_paths_make_private_dir (const char *runtime_dir, GError **error);
gboolean drover_paths_is_private_dir (const char *runtime_dir);

G_END_DECLS
