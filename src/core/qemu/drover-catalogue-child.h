/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <libdex.h>

G_BEGIN_DECLS

#define DROVER_TYPE_CATALOGUE_CHILD (drover_catalogue_child_get_type ())
G_DECLARE_FINAL_TYPE (DroverCatalogueChild, drover_catalogue_child, DROVER, CATALOGUE_CHILD,
                      GObject)

DroverCatalogueChild *_drover_catalogue_child_new (GStrv argv, gboolean with_output, int fd,
                                                   guint limit_msec, GError **error);
void       _drover_catalogue_child_kill          (DroverCatalogueChild *self);
gboolean   _drover_catalogue_child_was_late      (DroverCatalogueChild *self);
DexFuture *_drover_catalogue_child_when_ended    (DroverCatalogueChild *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *_drover_catalogue_child_read          (DroverCatalogueChild *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *_drover_catalogue_child_read_message  (DroverCatalogueChild *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
