/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-autostart.h"
#include "drover-quit.h"
#include "drover-restart.h"
#include "drover-session-guard.h"

/* The end of the user's session, by logging out or shutting this computer down, ends QEMU as well.
 * While guests run the desktop is told so, that it waits. When it asks whether the session may end
 * the user has decided nothing yet, and may still cancel: so all that happens is that they are
 * offered to shut the machines down, after which the session can end. Should it end with guests
 * running their power buttons are pressed, and they get as long as there is. */

/* The desktop, or the system, may give us less. */
#define END_SECONDS 30

#define NOTIFICATION "session-end"

struct _DroverSessionGuard
{
  GObject parent_instance;

  GtkApplication *application; /* which owns us */
  DroverSession *session;
  GHashTable *followed; /* a set of DroverRun */
  char *reason;         /* (nullable): why the session is not to end now */
  guint cookie;
};

G_DEFINE_FINAL_TYPE (DroverSessionGuard, drover_session_guard, G_TYPE_OBJECT)

static gboolean
is_guarded (DroverRun *run)
{
  DroverDocument *document = drover_machine_get_document (drover_run_get_machine (run));

  return drover_run_is_live (run) &&
         (document == NULL || drover_session_end_shuts_down (document));
}

static void
offer (DroverSessionGuard *self)
{
  g_autoptr (GNotification) notification = g_notification_new (self->reason);

  g_notification_set_body (notification,
                           _("The session can end without loss once they are off."));
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_URGENT);
  g_notification_set_default_action (notification, "app.show");
  g_notification_add_button (notification, _("Shut the Machines Down"), "app.shut-down-machines");
  g_application_send_notification (G_APPLICATION (self->application), NOTIFICATION, notification);
}

static guint
count_guarded (DroverSessionGuard *self)
{
  GHashTableIter iter;
  gpointer run;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->followed);
  while (g_hash_table_iter_next (&iter, &run, NULL))
    n += is_guarded (run);

  return n;
}

static void
update (DroverSessionGuard *self)
{
  guint n = count_guarded (self);
  g_autofree char *reason =
    n > 0 ? g_strdup_printf (ngettext ("%u virtual machine is running",
                                       "%u virtual machines are running", n), n)
          : NULL;

  if (g_strcmp0 (reason, self->reason) == 0)
    return;

  if (self->cookie != 0)
    gtk_application_uninhibit (self->application, self->cookie);
  self->cookie = 0;
  g_set_str (&self->reason, reason);
  if (reason != NULL)
    self->cookie = gtk_application_inhibit (
      self->application, gtk_application_get_active_window (self->application),
      GTK_APPLICATION_INHIBIT_LOGOUT, reason);
  else
    g_application_withdraw_notification (G_APPLICATION (self->application), NOTIFICATION);
}

static void
query_end_cb (DroverSessionGuard *self)
{
  g_assert (DROVER_IS_SESSION_GUARD (self));

  if (self->reason != NULL)
    offer (self);
}

static void
document_changed_cb (DroverMachine *machine, GParamSpec *pspec, DroverSessionGuard *self)
{
  g_assert (DROVER_IS_SESSION_GUARD (self));

  drover_autostart_renew (machine);
  update (self);
}

static void
forget (DroverSessionGuard *self, DroverRun *run)
{
  g_signal_handlers_disconnect_by_data (run, self);
  g_signal_handlers_disconnect_by_data (drover_run_get_machine (run), self);
}

