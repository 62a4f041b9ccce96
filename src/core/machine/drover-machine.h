/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "drover-document.h"

G_BEGIN_DECLS

#define DROVER_TYPE_MACHINE (drover_machine_get_type ())
G_DECLARE_FINAL_TYPE (DroverMachine, drover_machine, DROVER, MACHINE, GObject)

DroverMachine  *drover_machine_new          (const char *folder);
gboolean        drover_machine_reload       (DroverMachine *self);
gboolean        drover_machine_save         (DroverMachine *self, DroverDocument *document,
                                             GError **error);
gboolean        drover_machine_renew_identity (DroverMachine *self, GError **error);

const char     *drover_machine_get_slug     (DroverMachine *self);
const char     *drover_machine_get_folder   (DroverMachine *self);
const char     *drover_machine_get_directory (DroverMachine *self);
const char     *drover_machine_get_name     (DroverMachine *self);
const char     *drover_machine_get_file     (DroverMachine *self);
DroverDocument *drover_machine_get_document (DroverMachine *self);
const GError   *drover_machine_get_error    (DroverMachine *self);

G_END_DECLS
