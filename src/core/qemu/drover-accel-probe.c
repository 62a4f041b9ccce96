/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "drover-accel-private.h"
#include "drover-dex.h"
#include "drover-program.h"

/*
 * How long to wait for a test guest's first letter, and how long it may stand still after
 * each letter. A sound accelerator needs microseconds between letters, and QEMU some ten
 * milliseconds to start; with ten busy programs on two processors that became one second.
 * "Hung" is remembered, so a host that is only busy, or has a cold disk, must not earn it.
 */
#define START_USEC (5 * G_USEC_PER_SEC)
#define STANDSTILL_USEC (2 * G_USEC_PER_SEC)

static const DroverAccelGuest guests[] = {
  { .architecture = "x86_64", .letters = "RPLOK", .exit_status = 33, .image_size = 64 * 1024 },
  { .architecture = "aarch64", .letters = "RMK", .exit_status = 0, .image_size = 0 },
};

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))
/* In accelprobe-x86_64.S and accelprobe-aarch64.S, whichever is this host's. */
extern const guint8 drover_accelprobe_start[] G_GNUC_INTERNAL;
extern const guint8 drover_accelprobe_end[] G_GNUC_INTERNAL;
#define HAVE_IMAGE 1
#endif

/*
 * _drover_accel_guest_for:
 * @architecture: as in `qemu-system-ARCHITECTURE`
 *
 * Returns: (nullable): what our test guest for @architecture does, or %NULL if there is none
 */
const DroverAccelGuest *
_drover_accel_guest_for (const char *architecture)
{
  for (guint i = 0; i < G_N_ELEMENTS (guests); i++)
    if (g_str_equal (guests[i].architecture, architecture))
      return &guests[i];
  return NULL;
}

/*
 * _drover_accel_guest_dup_image:
 *
 * Returns: (transfer full) (nullable): the code of @guest, or %NULL if this Drover was built for
 *   another kind of host and has not got it
 */
GBytes *
_drover_accel_guest_dup_image (const DroverAccelGuest *guest)
{
#ifdef HAVE_IMAGE
  g_autofree char *host = _drover_accel_dup_host ();

  if (g_str_equal (guest->architecture, host))
    return g_bytes_new_static (drover_accelprobe_start,
                               drover_accelprobe_end - drover_accelprobe_start);
#endif
  return NULL;
}

typedef struct
{
  const DroverAccelGuest *guest;
  GBytes *image;
  char *program;
  char *accelerator;
  char *machine;

  gint64 started;   /* both in microseconds of the monotonic clock */
  gint64 deadline;
  GString *reached; /* the beginning of guest->letters that came */
  gboolean wrong;   /* something else came */
  gboolean ended;   /* QEMU ended by itself */
} Probe;

static void
probe_free (gpointer data)
{
  Probe *probe = data;

  g_bytes_unref (probe->image);
  g_free (probe->program);
  g_free (probe->accelerator);
  g_free (probe->machine);
  g_string_free (probe->reached, TRUE);
  g_free (probe);
}

static char *
write_image (Probe   *probe,
             GError **error)
{
  gsize size;
  const guint8 *code = g_bytes_get_data (probe->image, &size);
  const gsize image_size = MAX (probe->guest->image_size, size);
  g_autofree guint8 *image = g_malloc0 (image_size);
  g_autofree char *path = NULL;
  int fd;

  memcpy (image + image_size - size, code, size);
  if ((fd = g_file_open_tmp ("drover-accel-XXXXXX", &path, error)) < 0)
    return NULL;
  g_close (fd, NULL);

  if (!g_file_set_contents_full (path, (const char *) image, image_size, G_FILE_SET_CONTENTS_NONE,
                                 0600, error))
    {
      g_unlink (path);
      return NULL;
    }
  return g_steal_pointer (&path);
}

static GStrv
dup_arguments (Probe      *probe,
               const char *image_path)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  const gboolean tcg = g_str_equal (probe->accelerator, "tcg");

  g_strv_builder_add_many (argv, probe->program, "-accel", probe->accelerator, "-nodefaults",
                           "-no-user-config", "-display", "none", "-no-reboot",
                           "-chardev", "stdio,id=letters,signal=off", "-machine", NULL);
  if (g_str_equal (probe->guest->architecture, "aarch64"))
    {
      g_autofree char *machine = g_strconcat (probe->machine, tcg ? "" : ",gic-version=host", NULL);

      g_strv_builder_add_many (argv, machine, "-cpu", tcg ? "max" : "host", "-m", "32",
                               "-kernel", image_path, "-serial", "chardev:letters", NULL);
    }
  else
    {
      g_strv_builder_add_many (argv, probe->machine, "-m", "16", "-bios", image_path,
                               "-device", "isa-debug-exit,iobase=0xf4,iosize=4",
                               "-device", "isa-debugcon,chardev=letters", NULL);
    }
  return g_strv_builder_end (argv);
}

