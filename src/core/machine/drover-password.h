/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char *drover_password_hash  (const char *password, const char *kind, GError **error);
void  drover_password_clear (char *password);

G_END_DECLS
