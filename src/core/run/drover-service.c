/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "drover-dex.h"
#include "drover-error.h"
#include "drover-json.h"
#include "drover-process.h"
#include "drover-service.h"
#include "drover-tail.h"

/* How often a socket that is not there yet is looked for, and for how long. */
#define LOOK_MSEC 4
#define READY_SECONDS 20

/* How long one gets to obey a signal before the next, harder one. */
#define SIGNAL_MSEC 2000

/**
 * drover_service_plan_new:
 * @directory: where it is started
 * @socket: the socket that it is to make, as QEMU's arguments name it
 *
 * Returns: (transfer full): a plan, to be filled in
 */
DroverServicePlan *
drover_service_plan_new (const char *directory, const char *socket)
{
  g_autofree char *path = g_canonicalize_filename (socket, directory);
  DroverServicePlan *self = g_new0 (DroverServicePlan, 1);
  struct sockaddr_un address;

  self->directory = g_strdup (directory);
  self->socket = g_strdup (socket);
  self->address = strlen (path) < sizeof address.sun_path ? g_steal_pointer (&path)
                                                          : g_strdup (socket);
  return self;
}

/**
 * drover_service_plan_free:
 *
 * Frees the plan.
 */
void
drover_service_plan_free (DroverServicePlan *self)
{
  g_free (self->id);
  g_free (self->title);
  g_strfreev (self->argv);
  g_free (self->directory);
  g_free (self->socket);
  g_free (self->address);
  g_free (self->log);
  g_free (self->note);
  g_free (self);
}

/**
 * drover_service_dup_note:
 * @id: a service's
 * @runtime_dir: its machine's runtime folder
 *
 * Returns: (transfer full): where it notes who it is
 */
char *
drover_service_dup_note (const char *id, const char *runtime_dir)
{
  g_autofree char *name = g_strdup_printf ("%s.pid", id);

  return g_build_filename (runtime_dir, name, NULL);
}

/**
 * drover_service_dup_log:
 * @id: a service's
 * @log_dir: its machine's log folder
 *
 * Returns: (transfer full): the file for what it prints
 */
char *
drover_service_dup_log (const char *id, const char *log_dir)
{
  /* The TPM's is called after the program, from the time when there was no other. */
  g_autofree char *name = g_strdup_printf ("%s.log", g_str_equal (id, "tpm") ? "swtpm" : id);

  return g_build_filename (log_dir, name, NULL);
}

/**
 * drover_service_new:
 * @plan: what is to be started
 *
 * Returns: (transfer full): the service before it is started, for the record
 */
DroverService *
drover_service_new (const DroverServicePlan *plan)
{
  DroverService *self = g_new0 (DroverService, 1);

  self->id = g_strdup (plan->id);
  self->title = g_strdup (plan->title);
  self->socket = g_canonicalize_filename (plan->socket, plan->directory);
  self->address = g_strdup (plan->address);
  self->single = plan->single;
  self->log = g_strdup (plan->log);
  return self;
}

/**
 * drover_service_copy:
 *
 * Returns: (transfer full): a copy of @self
 */
DroverService *
drover_service_copy (const DroverService *self)
{
  DroverService *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->title = g_strdup (self->title);
  copy->socket = g_strdup (self->socket);
  copy->address = g_strdup (self->address);
  copy->log = g_strdup (self->log);
  return copy;
}

/**
 * drover_service_free:
 *
 * Frees what is known of a service; its process goes on.
 */
void
drover_service_free (DroverService *self)
{
  g_free (self->id);
  g_free (self->title);
  g_free (self->socket);
  g_free (self->address);
  g_free (self->log);
  g_free (self);
}

/**
 * drover_services_new:
 *
 * Returns: (transfer full) (element-type DroverService): an empty list
 */
GPtrArray *
drover_services_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) drover_service_free);
}

/**
 * drover_services_copy:
 * @services: (element-type DroverService): a list
 *
 * Returns: (transfer full) (element-type DroverService): a deep copy
 */
GPtrArray *
drover_services_copy (GPtrArray *services)
{
  GPtrArray *copy = drover_services_new ();

  for (guint i = 0; i < services->len; i++)
    g_ptr_array_add (copy, drover_service_copy (services->pdata[i]));
  return copy;
}

/**
 * drover_service_is_alive:
 *
 * Returns: whether its process still runs
 */
