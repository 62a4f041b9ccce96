/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * PlayStage:
 * @folder: home and XDG folders of this play alone
 * @pictures: where the pictures go
 * @environment: of drover and droverctl
 * @app: the `drover` that runs, if any
 *
 * A real `drover`, on a display and with folders of its own, and the clock of the play.
 */
typedef struct
{
  char *folder;
  char *pictures;
  char *drover;
  char *droverctl;
  GStrv environment;
  GSubprocess *app;
  gint64 began;
  gint64 limit;
  gboolean interrupted;
} PlayStage;

typedef gboolean (*PlayCondition) (PlayStage *stage, gpointer data);

PlayStage *play_stage_new        (const char *drover, const char *pictures, guint limit_seconds,
                                  GError **error);
void       play_stage_free       (PlayStage *self);
void       play_stage_say        (PlayStage *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean   play_stage_wait       (PlayStage *self, const char *what, PlayCondition condition,
                                  gpointer data, GError **error);
gboolean   play_stage_settle     (PlayStage *self, PlayCondition condition, gpointer data);

void       play_stage_set_env    (PlayStage *self, const char *name, const char *value);
gboolean   play_stage_start_app  (PlayStage *self, GError **error);
void       play_stage_end_app    (PlayStage *self);
void       play_stage_remove_machines (PlayStage *self);

char      *play_stage_ctl        (PlayStage *self, GError **error, ...) G_GNUC_NULL_TERMINATED;
char      *play_stage_dup_state  (PlayStage *self, const char *machine, GError **error);
gboolean   play_stage_wait_state (PlayStage *self, const char *machine, const char *state,
                                  GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PlayStage, play_stage_free)

G_END_DECLS
