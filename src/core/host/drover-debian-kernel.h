/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define DROVER_TYPE_DEBIAN_KERNEL (drover_debian_kernel_get_type ())

/**
 * DroverDebianKernel:
 * @architecture: in QEMU's words: `aarch64` or `x86_64`
 * @kernel: the path of the kernel
 * @initrd: the path of its initial RAM disk
 * @origin: where they come from, a translated piece of a sentence
 *
 * The kernel of Debian's installer, for the machine called Hello World.
 */
typedef struct
{
  char *architecture;
  char *kernel;
  char *initrd;
  char *origin;
} DroverDebianKernel;

GType               drover_debian_kernel_get_type        (void) G_GNUC_CONST;
DroverDebianKernel *drover_debian_kernel_copy            (const DroverDebianKernel *self);
void                drover_debian_kernel_free            (DroverDebianKernel       *self);
const char         *drover_debian_kernel_get_debian_name (const char               *architecture);
char               *drover_debian_kernel_dup_folder      (const char               *architecture);
DroverDebianKernel *drover_debian_kernel_find_installed  (const char               *architecture,
                                                          const char               *images_folder);
DroverDebianKernel *drover_debian_kernel_find_downloaded (const char               *architecture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverDebianKernel, drover_debian_kernel_free)

G_END_DECLS
