/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-value-editor.h"

G_BEGIN_DECLS

#define DROVER_TYPE_ENTRY_EDITOR (drover_entry_editor_get_type ())
G_DECLARE_FINAL_TYPE (DroverEntryEditor, drover_entry_editor, DROVER, ENTRY_EDITOR,
                      DroverValueEditor)

DroverValueEditor *drover_entry_editor_new (DroverConfig *config, const DroverSetting *setting);

G_END_DECLS
