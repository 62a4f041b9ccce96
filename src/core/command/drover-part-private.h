/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-part.h"
#include "drover-reference.h"

G_BEGIN_DECLS

GPtrArray  *drover_parts_read          (DroverReferences *references, GPtrArray *arguments);
const char *drover_part_get_device_kind (const DroverFields *fields);
char       *drover_part_dup_title      (DroverReferences *references, const DroverPart *part);
gboolean    drover_part_is_image_option (const char *option);

G_END_DECLS
