/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-part-row.h"

G_BEGIN_DECLS

#define DROVER_TYPE_SHARE_ROW (drover_share_row_get_type ())
G_DECLARE_FINAL_TYPE (DroverShareRow, drover_share_row, DROVER, SHARE_ROW, DroverPartRow)

G_END_DECLS