static void
session_changed_cb (DroverSessionGuard *self)
{
  GListModel *session = G_LIST_MODEL (self->session);
  GHashTableIter iter;
  gpointer followed;
  gboolean removed = FALSE;

  g_assert (DROVER_IS_SESSION_GUARD (self));

  g_hash_table_iter_init (&iter, self->followed);
  while (g_hash_table_iter_next (&iter, &followed, NULL))
    if (drover_session_get_run (self->session, drover_run_get_machine (followed)) != followed)
      {
        forget (self, followed);
        g_hash_table_iter_remove (&iter);
        removed = TRUE;
      }

  for (guint i = 0; i < g_list_model_get_n_items (session); i++)
    {
      g_autoptr (DroverRun) run = g_list_model_get_item (session, i);

      if (g_hash_table_contains (self->followed, run))
        continue;
      g_signal_connect_object (run, "notify::state", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (drover_run_get_machine (run), "notify::document",
                               G_CALLBACK (document_changed_cb), self, G_CONNECT_DEFAULT);
      g_hash_table_add (self->followed, g_steal_pointer (&run));
    }

  /* A folder that was deleted by hand leaves a machine that starts with the session. */
  if (removed)
    drover_autostart_sweep (drover_session_get_library (self->session));
  update (self);
}

static void
drover_session_guard_dispose (GObject *object)
{
  DroverSessionGuard *self = DROVER_SESSION_GUARD (object);

  if (self->cookie != 0)
    gtk_application_uninhibit (self->application, self->cookie);
  self->cookie = 0;

  G_OBJECT_CLASS (drover_session_guard_parent_class)->dispose (object);
}

static void
drover_session_guard_finalize (GObject *object)
{
  DroverSessionGuard *self = DROVER_SESSION_GUARD (object);

  g_clear_pointer (&self->followed, g_hash_table_unref);
  g_clear_object (&self->session);
  g_free (self->reason);

  G_OBJECT_CLASS (drover_session_guard_parent_class)->finalize (object);
}

static void
drover_session_guard_class_init (DroverSessionGuardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = drover_session_guard_dispose;
  object_class->finalize = drover_session_guard_finalize;
}

static void
drover_session_guard_init (DroverSessionGuard *self)
{
  self->followed = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
}

/**
 * drover_session_guard_new:
 * @application: the app, registered with the desktop's session; it must live longer
 * @session: the machines
 *
 * Returns: (transfer full): what looks after the end of the user's session
 */
DroverSessionGuard *
drover_session_guard_new (GtkApplication *application, DroverSession *session)
{
  DroverSessionGuard *self = g_object_new (DROVER_TYPE_SESSION_GUARD, NULL);

  self->application = application;
  self->session = g_object_ref (session);
  drover_autostart_sweep (drover_session_get_library (session));
  g_signal_connect_object (session, "items-changed", G_CALLBACK (session_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (application, "query-end", G_CALLBACK (query_end_cb), self,
                           G_CONNECT_SWAPPED);
  session_changed_cb (self);
  return self;
}

/**
 * drover_session_guard_get_reason:
 *
 * Returns: (nullable): why the session is not to end now, as the desktop is told
 */
const char *
drover_session_guard_get_reason (DroverSessionGuard *self)
{
  g_return_val_if_fail (DROVER_IS_SESSION_GUARD (self), NULL);
  return self->reason;
}

/**
 * drover_session_guard_shut_down:
 *
 * Presses the power buttons of all machines that are not to outlive the session.
 */
void
drover_session_guard_shut_down (DroverSessionGuard *self)
{
  GHashTableIter iter;
  gpointer run;

  g_return_if_fail (DROVER_IS_SESSION_GUARD (self));

  g_hash_table_iter_init (&iter, self->followed);
  while (g_hash_table_iter_next (&iter, &run, NULL))
    if (is_guarded (run))
      {
        drover_restart_drop (drover_restart_get_for_run (run));
        drover_quit_end_when_down (run, self);
        drover_quit_shut_down (run);
      }
}

static void
late_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
}

/**
 * drover_session_guard_end:
 *
 * The session ends now. Shuts the machines down, and waits until they are off, but not for ever.
 */
void
drover_session_guard_end (DroverSessionGuard *self)
{
  gboolean late = FALSE;
  guint source;

  g_return_if_fail (DROVER_IS_SESSION_GUARD (self));

  if (count_guarded (self) == 0)
    return;

  source = g_timeout_add_once (END_SECONDS * 1000, late_cb, &late);
  drover_session_guard_shut_down (self);
  while (count_guarded (self) > 0 && !late)
    g_main_context_iteration (NULL, TRUE);
  if (!late)
    g_source_remove (source);
}
