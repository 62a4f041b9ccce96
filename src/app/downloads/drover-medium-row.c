/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-media-users.h"
#include "drover-medium-row.h"

/* A medium of the library, and all that is on record of it. */
struct _DroverMediumRow
{
  AdwExpanderRow parent_instance;

  DroverMedia *media;
  DroverLibrary *library;
  DroverMedium *medium;

  AdwActionRow *file;
  AdwActionRow *source;
  AdwActionRow *check;
  AdwActionRow *sum;
  AdwActionRow *users;
  AdwPreferencesRow *remove;
};

G_DEFINE_FINAL_TYPE (DroverMediumRow, drover_medium_row, ADW_TYPE_EXPANDER_ROW)

static char *
dup_users (DroverMediumRow *self)
{
  g_auto (GStrv) users = drover_media_users_list (self->library, self->medium);

  /* Translators: puts the names of machines one behind the other */
  return users[0] != NULL ? g_strjoinv (_(", "), users) : NULL;
}

static void
show_users (DroverMediumRow *self)
{
  g_autofree char *users = dup_users (self);

  adw_action_row_set_subtitle (self->users, users != NULL ? users : _("No machine"));
}

static const char *
get_short_check (DroverMedium *medium)
{
  switch (drover_medium_get_check (medium))
    {
    case DROVER_MEDIUM_CHECK_SIGNATURE:
      return _("signature checked");
    case DROVER_MEDIUM_CHECK_CHECKSUM:
      return _("checksum only");
    case DROVER_MEDIUM_CHECK_NONE:
    default:
      return _("not checked");
    }
}

static void
show_state (DroverMediumRow *self)
{
  g_autofree char *size = g_format_size (drover_medium_get_size (self->medium));
  g_autofree char *subtitle = NULL;

  switch (drover_medium_get_state (self->medium))
    {
    case DROVER_MEDIUM_STATE_MISSING:
      adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), _("The file is gone"));
      gtk_widget_add_css_class (GTK_WIDGET (self), "error");
      break;
    case DROVER_MEDIUM_STATE_CHANGED:
      adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), _("The file has changed since"));
      gtk_widget_add_css_class (GTK_WIDGET (self), "error");
      break;
    case DROVER_MEDIUM_STATE_OK:
    default:
      subtitle = g_strdup_printf ("%s · %s", size, get_short_check (self->medium));
      adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), subtitle);
    }
}

static void
show (DroverMediumRow *self)
{
  const char *source = drover_medium_get_source (self->medium);
  g_autofree char *check = drover_medium_dup_check_text (self->medium);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self),
                                 drover_medium_get_title (self->medium));
  adw_action_row_set_subtitle (self->file, drover_medium_get_path (self->medium));
  adw_action_row_set_subtitle (self->source, source != NULL ? source : _("This computer"));
  adw_action_row_set_subtitle (self->check, check);
  adw_action_row_set_subtitle (self->sum, drover_medium_get_sha256 (self->medium));
  adw_preferences_row_set_title (self->remove, drover_media_owns_file (self->media, self->medium)
                                                 ? _("Move to _Bin") : _("Remove From _List"));
  show_state (self);
  show_users (self);
}

static void
expanded_cb (DroverMediumRow *self)
{
  if (self->medium != NULL)
    show_users (self);
}

static void
remove_medium (DroverMediumRow *self)
{
  g_autoptr (GError) error = NULL;

  if (!drover_media_remove (self->media, self->medium, TRUE, &error))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
}

static void
answered_cb (AdwAlertDialog *dialog, const char *response, DroverMediumRow *self)
{
  if (g_str_equal (response, "remove"))
    remove_medium (self);
}

/* Without the file the machines that have it do not start: that is to be known before. */
static void
remove_cb (DroverMediumRow *self)
{
  g_autofree char *users = dup_users (self);
  AdwDialog *dialog;

  if (users == NULL)
    {
      remove_medium (self);
      return;
    }

  dialog = adw_alert_dialog_new (_("Remove a Medium in Use?"), NULL);
  adw_alert_dialog_format_body (ADW_ALERT_DIALOG (dialog),
                                _("“%s” is used by %s, which may not start without it."),
                                drover_medium_get_title (self->medium), users);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "remove",
                                  _("_Remove"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "remove",
                                            ADW_RESPONSE_DESTRUCTIVE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (answered_cb), self, G_CONNECT_DEFAULT);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
drover_medium_row_dispose (GObject *object)
{
  DroverMediumRow *self = DROVER_MEDIUM_ROW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), DROVER_TYPE_MEDIUM_ROW);
  g_clear_object (&self->media);
  g_clear_object (&self->library);
  g_clear_object (&self->medium);

  G_OBJECT_CLASS (drover_medium_row_parent_class)->dispose (object);
}

static void
drover_medium_row_class_init (DroverMediumRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_medium_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               RESOURCE_PATH "/downloads/drover-medium-row.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverMediumRow, file);
  gtk_widget_class_bind_template_child (widget_class, DroverMediumRow, source);
  gtk_widget_class_bind_template_child (widget_class, DroverMediumRow, check);
  gtk_widget_class_bind_template_child (widget_class, DroverMediumRow, sum);
  gtk_widget_class_bind_template_child (widget_class, DroverMediumRow, users);
  gtk_widget_class_bind_template_child (widget_class, DroverMediumRow, remove);
  gtk_widget_class_bind_template_callback (widget_class, expanded_cb);
  gtk_widget_class_bind_template_callback (widget_class, remove_cb);
}

static void
drover_medium_row_init (DroverMediumRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * drover_medium_row_new:
 * @media: what @medium is in
 * @library: the machines that may use it
 * @medium: what to show
 *
 * Returns: (transfer floating): a row
 */
GtkWidget *
drover_medium_row_new (DroverMedia *media, DroverLibrary *library, DroverMedium *medium)
{
  DroverMediumRow *self = g_object_new (DROVER_TYPE_MEDIUM_ROW, NULL);

  self->media = g_object_ref (media);
  self->library = g_object_ref (library);
  self->medium = g_object_ref (medium);
  show (self);
  return GTK_WIDGET (self);
}
