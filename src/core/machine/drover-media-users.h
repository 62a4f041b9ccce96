/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-library.h"
#include "drover-medium.h"

G_BEGIN_DECLS

GStrv drover_media_users_list (DroverLibrary *library, DroverMedium *medium);

G_END_DECLS
