/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-machine.h"

G_BEGIN_DECLS

const char *_drover_machine_get_uuid (DroverMachine *self);
gboolean    _drover_machine_set_twin (DroverMachine *self, const char *slug);

G_END_DECLS
