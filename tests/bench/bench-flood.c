/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <adwaita.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "drover-console-log.h"
#include "drover-terminal-view.h"
#include "median.h"
#include "run-fixture.h"
#include "test-guard.h"

/* A console that does not stop, with a window that shows it, against a bare reader of the same
 * socket: how fast it is moved, and how long the main loop was away at most meanwhile. */

#define FLOOD_SIZE (100 * 1024 * 1024)
#define SERIAL_LINES 8000
#define LINE_SIZE 64
#define TICK_MSEC 5

/* In turn, for the first reader pays for files and pages that nobody touched yet; and a single
 * round says little on a computer that has other things to do. */
#define ROUNDS 9

/* --- the main loop's pulse -------------------------------------------------------------------- */

static gint64 last_turn;
static gint64 longest_gap;

static gboolean
turn_cb (gpointer user_data)
{
  gint64 now = g_get_monotonic_time ();

  longest_gap = MAX (longest_gap, now - last_turn);
  last_turn = now;
  return G_SOURCE_CONTINUE;
}

static guint
start_pulse (void)
{
  longest_gap = 0;
  last_turn = g_get_monotonic_time ();
  return g_timeout_add (TICK_MSEC, turn_cb, NULL);
}

/* --- what comes of it ------------------------------------------------------------------------- */

static void
report (const char *what, double size, double *bare, double *drover, gint64 gap)
{
  double of_bare = median (bare, ROUNDS);
  double of_drover = median (drover, ROUNDS);

  g_print ("# %s, medians of %d rounds in turn: bare %.2f MB/s (%.2f to %.2f), Drover %.2f MB/s "
           "(%.2f to %.2f), ratio %.2f; main loop away for %.0f ms at most\n", what, ROUNDS,
           size / 1e6 / of_bare, size / 1e6 / bare[ROUNDS - 1], size / 1e6 / bare[0],
           size / 1e6 / of_drover, size / 1e6 / drover[ROUNDS - 1], size / 1e6 / drover[0],
           of_bare / of_drover, gap / 1e3);
}

/* --- 100 MB from a stand-in ------------------------------------------------------------------- */

/* It has the clock, too: whoever reads is measured from the first byte to the last in the same
 * places. */
typedef struct
{
  int listener;
  const char *log;
  double taken; /* in seconds */
} Source;

/* As QEMU does it: to the socket, then to the log, as fast as it is read. */
static gpointer
source_thread (gpointer user_data)
{
  Source *source = user_data;
  int fd = accept (source->listener, NULL, NULL);
  FILE *log = fopen (source->log, "a");
  char block[16 * 1024];
  gint64 start;

  for (guint i = 0; i < sizeof block; i++)
    block[i] = i % LINE_SIZE == LINE_SIZE - 1 ? '\n' : 'a' + i % 26;
  start = g_get_monotonic_time ();
  for (gsize done = 0; done < FLOOD_SIZE;)
    {
      ssize_t n = write (fd, block, sizeof block);

      if (n <= 0)
        break;
      fwrite (block, 1, n, log);
      done += n;
    }

  source->taken = (g_get_monotonic_time () - start) / 1e6;
  fclose (log);
  close (fd);
  return NULL;
}

static int
listen_at (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_unlink (path);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 1), ==, 0);
  return fd;
}

