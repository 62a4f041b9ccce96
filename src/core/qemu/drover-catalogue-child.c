/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "drover-catalogue-child.h"
#include "drover-dex.h"
#include "drover-error.h"

/* The longest help is 20 KB. A program that prints without end is not QEMU. */
#define LONGEST_OUTPUT (1024 * 1024)

/* Who only wants QEMU's last words need not keep all of them. */
#define LONGEST_MESSAGE (4 * 1024)

/*
 * A process that is asked something: it may be any program that somebody named, so it has a
 * time limit, its output has a limit, and it is ended together with what it started.
 */
struct _DroverCatalogueChild
{
  GObject parent_instance;

  GSubprocess *subprocess;
  DexPromise *ended;
  DexFuture *message;
  GPid group;
  guint timer;
  gboolean late;
};

G_DEFINE_FINAL_TYPE (DroverCatalogueChild, drover_catalogue_child, G_TYPE_OBJECT)

static void
drover_catalogue_child_finalize (GObject *object)
{
  DroverCatalogueChild *self = DROVER_CATALOGUE_CHILD (object);

  g_clear_object (&self->subprocess);
  dex_clear (&self->ended);
  dex_clear (&self->message);

  G_OBJECT_CLASS (drover_catalogue_child_parent_class)->finalize (object);
}

static void
drover_catalogue_child_class_init (DroverCatalogueChildClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = drover_catalogue_child_finalize;
}

static void
drover_catalogue_child_init (DroverCatalogueChild *self)
{
  self->ended = dex_promise_new ();
}

/* Runs in the child between fork and exec. */
static void
child_setup_cb (gpointer data)
{
  /* A group of its own, so that a script can be ended together with what it runs. */
  setpgid (0, 0);
#ifdef __linux__
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != GPOINTER_TO_INT (data))
    _exit (1);
#endif
}

static gboolean
late_cb (gpointer user_data)
{
  DroverCatalogueChild *self = user_data;

  self->timer = 0;
  self->late = TRUE;
  _drover_catalogue_child_kill (self);
  return G_SOURCE_REMOVE;
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (DroverCatalogueChild) self = user_data;

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  g_clear_handle_id (&self->timer, g_source_remove);
  /* What a script left behind would hold our pipes open. Its group's number is not given to
   * others as long as there is somebody in it. */
  kill (-self->group, SIGKILL);
  dex_promise_resolve_boolean (self->ended, TRUE);
}

typedef struct
{
  DroverCatalogueChild *child; /* ended when it prints more; nullable */
  GInputStream *pipe;
  gsize longest;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_clear_object (&reading->child);
  g_object_unref (reading->pipe);
  g_free (reading);
}

static DexFuture *
read_fiber (gpointer user_data)
{
  Reading *reading = user_data;
  g_autoptr (GString) text = g_string_new (NULL);
  gsize size;

  do
    {
      g_autoptr (GBytes) bytes =
        dex_await_boxed (dex_input_stream_read_bytes (reading->pipe, 64 * 1024, 0), NULL);

      size = bytes != NULL ? g_bytes_get_size (bytes) : 0;
      if (size > 0 && text->len < reading->longest)
        g_string_append_len (text, g_bytes_get_data (bytes, NULL),
                             MIN (size, reading->longest - text->len));
      else if (size > 0 && reading->child != NULL)
        _drover_catalogue_child_kill (reading->child);
    }
  while (size > 0);

  return dex_future_new_take_string (g_utf8_make_valid (text->str, text->len));
}

static DexFuture *
read_pipe (GInputStream *pipe, gsize longest, DroverCatalogueChild *child)
{
  Reading *reading = g_new0 (Reading, 1);

  reading->child = child != NULL ? g_object_ref (child) : NULL;
  reading->pipe = g_object_ref (pipe);
  reading->longest = longest;
  return drover_dex_spawn (read_fiber, reading, reading_free);
}

/*
 * _drover_catalogue_child_new:
 * @argv: the program's path and its arguments
 * @with_output: whether its output will be read; if not it is dropped
 * @fd: a descriptor that the child gets as number 3; taken, also in case of an error; or -1
 * @limit_msec: after how many milliseconds it is ended
 * @error: set when it cannot be started
 *
 * Returns: (transfer full) (nullable): the process; it keeps itself until it has ended
 */
DroverCatalogueChild *
_drover_catalogue_child_new (GStrv argv, gboolean with_output, int fd, guint limit_msec,
                             GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (DroverCatalogueChild) self = g_object_new (DROVER_TYPE_CATALOGUE_CHILD, NULL);
  g_autoptr (GError) spawn_error = NULL;

  launcher = g_subprocess_launcher_new (
    G_SUBPROCESS_FLAGS_STDERR_PIPE |
    (with_output ? G_SUBPROCESS_FLAGS_STDOUT_PIPE : G_SUBPROCESS_FLAGS_STDOUT_SILENCE));
  if (fd >= 0)
    g_subprocess_launcher_take_fd (launcher, fd, 3);
  g_subprocess_launcher_set_stdin_file_path (launcher, "/dev/null");
  /* QEMU's words are looked for. */
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  g_subprocess_launcher_set_child_setup (launcher, child_setup_cb, GINT_TO_POINTER (getpid ()),
                                         NULL);
  self->subprocess =
    g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &spawn_error);
  if (self->subprocess == NULL)
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_START_FAILED, _("%s cannot be started: %s"),
                   argv[0], spawn_error->message);
      return NULL;
    }

  self->group = atoi (g_subprocess_get_identifier (self->subprocess));
  self->timer = g_timeout_add (limit_msec, late_cb, self);
  self->message = read_pipe (g_subprocess_get_stderr_pipe (self->subprocess), LONGEST_MESSAGE,
                             NULL);
  g_subprocess_wait_async (self->subprocess, NULL, ended_cb, g_object_ref (self));
  return g_steal_pointer (&self);
}

/*
 * _drover_catalogue_child_kill:
 *
 * Ends the process and what it started.
 */
void
_drover_catalogue_child_kill (DroverCatalogueChild *self)
{
  if (g_subprocess_get_identifier (self->subprocess) != NULL)
    kill (-self->group, SIGKILL);
  g_subprocess_force_exit (self->subprocess);
}

/*
 * _drover_catalogue_child_was_late:
 *
 * Returns: whether it was ended because its time was up
 */
gboolean
_drover_catalogue_child_was_late (DroverCatalogueChild *self)
{
  return self->late;
}

/*
 * _drover_catalogue_child_when_ended:
 *
 * Returns: (transfer full): a future that is resolved when the process has ended
 */
DexFuture *
_drover_catalogue_child_when_ended (DroverCatalogueChild *self)
{
  return dex_ref (DEX_FUTURE (self->ended));
}

/*
 * _drover_catalogue_child_read:
 *
 * Returns: (transfer full): a future of all that it prints, a text
 */
DexFuture *
_drover_catalogue_child_read (DroverCatalogueChild *self)
{
  return read_pipe (g_subprocess_get_stdout_pipe (self->subprocess), LONGEST_OUTPUT, self);
}

/*
 * _drover_catalogue_child_read_message:
 *
 * Returns: (transfer full): a future of the beginning of its error output, a text
 */
DexFuture *
_drover_catalogue_child_read_message (DroverCatalogueChild *self)
{
  return dex_ref (self->message);
}
