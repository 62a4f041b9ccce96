/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "drover-part.h"

G_BEGIN_DECLS

typedef enum
{
  DROVER_DISK_HARD,
  DROVER_DISK_CD,
  DROVER_DISK_FLOPPY,
  DROVER_DISK_CARD,
  DROVER_DISK_FLASH,
} DroverDiskKind;

DroverDiskKind drover_disk_get_kind  (GPtrArray *arguments, const DroverPart *part);
const char    *drover_disk_get_icon  (DroverDiskKind kind);
char          *drover_disk_dup_bus   (GPtrArray *arguments, const DroverPart *part);
char          *drover_disk_dup_image (GPtrArray *arguments, const DroverPart *part,
                                      const char *folder);
char          *drover_disk_dup_format (GPtrArray *arguments, const DroverPart *part);

/**
 * DroverImageGlance:
 * @exists: whether there is such a file
 * @format: what its first bytes say: `qcow2`, `raw` …
 * @size: how large the guest sees it, in bytes; 0 when that is not known
 *
 * What a quick look at an image file tells.
 */
typedef struct
{
  gboolean exists;
  const char *format;
  guint64 size;
} DroverImageGlance;

void     drover_image_glance_async  (const char *path, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data);
gboolean drover_image_glance_finish (GAsyncResult *result, DroverImageGlance *glance,
                                     GError **error);

G_END_DECLS
