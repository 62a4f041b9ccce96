/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * DroverJsonMember:
 * @start: offset of the member's key, its quote included
 * @end: offset after its value
 * @value_start: offset of its value
 * @n_found: how many members have that path; QEMU refuses more than one
 *
 * One member of a JSON argument such as `{"driver": "qcow2", "file": {"filename": "a"}}`, as
 * offsets into its text: what is not edited is never printed anew.
 */
typedef struct
{
  gsize start;
  gsize end;
  gsize value_start;
  guint n_found;
} DroverJsonMember;

gboolean drover_json_value_is_valid (const char *text);
gboolean drover_json_value_find     (const char *text, const char *path, DroverJsonMember *member);
char    *drover_json_value_dup      (const char *text, const DroverJsonMember *member);
char    *drover_json_value_set      (const char *text, const char *path, const char *literal);
char    *drover_json_value_remove   (const char *text, const char *path);
char    *drover_json_value_quote    (const char *value);

G_END_DECLS
