/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/utsname.h>

#include "drover-accel-private.h"
#include "drover-program.h"

/*
 * _drover_accel_dup_host:
 *
 * Returns: (transfer full): this host's architecture, in the words of QEMU's programs
 */
char *
_drover_accel_dup_host (void)
{
#if defined(__x86_64__)
  /* Not the kernel's word: 32-bit personalities make it say i686. */
  return g_strdup ("x86_64");
#elif defined(__aarch64__)
  return g_strdup ("aarch64");
#else
  struct utsname kernel = { 0 };

  uname (&kernel);
  return g_strdup (kernel.machine);
#endif
}

/*
 * _drover_accel_dup_architecture:
 * @program: a program's name or path. Its own name counts, not that of the file which a
 *   symlink leads to: only the name that the user chose says what it is meant to be
 *
 * Returns: (transfer full): the architecture of the guests that @program runs; the host's for
 *   `qemu-kvm`, `kvm` and names that say nothing
 */
char *
_drover_accel_dup_architecture (const char *program)
{
  const char *architecture = drover_program_get_architecture (program);

  if (architecture == NULL)
    return _drover_accel_dup_host ();
  /* Ubuntu has variants such as qemu-system-x86_64-spice. */
  return g_strndup (architecture, strcspn (architecture, "-"));
}

static DroverAccelReport *
refuse_architecture (const char *program,
                     const char *cpu_model)
{
  g_autofree char *host = _drover_accel_dup_host ();
  g_autofree char *guest = _drover_accel_dup_architecture (program);
  g_autofree char *cpu = NULL;

  if (g_str_equal (host, "x86_64") && g_str_equal (guest, "i386"))
    return NULL;
  if (!g_str_equal (host, guest))
    return _drover_accel_report_new (DROVER_ACCEL_VERDICT_UNAVAILABLE, "kvm",
      g_strdup_printf (_("The guest’s processor is of another kind (%s) than this host’s (%s): "
                         "such a guest is always emulated."), guest, host));
  if (!g_str_equal (host, "aarch64"))
    return NULL;

  /* QEMU takes a Cortex-A15 when it is told nothing, which KVM does not run. */
  if (cpu_model == NULL)
    cpu_model = "cortex-a15";
  cpu = g_strndup (cpu_model, strcspn (cpu_model, ","));
  if (g_str_equal (cpu, "host") || g_str_equal (cpu, "max"))
    return NULL;
  return _drover_accel_report_new (DROVER_ACCEL_VERDICT_UNAVAILABLE, "kvm",
    g_strdup_printf (_("On this host KVM runs the host’s own processor only, not “%s”: choose the "
                       "processor “host” to use it."), cpu));
}

/*
 * _drover_accel_refuse_device:
 *
 * Returns: (transfer full) (nullable): why KVM cannot be had through @device, or %NULL if it can
 */
DroverAccelReport *
_drover_accel_refuse_device (const char *device)
{
  const int fd = g_open (device, O_RDWR | O_CLOEXEC, 0);
  const int open_errno = errno;
  char *reason;

  if (fd >= 0)
    {
      g_close (fd, NULL);
      return NULL;
    }

  /* The node can exist without the module: opening it then says "no such device". */
  if (open_errno == ENOENT || open_errno == ENODEV || open_errno == ENXIO)
    reason = g_strdup_printf (_("There is no KVM here (%s: %s): switch virtualization on in the "
                                "firmware’s setup, or load the module with “sudo modprobe "
                                "kvm_intel” or “sudo modprobe kvm_amd”."), device,
                              g_strerror (open_errno));
  else if (open_errno == EACCES || open_errno == EPERM)
    reason = g_strdup_printf (_("You may not open %s: join its group with “sudo usermod -aG kvm "
                                "$USER”, then log out and in again."), device);
  else
    reason = g_strdup_printf (_("KVM cannot be opened (%s: %s)."), device, g_strerror (open_errno));
  return _drover_accel_report_new (DROVER_ACCEL_VERDICT_UNAVAILABLE, "kvm", reason);
}

/* The type of machine to try, which is the one to be used if our test guest fits it. */
static char *
dup_machine_to_try (const char *machine)
{
  static const char *const fitting[] = { "pc", "q35", "microvm" };
  g_autofree char *type = NULL;

#if defined(__aarch64__)
  return g_strdup ("virt");
#endif
  if (machine == NULL)
    return g_strdup ("pc");

  type = g_strndup (machine, strcspn (machine, ","));
  for (guint i = 0; i < G_N_ELEMENTS (fitting); i++)
    if (g_str_has_prefix (type, fitting[i]))
      return g_steal_pointer (&type);
  return g_strdup ("q35");
}

/* Identity -> the future of a test that is under way. */
static GHashTable *running;

