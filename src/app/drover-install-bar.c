/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-install-bar.h"

/* How far the installation of a machine's system is, and what became of it. */
struct _DroverInstallBar
{
  AdwBin parent_instance;

  DroverInstall *install;
  gboolean seen;   /* it went on while somebody looked, so its end is news */
  gboolean closed;

  GtkWidget *revealer;
  GtkWidget *icon;
  GtkLabel *label;
  GtkWidget *progress;
  GtkWidget *buttons; /* what one can do with the new system */
  GtkWidget *close;
};

G_DEFINE_FINAL_TYPE (DroverInstallBar, drover_install_bar, ADW_TYPE_BIN)

static char *
dup_progress_text (DroverInstallBar *self)
{
  const char *text = drover_install_get_text (self->install);
  double fraction = drover_install_get_fraction (self->install);

  if (drover_install_get_asking (self->install))
    return g_strdup (_("The installer asks something: answer on the console"));
  if (text == NULL || *text == '\0')
    return g_strdup (_("Installing…"));
  if (fraction < 0)
    return g_strdup_printf (_("Installing: %s"), text);
  return g_strdup_printf (_("Installing: %s, %d %%"), text, (int) (fraction * 100 + 0.5));
}

static char *
dup_end_text (DroverInstallBar *self, DroverInstallState state)
{
  const char *text = drover_install_get_text (self->install);
  const char *error = drover_install_get_error (self->install);

  if (state == DROVER_INSTALL_STATE_FAILED && error != NULL)
    return g_strdup (error);
  if (text != NULL && *text != '\0')
    return g_strdup (text);
  return g_strdup (state == DROVER_INSTALL_STATE_FINISHED
                     ? _("Installed. The installer’s medium was taken out.")
                     : _("The installation failed."));
}

static void
update (DroverInstallBar *self)
{
  DroverInstallState state = drover_install_get_state (self->install);
  gboolean runs = state == DROVER_INSTALL_STATE_RUNNING;
  gboolean failed = state == DROVER_INSTALL_STATE_FAILED;
  gboolean finished = state == DROVER_INSTALL_STATE_FINISHED;
  double fraction = drover_install_get_fraction (self->install);
  g_autofree char *text = NULL;

  if (runs)
    {
      self->seen = TRUE;
      self->closed = FALSE;
    }
  text = runs ? dup_progress_text (self) : dup_end_text (self, state);
  gtk_label_set_label (self->label, text);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), failed ? "dialog-warning-symbolic"
                                                        : finished ? "object-select-symbolic"
                                                                   : "folder-download-symbolic");
  gtk_widget_set_visible (self->progress, runs && fraction >= 0);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), MAX (fraction, 0));
  gtk_widget_set_visible (self->buttons, finished);
  gtk_widget_set_visible (self->close, !runs);
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer),
                                 runs || (!self->closed && (failed || (finished && self->seen))));
  gtk_widget_set_visible (GTK_WIDGET (self), runs || failed || finished);
}

static void
close_cb (DroverInstallBar *self)
{
  g_assert (DROVER_IS_INSTALL_BAR (self));

  self->closed = TRUE;
  update (self);
}

static void
drover_install_bar_dispose (GObject *object)
{
  DroverInstallBar *self = DROVER_INSTALL_BAR (object);

  g_clear_object (&self->install);

  G_OBJECT_CLASS (drover_install_bar_parent_class)->dispose (object);
}

static void
drover_install_bar_class_init (DroverInstallBarClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_install_bar_dispose;
}

static void
add_button (GtkWidget *box, const char *label, const char *action)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  /* Nothing leads into a machine that is off. */
  g_object_bind_property (button, "sensitive", button, "visible", G_BINDING_SYNC_CREATE);
  adw_wrap_box_append (ADW_WRAP_BOX (box), button);
}

/* Below the text and one below the other where it is narrow. */
static GtkWidget *
create_buttons (void)
{
  GtkWidget *box = adw_wrap_box_new ();

  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (box), 6);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (box), 6);
  add_button (box, _("Open _Terminal"), "win.show-terminal");
  add_button (box, _("Connect by _SSH"), "win.connect-ssh");
  return box;
}

static GtkWidget *
create_box (DroverInstallBar *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->icon = gtk_image_new ();
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  self->label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->label, TRUE);
  gtk_label_set_xalign (self->label, 0);
  self->progress = gtk_progress_bar_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->progress), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Installation"), -1);
  gtk_box_append (GTK_BOX (texts), GTK_WIDGET (self->label));
  gtk_box_append (GTK_BOX (texts), self->progress);
  self->buttons = create_buttons ();
  gtk_box_append (GTK_BOX (texts), self->buttons);
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);

  self->close = gtk_button_new_from_icon_name ("window-close-symbolic");
  gtk_widget_add_css_class (self->close, "flat");
  gtk_widget_set_valign (self->close, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (self->close, _("Close"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->close), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Close"), -1);
  g_signal_connect_object (self->close, "clicked", G_CALLBACK (close_cb), self, G_CONNECT_SWAPPED);

  gtk_box_append (GTK_BOX (box), self->icon);
  gtk_box_append (GTK_BOX (box), texts);
  gtk_box_append (GTK_BOX (box), self->close);
  gtk_widget_add_css_class (box, "install-bar");
  return box;
}

static void
drover_install_bar_init (DroverInstallBar *self)
{
  self->revealer = gtk_revealer_new ();
  gtk_revealer_set_child (GTK_REVEALER (self->revealer), create_box (self));
  adw_bin_set_child (ADW_BIN (self), self->revealer);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

/**
 * drover_install_bar_set_run:
 * @run: the run of a machine; to be called once
 *
 * Follows the installation of the machine's system, if there is one.
 */
void
drover_install_bar_set_run (DroverInstallBar *self, DroverRun *run)
{
  g_return_if_fail (DROVER_IS_INSTALL_BAR (self));
  g_return_if_fail (self->install == NULL);

  self->install = g_object_ref (drover_install_get_for_run (run));
  g_signal_connect_object (self->install, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}
