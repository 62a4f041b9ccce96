/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void drover_seed_fix_dates (GByteArray *image);

G_END_DECLS
