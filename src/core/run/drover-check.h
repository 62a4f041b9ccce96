/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

#include "drover-document.h"

G_BEGIN_DECLS

#define DROVER_TYPE_CHECK (drover_check_get_type ())

/**
 * DroverCheckProblem:
 * @message: QEMU's own words, or Drover's for what QEMU cannot say (a port in use …)
 * @argument: index of the argument that caused it, or -1 when QEMU does not tell
 * @start: where in that argument's value
 * @end: where it ends; equal to @start for the whole argument
 * @fatal: whether the machine would not start; otherwise a warning
 */
typedef struct
{
  char *message;
  int argument;
  gsize start;
  gsize end;
  gboolean fatal;
} DroverCheckProblem;

/**
 * DroverCheck:
 * @passed: whether the machine starts
 * @problems: (element-type DroverCheckProblem): what was found, the fatal one first
 * @output: what QEMU printed
 *
 * The result of a dry run.
 */
typedef struct
{
  gatomicrefcount ref_count;
  gboolean passed;
  GPtrArray *problems;
  char *output;
} DroverCheck;

GType        drover_check_get_type (void) G_GNUC_CONST;
DexFuture   *drover_check_run      (DroverDocument *document, const char *folder) G_GNUC_WARN_UNUSED_RESULT;
DroverCheck *drover_check_ref      (DroverCheck *self);
void         drover_check_unref    (DroverCheck *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverCheck, drover_check_unref)

G_END_DECLS
