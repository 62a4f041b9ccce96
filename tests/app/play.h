/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "play-album.h"

G_BEGIN_DECLS

/* What the installer's first screen says, on the serial console of both architectures. */
#define INSTALLER_TEXT "Select a language"

typedef struct
{
  const char *architecture;
  const char *button;
} Hello;

extern const Hello hellos[2];

gboolean play_hello       (PlayStage *stage, GError **error);
gboolean play_screenshots (PlayStage *stage, GError **error);
gboolean play_configuration (PlayStage *stage, GError **error);
gboolean play_configuration_shoot (PlayAlbum *album, GError **error);

G_END_DECLS
