/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-argument.h"

G_BEGIN_DECLS

/**
 * DroverDiffKind:
 * @DROVER_DIFF_SAME: the line stands in both lists
 * @DROVER_DIFF_REMOVED: the line stands in the old list only
 * @DROVER_DIFF_ADDED: the line stands in the new list only
 */
typedef enum
{
  DROVER_DIFF_SAME,
  DROVER_DIFF_REMOVED,
  DROVER_DIFF_ADDED,
} DroverDiffKind;

/**
 * DroverDiffLine:
 * @kind: where it stands
 * @text: one argument, quoted as for a shell
 * @before: its index in the old list, or -1
 * @after: its index in the new list, or -1
 *
 * One line of what changes between two lists of arguments.
 */
typedef struct
{
  DroverDiffKind kind;
  char *text;
  int before;
  int after;
} DroverDiffLine;

GPtrArray *drover_diff_arguments  (GPtrArray *before, GPtrArray *after);
gboolean   drover_diff_is_empty   (GPtrArray *lines);

G_END_DECLS
