/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

SoupMessage *drover_http_get         (const char    *address,
                                      GError       **error);
SoupMessage *drover_http_redirected  (SoupMessage   *message,
                                      GError       **error);
char        *drover_http_dup_address (SoupMessage   *message);
DexFuture   *drover_http_send        (SoupMessage   *message,
                                      GCancellable  *cancellable) G_GNUC_WARN_UNUSED_RESULT;
DexFuture   *drover_http_read        (GInputStream  *body,
                                      gsize          most,
                                      GCancellable  *cancellable) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
