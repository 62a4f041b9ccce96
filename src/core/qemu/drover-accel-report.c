/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-accel-private.h"

struct _DroverAccelReport
{
  DroverAccelVerdict verdict;
  char *accelerator;
  char *reached;
  guint milliseconds;
  char *reason;
};

G_DEFINE_BOXED_TYPE (DroverAccelReport, drover_accel_report, drover_accel_report_ref,
                     drover_accel_report_unref)

/*
 * _drover_accel_report_new:
 * @reason: (transfer full): one translated sentence
 *
 * Returns: (transfer full): a report on an accelerator that was not tried
 */
DroverAccelReport *
_drover_accel_report_new (DroverAccelVerdict  verdict,
                          const char         *accelerator,
                          char               *reason)
{
  DroverAccelReport *self = g_atomic_rc_box_new0 (DroverAccelReport);

  self->verdict = verdict;
  self->accelerator = g_strdup (accelerator);
  self->reached = g_strdup ("");
  self->reason = reason;
  return self;
}

static char *
describe_failure (const char *name,
                  const char *letters,
                  const char *reached,
                  const char *message)
{
  if (*reached != '\0')
    return g_strdup_printf (_("%s opens, but a test guest failed in it after “%s” of “%s”, so "
                              "guests are emulated instead."), name, reached, letters);
  if (message != NULL)
    return g_strdup_printf (_("%s cannot be used, QEMU says: “%s”"), name, message);
  return g_strdup_printf (_("%s cannot be used: QEMU ended before a test guest ran."), name);
}

static char *
describe_run (DroverAccelReport *self,
              const char        *letters,
              const char        *message)
{
  g_autofree char *name = g_ascii_strup (self->accelerator, -1);

  switch (self->verdict)
    {
    case DROVER_ACCEL_VERDICT_PASSED:
      return g_strdup_printf (_("%s works: a test guest ran to its end in %u ms."), name,
                              self->milliseconds);

    case DROVER_ACCEL_VERDICT_HUNG:
      if (*self->reached == '\0')
        return g_strdup_printf (_("%s opens, but a test guest never got to run in it, so guests "
                                  "are emulated instead; if this host is itself a virtual "
                                  "machine, it may lack nested virtualization."), name);
      return g_strdup_printf (_("%s opens, but a test guest hung in it after “%s” of “%s”, so "
                                "guests are emulated instead; if this host is itself a virtual "
                                "machine, it may lack nested virtualization."), name,
                              self->reached, letters);

    case DROVER_ACCEL_VERDICT_UNAVAILABLE:
      return g_strdup_printf (_("This QEMU was built without %s."), name);

    case DROVER_ACCEL_VERDICT_WRONG:
    case DROVER_ACCEL_VERDICT_UNPROVED:
    default:
      return describe_failure (name, letters, self->reached, message);
    }
}

/*
 * _drover_accel_report_new_for_run:
 * @letters: what the test guest writes when all is well
 * @reached: as much of it as came
 * @message: (nullable): the last words of QEMU
 *
 * Returns: (transfer full): a report on an accelerator that was tried
 */
DroverAccelReport *
_drover_accel_report_new_for_run (DroverAccelVerdict  verdict,
                                  const char         *accelerator,
                                  const char         *letters,
                                  const char         *reached,
                                  guint               milliseconds,
                                  const char         *message)
{
  DroverAccelReport *self = _drover_accel_report_new (verdict, accelerator, NULL);

  g_set_str (&self->reached, reached);
  self->milliseconds = milliseconds;
  self->reason = describe_run (self, letters, message);
  return self;
}

/**
 * drover_accel_report_ref:
 * @self: a report
 *
 * Returns: (transfer full): @self; reports do not change, so threads may share one
 */
DroverAccelReport *
drover_accel_report_ref (DroverAccelReport *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
report_clear (gpointer data)
{
  DroverAccelReport *self = data;

  g_free (self->accelerator);
  g_free (self->reached);
  g_free (self->reason);
}

/**
 * drover_accel_report_unref:
 * @self: (transfer full): a report
 */
void
drover_accel_report_unref (DroverAccelReport *self)
{
  g_atomic_rc_box_release_full (self, report_clear);
}

/**
 * drover_accel_report_get_verdict:
 * @self: a report
 *
 * Returns: whether the accelerator can be used
 */
DroverAccelVerdict
drover_accel_report_get_verdict (DroverAccelReport *self)
{
  g_return_val_if_fail (self != NULL, DROVER_ACCEL_VERDICT_UNPROVED);

  return self->verdict;
}

/**
 * drover_accel_report_get_accelerator:
 * @self: a report
 *
 * Returns: the accelerator as `-accel` has it, such as `kvm`
 */
const char *
drover_accel_report_get_accelerator (DroverAccelReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->accelerator;
}

/**
 * drover_accel_report_get_reached:
 * @self: a report
 *
 * How far the test guest came. It writes a letter after each step; which ones, its source
 * tells (accelprobe-x86_64.S, accelprobe-aarch64.S).
 *
 * Returns: the letters that came, empty if none did or nothing was run
 */
const char *
drover_accel_report_get_reached (DroverAccelReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->reached;
}

/**
 * drover_accel_report_get_milliseconds:
 * @self: a report
 *
 * Returns: how long the test took, from the start of QEMU to its end; 0 if nothing was run.
 *   A report from the cache has the time of the test at that time.
 */
guint
drover_accel_report_get_milliseconds (DroverAccelReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->milliseconds;
}

/**
 * drover_accel_report_get_reason:
 * @self: a report
 *
 * Returns: one translated sentence for the user: what was found, and the remedy if there is one
 */
const char *
drover_accel_report_get_reason (DroverAccelReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->reason;
}
