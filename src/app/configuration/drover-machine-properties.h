/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-config.h"

G_BEGIN_DECLS

AdwDialog *drover_machine_properties_dialog_new (DroverConfig *config, const char *machine);

G_END_DECLS
