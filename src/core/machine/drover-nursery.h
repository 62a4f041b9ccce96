/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The hidden folders in which machines are made. */
typedef struct _DroverNursery DroverNursery;

DroverNursery *drover_nursery_new     (const char    *folder);
void           drover_nursery_free    (DroverNursery *self);
char          *drover_nursery_make    (DroverNursery *self, GError **error);
void           drover_nursery_release (DroverNursery *self, const char *hidden);
void           drover_nursery_discard (DroverNursery *self, const char *hidden);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverNursery, drover_nursery_free)

G_END_DECLS
