/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n.h>

#include "drover-devices-page.h"
#include "drover-disks-page.h"
#include "drover-network-page.h"
#include "drover-pages.h"
#include "drover-sections.h"
#include "drover-settings-page.h"

static GtkWidget *
create_from_table (DroverConfig *config, const char *page)
{
  DroverSettingsPage *self = drover_settings_page_new (config);

  drover_settings_page_add_page (self, page);
  return GTK_WIDGET (self);
}

#define FROM_TABLE(name)                                             \
  static GtkWidget *create_##name (DroverConfig *config, DroverRun *run) \
  {                                                                  \
    return create_from_table (config, #name);                        \
  }

#define OWN_PAGE(name)                                               \
  static GtkWidget *create_##name (DroverConfig *config, DroverRun *run) \
  {                                                                  \
    return drover_##name##_page_new (config);                        \
  }

OWN_PAGE (disks)
OWN_PAGE (network)
OWN_PAGE (devices)
FROM_TABLE (display)
FROM_TABLE (boot)

static const DroverSection sections[] = {
  { "overview", N_("Overview"), "help-about-symbolic", drover_overview_page_new },
  { "machine", N_("Machine"), "emblem-system-symbolic", drover_machine_settings_page_new },
  { "cpu", N_("CPU"), "drover-cpu-symbolic", drover_cpu_page_new },
  { "memory", N_("Memory"), "drover-memory-symbolic", drover_memory_page_new },
  { "disks", N_("Disks"), "drive-harddisk-symbolic", create_disks },
  { "network", N_("Network"), "network-wired-symbolic", create_network },
  { "devices", N_("Devices"), "application-x-addon-symbolic", create_devices },
  { "display", N_("Display"), "video-display-symbolic", create_display },
  { "sound", N_("Sound"), "audio-speakers-symbolic", drover_sound_page_new },
  { "firmware", N_("Firmware"), "application-x-firmware-symbolic",
    drover_firmware_page_new },
  { "accelerator", N_("Accelerator"), "power-profile-performance-symbolic",
    drover_accelerator_page_new },
  { "sharing", N_("Sharing"), "folder-publicshare-symbolic", drover_sharing_page_new },
  { "boot", N_("Boot"), "system-shutdown-symbolic", create_boot },
  { "rest", N_("Everything Else"), "view-more-horizontal-symbolic", drover_rest_page_new },
};

/**
 * drover_sections_list:
 * @n_sections: (out): how many there are
 *
 * Returns: (transfer none) (array length=n_sections): the sections in their order; the last shows
 *   what no other does
 */
const DroverSection *
drover_sections_list (guint *n_sections)
{
  *n_sections = G_N_ELEMENTS (sections);
  return sections;
}
