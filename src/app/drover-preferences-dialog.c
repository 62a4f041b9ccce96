/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-preferences-dialog.h"

/* The settings of the app itself. (AdwPreferencesDialog wants more width than a phone has.) Those of a machine are its command line. Each row is bound to a
 * key of the schema, which says what it is. */
struct _DroverPreferencesDialog
{
  AdwDialog parent_instance;

  AdwComboRow *on_quit;
  AdwSpinRow *patience;
  AdwSwitchRow *notifications;
};

G_DEFINE_FINAL_TYPE (DroverPreferencesDialog, drover_preferences_dialog,
                     ADW_TYPE_DIALOG)

/* In the order of the rows of the combo box. */
static const char *const on_quit_nicks[] = { "ask", "leave-running", "shut-down" };

static gboolean
nick_to_position (GValue *value, GVariant *variant, gpointer user_data)
{
  for (guint i = 0; i < G_N_ELEMENTS (on_quit_nicks); i++)
    if (g_str_equal (on_quit_nicks[i], g_variant_get_string (variant, NULL)))
      g_value_set_uint (value, i);

  return TRUE;
}

static GVariant *
position_to_nick (const GValue *value, const GVariantType *type, gpointer user_data)
{
  guint position = g_value_get_uint (value);

  return position < G_N_ELEMENTS (on_quit_nicks) ? g_variant_new_string (on_quit_nicks[position])
                                                 : NULL;
}

static void
drover_preferences_dialog_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_PREFERENCES_DIALOG);

  G_OBJECT_CLASS (drover_preferences_dialog_parent_class)->dispose (object);
}

static void
drover_preferences_dialog_class_init (DroverPreferencesDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_preferences_dialog_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               RESOURCE_PATH "/drover-preferences-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverPreferencesDialog, on_quit);
  gtk_widget_class_bind_template_child (widget_class, DroverPreferencesDialog, patience);
  gtk_widget_class_bind_template_child (widget_class, DroverPreferencesDialog, notifications);
}

static void
drover_preferences_dialog_init (DroverPreferencesDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * drover_preferences_dialog_new:
 * @settings: those of the app, see drover_application_get_settings()
 *
 * Returns: (transfer floating): the dialog; what is changed in it counts at once
 */
AdwDialog *
drover_preferences_dialog_new (GSettings *settings)
{
  DroverPreferencesDialog *self = g_object_new (DROVER_TYPE_PREFERENCES_DIALOG, NULL);

  g_settings_bind_with_mapping (settings, "on-quit", self->on_quit, "selected",
                                G_SETTINGS_BIND_DEFAULT, nick_to_position, position_to_nick, NULL,
                                NULL);
  g_settings_bind (settings, "shut-down-patience", self->patience, "value",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "notifications", self->notifications, "active",
                   G_SETTINGS_BIND_DEFAULT);
  return ADW_DIALOG (self);
}
