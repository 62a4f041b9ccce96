/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-argument.h"

G_BEGIN_DECLS

GPtrArray *drover_arguments_new     (void);
GPtrArray *drover_arguments_copy    (GPtrArray *arguments);
void       drover_arguments_take    (GPtrArray *arguments, guint index, DroverArgument *argument);

G_END_DECLS
