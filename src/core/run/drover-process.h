/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

gint64     drover_process_get_started    (guint64 start_time);
guint64    drover_process_get_start_time (GPid pid);
gboolean   drover_process_is_alive       (GPid pid, guint64 start_time);
gboolean   drover_process_signal         (GPid pid, guint64 start_time, int signal_number);
void       drover_process_note_self      (int fd);
gboolean   drover_process_read_note      (const char *path, GPid *pid, guint64 *start_time);
DexFuture *drover_process_wait_gone      (GPid pid, guint64 start_time) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
