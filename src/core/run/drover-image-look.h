/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

#include "drover-image-use.h"

G_BEGIN_DECLS

#define DROVER_TYPE_IMAGE_LOOK (drover_image_look_get_type ())
G_DECLARE_FINAL_TYPE (DroverImageLook, drover_image_look, DROVER, IMAGE_LOOK, GObject)

DexFuture         *drover_image_look              (GPtrArray *arguments,
                                                   const char *directory) G_GNUC_WARN_UNUSED_RESULT;
DroverImageHolder *drover_image_look_steal_holder (DroverImageLook *self);

G_END_DECLS
