/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-template.h"

G_BEGIN_DECLS

#define DROVER_TYPE_TEMPLATE_GALLERY (drover_template_gallery_get_type ())
G_DECLARE_FINAL_TYPE (DroverTemplateGallery, drover_template_gallery, DROVER, TEMPLATE_GALLERY,
                      AdwBin)

GtkWidget *drover_template_gallery_new    (void);
void       drover_template_gallery_reload (DroverTemplateGallery *self);

G_END_DECLS
