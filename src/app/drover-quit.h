/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-session.h"

G_BEGIN_DECLS

gboolean   drover_quit_has_questions (DroverSession *session, GSettings *settings);
DexFuture *drover_quit_settle        (GtkWidget *parent, DroverSession *session,
                                      GSettings *settings) G_GNUC_WARN_UNUSED_RESULT;
void       drover_quit_shut_down     (DroverRun *run);
void       drover_quit_end_when_down (DroverRun *run, gpointer object);

G_END_DECLS
