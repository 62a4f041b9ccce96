/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "drover-activity-parse.h"
#include "drover-activity-private.h"
#include "drover-dex.h"
#include "drover-json.h"

/* Which processors, networks and how much memory there are is asked with every so many samples:
 * they can be plugged while the guest runs. */
#define STRUCTURE_EVERY 10

#define INTERFACES "/sys/class/net"

/* How often a balloon asks the guest while somebody looks, in seconds. */
#define POLLING_SECONDS 1

/* A thread that runs one processor of the guest, or all of them in turn. */
typedef struct
{
  int id;
  char *series;
  char *title;
} Thread;

static void
thread_free (gpointer data)
{
  Thread *self = data;

  g_free (self->series);
  g_free (self->title);
  g_free (self);
}

/* All that is only true of one QEMU process. */
void
_drover_activity_forget (DroverActivity *self)
{
  g_clear_pointer (&self->threads, g_ptr_array_unref);
  g_clear_pointer (&self->netdevs, g_ptr_array_unref);
  g_clear_pointer (&self->balloon, g_free);
  self->set_polling = FALSE;
  self->memory = -1;
}

/* Asking */

static JsonNode *
ask (DroverActivity *self, const char *command, JsonNode *arguments)
{
  DroverQmp *qmp = drover_run_get_qmp (self->run);

  if (qmp == NULL)
    {
      g_clear_pointer (&arguments, json_node_unref);
      return NULL;
    }

  return dex_await_boxed (drover_qmp_execute (qmp, command, arguments), NULL);
}

static JsonObject *
get_object (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonObject *
get_member (JsonObject *object, const char *name)
{
  return object != NULL && json_object_has_member (object, name)
           ? get_object (json_object_get_member (object, name)) : NULL;
}

static guint
get_length (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_ARRAY (node)
           ? json_array_get_length (json_node_get_array (node)) : 0;
}

static JsonObject *
get_element (JsonNode *node, guint position)
{
  return get_object (json_array_get_element (json_node_get_array (node), position));
}

/* QEMU has no number below zero here: what the guest did not tell is all ones, which is
 * beyond any computer's memory however it was read. */
static gint64
get_bytes (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;
  double value = node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node) : -1;

  return value >= 0 && value < 1e18 ? (gint64) value : -1;
}

/* Processors */

static void
add_thread (GPtrArray *threads, int id, const char *cpus, guint n_cpus, int index)
{
  Thread *thread = g_new0 (Thread, 1);

  thread->id = id;
  thread->series = g_strdup_printf ("cpu%d", index);
  /* Translators: %s is a list of numbers, such as “0, 1, 2”. */
  thread->title = g_strdup_printf (n_cpus > 1 ? _("CPUs %s") : _("CPU %s"), cpus);
  g_ptr_array_add (threads, thread);
}

static gboolean
has_thread (GPtrArray *threads, int id)
{
  for (guint i = 0; i < threads->len; i++)
    if (((Thread *) threads->pdata[i])->id == id)
      return TRUE;

  return FALSE;
}

static void
update_threads (DroverActivity *self)
{
  g_autoptr (JsonNode) cpus = ask (self, "query-cpus-fast", NULL);
  g_autoptr (GPtrArray) threads = g_ptr_array_new_with_free_func (thread_free);
  gboolean shared = FALSE;

  if (cpus == NULL)
    return;

  for (guint i = 0; i < get_length (cpus); i++)
    {
      JsonObject *cpu = get_element (cpus, i);
      int id = json_object_get_int_member_with_default (cpu, "thread-id", 0);
      int index = json_object_get_int_member_with_default (cpu, "cpu-index", i);
      g_autoptr (GString) list = g_string_new (NULL);
      guint n = 0;

      if (has_thread (threads, id))
        continue;
      for (guint j = i; j < get_length (cpus); j++)
        {
          JsonObject *other = get_element (cpus, j);

          if (json_object_get_int_member_with_default (other, "thread-id", 0) == id)
            g_string_append_printf (
              list, "%s%d", n++ > 0 ? ", " : "",
              (int) json_object_get_int_member_with_default (other, "cpu-index", j));
        }
      shared |= n > 1;
      add_thread (threads, id, list->str, n, index);
    }

  g_clear_pointer (&self->threads, g_ptr_array_unref);
  self->threads = g_steal_pointer (&threads);
  _drover_activity_set_note (self, DROVER_ACTIVITY_CPU,
                             shared ? _("One thread emulates all processors in turn "
                                        "(thread=single), so only their sum is known.")
                                    : NULL);
}

static gboolean
read_ticks (const char *path, guint64 *ticks)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && drover_activity_parse_stat (text, ticks);
}

