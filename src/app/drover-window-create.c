/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-assistant.h"
#include "drover-import-dialog.h"
#include "drover-machine-page.h"
#include "drover-save-template-dialog.h"
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
show_terminal_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverWindow *self = DROVER_WINDOW (widget);

  drover_machine_page_show_terminal (g_hash_table_lookup (self->pages, self->run));
}

static void
connect_ssh_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverWindow *self = DROVER_WINDOW (widget);
  g_autoptr (GError) error = NULL;

  if (!drover_machine_page_connect_ssh (g_hash_table_lookup (self->pages, self->run), &error))
    _drover_window_toast (self, error->message);
}

/* Templates of the user's */

static void
saved_cb (DroverWindow *self, const char *message)
{
  drover_start_page_reload (self->start_page);
  _drover_window_toast (self, message);
}

static void
save_template_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverWindow *self = DROVER_WINDOW (widget);
  g_autoptr (GError) error = NULL;
  DroverSaveTemplateDialog *dialog;

  if (!_drover_window_flush (self->run, &error))
    {
      _drover_window_toast (self, error->message);
      return;
    }
  dialog = drover_save_template_dialog_new (drover_run_get_machine (self->run));
  g_signal_connect_object (dialog, "saved", G_CALLBACK (saved_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), widget);
}

static void
add_response_cb (AdwAlertDialog *dialog, const char *response, DroverWindow *self)
{
  const char *path = g_object_get_data (G_OBJECT (dialog), "path");
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverTemplate) template = NULL;

  g_assert (DROVER_IS_WINDOW (self));

  if (!g_str_equal (response, "add"))
    return;

  template = drover_templates_add (path, TRUE, &error);
  if (template == NULL)
    {
      _drover_window_toast (self, error->message);
      return;
    }
  drover_start_page_reload (self->start_page);
  drover_assistant_choose (present (self), template);
}

static void
ask_to_add (DroverWindow *self, DroverTemplate *template, const char *path)
{
  g_autoptr (DroverTemplate) other = drover_template_find (drover_template_get_id (template), NULL);
  g_autofree char *body = NULL;
  AdwDialog *dialog = adw_alert_dialog_new (NULL, NULL);
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (dialog);

  body = other != NULL
           ? g_strdup_printf (_("%s\n\nIt takes the place of your template “%s”. A template says "
                                "how QEMU is started: add only what you trust."),
                              drover_template_get_summary (template),
                              drover_template_get_title (other))
           : g_strdup_printf (
               _("%s\n\nA template says how QEMU is started: add only what you trust."),
               drover_template_get_summary (template));
  adw_alert_dialog_format_heading (alert, _("Add the Template “%s”?"),
                                   drover_template_get_title (template));
  adw_alert_dialog_set_body (alert, body);
  adw_alert_dialog_add_responses (alert, "cancel", _("_Cancel"), "add",
                                  other != NULL ? _("_Replace") : _("_Add"), NULL);
  adw_alert_dialog_set_response_appearance (alert, "add",
                                            other != NULL ? ADW_RESPONSE_DESTRUCTIVE
                                                          : ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (alert, "cancel");
  adw_alert_dialog_set_close_response (alert, "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "path", g_strdup (path), g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (add_response_cb), self,
                           G_CONNECT_DEFAULT);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

/**
 * drover_window_open_template:
 * @path: a file with a template
 *
 * Asks whether it is to be one of the user's own.
 */
void
drover_window_open_template (DroverWindow *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverTemplate) template = NULL;

  g_return_if_fail (DROVER_IS_WINDOW (self));

  template = drover_template_load (path, &error);
  if (template != NULL)
    ask_to_add (self, template, path);
  else
    {
      AdwDialog *dialog = adw_alert_dialog_new (_("This Template Cannot Be Used"), error->message);

      adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _("_Close"));
      adw_dialog_present (dialog, GTK_WIDGET (self));
    }
}

void
_drover_window_install_create (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.new", NULL, new_action);
  gtk_widget_class_install_action (widget_class, "win.new-from-template", "s",
                                   new_from_template_action);
  gtk_widget_class_install_action (widget_class, "win.connect-ssh", NULL, connect_ssh_action);
  gtk_widget_class_install_action (widget_class, "win.show-terminal", NULL, show_terminal_action);
  gtk_widget_class_install_action (widget_class, "win.save-template", NULL, save_template_action);
  gtk_widget_class_install_action (widget_class, "win.start-page", NULL, start_page_action);
}
