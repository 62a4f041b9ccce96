/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-launch-plan.h"

G_BEGIN_DECLS

/* What QEMU would do with a terminal is worked out as in its system/vl.c: each option below
 * switches defaults off, and -nographic puts what is left of them on the terminal. */
typedef struct
{
  DroverLaunchPlan *plan;
  GStrvBuilder *argv;
  GStrvBuilder *notices;
  const char *runtime_dir;
  const char *log_dir;
  GPtrArray *arguments;
  gboolean nographic;
  gboolean default_serial;
  gboolean default_monitor;
} DroverLaunch;

void        _drover_launch_add               (DroverLaunch *builder, const char *flag,
                                              const char *value);
char       *_drover_launch_dup_socket        (const char *id, const char *path);
void        _drover_launch_add_console       (DroverLaunch *builder, const char *flag,
                                              const char *title, gboolean with_monitor,
                                              gboolean stdio);
const char *_drover_launch_get_console_title (const char *option);
gboolean    _drover_launch_add_text_device   (DroverLaunch *builder, const char *flag,
                                              const char *value, const char *title);
gboolean    _drover_launch_add_chardev       (DroverLaunch *builder, const char *flag,
                                              const char *value);

G_END_DECLS
