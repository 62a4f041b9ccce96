/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-argument.h"

G_BEGIN_DECLS

/* The name by which a guest agent looks for its port. */
#define DROVER_AGENT_PORT "org.qemu.guest_agent.0"

/**
 * DroverAgentChannel:
 * @device: index of the argument that makes the guest's end
 * @chardev: index of the `-chardev` that makes this computer's end, or -1
 * @device_id: (nullable): the id that QMP's `VSERPORT_CHANGE` has
 * @chardev_id: (nullable): the label that `query-chardev` has
 * @path: (nullable): its UNIX socket, as it is written: a relative one starts in the folder in
 *   which QEMU was started
 * @tells: whether QEMU can tell if a program in the guest has the port open; a serial port is
 *   always open
 * @problem: (nullable): why Drover cannot use it, a sentence
 *
 * The two ends of the channel to the QEMU guest agent, as a machine's arguments make them.
 */
typedef struct
{
  guint device;
  int chardev;
  char *device_id;
  char *chardev_id;
  char *path;
  gboolean tells;
  char *problem;
} DroverAgentChannel;

DroverAgentChannel *drover_agent_channel_find (GPtrArray *arguments);
GPtrArray          *drover_agent_channel_add  (GPtrArray *arguments, const char *program,
                                               GError **error);
const char         *drover_agent_channel_explain (DroverArgument *argument);
void                drover_agent_channel_free (DroverAgentChannel *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverAgentChannel, drover_agent_channel_free)

G_END_DECLS
