/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-agent-run.h"
#include "drover-dex.h"
#include "drover-restart.h"
#include "drover-trouble-bar.h"

/* What must be known of a guest: what went wrong, why, and what helps; that nothing is kept of
 * what it writes, and that it starts again by itself. */
struct _DroverTroubleBar
{
  GtkBox parent_instance;

  DroverRun *run;

  AdwBanner *disposable;
  AdwBanner *restart;
  GtkWidget *revealer;
  GtkLabel *title;
  GtkLabel *text;
  GtkWidget *remedy;
  GtkWidget *agent;
  GtkWidget *log;
};

G_DEFINE_FINAL_TYPE (DroverTroubleBar, drover_trouble_bar, GTK_TYPE_BOX)

/* What most likely helps, as a button. */
static const struct
{
  DroverTroubleKind kind;
  const char *label;
  const char *action;
} remedies[] = {
  { DROVER_TROUBLE_PANIC, N_("Rese_t"), "win.reset" },
  { DROVER_TROUBLE_INTERNAL_ERROR, N_("Rese_t"), "win.reset" },
  { DROVER_TROUBLE_WATCHDOG, N_("_Resume"), "win.resume" },
  { DROVER_TROUBLE_IO_ERROR, N_("_Resume"), "win.resume" },
  { DROVER_TROUBLE_NO_SPACE, N_("_Resume"), "win.resume" },
  { DROVER_TROUBLE_NO_ANSWER, N_("_Force Off…"), "win.force-off" },
};

static void
update_remedy (DroverTroubleBar *self, DroverTrouble *trouble)
{
  const char *label = _("_Start");
  const char *action = "win.start";

  for (guint i = 0; !drover_run_is_off (self->run) && i < G_N_ELEMENTS (remedies); i++)
    if (remedies[i].kind == trouble->kind)
      {
        label = _(remedies[i].label);
        action = remedies[i].action;
      }

  gtk_button_set_label (GTK_BUTTON (self->remedy), label);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->remedy), action);
  /* A watchdog may have let the guest run on. */
  gtk_widget_set_visible (self->remedy, trouble->kind != DROVER_TROUBLE_WATCHDOG ||
                                          !drover_run_is_running (self->run));
}

/* A guest that does not know the power button may still listen to its agent. */

static DexFuture *
agent_cb (DexFuture *future, gpointer user_data)
{
  DroverTroubleBar *self = user_data;
  DroverTrouble *trouble = self->run != NULL ? drover_run_get_trouble (self->run) : NULL;

  gtk_widget_set_visible (self->agent, trouble != NULL &&
                                         trouble->kind == DROVER_TROUBLE_NO_ANSWER &&
                                         g_value_get_boolean (dex_future_get_value (future, NULL)));
  return dex_future_new_true ();
}

static void
update_agent (DroverTroubleBar *self, DroverTrouble *trouble)
{
  if (trouble->kind != DROVER_TROUBLE_NO_ANSWER || !drover_run_is_live (self->run))
    gtk_widget_set_visible (self->agent, FALSE);
  else
    drover_dex_forget (dex_future_then (drover_run_is_agent_there (self->run), agent_cb,
                                        g_object_ref (self), g_object_unref));
}

static DexFuture *
ask_agent_fiber (gpointer user_data)
{
  DroverTroubleBar *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!dex_await (drover_run_shut_down_by_agent (self->run), &error))
    gtk_label_set_label (self->text, error->message);
  gtk_widget_set_sensitive (self->agent, TRUE);
  return dex_future_new_true ();
}

static void
ask_agent (DroverTroubleBar *self)
{
  gtk_widget_set_sensitive (self->agent, FALSE);
  drover_dex_forget (drover_dex_spawn (ask_agent_fiber, g_object_ref (self), g_object_unref));
}

static void
update (DroverTroubleBar *self)
{
  DroverTrouble *trouble = drover_run_get_trouble (self->run);
  /* The page of a failure says it all. */
  gboolean shown = trouble != NULL && !(drover_run_is_off (self->run) &&
                                        drover_run_get_error (self->run) != NULL);

  adw_banner_set_revealed (self->disposable, drover_run_is_disposable (self->run));
  adw_banner_set_revealed (self->restart,
                           drover_restart_is_pending (drover_restart_get_for_run (self->run)));
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), shown);
  gtk_widget_set_visible (self->revealer, shown);
  if (shown)
    {
      g_autofree char *text = drover_trouble_dup_text (trouble);

      gtk_label_set_label (self->title, trouble->title);
      gtk_label_set_label (self->text, text);
      update_remedy (self, trouble);
      update_agent (self, trouble);
      gtk_widget_set_visible (self->log, trouble->kind == DROVER_TROUBLE_INTERNAL_ERROR);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->revealer),
                                      GTK_ACCESSIBLE_PROPERTY_LABEL, trouble->title,
                                      GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
    }
}

