/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-forward-dialog.h"
#include "drover-host-port.h"

/* One port forward. What cannot be is said at once; what may not work now is only a warning,
 * for the port may be free when the machine starts. */
struct _DroverForwardDialog
{
  AdwDialog parent_instance;

  char *was; /* the text of the one that is edited; NULL for a new one */
  GPtrArray *others;

  AdwComboRow *protocol;
  GtkEditable *host_address;
  GtkEditable *host_port;
  GtkEditable *guest_address;
  GtkEditable *guest_port;
  GtkLabel *message;
  GtkLabel *argument;
  GtkWidget *apply;
};

G_DEFINE_FINAL_TYPE (DroverForwardDialog, drover_forward_dialog, ADW_TYPE_DIALOG)

enum
{
  APPLY,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* In the order of the combo row. */
static const char *const protocols[] = { "tcp", "udp", "unix" };

static const char *
get_protocol (DroverForwardDialog *self)
{
  return protocols[MIN (adw_combo_row_get_selected (self->protocol),
                        G_N_ELEMENTS (protocols) - 1)];
}

static gboolean
is_empty (DroverForwardDialog *self)
{
  gboolean is_unix = g_str_equal (get_protocol (self), "unix");

  return *gtk_editable_get_text (is_unix ? self->host_address : self->host_port) == '\0' ||
         *gtk_editable_get_text (self->guest_port) == '\0';
}

static const DroverForward *
find_rival (DroverForwardDialog *self, const DroverForward *forward)
{
  for (guint i = 0; i < self->others->len; i++)
    {
      const DroverForward *other = self->others->pdata[i];

      if (other->readable && g_strcmp0 (other->text, self->was) != 0 &&
          g_str_equal (other->host_port, forward->host_port) && *forward->host_port != '\0' &&
          g_str_equal (*other->protocol != '\0' ? other->protocol : "tcp", forward->protocol) &&
          g_str_equal (other->host_address, forward->host_address))
        return other;
    }

  return NULL;
}

static char *
dup_warning (DroverForwardDialog *self, const DroverForward *forward)
{
  /* What is there already is not listened to by anybody else than this very machine. */
  if (g_strcmp0 (self->was, forward->text) == 0 || g_str_equal (forward->protocol, "unix"))
    return NULL;
  if (find_rival (self, forward) != NULL)
    return g_strdup (_("Another port forward of this card has the same port."));

  return drover_host_port_dup_warning (forward->protocol, forward->host_address,
                                       forward->host_port);
}

static void
show_message (DroverForwardDialog *self, const char *text, const char *css_class)
{
  gtk_widget_remove_css_class (GTK_WIDGET (self->message), "error");
  gtk_widget_remove_css_class (GTK_WIDGET (self->message), "warning");
  if (css_class != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->message), css_class);
  gtk_label_set_label (self->message, text != NULL ? text : "");
}

static void
changed_cb (DroverForwardDialog *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverForward) forward = NULL;
  g_autofree char *argument = NULL;
  g_autofree char *warning = NULL;
  gboolean is_unix = g_str_equal (get_protocol (self), "unix");

  g_assert (DROVER_IS_FORWARD_DIALOG (self));

  gtk_widget_set_visible (GTK_WIDGET (self->host_port), !is_unix);
  adw_preferences_row_set_title (
    ADW_PREFERENCES_ROW (self->host_address),
    is_unix ? _("Path of the socket") : _("Address on this computer"));
  if (is_empty (self))
    {
      gtk_widget_set_sensitive (self->apply, FALSE);
      gtk_label_set_label (self->argument, "");
      show_message (self, _("What reaches the port on this computer goes to the one in the guest."),
                    NULL);
      return;
    }

  forward = drover_forward_dialog_dup_forward (self, &error);
  gtk_widget_set_sensitive (self->apply, forward != NULL);
  if (forward == NULL)
    {
      gtk_label_set_label (self->argument, "");
      show_message (self, error->message, "error");
      return;
    }

  argument = g_strdup_printf ("hostfwd=%s", forward->text);
  warning = dup_warning (self, forward);
  gtk_label_set_label (self->argument, argument);
  show_message (self, warning, "warning");
}

