/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-argument.h"

G_BEGIN_DECLS

/* The files of `-readconfig`: read, shown, never written. */

GPtrArray  *drover_options_file_parse   (const char *text, DroverArgument *source,
                                         GError **error);
char       *drover_options_file_dup_path (DroverArgument *source, const char *folder);
char       *drover_options_file_read    (const char *path, GError **error);

GPtrArray  *drover_arguments_with_files (GPtrArray *arguments, const char *folder);
GPtrArray  *drover_arguments_without_files (GPtrArray *arguments);
GPtrArray  *drover_arguments_list_file_problems (GPtrArray *arguments, const char *folder);
int         drover_arguments_find_source (GPtrArray *arguments, guint argument);
const char *drover_arguments_get_file   (GPtrArray *arguments, int argument);
gboolean    drover_arguments_check_own (GPtrArray *arguments, int argument, GError **error);

G_END_DECLS
