/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "play-stage.h"

G_BEGIN_DECLS

/* Pictures of one colour scheme. */
typedef struct
{
  PlayStage *stage;
  const char *scheme;
} PlayAlbum;

gboolean play_album_resize     (PlayStage *stage, guint size, GError **error);
gboolean play_album_shoot_size (PlayAlbum *album, const char *page, guint size, GError **error);
gboolean play_album_shoot      (PlayAlbum *album, const char *page, GError **error);

G_END_DECLS
