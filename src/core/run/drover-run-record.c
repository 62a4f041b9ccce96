/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "drover-error.h"
#include "drover-json.h"
#include "drover-paths.h"
#include "drover-process.h"
#include "drover-run-record.h"

/**
 * drover_run_record_free:
 *
 * Frees the record.
 */
void
drover_run_record_free (DroverRunRecord *self)
{
  g_free (self->uuid);
  g_free (self->folder);
  g_strfreev (self->argv);
  g_strfreev (self->command);
  g_free (self->directory);
  g_clear_pointer (&self->consoles, g_ptr_array_unref);
  g_clear_pointer (&self->services, g_ptr_array_unref);
  g_clear_pointer (&self->service_entries, json_node_unref);
  g_free (self->accelerator);
  g_free (self->accelerator_reason);
  g_free (self);
}

static char *
dup_text (JsonObject *object, const char *member)
{
  return g_strdup (json_object_get_string_member_with_default (object, member, NULL));
}

static gboolean
has_text (JsonObject *object, const char *member)
{
  return json_object_has_member (object, member) &&
         drover_json_check_type (object, member, G_TYPE_STRING, "", NULL);
}

static DroverConsolePlan *
console_from_json (JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  DroverConsolePlan *console;

  if (object == NULL || !has_text (object, "id") || !has_text (object, "title") ||
      !has_text (object, "path") || !has_text (object, "log") ||
      !drover_json_check_type (object, "ctrl-c-quits", G_TYPE_BOOLEAN, "", NULL))
    return NULL;

  console = g_new0 (DroverConsolePlan, 1);
  console->id = dup_text (object, "id");
  console->title = dup_text (object, "title");
  console->path = dup_text (object, "path");
  console->log = dup_text (object, "log");
  console->ctrl_c_quits =
    json_object_get_boolean_member_with_default (object, "ctrl-c-quits", FALSE);
  console->mux =
    json_object_get_boolean_member_with_default (object, "mux", !console->ctrl_c_quits);
  console->own_log = json_object_get_boolean_member_with_default (object, "own-log", FALSE);
  return console;
}

static JsonNode *
console_to_json (DroverConsolePlan *console)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const char *const members[][2] = { { "id", console->id },
                                     { "title", console->title },
                                     { "path", console->path },
                                     { "log", console->log } };

  json_builder_begin_object (builder);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      json_builder_set_member_name (builder, members[i][0]);
      json_builder_add_string_value (builder, members[i][1]);
    }
  json_builder_set_member_name (builder, "ctrl-c-quits");
  json_builder_add_boolean_value (builder, console->ctrl_c_quits);
  json_builder_set_member_name (builder, "mux");
  json_builder_add_boolean_value (builder, console->mux);
  json_builder_set_member_name (builder, "own-log");
  json_builder_add_boolean_value (builder, console->own_log);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static GStrv
strv_from_json (JsonArray *array)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (json_node_get_value_type (json_array_get_element (array, i)) == G_TYPE_STRING)
      g_strv_builder_add (builder, json_array_get_string_element (array, i));

  return g_strv_builder_end (builder);
}

/* Drover wrote the record itself, but the folder outlives crashes and other versions. */
static gboolean
check_record (JsonObject *object, GError **error)
{
  static const char *const texts[] = { "uuid", "accelerator", "accelerator-reason",
                                       "directory" };
  static const char *const numbers[] = { "pid", "start-time" };
  static const char *const lists[] = { "argv", "command", "consoles", "services" };
  static const char *const switches[] = { "starting", "unshielded" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (!drover_json_check_type (object, texts[i], G_TYPE_STRING, "", error))
      return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (!drover_json_check_type (object, numbers[i], G_TYPE_INT64, "", error))
      return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (switches); i++)
    if (!drover_json_check_type (object, switches[i], G_TYPE_BOOLEAN, "", error))
      return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    if (!drover_json_check_type (object, lists[i], JSON_TYPE_ARRAY, "", error))
      return FALSE;

  return TRUE;
}

