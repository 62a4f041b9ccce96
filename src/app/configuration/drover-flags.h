/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DroverFlagState:
 * @DROVER_FLAG_ABSENT: it is not in the list
 * @DROVER_FLAG_ON: `+x`, `x=on` or a bare `x`
 * @DROVER_FLAG_OFF: `-x` or `x=off`
 * @DROVER_FLAG_OTHER: it has another value, as `phys-bits=40`
 */
typedef enum
{
  DROVER_FLAG_ABSENT,
  DROVER_FLAG_ON,
  DROVER_FLAG_OFF,
  DROVER_FLAG_OTHER,
} DroverFlagState;

char           *drover_flag_dup_name  (const char *item);
DroverFlagState drover_flag_get_state (const char *item);

DroverFlagState drover_flags_get      (const char *list, const char *name);
char           *drover_flags_set      (const char *list, const char *name, DroverFlagState state);

G_END_DECLS
