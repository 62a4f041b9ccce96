/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-modernise.h"

G_BEGIN_DECLS

/**
 * DroverDrive:
 * @interface: what it is plugged into, as `-drive if=` calls it; the board's own when none is
 *   given, and %NULL when that is not known
 * @bus: which bus of those
 * @unit: which place on that bus
 * @is_cd: whether the guest sees a CD drive
 *
 * Where QEMU puts a drive of the older options.
 */
typedef struct
{
  guint argument;
  const char *interface;
  guint bus;
  guint unit;
  gboolean is_cd;
} DroverDrive;

GArray            *drover_drives_place (DroverReferences *references, DroverBoard board);
const DroverDrive *drover_drives_find  (GArray *drives, guint argument);
gboolean           drover_drives_has   (GArray *drives, const char *interface, guint bus,
                                        guint unit);

G_END_DECLS
