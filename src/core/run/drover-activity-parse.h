/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DroverNetdev:
 * @id: of the backend; with a `#` in front one that QEMU made up
 * @type: such as `user` or `tap`
 * @interface: (nullable): this computer's network interface behind it
 */
typedef struct
{
  char *id;
  char *type;
  char *interface;
} DroverNetdev;

gboolean   drover_activity_parse_stat    (const char *text, guint64 *ticks);
gboolean   drover_activity_parse_statm   (const char *text, guint64 *pages);
char      *drover_activity_parse_fdinfo  (const char *text);
GPtrArray *drover_activity_parse_netdevs (const char *text);
gboolean   drover_activity_read_interface (const char *folder, const char *interface,
                                           guint64 *received, guint64 *sent);

G_END_DECLS
