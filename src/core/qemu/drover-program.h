/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char       *drover_program_find             (const char *program, GError **error);
char       *drover_program_resolve          (const char *program, const char *directory);
const char *drover_program_get_architecture (const char *program);

G_END_DECLS
