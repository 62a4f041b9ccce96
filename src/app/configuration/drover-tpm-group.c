/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-tpm-group.h"
#include "drover-tpm.h"

/* The TPM: which one, what shows it to the guest, and the keys that it keeps. */
struct _DroverTpmGroup
{
  AdwPreferencesGroup parent_instance;

  DroverConfig *config;
  DroverRun *run;
  AdwComboRow *version;
  AdwActionRow *none; /* in its place, where there can be none */
  AdwActionRow *missing;
  AdwActionRow *device;
  AdwActionRow *keys;
  GtkWidget *reset;
  gboolean showing;
};

G_DEFINE_FINAL_TYPE (DroverTpmGroup, drover_tpm_group, ADW_TYPE_PREFERENCES_GROUP)

/* In the order of the choices. */
static const char *const versions[] = { NULL, DROVER_TPM_2_0, DROVER_TPM_1_2 };

static DroverDocument *
get_document (DroverTpmGroup *self)
{
  return drover_editor_get_document (drover_config_get_editor (self->config));
}

static const char *
get_folder (DroverTpmGroup *self)
{
  return drover_machine_get_folder (drover_run_get_machine (self->run));
}

static char *
dup_machine (DroverTpmGroup *self)
{
  DroverCatalogue *catalogue = drover_config_get_catalogue (self->config);
  GPtrArray *arguments = drover_config_get_arguments (self->config);

  return catalogue != NULL && arguments != NULL
           ? drover_catalogue_dup_machine (catalogue, arguments, NULL)
           : NULL;
}

/* Why the machine can have no TPM at all. */
static char *
dup_why_none (DroverTpmGroup *self, DroverDocument *document)
{
  DroverCatalogue *catalogue = drover_config_get_catalogue (self->config);
  g_autofree char *machine = dup_machine (self);
  g_autoptr (GError) error = NULL;

  /* It is not known yet. */
  if (catalogue == NULL ||
      drover_tpm_choose_device (drover_document_get_program (document), machine, DROVER_TPM_2_0,
                                catalogue, &error) != NULL)
    return NULL;

  return g_strdup (error->message);
}

static void
update_version (DroverTpmGroup *self, DroverDocument *document, const char *version,
                const DroverTpmReading *reading)
{
  g_autofree char *none =
    version == NULL && reading->tpmdev < 0 ? dup_why_none (self, document) : NULL;
  g_autofree char *own = NULL;

  self->showing = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (versions); i++)
    if (g_strcmp0 (versions[i], version) == 0)
      adw_combo_row_set_selected (self->version, i);
  self->showing = FALSE;

  if (version == NULL && reading->socket != NULL)
    own = g_strdup_printf (_("You start the emulator yourself, so that it listens on “%s”. Choose "
                             "a version, and Drover does it."), reading->socket);
  gtk_widget_set_visible (GTK_WIDGET (self->version), none == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->none), none != NULL);
  adw_action_row_set_subtitle (self->none, none);
  adw_action_row_set_subtitle (
    ADW_ACTION_ROW (self->version),
    own != NULL ? own
                : _("A chip that keeps keys where no program can read them. Windows 11 asks for "
                    "2.0."));
}

static char *
dup_arguments (DroverDocument *document, const DroverTpmReading *reading)
{
  const int indices[] = { reading->chardev, reading->tpmdev, reading->device };
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (indices); i++)
    if (indices[i] >= 0)
      {
        DroverArgument *argument =
          drover_document_get_arguments (document)->pdata[indices[i]];

        g_string_append_printf (text, "%s%s %s", text->len > 0 ? "\n" : "",
                                drover_argument_get_flag (argument),
                                drover_argument_get_value (argument));
      }

  return g_string_free_and_steal (text);
}

static void
update_keys (DroverTpmGroup *self, const char *version)
{
  const char *other = g_strcmp0 (version, DROVER_TPM_1_2) == 0 ? DROVER_TPM_2_0 : DROVER_TPM_1_2;
  gboolean made = version != NULL && drover_tpm_has_state (get_folder (self), version);
  g_autofree char *words = NULL;
  const char *why_not = !made ? _("There are none yet")
                        : !drover_run_is_off (self->run)
                          ? _("They are in use until the machine is off")
                          : NULL;

  if (version != NULL && drover_tpm_has_state (get_folder (self), other))
    words = g_strdup_printf (
      _("Those of TPM %s are kept in the machine’s folder too, but the guest sees them only with "
        "that version."), other);
  else
    words = g_strdup (made ? _("Kept in the machine’s folder, and deleted with the machine")
                           : _("Made when the machine starts for the first time"));

  gtk_widget_set_visible (GTK_WIDGET (self->keys), version != NULL);
  adw_action_row_set_subtitle (self->keys, words);
  gtk_widget_set_sensitive (self->reset, why_not == NULL);
  gtk_widget_set_tooltip_text (self->reset, why_not);
}

