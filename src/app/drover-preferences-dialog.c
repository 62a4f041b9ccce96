/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-preferences-dialog.h"

#include "drover-terminal.h"

/* The settings of the app itself; those of a machine are its command line. Each row is bound to a
 * key of the schema, which says what it is. (AdwPreferencesDialog wants more width than a phone
 * has.) */
struct _DroverPreferencesDialog
{
  AdwDialog parent_instance;

  AdwComboRow *on_quit;
  AdwSpinRow *patience;
  AdwSwitchRow *notifications;
  AdwComboRow *scrollback;
  GArray *scrollback_lines; /* of int, one for each row of the combo box */
};

G_DEFINE_FINAL_TYPE (DroverPreferencesDialog, drover_preferences_dialog,
                     ADW_TYPE_DIALOG)

/* In the order of the rows of the combo boxes. */
static const char *const on_quit_nicks[] = { "ask", "leave-running", "shut-down" };
static const int scrollback_lines[] = { 1000, 10000, 100000, -1 };

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

/* A number that was set elsewhere gets a row of its own. */
static gboolean
lines_to_position (GValue *value, GVariant *variant, gpointer user_data)
{
  DroverPreferencesDialog *self = user_data;
  const int lines = g_variant_get_int32 (variant);
  g_autofree char *text = NULL;
  guint position = 0;

  while (position < self->scrollback_lines->len &&
         g_array_index (self->scrollback_lines, int, position) != lines)
    position++;

  if (position == self->scrollback_lines->len)
    {
      text = g_strdup_printf ("%'d", lines);
      gtk_string_list_append (GTK_STRING_LIST (adw_combo_row_get_model (self->scrollback)), text);
      g_array_append_val (self->scrollback_lines, lines);
    }
  g_value_set_uint (value, position);
  return TRUE;
}

static GVariant *
position_to_lines (const GValue *value, const GVariantType *type, gpointer user_data)
{
  DroverPreferencesDialog *self = user_data;
  guint position = g_value_get_uint (value);

  return position < self->scrollback_lines->len
           ? g_variant_new_int32 (g_array_index (self->scrollback_lines, int, position)) : NULL;
}

static void
drover_preferences_dialog_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), DROVER_TYPE_PREFERENCES_DIALOG);

  G_OBJECT_CLASS (drover_preferences_dialog_parent_class)->dispose (object);
}

static void
drover_preferences_dialog_finalize (GObject *object)
{
  g_array_unref (DROVER_PREFERENCES_DIALOG (object)->scrollback_lines);

  G_OBJECT_CLASS (drover_preferences_dialog_parent_class)->finalize (object);
}

static void
drover_preferences_dialog_class_init (DroverPreferencesDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = drover_preferences_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = drover_preferences_dialog_finalize;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               RESOURCE_PATH "/drover-preferences-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, DroverPreferencesDialog, on_quit);
  gtk_widget_class_bind_template_child (widget_class, DroverPreferencesDialog, patience);
  gtk_widget_class_bind_template_child (widget_class, DroverPreferencesDialog, notifications);
  gtk_widget_class_bind_template_child (widget_class, DroverPreferencesDialog, scrollback);
}

static void
drover_preferences_dialog_init (DroverPreferencesDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->scrollback_lines = g_array_new (FALSE, FALSE, sizeof (int));
  g_array_append_vals (self->scrollback_lines, scrollback_lines,
                       G_N_ELEMENTS (scrollback_lines));
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
  g_settings_bind_with_mapping (settings, DROVER_SCROLLBACK_KEY, self->scrollback, "selected",
                                G_SETTINGS_BIND_DEFAULT, lines_to_position, position_to_lines,
                                self, NULL);
  return ADW_DIALOG (self);
}