#ifdef __linux__
/* Runs in the child between fork and exec. */
static void
die_with_parent_cb (gpointer data)
{
  /* A hung guest would use a processor for ever if Drover ended before its time limit. */
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != GPOINTER_TO_INT (data))
    _exit (1);
}
#endif

static GSubprocess *
start_qemu (Probe       *probe,
            const char  *image_path,
            GError     **error)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_auto (GStrv) argv = dup_arguments (probe, image_path);

  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                        G_SUBPROCESS_FLAGS_STDERR_PIPE);
#ifdef __linux__
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent_cb, GINT_TO_POINTER (getpid ()),
                                         NULL);
#endif
  probe->started = g_get_monotonic_time ();
  probe->deadline = probe->started + START_USEC;
  return g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, error);
}

/* Takes what QEMU wrote; anything but the next letters makes the guest a wrong one. */
static void
take_letters (Probe  *probe,
              GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  for (gsize i = 0; i < size && !probe->wrong; i++)
    {
      const char expected = probe->guest->letters[probe->reached->len];

      if (expected != '\0' && data[i] == expected)
        g_string_append_c (probe->reached, expected);
      else
        probe->wrong = TRUE;
    }
}

/* In a fiber: follows the guest until QEMU has ended, it went wrong, or it stood still too
 * long. An error says only that the test is over; what it came to is in @probe. */
static void
follow_guest (Probe       *probe,
              GSubprocess *qemu,
              GError     **error)
{
  GInputStream *pipe = g_subprocess_get_stdout_pipe (qemu);
  gsize size;

  do
    {
      g_autoptr (GBytes) bytes = NULL;

      bytes = dex_await_boxed (dex_future_first (dex_input_stream_read_bytes (pipe, 64, 0),
                                                 dex_timeout_new_deadline (probe->deadline), NULL),
                               error);
      if (bytes == NULL)
        return;
      size = g_bytes_get_size (bytes);
      take_letters (probe, bytes);
      if (probe->wrong)
        return;
      probe->deadline = g_get_monotonic_time () + STANDSTILL_USEC;
    }
  while (size > 0);

  /* That status 33 is "failed" to GIO is no error here, so ask QEMU itself whether it ended. */
  dex_await (dex_future_first (dex_subprocess_wait_check (qemu),
                               dex_timeout_new_deadline (probe->deadline), NULL), error);
  probe->ended = g_subprocess_get_identifier (qemu) == NULL;
}

/* In a fiber: QEMU's last line. It is gone, so what it wrote is there; the short wait is for
 * the case that it left a child behind that keeps the pipe open. */
