/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "drover-accel.h"
#include "drover-check-private.h"
#include "drover-dex.h"
#include "drover-error.h"
#include "drover-launch-plan.h"
#include "drover-machine-firmware.h"
#include "drover-paths.h"
#include "drover-program.h"
#include "drover-qmp.h"
#include "drover-run-record.h"

#define TIME_LIMIT_MSEC 20000

/* QEMU's end of the QMP connection. High enough to be no number that a command line names. */
#define QMP_FD 200

/* More than this of QEMU's output is nothing that anybody reads. */
#define OUTPUT_LIMIT (256 * 1024)

G_DEFINE_BOXED_TYPE (DroverCheck, drover_check, drover_check_ref, drover_check_unref)

typedef struct
{
  DroverDocument *document;
  char *folder;
  char *program;
  char *scratch;
  char *accelerator;
} Run;

static void
run_free (gpointer data)
{
  Run *run = data;

  drover_document_unref (run->document);
  g_free (run->folder);
  g_free (run->program);
  g_free (run->scratch);
  g_free (run->accelerator);
  g_free (run);
}

/**
 * drover_check_ref:
 *
 * Returns: (transfer full): @self
 */
DroverCheck *
drover_check_ref (DroverCheck *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * drover_check_unref:
 *
 * Drops one reference.
 */
void
drover_check_unref (DroverCheck *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->problems);
  g_free (self->output);
  g_free (self);
}

/* Nothing in it has a folder of its own, but what QEMU may have made for itself. */
static void
remove_scratch (const char *path, guint depth)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (depth < 4 && g_file_test (child, G_FILE_TEST_IS_DIR) &&
          !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        remove_scratch (child, depth + 1);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

/* Runs in the child between fork and exec. */
static void
child_setup_cb (gpointer data)
{
  setsid ();
#ifdef __linux__
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != GPOINTER_TO_INT (data))
    _exit (1);
#endif
}

static GIOStream *
take_stream (int fd, GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, error);

  if (socket == NULL)
    {
      close (fd);
      return NULL;
    }

  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

static GStrv
dup_argv (Run *run, DroverCheckPlan *plan)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) arguments = _drover_check_plan_dup_argv (plan);
  g_autofree char *chardev = g_strdup_printf ("socket,id=drover-check,fd=%d", QMP_FD);

  g_strv_builder_add (builder, run->program);
  g_strv_builder_addv (builder, (const char **) arguments);
  if (run->accelerator != NULL)
    g_strv_builder_add_many (builder, "-accel", run->accelerator, NULL);
  g_strv_builder_add_many (builder, "-chardev", chardev, "-mon",
                           "chardev=drover-check,mode=control", "-S", NULL);
  return g_strv_builder_end (builder);
}

static GSubprocess *
spawn (Run *run, DroverCheckPlan *plan, const char *output, GIOStream **stream, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_auto (GStrv) argv = dup_argv (run, plan);
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    {
      drover_set_errno_error (error, _("Cannot make a connection to QEMU"));
      return NULL;
    }
  *stream = take_stream (fds[0], error);
  if (*stream == NULL)
    {
      close (fds[1]);
      return NULL;
    }

  g_subprocess_launcher_take_fd (launcher, fds[1], QMP_FD);
  g_subprocess_launcher_set_stdin_file_path (launcher, "/dev/null");
  g_subprocess_launcher_set_stdout_file_path (launcher, output);
  g_subprocess_launcher_setenv (launcher, "TMPDIR", run->scratch, TRUE);
  if (run->folder != NULL)
    g_subprocess_launcher_set_cwd (launcher, run->folder);
  g_subprocess_launcher_set_child_setup (launcher, child_setup_cb, GINT_TO_POINTER (getpid ()),
                                         NULL);
  return g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, error);
}

static char *
read_output (const char *path)
{
  g_autofree char *text = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &text, &length, NULL))
    return g_strdup ("");

  return g_utf8_make_valid (text, MIN (length, OUTPUT_LIMIT));
}

/* Waits for QEMU's end, and sees to it. */
static void
await_end (GSubprocess *process, gint64 deadline)
{
  g_autoptr (DexFuture) end = dex_subprocess_wait_check (process);

  dex_await (dex_future_first (dex_ref (end), dex_timeout_new_deadline (deadline), NULL), NULL);
  if (dex_future_is_pending (end))
    {
      g_subprocess_force_exit (process);
      dex_await (g_steal_pointer (&end), NULL);
    }
}

