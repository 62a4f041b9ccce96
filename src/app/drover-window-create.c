/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-assistant.h"
#include "drover-import-dialog.h"
#include "drover-machine-page.h"
#include "drover-templates.h"
#include "drover-window-private.h"

/* New machines, from templates. */

/* What was made starts by itself: an installation goes on, an image boots. */
static void
created_cb (DroverWindow *self, DroverMachine *machine)
{
  DroverRun *run = drover_session_get_run (self->session, machine);

  drover_window_select_run (self, run);
  _drover_window_start (self, run);
}

static void
paste_cb (DroverWindow *self, const char *text)
{
  DroverImportDialog *dialog = _drover_window_present_import (self);

  if (text != NULL)
    drover_import_dialog_set_text (dialog, text);
}

static DroverAssistant *
present (DroverWindow *self)
{
  AdwDialog *shown = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self));
  GSettings *settings = drover_application_get_settings (self->application);
  g_autofree char *site = g_settings_get_string (settings, "debian-site");
  DroverAssistant *assistant;

  if (DROVER_IS_ASSISTANT (shown))
    return DROVER_ASSISTANT (shown);

  assistant = drover_assistant_new (drover_session_get_library (self->session),
                                    drover_application_get_downloads (self->application), site);
  g_signal_connect_object (assistant, "created", G_CALLBACK (created_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (assistant, "paste", G_CALLBACK (paste_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (assistant), GTK_WIDGET (self));
  return assistant;
}

static void
new_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  present (DROVER_WINDOW (widget));
}

static void
new_from_template_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverTemplate) template =
    drover_template_find (g_variant_get_string (parameter, NULL), &error);

  if (template == NULL)
    _drover_window_toast (DROVER_WINDOW (widget), error->message);
  else
    drover_assistant_choose (present (DROVER_WINDOW (widget)), template);
}

static void
start_page_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  drover_window_select_run (DROVER_WINDOW (widget), NULL);
}

static void
connect_ssh_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverWindow *self = DROVER_WINDOW (widget);
  g_autoptr (GError) error = NULL;

  if (!drover_machine_page_connect_ssh (g_hash_table_lookup (self->pages, self->run), &error))
    _drover_window_toast (self, error->message);
}

void
_drover_window_install_create (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.new", NULL, new_action);
  gtk_widget_class_install_action (widget_class, "win.new-from-template", "s",
                                   new_from_template_action);
  gtk_widget_class_install_action (widget_class, "win.connect-ssh", NULL, connect_ssh_action);
  gtk_widget_class_install_action (widget_class, "win.start-page", NULL, start_page_action);
}
