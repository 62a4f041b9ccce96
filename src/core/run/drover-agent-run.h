/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-agent-channel.h"
#include "drover-run.h"

G_BEGIN_DECLS

GPtrArray          *drover_run_dup_arguments      (DroverRun *self);
DroverAgentChannel *drover_run_find_agent_channel (DroverRun *self);
DexFuture          *drover_run_is_agent_there     (DroverRun *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture          *drover_run_open_agent         (DroverRun *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture          *drover_run_shut_down_by_agent (DroverRun *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
