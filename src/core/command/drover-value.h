/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-setting.h"

G_BEGIN_DECLS

/* What a setting does below the lens: reading and splicing one key of one argument's value,
 * whichever of QEMU's grammars it is written in. */

/**
 * DroverValueGroup:
 * @DROVER_VALUE_LAST: a repeated argument replaces the one before, as `-cpu`
 * @DROVER_VALUE_MERGED: repeated arguments add up, as `-m 1G -m slots=2`
 * @DROVER_VALUE_MANY: every argument is a thing of its own, as `-device`
 *
 * What QEMU makes of an option that is given again.
 */
typedef enum
{
  DROVER_VALUE_LAST,
  DROVER_VALUE_MERGED,
  DROVER_VALUE_MANY,
} DroverValueGroup;

/**
 * DroverValue:
 * @text: (nullable): the value, of several the last; of what is opaque its source
 * @start: offset of its item, key included
 * @end: offset after it
 * @n_found: how often the key stands there
 * @opaque: whether it is something that no text can stand for: a list, or a broken argument
 */
typedef struct
{
  char *text;
  gsize start;
  gsize end;
  guint n_found;
  gboolean opaque;
} DroverValue;

const char      *drover_value_get_option (DroverArgument *argument);
const char      *drover_value_get_main_key (const char *option);
gboolean         drover_value_needs_main_key (const char *option);
DroverValueGroup drover_value_get_group  (const char *option);

void             drover_value_find       (const char *option, const char *value, const char *key,
                                          DroverValue *found);
char            *drover_value_set        (const char *option, const char *value, const char *key,
                                          const DroverSetting *setting, const char *text);
char            *drover_value_remove     (const char *option, const char *value, const char *key);
gboolean         drover_value_holds_others (const char *option, const char *value,
                                            const char *key);
char            *drover_value_create     (const char *option, const char *key, const char *means,
                                          const char *text);
void             drover_value_clear      (DroverValue *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DroverValue, drover_value_clear)

G_END_DECLS
