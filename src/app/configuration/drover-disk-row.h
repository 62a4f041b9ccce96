/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-part-row.h"

G_BEGIN_DECLS

#define DROVER_TYPE_DISK_ROW (drover_disk_row_get_type ())
G_DECLARE_FINAL_TYPE (DroverDiskRow, drover_disk_row, DROVER, DISK_ROW, DroverPartRow)

G_END_DECLS
