/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-machine.h"

G_BEGIN_DECLS

#define DROVER_TYPE_LIBRARY (drover_library_get_type ())
G_DECLARE_FINAL_TYPE (DroverLibrary, drover_library, DROVER, LIBRARY, GObject)

DroverLibrary *drover_library_new    (const char *folder);
DroverMachine *drover_library_find   (DroverLibrary *self, const char *name, GError **error);
DroverMachine *drover_library_create (DroverLibrary *self, DroverDocument *document,
                                      GError **error);
char          *drover_library_prepare (DroverLibrary *self, GError **error);
DroverMachine *drover_library_publish (DroverLibrary *self, const char *hidden,
                                       DroverDocument *document, GError **error);
void           drover_library_discard (DroverLibrary *self, const char *hidden);
gboolean       drover_library_delete (DroverLibrary *self, DroverMachine *machine,
                                      GStrv *left_behind, GError **error);

char          *drover_library_dup_free_name (DroverLibrary *self, const char *name);
char          *drover_slug_from_name (const char *name);

G_END_DECLS
