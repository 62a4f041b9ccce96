/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-agent.h"

G_BEGIN_DECLS

/**
 * DroverAgentAddress:
 * @interface: as the guest calls it
 * @hardware: (nullable): its MAC address
 * @address: an IPv4 or IPv6 address
 * @prefix: how many bits of it are the network's
 * @is_loopback: whether it leads back to the guest, or is of this link only
 */
typedef struct
{
  char *interface;
  char *hardware;
  char *address;
  guint prefix;
  gboolean is_loopback;
} DroverAgentAddress;

/**
 * DroverAgentFilesystem:
 * @mount: where it is mounted
 * @device: (nullable): what it is on
 * @type: ext4, NTFS …
 * @used: bytes
 * @total: bytes; 0 when the agent does not tell
 */
typedef struct
{
  char *mount;
  char *device;
  char *type;
  guint64 used;
  guint64 total;
} DroverAgentFilesystem;

/**
 * DroverAgentFacts:
 * @version: the agent's
 * @commands: (element-type utf8): the commands that it has and allows
 * @os: (nullable): the system's name, as it calls itself
 * @os_id: (nullable): `debian`, `mswindows` …
 * @kernel: (nullable): the kernel's release
 * @architecture: (nullable): as the guest calls it
 * @host_name: (nullable)
 * @addresses: (element-type DroverAgentAddress): those of all interfaces
 * @filesystems: (element-type DroverAgentFilesystem): what is mounted
 * @time_offset: microseconds by which the guest's clock is ahead of this computer's, with the
 *   time that the answer took
 * @has_time: whether @time_offset is known
 * @refusals: (element-type utf8): what could not be asked, and why, for people
 *
 * What the guest agent tells of its guest. All texts are the guest's, cleaned.
 */
typedef struct
{
  char *version;
  GHashTable *commands;
  char *os;
  char *os_id;
  char *kernel;
  char *architecture;
  char *host_name;
  GPtrArray *addresses;
  GPtrArray *filesystems;
  gint64 time_offset;
  gboolean has_time;
  GPtrArray *refusals;
} DroverAgentFacts;

#define DROVER_TYPE_AGENT_FACTS (drover_agent_facts_get_type ())
GType             drover_agent_facts_get_type (void) G_GNUC_CONST;

DexFuture        *drover_agent_load_facts   (DroverAgent *agent) G_GNUC_WARN_UNUSED_RESULT;
DexFuture        *drover_agent_load_commands (DroverAgent *agent) G_GNUC_WARN_UNUSED_RESULT;
gboolean          drover_agent_facts_can    (const DroverAgentFacts *self, const char *command);
gboolean          drover_agent_facts_is_windows (const DroverAgentFacts *self);
JsonNode         *drover_agent_facts_to_json (const DroverAgentFacts *self);
JsonNode         *drover_agent_facts_addresses_to_json (const DroverAgentFacts *self);
DroverAgentFacts *drover_agent_facts_ref    (DroverAgentFacts *self);
void              drover_agent_facts_unref  (DroverAgentFacts *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverAgentFacts, drover_agent_facts_unref)

G_END_DECLS
