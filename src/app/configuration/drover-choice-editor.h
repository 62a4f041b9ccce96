/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-value-editor.h"

G_BEGIN_DECLS

#define DROVER_TYPE_CHOICE_EDITOR (drover_choice_editor_get_type ())
G_DECLARE_FINAL_TYPE (DroverChoiceEditor, drover_choice_editor, DROVER, CHOICE_EDITOR,
                      DroverValueEditor)

DroverValueEditor *drover_choice_editor_new (DroverConfig *config, const DroverSetting *setting);

G_END_DECLS
