/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>

#include "play-album.h"
#include "play-eyes.h"
#include "play.h"

/* Every page, in each size and colour. One window is resized for it, so that a guest has to
 * boot but once. */

static const char *const schemes[] = { "light", "dark" };

/* What a machine.json says, in the folder of that name. */
static const struct
{
  const char *name;
  const char *text;
} machines[] = {
  { "Broken file", "{ \"version\": 1, \"name\": \"Broken file\", \"program\": qemu }\n" },
  { "Kernel that is not there",
    "{ \"version\": 1, \"uuid\": \"8d2f9a34-17b6-4a57-9c1e-2f60d5a1e001\",\n"
    "  \"name\": \"Kernel that is not there\", \"program\": \"qemu-system-x86_64\",\n"
    "  \"arguments\": [ { \"flag\": \"-kernel\", \"value\": \"/boot/vmlinuz-that-is-gone\" },\n"
    "    { \"flag\": \"-nographic\" } ] }\n" },
  { "Program that is not there",
    "{ \"version\": 1, \"uuid\": \"8d2f9a34-17b6-4a57-9c1e-2f60d5a1e002\",\n"
    "  \"name\": \"Program that is not there\", \"program\": \"qemu-system-sparc-absent\",\n"
    "  \"arguments\": [ { \"flag\": \"-nographic\" } ] }\n" },
};

/* The second is the one that shows everything: an own accelerator and the reason for it. */
#define MACHINE (hellos[1])

static gboolean
shoot_dialog (PlayAlbum *album, guint item, const char *page, GError **error)
{
  PlayStage *stage = album->stage;

  return play_eyes_press_in (stage, 0, ATSPI_ROLE_TOGGLE_BUTTON, "Main Menu", error) &&
         play_eyes_press_item (stage, item, error) &&
         play_eyes_wait (stage, ATSPI_ROLE_DIALOG, NULL, error) &&
         play_album_shoot (album, page, error) &&
         play_eyes_press_in (stage, ATSPI_ROLE_DIALOG, ATSPI_ROLE_BUTTON, "Close", error) &&
         play_eyes_wait_gone (stage, ATSPI_ROLE_DIALOG, NULL, error);
}

static gboolean
shoot_without_machines (PlayAlbum *album, GError **error)
{
  /* The menu's items by their places. */
  return play_eyes_wait (album->stage, ATSPI_ROLE_BUTTON, hellos[0].button, error) &&
         play_album_shoot (album, "start", error) &&
         shoot_dialog (album, 4, "about", error) &&
         shoot_dialog (album, 3, "shortcuts", error);
}

static gboolean
put_machines (PlayStage *stage, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (machines); i++)
    {
      g_autofree char *folder =
        g_build_filename (stage->folder, "data", "drover", "machines", machines[i].name, NULL);
      g_autofree char *file = g_build_filename (folder, "machine.json", NULL);

      g_mkdir_with_parents (folder, 0700);
      if (!g_file_set_contents (file, machines[i].text, -1, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
make_machines (PlayStage *stage, GError **error)
{
  g_autofree char *slug = NULL;

  if (!put_machines (stage, error))
    return FALSE;

  slug = play_stage_ctl (stage, error, "create", "--hello", MACHINE.architecture, NULL);
  return slug != NULL;
}

static gboolean
shoot_running (PlayAlbum *album, GError **error)
{
  PlayStage *stage = album->stage;

  return play_eyes_press (stage, "Start", error) &&
         play_eyes_wait_text (stage, INSTALLER_TEXT, error) &&
         play_album_shoot (album, "console", error) &&
         play_eyes_press (stage, "Pause", error) &&
         play_stage_wait_state (stage, MACHINE.button, "paused", error) &&
         play_album_shoot (album, "paused", error) && play_eyes_press (stage, "Resume", error) &&
         play_stage_wait_state (stage, MACHINE.button, "running", error);
}

static gboolean
shoot_force_off (PlayAlbum *album, GError **error)
{
  PlayStage *stage = album->stage;

  return play_eyes_press (stage, "Force Off", error) &&
         play_eyes_wait (stage, ATSPI_ROLE_ALERT, NULL, error) &&
         play_album_shoot (album, "force-off", error) &&
         play_eyes_press_in (stage, ATSPI_ROLE_ALERT, ATSPI_ROLE_BUTTON, "Force Off", error) &&
         play_stage_wait_state (stage, MACHINE.button, "off", error) &&
         play_eyes_wait_gone (stage, ATSPI_ROLE_ALERT, NULL, error) &&
         play_album_shoot (album, "forced-off", error);
}

static gboolean
shoot_failure (PlayAlbum *album, const char *machine, const char *page, GError **error)
{
  return play_eyes_choose (album->stage, machine, error) &&
         play_eyes_press (album->stage, "Start", error) &&
         play_eyes_wait (album->stage, ATSPI_ROLE_BUTTON, "Try Again", error) &&
         play_album_shoot (album, page, error);
}

/* In a narrow window the list is a page of its own. */
static gboolean
shoot_list (PlayAlbum *album, GError **error)
{
  PlayStage *stage = album->stage;

  return play_album_resize (stage, 1, error) && play_eyes_press (stage, "Back", error) &&
         play_eyes_wait (stage, ATSPI_ROLE_LIST_ITEM, MACHINE.button, error) &&
         play_album_shoot_size (album, "list", 1, error);
}

static gboolean
shoot_with_machines (PlayAlbum *album, GError **error)
{
  PlayStage *stage = album->stage;

  return play_eyes_choose (stage, MACHINE.button, error) &&
         play_eyes_wait (stage, ATSPI_ROLE_LIST_ITEM, "Command line", error) &&
         play_eyes_wait_gone (stage, ATSPI_ROLE_LABEL, "Being tested…", error) &&
         play_album_shoot (album, "off", error) && shoot_running (album, error) &&
         shoot_force_off (album, error) &&
         shoot_failure (album, machines[1].name, "failed", error) &&
         shoot_failure (album, machines[2].name, "missing-program", error) &&
         play_eyes_choose (stage, machines[0].name, error) &&
         play_eyes_wait (stage, ATSPI_ROLE_BUTTON, "Open Folder", error) &&
         play_album_shoot (album, "broken", error) && shoot_list (album, error);
}

static gboolean
shoot_scheme (PlayStage *stage, const char *scheme, GError **error)
{
  PlayAlbum album = { stage, scheme };
  g_autofree char *preference = g_strconcat ("prefer-", scheme, NULL);
  gboolean good;

  play_stage_set_env (stage, "ADW_DEBUG_COLOR_SCHEME", preference);
  if (!play_stage_start_app (stage, error))
    return FALSE;

  good = shoot_without_machines (&album, error) && make_machines (stage, error) &&
         shoot_with_machines (&album, error);
  if (!good)
    return FALSE;

  play_stage_end_app (stage);
  play_stage_remove_machines (stage);
  return TRUE;
}

/**
 * play_screenshots:
 *
 * Takes pictures of every page, for those who look after how Drover looks.
 */
gboolean
play_screenshots (PlayStage *stage, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (!shoot_scheme (stage, schemes[i], error))
      return FALSE;

  return TRUE;
}
