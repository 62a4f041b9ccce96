/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * DroverKeyvalItem:
 * @start: offset of the item's first byte
 * @end: offset after its last byte, the separating comma not included
 * @key_length: bytes of the key from @start; 0 for the implied first key
 * @value_start: offset of the value; equal to @end for a bare word
 * @is_flag: a bare word such as `mux` or `nowait`, which QEMU reads as on or off
 *
 * One item of an argument such as `stdio,id=a,mux=on`, as offsets into its text:
 * what is not edited is never printed anew.
 */
typedef struct
{
  gsize start;
  gsize end;
  gsize key_length;
  gsize value_start;
  gboolean is_flag;
} DroverKeyvalItem;

GArray *drover_keyval_parse   (const char *text, gboolean first_is_implied);
char   *drover_keyval_dup     (const char *text, const char *implied_key, const char *key);
char   *drover_keyval_set     (const char *text, const char *implied_key, const char *key,
                               const char *value);
char   *drover_keyval_remove  (const char *text, const char *implied_key, const char *key);
GStrv   drover_keyval_dup_all (const char *text, const char *implied_key, const char *key);
char   *drover_keyval_set_all (const char *text, const char *implied_key, const char *key,
                               const char *const *values);
char   *drover_keyval_escape  (const char *value);

G_END_DECLS
