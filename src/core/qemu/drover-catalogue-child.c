/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "drover-catalogue-child.h"
#include "drover-error.h"
#include "drover-json.h"

/* The longest answer is 250 KB. A program that writes without end is not QEMU. */
#define LONGEST_ANSWER (16 * 1024 * 1024)

/* Who only wants QEMU's last words need not keep all of them. */
#define LONGEST_MESSAGE (4 * 1024)

#define READ_SIZE (64 * 1024)

/* After this many milliseconds without a word it is looked whether the program still runs. */
#define LOOK_AGAIN_MSEC 100

/*
 * It may be any program that somebody named, so it has a time limit, what it says has a limit,
 * and it is ended together with all that it started.
 */
struct _DroverCatalogueChild
{
  char *path;
  GSubprocess *process;
  GPid group;
  guint limit_msec;
  gint64 deadline;
  gboolean late;
  int answers;     /* its output, or our end of the socket */
  int messages;    /* its error output; -1 when that has ended */
  GString *answer; /* what was read from @answers and not yet taken */
  gsize taken;     /* how much of it the last line was */
  GString *message;
};

/* Memory that parent and child share. A program may have ended and been reaped before the parent
 * can ask for its pid, and what it left behind is found by that. */
typedef struct
{
  GPid parent;
  GPid child;
} Shared;

static Shared *
shared_new (void)
{
  Shared *shared =
    mmap (NULL, sizeof (Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  if (shared == MAP_FAILED)
    g_error ("no memory for a child process");
  shared->parent = getpid ();
  return shared;
}

/* Runs in the child between fork and exec. */
static void
child_setup_cb (gpointer data)
{
  Shared *shared = data;

  shared->child = getpid ();
  /* A group of its own, so that a script can be ended together with what it runs. */
  setpgid (0, 0);
#ifdef __linux__
  /* The thread that forked waits until the child has ended, or Drover itself has. */
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != shared->parent)
    _exit (1);
#endif
}

static GSubprocessLauncher *
make_launcher (GSubprocessFlags flags)
{
  GSubprocessLauncher *launcher =
    g_subprocess_launcher_new (flags | G_SUBPROCESS_FLAGS_STDERR_PIPE);

  g_subprocess_launcher_set_stdin_file_path (launcher, "/dev/null");
  /* QEMU's words are read by us. */
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  return launcher;
}

static int
get_pipe_fd (GInputStream *pipe)
{
  int fd = -1;

  g_object_get (pipe, "fd", &fd, NULL);
  return fd;
}

static DroverCatalogueChild *
spawn (GSubprocessLauncher *launcher, const char *const *argv, guint limit_msec, GError **error)
{
  g_autoptr (GError) spawn_error = NULL;
  Shared *shared = shared_new ();
  GSubprocess *process;
  DroverCatalogueChild *self;
  GPid group;

  g_subprocess_launcher_set_child_setup (launcher, child_setup_cb, shared, NULL);
  process = g_subprocess_launcher_spawnv (launcher, argv, &spawn_error);
  group = shared->child;
  munmap (shared, sizeof (Shared));
  if (process == NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_START_FAILED, _("%s cannot be started: %s"),
                   argv[0], spawn_error->message);
      return NULL;
    }

  self = g_new0 (DroverCatalogueChild, 1);
  self->path = g_strdup (argv[0]);
  self->process = process;
  self->group = group;
  self->limit_msec = limit_msec;
  self->deadline = g_get_monotonic_time () + limit_msec * (gint64) 1000;
  self->answers = -1;
  self->messages = get_pipe_fd (g_subprocess_get_stderr_pipe (process));
  self->answer = g_string_new (NULL);
  self->message = g_string_new (NULL);
  return self;
}

/*
 * _drover_catalogue_child_run:
 * @argv: the program's path and its arguments
 * @limit_msec: after how many milliseconds it counts as hung
 * @error: set when it cannot be started
 *
 * Returns: (transfer full) (nullable): the program, whose output can be read
 */
