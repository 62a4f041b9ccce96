/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "drover-session.h"

G_BEGIN_DECLS

#define DROVER_TYPE_SESSION_GUARD (drover_session_guard_get_type ())
G_DECLARE_FINAL_TYPE (DroverSessionGuard, drover_session_guard, DROVER, SESSION_GUARD, GObject)

DroverSessionGuard *drover_session_guard_new        (GtkApplication *application,
                                                     DroverSession *session);
const char         *drover_session_guard_get_reason (DroverSessionGuard *self);
void                drover_session_guard_shut_down  (DroverSessionGuard *self);
void                drover_session_guard_end        (DroverSessionGuard *self);

G_END_DECLS
