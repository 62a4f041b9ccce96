/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-device-row.h"
#include "drover-pages.h"
#include "drover-parts-group.h"
#include "drover-settings-page.h"

/* Pages that are the table's rows and the parts of one kind. */

static DroverPartsGroup *
add_parts (DroverSettingsPage *page, DroverConfig *config, const char *title, const char *kind)
{
  DroverPartsGroup *group = drover_parts_group_new (
    config, title, (const char *const[]) { kind, NULL }, DROVER_TYPE_DEVICE_ROW);

  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  return group;
}

static void
add_cb (DroverPartsGroup *group, GtkWidget *button)
{
  DroverConfig *config = drover_parts_group_get_config (group);
  DroverDocument *document = drover_editor_get_document (drover_config_get_editor (config));
  const char *kind = g_object_get_data (G_OBJECT (button), "kind");
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  if (document == NULL)
    return;

  arguments =
    drover_parts_add (drover_document_get_arguments (document),
                      drover_document_get_program (document), kind,
                      g_object_get_data (G_OBJECT (button), "properties"), &id, &error);
  if (arguments == NULL)
    gtk_widget_activate_action (button, "win.toast", "s", error->message);
  else if (drover_config_apply (config, arguments, g_object_get_data (G_OBJECT (button), "label"),
                                NULL))
    drover_parts_group_open (group, id);
}

static void
add_button (DroverPartsGroup *group, const char *label, const char *kind, const char *undo_label,
            const char *const *properties)
{
  GtkWidget *button = drover_parts_group_add_button (group, label);

  g_object_set_data (G_OBJECT (button), "kind", (gpointer) kind);
  g_object_set_data (G_OBJECT (button), "label", (gpointer) undo_label);
  g_object_set_data (G_OBJECT (button), "properties", (gpointer) properties);
  g_signal_connect_object (button, "clicked", G_CALLBACK (add_cb), group, G_CONNECT_SWAPPED);
}

/**
 * drover_sound_page_new:
 *
 * Returns: (transfer floating): the sound cards and what they play on
 */
GtkWidget *
drover_sound_page_new (DroverConfig *config, DroverRun *run)
{
  DroverSettingsPage *page = drover_settings_page_new (config);
  DroverPartsGroup *cards = add_parts (page, config, _("Sound Cards"), DROVER_PART_SOUND);

  drover_parts_group_set_empty (cards, _("No sound"), _("The guest has no sound card."));
  add_button (cards, _("_Add Sound Card"), DROVER_PART_SOUND, _("Sound card added"), NULL);
  drover_settings_page_add_page (page, "sound");
  return GTK_WIDGET (page);
}
