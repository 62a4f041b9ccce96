/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>

#include "play-stage.h"
#include "test-guard.h"

/* How often a condition that nobody announces is looked at. */
#define TICK_MSEC 100

/* Bytes of a console that a failure shows. */
#define MAX_WORDS 3000

/* A picture that never comes to rest, as one with a spinner, is taken all the same. */
/* Bytes of a console that a failure shows. */
#define MAX_WORDS 3000

#define SETTLE_SECONDS 4

/* Nothing moves by itself, so that a picture comes to rest. */
static const char gtk_settings[] = "[Settings]\n"
                                   "gtk-enable-animations=false\n"
                                   "gtk-cursor-blink=false\n";

static gboolean
interrupted_cb (gpointer user_data)
{
  ((PlayStage *) user_data)->interrupted = TRUE;
  return G_SOURCE_CONTINUE;
}

static gboolean
write_file (PlayStage *self, const char *folder, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_mkdir_with_parents (parent, 0700);
  return g_file_set_contents (path, text, -1, error);
}

static void
set_folder (PlayStage *self, const char *variable, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  g_mkdir_with_parents (path, 0700);
  play_stage_set_env (self, variable, path);
}

/* A program of the build tree finds its schema and its icon there, an installed one where it
 * was installed. */
static void
set_up_build_tree (PlayStage *self)
{
  g_autofree char *shared = g_strdup_printf (
    "%s/data:%s", SOURCE_ROOT, g_environ_getenv (self->environment, "XDG_DATA_DIRS") != NULL
                                 ? g_environ_getenv (self->environment, "XDG_DATA_DIRS")
                                 : "/usr/local/share:/usr/share");

  play_stage_set_env (self, "GSETTINGS_SCHEMA_DIR", BUILD_ROOT "/data");
  play_stage_set_env (self, "XDG_DATA_DIRS", shared);
}

static gboolean
find_programs (PlayStage *self, const char *drover, GError **error)
{
  static const char *const places[] = { "droverctl", "../cli/droverctl" };
  g_autofree char *folder = NULL;

  self->drover = drover != NULL ? g_canonicalize_filename (drover, NULL)
                                : g_find_program_in_path ("drover");
  if (self->drover == NULL)
    self->drover = g_strdup (BUILD_ROOT "/src/app/drover");
  if (g_str_has_prefix (self->drover, BUILD_ROOT "/src/"))
    set_up_build_tree (self);

  folder = g_path_get_dirname (self->drover);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *path = g_build_filename (folder, places[i], NULL);

      if (self->droverctl == NULL && g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
        self->droverctl = g_steal_pointer (&path);
    }

  if (self->droverctl != NULL && g_file_test (self->drover, G_FILE_TEST_IS_EXECUTABLE))
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
               "There is no drover in %s, or no droverctl beside it", folder);
  return FALSE;
}

/**
 * play_stage_new:
 * @drover: (nullable): the program; %NULL for the one in `$PATH`, else that of the build tree
 * @pictures: where the pictures go
 * @limit_seconds: after which the whole play has failed
 *
 * Returns: (transfer full) (nullable): a stage on which nothing runs yet
 */
PlayStage *
play_stage_new (const char *drover, const char *pictures, guint limit_seconds, GError **error)
{
  static const char *const folders[][2] = {
    { "HOME", "" }, { "XDG_DATA_HOME", "data" }, { "XDG_CONFIG_HOME", "config" },
    { "XDG_CACHE_HOME", "cache" }, { "XDG_STATE_HOME", "state" }, { "XDG_RUNTIME_DIR", "run" },
  };
  g_autoptr (PlayStage) self = g_new0 (PlayStage, 1);

  self->began = g_get_monotonic_time ();
  self->limit = self->began + limit_seconds * G_USEC_PER_SEC;
  self->pictures = g_strdup (pictures);
  self->environment = g_get_environ ();

  /* Not below $TMPDIR: the path of a socket must be short. */
  self->folder = g_strdup ("/tmp/drover-play-XXXXXX");
  if (g_mkdtemp (self->folder) == NULL)
    {
      g_clear_pointer (&self->folder, g_free);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Cannot make a folder in /tmp");
      return NULL;
    }

  test_guard_start (self->folder);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    set_folder (self, folders[i][0], folders[i][1]);
  play_stage_set_env (self, "GSETTINGS_BACKEND", "keyfile");
  play_stage_set_env (self, "LC_ALL", "C.UTF-8");
  play_stage_set_env (self, "LANGUAGE", "");

  g_mkdir_with_parents (self->pictures, 0777);
  if (!find_programs (self, drover, error) ||
      !write_file (self, "config/gtk-4.0", "settings.ini", gtk_settings, error))
    return NULL;

  g_unix_signal_add (SIGINT, interrupted_cb, self);
  g_unix_signal_add (SIGTERM, interrupted_cb, self);
  return g_steal_pointer (&self);
}

