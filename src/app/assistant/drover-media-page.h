/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-assistant-page.h"

G_BEGIN_DECLS

#define DROVER_TYPE_MEDIA_PAGE (drover_media_page_get_type ())
G_DECLARE_FINAL_TYPE (DroverMediaPage, drover_media_page, DROVER, MEDIA_PAGE, DroverAssistantPage)

DroverAssistantPage *drover_media_page_new       (DroverDraft     *draft);
void                 drover_media_page_take_file (DroverMediaPage *self, const char *id,
                                                  const char *path);

G_END_DECLS
