/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-tail.h"
#include "drover-window-private.h"

/* What the window does about the programs beside QEMU, and about a machine that is in the way of
 * another. */

/* As much of a log as people are shown. */
#define LOG_TAIL 16000

/* Without a parameter: that of the program that failed. */
static void
show_service_log_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverWindow *self = DROVER_WINDOW (widget);
  const DroverService *failed =
    self->run != NULL ? drover_run_get_failed_service (self->run, NULL) : NULL;
  const char *id = g_variant_get_string (parameter, NULL);
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  AdwDialog *dialog;

  if (*id == '\0' && failed != NULL)
    id = failed->id;
  if (self->run == NULL || *id == '\0')
    return;

  path = drover_run_dup_service_log_path (self->run, id);
  text = drover_tail_read (path, LOG_TAIL);
  dialog = adw_alert_dialog_new (_("The Program’s Messages"), NULL);
  adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog), "%s\n\n%s",
                                text != NULL && *text != '\0' ? text : _("It printed nothing."), path);
  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _("_Close"));
  adw_dialog_present (dialog, widget);
}

static void
show_blocker_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverWindow *self = DROVER_WINDOW (widget);
  const char *folder = self->run != NULL ? drover_run_get_blocker (self->run) : NULL;

  for (guint i = 0; folder != NULL && i < g_list_model_get_n_items (G_LIST_MODEL (self->session));
       i++)
    {
      g_autoptr (DroverRun) run = g_list_model_get_item (G_LIST_MODEL (self->session), i);

      if (g_str_equal (drover_machine_get_folder (drover_run_get_machine (run)), folder))
        {
          drover_window_select_run (self, run);
          return;
        }
    }

  _drover_window_toast (self, _("That machine is not in the list any more"));
}

/* Installs `win.show-service-log` with a service's id, and `win.show-blocker`. */
void
_drover_window_install_services (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.show-service-log", "s",
                                   show_service_log_action);
  gtk_widget_class_install_action (widget_class, "win.show-blocker", NULL, show_blocker_action);
}