/* Returns: whether it answered, which it does when the whole machine is made */
static gboolean
talk (GIOStream *stream, GError **error)
{
  g_autoptr (DroverQmp) qmp =
    dex_await_object (drover_qmp_open (stream, TIME_LIMIT_MSEC), error);

  if (qmp == NULL)
    return FALSE;

  /* It may close the connection before it answers. */
  dex_await (drover_qmp_execute (qmp, "quit", NULL), NULL);
  return TRUE;
}

static char *
describe_end (GSubprocess *process, gboolean timed_out)
{
  if (timed_out)
    return g_strdup_printf (_("QEMU did not come up within %d seconds"), TIME_LIMIT_MSEC / 1000);
  if (g_subprocess_get_if_signaled (process))
    return g_strdup_printf (_("QEMU ended by signal %d (%s), without a message"),
                            g_subprocess_get_term_sig (process),
                            g_strsignal (g_subprocess_get_term_sig (process)));
  if (g_subprocess_get_exit_status (process) == 0)
    return g_strdup (_("QEMU printed something and ended, instead of starting a machine"));

  return g_strdup_printf (_("QEMU ended with status %d, without a message"),
                          g_subprocess_get_exit_status (process));
}

/* The argument that asks for a list or a version, or gets one for what it says, if that is why
 * QEMU ended. */
static int
find_question (DroverDocument *document, const char *output)
{
  static const char *const questions[] = { "h", "help", "version", NULL };
  GPtrArray *arguments = drover_document_get_arguments (document);

  for (guint i = 0; i < arguments->len; i++)
    {
      const char *value = drover_argument_get_value (arguments->pdata[i]);
      g_auto (GStrv) words = value != NULL ? g_strsplit (value, ",", -1) : NULL;

      if (!drover_argument_get_enabled (arguments->pdata[i]))
        continue;
      if (g_str_has_prefix (output, "Log items") &&
          g_str_equal (drover_argument_get_option (arguments->pdata[i]), "d"))
        return i;
      if (g_strv_contains (questions, drover_argument_get_option (arguments->pdata[i])) ||
          (words != NULL && (g_strv_contains ((const char *const *) words, "help") ||
                             g_strv_contains ((const char *const *) words, "?"))))
        return i;
    }

  return -1;
}

static gboolean
has_fatal (GPtrArray *problems)
{
  for (guint i = 0; i < problems->len; i++)
    if (((DroverCheckProblem *) problems->pdata[i])->fatal)
      return TRUE;

  return FALSE;
}

/* The display was taken away, and with it the OpenGL that some graphics cards need. */
static void
excuse_opengl (DroverCheckPlan *plan, GPtrArray *problems)
{
  for (guint i = 0; plan->opengl && i < problems->len; i++)
    {
      DroverCheckProblem *problem = problems->pdata[i];

      if (!problem->fatal || strstr (problem->message, "OpenGL") == NULL)
        continue;
      problem->fatal = FALSE;
      g_set_str (&problem->message,
                 _("What follows was not checked: this device needs the display with OpenGL"));
    }
}

/* A display that is not installed is only missed when it is opened. */
static void
check_display (Run *run, DroverCheckPlan *plan)
{
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  DroverCheckProblem *problem;

  if (plan->display == NULL || g_str_equal (plan->display, "default"))
    return;

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                              NULL, run->program, "-display", "help", NULL);
  if (process == NULL)
    return;
  bytes = dex_await_boxed (
    dex_input_stream_read_bytes (g_subprocess_get_stdout_pipe (process), 65536, 0), NULL);
  await_end (process, g_get_monotonic_time () + 5 * G_USEC_PER_SEC);
  if (bytes == NULL)
    return;

  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  lines = g_strsplit (text, "\n", -1);
  if (g_strv_length (lines) < 3 || g_strv_contains ((const char *const *) lines, plan->display))
    return;

  problem = _drover_check_problem_new (plan->display_argument, TRUE, g_strdup_printf (
    _("Display “%s” is not available in this QEMU; a package of its modules may have it"),
    plan->display));
  _drover_check_find_span (problem, run->document, plan->display);
  g_ptr_array_add (plan->problems, problem);
}

