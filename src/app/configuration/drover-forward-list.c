/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-forward-dialog.h"
#include "drover-forward-list.h"

/* The port forwards of one user-mode network, a row each. */
struct _DroverForwardList
{
  AdwPreferencesRow parent_instance;

  DroverConfig *config;
  int argument; /* of the backend */
  int editing;  /* which one is in the dialog; -1 for a new one */

  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (DroverForwardList, drover_forward_list, ADW_TYPE_PREFERENCES_ROW)

static GPtrArray *
list_forwards (DroverForwardList *self)
{
  GPtrArray *arguments = drover_config_get_arguments (self->config);

  if (arguments == NULL || self->argument < 0 || self->argument >= (int) arguments->len)
    return g_ptr_array_new ();

  return drover_forwards_list (arguments, self->argument);
}

static void
apply (DroverForwardList *self, GPtrArray *arguments, const char *label, GError *error)
{
  if (arguments != NULL)
    drover_config_apply (self->config, arguments, label, NULL);
  else
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
      g_error_free (error);
    }
}

static void
apply_cb (DroverForwardDialog *dialog, DroverForwardList *self)
{
  GPtrArray *arguments = drover_config_get_arguments (self->config);
  g_autoptr (GPtrArray) now = list_forwards (self);
  GError *error = NULL;
  g_autoptr (DroverForward) forward = drover_forward_dialog_dup_forward (dialog, &error);
  g_autoptr (GPtrArray) changed = NULL;
  gboolean is_new = self->editing < 0;

  g_assert (DROVER_IS_FORWARD_LIST (self));

  if (forward != NULL && is_new)
    changed = drover_forwards_add (arguments, self->argument, forward, &error);
  else if (forward != NULL && self->editing < (int) now->len)
    changed =
      drover_forwards_change (arguments, self->argument, self->editing, forward, &error);
  else if (forward != NULL)
    return; /* it was removed meanwhile, by somebody else */

  apply (self, changed, is_new ? _("Add port forward") : _("Edit port forward"), error);
}

static void
open_dialog (DroverForwardList *self, int editing)
{
  GPtrArray *forwards = list_forwards (self);
  DroverForwardDialog *dialog = drover_forward_dialog_new (
    editing >= 0 && editing < (int) forwards->len ? forwards->pdata[editing] : NULL, forwards);

  self->editing = editing;
  g_signal_connect_object (dialog, "apply", G_CALLBACK (apply_cb), self, G_CONNECT_DEFAULT);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
}

static void
add_cb (DroverForwardList *self)
{
  g_assert (DROVER_IS_FORWARD_LIST (self));

  open_dialog (self, -1);
}

static int
get_place (GtkWidget *button)
{
  GtkWidget *row = gtk_widget_get_ancestor (button, GTK_TYPE_LIST_BOX_ROW);

  return gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row));
}

static void
edit_cb (GtkWidget *button, DroverForwardList *self)
{
  g_assert (DROVER_IS_FORWARD_LIST (self));

  open_dialog (self, get_place (button));
}

static void
remove_cb (GtkWidget *button, DroverForwardList *self)
{
  GError *error = NULL;
  g_autoptr (GPtrArray) changed =
    drover_forwards_remove (drover_config_get_arguments (self->config), self->argument,
                            get_place (button), &error);

  g_assert (DROVER_IS_FORWARD_LIST (self));

  apply (self, changed, _("Remove port forward"), error);
}

static void
add_button (DroverForwardList *self, GtkWidget *row, const char *icon, const char *name,
            GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_DEFAULT);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
}

static char *
dup_end (const char *address, const char *port)
{
  return *address != '\0' ? g_strdup_printf ("%s:%s", address, port) : g_strdup (port);
}

static void
add_row (DroverForwardList *self, const DroverForward *forward)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  if (forward->readable)
    {
      gboolean is_unix = g_str_equal (forward->protocol, "unix");
      g_autofree char *host = is_unix ? g_strdup (forward->host_address)
                                      : dup_end (forward->host_address, forward->host_port);
      g_autofree char *guest = dup_end (forward->guest_address, forward->guest_port);
      g_autofree char *title = g_strdup_printf ("%s → %s", host, guest);
      g_autofree char *protocol =
        g_ascii_strup (*forward->protocol != '\0' ? forward->protocol : "tcp", -1);

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), is_unix ? _("Unix socket") : protocol);
      add_button (self, row, "document-edit-symbolic", _("Edit Port Forward…"),
                  G_CALLBACK (edit_cb));
    }
  else
    {
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), forward->text);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row),
                                   _("Drover cannot read it; it is kept as it is"));
    }
  add_button (self, row, "user-trash-symbolic", _("Remove Port Forward"), G_CALLBACK (remove_cb));
  gtk_list_box_append (self->list, row);
}

/**
 * drover_forward_list_update:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @argument: index of a network backend, or -1
 *
 * Shows its forwards, when it can have any.
 */
void
drover_forward_list_update (DroverForwardList *self, GPtrArray *arguments, int argument)
{
  gboolean possible = argument >= 0 && drover_forwards_possible (arguments, argument);
  g_autoptr (GPtrArray) forwards = NULL;

  self->argument = argument;
  gtk_widget_set_visible (GTK_WIDGET (self), possible);
  gtk_list_box_remove_all (self->list);
  if (!possible)
    return;

  forwards = drover_forwards_list (arguments, argument);
  for (guint i = 0; i < forwards->len; i++)
    add_row (self, forwards->pdata[i]);
  gtk_widget_set_visible (GTK_WIDGET (self->list), forwards->len > 0);
}

static void
drover_forward_list_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_FORWARD_LIST);
  g_clear_object (&DROVER_FORWARD_LIST (object)->config);

  G_OBJECT_CLASS (drover_forward_list_parent_class)->dispose (object);
}

static void
drover_forward_list_class_init (DroverForwardListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_forward_list_dispose;

  gtk_widget_class_set_template_from_resource (
    widget_class, RESOURCE_PATH "/configuration/drover-forward-list.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverForwardList, list);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
}

static void
drover_forward_list_init (DroverForwardList *self)
{
  self->argument = -1;
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * drover_forward_list_new:
 *
 * Returns: (transfer floating): an empty list, see drover_forward_list_update()
 */
GtkWidget *
drover_forward_list_new (DroverConfig *config)
{
  DroverForwardList *self = g_object_new (DROVER_TYPE_FORWARD_LIST, NULL);

  self->config = g_object_ref (config);
  return GTK_WIDGET (self);
}
