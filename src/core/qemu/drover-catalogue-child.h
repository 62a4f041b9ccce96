/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* A program that is asked something, for threads of their own: all of this blocks. */
typedef struct _DroverCatalogueChild DroverCatalogueChild;

DroverCatalogueChild *_drover_catalogue_child_run     (const char *const *argv, guint limit_msec,
                                                       GError **error);
DroverCatalogueChild *_drover_catalogue_child_connect (const char *path,
                                                       const char *const *options,
                                                       guint limit_msec, GError **error);
void        _drover_catalogue_child_free      (DroverCatalogueChild *self);
char       *_drover_catalogue_child_read_all  (DroverCatalogueChild *self, GError **error);
const char *_drover_catalogue_child_read_line (DroverCatalogueChild *self, GError **error);
gboolean    _drover_catalogue_child_send      (DroverCatalogueChild *self, const char *text,
                                               GError **error);
gboolean    _drover_catalogue_child_send_command (DroverCatalogueChild *self, const char *command,
                                                  JsonNode *arguments, GError **error);
GError     *_drover_catalogue_child_explain   (DroverCatalogueChild *self, GError *cause);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverCatalogueChild, _drover_catalogue_child_free)

G_END_DECLS
