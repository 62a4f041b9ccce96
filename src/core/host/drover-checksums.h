/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* In hex digits. */
#define DROVER_CHECKSUMS_SHA256_LENGTH 64
#define DROVER_CHECKSUMS_SHA512_LENGTH 128

char    *drover_checksums_lookup (const char    *text,
                                  const char    *name,
                                  GError       **error);
char    *drover_checksums_match  (const char    *text,
                                  const char    *pattern,
                                  char         **name,
                                  GError       **error);
char    *drover_checksums_only   (const char    *text);
char    *drover_checksums_normalise (const char *pasted);
GChecksumType drover_checksums_get_type (const char *sum);
gboolean drover_checksums_add_fd (GChecksum     *checksum,
                                  int            fd,
                                  GCancellable  *cancellable,
                                  GError       **error);

G_END_DECLS
