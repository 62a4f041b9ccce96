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

const char *drover_json_get_text   (JsonObject *object, const char *member);
gint64      drover_json_get_number (JsonObject *object, const char *member);
JsonObject *drover_json_get_object (JsonObject *object, const char *member);
JsonArray  *drover_json_get_array  (JsonObject *object, const char *member);
JsonArray  *drover_json_as_array   (JsonNode *node);
JsonObject *drover_json_get_item   (JsonArray *array, guint i);

G_END_DECLS
