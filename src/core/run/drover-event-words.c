/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-event-words.h"

/**
 * Words:
 * @event: QMP's name of it
 * @member: (nullable): a member of its data that decides, a path with dots
 * @value: (nullable): what that member must be; %NULL for anything but empty
 * @sentence: what happened. `{member}` stands for that member of the data, `{member:size}` for it
 *   as a number of bytes; where one is missing the sentence is not taken
 */
typedef struct
{
  const char *event;
  const char *member;
  const char *value;
  const char *sentence;
} Words;

/* Sorted by event; of one event the first that fits is taken. All that QEMU 8.2 to 10.2 name
 * (in the files of its qapi folder). */
static const Words table[] = {
  { "ACPI_DEVICE_OST", NULL, NULL, N_("The guest reported on plugging or unplugging {info.slot-type} {info.slot}: status {info.status}.") },
  { "BALLOON_CHANGE", NULL, NULL, N_("The guest’s memory balloon changed: the guest has {actual:size} now.") },
  { "BLOCK_EXPORT_DELETED", NULL, NULL, N_("The export {id} of a disk was removed.") },
  { "BLOCK_IMAGE_CORRUPTED", "fatal", "true", N_("The image of disk {device} is damaged, and QEMU writes to it no more: {msg}") },
  { "BLOCK_IMAGE_CORRUPTED", NULL, NULL, N_("The image of disk {device} is damaged: {msg}") },
  { "BLOCK_IO_ERROR", "nospace", "true", N_("Disk {device}: there is no space left on this computer for what the guest writes.") },
  { "BLOCK_IO_ERROR", "action", "stop", N_("Disk {device}: QEMU could not {operation} ({reason}), and the guest was stopped.") },
  { "BLOCK_IO_ERROR", "action", "report", N_("Disk {device}: QEMU could not {operation} ({reason}), and told the guest so.") },
  { "BLOCK_IO_ERROR", NULL, NULL, N_("Disk {device}: QEMU could not {operation} ({reason}), and went on.") },
  { "BLOCK_JOB_CANCELLED", NULL, NULL, N_("The job {device} ({type}) on a disk was cancelled.") },
  { "BLOCK_JOB_COMPLETED", "error", NULL, N_("The job {device} ({type}) on a disk failed: {error}") },
  { "BLOCK_JOB_COMPLETED", NULL, NULL, N_("The job {device} ({type}) on a disk is complete.") },
  { "BLOCK_JOB_ERROR", NULL, NULL, N_("The job {device} on a disk could not {operation}.") },
  { "BLOCK_JOB_PENDING", NULL, NULL, N_("The job {id} ({type}) on a disk waits for its last step to be asked for.") },
  { "BLOCK_JOB_READY", NULL, NULL, N_("The job {device} ({type}) on a disk has caught up and can be completed.") },
  { "BLOCK_WRITE_THRESHOLD", NULL, NULL, N_("The guest wrote beyond the limit set for disk {node-name}, at {write-threshold:size}.") },
  { "COLO_EXIT", NULL, NULL, N_("Replication to another host ended: {reason}.") },
  { "CPU_POLARIZATION_CHANGE", NULL, NULL, N_("The guest asked to spread its work over the processors another way: {polarization}.") },
  { "DEVICE_DELETED", "device", NULL, N_("The device {device} was unplugged and is gone.") },
  { "DEVICE_DELETED", NULL, NULL, N_("A device was unplugged and is gone: {path}") },
  { "DEVICE_TRAY_MOVED", "tray-open", "true", N_("The tray of drive {id} was opened.") },
  { "DEVICE_TRAY_MOVED", "tray-open", "false", N_("The tray of drive {id} was closed.") },
  { "DEVICE_UNPLUG_GUEST_ERROR", "device", NULL, N_("The guest refused to let go of the device {device}.") },
  { "DEVICE_UNPLUG_GUEST_ERROR", NULL, NULL, N_("The guest refused to let go of a device: {path}") },
  { "DUMP_COMPLETED", "error", NULL, N_("Writing the guest’s memory to a file failed: {error}") },
  { "DUMP_COMPLETED", NULL, NULL, N_("The guest’s memory is written to a file.") },
  { "FAILOVER_NEGOTIATED", NULL, NULL, N_("The guest can do without the network card behind {device-id} for a while.") },
  { "GUEST_CRASHLOADED", NULL, NULL, N_("The guest’s system crashed, and the guest itself takes care of it.") },
  { "GUEST_PANICKED", "action", "pause", N_("The guest’s system crashed, and the guest was stopped.") },
  { "GUEST_PANICKED", NULL, NULL, N_("The guest’s system crashed.") },
  { "GUEST_PVSHUTDOWN", NULL, NULL, N_("The guest said that it shuts down.") },
  { "HV_BALLOON_STATUS_REPORT", NULL, NULL, N_("The guest has {available:size} of memory free, and promised {committed:size} to its programs.") },
  { "JOB_STATUS_CHANGE", "status", "created", N_("The job {id} was made.") },
  { "JOB_STATUS_CHANGE", "status", "running", N_("The job {id} is under way.") },
  { "JOB_STATUS_CHANGE", "status", "paused", N_("The job {id} is paused.") },
  { "JOB_STATUS_CHANGE", "status", "ready", N_("The job {id} has caught up and can be completed.") },
  { "JOB_STATUS_CHANGE", "status", "waiting", N_("The job {id} waits for others.") },
  { "JOB_STATUS_CHANGE", "status", "pending", N_("The job {id} waits for its last step.") },
  { "JOB_STATUS_CHANGE", "status", "aborting", N_("The job {id} failed or was cancelled.") },
  { "JOB_STATUS_CHANGE", "status", "concluded", N_("The job {id} ended.") },
  { "JOB_STATUS_CHANGE", "status", "null", N_("The job {id} is put away.") },
  { "JOB_STATUS_CHANGE", NULL, NULL, N_("The job {id} is now: {status}.") },
  { "MEMORY_DEVICE_SIZE_CHANGE", NULL, NULL, N_("The memory device at {qom-path} has {size:size} now.") },
  { "MEMORY_FAILURE", "recipient", "guest", N_("This computer’s memory failed where the guest’s memory is: {action}.") },
  { "MEMORY_FAILURE", NULL, NULL, N_("This computer’s memory failed where QEMU is: {action}.") },
  { "MEM_UNPLUG_ERROR", NULL, NULL, N_("The memory {device} could not be unplugged: {msg}") },
  { "MIGRATION", "status", "setup", N_("The guest’s state is about to be saved or moved.") },
  { "MIGRATION", "status", "active", N_("The guest’s state is being saved or moved.") },
  { "MIGRATION", "status", "device", N_("The state of the guest’s devices is being saved or moved.") },
  { "MIGRATION", "status", "completed", N_("The guest’s state is saved or moved.") },
  { "MIGRATION", "status", "failed", N_("Saving or moving the guest’s state failed.") },
  { "MIGRATION", "status", "cancelled", N_("Saving or moving the guest’s state was cancelled.") },
  { "MIGRATION", NULL, NULL, N_("Saving or moving the guest’s state: {status}.") },
  { "MIGRATION_PASS", NULL, NULL, N_("Round {pass} over the guest’s memory begins, for what changed meanwhile.") },
  { "NETDEV_STREAM_CONNECTED", NULL, NULL, N_("The network {netdev-id} is connected.") },
  { "NETDEV_STREAM_DISCONNECTED", NULL, NULL, N_("The network {netdev-id} lost its connection.") },
  { "NETDEV_VHOST_USER_CONNECTED", NULL, NULL, N_("The network {netdev-id} is connected to the program that runs it.") },
  { "NETDEV_VHOST_USER_DISCONNECTED", NULL, NULL, N_("The network {netdev-id} lost the program that runs it.") },
  { "NIC_RX_FILTER_CHANGED", "name", NULL, N_("The guest told network card {name} which packets it wants, as when its driver starts.") },
  { "NIC_RX_FILTER_CHANGED", NULL, NULL, N_("The guest told a network card which packets it wants, as when its driver starts.") },
  { "POWERDOWN", NULL, NULL, N_("The machine’s power button was pressed; the guest decides what to do.") },
  { "PR_MANAGER_STATUS_CHANGED", "connected", "true", N_("The helper {id} for disk reservations is connected.") },
  { "PR_MANAGER_STATUS_CHANGED", NULL, NULL, N_("The helper {id} for disk reservations is gone.") },
  { "QUORUM_FAILURE", NULL, NULL, N_("Too few copies of disk {reference} agree to answer the guest.") },
  { "QUORUM_REPORT_BAD", NULL, NULL, N_("One copy of a disk, {node-name}, differs from the others or failed ({type}).") },
  { "RDMA_GID_STATUS_CHANGED", NULL, NULL, N_("An address of the RDMA network {netdev} was added or removed.") },
  { "RESET", "reason", "guest-reset", N_("The guest restarted the machine.") },
  { "RESET", "reason", "guest-panic", N_("The guest’s system crashed, and the machine was reset.") },
  { "RESET", "reason", "host-qmp-system-reset", N_("The machine’s reset button was pressed.") },
  { "RESET", "reason", "snapshot-load", N_("The machine was reset to load a snapshot.") },
  { "RESET", "reason", "subsystem-reset", N_("Parts of the machine were reset, as the guest’s processor asked.") },
  { "RESET", "guest", "true", N_("The guest restarted the machine.") },
  { "RESET", NULL, NULL, N_("The machine was reset.") },
  { "RESUME", NULL, NULL, N_("The guest’s processors run.") },
  { "RTC_CHANGE", NULL, NULL, N_("The guest set its clock; it is {offset} seconds from what QEMU gave it.") },
  { "SHUTDOWN", "reason", "guest-shutdown", N_("The guest shut itself down.") },
  { "SHUTDOWN", "reason", "guest-reset", N_("The guest wanted to restart, and the arguments end QEMU then.") },
  { "SHUTDOWN", "reason", "guest-panic", N_("The guest’s system crashed, and QEMU ends.") },
  { "SHUTDOWN", "reason", "host-qmp-quit", N_("QEMU was told to quit: the machine was forced off.") },
  { "SHUTDOWN", "reason", "host-qmp-system-reset", N_("The machine was reset, and the arguments end QEMU then.") },
  { "SHUTDOWN", "reason", "host-signal", N_("A signal ended QEMU.") },
  { "SHUTDOWN", "reason", "host-ui", N_("QEMU was quit from its console or window.") },
  { "SHUTDOWN", "reason", "host-error", N_("An error in QEMU or of this computer ended the guest.") },
  { "SHUTDOWN", "guest", "true", N_("The guest shut itself down.") },
  { "SHUTDOWN", NULL, NULL, N_("The machine shuts down.") },
  { "SPICE_CONNECTED", NULL, NULL, N_("A viewer at {client.host} connects to the guest’s screen by SPICE.") },
  { "SPICE_DISCONNECTED", NULL, NULL, N_("The SPICE viewer at {client.host} left.") },
  { "SPICE_INITIALIZED", NULL, NULL, N_("The SPICE viewer at {client.host} opened a channel.") },
  { "SPICE_MIGRATE_COMPLETED", NULL, NULL, N_("The SPICE viewers know where the guest is now.") },
  { "STOP", NULL, NULL, N_("The guest’s processors stand still.") },
  { "SUSPEND", NULL, NULL, N_("The guest sleeps, with its state in memory.") },
  { "SUSPEND_DISK", NULL, NULL, N_("The guest sleeps, with its state on its disk.") },
  { "UNPLUG_PRIMARY", NULL, NULL, N_("The guest is asked to let go of the network card {device-id}.") },
  { "VFIO_MIGRATION", NULL, NULL, N_("The device {device-id} of this computer, lent to the guest, is now: {device-state}.") },
  { "VFU_CLIENT_HANGUP", NULL, NULL, N_("The program that used the device {dev-id} hung up.") },
  { "VNC_CONNECTED", NULL, NULL, N_("A viewer at {client.host} connects to the guest’s screen by VNC.") },
  { "VNC_DISCONNECTED", NULL, NULL, N_("The VNC viewer at {client.host} left.") },
  { "VNC_INITIALIZED", NULL, NULL, N_("The VNC viewer at {client.host} sees the guest’s screen.") },
  { "VSERPORT_CHANGE", "open", "true", N_("A program in the guest opened the channel {id}, as the guest agent does.") },
  { "VSERPORT_CHANGE", NULL, NULL, N_("The program in the guest closed the channel {id}.") },
  { "WAKEUP", NULL, NULL, N_("The guest woke up.") },
  { "WATCHDOG", "action", "reset", N_("The guest’s watchdog was not fed in time, and the machine is reset.") },
  { "WATCHDOG", "action", "pause", N_("The guest’s watchdog was not fed in time, and the guest is stopped.") },
  { "WATCHDOG", "action", "none", N_("The guest’s watchdog was not fed in time, and nothing is done.") },
  { "WATCHDOG", "action", "inject-nmi", N_("The guest’s watchdog was not fed in time, and the guest is woken by an interrupt.") },
  { "WATCHDOG", NULL, NULL, N_("The guest’s watchdog was not fed in time, and the machine is turned off ({action}).") },
};

