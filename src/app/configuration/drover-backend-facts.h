/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-catalogue.h"
#include "drover-part.h"

G_BEGIN_DECLS

const char *drover_backend_get_sentence (const char *type);
char       *drover_backend_dup_lack     (DroverCatalogue *catalogue, const char *type);
char       *drover_backend_dup_type     (GPtrArray *arguments, const DroverPart *part);
GStrv       drover_backend_list         (DroverCatalogue *catalogue, GPtrArray *arguments,
                                         int argument, const char *current);
GPtrArray  *drover_backend_change       (DroverCatalogue *catalogue, GPtrArray *arguments,
                                         int argument, const char *type, GError **error);

G_END_DECLS
