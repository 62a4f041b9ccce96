/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "drover-unattended.h"

G_BEGIN_DECLS

typedef void (*DroverUnattendedMaker) (const DroverUnattended *self, GHashTable *files);

void        _drover_unattended_make_autoinstall  (const DroverUnattended *self, GHashTable *files);
void        _drover_unattended_make_cloud_init   (const DroverUnattended *self, GHashTable *files);
void        _drover_unattended_make_archinstall  (const DroverUnattended *self, GHashTable *files);
void        _drover_unattended_make_preseed      (const DroverUnattended *self, GHashTable *files);
void        _drover_unattended_make_autounattend (const DroverUnattended *self, GHashTable *files);

/* Shared by the makers. */
void        _drover_unattended_add_text     (GHashTable *files, const char *name,
                                             const char *text);
void        _drover_unattended_add_nocloud  (const DroverUnattended *self, GHashTable *files,
                                             JsonObject *user_data);
JsonArray  *_drover_unattended_strv_to_json (const char *const *strv);
void        _drover_unattended_add_words    (JsonArray *array, const char *first,
                                             ...) G_GNUC_NULL_TERMINATED;
const char *_drover_unattended_get_console  (const char *architecture);
const char *_drover_unattended_get_sudo     (const DroverUnattended *self);
char       *_drover_unattended_quote        (const char *text);

/* Windows' own names for what the rest of the world names otherwise; NULL when not known. */
const char *_drover_windows_time_zone       (const char *time_zone);
char       *_drover_windows_locale          (const char *locale);
const char *_drover_windows_keyboard        (const char *keyboard, const char *variant);

G_END_DECLS
