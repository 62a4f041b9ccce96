/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-value-editor.h"

G_BEGIN_DECLS

#define DROVER_TYPE_FLAGS_EDITOR (drover_flags_editor_get_type ())
G_DECLARE_FINAL_TYPE (DroverFlagsEditor, drover_flags_editor, DROVER, FLAGS_EDITOR,
                      DroverValueEditor)

DroverValueEditor *drover_flags_editor_new (DroverConfig *config, const DroverSetting *setting);

G_END_DECLS
