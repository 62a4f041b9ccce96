/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-agent-facts.h"
#include "drover-guest-page.h"

G_BEGIN_DECLS

/* What the guest agent tells and does.
 *
 * drover-guest-page.c has the page and what it shows, drover-guest-actions.c what is done in the
 * guest, drover-guest-command.c the dialog that runs a command. */
struct _DroverGuestPage
{
  AdwBin parent_instance;

  DroverRun *run;
  DroverAgentFacts *facts; /* (nullable): of an agent that answered */
  gboolean stale;
  gboolean loading;
  gboolean busy; /* something is under way: the agent has one seat */

  GtkStack *stack;
  AdwStatusPage *status;
  GtkWidget *add;
  GtkWidget *retry;
  GtkWidget *install;
  AdwPreferencesPage *page;
  GPtrArray *groups; /* of GtkWidget: those that a load makes anew */

  AdwPreferencesGroup *work;
  GtkWidget *work_row;
  GtkProgressBar *progress;
  GCancellable *cancellable; /* (nullable): of what is under way */
};

void       _drover_guest_page_outdate     (DroverGuestPage *self);
void       _drover_guest_page_tell        (DroverGuestPage *self, const char *text);
void       _drover_guest_page_set_busy    (DroverGuestPage *self, gboolean busy);
GtkWidget *_drover_guest_page_new_actions (DroverGuestPage *self);
void       _drover_guest_page_add_channel (DroverGuestPage *self);
void       _drover_guest_page_run_command (DroverGuestPage *self);

G_END_DECLS
