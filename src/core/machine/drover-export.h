/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-document.h"

G_BEGIN_DECLS

char *drover_export_dup_shell  (DroverDocument *document);
char *drover_export_dup_argv   (DroverDocument *document);
char *drover_export_dup_script (DroverDocument *document, const char *folder);

G_END_DECLS
