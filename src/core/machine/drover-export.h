/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-document.h"

G_BEGIN_DECLS

gboolean drover_export_needs_directory (DroverDocument *document);

char *drover_export_dup_shell  (DroverDocument *document);
char *drover_export_dup_argv   (DroverDocument *document);
char *drover_export_dup_script (DroverDocument *document, const char *directory);

G_END_DECLS
