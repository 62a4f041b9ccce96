/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define DROVER_TYPE_CLOCK (drover_clock_get_type ())
G_DECLARE_FINAL_TYPE (DroverClock, drover_clock, DROVER, CLOCK, GObject)

DroverClock *drover_clock_get         (void);
void         drover_clock_hold        (DroverClock *self);
void         drover_clock_release     (DroverClock *self);
void         drover_clock_set_seen    (DroverClock *self, gboolean seen);
gboolean     drover_clock_get_ticking (DroverClock *self);

G_END_DECLS
