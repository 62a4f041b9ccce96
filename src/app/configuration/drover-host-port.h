/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *drover_host_port_dup_warning (const char *protocol, const char *address, const char *port);

G_END_DECLS
