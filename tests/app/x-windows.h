/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What other programs show. In a file of its own: X's names are everybody's words. */
gboolean x_windows_have (const char *text);

G_END_DECLS
