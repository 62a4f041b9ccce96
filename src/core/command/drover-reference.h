/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-fields.h"

G_BEGIN_DECLS

/**
 * DroverNamespace:
 *
 * What kind of thing an id names. Two things of different kinds may have one id.
 */
typedef enum
{
  DROVER_NAMESPACE_NETDEV,
  DROVER_NAMESPACE_DEVICE,
  DROVER_NAMESPACE_BLOCK,
  DROVER_NAMESPACE_CHARDEV,
  DROVER_NAMESPACE_OBJECT,
  DROVER_NAMESPACE_AUDIODEV,
  DROVER_NAMESPACE_FSDEV,
  DROVER_NAMESPACE_TPMDEV,
} DroverNamespace;

/**
 * DroverReference:
 * @argument: index of the argument it stands in
 * @names: what kind of thing it names
 * @defines: whether it makes the thing, or uses it
 * @key: the key it stands at
 * @value: the whole value at that key
 * @start: where in @value the id begins
 * @length: its length; for the name of a bus all of `ID.0`
 * @is_bus: whether it is the name of a bus: a device's id, mostly with a number behind
 * @target: for a use: index of the argument that makes the thing, or -1
 */
typedef struct
{
  guint argument;
  DroverNamespace names;
  gboolean defines;
  const char *key;
  const char *value;
  gsize start;
  gsize length;
  gboolean is_bus;
  int target;
} DroverReference;

/**
 * DroverReferences:
 * @fields: (element-type DroverFields): all arguments, read
 * @list: (element-type DroverReference): all that make or use an id, in their order
 *
 * Who makes and who uses which id.
 */
typedef struct
{
  GPtrArray *fields;
  GArray *list;
  GHashTable *definitions;
} DroverReferences;

DroverReferences *drover_references_new  (GPtrArray *arguments);
void              drover_references_free (DroverReferences *self);
int               drover_references_find (DroverReferences *self, DroverNamespace names,
                                          const char *id);
int               drover_references_get_target (DroverReferences *self, guint argument,
                                          DroverNamespace names);
const DroverReference *drover_references_get_definition (DroverReferences *self, guint argument);
gboolean          drover_references_uses (DroverReferences *self, guint user, guint argument);
gboolean          drover_id_is_valid     (const char *id);
gboolean          drover_id_is_free      (DroverReferences *self, const char *id);
char             *drover_references_dup_free_id (DroverReferences *self, const char *stem);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverReferences, drover_references_free)

G_END_DECLS
