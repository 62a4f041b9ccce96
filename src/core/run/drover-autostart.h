/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

#include "drover-library.h"

G_BEGIN_DECLS

/* In machine.json: what becomes of a guest when the user's session ends. Without it the guest is
 * shut down; #DROVER_SESSION_END_LEAVE lets it run on, where the system lets it. */
#define DROVER_MEMBER_SESSION_END "session-end"
#define DROVER_SESSION_END_LEAVE "leave-running"

DexFuture      *drover_autostart_set      (DroverMachine *machine, gboolean on) G_GNUC_WARN_UNUSED_RESULT;
char           *drover_autostart_dup_file (DroverMachine *machine);
void            drover_autostart_renew    (DroverMachine *machine);
void            drover_autostart_remove   (const char *uuid);
void            drover_autostart_sweep    (DroverLibrary *library);

gboolean        drover_session_end_shuts_down (DroverDocument *document);
DroverDocument *drover_session_end_with       (DroverDocument *document, gboolean shut_down);

G_END_DECLS
