/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>
#include <libdex.h>

G_BEGIN_DECLS

/**
 * DroverAccelVerdict:
 * @DROVER_ACCEL_VERDICT_PASSED: a test guest ran to its end
 * @DROVER_ACCEL_VERDICT_HUNG: the accelerator opens, but the test guest stopped on its way
 * @DROVER_ACCEL_VERDICT_WRONG: the test guest computed wrongly, or QEMU failed to start it
 * @DROVER_ACCEL_VERDICT_UNAVAILABLE: it is not there, not permitted, or not for this guest
 * @DROVER_ACCEL_VERDICT_UNPROVED: there is no test guest for this kind of host or program
 *
 * Only @DROVER_ACCEL_VERDICT_PASSED is a reason to use the accelerator without being asked.
 */
typedef enum
{
  DROVER_ACCEL_VERDICT_PASSED,
  DROVER_ACCEL_VERDICT_HUNG,
  DROVER_ACCEL_VERDICT_WRONG,
  DROVER_ACCEL_VERDICT_UNAVAILABLE,
  DROVER_ACCEL_VERDICT_UNPROVED,
} DroverAccelVerdict;

#define DROVER_TYPE_ACCEL_REPORT (drover_accel_report_get_type ())

typedef struct _DroverAccelReport DroverAccelReport;

GType               drover_accel_report_get_type         (void) G_GNUC_CONST;
DroverAccelReport  *drover_accel_report_ref              (DroverAccelReport *self);
void                drover_accel_report_unref            (DroverAccelReport *self);
DroverAccelVerdict  drover_accel_report_get_verdict      (DroverAccelReport *self);
const char         *drover_accel_report_get_accelerator  (DroverAccelReport *self);
const char         *drover_accel_report_get_reached      (DroverAccelReport *self);
guint               drover_accel_report_get_milliseconds (DroverAccelReport *self);
const char         *drover_accel_report_get_reason       (DroverAccelReport *self);

DexFuture          *drover_accel_probe                   (const char        *program,
                                                          const char        *accelerator,
                                                          const char        *machine);
DexFuture          *drover_accel_choose                  (const char        *program,
                                                          const char        *cpu_model,
                                                          const char        *machine);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverAccelReport, drover_accel_report_unref)

G_END_DECLS
