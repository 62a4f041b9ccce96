/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-document.h"

G_BEGIN_DECLS

JsonObject     *drover_service_entry_find   (DroverDocument *document, const char *service,
                                             const char *socket);
DroverDocument *drover_service_entry_set    (DroverDocument *document, const char *service,
                                             const char *socket, JsonObject *entry);
const char     *drover_service_entry_get    (JsonObject *entry, const char *member);
char           *drover_service_entry_dup_socket (DroverDocument *document, const char *stem);

G_END_DECLS
