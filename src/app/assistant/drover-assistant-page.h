/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-draft.h"

G_BEGIN_DECLS

/* A page of the assistant: groups of rows one below the other, and what goes on. */
#define DROVER_TYPE_ASSISTANT_PAGE (drover_assistant_page_get_type ())
G_DECLARE_DERIVABLE_TYPE (DroverAssistantPage, drover_assistant_page, DROVER, ASSISTANT_PAGE,
                          AdwNavigationPage)

struct _DroverAssistantPageClass
{
  AdwNavigationPageClass parent_class;

  /* The button was pressed; what is false keeps the page. */
  gboolean (*next) (DroverAssistantPage *self);
};

void drover_assistant_page_add          (DroverAssistantPage *self, GtkWidget *widget);
void drover_assistant_page_set_draft    (DroverAssistantPage *self, DroverDraft *draft);
void drover_assistant_page_set_label    (DroverAssistantPage *self, const char *label);
void drover_assistant_page_set_complete (DroverAssistantPage *self, gboolean complete,
                                         const char *why_not);
DroverDraft *drover_assistant_page_get_draft (DroverAssistantPage *self);

/* Rows */

AdwPreferencesGroup *drover_assistant_page_add_group (DroverAssistantPage *self,
                                                      const char *title,
                                                      const char *description);
GtkWidget *drover_assistant_add_entry   (AdwPreferencesGroup *group, const char *title);
void       drover_assistant_set_problem (GtkWidget *row, const char *message);
gboolean   drover_assistant_has_problem (GtkWidget *row);

G_END_DECLS
