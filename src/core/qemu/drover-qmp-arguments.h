/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "drover-fields.h"

G_BEGIN_DECLS

JsonNode *drover_qmp_arguments_new        (JsonNode *schema, const char *command,
                                           const DroverFields *fields);
JsonNode *drover_qmp_arguments_new_device (JsonNode *properties, const DroverFields *fields);

G_END_DECLS