static GPtrArray *
services_from_json (JsonArray *array)
{
  GPtrArray *services = drover_services_new ();

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      DroverService *service = drover_service_from_json (json_array_get_element (array, i));

      if (service != NULL)
        g_ptr_array_add (services, service);
    }

  return services;
}

static DroverRunRecord *
record_from_json (JsonObject *object)
{
  g_autoptr (DroverRunRecord) self = g_new0 (DroverRunRecord, 1);
  JsonArray *consoles = json_object_has_member (object, "consoles")
                          ? json_object_get_array_member (object, "consoles")
                          : NULL;

  self->uuid = dup_text (object, "uuid");
  self->folder = dup_text (object, "folder");
  self->pid = json_object_get_int_member_with_default (object, "pid", 0);
  self->start_time = json_object_get_int_member_with_default (object, "start-time", 0);
  self->accelerator = dup_text (object, "accelerator");
  self->accelerator_reason = dup_text (object, "accelerator-reason");
  self->starting = json_object_get_boolean_member_with_default (object, "starting", FALSE);
  self->unshielded = json_object_get_boolean_member_with_default (object, "unshielded", FALSE);
  self->consoles = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_console_plan_free);
  self->argv = strv_from_json (json_object_has_member (object, "argv")
                                 ? json_object_get_array_member (object, "argv")
                                 : NULL);
  self->services = services_from_json (json_object_has_member (object, "services")
                                         ? json_object_get_array_member (object, "services")
                                         : NULL);
  if (json_object_has_member (object, "service-entries"))
    self->service_entries = json_object_dup_member (object, "service-entries");
  self->directory = dup_text (object, "directory");
  if (json_object_has_member (object, "command"))
    self->command = strv_from_json (json_object_get_array_member (object, "command"));

  for (guint i = 0; consoles != NULL && i < json_array_get_length (consoles); i++)
    {
      DroverConsolePlan *console = console_from_json (json_array_get_element (consoles, i));

      if (console != NULL)
        g_ptr_array_add (self->consoles, console);
    }

  return g_steal_pointer (&self);
}

/* Whoever started them was killed before it could write their pids down; they did so themselves. */
static void
take_notes (DroverRunRecord *self, const char *runtime_dir)
{
  g_autofree char *note = g_build_filename (runtime_dir, DROVER_RUN_NOTE_FILE, NULL);

  if (self->pid == 0 && *self->argv != NULL)
    drover_process_read_note (note, &self->pid, &self->start_time);
  for (guint i = 0; i < self->services->len; i++)
    {
      DroverService *service = self->services->pdata[i];
      g_autofree char *path = drover_service_dup_note (service->id, runtime_dir);

      if (service->pid == 0)
        drover_process_read_note (path, &service->pid, &service->start_time);
    }
}

/**
 * drover_run_record_load:
 * @runtime_dir: a machine's runtime folder
 * @error: set when there is no record, or none that can be read
 *
 * Returns: (transfer full) (nullable): the record; its process may be gone
 */
DroverRunRecord *
drover_run_record_load (const char *runtime_dir, GError **error)
{
  g_autofree char *path = g_build_filename (runtime_dir, DROVER_RUN_RECORD_FILE, NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  DroverRunRecord *self;
  gsize length;

  /* It says what is signalled, and which files are written. */
  if (!drover_paths_is_private_dir (runtime_dir))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                   _("%s is not a folder that belongs to you"), runtime_dir);
      return NULL;
    }
  if (!g_file_get_contents (path, &text, &length, error))
    return NULL;

  node = drover_json_parse (text, length, error);
  if (node == NULL)
    return NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE,
                   _("%s does not hold a JSON object"), path);
      return NULL;
    }

  if (!check_record (json_node_get_object (node), error))
    return NULL;

  self = record_from_json (json_node_get_object (node));
  take_notes (self, runtime_dir);
  return self;
}

