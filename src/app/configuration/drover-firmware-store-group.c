/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-dex.h"
#include "drover-firmware-store-group.h"
#include "drover-machine-firmware.h"

/* UEFI's variables: where they are, what they say of Secure Boot, and a way to begin anew. */
struct _DroverFirmwareStoreGroup
{
  AdwPreferencesGroup parent_instance;

  DroverConfig *config;
  DroverRun *run;
  AdwActionRow *file;
  GtkWidget *reset;
  AdwExpanderRow *secure_boot;
  GPtrArray *key_rows;
  DroverDocument *shown; /* of which the keys were read, or are being read */
  guint serial;
};

G_DEFINE_FINAL_TYPE (DroverFirmwareStoreGroup, drover_firmware_store_group,
                     ADW_TYPE_PREFERENCES_GROUP)

static DroverDocument *
get_document (DroverFirmwareStoreGroup *self)
{
  return drover_editor_get_document (drover_config_get_editor (self->config));
}

static const char *
get_directory (DroverFirmwareStoreGroup *self)
{
  return drover_machine_get_directory (
    drover_editor_get_machine (drover_config_get_editor (self->config)));
}

static const char *
get_list_title (const char *variable)
{
  if (g_str_equal (variable, "PK"))
    return _("Platform key (PK): who owns the machine");
  if (g_str_equal (variable, "KEK"))
    return _("Key exchange key (KEK): who may change the lists");
  if (g_str_equal (variable, "db"))
    return _("Allowed (db): what this has signed may start");

  return _("Forbidden (dbx): what this has signed must not start");
}

static void
add_key (DroverFirmwareStoreGroup *self, const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_expander_row_add_row (self->secure_boot, row);
  g_ptr_array_add (self->key_rows, row);
}

static void
clear_keys (DroverFirmwareStoreGroup *self)
{
  for (guint i = 0; i < self->key_rows->len; i++)
    adw_expander_row_remove (self->secure_boot, self->key_rows->pdata[i]);
  g_ptr_array_set_size (self->key_rows, 0);
}

static void
show_keys (DroverFirmwareStoreGroup *self, DroverFirmwareKeys *keys)
{
  const char *program = drover_document_get_program (self->shown);
  g_autofree char *architecture = drover_firmware_dup_architecture (program);
  g_autoptr (GPtrArray) list = drover_firmware_list (program);
  g_autoptr (DroverFirmwareReading) reading =
    drover_firmware_read (drover_document_get_arguments (self->shown), architecture, list);

  clear_keys (self);
  adw_expander_row_set_subtitle (self->secure_boot,
                                 drover_firmware_describe_secure_boot (reading, keys));
  for (guint i = 0; i < keys->list->len; i++)
    {
      const DroverFirmwareKey *key = keys->list->pdata[i];

      add_key (self, key->title, get_list_title (key->variable));
    }
  if (keys->n_revoked > 0)
    {
      g_autofree char *title = g_strdup_printf (
        ngettext ("%u checksum", "%u checksums", keys->n_revoked), keys->n_revoked);

      add_key (self, title, _("Forbidden (dbx): programs that must not start"));
    }
  adw_expander_row_set_enable_expansion (self->secure_boot, self->key_rows->len > 0);
}

typedef struct
{
  DroverFirmwareStoreGroup *group;
  guint serial;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_object_unref (reading->group);
  g_free (reading);
}

static DexFuture *
keys_read_cb (DexFuture *future, gpointer user_data)
{
  Reading *reading = user_data;
  DroverFirmwareStoreGroup *self = reading->group;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  /* Of other arguments by now, or of a page that is gone. */
  if (self->config == NULL || reading->serial != self->serial)
    return dex_future_new_true ();

  if (value != NULL)
    show_keys (self, g_value_get_boxed (value));
  else
    {
      clear_keys (self);
      adw_expander_row_set_enable_expansion (self->secure_boot, FALSE);
      adw_expander_row_set_subtitle (self->secure_boot, error->message);
    }
  return dex_future_new_true ();
}

static void
read_keys (DroverFirmwareStoreGroup *self)
{
  Reading *reading = g_new0 (Reading, 1);

  reading->group = g_object_ref (self);
  reading->serial = ++self->serial;
  dex_future_disown (dex_future_finally (
    drover_machine_firmware_list_keys (self->shown, get_directory (self)), keys_read_cb, reading,
    reading_free));
}

static void
update_file (DroverFirmwareStoreGroup *self, DroverDocument *document, const char *vars)
{
  gboolean missing = drover_machine_firmware_is_missing (document, get_directory (self));
  const char *why_not =
    !drover_machine_firmware_can_reset (document)
      ? _("Drover did not make this file, and does not know what it was made from")
    : missing ? _("It is made new at the next start")
    : !drover_run_is_off (self->run) ? _("It is in use until the machine is off")
                                     : NULL;
  g_autofree char *words =
    missing ? g_strdup_printf (_("%s, made at the next start"), vars) : g_strdup (vars);

  adw_action_row_set_subtitle (self->file, words);
  gtk_widget_set_sensitive (self->reset, why_not == NULL);
  gtk_widget_set_tooltip_text (self->reset, why_not);
  if (why_not != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self->reset),
                                    GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, why_not, -1);
  else
    gtk_accessible_reset_property (GTK_ACCESSIBLE (self->reset),
                                   GTK_ACCESSIBLE_PROPERTY_DESCRIPTION);
}

