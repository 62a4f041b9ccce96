/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <atspi/atspi.h>

#include "play-stage.h"

G_BEGIN_DECLS

gboolean play_eyes_open       (GError **error);
gboolean play_eyes_sees       (PlayStage *stage, AtspiRole role, const char *name);
gboolean play_eyes_wait       (PlayStage *stage, AtspiRole role, const char *name,
                               GError **error);
gboolean play_eyes_wait_gone  (PlayStage *stage, AtspiRole role, const char *name,
                               GError **error);
gboolean play_eyes_wait_text  (PlayStage *stage, const char *text, GError **error);
gboolean play_eyes_press      (PlayStage *stage, const char *button, GError **error);
gboolean play_eyes_press_in   (PlayStage *stage, AtspiRole place, AtspiRole role,
                               const char *name, GError **error);
gboolean play_eyes_wait_size  (PlayStage *stage, int width, int height, GError **error);
gboolean play_eyes_press_item (PlayStage *stage, guint n, GError **error);
gboolean play_eyes_click      (PlayStage *stage, AtspiRole role, const char *name,
                               GError **error);
gboolean play_eyes_choose     (PlayStage *stage, const char *row, GError **error);
void     play_eyes_describe   (PlayStage *stage);

G_END_DECLS
