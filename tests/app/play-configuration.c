/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>

#include "play-album.h"
#include "play-eyes.h"
#include "play.h"

/* Every section of a machine that has something to show in each, and some that is ugly. */

#define NAME "Workshop"

static const char machine_text[] =
  "{ \"version\": 1, \"uuid\": \"8d2f9a34-17b6-4a57-9c1e-2f60d5a1e0c1\", \"name\": \"" NAME "\",\n"
  "  \"program\": \"qemu-system-x86_64\", \"notes\": \"For the talk in May.\",\n"
  "  \"tags\": [ \"work\", \"linux\" ], \"arguments\": [\n"
  "  { \"flag\": \"-machine\", \"value\": \"q35,smm=on\" },\n"
  "  { \"flag\": \"-accel\", \"value\": \"tcg,thread=multi,tb-size=512\" },\n"
  "  { \"flag\": \"-cpu\", \"value\": \"Skylake-Client,+avx2,hle=off\" },\n"
  "  { \"flag\": \"-smp\", \"value\": \"6,sockets=1,cores=2,threads=2\" },\n"
  "  { \"flag\": \"-m\", \"value\": \"4G,slots=2,maxmem=16G\" },\n"
  "  { \"flag\": \"-object\", \"value\": \"memory-backend-ram,id=ram0,size=3G\" },\n"
  "  { \"flag\": \"-object\", \"value\": \"memory-backend-ram,id=ram1,size=1G\" },\n"
  "  { \"flag\": \"-numa\", \"value\": \"node,nodeid=0,cpus=0-3,memdev=ram0\" },\n"
  "  { \"flag\": \"-numa\", \"value\": \"node,nodeid=1,cpus=4-5,memdev=ram1\" },\n"
  "  { \"flag\": \"-drive\", \"value\": \"file=disk.qcow2,if=virtio,cache=none\" },\n"
  "  { \"flag\": \"-netdev\", \"value\": \"user,id=net0,hostfwd=tcp::2222-:22\" },\n"
  "  { \"flag\": \"-device\", \"value\": \"virtio-net-pci,netdev=net0\" },\n"
  "  { \"flag\": \"-display\", \"value\": \"gtk,gl=on\" },\n"
  "  { \"flag\": \"-boot\", \"value\": \"order=d,menu=on\" },\n"
  "  { \"flag\": \"-boot\", \"value\": \"order=c\" },\n"
  "  { \"flag\": \"-frobnicate\", \"value\": \"how=much\" },\n"
  "  { \"flag\": \"-d\", \"value\": \"int,cpu_reset\", \"enabled\": false,\n"
  "    \"note\": \"much noise\" } ] }\n";

static const struct
{
  const char *title;
  const char *picture;
} sections[] = {
  { "Overview", "configuration-overview" },
  { "Machine", "configuration-machine" },
  { "CPU", "configuration-cpu" },
  { "Memory", "configuration-memory" },
  { "Disks", "configuration-disks" },
  { "Network", "configuration-network" },
  { "Devices", "configuration-devices" },
  { "Display", "configuration-display" },
  { "Sound", "configuration-sound" },
  { "Firmware", "configuration-firmware" },
  { "Accelerator", "configuration-accelerator" },
  { "Sharing", "configuration-sharing" },
  { "Boot", "configuration-boot" },
  { "Everything Else", "configuration-rest" },
};

static gboolean
put_machine (PlayStage *stage, GError **error)
{
  g_autofree char *folder =
    g_build_filename (stage->folder, "data", "drover", "machines", NAME, NULL);
  g_autofree char *file = g_build_filename (folder, "machine.json", NULL);

  g_mkdir_with_parents (folder, 0700);
  return g_file_set_contents (file, machine_text, -1, error);
}

static gboolean
show (PlayStage *stage, const char *name, GError **error)
{
  return play_eyes_press_in (stage, 0, ATSPI_ROLE_PAGE_TAB, name, error);
}

static gboolean
shoot_section (PlayAlbum *album, guint i, GError **error)
{
  return play_eyes_choose (album->stage, sections[i].title, error) &&
         play_album_shoot (album, sections[i].picture, error);
}

static gboolean
shoot_command (PlayAlbum *album, GError **error)
{
  PlayStage *stage = album->stage;

  return play_eyes_press_in (stage, 0, ATSPI_ROLE_TOGGLE_BUTTON, "Command Line", error) &&
         play_album_shoot (album, "configuration-command", error) &&
         play_eyes_press_in (stage, 0, ATSPI_ROLE_TOGGLE_BUTTON, "Command Line", error);
}

/**
 * play_configuration_shoot:
 *
 * Takes pictures of every section of the configuration, and leaves the machine there.
 */
gboolean
play_configuration_shoot (PlayAlbum *album, GError **error)
{
  PlayStage *stage = album->stage;

  if (!put_machine (stage, error) || !play_eyes_choose (stage, NAME, error) ||
      !play_eyes_wait (stage, ATSPI_ROLE_LIST_ITEM, "Command line", error) ||
      !play_album_resize (stage, 0, error) || !show (stage, "Configuration", error))
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (sections); i++)
    if (!shoot_section (album, i, error))
      return FALSE;

  return shoot_command (album, error) && show (stage, "Console", error);
}

/**
 * play_configuration:
 *
 * Only these pictures, in both colours.
 */
gboolean
play_configuration (PlayStage *stage, GError **error)
{
  static const char *const schemes[] = { "light", "dark" };

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      PlayAlbum album = { stage, schemes[i] };
      g_autofree char *preference = g_strconcat ("prefer-", schemes[i], NULL);

      play_stage_set_env (stage, "ADW_DEBUG_COLOR_SCHEME", preference);
      if (!play_stage_start_app (stage, error) || !play_configuration_shoot (&album, error))
        return FALSE;
      play_stage_end_app (stage);
      play_stage_remove_machines (stage);
    }

  return TRUE;
}
