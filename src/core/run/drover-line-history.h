/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * DroverLineHistory:
 *
 * What was typed into a console, as a shell remembers it: across restarts, the last lines.
 */
typedef struct _DroverLineHistory DroverLineHistory;

DroverLineHistory *drover_line_history_new     (const char *name);
void               drover_line_history_free    (DroverLineHistory *self);
gboolean           drover_line_history_add     (DroverLineHistory *self, const char *line,
                                                GError **error);
const char        *drover_line_history_earlier (DroverLineHistory *self, const char *current);
const char        *drover_line_history_later   (DroverLineHistory *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverLineHistory, drover_line_history_free)

G_END_DECLS