gboolean
drover_service_is_alive (const DroverService *self)
{
  return drover_process_is_alive (self->pid, self->start_time);
}

/**
 * drover_services_any_alive:
 * @services: (element-type DroverService): a list
 *
 * Returns: whether any of them still runs
 */
gboolean
drover_services_any_alive (GPtrArray *services)
{
  for (guint i = 0; i < services->len; i++)
    if (drover_service_is_alive (services->pdata[i]))
      return TRUE;

  return FALSE;
}

/* A name that is too long for a socket's address is reached through its folder. */
static gboolean
fill_address (struct sockaddr_un *address, int directory_fd, const char *directory,
              const char *socket)
{
  g_autofree char *path = g_canonicalize_filename (socket, directory);
  g_autofree char *below = g_strdup_printf ("/proc/self/fd/%d/%s", directory_fd, socket);
  const char *fits = strlen (path) < sizeof address->sun_path ? path : below;

  memset (address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  if (strlen (fits) >= sizeof address->sun_path)
    return FALSE;

  strcpy (address->sun_path, fits);
  return TRUE;
}

/**
 * drover_service_listens:
 * @directory: where relative names begin
 * @socket: the name of a socket
 *
 * Returns: whether somebody listens there; a connection is made and closed again
 */
gboolean
drover_service_listens (const char *directory, const char *socket_name)
{
  struct sockaddr_un address;
  int directory_fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  gboolean listens = directory_fd >= 0 && fd >= 0 &&
                     fill_address (&address, directory_fd, directory, socket_name) &&
                     (connect (fd, (struct sockaddr *) &address, sizeof address) == 0 ||
                      errno == EAGAIN || errno == EINPROGRESS);

  if (fd >= 0)
    close (fd);
  if (directory_fd >= 0)
    close (directory_fd);
  return listens;
}

/* Whether somebody listens on a socket that must not be connected to. The kernel lists them all, with
 * a bit for those that accept connections (net/unix/af_unix.c, `__SO_ACCEPTCON`). */
static gboolean
is_listed (const char *path, const char *address)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  struct stat info;

  if (lstat (path, &info) != 0 || !S_ISSOCK (info.st_mode) ||
      !g_file_get_contents ("/proc/net/unix", &text, NULL, NULL))
    return FALSE;

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 1; lines[i] != NULL; i++)
    {
      /* Num: RefCount Protocol Flags Type St Inode Path */
      g_auto (GStrv) words = g_strsplit_set (g_strstrip (lines[i]), " ", -1);
      guint n = 0;
      gboolean accepts = FALSE;
      const char *name = strrchr (lines[i], ' ');

      for (guint j = 0; words[j] != NULL; j++)
        if (*words[j] != '\0' && n++ == 3)
          accepts = (g_ascii_strtoull (words[j], NULL, 16) & 0x10000) != 0;
      if (accepts && name != NULL && g_str_has_suffix (lines[i], address) &&
          lines[i][strlen (lines[i]) - strlen (address) - 1] == ' ')
        return TRUE;
    }

  return FALSE;
}

static gboolean
service_listens (const DroverService *self)
{
  g_autofree char *directory = g_path_get_dirname (self->socket);
  g_autofree char *name = g_path_get_basename (self->socket);

  return self->single ? is_listed (self->socket, self->address)
                      : drover_service_listens (directory, name);
}

/* A socket that a dead one left is taken away. What somebody uses, or what is something else, is
 * left alone. */
static gboolean
make_room (DroverServicePlan *plan, const char *path, GError **error)
{
  struct stat info;

  if (lstat (path, &info) != 0)
    return TRUE;

  if (!S_ISSOCK (info.st_mode))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_START_FAILED,
                   _("%s is in the way: %s needs to make a socket of that name"), path,
                   plan->title);
      return FALSE;
    }
  if (plan->single ? is_listed (path, plan->address)
                   : drover_service_listens (plan->directory, plan->socket))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_START_FAILED,
                   _("Another program listens on %s already, where %s is to listen"), path,
                   plan->title);
      return FALSE;
    }

  return g_unlink (path) == 0 || drover_set_errno_error (error, _("Cannot delete %s"), path);
}

/* A session of its own, like QEMU's: neither a Ctrl-C nor the end of Drover is for it. */
static void
child_setup_cb (gpointer user_data)
{
  int note = GPOINTER_TO_INT (user_data);

  setsid ();
  if (note >= 0)
    drover_process_note_self (note);
}

