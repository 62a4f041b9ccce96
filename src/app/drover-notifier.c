/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-notifier.h"
#include "drover-words.h"

/* Tells the desktop what happens to guests while nobody looks at the window: that one ended by
 * itself, or is in trouble. A notification goes when what it says is not true any more. */
struct _DroverNotifier
{
  GObject parent_instance;

  GtkApplication *application; /* which owns us */
  DroverSession *session;
  GSettings *settings;
  GHashTable *followed; /* DroverRun → whether it was live when we looked last */
  GHashTable *shown;    /* a set of the ids that the desktop shows */
  GHashTable *news;     /* a set of the DroverRun that something happened to */
  guint source;
};

/* What belongs together, as a crash and the end after it, is told as one. */
#define TOGETHER_MSEC 150

G_DEFINE_FINAL_TYPE (DroverNotifier, drover_notifier, G_TYPE_OBJECT)

/* What a notification offers, by kind of trouble; see _drover_window_act(). */
static const struct
{
  DroverTroubleKind kind;
  const char *label;
  const char *verb;
} buttons[] = {
  { DROVER_TROUBLE_PANIC, N_("Reset"), "reset" },
  { DROVER_TROUBLE_INTERNAL_ERROR, N_("Reset"), "reset" },
  { DROVER_TROUBLE_WATCHDOG, N_("Reset"), "reset" },
  { DROVER_TROUBLE_IO_ERROR, N_("Resume"), "resume" },
  { DROVER_TROUBLE_NO_SPACE, N_("Resume"), "resume" },
  { DROVER_TROUBLE_NO_ANSWER, N_("Force Off…"), "force-off" },
};

static char *
dup_id (DroverRun *run)
{
  return g_strconcat ("machine-", drover_machine_get_slug (drover_run_get_machine (run)), NULL);
}

static gboolean
is_looked_at (DroverNotifier *self)
{
  GtkWindow *window = gtk_application_get_active_window (self->application);

  return window != NULL && gtk_window_is_active (window);
}

static GVariant *
new_target (DroverRun *run, const char *verb)
{
  return g_variant_new ("(ss)", drover_machine_get_slug (drover_run_get_machine (run)), verb);
}

static void
add_button (GNotification *notification, DroverRun *run)
{
  DroverTrouble *trouble = drover_run_get_trouble (run);

  if (drover_run_is_off (run))
    {
      g_notification_add_button_with_target_value (notification, _("Start"), "app.machine",
                                                   new_target (run, "start"));
      return;
    }

  for (guint i = 0; trouble != NULL && i < G_N_ELEMENTS (buttons); i++)
    if (buttons[i].kind == trouble->kind)
      g_notification_add_button_with_target_value (notification, _(buttons[i].label),
                                                   "app.machine",
                                                   new_target (run, buttons[i].verb));
}

static void
notify (DroverNotifier *self, DroverRun *run, const char *what, const char *body)
{
  const char *name = drover_machine_get_name (drover_run_get_machine (run));
  g_autofree char *id = dup_id (run);
  /* Translators: a machine, and what happened to it */
  g_autofree char *title = g_strdup_printf (_("%s: %s"), name, what);
  g_autoptr (GNotification) notification = NULL;

  if (!g_settings_get_boolean (self->settings, "notifications") || is_looked_at (self))
    return;

  notification = g_notification_new (title);
  if (body != NULL)
    g_notification_set_body (notification, body);
  if (drover_run_get_trouble (run) != NULL)
    g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_HIGH);
  g_notification_set_default_action_and_target_value (notification, "app.machine",
                                                      new_target (run, "show"));
  add_button (notification, run);
  g_application_send_notification (G_APPLICATION (self->application), id, notification);
  g_hash_table_add (self->shown, g_steal_pointer (&id));
}

static void
withdraw (DroverNotifier *self, DroverRun *run)
{
  g_autofree char *id = dup_id (run);

  if (g_hash_table_remove (self->shown, id))
    g_application_withdraw_notification (G_APPLICATION (self->application), id);
}

/* One that was forced off, from here or elsewhere, is no news. */
static void
tell (DroverNotifier *self, DroverRun *run)
{
  DroverTrouble *trouble = drover_run_get_trouble (run);
  g_autofree char *text = trouble != NULL ? drover_trouble_dup_text (trouble) : NULL;
  const char *reason = drover_run_get_reason (run);
  const char *end = drover_run_is_off (run) ? drover_words_for_end (reason) : NULL;
  const GError *error = drover_run_is_off (run) ? drover_run_get_error (run) : NULL;

  if (trouble != NULL)
    notify (self, run, trouble->title, text);
  else if (error != NULL)
    notify (self, run, _("QEMU failed"), error->message);
  else if (end != NULL && g_strcmp0 (reason, "host-qmp-quit") != 0)
    notify (self, run, _("Off"), end);
  else
    withdraw (self, run);
}