static void
apply_cb (DroverForwardDialog *self)
{
  g_assert (DROVER_IS_FORWARD_DIALOG (self));

  g_signal_emit (self, signals[APPLY], 0);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
drover_forward_dialog_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_FORWARD_DIALOG);

  G_OBJECT_CLASS (drover_forward_dialog_parent_class)->dispose (object);
}

static void
drover_forward_dialog_finalize (GObject *object)
{
  DroverForwardDialog *self = DROVER_FORWARD_DIALOG (object);

  g_clear_pointer (&self->was, g_free);
  g_clear_pointer (&self->others, g_ptr_array_unref);

  G_OBJECT_CLASS (drover_forward_dialog_parent_class)->finalize (object);
}

static void
drover_forward_dialog_class_init (DroverForwardDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = drover_forward_dialog_dispose;
  object_class->finalize = drover_forward_dialog_finalize;

  /**
   * DroverForwardDialog::apply:
   *
   * The user wants drover_forward_dialog_dup_forward(). The dialog closes then.
   */
  signals[APPLY] = g_signal_new ("apply", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (
    widget_class, RESOURCE_PATH "/configuration/drover-forward-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverForwardDialog, protocol);
  gtk_widget_class_bind_template_child (widget_class, DroverForwardDialog, host_address);
  gtk_widget_class_bind_template_child (widget_class, DroverForwardDialog, host_port);
  gtk_widget_class_bind_template_child (widget_class, DroverForwardDialog, guest_address);
  gtk_widget_class_bind_template_child (widget_class, DroverForwardDialog, guest_port);
  gtk_widget_class_bind_template_child (widget_class, DroverForwardDialog, message);
  gtk_widget_class_bind_template_child (widget_class, DroverForwardDialog, argument);
  gtk_widget_class_bind_template_child (widget_class, DroverForwardDialog, apply);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, apply_cb);
}

static void
drover_forward_dialog_init (DroverForwardDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
show_forward (DroverForwardDialog *self, const DroverForward *forward)
{
  for (guint i = 0; i < G_N_ELEMENTS (protocols); i++)
    if (g_str_equal (forward->protocol, protocols[i]))
      adw_combo_row_set_selected (self->protocol, i);

  gtk_editable_set_text (self->host_address, forward->host_address);
  gtk_editable_set_text (self->host_port, forward->host_port);
  gtk_editable_set_text (self->guest_address, forward->guest_address);
  gtk_editable_set_text (self->guest_port, forward->guest_port);
}

/**
 * drover_forward_dialog_new:
 * @forward: (nullable): a readable one to edit; %NULL for a new one
 * @others: (transfer full) (element-type DroverForward): all forwards of the card
 *
 * Returns: (transfer floating): a dialog for adw_dialog_present()
 */
DroverForwardDialog *
drover_forward_dialog_new (const DroverForward *forward, GPtrArray *others)
{
  DroverForwardDialog *self = g_object_new (DROVER_TYPE_FORWARD_DIALOG, NULL);

  self->others = others;
  gtk_button_set_label (GTK_BUTTON (self->apply), forward != NULL ? _("_Apply") : _("_Add"));
  if (forward != NULL)
    {
      self->was = g_strdup (forward->text);
      show_forward (self, forward);
    }
  changed_cb (self);
  return self;
}

/**
 * drover_forward_dialog_dup_forward:
 * @error: set to %DROVER_ERROR_ARGUMENT when what is typed cannot be a port forward
 *
 * Returns: (transfer full) (nullable): what is typed
 */
DroverForward *
drover_forward_dialog_dup_forward (DroverForwardDialog *self, GError **error)
{
  return drover_forward_new (get_protocol (self), gtk_editable_get_text (self->host_address),
                             gtk_editable_get_text (self->host_port),
                             gtk_editable_get_text (self->guest_address),
                             gtk_editable_get_text (self->guest_port), error);
}
