/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-catalogue.h"
#include "drover-setting.h"

G_BEGIN_DECLS

/**
 * DroverEditorKind:
 * @DROVER_EDITOR_TEXT: any text, with suggestions where there are some
 * @DROVER_EDITOR_SWITCH: on, off, or nothing said
 * @DROVER_EDITOR_CHOICE: one of a list, or nothing said
 *
 * By what a property's value is edited.
 */
typedef enum
{
  DROVER_EDITOR_TEXT,
  DROVER_EDITOR_SWITCH,
  DROVER_EDITOR_CHOICE,
} DroverEditorKind;

#define DROVER_TYPE_PROPERTY_ITEM (drover_property_item_get_type ())
G_DECLARE_FINAL_TYPE (DroverPropertyItem, drover_property_item, DROVER, PROPERTY_ITEM, GObject)

DroverPropertyItem *drover_property_item_new           (const char *name, const char *type,
                                                        const char *description,
                                                        const char *default_value,
                                                        const char *const *choices);
void                drover_property_item_set_pinned    (DroverPropertyItem *self);
void                drover_property_item_suggest       (DroverPropertyItem *self,
                                                        const char *const *values);
void                drover_property_item_set_internal  (DroverPropertyItem *self);
void                drover_property_item_set_unknown   (DroverPropertyItem *self);

const char         *drover_property_item_get_name      (DroverPropertyItem *self);
const char         *drover_property_item_get_description (DroverPropertyItem *self);
const char *const  *drover_property_item_get_choices   (DroverPropertyItem *self);
const char         *drover_property_item_get_default   (DroverPropertyItem *self);
char               *drover_property_item_dup_details   (DroverPropertyItem *self);
gboolean            drover_property_item_is_pinned     (DroverPropertyItem *self);
gboolean            drover_property_item_is_internal   (DroverPropertyItem *self);
gboolean            drover_property_item_is_unknown    (DroverPropertyItem *self);
gboolean            drover_property_item_matches       (DroverPropertyItem *self, const char *word);
DroverEditorKind    drover_property_item_get_editor    (DroverPropertyItem *self);
DroverSettingKind   drover_property_item_get_kind      (DroverPropertyItem *self);

void                drover_property_item_set_reading   (DroverPropertyItem *self,
                                                        const DroverReading *reading);
const char         *drover_property_item_get_value     (DroverPropertyItem *self);
DroverSettingState  drover_property_item_get_state     (DroverPropertyItem *self);

G_END_DECLS
