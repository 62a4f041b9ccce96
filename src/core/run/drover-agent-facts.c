/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-agent-facts.h"
#include "drover-dex.h"
#include "drover-error.h"
#include "drover-json.h"

/* A guest may say that it has a million of them. */
#define MOST_ADDRESSES 256
#define MOST_FILESYSTEMS 256

G_DEFINE_BOXED_TYPE (DroverAgentFacts, drover_agent_facts, drover_agent_facts_ref,
                     drover_agent_facts_unref)

static void
address_free (gpointer data)
{
  DroverAgentAddress *address = data;

  g_free (address->interface);
  g_free (address->hardware);
  g_free (address->address);
  g_free (address);
}

static void
filesystem_free (gpointer data)
{
  DroverAgentFilesystem *filesystem = data;

  g_free (filesystem->mount);
  g_free (filesystem->device);
  g_free (filesystem->type);
  g_free (filesystem);
}

static DroverAgentFacts *
facts_new (void)
{
  DroverAgentFacts *self = g_rc_box_new0 (DroverAgentFacts);

  self->commands = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->addresses = g_ptr_array_new_with_free_func (address_free);
  self->filesystems = g_ptr_array_new_with_free_func (filesystem_free);
  self->refusals = g_ptr_array_new_with_free_func (g_free);
  return self;
}

static void
clear (gpointer data)
{
  DroverAgentFacts *self = data;

  g_free (self->version);
  g_hash_table_unref (self->commands);
  g_free (self->os);
  g_free (self->os_id);
  g_free (self->kernel);
  g_free (self->architecture);
  g_free (self->host_name);
  g_ptr_array_unref (self->addresses);
  g_ptr_array_unref (self->filesystems);
  g_ptr_array_unref (self->refusals);
}

/**
 * drover_agent_facts_ref:
 *
 * Returns: (transfer full): @self
 */
DroverAgentFacts *
drover_agent_facts_ref (DroverAgentFacts *self)
{
  return g_rc_box_acquire (self);
}

/**
 * drover_agent_facts_unref:
 *
 * Drops a reference.
 */
void
drover_agent_facts_unref (DroverAgentFacts *self)
{
  g_rc_box_release_full (self, clear);
}

/* Whatever a member is, it is read as what it should be, or not at all. */
static const char *
get_text (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : NULL;
}

static char *
dup_text (JsonObject *object, const char *member)
{
  const char *text = get_text (object, member);

  return text != NULL ? drover_agent_clean_text (text) : NULL;
}

static guint64
get_number (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64
           ? (guint64) MAX (0, json_node_get_int (node))
           : 0;
}

static JsonArray *
get_array (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

/* The members of a list that are objects. */
static JsonObject *
get_object (JsonArray *array, guint i)
{
  JsonNode *node = json_array_get_element (array, i);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static void
read_info (DroverAgentFacts *self, JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonArray *commands = object != NULL ? get_array (object, "supported_commands") : NULL;

  if (object != NULL)
    self->version = dup_text (object, "version");
  for (guint i = 0; commands != NULL && i < json_array_get_length (commands); i++)
    {
      JsonObject *command = get_object (commands, i);
      JsonNode *enabled = command != NULL ? json_object_get_member (command, "enabled") : NULL;

      if (command != NULL && get_text (command, "name") != NULL && enabled != NULL &&
          json_node_get_value_type (enabled) == G_TYPE_BOOLEAN && json_node_get_boolean (enabled))
        g_hash_table_add (self->commands, g_strdup (get_text (command, "name")));
    }
}

static void
read_system (DroverAgentFacts *self, JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  if (object == NULL)
    return;

  self->os = dup_text (object, "pretty-name");
  if (self->os == NULL)
    self->os = dup_text (object, "name");
  self->os_id = dup_text (object, "id");
  self->kernel = dup_text (object, "kernel-release");
  self->architecture = dup_text (object, "machine");
}

static void
read_host_name (DroverAgentFacts *self, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    self->host_name = dup_text (json_node_get_object (node), "host-name");
}

static gboolean
is_local (const char *address)
{
  g_autoptr (GInetAddress) parsed = g_inet_address_new_from_string (address);

  return parsed == NULL || g_inet_address_get_is_loopback (parsed) ||
         g_inet_address_get_is_link_local (parsed);
}

static void
read_interface (DroverAgentFacts *self, JsonObject *interface)
{
  JsonArray *addresses = get_array (interface, "ip-addresses");

  for (guint i = 0; addresses != NULL && i < json_array_get_length (addresses); i++)
    {
      JsonObject *object = get_object (addresses, i);
      DroverAgentAddress *address;

      if (object == NULL || get_text (object, "ip-address") == NULL ||
          self->addresses->len == MOST_ADDRESSES)
        continue;

      address = g_new0 (DroverAgentAddress, 1);
      address->interface = dup_text (interface, "name");
      address->hardware = dup_text (interface, "hardware-address");
      address->address = dup_text (object, "ip-address");
      address->prefix = MIN (get_number (object, "prefix"), 128);
      address->is_loopback = is_local (address->address);
      g_ptr_array_add (self->addresses, address);
    }
}

static void
read_interfaces (DroverAgentFacts *self, JsonNode *node)
{
  JsonArray *interfaces = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; interfaces != NULL && i < json_array_get_length (interfaces); i++)
    if (get_object (interfaces, i) != NULL)
      read_interface (self, get_object (interfaces, i));
}

static int
compare_mounts (gconstpointer a, gconstpointer b)
{
  const DroverAgentFilesystem *first = *(const DroverAgentFilesystem *const *) a;
  const DroverAgentFilesystem *second = *(const DroverAgentFilesystem *const *) b;

  return g_strcmp0 (first->mount, second->mount);
}

static void
read_filesystems (DroverAgentFacts *self, JsonNode *node)
{
  JsonArray *list = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonObject *object = get_object (list, i);
      DroverAgentFilesystem *filesystem;

      if (object == NULL || get_text (object, "mountpoint") == NULL ||
          self->filesystems->len == MOST_FILESYSTEMS)
        continue;

      filesystem = g_new0 (DroverAgentFilesystem, 1);
      filesystem->mount = dup_text (object, "mountpoint");
      filesystem->device = dup_text (object, "name");
      filesystem->type = dup_text (object, "type");
      filesystem->total = get_number (object, "total-bytes");
      filesystem->used = MIN (get_number (object, "used-bytes"), filesystem->total);
      g_ptr_array_add (self->filesystems, filesystem);
    }
  g_ptr_array_sort (self->filesystems, compare_mounts);
}

