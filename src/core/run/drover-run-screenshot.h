/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-run.h"

G_BEGIN_DECLS

DexFuture *drover_run_screenshot (DroverRun *self, const char *path, const char *device,
                                  int head) G_GNUC_WARN_UNUSED_RESULT;
GBytes    *drover_png_from_ppm   (GBytes *ppm, GError **error);

G_END_DECLS
