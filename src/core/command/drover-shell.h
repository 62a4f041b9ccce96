/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *drover_shell_from_argv (const char *const *argv);

G_END_DECLS
