/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-qmp-schema.h"

G_BEGIN_DECLS

/* What people type into a QMP console: a command as QMP has it,
 *
 *     { "execute": "block_resize", "arguments": { "device": "d", "size": 1024 } }
 *
 * or short, with its arguments as one object or as words, as QEMU's own qmp-shell takes them:
 *
 *     block_resize { "device": "d", "size": 1024 }
 *     block_resize device=d size=1024
 */

gboolean drover_qmp_line_parse    (const char *text, DroverQmpSchema *schema, char **command,
                                   JsonNode **arguments, GError **error);
GStrv    drover_qmp_line_complete (const char *text, gsize cursor, DroverQmpSchema *schema,
                                   gsize *start);
char    *drover_qmp_line_dup_help (const char *text, DroverQmpSchema *schema);

G_END_DECLS
