/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-value-editor.h"

G_BEGIN_DECLS

#define DROVER_TYPE_SWITCH_EDITOR (drover_switch_editor_get_type ())
G_DECLARE_FINAL_TYPE (DroverSwitchEditor, drover_switch_editor, DROVER, SWITCH_EDITOR,
                      DroverValueEditor)

DroverValueEditor *drover_switch_editor_new (const DroverSetting *setting);

G_END_DECLS
