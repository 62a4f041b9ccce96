/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>

#include "drover-application.h"
#include "drover-dex.h"
#include "drover-launch-plan.h"
#include "drover-notifier.h"
#include "drover-paths.h"
#include "drover-preferences-dialog.h"
#include "drover-quit.h"
#include "drover-session-guard.h"
#include "drover-window.h"

struct _DroverApplication
{
  AdwApplication parent_instance;

  GSettings *settings;
  DroverSession *session;
  DroverDownloads *downloads;
  DroverNotifier *notifier;
  DroverSessionGuard *guard;
  gboolean quitting;    /* the user wants it */
  guint terminate_source;
};

G_DEFINE_FINAL_TYPE (DroverApplication, drover_application, ADW_TYPE_APPLICATION)

/* With Shift, like a terminal's own: what is typed without it belongs to the guest. */
static const struct
{
  const char *action;
  const char *accelerators[2];
} shortcuts[] = {
  { "app.quit", { "<Control><Shift>q" } },
  { "app.shortcuts", { "<Control>question" } },
  { "app.preferences", { "<Control>comma" } },
  { "win.new", { "<Control><Shift>n" } },
  { "win.import", { "<Control><Shift>o" } },
  { "win.downloads", { "<Control><Shift>j" } },
  { "win.start", { "<Control><Shift>r" } },
  { "win.pause-or-resume", { "<Control><Shift>p" } },
  { "win.shut-down", { "<Control><Shift>d" } },
  { "win.reset", { "<Control><Shift>t" } },
  { "win.force-off", { "<Control><Shift>k" } },
  { "win.copy-command", { "<Control><Shift>l" } },
  { "window.close", { "<Control><Shift>w" } },
};

static void
show_about (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  GtkWindow *window = gtk_application_get_active_window (user_data);
  AdwDialog *dialog = adw_about_dialog_new ();

  g_object_set (dialog, "application-name", _("Drover"), "application-icon", APP_ID, "version",
                APP_VERSION, "license-type", GTK_LICENSE_GPL_3_0, "developer-name",
                _("The Drover developers"), "comments",
                _("Creates, runs and explains QEMU machines."),
                /* Translators: put your names here, one a line */
                "translator-credits", _("translator-credits"), "copyright",
                "© 2026 The Drover developers", NULL);
  adw_dialog_present (dialog, GTK_WIDGET (window));
}

static void
show_shortcuts (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autoptr (GtkBuilder) builder =
    gtk_builder_new_from_resource (RESOURCE_PATH "/shortcuts-dialog.ui");
  GtkWindow *window = gtk_application_get_active_window (user_data);

  adw_dialog_present (ADW_DIALOG (gtk_builder_get_object (builder, "dialog")),
                      GTK_WIDGET (window));
}

static void
show_preferences (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  DroverApplication *self = DROVER_APPLICATION (user_data);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  adw_dialog_present (drover_preferences_dialog_new (self->settings), GTK_WIDGET (window));
}

static void
leave (DroverApplication *self)
{
  self->quitting = TRUE;
  g_application_quit (G_APPLICATION (self));
}

static DexFuture *
quit_cb (DexFuture *future, gpointer user_data)
{
  leave (user_data);
  return dex_future_new_true ();
}

static void
quit (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  DroverApplication *self = DROVER_APPLICATION (user_data);
  GtkWindow *window = gtk_application_get_active_window (user_data);

  if (window != NULL && !drover_window_save (DROVER_WINDOW (window)))
    return;

  if (window == NULL || !drover_quit_has_questions (self->session, self->settings))
    leave (self);
  else
    drover_dex_forget (
      dex_future_then (drover_window_settle_quit (DROVER_WINDOW (window)), quit_cb,
                       g_object_ref (self), g_object_unref));
}

/* Of the notification that the session waits for machines. */
static void
show (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_application_activate (user_data);
}

static void
shut_down_machines (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  drover_session_guard_shut_down (DROVER_APPLICATION (user_data)->guard);
}

/* Of a notification: what to do with which machine. */
static void
machine (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  DroverApplication *self = DROVER_APPLICATION (user_data);
  DroverLibrary *library = drover_session_get_library (self->session);
  const char *slug;
  const char *verb;
  DroverMachine *found;
  GtkWindow *window;

  g_variant_get (parameter, "(&s&s)", &slug, &verb);
  found = drover_library_find (library, slug, NULL);
  if (gtk_application_get_active_window (GTK_APPLICATION (self)) == NULL)
    g_application_activate (G_APPLICATION (self));
  window = gtk_application_get_active_window (GTK_APPLICATION (self));
  if (window != NULL)
    gtk_window_present (window);
  if (found != NULL && window != NULL)
    drover_window_act_on (DROVER_WINDOW (window), drover_session_get_run (self->session, found),
                          verb);
}

static const GActionEntry actions[] = {
  { .name = "about", .activate = show_about },
  { .name = "shortcuts", .activate = show_shortcuts },
  { .name = "preferences", .activate = show_preferences },
  { .name = "quit", .activate = quit },
  { .name = "show", .activate = show },
  { .name = "shut-down-machines", .activate = shut_down_machines },
  { .name = "machine", .activate = machine, .parameter_type = "(ss)" },
};

