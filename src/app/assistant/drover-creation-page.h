/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-creation.h"

G_BEGIN_DECLS

#define DROVER_TYPE_CREATION_PAGE (drover_creation_page_get_type ())
G_DECLARE_FINAL_TYPE (DroverCreationPage, drover_creation_page, DROVER, CREATION_PAGE,
                      AdwNavigationPage)

DroverCreationPage *drover_creation_page_new    (DroverCreation     *creation);
void                drover_creation_page_run    (DroverCreationPage *self);
void                drover_creation_page_cancel (DroverCreationPage *self);

G_END_DECLS
