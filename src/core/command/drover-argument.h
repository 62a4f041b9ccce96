/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define DROVER_TYPE_ARGUMENT (drover_argument_get_type ())

/**
 * DroverArgument:
 *
 * One argument of a machine's command line: a flag, a value, or both, as the very text
 * that QEMU gets. It is a value: immutable and reference counted. Members of its JSON
 * object that this Drover does not know travel with it.
 */
typedef struct _DroverArgument DroverArgument;

/* The phase of an argument that goes when the system is installed: the medium it comes from. */
#define DROVER_PHASE_INSTALL "install"

GType           drover_argument_get_type     (void) G_GNUC_CONST;

DroverArgument *drover_argument_new          (const char *flag, const char *value);
DroverArgument *drover_argument_new_from_json (JsonNode *node, const char *where, GError **error);
DroverArgument *drover_argument_ref          (DroverArgument *self);
void            drover_argument_unref        (DroverArgument *self);

DroverArgument *drover_argument_new_from_file (const char *flag, const char *value,
                                              DroverArgument *source);
const char     *drover_argument_get_flag     (DroverArgument *self);
const char     *drover_argument_get_value    (DroverArgument *self);
const char     *drover_argument_get_note     (DroverArgument *self);
const char     *drover_argument_get_phase    (DroverArgument *self);
gboolean        drover_argument_get_enabled  (DroverArgument *self);
const char     *drover_argument_get_option   (DroverArgument *self);
DroverArgument *drover_argument_get_source   (DroverArgument *self);

DroverArgument *drover_argument_with_value   (DroverArgument *self, const char *value);
DroverArgument *drover_argument_with_flag    (DroverArgument *self, const char *flag);
DroverArgument *drover_argument_with_note    (DroverArgument *self, const char *note);
DroverArgument *drover_argument_with_phase   (DroverArgument *self, const char *phase);
DroverArgument *drover_argument_with_enabled (DroverArgument *self, gboolean enabled);
JsonNode       *drover_argument_to_json      (DroverArgument *self);

GPtrArray      *drover_arguments_copy        (GPtrArray *arguments);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverArgument, drover_argument_unref)

G_END_DECLS
