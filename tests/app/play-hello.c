/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "play-camera.h"
#include "play-eyes.h"
#include "play.h"

/* The machine that a button makes is called as the button is. */
const Hello hellos[2] = {
  { "aarch64", "Hello World on Arm (64-bit)" },
  { "x86_64", "Hello World on x86-64" },
};

static gboolean
shoot (PlayStage *stage, const Hello *hello, const char *what, GError **error)
{
  g_autofree char *name = g_strdup_printf ("hello-%s-%s", hello->architecture, what);

  return play_camera_shoot (stage, name, error);
}

static gboolean
boot (PlayStage *stage, const Hello *hello, GError **error)
{
  if (!play_eyes_press (stage, hello->button, error) ||
      !play_eyes_wait (stage, ATSPI_ROLE_TERMINAL, NULL, error))
    return FALSE;

  play_stage_say (stage, "The machine is there, and its console is open.");
  if (!play_eyes_wait_text (stage, INSTALLER_TEXT, error))
    return FALSE;

  play_stage_say (stage, "The guest says “%s”: this is Debian’s installer.", INSTALLER_TEXT);
  return shoot (stage, hello, "1-installer", error);
}

static gboolean
pause_and_resume (PlayStage *stage, const Hello *hello, GError **error)
{
  return play_stage_wait_state (stage, hello->button, "running", error) &&
         play_eyes_press (stage, "Pause", error) &&
         play_stage_wait_state (stage, hello->button, "paused", error) &&
         shoot (stage, hello, "2-paused", error) &&
         play_eyes_press (stage, "Resume", error) &&
         play_stage_wait_state (stage, hello->button, "running", error);
}

static gboolean
force_off (PlayStage *stage, const Hello *hello, GError **error)
{
  if (!play_eyes_press (stage, "Force Off", error) ||
      !play_eyes_wait (stage, ATSPI_ROLE_ALERT, NULL, error) ||
      !shoot (stage, hello, "3-force-off", error) ||
      !play_eyes_press_in (stage, ATSPI_ROLE_ALERT, ATSPI_ROLE_BUTTON, "Force Off", error))
    return FALSE;

  play_stage_say (stage, "Pressed “Force Off” in the dialog.");
  return play_stage_wait_state (stage, hello->button, "off", error) &&
         play_eyes_wait_gone (stage, ATSPI_ROLE_ALERT, NULL, error) &&
         shoot (stage, hello, "4-off", error);
}

static gboolean
play_one (PlayStage *stage, const Hello *hello, GError **error)
{
  return boot (stage, hello, error) && pause_and_resume (stage, hello, error) &&
         force_off (stage, hello, error);
}

static gboolean
show_start_page (PlayStage *stage, GError **error)
{
  return play_eyes_press_in (stage, 0, ATSPI_ROLE_TOGGLE_BUTTON, "Main Menu", error) &&
         play_eyes_press_item (stage, 0, error);
}

/**
 * play_hello:
 *
 * Hello World on both architectures, as a user who clicks on everything once.
 */
gboolean
play_hello (PlayStage *stage, GError **error)
{
  if (!play_stage_start_app (stage, error) ||
      !play_eyes_wait (stage, ATSPI_ROLE_BUTTON, hellos[0].button, error))
    return FALSE;

  play_stage_say (stage, "Drover is open.");
  return play_camera_shoot (stage, "hello-start", error) &&
         play_one (stage, &hellos[0], error) &&
         show_start_page (stage, error) &&
         play_one (stage, &hellos[1], error);
}