static void
sample_ticks (DroverActivity *self, const char *path, const char *id, const char *title)
{
  double per_cent = sysconf (_SC_CLK_TCK) / 100.0;
  guint64 ticks;

  if (read_ticks (path, &ticks))
    drover_series_count (_drover_activity_ensure_series (self, DROVER_ACTIVITY_CPU, id, title),
                         g_get_monotonic_time (), ticks, per_cent);
}

static void
sample_processors (DroverActivity *self)
{
  int pid = drover_run_get_pid (self->run);
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      _drover_activity_set_note (self, DROVER_ACTIVITY_CPU,
                                 _("This system does not tell what a process uses."));
      return;
    }

  sample_ticks (self, path, "process", _("QEMU as a whole"));
  for (guint i = 0; self->threads != NULL && i < self->threads->len; i++)
    {
      const Thread *thread = self->threads->pdata[i];
      g_autofree char *task = g_strdup_printf ("/proc/%d/task/%d/stat", pid, thread->id);

      sample_ticks (self, task, thread->series, thread->title);
    }
}

/* Memory */

static char *
find_balloon_in (DroverActivity *self, const char *folder)
{
  g_autoptr (JsonNode) list =
    ask (self, "qom-list", drover_json_new_strings ("path", folder, NULL));

  for (guint i = 0; i < get_length (list); i++)
    {
      JsonObject *entry = get_element (list, i);
      const char *type = json_object_get_string_member_with_default (entry, "type", "");

      if (g_str_has_prefix (type, "child<virtio-balloon"))
        return g_build_filename (folder, json_object_get_string_member (entry, "name"), NULL);
    }

  return NULL;
}

/* The balloon asks the guest only while somebody looks, unless the machine's own arguments have
 * it do so anyway. */
static void
start_polling (DroverActivity *self)
{
  g_autoptr (JsonNode) interval = NULL;
  g_autoptr (JsonNode) done = NULL;
  JsonNode *arguments;

  g_clear_pointer (&self->balloon, g_free);
  self->balloon = find_balloon_in (self, "/machine/peripheral");
  if (self->balloon == NULL)
    self->balloon = find_balloon_in (self, "/machine/peripheral-anon");
  if (self->balloon == NULL || self->set_polling)
    return;

  interval = ask (self, "qom-get",
                  drover_json_new_strings ("path", self->balloon, "property",
                                           "guest-stats-polling-interval", NULL));
  if (interval == NULL || !JSON_NODE_HOLDS_VALUE (interval) || json_node_get_int (interval) > 0)
    return;

  arguments = drover_json_new_strings ("path", self->balloon, "property",
                                       "guest-stats-polling-interval", NULL);
  json_object_set_int_member (json_node_get_object (arguments), "value", POLLING_SECONDS);
  done = ask (self, "qom-set", arguments);
  self->set_polling = done != NULL;
}

void
_drover_activity_stop_polling (DroverActivity *self)
{
  DroverQmp *qmp = drover_run_get_qmp (self->run);
  JsonNode *arguments;

  if (!self->set_polling || qmp == NULL)
    return;

  self->set_polling = FALSE;
  arguments = drover_json_new_strings ("path", self->balloon, "property",
                                       "guest-stats-polling-interval", NULL);
  json_object_set_int_member (json_node_get_object (arguments), "value", 0);
  drover_dex_forget (drover_qmp_execute (qmp, "qom-set", arguments));
}

static void
update_memory (DroverActivity *self)
{
  g_autoptr (JsonNode) node = ask (self, "query-memory-size-summary", NULL);
  JsonObject *summary = get_object (node);
  gint64 base = get_bytes (summary, "base-memory");
  gint64 plugged = get_bytes (summary, "plugged-memory");

  self->memory = base < 0 ? -1 : base + MAX (plugged, 0);
}

static void
add_bytes (DroverActivity *self, const char *id, const char *title, gint64 bytes)
{
  if (bytes >= 0)
    drover_series_add (_drover_activity_ensure_series (self, DROVER_ACTIVITY_MEMORY, id, title),
                       g_get_monotonic_time (), bytes);
}

static void
sample_resident (DroverActivity *self)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/statm", (int) drover_run_get_pid (self->run));
  g_autofree char *text = NULL;
  guint64 pages;

  if (g_file_get_contents (path, &text, NULL, NULL) && drover_activity_parse_statm (text, &pages))
    add_bytes (self, "resident", _("QEMU on this computer"), pages * sysconf (_SC_PAGESIZE));
}

