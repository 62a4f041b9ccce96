/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-document.h"

G_BEGIN_DECLS

const char     *drover_hello_get_default_name (const char *architecture);
DroverDocument *drover_hello_new_document     (const char *architecture, const char *name,
                                               const char *kernel, const char *initrd);

G_END_DECLS
