/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char    *drover_checksums_lookup (const char    *text,
                                  const char    *name,
                                  GError       **error);
gboolean drover_checksums_add_fd (GChecksum     *checksum,
                                  int            fd,
                                  GCancellable  *cancellable,
                                  GError       **error);

G_END_DECLS
