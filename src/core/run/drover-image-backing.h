/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char    *_drover_image_dup_backing (const char *path, gboolean *is_raw);
gboolean _drover_image_may_have_backing (const char *format);

G_END_DECLS
