/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-import-dialog.h"
#include "drover-machine-page.h"
#include "drover-window-private.h"

/* Command lines come in by the clipboard, from a file, or by being dropped on the window. */

/* The new machine is shown, and QEMU is asked what it says to it. */
static void
created_cb (DroverWindow *self, DroverMachine *machine)
{
  DroverRun *run = drover_session_get_run (self->session, machine);

  drover_window_select_run (self, run);
  drover_machine_page_check (g_hash_table_lookup (self->pages, run));
}

DroverImportDialog *
_drover_window_present_import (DroverWindow *self)
{
  AdwDialog *shown = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self));
  DroverImportDialog *dialog;

  if (DROVER_IS_IMPORT_DIALOG (shown))
    return DROVER_IMPORT_DIALOG (shown);

  dialog = drover_import_dialog_new (drover_session_get_library (self->session));
  g_signal_connect_object (dialog, "created", G_CALLBACK (created_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
  return dialog;
}

static void
import_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  _drover_window_present_import (DROVER_WINDOW (widget));
}

static void
import_file_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  drover_import_dialog_choose_file (_drover_window_present_import (DROVER_WINDOW (widget)));
}

static gboolean
drop_cb (DroverWindow *self, const GValue *value)
{
  if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    {
      GSList *files = g_value_get_boxed (value);

      if (files == NULL)
        return FALSE;
      drover_import_dialog_open_file (_drover_window_present_import (self), files->data);
      return TRUE;
    }

  if (g_value_get_string (value) == NULL)
    return FALSE;
  drover_import_dialog_set_text (_drover_window_present_import (self), g_value_get_string (value));
  return TRUE;
}

void
_drover_window_install_import (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.import", NULL, import_action);
  gtk_widget_class_install_action (widget_class, "win.import-file", NULL, import_file_action);
}

void
_drover_window_init_import (DroverWindow *self)
{
  GType types[] = { GDK_TYPE_FILE_LIST, G_TYPE_STRING };
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);

  gtk_drop_target_set_gtypes (target, types, G_N_ELEMENTS (types));
  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->toasts), GTK_EVENT_CONTROLLER (target));
}
