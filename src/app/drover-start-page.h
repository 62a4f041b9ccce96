/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "drover-kernel-job.h"

G_BEGIN_DECLS

#define DROVER_TYPE_START_PAGE (drover_start_page_get_type ())
G_DECLARE_FINAL_TYPE (DroverStartPage, drover_start_page, DROVER, START_PAGE, AdwBin)

void drover_start_page_reload    (DroverStartPage *self);
void drover_start_page_set_job   (DroverStartPage *self, DroverKernelJob *job);
void drover_start_page_set_error (DroverStartPage *self, const char *message);

G_END_DECLS
