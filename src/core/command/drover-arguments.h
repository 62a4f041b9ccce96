/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-argument.h"

G_BEGIN_DECLS

GPtrArray *drover_arguments_new     (void);
void       drover_arguments_take    (GPtrArray *arguments, guint index, DroverArgument *argument);
gboolean   drover_arguments_refuse  (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS
