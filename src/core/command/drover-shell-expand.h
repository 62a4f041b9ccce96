/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-shell.h"

G_BEGIN_DECLS

/**
 * DroverShellLookup:
 * @name: a variable
 *
 * Returns: (transfer full) (nullable): its value; %NULL when it has none
 */
typedef char *(*DroverShellLookup) (const char *name, gpointer data);

gboolean   drover_shell_evaluate       (const char *text, DroverShellLookup lookup, gpointer data,
                                        gint64 *result);
GPtrArray *drover_shell_expand_braces  (const DroverShellWord *word);

char      *drover_shell_cut_start      (const char *value, const char *pattern, gboolean longest);
char      *drover_shell_cut_end        (const char *value, const char *pattern, gboolean longest);
char      *drover_shell_replace        (const char *value, const char *pattern,
                                        const char *replacement, gboolean all);
char      *drover_shell_change_case    (const char *value, gboolean upper, gboolean all);
char      *drover_shell_slice          (const char *value, gint64 offset, gint64 length,
                                        gboolean has_length);

G_END_DECLS
