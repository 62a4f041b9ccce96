/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "play-stage.h"

G_BEGIN_DECLS

gboolean play_camera_shoot  (PlayStage *stage, const char *name, GError **error);
gboolean play_camera_to_screen (int *x, int *y);
gboolean play_camera_resize (PlayStage *stage, int width, int height, GError **error);

G_END_DECLS