static void
read_time (DroverAgentFacts *self, JsonNode *node)
{
  if (json_node_get_value_type (node) != G_TYPE_INT64)
    return;

  self->time_offset = json_node_get_int (node) / 1000 - g_get_real_time ();
  self->has_time = TRUE;
}

static const struct
{
  const char *command;
  void (*read) (DroverAgentFacts *self, JsonNode *node);
  const char *subject;
} questions[] = {
  { "guest-get-osinfo", read_system, N_("the system") },
  { "guest-get-host-name", read_host_name, N_("the host name") },
  { "guest-network-get-interfaces", read_interfaces, N_("the addresses") },
  { "guest-get-fsinfo", read_filesystems, N_("the file systems") },
  { "guest-get-time", read_time, N_("the time") },
};

static gboolean
load_commands (DroverAgent *agent, DroverAgentFacts *facts, GError **error)
{
  g_autoptr (JsonNode) info = dex_await_boxed (
    drover_agent_execute (agent, "guest-info", NULL, DROVER_AGENT_TIMEOUT_MSEC), error);

  if (info == NULL)
    return FALSE;

  read_info (facts, info);
  return TRUE;
}

static DexFuture *
load_commands_fiber (gpointer user_data)
{
  g_autoptr (DroverAgentFacts) facts = facts_new ();
  g_autoptr (GError) error = NULL;

  if (!load_commands (user_data, facts, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_take_boxed (DROVER_TYPE_AGENT_FACTS, g_steal_pointer (&facts));
}

/* An agent may lack a command, or its administrator may have forbidden it. The rest counts. */
static DexFuture *
load_fiber (gpointer user_data)
{
  DroverAgent *agent = user_data;
  g_autoptr (DroverAgentFacts) facts = facts_new ();
  g_autoptr (GError) error = NULL;

  if (!load_commands (agent, facts, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));

  for (guint i = 0; i < G_N_ELEMENTS (questions); i++)
    {
      g_autoptr (GError) refusal = NULL;
      g_autoptr (JsonNode) node = NULL;

      if (!drover_agent_facts_can (facts, questions[i].command))
        {
          g_ptr_array_add (facts->refusals,
                           g_strdup_printf (_("The agent does not tell %s: its “%s” is missing or "
                                              "forbidden in the guest"),
                                            _(questions[i].subject), questions[i].command));
          continue;
        }
      node = dex_await_boxed (drover_agent_execute (agent, questions[i].command, NULL,
                                                    DROVER_AGENT_TIMEOUT_MSEC), &refusal);
      if (node != NULL)
        questions[i].read (facts, node);
      else if (!drover_agent_is_open (agent))
        return dex_future_new_for_error (g_steal_pointer (&refusal));
      else
        g_ptr_array_add (facts->refusals,
                         g_strdup_printf (_("The agent does not tell %s. %s"),
                                          _(questions[i].subject), refusal->message));
    }

  return dex_future_new_take_boxed (DROVER_TYPE_AGENT_FACTS, g_steal_pointer (&facts));
}

/**
 * drover_agent_load_facts:
 * @agent: a guest agent
 *
 * Asks it for everything that it tells about its guest.
 *
 * Returns: (transfer full): a future of a boxed #DroverAgentFacts
 */
DexFuture *
drover_agent_load_facts (DroverAgent *agent)
{
  dex_return_error_if_fail (DROVER_IS_AGENT (agent));
  return drover_dex_spawn (load_fiber, g_object_ref (agent), g_object_unref);
}

/**
 * drover_agent_load_commands:
 * @agent: a guest agent
 *
 * Asks it only for what it can (`guest-info`).
 *
 * Returns: (transfer full): a future of a boxed #DroverAgentFacts
 */
DexFuture *
drover_agent_load_commands (DroverAgent *agent)
{
  dex_return_error_if_fail (DROVER_IS_AGENT (agent));
  return drover_dex_spawn (load_commands_fiber, g_object_ref (agent), g_object_unref);
}

/**
 * drover_agent_facts_can:
 * @command: a command of the agent's
 *
 * Returns: whether this agent has it, and is allowed to do it
 */
gboolean
drover_agent_facts_can (const DroverAgentFacts *self, const char *command)
{
  return g_hash_table_contains (self->commands, command);
}

/**
 * drover_agent_facts_is_windows:
 *
 * Returns: whether the guest is a Windows, with its shell and its paths
 */
gboolean
drover_agent_facts_is_windows (const DroverAgentFacts *self)
{
  return g_strcmp0 (self->os_id, "mswindows") == 0;
}

static void
set_text (JsonObject *object, const char *member, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, member, text);
}

/**
 * drover_agent_facts_addresses_to_json:
 *
 * Returns: (transfer full): the addresses, a list of objects
 */
JsonNode *
drover_agent_facts_addresses_to_json (const DroverAgentFacts *self)
{
  JsonArray *array = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);

  for (guint i = 0; i < self->addresses->len; i++)
    {
      const DroverAgentAddress *address = self->addresses->pdata[i];
      JsonObject *object = json_object_new ();

      set_text (object, "interface", address->interface);
      set_text (object, "hardware", address->hardware);
      set_text (object, "address", address->address);
      json_object_set_int_member (object, "prefix", address->prefix);
      json_object_set_boolean_member (object, "local", address->is_loopback);
      json_array_add_object_element (array, object);
    }
  json_node_take_array (node, array);
  return node;
}

