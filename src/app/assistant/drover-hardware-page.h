/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-assistant-page.h"

G_BEGIN_DECLS

#define DROVER_TYPE_HARDWARE_PAGE (drover_hardware_page_get_type ())
G_DECLARE_FINAL_TYPE (DroverHardwarePage, drover_hardware_page, DROVER, HARDWARE_PAGE,
                      DroverAssistantPage)

DroverAssistantPage *drover_hardware_page_new (DroverDraft *draft);

G_END_DECLS
