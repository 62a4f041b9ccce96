/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

JsonNode *drover_json_copy       (JsonNode *node);
JsonNode *drover_json_parse      (const char *text, gssize length, GError **error);
char     *drover_json_to_text    (JsonNode *node, gboolean pretty);
gboolean  drover_json_check_numbers (JsonNode *node, GError **error);
gboolean  drover_json_check_type (JsonObject *object, const char *member, GType type,
                                  const char *where, GError **error);
JsonNode *drover_json_from_strv  (const char *const *strv);
JsonNode *drover_json_take_object (JsonObject *object);
JsonNode *drover_json_new_strings (const char *first, ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS
