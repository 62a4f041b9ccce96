/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-assistant-page.h"

G_BEGIN_DECLS

#define DROVER_TYPE_ACCOUNT_PAGE (drover_account_page_get_type ())
G_DECLARE_FINAL_TYPE (DroverAccountPage, drover_account_page, DROVER, ACCOUNT_PAGE,
                      DroverAssistantPage)

DroverAssistantPage *drover_account_page_new (DroverDraft *draft);

G_END_DECLS