static DexFuture *
keep_cb (DexFuture *future,
         gpointer   user_data)
{
  _drover_accel_cache_store (user_data, g_value_get_boxed (dex_future_get_value (future, NULL)));
  return dex_ref (future);
}

static DexFuture *
forget_cb (DexFuture *future,
           gpointer   user_data)
{
  g_hash_table_remove (running, user_data);
  return dex_ref (future);
}

static DexFuture *
run_once (DroverAccelKey         *key,
          const DroverAccelGuest *guest,
          GBytes                 *image,
          const char             *program,
          const char             *machine)
{
  g_autofree char *name = g_strconcat (key->group, " ", key->identity, NULL);
  DexFuture *future;

  if (running == NULL)
    running = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, dex_unref);
  if ((future = g_hash_table_lookup (running, name)) != NULL)
    {
      _drover_accel_key_free (key);
      return dex_ref (future);
    }

  future = dex_future_then (_drover_accel_run (guest, image, program, "kvm", machine), keep_cb, key,
                            (GDestroyNotify) _drover_accel_key_free);
  g_hash_table_insert (running, g_strdup (name), dex_ref (future));
  /* This one also keeps the test going for the others when who began it loses interest. */
  dex_future_disown (dex_future_finally (dex_ref (future), forget_cb, g_steal_pointer (&name),
                                         g_free));
  return future;
}

/* drover_accel_choose() with another file in the place of /dev/kvm, for tests. */
DexFuture *
_drover_accel_choose_with_device (const char *program,
                                  const char *cpu_model,
                                  const char *machine,
                                  const char *device)
{
  g_autofree char *architecture = _drover_accel_dup_architecture (program);
  const DroverAccelGuest *guest = _drover_accel_guest_for (architecture);
  g_autoptr (GBytes) image = guest != NULL ? _drover_accel_guest_dup_image (guest) : NULL;
  g_autofree char *path = NULL;
  g_autofree char *try_machine = NULL;
  g_autoptr (DroverAccelKey) key = NULL;
  g_autoptr (GError) error = NULL;
  DroverAccelReport *report;

  if ((report = refuse_architecture (program, cpu_model)) != NULL)
    return dex_future_new_take_boxed (DROVER_TYPE_ACCEL_REPORT, report);
  if ((path = drover_program_find (program, &error)) == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  if ((report = _drover_accel_refuse_device (device)) != NULL)
    return dex_future_new_take_boxed (DROVER_TYPE_ACCEL_REPORT, report);

  try_machine = dup_machine_to_try (machine);
  if (image == NULL)
    return drover_accel_probe (program, "kvm", try_machine);

  key = _drover_accel_key_new (path, "kvm", try_machine, device, image);
  if ((report = _drover_accel_cache_lookup (key, "kvm", guest->letters)) != NULL)
    return dex_future_new_take_boxed (DROVER_TYPE_ACCEL_REPORT, report);
  return run_once (g_steal_pointer (&key), guest, image, path, try_machine);
}

/**
 * drover_accel_choose:
 * @program: a QEMU program, by name or path
 * @cpu_model: (nullable): the value of the machine's `-cpu`, or %NULL if it has none. It
 *   matters on Arm hosts, where KVM runs `host` and `max` only
 * @machine: (nullable): the value of the machine's `-machine`, or %NULL if it has none. The test
 *   runs on that type of machine if it is a `pc`, `q35` or `microvm` of any version, else on
 *   `q35`; on Arm always on `virt`
 *
 * Finds out whether this host can run such a machine by hardware (KVM), without asking the
 * user and without trusting that /dev/kvm opens: only a test guest that ran to its end is
 * proof. What can be refused without running anything is refused at once. A test takes some
 * ten milliseconds where KVM works, and two to five seconds where it hangs; these verdicts are
 * kept until the kernel, the program or the permissions of /dev/kvm change. Who asks the same
 * while a test is running shares it, and it goes on when nobody waits any more.
 *
 * On macOS nothing is tried yet, and the verdict is %DROVER_ACCEL_VERDICT_UNPROVED.
 *
 * To be called from the main thread.
 *
 * Returns: (transfer full): a future of a #DroverAccelReport. It is rejected with
 *   %DROVER_ERROR_PROGRAM_MISSING if there is no @program, and with an error of GIO's if a
 *   test could not be started
 */
DexFuture *
drover_accel_choose (const char *program,
                     const char *cpu_model,
                     const char *machine)
{
  dex_return_error_if_fail (program != NULL);

#if defined(__linux__)
  return _drover_accel_choose_with_device (program, cpu_model, machine, DROVER_ACCEL_KVM_DEVICE);
#else
  return drover_accel_probe (program, "hvf", machine != NULL ? machine : "q35");
#endif
}