static GSubprocess *
spawn (DroverServicePlan *plan, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autofree char *old = g_strconcat (plan->log, ".old", NULL);
  GSubprocess *process;
  int note = -1;
  int fd;

  g_rename (plan->log, old);
  fd = open (plan->log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0)
    {
      drover_set_errno_error (error, _("Cannot write %s"), plan->log);
      return NULL;
    }

  g_subprocess_launcher_take_stdout_fd (launcher, dup (fd));
  g_subprocess_launcher_take_stderr_fd (launcher, fd);
  g_subprocess_launcher_set_stdin_file_path (launcher, "/dev/null");
  g_subprocess_launcher_set_cwd (launcher, plan->directory);
  if (plan->note != NULL && (note = open (plan->note, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                                          0600)) < 0)
    {
      drover_set_errno_error (error, _("Cannot write %s"), plan->note);
      return NULL;
    }

  g_subprocess_launcher_set_child_setup (launcher, child_setup_cb, GINT_TO_POINTER (note), NULL);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) plan->argv, error);
  if (note >= 0)
    close (note);
  return process;
}

/**
 * drover_service_spawn:
 * @plan: what to start
 * @error: set when it cannot be started
 *
 * Starts it, without waiting for it.
 *
 * Returns: (transfer full) (nullable): the process
 */
DroverService *
drover_service_spawn (DroverServicePlan *plan, GError **error)
{
  g_autofree char *path = g_canonicalize_filename (plan->socket, plan->directory);
  g_autoptr (GSubprocess) process = NULL;
  DroverService *self;
  const char *pid;

  if (!make_room (plan, path, error) || (process = spawn (plan, error)) == NULL)
    return NULL;

  pid = g_subprocess_get_identifier (process);
  self = drover_service_new (plan);
  self->pid = pid != NULL ? atoi (pid) : 0;
  self->start_time = drover_process_get_start_time (self->pid);
  return self;
}

static DexFuture *
look_fiber (gpointer user_data)
{
  const DroverService *self = user_data;

  while (drover_service_is_alive (self))
    {
      if (service_listens (self))
        return dex_future_new_true ();
      if (!drover_dex_sleep (LOOK_MSEC))
        break;
    }

  return dex_future_new_for_error (drover_service_describe_end (self));
}

static DexFuture *
too_late_cb (DexFuture *future, gpointer user_data)
{
  const DroverService *self = user_data;

  return dex_future_new_reject (DROVER_ERROR, DROVER_ERROR_START_FAILED,
                                _("%s did not make its socket within %d seconds"), self->title,
                                READY_SECONDS);
}

/**
 * drover_service_await_ready:
 *
 * Waits, in a fiber, until it listens on its socket.
 *
 * Returns: whether it does; else @error has its own last words
 */
gboolean
drover_service_await_ready (DroverService *self, GError **error)
{
  return dex_await (
    dex_future_first (drover_dex_spawn (look_fiber, drover_service_copy (self),
                                        (GDestroyNotify) drover_service_free),
                      dex_future_catch (dex_timeout_new_seconds (READY_SECONDS), too_late_cb,
                                        drover_service_copy (self),
                                        (GDestroyNotify) drover_service_free),
                      NULL),
    error);
}

/**
 * drover_service_said_error:
 *
 * Returns: whether its log has a line of the level ERROR, as virtiofsd's have
 */
gboolean
drover_service_said_error (const DroverService *self)
{
  g_autofree char *words = drover_tail_read_words (self->log);

  return strstr (words, " ERROR ") != NULL;
}

/**
 * drover_service_describe_end:
 *
 * Returns: (transfer full): why it ended, with its own last words
 */
GError *
drover_service_describe_end (const DroverService *self)
{
  g_autofree char *words = drover_tail_read_words (self->log);

  if (*words == '\0')
    return g_error_new (DROVER_ERROR, DROVER_ERROR_START_FAILED, _("%s ended without a message"),
                        self->title);

  if (strstr (words, "Error entering sandbox") != NULL)
    return g_error_new (DROVER_ERROR, DROVER_ERROR_START_FAILED,
                        _("%s ended, since this computer does not let it lock itself into the "
                          "folder. “droverctl share MACHINE sandbox TAG none” lets it do without; "
                          "9p needs nothing of the kind. It said: %s"),
                        self->title, words);
  return g_error_new (DROVER_ERROR, DROVER_ERROR_START_FAILED, _("%s ended. It said: %s"),
                      self->title, words);
}

