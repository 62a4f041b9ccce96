/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-dex.h"
#include "drover-restart.h"

/* A machine that is to be started anew once it is off. Unless its plug is pulled for that very
 * purpose it is the guest that has to shut down: one that was forced off, crashed, or was ended
 * with the session is not to come back by itself, days later. */
struct _DroverRestart
{
  GObject parent_instance;

  DroverRun *run; /* which owns us */
  DroverRestartFunc func;
  GWeakRef user_data;
  DroverStartFlags flags;
  gboolean whatever_ends_it;
  gboolean has_shut_down; /* the guest has, and QEMU stays on: -no-shutdown */
  guint source;
};

G_DEFINE_FINAL_TYPE (DroverRestart, drover_restart, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* Whoever waits for the same change of state has seen it before the machine starts again. */
static void
start_cb (gpointer user_data)
{
  DroverRestart *self = user_data;
  g_autoptr (GObject) object = g_weak_ref_get (&self->user_data);
  DroverRestartFunc func = self->func;

  self->source = 0;
  drover_restart_drop (self);
  if (object != NULL && drover_run_is_off (self->run))
    func (self->run, self->flags, object);
}

static gboolean
is_wanted_end (DroverRestart *self)
{
  return self->whatever_ends_it || self->has_shut_down ||
         g_strcmp0 (drover_run_get_shutdown_reason (self->run), "guest-shutdown") == 0;
}

static void
state_cb (DroverRestart *self)
{
  g_assert (DROVER_IS_RESTART (self));

  if (self->func == NULL || self->source != 0)
    return;

  if (g_str_equal (drover_run_get_state (self->run), "shutdown") && !self->has_shut_down)
    {
      self->has_shut_down = TRUE;
      drover_dex_forget (drover_run_force_off (self->run));
    }
  else if (drover_run_is_off (self->run) && is_wanted_end (self))
    self->source = g_idle_add_once (start_cb, self);
  else if (drover_run_is_off (self->run))
    drover_restart_drop (self);
}

static void
drover_restart_dispose (GObject *object)
{
  DroverRestart *self = DROVER_RESTART (object);

  g_clear_handle_id (&self->source, g_source_remove);
  g_weak_ref_clear (&self->user_data);

  G_OBJECT_CLASS (drover_restart_parent_class)->dispose (object);
}

static void
drover_restart_class_init (DroverRestartClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_restart_dispose;

  /**
   * DroverRestart::changed:
   *
   * Whether one is pending has changed.
   */
  signals[CHANGED] = g_signal_new ("changed", DROVER_TYPE_RESTART, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
drover_restart_init (DroverRestart *self)
{
  g_weak_ref_init (&self->user_data, NULL);
}

/**
 * drover_restart_get_for_run:
 *
 * Returns: (transfer none): whether and how the machine is to be started anew
 */
DroverRestart *
drover_restart_get_for_run (DroverRun *run)
{
  DroverRestart *self;

  g_return_val_if_fail (DROVER_IS_RUN (run), NULL);

  self = g_object_get_data (G_OBJECT (run), "drover-restart");
  if (self == NULL)
    {
      self = g_object_new (DROVER_TYPE_RESTART, NULL);
      self->run = run;
      g_signal_connect_object (run, "notify::state", G_CALLBACK (state_cb), self,
                               G_CONNECT_SWAPPED);
      g_object_set_data_full (G_OBJECT (run), "drover-restart", self, g_object_unref);
    }

  return self;
}

/**
 * drover_restart_is_pending:
 *
 * Returns: whether the machine starts again once it is off
 */
gboolean
drover_restart_is_pending (DroverRestart *self)
{
  g_return_val_if_fail (DROVER_IS_RESTART (self), FALSE);
  return self->func != NULL;
}

/**
 * drover_restart_await:
 * @whatever_ends_it: start it also when something else than the guest's own shutting down ends it
 * @flags: how to start it
 * @func: starts it
 * @user_data: passed to @func; held weakly, and without it there is no start
 *
 * Starts the machine once it is off. A second wait takes the place of the first.
 */
void
drover_restart_await (DroverRestart *self, gboolean whatever_ends_it, DroverStartFlags flags,
                      DroverRestartFunc func, GObject *user_data)
{
  g_return_if_fail (DROVER_IS_RESTART (self));
  g_return_if_fail (func != NULL);

  drover_restart_drop (self);
  self->whatever_ends_it = whatever_ends_it;
  self->flags = flags;
  self->func = func;
  g_weak_ref_set (&self->user_data, user_data);
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * drover_restart_drop:
 *
 * Lets the machine stay off when it is off.
 */
void
drover_restart_drop (DroverRestart *self)
{
  g_return_if_fail (DROVER_IS_RESTART (self));

  g_clear_handle_id (&self->source, g_source_remove);
  self->has_shut_down = FALSE;
  if (self->func == NULL)
    return;

  self->func = NULL;
  g_weak_ref_set (&self->user_data, NULL);
  g_signal_emit (self, signals[CHANGED], 0);
}
