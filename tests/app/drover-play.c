/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <locale.h>

#include "play-eyes.h"
#include "play.h"

/* Drives the real `drover` from outside, as another program or a screen reader does. It
 * expects a display, a D-Bus session and an accessibility bus: see build-aux/with-display. */

static const struct
{
  const char *name;
  const char *summary;
  guint limit_seconds;
  gboolean (*play) (PlayStage *stage, GError **error);
} plays[] = {
  { "hello", "boots Hello World on Arm and on x86-64, and pauses, resumes and ends it", 400,
    play_hello },
  { "screenshots", "takes pictures of every page, wide and narrow, light and dark", 900,
    play_screenshots },
  { "configuration", "takes pictures of the sections of a machine’s configuration", 600,
    play_configuration },
};

static char *option_drover;
static char *option_screenshots;

static const GOptionEntry options[] = {
  { "screenshots", 0, 0, G_OPTION_ARG_FILENAME, &option_screenshots, "Where to put the pictures",
    "FOLDER" },
  { "drover", 0, 0, G_OPTION_ARG_FILENAME, &option_drover, "The program to drive", "PATH" },
  { NULL },
};

/* libatspi asks every program for a list that GTK does not keep, and complains. */
static void
ignore_message (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
}

static int
play (guint number)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PlayStage) stage = NULL;
  gboolean good;

  /* The stage first: it forks, and there must be no thread yet. */
  stage = play_stage_new (option_drover, option_screenshots, plays[number].limit_seconds, &error);
  if (stage == NULL || !play_eyes_open (&error))
    {
      g_printerr ("drover-play: %s\n", error->message);
      return 1;
    }

  good = plays[number].play (stage, &error);
  if (good)
    play_stage_say (stage, "All went well. The pictures are in %s.", stage->pictures);
  else
    {
      play_stage_say (stage, "Failed: %s.", error->message);
      play_eyes_describe (stage);
    }
  return good ? 0 : 1;
}

int
main (int argc, char *argv[])
{
  g_autoptr (GOptionContext) context = g_option_context_new ("PLAY");
  g_autoptr (GString) summary = g_string_new ("Plays:");
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  g_log_set_handler ("dbind", G_LOG_LEVEL_WARNING, ignore_message, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (plays); i++)
    g_string_append_printf (summary, "\n  %-12s %s", plays[i].name, plays[i].summary);
  g_option_context_set_summary (context, summary->str);
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("drover-play: %s\n", error->message);
      return 2;
    }

  for (guint i = 0; argc == 2 && option_screenshots != NULL && i < G_N_ELEMENTS (plays); i++)
    if (g_str_equal (argv[1], plays[i].name))
      return play (i);

  g_printerr ("usage: drover-play PLAY --screenshots=FOLDER [--drover=PATH]\n%s\n", summary->str);
  return 2;
}
