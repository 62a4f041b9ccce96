/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-pages.h"
#include "drover-settings-page.h"
#include "drover-words.h"

#define AUTOMATIC "automatic"

/* What the machine would run with, and why; whether Drover is to choose it; then the table. */

typedef struct
{
  DroverConfig *config;
  DroverRun *run;
  AdwActionRow *verdict;
  AdwSwitchRow *automatic;
  gboolean showing;
} Accelerator;

static void
accelerator_free (gpointer data)
{
  Accelerator *self = data;

  g_object_unref (self->run);
  g_free (self);
}

static void
update (Accelerator *self)
{
  DroverDocument *document =
    drover_editor_get_document (drover_config_get_editor (self->config));
  const char *reason = drover_run_get_accelerator_reason (self->run);

  adw_preferences_row_set_title (
    ADW_PREFERENCES_ROW (self->verdict),
    reason != NULL ? drover_words_for_accelerator (drover_run_get_accelerator (self->run))
                   : _("Being tested…"));
  adw_action_row_set_subtitle (self->verdict, reason != NULL ? reason : "");
  if (document == NULL)
    return;

  self->showing = TRUE;
  adw_switch_row_set_active (
    self->automatic, g_strcmp0 (drover_document_get_accelerator (document), AUTOMATIC) == 0);
  self->showing = FALSE;
}

static void
automatic_cb (Accelerator *self)
{
  DroverEditor *editor = drover_config_get_editor (self->config);
  const char *chosen = adw_switch_row_get_active (self->automatic) ? AUTOMATIC : NULL;
  g_autoptr (DroverDocument) document = NULL;
  g_autoptr (GError) error = NULL;

  if (self->showing || drover_editor_get_document (editor) == NULL)
    return;

  document = drover_document_with_accelerator (drover_editor_get_document (editor), chosen);
  if (!drover_editor_apply (editor, document, _("Accelerator"), NULL, &error))
    gtk_widget_activate_action (GTK_WIDGET (self->automatic), "win.toast", "s", error->message);
}

static AdwPreferencesGroup *
new_group (Accelerator *self)
{
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());

  self->verdict = ADW_ACTION_ROW (adw_action_row_new ());
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->verdict), FALSE);
  adw_action_row_add_prefix (self->verdict,
                             gtk_image_new_from_icon_name ("power-profile-performance-symbolic"));
  adw_preferences_group_add (group, GTK_WIDGET (self->verdict));
  self->automatic = ADW_SWITCH_ROW (adw_switch_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->automatic),
                                 _("Choose at Each Start"));
  adw_action_row_set_subtitle (
    ADW_ACTION_ROW (self->automatic),
    _("Drover tests what this computer has and takes the fastest that works, where the "
      "arguments do not name an accelerator."));
  g_signal_connect_swapped (self->automatic, "notify::active", G_CALLBACK (automatic_cb), self);
  adw_preferences_group_add (group, GTK_WIDGET (self->automatic));
  return group;
}

static void
page_update_cb (GtkWidget *page)
{
  update (g_object_get_data (G_OBJECT (page), "accelerator"));
}

/**
 * drover_accelerator_page_new:
 *
 * Returns: (transfer floating): the page of what runs the guest’s instructions
 */
GtkWidget *
drover_accelerator_page_new (DroverConfig *config, DroverRun *run)
{
  DroverSettingsPage *page = drover_settings_page_new (config);
  Accelerator *self = g_new0 (Accelerator, 1);

  self->config = config;
  self->run = g_object_ref (run);
  g_object_set_data_full (G_OBJECT (page), "accelerator", self, accelerator_free);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), new_group (self));
  drover_settings_page_add_page (page, "accelerator");
  g_signal_connect_object (config, "changed", G_CALLBACK (page_update_cb), page,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (run, "notify::accelerator", G_CALLBACK (page_update_cb), page,
                           G_CONNECT_SWAPPED);
  update (self);
  return GTK_WIDGET (page);
}
