/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-device-node.h"

G_BEGIN_DECLS

/* The arguments of a machine, read once for many questions after who made what. */
typedef struct _DroverDeviceMakers DroverDeviceMakers;

DroverDeviceMakers *_drover_device_makers_new  (const char *program, GPtrArray *arguments);
int                 _drover_device_makers_find (DroverDeviceMakers *self, DroverDeviceNode *node);
void                _drover_device_makers_free (DroverDeviceMakers *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverDeviceMakers, _drover_device_makers_free)

G_END_DECLS