/**
 * play_stage_free:
 *
 * Ends all that the play started, and removes its folders.
 */
void
play_stage_free (PlayStage *self)
{
  while (g_source_remove_by_user_data (self))
    ;
  play_stage_end_app (self);
  if (self->folder != NULL)
    {
      test_guard_end_guests (self->folder);
      test_guard_remove_tree (self->folder);
    }
  g_strfreev (self->environment);
  g_free (self->droverctl);
  g_free (self->drover);
  g_free (self->pictures);
  g_free (self->folder);
  g_free (self);
}

/**
 * play_stage_say:
 *
 * Prints a sentence with the seconds since the beginning.
 */
void
play_stage_say (PlayStage *self, const char *format, ...)
{
  double seconds = (g_get_monotonic_time () - self->began) / (double) G_USEC_PER_SEC;
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_print ("[%6.1f s] %s\n", seconds, text);
}

static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* What the guests said last tells a slow guest from one that waits for something. */
static void
say_consoles (PlayStage *self)
{
  g_autofree char *logs = g_build_filename (self->folder, "state", "drover", "machines", NULL);
  g_autoptr (GDir) dir = g_dir_open (logs, 0, NULL);
  const char *slug;

  while (dir != NULL && (slug = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (logs, slug, "console-0.log", NULL);
      g_autofree char *contents = NULL;
      g_autofree char *escaped = NULL;
      gsize length;

      if (!g_file_get_contents (path, &contents, &length, NULL))
        continue;
      escaped = g_strescape (contents + (length > MAX_WORDS ? length - MAX_WORDS : 0), "\n");
      play_stage_say (self, "The console of %s ends in: %s", slug, escaped);
    }
}

static gboolean
check_going (PlayStage *self, const char *what, GError **error)
{
  const char *why = NULL;

  if (self->interrupted)
    why = "it was interrupted";
  else if (self->app != NULL && g_subprocess_get_identifier (self->app) == NULL)
    why = "Drover ended";
  else if (g_get_monotonic_time () > self->limit)
    why = "the time for the whole play was over";
  if (why == NULL)
    return TRUE;

  say_consoles (self);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "%c%s while waiting until %s",
               g_ascii_toupper (why[0]), why + 1, what);
  return FALSE;
}

/**
 * play_stage_wait:
 * @what: what is waited for, as the end of “waiting until …”
 *
 * Returns: whether @condition came to hold
 */
gboolean
play_stage_wait (PlayStage *self, const char *what, PlayCondition condition, gpointer data,
                 GError **error)
{
  guint tick = g_timeout_add (TICK_MSEC, tick_cb, NULL);
  gboolean met;

  while (!(met = condition (self, data)) && check_going (self, what, error))
    g_main_context_iteration (NULL, TRUE);

  g_source_remove (tick);
  return met;
}

/**
 * play_stage_settle:
 *
 * Gives @condition a few seconds.
 *
 * Returns: whether it came to hold; %FALSE is no failure
 */
gboolean
play_stage_settle (PlayStage *self, PlayCondition condition, gpointer data)
{
  gint64 limit = MIN (self->limit, g_get_monotonic_time () + SETTLE_SECONDS * G_USEC_PER_SEC);
  gint64 whole = self->limit;
  gboolean met;

  self->limit = limit;
  met = play_stage_wait (self, "the picture comes to rest", condition, data, NULL);
  self->limit = whole;
  return met;
}

