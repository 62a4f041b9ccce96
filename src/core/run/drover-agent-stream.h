/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * DroverAgentStream:
 *
 * Cuts the bytes that come from a guest agent into its replies, one JSON object a line. The guest
 * is not to be trusted: what it sends is bounded in length and in how many values it has. It
 * knows nothing of sockets, so that it can be tested and fuzzed by itself.
 */
typedef struct _DroverAgentStream DroverAgentStream;

/* The longest line that is read. Both outputs of a command may have 16 MiB, and a third more in
 * base64. */
#define DROVER_AGENT_LONGEST_LINE (48 * 1024 * 1024)

/* A line has at most this many values: each is much larger in memory than in the line. */
#define DROVER_AGENT_MOST_VALUES 200000

DroverAgentStream *drover_agent_stream_new  (void);
void               drover_agent_stream_free (DroverAgentStream *self);
void               drover_agent_stream_await_sync (DroverAgentStream *self);
void               drover_agent_stream_push (DroverAgentStream *self, const void *data,
                                             gsize length);
JsonObject        *drover_agent_stream_pop  (DroverAgentStream *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverAgentStream, drover_agent_stream_free)

G_END_DECLS
