/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void test_guard_start       (const char *folder);
void test_guard_end_guests  (const char *folder);
void test_guard_remove_tree (const char *folder);

G_END_DECLS
