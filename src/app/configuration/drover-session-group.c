/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-autostart.h"
#include "drover-session-group.h"

/* What the beginning and the end of the user's session mean for a machine. */

typedef struct
{
  DroverConfig *config;
  GtkWidget *group; /* which has us */
  AdwSwitchRow *start;
  AdwSwitchRow *end;
  gboolean showing;
} Session;

static DroverEditor *
get_editor (Session *self)
{
  return drover_config_get_editor (self->config);
}

static void
update (Session *self)
{
  DroverMachine *machine = drover_editor_get_machine (get_editor (self));
  DroverDocument *document = drover_editor_get_document (get_editor (self));
  g_autofree char *file = drover_autostart_dup_file (machine);
  g_autofree char *text = NULL;

  if (document == NULL)
    return;

  text = file != NULL ? g_strdup (file)
                      : g_strdup (_("The machine is started when you log in, also without the "
                                    "window"));
  self->showing = TRUE;
  adw_switch_row_set_active (self->start, file != NULL);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->start), text);
  adw_switch_row_set_active (self->end, drover_session_end_shuts_down (document));
  self->showing = FALSE;
}

static void
group_update_cb (GtkWidget *group)
{
  update (g_object_get_data (G_OBJECT (group), "session"));
}

static DexFuture *
set_cb (DexFuture *future, gpointer user_data)
{
  GtkWidget *group = user_data;
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    gtk_widget_activate_action (group, "win.toast", "s", error->message);
  group_update_cb (group);
  return dex_future_new_true ();
}

static void
start_cb (Session *self)
{
  DroverMachine *machine = drover_editor_get_machine (get_editor (self));

  if (!self->showing)
    dex_future_disown (
      dex_future_finally (drover_autostart_set (machine, adw_switch_row_get_active (self->start)),
                          set_cb, g_object_ref (self->group), g_object_unref));
}

static void
end_cb (Session *self)
{
  DroverDocument *document = drover_editor_get_document (get_editor (self));
  g_autoptr (DroverDocument) changed = NULL;
  g_autoptr (GError) error = NULL;

  if (self->showing || document == NULL)
    return;

  changed = drover_session_end_with (document, adw_switch_row_get_active (self->end));
  if (!drover_editor_apply (get_editor (self), changed, _("End of the session"), NULL, &error))
    gtk_widget_activate_action (self->group, "win.toast", "s", error->message);
}

static AdwSwitchRow *
add_row (Session *self, const char *title, const char *subtitle, GCallback callback)
{
  GtkWidget *row = adw_switch_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  g_signal_connect_swapped (row, "notify::active", callback, self);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), row);
  return ADW_SWITCH_ROW (row);
}

/**
 * drover_session_group_new:
 *
 * Returns: (transfer floating): a group of rows
 */
GtkWidget *
drover_session_group_new (DroverConfig *config)
{
  Session *self = g_new0 (Session, 1);

  self->config = config;
  self->showing = TRUE;
  self->group = adw_preferences_group_new ();
  g_object_set_data_full (G_OBJECT (self->group), "session", self, g_free);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->group), _("Your Session"));
  self->start = add_row (self, _("Start with the session"), NULL, G_CALLBACK (start_cb));
  self->end = add_row (self, _("Shut down with the session"),
                       _("Logging out, or shutting this computer down, waits for the guest, and "
                         "presses its power button when it does not wait any longer"),
                       G_CALLBACK (end_cb));
  g_signal_connect_object (config, "changed", G_CALLBACK (group_update_cb), self->group,
                           G_CONNECT_SWAPPED);
  /* droverctl may have changed it. */
  g_signal_connect (self->group, "map", G_CALLBACK (group_update_cb), NULL);
  update (self);
  return self->group;
}
