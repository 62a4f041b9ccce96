/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-qmp.h"

G_BEGIN_DECLS

DexFuture  *drover_run_truth_ask       (DroverQmp *qmp) G_GNUC_WARN_UNUSED_RESULT;
const char *drover_run_truth_get_badge (const char *accelerator);

G_END_DECLS
