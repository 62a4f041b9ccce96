/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "drover-process.h"
#include "drover-test.h"

/* A child that waits for a signal. Not a GSubprocess, which would be waited for, so that we
 * can look at what nobody has waited for yet. */
static GPid
spawn (void)
{
  GPid pid = fork ();

  if (pid == 0)
    {
      char *const argv[] = { (char *) "sleep", (char *) "1000", NULL };

      execvp ("sleep", argv);
      _exit (1);
    }

  g_assert_cmpint (pid, >, 0);
  return pid;
}

static void
end (GPid pid)
{
  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

static void
test_start_time (void)
{
  GPid pid = spawn ();
  guint64 ours = drover_process_get_start_time (getpid ());
  guint64 start_time = drover_process_get_start_time (pid);

  g_assert_cmpuint (ours, >, 0);
  g_assert_cmpuint (start_time, >=, ours);
  g_assert_cmpuint (drover_process_get_start_time (pid), ==, start_time);
  end (pid);
  g_assert_cmpuint (drover_process_get_start_time (pid), ==, 0);
  g_assert_cmpuint (drover_process_get_start_time (-1), ==, 0);
  g_assert_cmpuint (drover_process_get_start_time (0), ==, 0);
}

static void
test_is_alive (void)
{
  GPid pid = spawn ();
  guint64 start_time = drover_process_get_start_time (pid);
  siginfo_t info;

  g_assert_true (drover_process_is_alive (pid, start_time));
  g_assert_false (drover_process_is_alive (pid, 0));
  g_assert_false (drover_process_is_alive (pid, start_time + 1));
  g_assert_false (drover_process_is_alive (0, start_time));
  g_assert_false (drover_process_is_alive (-1, 0));

  /* A zombie has ended, though its pid is still taken. */
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  g_assert_cmpint (waitid (P_PID, pid, &info, WEXITED | WNOWAIT), ==, 0);
  g_assert_cmpint (kill (pid, 0), ==, 0);
  g_assert_false (drover_process_is_alive (pid, start_time));
  end (pid);
  g_assert_false (drover_process_is_alive (pid, start_time));
}

static void
test_signal (void)
{
  GPid pid = spawn ();
  guint64 start_time = drover_process_get_start_time (pid);
  int status;

  g_assert_false (drover_process_signal (pid, start_time + 1, SIGKILL));
  g_assert_false (drover_process_signal (-1, 0, SIGKILL));
  g_assert_false (drover_process_signal (0, 0, SIGKILL));
  g_assert_true (drover_process_is_alive (pid, start_time));

  g_assert_true (drover_process_signal (pid, start_time, SIGTERM));
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGTERM);
  g_assert_false (drover_process_signal (pid, start_time, SIGTERM));
}

static void
test_wait_gone (void)
{
  GPid pid = spawn ();
  guint64 start_time = drover_process_get_start_time (pid);
  DexFuture *gone = drover_process_wait_gone (pid, start_time);

  g_assert_true (dex_future_is_pending (gone));
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  g_assert_true (drover_test_await (gone, NULL));
  end (pid);

  /* One that is gone already, and one that never was. */
  g_assert_true (drover_test_await (drover_process_wait_gone (pid, start_time), NULL));
  g_assert_true (drover_test_await (drover_process_wait_gone (getpid (), 1), NULL));
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

/* Who waits for a guest's end and gives up, again and again, must not run out of descriptors
 * while the guest lives. */
static void
test_give_up (void)
{
  GPid pid = spawn ();
  guint64 start_time = drover_process_get_start_time (pid);
  guint before = count_descriptors ();

  for (guint i = 0; i < 100; i++)
    {
      dex_unref (drover_process_wait_gone (pid, start_time));
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  g_assert_cmpuint (count_descriptors (), <, before + 5);
  end (pid);
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/process/start-time", test_start_time);
  g_test_add_func ("/process/is-alive", test_is_alive);
  g_test_add_func ("/process/signal", test_signal);
  g_test_add_func ("/process/wait-gone", test_wait_gone);
  g_test_add_func ("/process/give-up", test_give_up);
  return drover_test_run ();
}