static gboolean
tell_cb (gpointer user_data)
{
  DroverNotifier *self = user_data;
  GHashTableIter iter;
  gpointer run;

  self->source = 0;
  g_hash_table_iter_init (&iter, self->news);
  while (g_hash_table_iter_next (&iter, &run, NULL))
    tell (self, run);
  g_hash_table_remove_all (self->news);
  return G_SOURCE_REMOVE;
}

static void
add_news (DroverNotifier *self, DroverRun *run)
{
  g_hash_table_add (self->news, g_object_ref (run));
  if (self->source == 0)
    self->source = g_timeout_add (TOGETHER_MSEC, tell_cb, self);
}

static void
trouble_changed_cb (DroverRun *run, GParamSpec *pspec, DroverNotifier *self)
{
  g_assert (DROVER_IS_NOTIFIER (self));

  add_news (self, run);
}

static void
state_changed_cb (DroverRun *run, GParamSpec *pspec, DroverNotifier *self)
{
  gboolean was_live = GPOINTER_TO_INT (g_hash_table_lookup (self->followed, run));

  g_assert (DROVER_IS_NOTIFIER (self));

  g_hash_table_insert (self->followed, g_object_ref (run),
                       GINT_TO_POINTER (drover_run_is_live (run)));
  if (was_live != drover_run_is_live (run))
    add_news (self, run);
}

static void
patience_changed_cb (DroverNotifier *self)
{
  GHashTableIter iter;
  gpointer run;

  g_assert (DROVER_IS_NOTIFIER (self));

  g_hash_table_iter_init (&iter, self->followed);
  while (g_hash_table_iter_next (&iter, &run, NULL))
    drover_run_set_patience (run, g_settings_get_int (self->settings, "shut-down-patience"));
}

static void
follow (DroverNotifier *self, DroverRun *run)
{
  if (g_hash_table_contains (self->followed, run))
    return;

  g_hash_table_insert (self->followed, g_object_ref (run),
                       GINT_TO_POINTER (drover_run_is_live (run)));
  drover_run_set_patience (run, g_settings_get_int (self->settings, "shut-down-patience"));
  g_signal_connect_object (run, "notify::state", G_CALLBACK (state_changed_cb), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (run, "notify::trouble", G_CALLBACK (trouble_changed_cb), self,
                           G_CONNECT_DEFAULT);
}

static gboolean
is_listed (DroverNotifier *self, DroverRun *run)
{
  return drover_session_get_run (self->session, drover_run_get_machine (run)) == run;
}

static void
session_changed_cb (DroverNotifier *self)
{
  GListModel *session = G_LIST_MODEL (self->session);
  GHashTableIter iter;
  gpointer run;

  g_assert (DROVER_IS_NOTIFIER (self));

  g_hash_table_iter_init (&iter, self->followed);
  while (g_hash_table_iter_next (&iter, &run, NULL))
    if (!is_listed (self, run))
      {
        g_signal_handlers_disconnect_by_data (run, self);
        g_hash_table_remove (self->news, run);
        withdraw (self, run);
        g_hash_table_iter_remove (&iter);
      }

  for (guint i = 0; i < g_list_model_get_n_items (session); i++)
    {
      g_autoptr (DroverRun) item = g_list_model_get_item (session, i);

      follow (self, item);
    }
}

static void
drover_notifier_finalize (GObject *object)
{
  DroverNotifier *self = DROVER_NOTIFIER (object);

  g_clear_handle_id (&self->source, g_source_remove);
  g_clear_pointer (&self->followed, g_hash_table_unref);
  g_clear_pointer (&self->shown, g_hash_table_unref);
  g_clear_pointer (&self->news, g_hash_table_unref);
  g_clear_object (&self->session);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (drover_notifier_parent_class)->finalize (object);
}

static void
drover_notifier_class_init (DroverNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_notifier_finalize;
}

static void
drover_notifier_init (DroverNotifier *self)
{
  self->followed = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->shown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->news = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
}

/**
 * drover_notifier_new:
 * @application: the app, whose action `machine` the notifications use; it must live longer
 * @session: the machines
 * @settings: the app's
 *
 * Returns: (transfer full): what tells the desktop of them
 */
DroverNotifier *
drover_notifier_new (GtkApplication *application, DroverSession *session, GSettings *settings)
{
  DroverNotifier *self = g_object_new (DROVER_TYPE_NOTIFIER, NULL);

  self->application = application;
  self->session = g_object_ref (session);
  self->settings = g_object_ref (settings);
  g_signal_connect_object (session, "items-changed", G_CALLBACK (session_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::shut-down-patience",
                           G_CALLBACK (patience_changed_cb), self, G_CONNECT_SWAPPED);
  session_changed_cb (self);
  return self;
}