/* Says little where nothing that is known of the event fits, as when QEMU left a member out. */
static const char plain[] = N_("QEMU sent the event {event}.");

static JsonNode *
look_up (JsonObject *data, const char *path)
{
  g_auto (GStrv) steps = g_strsplit (path, ".", -1);
  JsonNode *node = NULL;

  for (guint i = 0; steps[i] != NULL; i++)
    {
      node = data != NULL ? json_object_get_member (data, steps[i]) : NULL;
      data = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
    }

  return node;
}

/* What a member says, as text; empty is as good as missing. */
static char *
dup_value (JsonObject *data, const char *path)
{
  JsonNode *node = look_up (data, path);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  if (json_node_get_value_type (node) != G_TYPE_STRING)
    return json_to_string (node, FALSE);

  return *json_node_get_string (node) != '\0' ? json_node_dup_string (node) : NULL;
}

static char *
dup_filled (JsonObject *data, const char *path)
{
  g_autofree char *value = NULL;
  const char *colon = strchr (path, ':');
  g_autofree char *member = colon != NULL ? g_strndup (path, colon - path) : g_strdup (path);

  value = dup_value (data, member);
  if (value == NULL || colon == NULL)
    return g_steal_pointer (&value);

  return g_format_size_full (g_ascii_strtoull (value, NULL, 10), G_FORMAT_SIZE_IEC_UNITS);
}

