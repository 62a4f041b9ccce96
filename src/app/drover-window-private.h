/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-downloads-button.h"
#include "drover-import-dialog.h"
#include "drover-start-page.h"
#include "drover-window.h"

G_BEGIN_DECLS

struct _DroverWindow
{
  AdwApplicationWindow parent_instance;

  DroverApplication *application;
  DroverSession *session;
  DroverRun *run; /* the one that is shown, if any */
  GSignalGroup *run_signals;
  GSignalGroup *machine_signals; /* a file that is mended brings its buttons back */
  gboolean quitting; /* it asks, or waits for guests to shut down */
  GHashTable *checking; /* the runs whose first start is being checked */
  GHashTable *pages; /* DroverRun → DroverMachinePage, made when first shown */

  AdwToastOverlay *toasts;
  AdwNavigationSplitView *split_view;
  AdwNavigationPage *content_page;
  GtkStack *sidebar_stack;
  GtkListBox *machines;
  GtkStack *content;
  DroverStartPage *start_page;
  DroverDownloadsButton *downloads_button;
};

/* What a dialog asks about. */
typedef struct
{
  DroverWindow *window;
  DroverRun *run;
} DroverWindowTarget;

void _drover_window_install_actions (GtkWidgetClass *widget_class);
void _drover_window_update_actions  (DroverWindow *self);
AdwToast *_drover_window_toast_new   (DroverWindow *self, const char *message);
void _drover_window_toast           (DroverWindow *self, const char *message);
void _drover_window_start           (DroverWindow *self, DroverRun *run);
void _drover_window_start_with      (DroverWindow *self, DroverRun *run, DroverStartFlags flags);
void _drover_window_act             (DroverWindow *self, DroverRun *run, const char *verb);
void _drover_window_watch           (DroverWindow *self, DexFuture *future);
void _drover_window_ask             (DroverWindow *self, DroverRun *run, const char *heading,
                                     const char *body, const char *id, const char *label,
                                     GCallback callback);
void _drover_window_install_power   (GtkWidgetClass *widget_class);
void _drover_window_update_power    (DroverWindow *self);
void _drover_window_install_restart (GtkWidgetClass *widget_class);
void _drover_window_update_restart  (DroverWindow *self);
void _drover_window_check_and_start (DroverWindow *self, DroverRun *run, DroverStartFlags flags);
gboolean _drover_window_flush       (DroverRun *run, GError **error);
void _drover_window_install_close   (GtkWidgetClass *widget_class);
void _drover_window_install_import  (GtkWidgetClass *widget_class);
DroverImportDialog *_drover_window_present_import (DroverWindow *self);
void _drover_window_install_services (GtkWidgetClass *widget_class);
void _drover_window_install_create  (GtkWidgetClass *widget_class);
void _drover_window_init_import     (DroverWindow *self);
void _drover_window_ensure_page     (DroverWindow *self, DroverRun *run);

G_END_DECLS
