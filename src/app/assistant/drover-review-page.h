/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-assistant-page.h"

G_BEGIN_DECLS

#define DROVER_TYPE_REVIEW_PAGE (drover_review_page_get_type ())
G_DECLARE_FINAL_TYPE (DroverReviewPage, drover_review_page, DROVER, REVIEW_PAGE,
                      DroverAssistantPage)

DroverAssistantPage *drover_review_page_new (DroverDraft *draft);

G_END_DECLS