/* Bound and let go again, as whoever listens does it. */
static gboolean
is_free (const DroverCheckPort *port)
{
  GSocketType type = port->udp ? G_SOCKET_TYPE_DATAGRAM : G_SOCKET_TYPE_STREAM;
  g_autoptr (GInetAddress) host = port->host != NULL
    ? g_inet_address_new_from_string (port->host) : g_inet_address_new_any (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) error = NULL;

  /* A name, such as localhost, is its own resolver's to look up. */
  if (host == NULL)
    return TRUE;

  address = g_inet_socket_address_new (host, port->port);
  socket = g_socket_new (g_inet_address_get_family (host), type, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  return socket == NULL || g_socket_bind (socket, address, !port->udp, &error) ||
         !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
}

static gboolean
runs_now (DroverDocument *document)
{
  g_autofree char *runtime_dir = drover_paths_dup_runtime_dir (drover_document_get_uuid (document));
  g_autoptr (DroverRunRecord) record = drover_run_record_load (runtime_dir, NULL);

  return record != NULL && drover_run_record_is_alive (record);
}

/* Whoever holds a port may be gone when the machine is started, so this is no verdict. */
static void
check_ports (DroverCheckPlan *plan)
{
  if (plan->ports->len == 0 || runs_now (plan->document))
    return;

  for (guint i = 0; i < plan->ports->len; i++)
    {
      const DroverCheckPort *port = plan->ports->pdata[i];
      g_autofree char *number = g_strdup_printf ("%d", port->port);
      DroverCheckProblem *problem;

      if (is_free (port))
        continue;
      problem = _drover_check_problem_new (port->argument, FALSE, g_strdup_printf (
        _("Port %d of this host is in use at the moment"), port->port));
      _drover_check_find_part (problem, plan->document, number);
      g_ptr_array_add (plan->problems, problem);
    }
}

/* Whether one of @problems speaks of @other's argument, and when @same_place of the same place
 * in it. */
static gboolean
names (GPtrArray *problems, const DroverCheckProblem *other, gboolean same_place)
{
  for (guint i = 0; i < problems->len; i++)
    {
      const DroverCheckProblem *problem = problems->pdata[i];

      if (problem->fatal && problem->argument == other->argument &&
          (other->start == other->end ||
           (same_place && problem->start == other->start && problem->end == other->end)))
        return TRUE;
    }

  return FALSE;
}

/* Drover's own findings go behind QEMU's words, and need not say the same again; unless they
 * @say_more of a place. */
static void
take_problems (GPtrArray *problems, GPtrArray *own, gboolean say_more)
{
  while (own->len > 0)
    {
      DroverCheckProblem *problem = g_ptr_array_steal_index (own, 0);

      if (problem->fatal && names (problems, problem, !say_more))
        _drover_check_problem_free (problem);
      else
        g_ptr_array_add (problems, problem);
    }
}

static int
compare_problems (gconstpointer a, gconstpointer b)
{
  const DroverCheckProblem *first = *(DroverCheckProblem *const *) a;
  const DroverCheckProblem *second = *(DroverCheckProblem *const *) b;

  return second->fatal - first->fatal;
}

static DroverCheck *
check_new (Run *run, DroverCheckPlan *plan, GSubprocess *process, gboolean came_up,
           gboolean timed_out, const char *output)
{
  DroverCheck *check = g_new0 (DroverCheck, 1);
  g_autoptr (GPtrArray) own =
    g_ptr_array_new_with_free_func ((GDestroyNotify) _drover_check_problem_free);

  g_atomic_ref_count_init (&check->ref_count);
  check->output = g_strdup (output);
  check->problems = g_ptr_array_new_with_free_func ((GDestroyNotify) _drover_check_problem_free);
  _drover_check_read_output (plan, output, came_up, check->problems);
  if (!came_up && !has_fatal (check->problems))
    g_ptr_array_add (check->problems, _drover_check_problem_new (
      find_question (run->document, output), TRUE, describe_end (process, timed_out)));
  excuse_opengl (plan, check->problems);

  take_problems (check->problems, plan->problems, FALSE);
  _drover_check_places (run->document, own);
  take_problems (check->problems, own, TRUE);
  g_ptr_array_sort (check->problems, compare_problems);
  check->passed = !has_fatal (check->problems);
  return check;
}

/* Emulation serves to check all but what only the hardware can do. */
static gboolean
choose_accelerator (Run *run, GError **error)
{
  g_autoptr (DroverAccelReport) report = NULL;
  g_autofree char *cpu = NULL;

  if (drover_launch_plan_names_accelerator (run->document))
    return TRUE;

  cpu = drover_launch_plan_dup_value (run->document, "cpu", "model", "model");
  if (g_strcmp0 (drover_document_get_accelerator (run->document), "automatic") == 0 &&
      g_strcmp0 (cpu, "host") == 0)
    {
      report = dex_await_boxed (drover_accel_choose (run->program, cpu, NULL), error);
      if (report == NULL)
        return FALSE;
    }

  if (report != NULL &&
      drover_accel_report_get_verdict (report) == DROVER_ACCEL_VERDICT_PASSED)
    run->accelerator = g_strdup (drover_accel_report_get_accelerator (report));
  else
    run->accelerator = g_strdup ("tcg");
  return TRUE;
}

/* A variable store that is made at the start is not there yet. What it is made from stands in for
 * it, and nobody need be allowed to write that. */
static DroverCheckPlan *
make_plan (Run *run)
{
  int store = -1;
  g_autoptr (DroverDocument) document =
    run->folder != NULL
      ? drover_machine_firmware_without_store (run->document, run->folder, &store)
      : drover_document_ref (run->document);
  DroverCheckPlan *plan = _drover_check_plan_new (document, run->folder, run->scratch);

  for (guint i = plan->problems->len; store >= 0 && i-- > 0;)
    {
      const DroverCheckProblem *problem = plan->problems->pdata[i];

      if (problem->argument == store && !problem->fatal)
        g_ptr_array_remove_index (plan->problems, i);
    }

  return plan;
}

static DroverCheck *
run_check (Run *run, GError **error)
{
  const gint64 deadline = g_get_monotonic_time () + TIME_LIMIT_MSEC * (gint64) 1000;
  g_autoptr (DroverCheckPlan) plan = NULL;
  g_autofree char *output_path = g_build_filename (run->scratch, "output", NULL);
  g_autofree char *output = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GIOStream) stream = NULL;
  g_autoptr (GError) talk_error = NULL;
  gboolean came_up;

  if (!choose_accelerator (run, error))
    return NULL;

  plan = make_plan (run);
  process = spawn (run, plan, output_path, &stream, error);
  if (process == NULL)
    {
      drover_services_end (plan->services, 0);
      return NULL;
    }

  came_up = talk (stream, &talk_error);
  if (g_error_matches (talk_error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_BUSY))
    g_subprocess_force_exit (process);
  await_end (process, deadline);
  drover_services_end (plan->services, 0);

  output = read_output (output_path);
  check_display (run, plan);
  check_ports (plan);
  _drover_check_ids (run->document, plan->problems);
  if (!came_up)
    _drover_check_devices (run->document, run->program, plan->problems);
  return check_new (run, plan, process, came_up,
                    g_error_matches (talk_error, DROVER_QMP_ERROR, DROVER_QMP_ERROR_BUSY), output);
}

