/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * DroverQmpSchema:
 *
 * What `query-qmp-schema` says of the commands of one QEMU: their arguments, and the types of
 * those. The words of its documentation are not in it.
 */
typedef struct _DroverQmpSchema DroverQmpSchema;

/**
 * DroverQmpArgument:
 * @name: as in the `arguments` of a command
 * @type: what it takes, in words: `string`, `list of string`, `boolean` …
 * @is_text: whether it is text, or one of a choice of words
 * @is_boolean: whether it is `true` or `false`
 * @optional: whether it can be left out
 * @choices: (nullable): the words that it can be
 * @features: (nullable): what QEMU says of it besides, such as `deprecated` or `unstable`
 * @only_for: (nullable): the case in which it belongs, such as `driver=qcow2`
 */
typedef struct
{
  char *name;
  char *type;
  gboolean is_text;
  gboolean is_boolean;
  gboolean optional;
  GStrv choices;
  GStrv features;
  char *only_for;
} DroverQmpArgument;

DroverQmpSchema *drover_qmp_schema_new            (JsonNode *entries);
DroverQmpSchema *drover_qmp_schema_ref            (DroverQmpSchema *self);
void             drover_qmp_schema_unref          (DroverQmpSchema *self);

GStrv            drover_qmp_schema_list_commands  (DroverQmpSchema *self);
gboolean         drover_qmp_schema_has_command    (DroverQmpSchema *self, const char *command);
GStrv            drover_qmp_schema_dup_features   (DroverQmpSchema *self, const char *command);
GPtrArray       *drover_qmp_schema_list_arguments (DroverQmpSchema *self, const char *command,
                                                   JsonObject *given);
GStrv            drover_qmp_schema_list_enum      (DroverQmpSchema *self, const char *command,
                                                   const char *argument);
GStrv            drover_qmp_schema_list_key_codes (DroverQmpSchema *self);
char            *drover_qmp_schema_dup_objection  (DroverQmpSchema *self, const char *command,
                                                   JsonObject *arguments);
char            *drover_qmp_schema_dup_help       (DroverQmpSchema *self, const char *command,
                                                   JsonObject *given);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverQmpSchema, drover_qmp_schema_unref)

G_END_DECLS
