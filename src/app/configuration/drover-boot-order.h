/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char      *drover_boot_order_dup_words (GPtrArray *arguments, int device);
gboolean   drover_boot_order_can_move  (GPtrArray *arguments, int device, int direction);
GPtrArray *drover_boot_order_move      (GPtrArray *arguments, int device, int direction);

G_END_DECLS