/* Where no session manager tells us it is a signal that does: systemd's, for one. */
static gboolean
terminate_cb (gpointer user_data)
{
  g_application_quit (user_data);
  return G_SOURCE_CONTINUE;
}

/* GTK quits the app when the session ends. Else it ends by our own doing, or with its last
 * window. */
static gboolean
ends_with_session (DroverApplication *self)
{
  return !self->quitting && gtk_application_get_windows (GTK_APPLICATION (self)) != NULL;
}

static void
drover_application_startup (GApplication *application)
{
  DroverApplication *self = DROVER_APPLICATION (application);
  g_autofree char *folder = drover_paths_dup_machines_dir ();
  g_autofree char *media_folder = drover_paths_dup_media_dir ();
  g_autoptr (DroverLibrary) library = NULL;
  g_autoptr (DroverMedia) media = NULL;

  G_APPLICATION_CLASS (drover_application_parent_class)->startup (application);

  self->settings = g_settings_new ("io.github.drover_vm.Drover");
  library = drover_library_new (folder);
  self->session = drover_session_new (library, DROVER_QMP_SOCKET);

  /* What was on its way when Drover was quit waits to be resumed. */
  media = drover_media_new (media_folder);
  self->downloads = drover_downloads_new (media);
  drover_downloads_remember (self->downloads);

  self->notifier = drover_notifier_new (GTK_APPLICATION (self), self->session, self->settings);
  self->guard = drover_session_guard_new (GTK_APPLICATION (self), self->session);

  self->terminate_source = g_unix_signal_add (SIGTERM, terminate_cb, self);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), shortcuts[i].action,
                                           shortcuts[i].accelerators);
}

static void
drover_application_activate (GApplication *application)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window == NULL)
    window = GTK_WINDOW (drover_window_new (DROVER_APPLICATION (application)));
  gtk_window_present (window);
}

/* From the file manager. */
static void
drover_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  g_application_activate (application);
  for (int i = 0; i < n_files; i++)
    {
      GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));
      g_autofree char *path = g_file_peek_path (files[i]) != NULL
                                ? g_file_get_path (files[i])
                                : g_file_get_parse_name (files[i]);

      if (window != NULL)
        drover_window_open_template (DROVER_WINDOW (window), path);
    }
}

static void
drover_application_shutdown (GApplication *application)
{
  DroverApplication *self = DROVER_APPLICATION (application);

  if (ends_with_session (self))
    {
      GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

      drover_window_save (DROVER_WINDOW (window));
      drover_session_guard_end (self->guard);
    }

  /* Only our ends of the sockets go. The guests stay. */
  g_clear_handle_id (&self->terminate_source, g_source_remove);
  g_clear_object (&self->guard);
  g_clear_object (&self->notifier);
  /* Whatever GTK still keeps of a window: nothing of ours adopts a guest from now on, nor takes the
   * one place at its socket from who does. */
  if (self->session != NULL)
    g_object_run_dispose (G_OBJECT (self->session));
  g_clear_object (&self->session);
  g_clear_object (&self->downloads);
  g_clear_object (&self->settings);

  G_APPLICATION_CLASS (drover_application_parent_class)->shutdown (application);
}

static void
drover_application_class_init (DroverApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->startup = drover_application_startup;
  application_class->activate = drover_application_activate;
  application_class->open = drover_application_open;
  application_class->shutdown = drover_application_shutdown;
}

static void
drover_application_init (DroverApplication *self)
{
}

/**
 * drover_application_new:
 *
 * Returns: (transfer full): the application; one a session of the desktop
 */
DroverApplication *
drover_application_new (void)
{
  return g_object_new (DROVER_TYPE_APPLICATION, "application-id", APP_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path", RESOURCE_PATH,
                       "register-session", TRUE, NULL);
}

/**
 * drover_application_get_session:
 *
 * Returns: (transfer none): the machines and what runs of them
 */
DroverSession *
drover_application_get_session (DroverApplication *self)
{
  g_return_val_if_fail (DROVER_IS_APPLICATION (self), NULL);
  return self->session;
}

/**
 * drover_application_get_settings:
 *
 * Returns: (transfer none): the settings of the app itself
 */
GSettings *
drover_application_get_settings (DroverApplication *self)
{
  g_return_val_if_fail (DROVER_IS_APPLICATION (self), NULL);
  return self->settings;
}

/**
 * drover_application_get_downloads:
 *
 * Returns: (transfer none): what is downloaded, and the library of media that it goes into
 */
DroverDownloads *
drover_application_get_downloads (DroverApplication *self)
{
  g_return_val_if_fail (DROVER_IS_APPLICATION (self), NULL);
  return self->downloads;
}

/**
 * drover_application_get_guard:
 *
 * Returns: (transfer none): what looks after the end of the user's session
 */
DroverSessionGuard *
drover_application_get_guard (DroverApplication *self)
{
  g_return_val_if_fail (DROVER_IS_APPLICATION (self), NULL);
  return self->guard;
}