/* It need not outlive the system, whose end is that of all that it tells of, so the disk is not
 * waited for. */
static gboolean
replace_file (const char *path, const char *text, GError **error)
{
  g_autofree char *unfinished = g_strconcat (path, ".new", NULL);

  return g_file_set_contents_full (unfinished, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, error) &&
         (g_rename (unfinished, path) == 0 ||
          drover_set_errno_error (error, _("Cannot write %s"), path));
}

/**
 * drover_run_record_save:
 *
 * Writes `run.json`, whole or not at all, with the lock held.
 *
 * Returns: whether it was written
 */
gboolean
drover_run_record_save (DroverRunRecord *self, const char *runtime_dir, GError **error)
{
  g_autofree char *path = g_build_filename (runtime_dir, DROVER_RUN_RECORD_FILE, NULL);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;
  JsonObject *object = json_object_new ();
  JsonArray *consoles = json_array_new ();
  JsonArray *services = json_array_new ();

  for (guint i = 0; i < self->consoles->len; i++)
    json_array_add_element (consoles, console_to_json (self->consoles->pdata[i]));
  for (guint i = 0; i < self->services->len; i++)
    json_array_add_element (services, drover_service_to_json (self->services->pdata[i]));

  json_object_set_string_member (object, "uuid", self->uuid);
  json_object_set_string_member (object, "folder", self->folder);
  json_object_set_int_member (object, "pid", self->pid);
  json_object_set_int_member (object, "start-time", self->start_time);
  json_object_set_member (object, "argv",
                          drover_json_from_strv ((const char *const *) self->argv));
  if (self->command != NULL)
    json_object_set_member (object, "command",
                            drover_json_from_strv ((const char *const *) self->command));
  if (self->directory != NULL)
    json_object_set_string_member (object, "directory", self->directory);
  json_object_set_array_member (object, "consoles", consoles);
  json_object_set_array_member (object, "services", services);
  if (self->service_entries != NULL)
    json_object_set_member (object, "service-entries", json_node_copy (self->service_entries));
  if (self->accelerator != NULL)
    json_object_set_string_member (object, "accelerator", self->accelerator);
  if (self->accelerator_reason != NULL)
    json_object_set_string_member (object, "accelerator-reason", self->accelerator_reason);
  if (self->starting)
    json_object_set_boolean_member (object, "starting", TRUE);
  if (self->unshielded)
    json_object_set_boolean_member (object, "unshielded", TRUE);
  json_node_take_object (node, object);

  text = drover_json_to_text (node, TRUE);
  return replace_file (path, text, error);
}

/**
 * drover_run_record_is_alive:
 *
 * Returns: whether the recorded process still runs
 */
gboolean
drover_run_record_is_alive (DroverRunRecord *self)
{
  return drover_process_is_alive (self->pid, self->start_time);
}

/**
 * drover_run_record_is_unfinished:
 *
 * Returns: whether its start was not through when the record was written
 */
gboolean
drover_run_record_is_unfinished (DroverRunRecord *self)
{
  return self->starting || self->unshielded;
}

/**
 * drover_run_record_find_dir:
 * @folder: the folder of a machine whose file cannot be read, so that its uuid is not known
 *
 * Returns: (transfer full) (nullable): the runtime folder of the guest that was started from
 *   there and lives
 */
