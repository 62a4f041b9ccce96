/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/**
 * DroverOptionGrammar:
 * @DROVER_OPTION_PLAIN: one text, as `-kernel FILE` or `-append TEXT`
 * @DROVER_OPTION_KEYVAL: items with keys, as `-m size=1G,slots=2`; may be JSON where QEMU
 *   takes it (`-device`, `-object`, `-blockdev`, `-netdev`, `-audiodev`, `-display` …)
 *
 * How an option's value is to be read.
 */
typedef enum
{
  DROVER_OPTION_PLAIN,
  DROVER_OPTION_KEYVAL,
} DroverOptionGrammar;

/**
 * DroverOption:
 * @name: without dashes, as `m`; the empty string for a bare image name
 * @takes_value: whether QEMU takes the next word as its value
 * @grammar: how that value is read
 * @implied: (nullable): the key that the first word of a keyval stands for, as `size`
 * @id_key: (nullable): the key that names the thing, `id` or `node-name`
 *
 * What Drover itself knows of an option of QEMU's. Which options there are, and which take a
 * value, is the installed program's to say: see #DroverOptionTable.
 */
typedef struct
{
  const char *name;
  gboolean takes_value;
  DroverOptionGrammar grammar;
  const char *implied;
  const char *id_key;
} DroverOption;

const DroverOption *drover_option_find (const char *name);

#define DROVER_TYPE_OPTION_TABLE (drover_option_table_get_type ())

/**
 * DroverOptionTable:
 *
 * Which options a program has and which of them take a value: learnt from the program (its
 * `-help`, and `-version -OPTION` where that leaves a doubt), else the built-in table.
 */
typedef struct _DroverOptionTable DroverOptionTable;

typedef enum
{
  DROVER_ARITY_UNKNOWN, /* this program does not have the option */
  DROVER_ARITY_NONE,
  DROVER_ARITY_VALUE,
} DroverArity;

GType              drover_option_table_get_type  (void) G_GNUC_CONST;
DroverOptionTable *drover_option_table_get_built_in (void);
DexFuture         *drover_option_table_learn     (const char *program, const char *const *names) G_GNUC_WARN_UNUSED_RESULT;
DroverArity        drover_option_table_get_arity (DroverOptionTable *self, const char *name);
gboolean           drover_option_table_is_learnt (DroverOptionTable *self);
DroverOptionTable *drover_option_table_ref       (DroverOptionTable *self);
void               drover_option_table_unref     (DroverOptionTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverOptionTable, drover_option_table_unref)

G_END_DECLS
