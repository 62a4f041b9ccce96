/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-template.h"

G_BEGIN_DECLS

DroverTemplate *drover_template_new_from_document (DroverDocument *document, const char *folder,
                                                   const char *id, const char *title,
                                                   const char *summary, GStrv *left_out,
                                                   GError **error);
char           *drover_template_id_from_title     (const char *title);

G_END_DECLS