static void
sample_guest_memory (DroverActivity *self)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonNode) size = NULL;
  JsonObject *stats;
  gint64 total;
  gint64 free;
  gint64 actual;

  if (self->balloon == NULL)
    {
      add_bytes (self, "machine", _("The machine has"), self->memory);
      _drover_activity_set_note (self, DROVER_ACTIVITY_MEMORY,
                                 _("What the guest uses of its memory is not known: the machine "
                                   "has no balloon device (virtio-balloon-pci) to tell it."));
      return;
    }

  size = ask (self, "query-balloon", NULL);
  actual = get_bytes (get_object (size), "actual");
  add_bytes (self, "machine", _("The guest has"), actual >= 0 ? actual : self->memory);

  node = ask (self, "qom-get",
              drover_json_new_strings ("path", self->balloon, "property", "guest-stats", NULL));
  stats = get_member (get_object (node), "stats");
  total = get_bytes (stats, "stat-total-memory");
  free = get_bytes (stats, "stat-available-memory");
  if (free < 0)
    free = get_bytes (stats, "stat-free-memory");
  if (total >= 0 && free >= 0)
    add_bytes (self, "guest", _("The guest uses"), MAX (total - free, 0));
  _drover_activity_set_note (self, DROVER_ACTIVITY_MEMORY,
                             total >= 0 && free >= 0
                               ? NULL
                               : _("The guest has not told what it uses of its memory. For that "
                                   "it needs a driver for the balloon device, which Linux has."));
}

/* Disks */

static const struct
{
  const char *suffix;
  const char *title;
  DroverActivityKind kind;
  const char *member;
} disk_counters[] = {
  { "-read", NC_("disk", "read"), DROVER_ACTIVITY_DISK_BYTES, "rd_bytes" },
  { "-written", NC_("disk", "written"), DROVER_ACTIVITY_DISK_BYTES, "wr_bytes" },
  { "-read", NC_("disk", "reads"), DROVER_ACTIVITY_DISK_OPERATIONS, "rd_operations" },
  { "-written", NC_("disk", "writes"), DROVER_ACTIVITY_DISK_OPERATIONS, "wr_operations" },
};

/* The name that the arguments give it: of the -drive, of the device, or of its contents. */
static char *
dup_disk_name (JsonObject *drive)
{
  static const char devices[] = "/machine/peripheral/";
  const char *device = json_object_get_string_member_with_default (drive, "device", "");
  const char *path = json_object_get_string_member_with_default (drive, "qdev", "");

  if (*device != '\0')
    return g_strdup (device);
  if (g_str_has_prefix (path, devices))
    return g_strndup (path + strlen (devices), strcspn (path + strlen (devices), "/"));

  return g_strdup (json_object_get_string_member_with_default (drive, "node-name", ""));
}

static void
sample_drive (DroverActivity *self, JsonObject *drive, gint64 time)
{
  g_autofree char *name = dup_disk_name (drive);
  JsonObject *stats = get_member (drive, "stats");

  /* An empty CD drive has no node. */
  if (!json_object_has_member (drive, "node-name") || stats == NULL)
    return;

  for (guint i = 0; i < G_N_ELEMENTS (disk_counters); i++)
    {
      g_autofree char *id = g_strconcat (name, disk_counters[i].suffix, NULL);
      g_autofree char *title = g_strdup_printf (
        "%s · %s", name, g_dpgettext2 (GETTEXT_PACKAGE, "disk", disk_counters[i].title));
      gint64 counter = get_bytes (stats, disk_counters[i].member);

      if (counter >= 0)
        drover_series_count (
          _drover_activity_ensure_series (self, disk_counters[i].kind, id, title), time, counter,
          1);
    }
}

static gboolean
sample_disks (DroverActivity *self)
{
  g_autoptr (JsonNode) drives = ask (self, "query-blockstats", NULL);
  gint64 time = g_get_monotonic_time ();
  const char *note;

  if (drives == NULL)
    return FALSE;

  for (guint i = 0; i < get_length (drives); i++)
    sample_drive (self, get_element (drives, i), time);

  note = self->series[DROVER_ACTIVITY_DISK_BYTES]->len == 0 ? _("The machine has no disks.") : NULL;
  _drover_activity_set_note (self, DROVER_ACTIVITY_DISK_BYTES, note);
  _drover_activity_set_note (self, DROVER_ACTIVITY_DISK_OPERATIONS, note);
  return TRUE;
}

/* Networks */

