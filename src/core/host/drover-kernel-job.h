/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

#include "drover-debian-kernel.h"

G_BEGIN_DECLS

/* Debian's primary FTP site, as its installation guide has it. */
#define DROVER_KERNEL_JOB_SITE "http://ftp.debian.org/debian"

#define DROVER_TYPE_KERNEL_JOB (drover_kernel_job_get_type ())
G_DECLARE_FINAL_TYPE (DroverKernelJob, drover_kernel_job, DROVER, KERNEL_JOB, GObject)

DroverKernelJob *drover_kernel_job_new               (const char      *architecture,
                                                      const char      *site);
DexFuture       *drover_kernel_job_run               (DroverKernelJob *self)
                                                      G_GNUC_WARN_UNUSED_RESULT;
void             drover_kernel_job_cancel            (DroverKernelJob *self);
void             drover_kernel_job_set_images_folder (DroverKernelJob *self,
                                                      const char      *images_folder);
double           drover_kernel_job_get_fraction      (DroverKernelJob *self);
const char      *drover_kernel_job_get_text          (DroverKernelJob *self);

G_END_DECLS
