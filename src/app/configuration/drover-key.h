/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-setting.h"

G_BEGIN_DECLS

/* One key of one argument, whether there is a setting for it or not. */

DroverReading *drover_key_read  (GPtrArray *arguments, int argument, const char *key,
                                 DroverSettingKind kind);
char          *drover_key_dup   (GPtrArray *arguments, int argument, const char *key);
GPtrArray     *drover_key_write (GPtrArray *arguments, int argument, const char *key,
                                 DroverSettingKind kind, const char *text, GError **error);

G_END_DECLS