/* The interfaces behind the files that QEMU got from a helper or from whoever started it. */
static GStrv
list_interfaces (int pid)
{
  g_autofree char *folder = g_strdup_printf ("/proc/%d/fdinfo", pid);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *text = NULL;
      g_autofree char *interface = NULL;

      if (g_file_get_contents (path, &text, NULL, NULL))
        interface = drover_activity_parse_fdinfo (text);
      if (interface != NULL)
        g_strv_builder_add (builder, interface);
    }

  return g_strv_builder_end (builder);
}

/* Where only one is not named, what is left must be it. */
static void
name_interfaces (DroverActivity *self)
{
  DroverNetdev *unnamed = NULL;
  guint n_unnamed = 0;
  g_auto (GStrv) interfaces = NULL;

  for (guint i = 0; i < self->netdevs->len; i++)
    {
      DroverNetdev *netdev = self->netdevs->pdata[i];

      if (g_str_equal (netdev->type, "tap") && netdev->interface == NULL)
        {
          unnamed = netdev;
          n_unnamed++;
        }
    }
  if (n_unnamed != 1)
    return;

  interfaces = list_interfaces (drover_run_get_pid (self->run));
  for (guint i = 0; interfaces[i] != NULL; i++)
    {
      gboolean taken = FALSE;

      for (guint j = 0; j < self->netdevs->len; j++)
        taken |= g_strcmp0 (((DroverNetdev *) self->netdevs->pdata[j])->interface,
                            interfaces[i]) == 0;
      if (!taken)
        unnamed->interface = g_strdup (interfaces[i]);
    }
}

static void
update_networks (DroverActivity *self)
{
  g_autoptr (JsonNode) text = ask (self, "human-monitor-command",
                                   drover_json_new_strings ("command-line", "info network", NULL));

  if (text == NULL || json_node_get_string (text) == NULL)
    return;

  g_clear_pointer (&self->netdevs, g_ptr_array_unref);
  self->netdevs = drover_activity_parse_netdevs (json_node_get_string (text));
  name_interfaces (self);
}

static void
count_network (DroverActivity *self, const DroverNetdev *netdev, const char *suffix,
               const char *way, guint64 bytes)
{
  g_autofree char *id = g_strconcat (netdev->id, suffix, NULL);
  const char *name = netdev->id[0] == '#' ? netdev->interface : netdev->id;
  g_autofree char *title = g_strdup_printf ("%s · %s", name, way);

  drover_series_count (_drover_activity_ensure_series (self, DROVER_ACTIVITY_NETWORK, id, title),
                       g_get_monotonic_time (), bytes, 1);
}

/* An id that QEMU made up tells nobody anything. */
static void
add_uncounted (GString *list, const DroverNetdev *netdev)
{
  if (list->len > 0)
    g_string_append (list, ", ");
  if (netdev->id[0] == '#')
    g_string_append_printf (list, "“%s”", netdev->type);
  else
    g_string_append_printf (list, "%s (%s)", netdev->id, netdev->type);
}

static void
sample_networks (DroverActivity *self)
{
  g_autoptr (GString) uncounted = g_string_new (NULL);
  g_autofree char *note = NULL;

  for (guint i = 0; self->netdevs != NULL && i < self->netdevs->len; i++)
    {
      const DroverNetdev *netdev = self->netdevs->pdata[i];
      guint64 received;
      guint64 sent;

      if (netdev->interface != NULL &&
          drover_activity_read_interface (INTERFACES, netdev->interface, &received, &sent))
        {
          count_network (self, netdev, "-received", _("received"), received);
          count_network (self, netdev, "-sent", _("sent"), sent);
        }
      else
        add_uncounted (uncounted, netdev);
    }

  if (self->netdevs != NULL && self->netdevs->len == 0)
    note = g_strdup (_("The machine has no network."));
  else if (uncounted->len > 0)
    /* Translators: %s is a list of networks with their kinds, such as “net0 (user)”. */
    note = g_strdup_printf (_("QEMU does not count what passes through %s. Only of a tap does "
                              "this computer tell."), uncounted->str);
  _drover_activity_set_note (self, DROVER_ACTIVITY_NETWORK, note);
}

/* Measures once; awaits. Whether QEMU is still there and wanted. */
gboolean
_drover_activity_sample (DroverActivity *self)
{
  if (self->n_samples % STRUCTURE_EVERY == 0)
    {
      update_threads (self);
      update_memory (self);
      update_networks (self);
    }
  if (self->n_samples == 0)
    start_polling (self);

  /* These are read at once, so that an answer of QEMU's that takes its time tells nothing wrong
   * of the processors. */
  if (self->source == 0)
    return FALSE;
  sample_processors (self);
  sample_resident (self);
  sample_networks (self);

  if (!sample_disks (self) || self->source == 0)
    return FALSE;
  sample_guest_memory (self);
  return self->source != 0;
}
