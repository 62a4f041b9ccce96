/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-part-row.h"

G_BEGIN_DECLS

#define DROVER_TYPE_DEVICE_ROW (drover_device_row_get_type ())
G_DECLARE_FINAL_TYPE (DroverDeviceRow, drover_device_row, DROVER, DEVICE_ROW, DroverPartRow)

G_END_DECLS