static char *
dup_message (GSubprocess *qemu)
{
  const gint64 soon = g_get_monotonic_time () + G_USEC_PER_SEC / 10;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  char *line;

  bytes = dex_await_boxed (dex_future_first (
    dex_input_stream_read_bytes (g_subprocess_get_stderr_pipe (qemu), 4096, 0),
    dex_timeout_new_deadline (soon), NULL), NULL);
  if (bytes == NULL || g_bytes_get_size (bytes) == 0)
    return NULL;

  text = g_utf8_make_valid (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_strchomp (text);
  line = strrchr (text, '\n');
  line = line != NULL ? line + 1 : text;
  return *line != '\0' ? g_strdup (line) : NULL;
}

static DroverAccelReport *
report_on (Probe       *probe,
           GSubprocess *qemu,
           const char  *message)
{
  const gint64 taken = g_get_monotonic_time () - probe->started;
  DroverAccelVerdict verdict = DROVER_ACCEL_VERDICT_WRONG;

  if (!probe->ended && !probe->wrong)
    verdict = DROVER_ACCEL_VERDICT_HUNG;
  else if (probe->ended && g_subprocess_get_if_exited (qemu) &&
           g_subprocess_get_exit_status (qemu) == probe->guest->exit_status &&
           g_str_equal (probe->reached->str, probe->guest->letters))
    verdict = DROVER_ACCEL_VERDICT_PASSED;
  else if (message != NULL && strstr (message, "invalid accelerator") != NULL)
    verdict = DROVER_ACCEL_VERDICT_UNAVAILABLE;

  return _drover_accel_report_new_for_run (verdict, probe->accelerator, probe->guest->letters,
                                           probe->reached->str, taken / 1000, message);
}

static DexFuture *
probe_fiber (gpointer data)
{
  Probe *probe = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) over = NULL;
  g_autoptr (GSubprocess) qemu = NULL;
  g_autofree char *image_path = NULL;
  g_autofree char *message = NULL;

  if ((image_path = write_image (probe, &error)) != NULL)
    qemu = start_qemu (probe, image_path, &error);
  if (qemu != NULL)
    {
      follow_guest (probe, qemu, &over);
      if (!probe->ended)
        {
          g_subprocess_force_exit (qemu);
          /* GIO reaps it also if nobody waits, as when this fiber was cancelled. */
          dex_await (dex_subprocess_wait_check (qemu), NULL);
        }
      message = dup_message (qemu);
    }
  if (image_path != NULL)
    g_unlink (image_path);

  if (g_error_matches (over, DEX_ERROR, DEX_ERROR_FIBER_CANCELLED))
    return dex_future_new_for_error (g_steal_pointer (&over));
  if (qemu == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_take_boxed (DROVER_TYPE_ACCEL_REPORT, report_on (probe, qemu, message));
}

/*
 * _drover_accel_run:
 * @image: the code of @guest
 * @program: the path of a program
 *
 * drover_accel_probe() with a test guest that need not be this host's.
 */
DexFuture *
_drover_accel_run (const DroverAccelGuest *guest,
                   GBytes                 *image,
                   const char             *program,
                   const char             *accelerator,
                   const char             *machine)
{
  Probe *probe = g_new0 (Probe, 1);

  probe->guest = guest;
  probe->image = g_bytes_ref (image);
  probe->program = g_strdup (program);
  probe->accelerator = g_strdup (accelerator);
  probe->machine = g_strdup (machine);
  probe->reached = g_string_new (NULL);
  return drover_dex_spawn (probe_fiber, probe, probe_free);
}

/**
 * drover_accel_probe:
 * @program: a QEMU program, by name or path
 * @accelerator: the accelerator to try, as `-accel` has it: `kvm`, `tcg`
 * @machine: the type of machine to try it on, as `-machine` has it: `pc`, `q35`; `virt` on Arm
 *
 * Starts @program with a tiny guest of ours, whatever was found before, and watches how far it
 * comes. QEMU is killed if the guest does not begin within five seconds, if it then stands
 * still for two, if the future is discarded, and (on Linux) if this process ends.
 *
 * Returns: (transfer full): a future of a #DroverAccelReport. It is rejected with
 *   %DROVER_ERROR_PROGRAM_MISSING if there is no @program, and with an error of GLib's if its
 *   image could not be written or it could not be started
 */
DexFuture *
drover_accel_probe (const char *program,
                    const char *accelerator,
                    const char *machine)
{
  g_autofree char *architecture = NULL;
  g_autofree char *path = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GBytes) image = NULL;
  g_autoptr (GError) error = NULL;
  const DroverAccelGuest *guest;
  DroverAccelReport *report;

  dex_return_error_if_fail (program != NULL);
  dex_return_error_if_fail (accelerator != NULL);
  dex_return_error_if_fail (machine != NULL);

  if ((path = drover_program_find (program, &error)) == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  if (g_str_equal (accelerator, "kvm") &&
      (report = _drover_accel_refuse_device (DROVER_ACCEL_KVM_DEVICE)) != NULL)
    return dex_future_new_take_boxed (DROVER_TYPE_ACCEL_REPORT, report);

  architecture = _drover_accel_dup_architecture (program);
  if ((guest = _drover_accel_guest_for (architecture)) != NULL)
    image = _drover_accel_guest_dup_image (guest);
  if (image != NULL)
    return _drover_accel_run (guest, image, path, accelerator, machine);

  name = g_ascii_strup (accelerator, -1);
  return dex_future_new_take_boxed (DROVER_TYPE_ACCEL_REPORT,
    _drover_accel_report_new (DROVER_ACCEL_VERDICT_UNPROVED, accelerator,
      g_strdup_printf (_("%s was not tried, as Drover has no test guest for this host and “%s” "
                         "yet: choose it by hand to use it all the same."), name, program)));
}