char *
drover_run_record_find_dir (const char *folder)
{
  g_autofree char *base = drover_paths_dup_runtime_dir (NULL);
  g_autoptr (GDir) dir = g_dir_open (base, 0, NULL);
  const char *uuid;

  while (dir != NULL && (uuid = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *runtime_dir = g_build_filename (base, uuid, NULL);
      g_autoptr (DroverRunRecord) record = drover_run_record_load (runtime_dir, NULL);

      if (record != NULL && g_strcmp0 (record->folder, folder) == 0 &&
          drover_run_record_is_alive (record))
        return g_steal_pointer (&runtime_dir);
    }

  return NULL;
}

/**
 * drover_run_record_list_alive:
 *
 * Returns: (transfer full) (element-type DroverRunRecord): the guests that run, of all machines,
 *   whoever started them
 */
GPtrArray *
drover_run_record_list_alive (void)
{
  GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_run_record_free);
  g_autofree char *base = drover_paths_dup_runtime_dir (NULL);
  g_autoptr (GDir) dir = g_dir_open (base, 0, NULL);
  const char *uuid;

  while (dir != NULL && (uuid = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *runtime_dir = g_build_filename (base, uuid, NULL);
      DroverRunRecord *record = drover_run_record_load (runtime_dir, NULL);

      if (record != NULL && drover_run_record_is_alive (record))
        g_ptr_array_add (records, record);
      else if (record != NULL)
        drover_run_record_free (record);
    }

  return records;
}

/**
 * drover_run_record_open_note:
 * @path: where a new process is to note who it is, see drover_process_note_self()
 *
 * Returns: a file descriptor that a program which the process becomes does not get; -1 on failure
 */
int
drover_run_record_open_note (const char *path, GError **error)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  if (fd < 0)
    drover_set_errno_error (error, _("Cannot write %s"), path);
  return fd;
}

/**
 * drover_run_record_lock:
 * @runtime_dir: a machine's runtime folder
 * @error: set to %DROVER_ERROR_BAD_STATE when another program holds it
 *
 * Held while a machine is being started, and while a dead run's traces are removed: of two
 * programs that start the same machine at once only one does, and nobody takes away what
 * another one is just making. The kernel drops it when its holder dies.
 *
 * Returns: a file descriptor, to be closed; -1 on failure
 */
int
drover_run_record_lock (const char *runtime_dir, GError **error)
{
  g_autofree char *path = g_build_filename (runtime_dir, "lock", NULL);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0)
    {
      drover_set_errno_error (error, _("Cannot make %s"), path);
      return -1;
    }

  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      close (fd);
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE,
                   _("Another program is already starting this machine"));
      return -1;
    }

  return fd;
}

/**
 * drover_run_record_clear:
 * @runtime_dir: the runtime folder of a machine that is off, with the lock held
 *
 * Removes the record and the sockets of a run that has ended. The lock file and the folder
 * stay: another program may be waiting for that very lock.
 */
void
drover_run_record_clear (const char *runtime_dir)
{
  g_autoptr (GDir) dir = g_dir_open (runtime_dir, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".sock") || g_str_has_suffix (name, ".pid") ||
        g_str_equal (name, DROVER_RUN_RECORD_FILE))
      {
        g_autofree char *path = g_build_filename (runtime_dir, name, NULL);
        g_unlink (path);
      }
}

static gboolean
has_dead_record (const char *runtime_dir)
{
  g_autofree char *path = g_build_filename (runtime_dir, DROVER_RUN_RECORD_FILE, NULL);
  g_autoptr (DroverRunRecord) record = NULL;

  if (!drover_paths_is_private_dir (runtime_dir) || !g_file_test (path, G_FILE_TEST_EXISTS))
    return FALSE;

  record = drover_run_record_load (runtime_dir, NULL);
  return record == NULL || !drover_run_record_is_alive (record);
}

/**
 * drover_run_record_clear_dead:
 * @runtime_dir: a machine's runtime folder, which need not be there
 *
 * drover_run_record_clear(), unless another program is starting the machine or has started
 * it meanwhile.
 */
void
drover_run_record_clear_dead (const char *runtime_dir)
{
  int fd;

  /* Looked at without the lock first: a look must not stand in the way of a start. Sockets
   * without a record are none of a run that ended; the next start removes them. */
  if (!has_dead_record (runtime_dir))
    return;

  fd = drover_run_record_lock (runtime_dir, NULL);
  if (fd < 0)
    return;

  if (has_dead_record (runtime_dir))
    drover_run_record_clear (runtime_dir);
  close (fd);
}