DroverCatalogueChild *
_drover_catalogue_child_run (const char *const *argv, guint limit_msec, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = make_launcher (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  DroverCatalogueChild *self = spawn (launcher, argv, limit_msec, error);

  if (self != NULL)
    self->answers = get_pipe_fd (g_subprocess_get_stdout_pipe (self->process));
  return self;
}

/*
 * _drover_catalogue_child_connect:
 * @path: a program
 * @options: at most six words that say which machine it makes: `-machine none`
 *
 * Starts QEMU, paused, with one end of a socket as its monitor: there is no path that
 * others could connect to, and nothing else it says gets in between.
 *
 * Returns: (transfer full) (nullable): the program
 */
DroverCatalogueChild *
_drover_catalogue_child_connect (const char *path, const char *const *options, guint limit_msec,
                                 GError **error)
{
  const char *const common[] = {
    "-no-user-config", "-display", "none", "-S", "-chardev", "socket,id=drover,fd=3", "-mon",
    "chardev=drover,mode=control",
  };
  const char *argv[G_N_ELEMENTS (common) + 8] = { path };
  guint n = 1;
  g_autoptr (GSubprocessLauncher) launcher = make_launcher (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  DroverCatalogueChild *self;
  int fds[2];

  for (guint i = 0; options[i] != NULL && i < 6; i++)
    argv[n++] = options[i];
  for (guint i = 0; i < G_N_ELEMENTS (common); i++)
    argv[n++] = common[i];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    {
      drover_set_errno_error (error, _("Cannot make a socket"));
      return NULL;
    }

  g_subprocess_launcher_take_fd (launcher, fds[1], 3);
  self = spawn (launcher, argv, limit_msec, error);
  /* Our copy of the other end goes with the launcher; or its end would never be seen. */
  g_subprocess_launcher_close (launcher);
  if (self != NULL)
    self->answers = fds[0];
  else
    g_close (fds[0], NULL);
  return self;
}

static void
end (DroverCatalogueChild *self)
{
  if (self->group > 0)
    kill (-self->group, SIGKILL);
  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL);
}

/*
 * _drover_catalogue_child_free:
 *
 * Ends the program, with what it started, if it still runs.
 */
void
_drover_catalogue_child_free (DroverCatalogueChild *self)
{
  /* Of a program that has ended by itself nobody may be left, and its number be another's. */
  if (g_subprocess_get_identifier (self->process) != NULL)
    end (self);
  /* The pipes close their own descriptors. */
  if (g_subprocess_get_stdout_pipe (self->process) == NULL && self->answers >= 0)
    g_close (self->answers, NULL);
  g_object_unref (self->process);
  g_string_free (self->answer, TRUE);
  g_string_free (self->message, TRUE);
  g_free (self->path);
  g_free (self);
}

static gssize
read_into (int fd, GString *text, gsize longest)
{
  static const gsize size = READ_SIZE;
  g_autofree char *buffer = g_malloc (size);
  gssize n;

  do
    n = read (fd, buffer, size);
  while (n < 0 && errno == EINTR);

  if (n > 0 && text->len < longest)
    g_string_append_len (text, buffer, MIN ((gsize) n, longest - text->len));
  return n;
}

/* A program that has left others behind, which hold our socket, has ended all the same. */
static void
look_again (DroverCatalogueChild *self)
{
  if (self->group > 0 && g_subprocess_get_identifier (self->process) == NULL)
    {
      kill (-self->group, SIGKILL);
      self->group = 0;
    }
}

/* Waits for more of the answers, and drains the messages meanwhile. Returns how many bytes
 * came; none at the end, or when the time is up. */
static gssize
wait_for_more (DroverCatalogueChild *self)
{
  for (;;)
    {
      struct pollfd fds[] = { { self->answers, POLLIN, 0 }, { self->messages, POLLIN, 0 } };
      gint64 left = (self->deadline - g_get_monotonic_time ()) / 1000;
      int n;

      if (left <= 0)
        {
          self->late = TRUE;
          return 0;
        }

      n = poll (fds, G_N_ELEMENTS (fds), MIN (left, LOOK_AGAIN_MSEC));
      if (n == 0)
        look_again (self);
      if (n <= 0)
        continue;
      if (fds[1].revents != 0 && read_into (self->messages, self->message, LONGEST_MESSAGE) <= 0)
        self->messages = -1;
      if (fds[0].revents != 0)
        return read_into (self->answers, self->answer, LONGEST_ANSWER);
    }
}

static void
set_closed_error (GError **error)
{
  g_set_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED, _("QEMU closed QMP"));
}

static void
set_endless_error (GError **error)
{
  g_set_error (error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_PROTOCOL, _("it writes without end"));
}

/*
 * _drover_catalogue_child_read_all:
 * @error: set when it prints without end, or does not end in time
 *
 * Returns: (transfer full) (nullable): all that the program prints, as UTF-8
 */
