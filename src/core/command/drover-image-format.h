/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

const char *drover_image_format_probe    (const char *path, const char *folder);
const char *drover_image_format_of_name  (const char *path);
gboolean    drover_image_has_protocol    (const char *path);
const char *drover_image_get_file_driver (const char *path, const char *folder, gboolean is_cd);

G_END_DECLS
