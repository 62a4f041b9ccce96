/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-argument.h"

G_BEGIN_DECLS

/**
 * DroverField:
 * @key: the implied key spelled out; `file.filename` for a member of a JSON member, `children.0`
 *   for an element of a list; the empty string for the whole value of a plain option
 * @value: as QEMU understands it
 */
typedef struct
{
  char *key;
  char *value;
} DroverField;

/**
 * DroverFields:
 * @option: the option's name without dashes, `machine` for `-M`
 * @name: the same as it is typed, `M` for `-M`
 * @text: (nullable): the argument's value
 * @enabled: whether QEMU gets the argument
 * @is_json: whether its value is JSON
 * @items: (element-type DroverField): what it says, in its order
 *
 * One argument, read once, whichever grammar it is written in. Only for reading: edits are
 * made on the text.
 */
typedef struct
{
  const char *option;
  const char *name;
  const char *text;
  gboolean enabled;
  gboolean is_json;
  GArray *items;
} DroverFields;

GPtrArray    *drover_fields_list   (GPtrArray *arguments);
DroverFields *drover_fields_new    (DroverArgument *argument);
void          drover_fields_free   (DroverFields *self);
const char   *drover_fields_get    (const DroverFields *self, const char *key);
gboolean      drover_fields_are    (const DroverFields *self, const char *option);
gboolean      drover_fields_get_grammar (const char *option, const char **implied);

DroverArgument *drover_fields_with (DroverArgument *argument, const char *key, const char *value,
                                    GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverFields, drover_fields_free)

G_END_DECLS