static gboolean
await_gone (const DroverService *self, guint msec)
{
  return dex_await (dex_future_first (drover_process_wait_gone (self->pid, self->start_time),
                                      dex_timeout_new_msec (msec), NULL),
                    NULL);
}

static void
end_one (const DroverService *self, guint grace_msec)
{
  static const int ways[] = { SIGTERM, SIGKILL };
  gboolean gone = !drover_service_is_alive (self);

  if (!gone && grace_msec > 0)
    gone = await_gone (self, grace_msec);
  for (guint i = 0; !gone && i < G_N_ELEMENTS (ways); i++)
    {
      drover_process_signal (self->pid, self->start_time, ways[i]);
      gone = await_gone (self, SIGNAL_MSEC);
    }

  /* A new one may have been started meanwhile, and then listens there. */
  if (gone)
    {
      g_autofree char *pid_file = g_strconcat (self->socket, ".pid", NULL);
      struct stat info;

      if (lstat (self->socket, &info) == 0 && S_ISSOCK (info.st_mode) && !service_listens (self))
        g_unlink (self->socket);
      /* virtiofsd makes one beside its socket, and leaves it there. */
      if (self->single && !g_file_test (self->socket, G_FILE_TEST_EXISTS))
        g_unlink (pid_file);
    }
}

/**
 * drover_services_end:
 * @services: (element-type DroverService): a machine's services, whose QEMU has ended
 * @grace_msec: how long they may take to end by themselves
 *
 * Ends them, in a fiber, and takes their sockets away.
 */
void
drover_services_end (GPtrArray *services, guint grace_msec)
{
  /* The list may change while this fiber waits. */
  g_autoptr (GPtrArray) copy = drover_services_copy (services);

  for (guint i = copy->len; i-- > 0;)
    end_one (copy->pdata[i], grace_msec);
}

/**
 * drover_service_to_json:
 *
 * Returns: (transfer full): its entry in `run.json`
 */
JsonNode *
drover_service_to_json (const DroverService *self)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", self->id);
  json_object_set_string_member (object, "title", self->title);
  json_object_set_int_member (object, "pid", self->pid);
  json_object_set_int_member (object, "start-time", self->start_time);
  json_object_set_string_member (object, "socket", self->socket);
  if (self->address != NULL)
    json_object_set_string_member (object, "address", self->address);
  if (self->single)
    json_object_set_boolean_member (object, "single", TRUE);
  json_object_set_string_member (object, "log", self->log);
  json_node_take_object (node, object);
  return node;
}

/**
 * drover_service_from_json:
 *
 * Returns: (transfer full) (nullable): what drover_service_to_json() wrote; %NULL for anything
 *   else
 */
DroverService *
drover_service_from_json (JsonNode *node)
{
  static const char *const texts[] = { "id", "title", "socket", "log" };
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  DroverService *self;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (object == NULL || !json_object_has_member (object, texts[i]) ||
        !drover_json_check_type (object, texts[i], G_TYPE_STRING, "", NULL))
      return NULL;
  if (!drover_json_check_type (object, "address", G_TYPE_STRING, "", NULL) ||
      !drover_json_check_type (object, "single", G_TYPE_BOOLEAN, "", NULL) ||
      !drover_json_check_type (object, "pid", G_TYPE_INT64, "", NULL) ||
      !drover_json_check_type (object, "start-time", G_TYPE_INT64, "", NULL))
    return NULL;

  self = g_new0 (DroverService, 1);
  self->id = g_strdup (json_object_get_string_member (object, "id"));
  self->title = g_strdup (json_object_get_string_member (object, "title"));
  self->pid = json_object_get_int_member_with_default (object, "pid", 0);
  self->start_time = json_object_get_int_member_with_default (object, "start-time", 0);
  self->socket = g_strdup (json_object_get_string_member (object, "socket"));
  self->address = g_strdup (json_object_get_string_member_with_default (object, "address", NULL));
  self->single = self->address != NULL &&
                 json_object_get_boolean_member_with_default (object, "single", FALSE);
  self->log = g_strdup (json_object_get_string_member (object, "log"));
  return self;
}