static int
connect_to (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

static double
read_bare (int fd, gsize size)
{
  g_autofree char *buffer = g_malloc (256 * 1024);
  gint64 start = g_get_monotonic_time ();

  for (gsize done = 0; done < size;)
    {
      ssize_t n = read (fd, buffer, 256 * 1024);

      g_assert_cmpint (n, >, 0);
      done += n;
    }

  return (g_get_monotonic_time () - start) / 1e6;
}

typedef struct
{
  GtkWidget *window;
  DroverTerminal *terminal;
} Shown;

static Shown
open_screen (void)
{
  Shown screen = { gtk_window_new (), drover_terminal_new () };

  gtk_window_set_default_size (GTK_WINDOW (screen.window), 900, 600);
  gtk_window_set_child (GTK_WINDOW (screen.window), drover_terminal_view_new (screen.terminal));
  gtk_window_present (GTK_WINDOW (screen.window));
  drover_test_until (gtk_widget_get_mapped (GTK_WIDGET (screen.terminal)));
  return screen;
}

static double
time_bare (const char *path, const char *log)
{
  Source source = { listen_at (path), log, 0 };
  g_autoptr (GThread) thread = g_thread_new ("source", source_thread, &source);
  int fd = connect_to (path);

  read_bare (fd, FLOOD_SIZE);
  close (fd);
  g_thread_join (g_steal_pointer (&thread));
  close (source.listener);
  return source.taken;
}

/* @shown: until all was on the screen */
static double
time_drover (DroverTerminal *terminal, const char *path, const char *log, double *shown)
{
  DroverConsolePlan plan = { (char *) "flood", (char *) "Flood", (char *) path, (char *) log };
  g_autoptr (DroverConsole) console = drover_console_new (&plan);
  Source source = { listen_at (path), log, 0 };
  g_autoptr (GThread) thread = g_thread_new ("source", source_thread, &source);
  gint64 start = g_get_monotonic_time ();

  drover_terminal_set_console (terminal, console);
  drover_test_await (drover_console_connect (console, FALSE), NULL);
  drover_test_until (!drover_console_get_connected (console) &&
                     !drover_terminal_is_behind (terminal));
  *shown = (g_get_monotonic_time () - start) / 1e6;
  g_thread_join (g_steal_pointer (&thread));
  close (source.listener);
  drover_terminal_set_console (terminal, NULL);
  return source.taken;
}

static void
bench_stand_in (void)
{
  g_autofree char *path = g_build_filename (drover_test_dir (), "flood.sock", NULL);
  g_autofree char *log = g_build_filename (drover_test_dir (), "flood.log", NULL);
  Shown screen = open_screen ();
  double bare[ROUNDS];
  double moved[ROUNDS];
  double shown[ROUNDS];
  gint64 gap = 0;

  for (guint i = 0; i < ROUNDS; i++)
    {
      guint pulse;

      g_unlink (log);
      bare[i] = time_bare (path, log);
      g_unlink (log);
      pulse = start_pulse ();
      moved[i] = time_drover (screen.terminal, path, log, &shown[i]);
      g_source_remove (pulse);
      gap = MAX (gap, longest_gap);
    }

  report ("100 MB as fast as they are read", FLOOD_SIZE, bare, moved, gap);
  g_print ("# on the screen after %.2f s\n", median (shown, ROUNDS));
  gtk_window_destroy (GTK_WINDOW (screen.window));
}

/* --- a guest's serial line -------------------------------------------------------------------- */

/* Waits for a key, and then writes lines.
 *
 *          cli; xor ax,ax; mov dx,0x3fb; mov al,3; out dx,al
 *  wait:   mov dx,0x3fd; in al,dx; test al,1; jz wait; mov dx,0x3f8; in al,dx
 *          mov ecx,SERIAL_LINES
 *  line:   mov si,text
 *  char:   cs lodsb; test al,al; jz next; mov ah,al
 *  poll:   mov dx,0x3fd; in al,dx; test al,0x20; jz poll
 *          mov al,ah; mov dx,0x3f8; out dx,al; jmp char
 *  next:   dec ecx; jnz line
 *  halt:   hlt; jmp halt
 */
static const guint8 flood_code[] = {
  0xfa, 0x31, 0xc0, 0xba, 0xfb, 0x03, 0xb0, 0x03, 0xee, 0xba, 0xfd, 0x03, 0xec, 0xa8, 0x01,
  0x74, 0xf8, 0xba, 0xf8, 0x03, 0xec, 0x66, 0xb9, SERIAL_LINES & 0xff, SERIAL_LINES >> 8 & 0xff,
  SERIAL_LINES >> 16, 0, 0xbe, 0x3d, 0x00, 0x2e, 0xac, 0x84, 0xc0, 0x74, 0x12, 0x88, 0xc4, 0xba,
  0xfd, 0x03, 0xec, 0xa8, 0x20, 0x74, 0xf8, 0x88, 0xe0, 0xba, 0xf8, 0x03, 0xee, 0xeb, 0xe8, 0x66,
  0x49, 0x75, 0xe1, 0xf4, 0xeb, 0xfd,
};

static DroverRun *
start_guest (void)
{
  g_autofree guint8 *image = g_malloc0 (GUEST_SIZE);
  g_autofree char *path = g_build_filename (drover_test_dir (), "flood.bin", NULL);
  g_autoptr (DroverMachine) machine = NULL;
  DroverRun *run;

  memcpy (image, flood_code, sizeof flood_code);
  memset (image + sizeof flood_code, 'x', LINE_SIZE - 2);
  memcpy (image + sizeof flood_code + LINE_SIZE - 2, "\r\n", 2);
  memcpy (image + GUEST_SIZE - 16, guest_reset, sizeof guest_reset);
  g_assert_true (g_file_set_contents (path, (const char *) image, GUEST_SIZE, NULL));
  machine = new_machine (QEMU, ARGUMENTS ("-machine", "pc", "-accel", "tcg", "-m", "16", "-net",
                                          "none", "-nographic", "-bios", path));
  run = drover_run_new (machine, DROVER_QMP_SOCKET);
  start (run, FALSE);
  return run;
}

static double
time_guest (DroverTerminal *terminal)
{
  g_autoptr (DroverRun) run = start_guest ();
  DroverConsole *console = get_console (run, 0);
  g_autofree char *runtime_dir = drover_run_dup_runtime_dir (run);
  g_autofree char *path = g_build_filename (runtime_dir, "console-0.sock", NULL);
  gint64 begin;
  double taken;

  if (terminal == NULL)
    {
      int fd = connect_to (path);

      g_assert_cmpint (write (fd, "g", 1), ==, 1);
      taken = read_bare (fd, SERIAL_LINES * LINE_SIZE);
      close (fd);
    }
  else
    {
      drover_terminal_set_console (terminal, console);
      drover_test_await (drover_console_connect (console, FALSE), NULL);
      begin = g_get_monotonic_time ();
      drover_console_write (console, "g", 1);
      drover_test_until (drover_console_log_get_size (drover_console_get_log (console)) >=
                         SERIAL_LINES * LINE_SIZE);
      taken = (g_get_monotonic_time () - begin) / 1e6;
      drover_terminal_set_console (terminal, NULL);
    }

  drover_test_settle (drover_run_force_off (run));
  return taken;
}

static void
bench_serial (void)
{
  Shown screen = open_screen ();
  double bare[ROUNDS];
  double moved[ROUNDS];
  gint64 gap = 0;

  for (guint i = 0; i < ROUNDS; i++)
    {
      guint pulse;

      bare[i] = time_guest (NULL);
      pulse = start_pulse ();
      moved[i] = time_guest (screen.terminal);
      g_source_remove (pulse);
      gap = MAX (gap, longest_gap);
    }

  report ("a guest's serial line", SERIAL_LINES * LINE_SIZE, bare, moved, gap);
  gtk_window_destroy (GTK_WINDOW (screen.window));
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);
  test_guard_start (drover_test_dir ());
  adw_init ();
  g_test_add_func ("/bench/flood/stand-in", bench_stand_in);
  g_test_add_func ("/bench/flood/serial", bench_serial);
  return drover_test_run ();
}