static void
update (DroverFirmwareStoreGroup *self, gboolean anew)
{
  DroverDocument *document = get_document (self);
  g_autofree char *vars =
    document != NULL ? drover_machine_firmware_dup_vars (document, get_directory (self)) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self), vars != NULL);
  if (vars == NULL)
    {
      g_clear_pointer (&self->shown, drover_document_unref);
      return;
    }

  update_file (self, document, vars);
  if (!anew && self->shown != NULL && self->shown == document)
    return;

  g_clear_pointer (&self->shown, drover_document_unref);
  self->shown = drover_document_ref (document);
  read_keys (self);
}

static void
changed_cb (DroverFirmwareStoreGroup *self)
{
  update (self, FALSE);
}

/* A start may have made the store, and a guest have changed it. */
static void
state_cb (DroverFirmwareStoreGroup *self)
{
  update (self, TRUE);
}

static DexFuture *
reset_done_cb (DexFuture *future, gpointer user_data)
{
  DroverFirmwareStoreGroup *self = user_data;
  g_autoptr (GError) error = NULL;

  dex_future_get_value (future, &error);
  if (self->config == NULL)
    return dex_future_new_true ();

  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s",
                              error != NULL ? error->message
                                            : _("The UEFI variables are as new"));
  update (self, TRUE);
  return dex_future_new_true ();
}

static void
response_cb (DroverFirmwareStoreGroup *self, const char *response)
{
  if (!g_str_equal (response, "reset") || self->config == NULL || get_document (self) == NULL ||
      !drover_run_is_off (self->run))
    return;

  dex_future_disown (dex_future_finally (
    drover_machine_firmware_reset (get_document (self), get_directory (self)), reset_done_cb,
    g_object_ref (self), g_object_unref));
}

static void
reset_cb (DroverFirmwareStoreGroup *self)
{
  AdwDialog *dialog = adw_alert_dialog_new (
    _("Reset the UEFI Variables?"),
    _("Boot entries, settings made in the firmware’s menu, keys that you enrolled and snapshots "
      "of the variables are lost. An installed system whose boot entry is lost may need its "
      "installer to repair it. Disks are not touched. This cannot be undone."));
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (dialog);

  adw_alert_dialog_add_responses (alert, "cancel", _("_Cancel"), "reset", _("_Reset"), NULL);
  adw_alert_dialog_set_response_appearance (alert, "reset", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (alert, "cancel");
  adw_alert_dialog_set_close_response (alert, "cancel");
  g_signal_connect_object (alert, "response", G_CALLBACK (response_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
drover_firmware_store_group_dispose (GObject *object)
{
  DroverFirmwareStoreGroup *self = DROVER_FIRMWARE_STORE_GROUP (object);

  g_clear_object (&self->config);
  g_clear_object (&self->run);
  g_clear_pointer (&self->key_rows, g_ptr_array_unref);
  g_clear_pointer (&self->shown, drover_document_unref);

  G_OBJECT_CLASS (drover_firmware_store_group_parent_class)->dispose (object);
}

static void
drover_firmware_store_group_class_init (DroverFirmwareStoreGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_firmware_store_group_dispose;
}

static void
drover_firmware_store_group_init (DroverFirmwareStoreGroup *self)
{
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (self);

  self->key_rows = g_ptr_array_new ();
  adw_preferences_group_set_title (group, _("UEFI Variables"));

  self->secure_boot = ADW_EXPANDER_ROW (adw_expander_row_new ());
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->secure_boot), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->secure_boot), _("Secure Boot"));
  adw_expander_row_set_subtitle (self->secure_boot, _("Being read…"));
  adw_preferences_group_add (group, GTK_WIDGET (self->secure_boot));

  self->file = ADW_ACTION_ROW (adw_action_row_new ());
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->file), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->file), _("Variable Store"));
  adw_action_row_set_subtitle_selectable (self->file, TRUE);
  self->reset = gtk_button_new_with_mnemonic (_("_Reset…"));
  gtk_widget_set_valign (self->reset, GTK_ALIGN_CENTER);
  g_signal_connect_object (self->reset, "clicked", G_CALLBACK (reset_cb), self,
                           G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (self->file, self->reset);
  adw_preferences_group_add (group, GTK_WIDGET (self->file));
}

/**
 * drover_firmware_store_group_new:
 * @config: a machine's configuration
 * @run: its run
 *
 * Returns: (transfer floating): what is known of its variable store; it hides where there is none
 */
GtkWidget *
drover_firmware_store_group_new (DroverConfig *config, DroverRun *run)
{
  DroverFirmwareStoreGroup *self = g_object_new (DROVER_TYPE_FIRMWARE_STORE_GROUP, NULL);

  self->config = g_object_ref (config);
  self->run = g_object_ref (run);
  g_signal_connect_object (config, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (run, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
  update (self, TRUE);
  return GTK_WIDGET (self);
}
