/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-template.h"

G_BEGIN_DECLS

/* The end of the name of a template's file, and its type on the desktop. */
#define DROVER_TEMPLATE_SUFFIX ".drover-template"
#define DROVER_TEMPLATE_MIME_TYPE "application/x-drover-template"

GPtrArray      *drover_templates_list       (GPtrArray **broken);
DroverTemplate *drover_template_find        (const char *id, GError **error);
char           *drover_templates_dup_folder (void);
DroverTemplate *drover_templates_add        (const char *path, gboolean replace, GError **error);
gboolean        drover_templates_save       (DroverTemplate *self, gboolean replace,
                                             GError **error);
gboolean        drover_templates_remove     (const char *id, GError **error);
gboolean        drover_template_export      (DroverTemplate *self, const char *path,
                                             GError **error);

G_END_DECLS