/**
 * play_stage_set_env:
 *
 * Sets a variable of the programs that are started from now on.
 */
void
play_stage_set_env (PlayStage *self, const char *name, const char *value)
{
  self->environment = g_environ_setenv (self->environment, name, value, TRUE);
}

static GSubprocess *
spawn (PlayStage *self, const char *const *argv, GSubprocessFlags flags, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (flags);

  g_subprocess_launcher_set_environ (launcher, self->environment);
  return g_subprocess_launcher_spawnv (launcher, argv, error);
}

/**
 * play_stage_start_app:
 *
 * Starts `drover`.
 */
gboolean
play_stage_start_app (PlayStage *self, GError **error)
{
  const char *argv[] = { self->drover, NULL };

  self->app = spawn (self, argv, G_SUBPROCESS_FLAGS_NONE, error);
  return self->app != NULL;
}

/**
 * play_stage_end_app:
 *
 * Ends `drover`, if it runs. Its guests stay.
 */
void
play_stage_end_app (PlayStage *self)
{
  if (self->app == NULL)
    return;

  /* SIGTERM would end the session, and with it the guests. */
  g_subprocess_force_exit (self->app);
  g_subprocess_wait (self->app, NULL, NULL);
  g_clear_object (&self->app);
}

/**
 * play_stage_remove_machines:
 *
 * Makes it as in the beginning again: no guest, no machine.
 */
void
play_stage_remove_machines (PlayStage *self)
{
  g_autofree char *machines = g_build_filename (self->folder, "data", "drover", "machines", NULL);

  test_guard_end_guests (self->folder);
  test_guard_remove_tree (machines);
}

/**
 * play_stage_ctl:
 * @...: a command of droverctl's and its arguments
 *
 * Returns: (transfer full) (nullable): what it printed
 */
char *
play_stage_ctl (PlayStage *self, GError **error, ...)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GSubprocess) program = NULL;
  g_autofree char *output = NULL;
  g_autofree char *problem = NULL;
  g_auto (GStrv) argv = NULL;
  const char *argument;
  va_list arguments;

  g_strv_builder_add (builder, self->droverctl);
  va_start (arguments, error);
  while ((argument = va_arg (arguments, const char *)) != NULL)
    g_strv_builder_add (builder, argument);
  va_end (arguments);
  argv = g_strv_builder_end (builder);

  program = spawn (self, (const char *const *) argv,
                   G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, error);
  if (program == NULL ||
      !g_subprocess_communicate_utf8 (program, NULL, NULL, &output, &problem, error))
    return NULL;
  if (g_subprocess_get_successful (program))
    return g_steal_pointer (&output);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "“droverctl %s” failed: %s", argv[1],
               g_strchomp (problem));
  return NULL;
}

/**
 * play_stage_dup_state:
 *
 * Returns: (transfer full) (nullable): the state of @machine, as QEMU says over QMP
 */
char *
play_stage_dup_state (PlayStage *self, const char *machine, GError **error)
{
  g_autofree char *text = play_stage_ctl (self, error, "status", machine, "--json", NULL);
  g_autoptr (JsonNode) node = text != NULL ? json_from_string (text, error) : NULL;

  if (node == NULL)
    return NULL;

  return g_strdup (json_object_get_string_member (json_node_get_object (node), "state"));
}

typedef struct
{
  const char *machine;
  const char *state;
} Wanted;

static gboolean
is_in_state (PlayStage *self, gpointer data)
{
  Wanted *wanted = data;
  g_autofree char *state = play_stage_dup_state (self, wanted->machine, NULL);

  return g_strcmp0 (state, wanted->state) == 0;
}

/**
 * play_stage_wait_state:
 *
 * Waits until QMP says that @machine is in @state.
 */
gboolean
play_stage_wait_state (PlayStage *self, const char *machine, const char *state, GError **error)
{
  Wanted wanted = { machine, state };
  g_autofree char *what = g_strdup_printf ("QMP says that “%s” is %s", machine, state);

  if (!play_stage_wait (self, what, is_in_state, &wanted, error))
    return FALSE;

  play_stage_say (self, "QMP says that it is %s.", state);
  return TRUE;
}
