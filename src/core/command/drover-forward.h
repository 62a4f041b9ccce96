/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-argument.h"

G_BEGIN_DECLS

/**
 * DroverForward:
 * @text: as it stands in the argument, commas undone
 * @readable: whether the members below say all of @text; when not, only @text counts
 * @protocol: `tcp`, `udp`, `unix`; empty stands for `tcp`
 * @host_address: where the host listens; empty for every address; for `unix` the path of the
 *   socket
 * @host_port: a number; empty for `unix`
 * @guest_address: empty for the first address that QEMU gives the guest
 * @guest_port: a number
 *
 * One port forward from the host into the guest, a `hostfwd=` of user-mode networking.
 */
typedef struct
{
  char *text;
  gboolean readable;
  char *protocol;
  char *host_address;
  char *host_port;
  char *guest_address;
  char *guest_port;
} DroverForward;

DroverForward *drover_forward_parse   (const char *text);
DroverForward *drover_forward_new     (const char *protocol, const char *host_address,
                                       const char *host_port, const char *guest_address,
                                       const char *guest_port, GError **error);
void           drover_forward_free    (DroverForward *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverForward, drover_forward_free)

gboolean       drover_forwards_possible (GPtrArray *arguments, guint argument);
GPtrArray     *drover_forwards_list   (GPtrArray *arguments, guint argument);
GPtrArray     *drover_forwards_add    (GPtrArray *arguments, guint argument,
                                       const DroverForward *forward, GError **error);
GPtrArray     *drover_forwards_change (GPtrArray *arguments, guint argument, guint index,
                                       const DroverForward *forward, GError **error);
GPtrArray     *drover_forwards_remove (GPtrArray *arguments, guint argument, guint index,
                                       GError **error);

G_END_DECLS
