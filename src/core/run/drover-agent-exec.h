/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-agent.h"

G_BEGIN_DECLS

/**
 * DroverAgentOutput:
 * @exit_status: what the program ended with; -1 when a signal ended it
 * @signal: the signal, or the exception of Windows, or 0
 * @output: what it wrote to its standard output
 * @errors: what it wrote to its standard error
 * @truncated: whether the agent kept only a part of what it wrote
 *
 * What a command in the guest came to.
 */
typedef struct
{
  int exit_status;
  int signal;
  GBytes *output;
  GBytes *errors;
  gboolean truncated;
} DroverAgentOutput;

#define DROVER_TYPE_AGENT_OUTPUT (drover_agent_output_get_type ())
GType              drover_agent_output_get_type (void) G_GNUC_CONST;

DexFuture         *drover_agent_run_command (DroverAgent *agent, const char *const *argv,
                                             GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;
DroverAgentOutput *drover_agent_output_ref   (DroverAgentOutput *self);
void               drover_agent_output_unref (DroverAgentOutput *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverAgentOutput, drover_agent_output_unref)

G_END_DECLS
