/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-argument.h"

G_BEGIN_DECLS

#define DROVER_TYPE_DOCUMENT (drover_document_get_type ())

/**
 * DroverDocument:
 *
 * What machine.json says: a name, a program, and the ordered arguments. It is a value:
 * immutable and reference counted, so that undo is a list of documents. Members that this
 * Drover does not know travel with it.
 */
typedef struct _DroverDocument DroverDocument;

GType           drover_document_get_type         (void) G_GNUC_CONST;

DroverDocument *drover_document_new              (const char *name, const char *program);
DroverDocument *drover_document_parse            (const char *text, gssize length, GError **error);
DroverDocument *drover_document_ref              (DroverDocument *self);
void            drover_document_unref            (DroverDocument *self);
char           *drover_document_to_text          (DroverDocument *self);

const char     *drover_document_get_uuid         (DroverDocument *self);
const char     *drover_document_get_name         (DroverDocument *self);
const char     *drover_document_get_program      (DroverDocument *self);
const char     *drover_document_get_accelerator  (DroverDocument *self);
const char     *drover_document_get_notes        (DroverDocument *self);
GStrv           drover_document_dup_tags         (DroverDocument *self);
const char     *drover_document_get_directory    (DroverDocument *self);
GPtrArray      *drover_document_get_arguments    (DroverDocument *self);
JsonNode       *drover_document_get_member       (DroverDocument *self, const char *member);
GStrv           drover_document_dup_argv         (DroverDocument *self);

DroverDocument *drover_document_with_name        (DroverDocument *self, const char *name);
DroverDocument *drover_document_with_new_uuid    (DroverDocument *self);
DroverDocument *drover_document_with_program     (DroverDocument *self, const char *program);
DroverDocument *drover_document_with_notes       (DroverDocument *self, const char *notes);
DroverDocument *drover_document_with_tags        (DroverDocument *self, const char *const *tags);
DroverDocument *drover_document_with_directory   (DroverDocument *self, const char *directory);
DroverDocument *drover_document_with_accelerator (DroverDocument *self, const char *accelerator);
DroverDocument *drover_document_with_arguments   (DroverDocument *self, GPtrArray *arguments);
DroverDocument *drover_document_with_member      (DroverDocument *self, const char *member,
                                                  JsonNode *value);
gboolean        drover_document_equal            (DroverDocument *self, DroverDocument *other);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverDocument, drover_document_unref)

G_END_DECLS