/* %NULL when something that the sentence needs is not in the data. */
static char *
fill_in (const char *sentence, JsonObject *data)
{
  g_autoptr (GString) text = g_string_new (NULL);

  while (*sentence != '\0')
    {
      const char *open = strchr (sentence, '{');
      const char *close = open != NULL ? strchr (open, '}') : NULL;
      g_autofree char *path = NULL;
      g_autofree char *value = NULL;

      if (close == NULL)
        {
          g_string_append (text, sentence);
          break;
        }

      path = g_strndup (open + 1, close - open - 1);
      value = dup_filled (data, path);
      if (value == NULL)
        return NULL;

      g_string_append_len (text, sentence, open - sentence);
      g_string_append (text, value);
      sentence = close + 1;
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
fits (const Words *words, JsonObject *data)
{
  g_autofree char *value = NULL;

  if (words->member == NULL)
    return TRUE;

  value = dup_value (data, words->member);
  return value != NULL && (words->value == NULL || g_str_equal (value, words->value));
}

/**
 * drover_event_words_dup:
 * @name: an event of QMP, such as `STOP`
 * @data: (nullable): its `data`
 *
 * Returns: (transfer full): what happened, a sentence for people; of an event that is new to
 *   this Drover a sentence with its name
 */
char *
drover_event_words_dup (const char *name, JsonObject *data)
{
  g_autoptr (JsonObject) bare = NULL;

  g_return_val_if_fail (name != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].event, name) && fits (&table[i], data))
      {
        char *text = fill_in (_(table[i].sentence), data);

        if (text != NULL)
          return text;
      }

  bare = json_object_new ();
  json_object_set_string_member (bare, "event", name);
  return fill_in (_(plain), bare);
}

/**
 * drover_event_words_knows:
 * @name: an event of QMP
 *
 * Returns: whether there are words for it
 */
gboolean
drover_event_words_knows (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].event, name))
      return TRUE;

  return FALSE;
}
