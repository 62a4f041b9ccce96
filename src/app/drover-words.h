/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "drover-run.h"

G_BEGIN_DECLS

const char *drover_words_for_state       (const char *state);
const char *drover_words_for_accelerator (const char *accelerator);
void        drover_words_show_badge      (GtkLabel *label, DroverRun *run);
char       *drover_words_for_run         (DroverRun *run);
char       *drover_words_for_uptime      (gint64 seconds);
const char *drover_words_for_end         (const char *shutdown_reason);

G_END_DECLS
