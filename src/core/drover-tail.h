/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *drover_tail_read       (const char *path, gsize size);
char *drover_tail_read_words (const char *path);

G_END_DECLS
