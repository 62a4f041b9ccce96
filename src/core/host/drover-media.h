/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

#include "drover-medium.h"

G_BEGIN_DECLS

/* A GListModel of DroverMedium, sorted by title. */
#define DROVER_TYPE_MEDIA (drover_media_get_type ())
G_DECLARE_FINAL_TYPE (DroverMedia, drover_media, DROVER, MEDIA, GObject)

DroverMedia  *drover_media_new          (const char               *folder);
void          drover_media_reload       (DroverMedia              *self);
const char   *drover_media_get_folder   (DroverMedia              *self);

DexFuture    *drover_media_add          (DroverMedia              *self,
                                         const char               *path,
                                         const DroverMediumOrigin *origin,
                                         GCancellable             *cancellable)
                                         G_GNUC_WARN_UNUSED_RESULT;
DexFuture    *drover_media_add_compared (DroverMedia              *self,
                                         const char               *path,
                                         const char               *pasted_sum,
                                         const DroverMediumOrigin *origin,
                                         GCancellable             *cancellable)
                                         G_GNUC_WARN_UNUSED_RESULT;
DroverMedium *drover_media_record       (DroverMedia              *self,
                                         const char               *path,
                                         const char               *sha256,
                                         const DroverMediumOrigin *origin,
                                         GError                  **error);
DexFuture    *drover_media_scan         (DroverMedia              *self,
                                         GCancellable             *cancellable)
                                         G_GNUC_WARN_UNUSED_RESULT;
DexFuture    *drover_media_verify       (DroverMedia              *self,
                                         DroverMedium             *medium,
                                         GCancellable             *cancellable)
                                         G_GNUC_WARN_UNUSED_RESULT;

DroverMedium *drover_media_find_sum     (DroverMedia              *self,
                                         const char               *sha256);
DroverMedium *drover_media_find_source  (DroverMedia              *self,
                                         const char               *source);
DroverMedium *drover_media_find_request (DroverMedia              *self,
                                         const char               *request);
DroverMedium *drover_media_find         (DroverMedia              *self,
                                         const char               *name,
                                         GError                  **error);

gboolean      drover_media_owns_file    (DroverMedia              *self,
                                         DroverMedium             *medium);
gboolean      drover_media_remove       (DroverMedia              *self,
                                         DroverMedium             *medium,
                                         gboolean                  to_bin,
                                         GError                  **error);

G_END_DECLS
