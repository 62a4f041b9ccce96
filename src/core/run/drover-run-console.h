/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-console.h"
#include "drover-run.h"

G_BEGIN_DECLS

/**
 * DroverChardev:
 * @id: as `query-chardev` labels it
 * @filename: what it is, in QEMU's words, such as `pty:/dev/pts/3`
 * @console: (nullable): the console of Drover's that it is
 *
 * A character device of a running machine.
 */
typedef struct
{
  char *id;
  char *filename;
  DroverConsole *console;
} DroverChardev;

DexFuture *drover_run_connect_console (DroverRun *self, DroverConsole *console,
                                       gboolean with_history) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *drover_run_send_break      (DroverRun *self, DroverConsole *console) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *drover_run_list_chardevs   (DroverRun *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
