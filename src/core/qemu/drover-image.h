/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

#define DROVER_TYPE_IMAGE_INFO (drover_image_info_get_type ())

/**
 * DroverImageInfo:
 * @format: as QEMU names it: `qcow2`, `raw` …
 * @virtual_size: how large the guest sees it, in bytes
 * @actual_size: what it takes on the host, in bytes
 * @backing_file: (nullable): what it stands on, as the image names it
 * @encrypted: whether it wants a secret
 *
 * What `qemu-img info` says of a disk image.
 */
typedef struct
{
  char *format;
  guint64 virtual_size;
  guint64 actual_size;
  char *backing_file;
  gboolean encrypted;
} DroverImageInfo;

GType            drover_image_info_get_type  (void) G_GNUC_CONST;
DroverImageInfo *drover_image_info_copy      (const DroverImageInfo *self);
void             drover_image_info_free      (DroverImageInfo *self);

DexFuture       *drover_image_create         (const char *path, const char *format,
                                              guint64 size) G_GNUC_WARN_UNUSED_RESULT;
DexFuture       *drover_image_create_overlay (const char *backing, const char *backing_format,
                                              const char *path,
                                              guint64 size) G_GNUC_WARN_UNUSED_RESULT;
DexFuture       *drover_image_convert        (const char *from, const char *from_format,
                                              const char *path,
                                              const char *format) G_GNUC_WARN_UNUSED_RESULT;
DexFuture       *drover_image_resize         (const char *path, const char *format,
                                              guint64 size) G_GNUC_WARN_UNUSED_RESULT;
DexFuture       *drover_image_inspect        (const char *path) G_GNUC_WARN_UNUSED_RESULT;
char            *drover_image_dup_free_name  (const char *folder, const char *format);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverImageInfo, drover_image_info_free)

G_END_DECLS