static DexFuture *
check_fiber (gpointer data)
{
  Run *run = data;
  g_autofree char *runtime_dir = drover_paths_dup_runtime_dir (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *resolved = NULL;
  DroverCheck *check = NULL;

  resolved = drover_program_resolve (drover_document_get_program (run->document), run->folder);
  run->program = drover_program_find (resolved, &error);

  /* Beside the machines' runtime folders, where names of sockets are short enough. */
  run->scratch = g_strdup_printf ("%s/check-%08x", runtime_dir, g_random_int ());
  if (run->program != NULL && drover_paths_make_private_dir (run->scratch, &error))
    {
      check = run_check (run, &error);
      remove_scratch (run->scratch, 0);
    }

  return check != NULL ? dex_future_new_take_boxed (DROVER_TYPE_CHECK, check)
                       : dex_future_new_for_error (g_steal_pointer (&error));
}

/**
 * drover_check_run:
 * @document: the machine to check
 * @folder: (nullable): its folder, from which relative paths are seen
 *
 * Starts the machine's very command paused and ends it again, to hear what QEMU says to it.
 * Images are opened read-only below throw-away overlays and without locks; ports and sockets
 * are not listened at, files not written, devices of this host not taken hold of. So a running
 * machine, of this or another document, is neither disturbed nor in the way. QEMU is gone when
 * the future is done, after twenty seconds at the latest.
 *
 * Returns: (transfer full): a future of a #DroverCheck. It is rejected with
 *   %DROVER_ERROR_PROGRAM_MISSING when there is no such program; what QEMU refuses is no error
 *   here, but in the result.
 */
DexFuture *
drover_check_run (DroverDocument *document, const char *folder)
{
  Run *run;

  dex_return_error_if_fail (document != NULL);

  run = g_new0 (Run, 1);
  run->document = drover_document_ref (document);
  run->folder = g_strdup (folder);
  return drover_dex_spawn (check_fiber, run, run_free);
}
