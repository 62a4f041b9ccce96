/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-value-editor.h"

G_BEGIN_DECLS

#define DROVER_TYPE_SIZE_EDITOR (drover_size_editor_get_type ())
G_DECLARE_FINAL_TYPE (DroverSizeEditor, drover_size_editor, DROVER, SIZE_EDITOR,
                      DroverValueEditor)

DroverValueEditor *drover_size_editor_new (const DroverSetting *setting);

G_END_DECLS
