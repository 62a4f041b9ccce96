/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-document.h"

G_BEGIN_DECLS

/* The files in a machine's folder that Drover made for it, as machine.json has them on record:
 * they go with the machine when that is deleted. */

GStrv           drover_own_files_dup    (DroverDocument *document);
DroverDocument *drover_own_files_set    (DroverDocument *document, const char *const *names);
DroverDocument *drover_own_files_add    (DroverDocument *document, const char *const *names);
void            drover_own_files_delete (DroverDocument *document, const char *folder);

G_END_DECLS