static void
update (DroverTpmGroup *self)
{
  DroverDocument *document = get_document (self);
  const char *version = document != NULL ? drover_tpm_get_version (document) : NULL;
  g_auto (DroverTpmReading) reading = { -1, -1, -1, NULL, NULL };
  g_autofree char *arguments = NULL;
  g_autoptr (GError) missing = NULL;

  if (document == NULL)
    return;

  drover_tpm_read (drover_document_get_arguments (document), &reading);
  arguments = dup_arguments (document, &reading);
  update_version (self, document, version, &reading);
  gtk_widget_set_visible (GTK_WIDGET (self->missing), !drover_tpm_is_installed (&missing));
  if (missing != NULL)
    adw_action_row_set_subtitle (self->missing, missing->message);
  gtk_widget_set_visible (GTK_WIDGET (self->device), reading.tpmdev >= 0);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->device),
                                 reading.model != NULL ? reading.model
                                                       : _("No device shows it to the guest"));
  adw_action_row_set_subtitle (self->device, arguments);
  update_keys (self, version);
}

static void
version_cb (DroverTpmGroup *self)
{
  DroverDocument *document = get_document (self);
  const char *version = versions[MIN (adw_combo_row_get_selected (self->version), 2)];
  g_autofree char *machine = NULL;
  g_autoptr (DroverDocument) changed = NULL;
  g_autoptr (GError) error = NULL;

  if (self->showing || document == NULL ||
      g_strcmp0 (version, drover_tpm_get_version (document)) == 0)
    return;

  machine = dup_machine (self);
  changed = drover_tpm_apply (document, version, machine, drover_config_get_catalogue (self->config),
                              &error);
  if (changed == NULL || !drover_editor_apply (drover_config_get_editor (self->config), changed,
                                               _("TPM"), NULL, &error))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
  update (self);
}

static void
reset_response_cb (DroverTpmGroup *self, const char *response)
{
  DroverDocument *document = get_document (self);
  const char *version = document != NULL ? drover_tpm_get_version (document) : NULL;
  g_autoptr (GError) error = NULL;

  if (!g_str_equal (response, "reset") || version == NULL || !drover_run_is_off (self->run))
    return;

  if (!drover_tpm_reset (get_folder (self), version, &error))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
  update (self);
}

static void
reset_cb (DroverTpmGroup *self)
{
  AdwDialog *dialog = adw_alert_dialog_new (
    _("Forget the TPM’s Keys?"),
    _("What the guest encrypted with them, such as a disk with BitLocker, cannot be opened again "
      "without its recovery key."));
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (dialog);

  adw_alert_dialog_add_responses (alert, "cancel", _("_Cancel"), "reset", _("_Forget Keys"), NULL);
  adw_alert_dialog_set_response_appearance (alert, "reset", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (alert, "cancel");
  adw_alert_dialog_set_close_response (alert, "cancel");
  g_signal_connect_object (alert, "response", G_CALLBACK (reset_response_cb), self,
                           G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
drover_tpm_group_dispose (GObject *object)
{
  DroverTpmGroup *self = DROVER_TPM_GROUP (object);

  g_clear_object (&self->config);
  g_clear_object (&self->run);

  G_OBJECT_CLASS (drover_tpm_group_parent_class)->dispose (object);
}

static void
drover_tpm_group_class_init (DroverTpmGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = drover_tpm_group_dispose;
}

static AdwActionRow *
add_row (DroverTpmGroup *self, const char *title)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
  return ADW_ACTION_ROW (row);
}

static void
drover_tpm_group_init (DroverTpmGroup *self)
{
  const char *const choices[] = { _("Off"), _("TPM 2.0"), _("TPM 1.2, for old systems"), NULL };
  g_autoptr (GtkStringList) model = gtk_string_list_new (choices);

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), _("Trusted Platform Module"));
  self->version = ADW_COMBO_ROW (adw_combo_row_new ());
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->version), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->version), _("Version"));
  adw_combo_row_set_model (self->version, G_LIST_MODEL (model));
  g_signal_connect_object (self->version, "notify::selected", G_CALLBACK (version_cb), self,
                           G_CONNECT_SWAPPED);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), GTK_WIDGET (self->version));

  self->none = add_row (self, _("Not Available"));
  self->missing = add_row (self, _("Not Installed"));
  adw_action_row_add_prefix (self->missing,
                             gtk_image_new_from_icon_name ("dialog-warning-symbolic"));
  self->device = add_row (self, "");
  self->keys = add_row (self, _("Keys"));
  self->reset = gtk_button_new_with_mnemonic (_("_Forget…"));
  gtk_widget_set_valign (self->reset, GTK_ALIGN_CENTER);
  g_signal_connect_object (self->reset, "clicked", G_CALLBACK (reset_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (self->keys, self->reset);
}

/**
 * drover_tpm_group_new:
 *
 * Returns: (transfer floating): the rows of the machine's TPM
 */
GtkWidget *
drover_tpm_group_new (DroverConfig *config, DroverRun *run)
{
  DroverTpmGroup *self = g_object_new (DROVER_TYPE_TPM_GROUP, NULL);

  self->config = g_object_ref (config);
  self->run = g_object_ref (run);
  g_signal_connect_object (config, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (config, "notify::catalogue", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (run, "notify::state", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (self);
}