char *
_drover_catalogue_child_read_all (DroverCatalogueChild *self, GError **error)
{
  while (wait_for_more (self) > 0)
    if (self->answer->len >= LONGEST_ANSWER)
      {
        set_endless_error (error);
        return NULL;
      }

  if (self->late)
    {
      set_closed_error (error);
      return NULL;
    }
  return g_utf8_make_valid (self->answer->str, self->answer->len);
}

/*
 * _drover_catalogue_child_read_line:
 * @error: set when no line comes any more
 *
 * Returns: (transfer none) (nullable): the next line, without its end; it is there until the
 *   next call
 */
const char *
_drover_catalogue_child_read_line (DroverCatalogueChild *self, GError **error)
{
  gsize searched = 0;
  char *line_end;

  g_string_erase (self->answer, 0, self->taken);
  self->taken = 0;
  while ((line_end = memchr (self->answer->str + searched, '\n', self->answer->len - searched)) ==
         NULL)
    {
      searched = self->answer->len;
      if (searched >= LONGEST_ANSWER)
        {
          set_endless_error (error);
          return NULL;
        }
      if (wait_for_more (self) <= 0)
        {
          set_closed_error (error);
          return NULL;
        }
    }

  self->taken = line_end + 1 - self->answer->str;
  if (line_end > self->answer->str && line_end[-1] == '\r')
    line_end--;
  *line_end = '\0';
  return self->answer->str;
}

/*
 * _drover_catalogue_child_send:
 * @text: a few hundred bytes, which always fit into a socket's buffer as long as answers are
 *   read in between
 *
 * Returns: whether it was sent
 */
gboolean
_drover_catalogue_child_send (DroverCatalogueChild *self, const char *text, GError **error)
{
  const gsize length = strlen (text);

  if (send (self->answers, text, length, MSG_NOSIGNAL | MSG_DONTWAIT) == (gssize) length)
    return TRUE;

  set_closed_error (error);
  return FALSE;
}

/*
 * _drover_catalogue_child_send_command:
 * @arguments: (nullable) (transfer full): the QMP command's arguments
 *
 * Returns: whether it was sent
 */
gboolean
_drover_catalogue_child_send_command (DroverCatalogueChild *self, const char *command,
                                      JsonNode *arguments, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  JsonObject *object = json_object_new ();

  json_node_take_object (node, object);
  json_object_set_string_member (object, "execute", command);
  if (arguments != NULL)
    json_object_set_member (object, "arguments", arguments);
  text = drover_json_to_text (node, FALSE);
  line = g_strconcat (text, "\n", NULL);
  return _drover_catalogue_child_send (self, line, error);
}

/*
 * _drover_catalogue_child_explain:
 * @cause: (transfer full): what went wrong
 *
 * Ends the program.
 *
 * Returns: (transfer full): why it could not be asked, in words for its user
 */
GError *
_drover_catalogue_child_explain (DroverCatalogueChild *self, GError *cause)
{
  g_autoptr (GError) taken = cause;
  g_autofree char *message = NULL;
  char *line;

  end (self);
  if (self->late)
    return g_error_new (DROVER_QMP_ERROR, DROVER_QMP_ERROR_TIMEOUT,
                        _("%s did not answer as QEMU does within %u seconds, and was ended"),
                        self->path, MAX (self->limit_msec / 1000, 1));

  while (self->messages >= 0 && read_into (self->messages, self->message, LONGEST_MESSAGE) > 0)
    continue;
  message = g_utf8_make_valid (self->message->str, self->message->len);
  g_strchomp (message);
  line = strrchr (message, '\n');
  line = line != NULL ? line + 1 : message;
  if (g_error_matches (taken, DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED) && *line != '\0')
    return g_error_new (DROVER_ERROR, DROVER_ERROR_START_FAILED,
                        _("%s ended before it had told what it can do: %s"), self->path, line);
  if (g_error_matches (taken, DROVER_QMP_ERROR, DROVER_QMP_ERROR_CLOSED))
    return g_error_new (DROVER_ERROR, DROVER_ERROR_START_FAILED,
                        _("%s ended before it had told what it can do. Is it QEMU?"), self->path);
  return g_error_new (DROVER_ERROR, DROVER_ERROR_START_FAILED,
                      _("%s does not answer as QEMU does: %s"), self->path, taken->message);
}
