/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>

#include "soak-fixture.h"
#include "test-guard.h"

/* Guests outlive the application, however often it is killed: none is lost, none is shown in a wrong
 * state, and nothing is left. DROVER_SOAK="GUESTS KILLS" makes it long: ./dev test --long soak. */
#define GUESTS 4
#define KILLS 3

typedef struct
{
  DroverRun *run;
  char *slug;
  const char *state; /* what it is to be */
} Guest;

static guint n_guests = GUESTS;
static guint n_kills = KILLS;

static guint
count_files (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/fd", (int) pid);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
await_states (SoakApp *app, Guest *guests)
{
  for (guint i = 0; i < n_guests; i++)
    drover_test_until (soak_app_says (app, guests[i].slug, guests[i].state));
}

/* The application is told to start all, and dies in the midst of it. */
static void
start_all (Guest *guests)
{
  SoakApp *app = soak_app_start ();
  guint n_found = 0;

  for (guint i = 0; i < n_guests; i++)
    drover_test_until (soak_app_says (app, guests[i].slug, DROVER_STATE_OFF));
  for (guint i = 0; i < n_guests; i++)
    soak_app_tell (app, "start", guests[i].slug);
  drover_test_until (soak_app_says (app, guests[0].slug, "running"));
  soak_app_kill (app);

  /* What had begun goes on, and what had not is started now. One that is on its way to being QEMU
   * still has its parent's lock, and is looked for again. */
  for (guint i = 0; i < n_guests; i++)
    {
      g_autoptr (GError) error = NULL;

      while (!drover_run_is_running (guests[i].run))
        {
          drover_test_await (drover_run_attach (guests[i].run), &error);
          g_assert_no_error (error);
          n_found += drover_run_is_running (guests[i].run);
          if (drover_run_is_off (guests[i].run))
            drover_test_await (drover_run_start (guests[i].run, FALSE), NULL);
        }
      guests[i].state = "running";
    }
  g_assert_cmpuint (n_found, >, 0);
}

static void
toggle (Guest *guest)
{
  gboolean pause = g_str_equal (guest->state, "running");
  g_autoptr (GError) error = NULL;

  drover_test_await (pause ? drover_run_pause (guest->run) : drover_run_resume (guest->run), &error);
  g_assert_no_error (error);
  guest->state = pause ? "paused" : "running";
}

/* With the application dead QEMU lets go of all that was for it. The guests are alike, so all have
 * the same number of descriptors once they have noticed; each round it is the same. */
static guint
await_fewest_files (Guest *guests)
{
  guint fewest = G_MAXUINT;

  for (guint i = 0; i < n_guests; i++)
    fewest = MIN (fewest, count_files (drover_run_get_pid (guests[i].run)));
  for (guint i = 0; i < n_guests; i++)
    drover_test_until (count_files (drover_run_get_pid (guests[i].run)) <= fewest);
  return fewest;
}

static void
test_soak (void)
{
  g_autofree Guest *guests = g_new0 (Guest, n_guests);
  guint n_files;
  SoakApp *app;

  for (guint i = 0; i < n_guests; i++)
    {
      guests[i].slug = g_strdup_printf ("guest-%02u", i);
      guests[i].run = soak_guest_new (guests[i].slug, ARGUMENTS (NULL));
    }
  start_all (guests);
  n_files = await_fewest_files (guests);

  for (guint round = 0; round < n_kills; round++)
    {
      app = soak_app_start ();
      await_states (app, guests);
      /* One change is seen live, and another happens while nobody looks. */
      toggle (&guests[round % n_guests]);
      await_states (app, guests);
      soak_app_kill (app);
      toggle (&guests[(round * 7 + 1) % n_guests]);
      for (guint i = 0; i < n_guests; i++)
        drover_test_until (count_files (drover_run_get_pid (guests[i].run)) <= n_files);
    }

  app = soak_app_start ();
  await_states (app, guests);
  for (guint i = 0; i < n_guests; i++)
    {
      drover_test_await (drover_run_force_off (guests[i].run), NULL);
      guests[i].state = DROVER_STATE_OFF;
    }
  await_states (app, guests);
  soak_app_kill (app);
  for (guint i = 0; i < n_guests; i++)
    {
      assert_off (guests[i].run);
      drop (guests[i].run);
      g_free (guests[i].slug);
    }
  g_assert_false (any_process_left ());
}

int
main (int argc, char *argv[])
{
  const char *wanted = g_getenv ("DROVER_SOAK");

  if (argc == 2 && g_str_equal (argv[1], "--app"))
    return soak_app_main ();

  drover_test_init (&argc, &argv);
  test_guard_start (drover_test_dir ());
  if (wanted != NULL)
    g_assert_cmpint (sscanf (wanted, "%u %u", &n_guests, &n_kills), ==, 2);
  g_test_add_func ("/soak/killed", test_soak);
  return drover_test_run ();
}
