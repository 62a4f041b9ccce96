/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *drover_socket_dup_holder (GPid server, const char *path, GPid *holder);

G_END_DECLS
