/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char    *drover_new_image_dup_free_name (const char *folder, const char *format);
void     drover_new_image_create        (const char *path, const char *format, guint64 size,
                                         GAsyncReadyCallback callback, gpointer user_data);
gboolean drover_new_image_create_finish (GAsyncResult *result, GError **error);

G_END_DECLS
