/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-value.h"

G_BEGIN_DECLS

/* One place at which a setting has a value. */
typedef struct
{
  const DroverPlace *place;
  guint argument;
  DroverValue value;
} DroverSettingHit;

gboolean   drover_setting_place_is_at  (const DroverPlace *place, GPtrArray *arguments,
                                        const DroverScope *scope, guint index);
GArray    *drover_setting_find_hits    (const DroverSetting *setting, GPtrArray *arguments,
                                        const DroverScope *scope);
void       drover_setting_drop_files   (GArray *hits, GPtrArray *arguments);
guint      drover_setting_count_option (GPtrArray *arguments, const char *option);

void       drover_setting_read_list    (const DroverSetting *setting, GArray *hits,
                                        DroverReading *reading);
GPtrArray *drover_setting_write_list   (const DroverSetting *setting, GPtrArray *arguments,
                                        const char *text, GError **error);

gboolean   drover_setting_matches      (const char *means, const char *text);
gboolean   drover_setting_replace_hit  (const DroverSettingHit *hit, const DroverSetting *setting,
                                        GPtrArray *arguments, const DroverScope *scope,
                                        const char *text, GError **error);
gboolean   drover_setting_check_alone   (const DroverSettingHit *hit, GPtrArray *arguments,
                                         GError **error);
GPtrArray *drover_setting_copy_arguments (GPtrArray *arguments);
void       drover_setting_insert       (GPtrArray *arguments, int at, const char *option,
                                        const char *value);
gboolean   drover_setting_create       (const DroverSetting *setting, GPtrArray *arguments,
                                        const DroverScope *scope, const char *text, int at,
                                        GError **error);

G_END_DECLS
