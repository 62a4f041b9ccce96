/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-dex.h"
#include "drover-downloads-dialog.h"
#include "drover-editor.h"
#include "drover-error.h"
#include "drover-hello.h"
#include "drover-install.h"
#include "drover-kernel-job.h"
#include "drover-shell.h"
#include "drover-window-private.h"

/* The window's actions, and the one place that says which of them can be used now. */

static void
reconnect_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverWindow *self = DROVER_WINDOW (widget);

  _drover_window_watch (self, drover_run_attach (self->run));
}

static void
delete_response_cb (AdwAlertDialog *dialog, const char *response, gpointer user_data)
{
  DroverWindowTarget *target = user_data;
  DroverMachine *machine = drover_run_get_machine (target->run);
  g_autofree char *folder = g_strdup (drover_machine_get_folder (machine));
  g_auto (GStrv) left_behind = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *message = NULL;

  if (!g_str_equal (response, "delete"))
    return;

  if (!drover_run_delete_machine (target->run, drover_session_get_library (target->window->session),
                                  &left_behind, &error))
    message = g_strdup (error->message);
  else if (left_behind[0] != NULL)
    message = g_strdup_printf (_("Deleted. Files that Drover did not create stayed in %s."), folder);

  if (message != NULL)
    _drover_window_toast (target->window, message);
}

static void
delete_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverWindow *self = DROVER_WINDOW (widget);
  g_autofree char *body = g_strdup_printf (
    _("“%s” is deleted with the disks that Drover made for it, and all that is on them. Disk images "
      "and other files of your own stay where they are."),
    drover_machine_get_name (drover_run_get_machine (self->run)));

  _drover_window_ask (self, self->run, _("Delete the Machine?"), body, "delete", _("_Delete"),
                      G_CALLBACK (delete_response_cb));
}

static void
copy_command_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverWindow *self = DROVER_WINDOW (widget);
  DroverMachine *machine = drover_run_get_machine (self->run);
  DroverDocument *document = drover_editor_get_document (drover_editor_get_for_machine (machine));
  g_auto (GStrv) argv = drover_document_dup_argv (document);
  g_autofree char *text = drover_shell_from_argv ((const char *const *) argv);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  _drover_window_toast (self, _("Command line copied"));
}

static void
show_log_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverWindow *self = DROVER_WINDOW (widget);
  g_autofree char *log = drover_run_dup_qemu_log (self->run);
  g_autofree char *path = drover_run_dup_log_path (self->run);
  g_autofree char *valid = log != NULL ? g_utf8_make_valid (log, -1) : NULL;
  const char *text = valid != NULL && *valid != '\0' ? valid : _("QEMU printed nothing.");
  AdwDialog *dialog = adw_alert_dialog_new (_("QEMU’s Messages"), NULL);

  adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog), "%s\n\n%s", text, path);
  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _("_Close"));
  adw_dialog_present (dialog, widget);
}

static void
folder_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DroverWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!gtk_file_launcher_open_containing_folder_finish (GTK_FILE_LAUNCHER (source), result, &error))
    _drover_window_toast (self, error->message);
}

static void
open_folder_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverWindow *self = DROVER_WINDOW (widget);
  const char *path = drover_machine_get_file (drover_run_get_machine (self->run));
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GtkFileLauncher) launcher = gtk_file_launcher_new (file);

  gtk_file_launcher_open_containing_folder (launcher, GTK_WINDOW (self), NULL, folder_opened_cb,
                                            g_object_ref (self));
}

static void
renew_identity_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverWindow *self = DROVER_WINDOW (widget);
  g_autoptr (GError) error = NULL;

  if (drover_machine_renew_identity (drover_run_get_machine (self->run), &error))
    _drover_window_toast (self, _("The machine has an identity of its own now."));
  else
    _drover_window_toast (self, error->message);
}

