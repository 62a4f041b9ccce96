/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-add-disk-dialog.h"
#include "drover-disk-row.h"
#include "drover-disks-page.h"
#include "drover-parts-group.h"
#include "drover-settings-page.h"

static void
added_cb (DroverPartsGroup *group, const char *id)
{
  drover_parts_group_open (group, id);
}

static void
add_cb (GtkWidget *button, DroverPartsGroup *group)
{
  DroverAddDiskDialog *dialog = drover_add_disk_dialog_new (drover_parts_group_get_config (group));

  g_signal_connect_object (dialog, "added", G_CALLBACK (added_cb), group, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), button);
}

/**
 * drover_disks_page_new:
 * @config: the configuration of a machine
 *
 * Returns: (transfer floating): its disks, CD and floppy drives, and the settings of them all
 */
GtkWidget *
drover_disks_page_new (DroverConfig *config)
{
  DroverSettingsPage *page = drover_settings_page_new (config);
  DroverPartsGroup *group =
    drover_parts_group_new (config, _("Disks"), (const char *const[]) { DROVER_PART_DISK, NULL },
                            DROVER_TYPE_DISK_ROW);
  GtkWidget *button = drover_parts_group_add_button (group, _("_Add Disk…"));

  drover_parts_group_set_empty (group, _("No disks"),
                                _("QEMU may still make an empty CD or floppy drive by itself, as "
                                  "the board has one."));
  g_signal_connect_object (button, "clicked", G_CALLBACK (add_cb), group, G_CONNECT_DEFAULT);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  drover_settings_page_add_page (page, "disks");
  return GTK_WIDGET (page);
}
