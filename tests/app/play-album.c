/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "play-album.h"
#include "play-camera.h"
#include "play-eyes.h"

static const struct
{
  int width;
  int height;
} sizes[] = { { 1100, 760 }, { 360, 720 } };

/**
 * play_album_resize:
 * @size: 0 for a wide window, 1 for a narrow one
 */
gboolean
play_album_resize (PlayStage *stage, guint size, GError **error)
{
  return play_camera_resize (stage, sizes[size].width, sizes[size].height, error) &&
         play_eyes_wait_size (stage, sizes[size].width, sizes[size].height, error);
}

/**
 * play_album_shoot_size:
 *
 * Takes a picture in one size, which the window keeps.
 */
gboolean
play_album_shoot_size (PlayAlbum *album, const char *page, guint size, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s-%d-%s", page, sizes[size].width, album->scheme);

  return play_album_resize (album->stage, size, error) &&
         play_camera_shoot (album->stage, name, error);
}

/**
 * play_album_shoot:
 *
 * Takes a picture in each size, and goes back to the first.
 */
gboolean
play_album_shoot (PlayAlbum *album, const char *page, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (!play_album_shoot_size (album, page, i, error))
      return FALSE;

  play_stage_say (album->stage, "Took pictures: %s, %s.", page, album->scheme);
  return play_album_resize (album->stage, 0, error);
}
