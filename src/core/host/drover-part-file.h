/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

#define DROVER_TYPE_PART_FILE (drover_part_file_get_type ())
G_DECLARE_FINAL_TYPE (DroverPartFile, drover_part_file, DROVER, PART_FILE, GObject)

DroverPartFile *drover_part_file_open          (const char      *path,
                                                const char      *address,
                                                const char      *sum,
                                                GError         **error);
gboolean        drover_part_file_can_continue  (DroverPartFile  *self);
gboolean        drover_part_file_take_over     (DroverPartFile  *self,
                                                const char      *validator,
                                                GError         **error);
gboolean        drover_part_file_has_room      (DroverPartFile  *self,
                                                guint64          total,
                                                GError         **error);
guint64         drover_part_file_get_size      (DroverPartFile  *self);
const char     *drover_part_file_get_validator (DroverPartFile  *self);
DexFuture      *drover_part_file_hash          (DroverPartFile  *self,
                                                GCancellable    *cancellable)
                                                G_GNUC_WARN_UNUSED_RESULT;
gboolean        drover_part_file_restart       (DroverPartFile  *self,
                                                const char      *validator,
                                                GError         **error);
gboolean        drover_part_file_append        (DroverPartFile  *self,
                                                GBytes          *bytes,
                                                GError         **error);
char           *drover_part_file_dup_checksum  (DroverPartFile  *self);
DexFuture      *drover_part_file_finish        (DroverPartFile  *self)
                                                G_GNUC_WARN_UNUSED_RESULT;
void            drover_part_file_discard       (DroverPartFile  *self);

G_END_DECLS
