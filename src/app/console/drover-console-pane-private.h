/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-console-pane.h"
#include "drover-monitor-view.h"
#include "drover-terminal.h"

G_BEGIN_DECLS

/* All consoles of a machine, each in a tab: its serial lines and the like, a shell in the guest,
 * QEMU's monitor, and QMP. */
struct _DroverConsolePane
{
  AdwBin parent_instance;

  DroverRun *run;

  AdwInlineViewSwitcher *switcher;
  GtkToggleButton *find_button;
  GtkSearchBar *search_bar;
  GtkSearchEntry *search_entry;
  GtkToggleButton *case_button;
  AdwBanner *banner;
  AdwViewStack *consoles;
};

DroverTerminal *_drover_console_pane_get_terminal    (DroverConsolePane *self);
DroverConsole  *_drover_console_pane_get_console     (DroverConsolePane *self);
void            _drover_console_pane_toast           (DroverConsolePane *self, const char *text);
void            _drover_console_pane_update_actions  (DroverConsolePane *self);
void            _drover_console_pane_install_actions (GtkWidgetClass *widget_class);
void            _drover_console_pane_add_shortcuts   (DroverConsolePane *self);

G_END_DECLS
