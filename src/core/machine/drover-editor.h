/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-machine.h"

G_BEGIN_DECLS

#define DROVER_TYPE_EDITOR (drover_editor_get_type ())
G_DECLARE_FINAL_TYPE (DroverEditor, drover_editor, DROVER, EDITOR, GObject)

DroverEditor   *drover_editor_get_for_machine (DroverMachine *machine);
DroverMachine  *drover_editor_get_machine  (DroverEditor *self);
DroverDocument *drover_editor_get_document (DroverEditor *self);
GPtrArray      *drover_editor_get_arguments (DroverEditor *self);

gboolean        drover_editor_apply        (DroverEditor *self, DroverDocument *document,
                                            const char *label, const char *merge, GError **error);
gboolean        drover_editor_apply_arguments (DroverEditor *self, GPtrArray *arguments,
                                            const char *label, const char *merge, GError **error);
gboolean        drover_editor_undo         (DroverEditor *self, GError **error);
gboolean        drover_editor_redo         (DroverEditor *self, GError **error);
const char     *drover_editor_get_undo_label (DroverEditor *self);
const char     *drover_editor_get_redo_label (DroverEditor *self);
void            drover_editor_end_merge    (DroverEditor *self);
gboolean        drover_editor_flush        (DroverEditor *self, GError **error);

G_END_DECLS
