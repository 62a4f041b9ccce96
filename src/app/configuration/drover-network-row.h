/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-part-row.h"

G_BEGIN_DECLS

#define DROVER_TYPE_NETWORK_ROW (drover_network_row_get_type ())
G_DECLARE_FINAL_TYPE (DroverNetworkRow, drover_network_row, DROVER, NETWORK_ROW, DroverPartRow)

G_END_DECLS
