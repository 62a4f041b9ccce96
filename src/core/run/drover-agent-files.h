/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-agent.h"

G_BEGIN_DECLS

/**
 * DroverAgentProgress:
 * @done: bytes that were copied, or compared
 * @total: bytes in all; 0 when that is not known
 * @comparing: whether the copy is there, and its checksum is being compared
 *
 * How far a copy is.
 */
typedef void (*DroverAgentProgress) (guint64 done, guint64 total, gboolean comparing,
                                     gpointer user_data);

DexFuture *drover_agent_copy_in  (DroverAgent *agent, const char *path, const char *guest_path,
                                  GCancellable *cancellable, DroverAgentProgress progress,
                                  gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *drover_agent_copy_out (DroverAgent *agent, const char *guest_path, const char *path,
                                  GCancellable *cancellable, DroverAgentProgress progress,
                                  gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
