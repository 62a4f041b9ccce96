/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-accel.h"
#include "drover-program.h"
#include "drover-run-private.h"
#include "drover-run-truth.h"

static DexFuture *
chosen_cb (DexFuture *future, gpointer user_data)
{
  DroverRun *self = user_data;
  DroverAccelReport *report = g_value_get_boxed (dex_future_get_value (future, NULL));
  gboolean passed = drover_accel_report_get_verdict (report) == DROVER_ACCEL_VERDICT_PASSED;

  g_set_str (&self->launch_accelerator,
             passed ? drover_accel_report_get_accelerator (report) : "tcg");
  _drover_run_set_accelerator (self, self->launch_accelerator,
                               drover_accel_report_get_reason (report));
  return dex_future_new_true ();
}

static DexFuture *
choose_accelerator (DroverRun *self)
{
  DroverDocument *document = drover_machine_get_document (self->machine);
  g_autofree char *cpu = NULL;
  g_autofree char *machine = NULL;
  g_autofree char *program = NULL;

  if (document == NULL)
    return dex_future_new_true ();

  g_clear_pointer (&self->launch_accelerator, g_free);
  if (drover_launch_plan_names_accelerator (document))
    {
      _drover_run_set_accelerator (self, NULL, _("The machine’s own arguments choose it."));
      return dex_future_new_true ();
    }
  if (g_strcmp0 (drover_document_get_accelerator (document), "automatic") != 0)
    {
      _drover_run_set_accelerator (self, "tcg",
                                   _("No argument names an accelerator, and QEMU’s default is "
                                     "emulation (TCG)."));
      return dex_future_new_true ();
    }

  cpu = drover_launch_plan_dup_value (document, "cpu", "model", "model");
  machine = drover_launch_plan_dup_value (document, "machine", "type", "type");
  if (machine == NULL)
    machine = drover_launch_plan_dup_value (document, "M", "type", "type");

  program = drover_program_resolve (drover_document_get_program (document),
                                    drover_machine_get_directory (self->machine));
  return dex_future_then (drover_accel_choose (program, cpu, machine), chosen_cb,
                          g_object_ref (self), g_object_unref);
}

static DexFuture *
display_next_cb (DexFuture *future, gpointer user_data)
{
  return _drover_run_choose_display (user_data);
}

/**
 * drover_run_choose_accelerator:
 *
 * Finds out what the machine would run with, and why, and where its screen would be. With *Automatic* that is KVM only
 * where a test guest passed under it, see drover_accel_choose().
 *
 * Returns: (transfer full): a future that is resolved when `accelerator` is up to date
 */
DexFuture *
drover_run_choose_accelerator (DroverRun *self)
{
  return dex_future_then (choose_accelerator (self), display_next_cb, g_object_ref (self),
                          g_object_unref);
}

/* QEMU has said what it uses. Where that is what was chosen, the reason for the choice stands. */
static DexFuture *
told_cb (DexFuture *future, gpointer user_data)
{
  DroverRun *self = user_data;
  const char *accelerator = g_value_get_string (dex_future_get_value (future, NULL));
  g_autofree char *reason = NULL;

  if (self->record == NULL || g_strcmp0 (self->accelerator, accelerator) == 0)
    return dex_future_new_true ();

  if (self->accelerator != NULL)
    reason = g_strdup_printf (_("QEMU itself says so, though it was started for “%s”."),
                              self->accelerator);
  else if (self->accelerator_reason != NULL)
    reason = g_strdup_printf (_("%s This is what QEMU says it uses."), self->accelerator_reason);
  else
    reason = g_strdup (_("This is what QEMU says it uses."));
  _drover_run_set_accelerator (self, accelerator, reason);
  return dex_future_new_true ();
}

/* Finds out what the process really uses; what it was started with is only what was meant. */
DexFuture *
_drover_run_ask_accelerator (DroverRun *self)
{
  if (self->qmp == NULL)
    return dex_future_new_true ();

  return dex_future_then (drover_run_truth_ask (self->qmp), told_cb, g_object_ref (self),
                          g_object_unref);
}
