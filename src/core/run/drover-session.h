/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-library.h"
#include "drover-run.h"

G_BEGIN_DECLS

#define DROVER_TYPE_SESSION (drover_session_get_type ())
G_DECLARE_FINAL_TYPE (DroverSession, drover_session, DROVER, SESSION, GObject)

DroverSession *drover_session_new         (DroverLibrary *library, const char *qmp_socket);
DroverLibrary *drover_session_get_library (DroverSession *self);
DroverRun     *drover_session_get_run     (DroverSession *self, DroverMachine *machine);

G_END_DECLS
