/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-template.h"

G_BEGIN_DECLS

/* Where the templates that come with Drover are among the library's resources. */
#define DROVER_TEMPLATE_RESOURCES "/io/github/drover_vm/Drover/templates/"

gboolean        _drover_template_check        (JsonNode *root, GError **error);
gboolean        _drover_template_parse_size   (const char *text, guint64 *size);
char           *_drover_template_print_size   (guint64 size);
gboolean        _drover_template_is_id        (const char *text);
JsonObject     *_drover_template_get_root     (DroverTemplate *self);
const char     *_drover_template_translate    (const char *text);
void            _drover_template_set_origin   (DroverTemplate *self, const char *path,
                                               gboolean bundled);
GStrv           _drover_template_dup_texts    (JsonObject *object, const char *member);

/**
 * DroverPlaceholderFunc:
 * @name: what stands between the braces
 *
 * Returns: (transfer full) (nullable): what takes the placeholder's place
 */
typedef char *(*DroverPlaceholderFunc) (const char *name, gpointer user_data);

char           *_drover_template_expand       (const char *text, DroverPlaceholderFunc func,
                                               gpointer user_data, char **missing);
char           *_drover_template_escape       (const char *text);

G_END_DECLS
