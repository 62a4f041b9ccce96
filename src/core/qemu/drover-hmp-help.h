/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DroverHmpHelp:
 *
 * What QEMU's monitor says of its commands, with `help` and `help info`.
 */
typedef struct _DroverHmpHelp DroverHmpHelp;

DroverHmpHelp *drover_hmp_help_new      (const char *help, const char *info);
void           drover_hmp_help_free     (DroverHmpHelp *self);
GStrv          drover_hmp_help_complete (DroverHmpHelp *self, const char *text, gsize cursor,
                                         gsize *start);
char          *drover_hmp_help_dup      (DroverHmpHelp *self, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverHmpHelp, drover_hmp_help_free)

G_END_DECLS
