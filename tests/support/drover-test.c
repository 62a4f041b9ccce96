/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drover-test.h"

/* Long enough for a small computer that has other things to do. */
#ifdef __SANITIZE_ADDRESS__
#define TIME_LIMIT_SECONDS 300
#else
#define TIME_LIMIT_SECONDS 100
#endif

static char *test_dir;
static const char *waiting_where;
static const char *waiting_what;
static guint time_limit = TIME_LIMIT_SECONDS;
static void (*tell) (void);

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    dir = g_dir_open (path, 0, NULL);

  if (dir != NULL)
    {
      const char *name;

      while ((name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);
          remove_tree (child);
        }
    }
  g_remove (path);
}

static void
time_limit_cb (int signal_number)
{
  static const char nothing[] = "nothing in particular";
  const char *what = waiting_what ? waiting_what : nothing;
  const char *where = waiting_where ? waiting_where : "";
  G_GNUC_UNUSED gssize n;

  /* Only what is safe in a signal handler. */
  n = write (STDERR_FILENO, "time limit while waiting for: ", 30);
  n = write (STDERR_FILENO, what, strlen (what));
  n = write (STDERR_FILENO, " at ", 4);
  n = write (STDERR_FILENO, where, strlen (where));
  n = write (STDERR_FILENO, "\n", 1);

  /* This is not safe, but there is nothing to lose: what locks up is ended by the next signal. */
  if (tell != NULL)
    {
      signal (SIGALRM, SIG_DFL);
      alarm (10);
      tell ();
    }
  abort ();
}

/* GIO tells every step of every connection, and GLib's tests print all that is told. */
static void
drop_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
}

/**
 * drover_test_init:
 *
 * To be called first in `main`: gives the program XDG folders of its own below
 * drover_test_dir(), so that no test sees or touches the user's machines, and settings that nobody
 * else sees.
 */
void
drover_test_init (int *argc, char ***argv)
{
  static const char *const variables[][2] = {
    { "HOME", "" }, { "XDG_DATA_HOME", "data" }, { "XDG_CONFIG_HOME", "config" },
    { "XDG_CACHE_HOME", "cache" }, { "XDG_STATE_HOME", "state" }, { "XDG_RUNTIME_DIR", "run" },
  };

  test_dir = g_strdup ("/tmp/drover-test-XXXXXX");
  g_assert_nonnull (g_mkdtemp (test_dir));

  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    {
      g_autofree char *path = g_build_filename (test_dir, variables[i][1], NULL);

      g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
      g_setenv (variables[i][0], path, TRUE);
    }

  /* Else dconf is asked: its service has the user's folders, and where it cannot write, what was
   * set goes back to the default a moment later. */
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);

  signal (SIGALRM, time_limit_cb);
  alarm (time_limit);

  g_test_init (argc, argv, NULL);
  g_log_set_handler ("GLib-GIO", G_LOG_LEVEL_DEBUG, drop_cb, NULL);
  dex_init ();
}

/**
 * drover_test_run:
 *
 * Runs the tests and removes the private folders.
 *
 * Returns: what `main` returns
 */
int
drover_test_run (void)
{
  int result = g_test_run ();

  remove_tree (test_dir);
  g_clear_pointer (&test_dir, g_free);
  return result;
}

/**
 * drover_test_dir:
 *
 * Returns: the private folder of this test program
 */
const char *
drover_test_dir (void)
{
  return test_dir;
}

void
drover_test_waiting_for (const char *where, const char *what)
{
  waiting_where = where;
  waiting_what = what;
  alarm (time_limit);
}

/**
 * drover_test_set_time_limit:
 *
 * How long the program may wait for one thing, from the next one on. For guests that boot.
 */
void
drover_test_set_time_limit (guint seconds)
{
  time_limit = seconds;
}

/**
 * drover_test_set_tell:
 * @func: (nullable): writes to stderr what there is to see
 *
 * Asks @func when the time limit is over, so that whoever reads the log knows what came instead.
 */
void
drover_test_set_tell (void (*func) (void))
{
  tell = func;
}

/**
 * drover_test_settle:
 * @future: (transfer none): any future
 *
 * Runs the main loop until @future is resolved or rejected.
 */
void
drover_test_settle (DexFuture *future)
{
  drover_test_until (!dex_future_is_pending (future));
}

/**
 * drover_test_await:
 * @future: (transfer full): any future
 *
 * Returns: whether it was resolved
 */
gboolean
drover_test_await (DexFuture *future, GError **error)
{
  gboolean resolved;

  drover_test_settle (future);
  resolved = dex_future_get_value (future, error) != NULL;
  dex_unref (future);
  return resolved;
}

/**
 * drover_test_await_object:
 * @future: (transfer full): a future of an object
 *
 * Returns: (transfer full) (nullable): the object
 */
gpointer
drover_test_await_object (DexFuture *future, GError **error)
{
  const GValue *value;
  gpointer object = NULL;

  drover_test_settle (future);
  if ((value = dex_future_get_value (future, error)) != NULL)
    object = g_value_dup_object (value);
  dex_unref (future);
  return object;
}

/**
 * drover_test_await_boxed:
 * @future: (transfer full): a future of a boxed value
 *
 * Returns: (transfer full) (nullable): the value
 */
gpointer
drover_test_await_boxed (DexFuture *future, GError **error)
{
  const GValue *value;
  gpointer boxed = NULL;

  drover_test_settle (future);
  if ((value = dex_future_get_value (future, error)) != NULL)
    boxed = g_value_dup_boxed (value);
  dex_unref (future);
  return boxed;
}
