/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-library.h"

G_BEGIN_DECLS

guint    drover_ssh_port_choose (DroverLibrary *library);
gboolean drover_ssh_port_check  (DroverLibrary *library, guint port, GError **error);

G_END_DECLS
