/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

#define DROVER_TYPE_VALUE_EDITOR (drover_value_editor_get_type ())
G_DECLARE_DERIVABLE_TYPE (DroverValueEditor, drover_value_editor, DROVER, VALUE_EDITOR, AdwBin)

/**
 * DroverValueEditorClass:
 * @show: shows a value; %NULL for none, where QEMU's default counts
 * @show_default: (nullable): shows what counts where no value is given
 *
 * The control of a row: it shows a text and says when the user wants another. What the text
 * means for the list of arguments is not its business.
 */
struct _DroverValueEditorClass
{
  AdwBinClass parent_class;

  void (*show) (DroverValueEditor *self, const char *text);
  void (*show_default) (DroverValueEditor *self, const char *text);
};

DroverValueEditor *drover_value_editor_new  (DroverConfig *config, const DroverSetting *setting);
gboolean           drover_value_editor_is_wide (const DroverSetting *setting);
void               drover_value_editor_show (DroverValueEditor *self, const char *text);
void               drover_value_editor_show_default (DroverValueEditor *self, const char *text);
const char        *drover_value_editor_get_text (DroverValueEditor *self);
void               drover_value_editor_edit (DroverValueEditor *self, const char *text);
void               drover_value_editor_empty (DroverValueEditor *self);
void               drover_value_editor_commit (DroverValueEditor *self);
void               drover_value_editor_set_note (DroverValueEditor *self, const char *note);
const char        *drover_value_editor_get_note (DroverValueEditor *self);
void               drover_value_editor_name (GtkWidget *control, const char *name);

G_END_DECLS
