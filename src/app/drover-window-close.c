/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-dex.h"
#include "drover-editor.h"
#include "drover-quit.h"
#include "drover-window-private.h"

/* What was typed a moment ago is not in machine.json yet. It gets there before a start, and before
 * the window goes. */

gboolean
_drover_window_flush (DroverRun *run, GError **error)
{
  return drover_editor_flush (drover_editor_get_for_machine (drover_run_get_machine (run)), error);
}

/* All of them, also when one fails; the first failure is told. */
static gboolean
flush_all (DroverWindow *self, GError **error)
{
  GListModel *session = G_LIST_MODEL (self->session);
  gboolean flushed = TRUE;

  for (guint i = 0; i < g_list_model_get_n_items (session); i++)
    {
      g_autoptr (DroverRun) run = g_list_model_get_item (session, i);

      if (!_drover_window_flush (run, flushed ? error : NULL))
        flushed = FALSE;
    }

  return flushed;
}

static void
destroy_cb (gpointer user_data)
{
  g_autoptr (GtkWindow) window = user_data;

  gtk_window_destroy (window);
}

/* The dialog that asks still has to close in the window. */
static void
response_cb (DroverWindow *self, const char *response)
{
  g_assert (DROVER_IS_WINDOW (self));

  if (g_str_equal (response, "close"))
    g_idle_add_once (destroy_cb, g_object_ref (self));
}

static void
ask (DroverWindow *self, const char *why)
{
  AdwDialog *dialog = adw_alert_dialog_new (_("Close Without Saving?"), why);
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (dialog);

  adw_alert_dialog_add_responses (alert, "cancel", _("_Cancel"), "close", _("Close _Anyway"), NULL);
  adw_alert_dialog_set_response_appearance (alert, "close", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (alert, "cancel");
  adw_alert_dialog_set_close_response (alert, "cancel");
  g_signal_connect_object (alert, "response", G_CALLBACK (response_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

/**
 * drover_window_save:
 *
 * Writes what was typed and still waits for a pause. Where that fails, the window asks whether it
 * is to close all the same.
 *
 * Returns: whether all is written, so that the window may go
 */
gboolean
drover_window_save (DroverWindow *self)
{
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (DROVER_IS_WINDOW (self), FALSE);

  if (flush_all (self, &error))
    return TRUE;

  ask (self, error->message);
  return FALSE;
}

static DexFuture *
settled_cb (DexFuture *future, gpointer user_data)
{
  DROVER_WINDOW (user_data)->quitting = FALSE;
  return dex_ref (future);
}

/**
 * drover_window_settle_quit:
 *
 * Settles what becomes of the machines that run, see drover_quit_settle(). Once at a time.
 *
 * Returns: (transfer full): a future that is resolved when the window may go
 */
DexFuture *
drover_window_settle_quit (DroverWindow *self)
{
  GSettings *settings = drover_application_get_settings (self->application);

  dex_return_error_if_fail (DROVER_IS_WINDOW (self));

  if (self->quitting)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_PENDING, "Drover asks already");

  self->quitting = TRUE;
  return dex_future_finally (drover_quit_settle (GTK_WIDGET (self), self->session, settings),
                             settled_cb, g_object_ref (self), g_object_unref);
}

static DexFuture *
close_cb (DexFuture *future, gpointer user_data)
{
  g_idle_add_once (destroy_cb, g_object_ref (user_data));
  return dex_future_new_true ();
}

/* The app goes with its window, so closing that is quitting. */
static gboolean
is_held_by_machines (DroverWindow *self)
{
  if (!drover_quit_has_questions (self->session,
                                  drover_application_get_settings (self->application)))
    return FALSE;

  drover_dex_forget (dex_future_then (drover_window_settle_quit (self), close_cb,
                                      g_object_ref (self), g_object_unref));
  return TRUE;
}

static gboolean
close_request (GtkWindow *window)
{
  GtkWindowClass *parent_class =
    GTK_WINDOW_CLASS (g_type_class_peek_static (g_type_parent (DROVER_TYPE_WINDOW)));

  return !drover_window_save (DROVER_WINDOW (window)) ||
         is_held_by_machines (DROVER_WINDOW (window)) || parent_class->close_request (window);
}

void
_drover_window_install_close (GtkWidgetClass *widget_class)
{
  GTK_WINDOW_CLASS (widget_class)->close_request = close_request;
}