static JsonArray *
list_filesystems (const DroverAgentFacts *self)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < self->filesystems->len; i++)
    {
      const DroverAgentFilesystem *filesystem = self->filesystems->pdata[i];
      JsonObject *object = json_object_new ();

      set_text (object, "mount", filesystem->mount);
      set_text (object, "device", filesystem->device);
      set_text (object, "type", filesystem->type);
      if (filesystem->total > 0)
        {
          json_object_set_int_member (object, "used", filesystem->used);
          json_object_set_int_member (object, "total", filesystem->total);
        }
      json_array_add_object_element (array, object);
    }
  return array;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * drover_agent_facts_to_json:
 *
 * Returns: (transfer full): all facts, an object
 */
JsonNode *
drover_agent_facts_to_json (const DroverAgentFacts *self)
{
  JsonObject *object = json_object_new ();
  JsonArray *commands = json_array_new ();
  g_autofree const char **names =
    (const char **) g_hash_table_get_keys_as_array (self->commands, NULL);
  guint n = g_hash_table_size (self->commands);

  set_text (object, "agent", self->version);
  set_text (object, "os", self->os);
  set_text (object, "os-id", self->os_id);
  set_text (object, "kernel", self->kernel);
  set_text (object, "architecture", self->architecture);
  set_text (object, "host-name", self->host_name);
  if (self->has_time)
    json_object_set_double_member (object, "clock-ahead-seconds",
                                   (double) self->time_offset / G_USEC_PER_SEC);
  json_object_set_member (object, "addresses", drover_agent_facts_addresses_to_json (self));
  json_object_set_array_member (object, "file-systems", list_filesystems (self));
  qsort (names, n, sizeof *names, compare_texts);
  for (guint i = 0; i < n; i++)
    json_array_add_string_element (commands, names[i]);
  json_object_set_array_member (object, "commands", commands);
  return drover_json_take_object (object);
}