static void
drover_trouble_bar_dispose (GObject *object)
{
  g_clear_object (&DROVER_TROUBLE_BAR (object)->run);

  G_OBJECT_CLASS (drover_trouble_bar_parent_class)->dispose (object);
}

static void
drover_trouble_bar_class_init (DroverTroubleBarClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_trouble_bar_dispose;
}

static GtkLabel *
new_label (const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return GTK_LABEL (label);
}

/* One below the other where they do not fit side by side. */
static GtkWidget *
new_buttons (DroverTroubleBar *self)
{
  GtkWidget *box = adw_wrap_box_new ();

  self->remedy = gtk_button_new_with_mnemonic ("");
  self->log = gtk_button_new_with_mnemonic (_("QEMU’s _Messages"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->log), "win.show-log");
  self->agent = gtk_button_new_with_mnemonic (_("Ask the Guest _Agent"));
  gtk_widget_set_tooltip_text (self->agent, _("Let the guest shut itself down by its agent"));
  gtk_widget_set_visible (self->agent, FALSE);
  g_signal_connect_object (self->agent, "clicked", G_CALLBACK (ask_agent), self,
                           G_CONNECT_SWAPPED);
  adw_wrap_box_append (ADW_WRAP_BOX (box), self->agent);
  adw_wrap_box_append (ADW_WRAP_BOX (box), self->remedy);
  adw_wrap_box_append (ADW_WRAP_BOX (box), self->log);
  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (box), 6);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (box), 6);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  return box;
}

static GtkWidget *
new_close_button (void)
{
  GtkWidget *close = gtk_button_new_from_icon_name ("window-close-symbolic");

  gtk_widget_add_css_class (close, "flat");
  gtk_widget_set_valign (close, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (close, _("Close"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (close), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Close"), -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (close), "win.dismiss-trouble");
  return close;
}

/* The buttons go below the text where both do not fit side by side. */
static GtkWidget *
new_bar (DroverTroubleBar *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-warning-symbolic");
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *wrap = adw_wrap_box_new ();

  gtk_accessible_update_state (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_widget_set_margin_top (icon, 6);
  self->title = new_label ("heading");
  self->text = new_label (NULL);
  gtk_label_set_selectable (self->text, TRUE);
  gtk_box_append (GTK_BOX (texts), GTK_WIDGET (self->title));
  gtk_box_append (GTK_BOX (texts), GTK_WIDGET (self->text));
  gtk_widget_set_size_request (texts, 200, -1);
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_hexpand (wrap, TRUE);
  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (wrap), 12);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (wrap), 6);
  adw_wrap_box_append (ADW_WRAP_BOX (wrap), texts);
  adw_wrap_box_append (ADW_WRAP_BOX (wrap), new_buttons (self));

  gtk_box_append (GTK_BOX (bar), icon);
  gtk_box_append (GTK_BOX (bar), wrap);
  gtk_box_append (GTK_BOX (bar), new_close_button ());
  gtk_widget_add_css_class (bar, "trouble-bar");
  return bar;
}

static void
drop_restart (DroverTroubleBar *self)
{
  drover_restart_drop (drover_restart_get_for_run (self->run));
}

static void
drover_trouble_bar_init (DroverTroubleBar *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  self->disposable = ADW_BANNER (
    adw_banner_new (_("Nothing is kept: what this guest writes to its disks goes when it is off.")));
  self->restart =
    ADW_BANNER (adw_banner_new (_("When the guest has shut down, the machine starts again.")));
  adw_banner_set_button_label (self->restart, _("Let It _Stay Off"));
  g_signal_connect_object (self->restart, "button-clicked", G_CALLBACK (drop_restart), self,
                           G_CONNECT_SWAPPED);
  self->revealer = g_object_new (GTK_TYPE_REVEALER, "accessible-role", GTK_ACCESSIBLE_ROLE_ALERT,
                                 "visible", FALSE, NULL);
  gtk_revealer_set_child (GTK_REVEALER (self->revealer), new_bar (self));
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->disposable));
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->restart));
  gtk_box_append (GTK_BOX (self), self->revealer);
}

/**
 * drover_trouble_bar_set_run:
 * @run: the run of a machine; to be called once
 *
 * Follows what is wrong with its guest.
 */
void
drover_trouble_bar_set_run (DroverTroubleBar *self, DroverRun *run)
{
  g_return_if_fail (DROVER_IS_TROUBLE_BAR (self));
  g_return_if_fail (self->run == NULL);

  self->run = g_object_ref (run);
  g_signal_connect_object (run, "notify::trouble", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (run, "notify::state", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drover_restart_get_for_run (run), "changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);
}