static void
toast_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  _drover_window_toast (DROVER_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

/* Hello World */

typedef struct
{
  DroverWindow *window;
  char *architecture;
  DroverKernelJob *job;
} Hello;

static void
hello_free (gpointer data)
{
  Hello *hello = data;

  g_object_unref (hello->window);
  g_object_unref (hello->job);
  g_free (hello->architecture);
  g_free (hello);
}

static DroverMachine *
create_hello (Hello *hello, GError **error)
{
  g_autoptr (DroverDebianKernel) kernel =
    dex_await_boxed (drover_kernel_job_run (hello->job), error);
  DroverLibrary *library;
  g_autofree char *name = NULL;
  g_autoptr (DroverDocument) document = NULL;

  /* The window may have been closed while the kernel came. */
  if (kernel == NULL || hello->window->session == NULL)
    return NULL;

  library = drover_session_get_library (hello->window->session);
  name = drover_library_dup_free_name (library, drover_hello_get_default_name (hello->architecture));
  document =
    drover_hello_new_document (hello->architecture, name, kernel->kernel, kernel->initrd);
  return drover_library_create (library, document, error);
}

static DexFuture *
hello_fiber (gpointer user_data)
{
  Hello *hello = user_data;
  DroverWindow *self = hello->window;
  g_autoptr (GError) error = NULL;
  DroverMachine *machine = create_hello (hello, &error);
  DroverRun *run;

  if (self->session == NULL)
    return dex_future_new_true ();

  drover_start_page_set_job (self->start_page, NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.hello", TRUE);
  if (machine == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        drover_start_page_set_error (self->start_page, error->message);
      return dex_future_new_true ();
    }

  run = drover_session_get_run (self->session, machine);
  drover_window_select_run (self, run);
  _drover_window_start (self, run);
  return dex_future_new_true ();
}

static void
hello_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverWindow *self = DROVER_WINDOW (widget);
  GSettings *settings = drover_application_get_settings (self->application);
  g_autofree char *site = g_settings_get_string (settings, "debian-site");
  Hello *hello = g_new0 (Hello, 1);

  hello->window = g_object_ref (self);
  hello->architecture = g_variant_dup_string (parameter, NULL);
  hello->job = drover_kernel_job_new (hello->architecture, site);

  gtk_widget_action_set_enabled (widget, "win.hello", FALSE);
  drover_start_page_set_job (self->start_page, hello->job);
  drover_dex_forget (drover_dex_spawn (hello_fiber, hello, hello_free));
}

/* All of them */

void
_drover_window_update_actions (DroverWindow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  DroverRun *run = self->run;
  DroverMachine *machine = run != NULL ? drover_run_get_machine (run) : NULL;
  gboolean whole = machine != NULL && drover_machine_get_document (machine) != NULL;

  _drover_window_update_power (self);
  _drover_window_update_restart (self);
  gtk_widget_action_set_enabled (widget, "win.delete",
                                 whole && drover_run_is_off (run));
  gtk_widget_action_set_enabled (widget, "win.copy-command", whole);
  gtk_widget_action_set_enabled (widget, "win.save-template", whole);
  gtk_widget_action_set_enabled (widget, "win.show-terminal",
                                 whole && drover_run_is_live (run) &&
                                   g_list_model_get_n_items (drover_run_get_consoles (run)) > 0);
  gtk_widget_action_set_enabled (widget, "win.connect-ssh",
                                 whole && drover_run_is_live (run) &&
                                   drover_document_get_ssh_port (
                                     drover_machine_get_document (machine)) != 0);
  gtk_widget_action_set_enabled (widget, "win.show-log", run != NULL);
  gtk_widget_action_set_enabled (widget, "win.open-folder", run != NULL);
  gtk_widget_action_set_enabled (widget, "win.renew-identity",
                                 machine != NULL &&
                                   g_error_matches (drover_machine_get_error (machine),
                                                    DROVER_ERROR, DROVER_ERROR_SAME_IDENTITY));
}

static void
downloads_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  DroverWindow *self = DROVER_WINDOW (widget);
  DroverDownloads *downloads = drover_application_get_downloads (self->application);
  DroverLibrary *library = drover_session_get_library (self->session);

  adw_dialog_present (drover_downloads_dialog_new (downloads, library), widget);
}

void
_drover_window_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.downloads", NULL, downloads_action);
  gtk_widget_class_install_action (widget_class, "win.hello", "s", hello_action);
  gtk_widget_class_install_action (widget_class, "win.toast", "s", toast_action);
  gtk_widget_class_install_action (widget_class, "win.reconnect", NULL, reconnect_action);
  gtk_widget_class_install_action (widget_class, "win.delete", NULL, delete_action);
  gtk_widget_class_install_action (widget_class, "win.copy-command", NULL, copy_command_action);
  gtk_widget_class_install_action (widget_class, "win.show-log", NULL, show_log_action);
  gtk_widget_class_install_action (widget_class, "win.open-folder", NULL, open_folder_action);
  gtk_widget_class_install_action (widget_class, "win.renew-identity", NULL,
                                   renew_identity_action);
  _drover_window_install_import (widget_class);
  _drover_window_install_create (widget_class);
  _drover_window_install_power (widget_class);
  _drover_window_install_restart (widget_class);
  _drover_window_install_services (widget_class);
}
