/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-document.h"

G_BEGIN_DECLS

/**
 * DroverConsolePlan:
 * @id: the id of its chardev, which is Drover's or the user's own
 * @title: what the console is, for people
 * @path: the UNIX socket
 * @log: the file in which QEMU keeps all output
 * @ctrl_c_quits: whether Ctrl-C ends QEMU, as it does in a shell for this argument
 * @mux: whether QEMU itself listens to Ctrl-A: a multiplexed chardev, mostly of a console and
 *   the monitor
 * @own_log: whether the log is Drover's, which keeps it within a limit; else it is a file that
 *   the arguments name
 *
 * One place that would be the terminal, had QEMU been started in a shell, or a tab of text in
 * QEMU's own window (`vc`).
 */
typedef struct
{
  char *id;
  char *title;
  char *path;
  char *log;
  gboolean ctrl_c_quits;
  gboolean mux;
  gboolean own_log;
} DroverConsolePlan;

/**
 * DroverLaunchPlan:
 * @argv: what is started, program first: the saved arguments and the overlay
 * @consoles: (element-type DroverConsolePlan): where the terminal went
 * @notices: what was left out or changed, and why, for people
 * @start_paused: the arguments themselves have `-S`, so the guest is not set going
 *
 * What a launch needs besides the saved arguments, computed anew at each start, never saved.
 */
typedef struct
{
  GStrv argv;
  GPtrArray *consoles;
  GStrv notices;
  gboolean start_paused;
} DroverLaunchPlan;

#define DROVER_QMP_SOCKET "qmp.sock"
#define DROVER_CTL_SOCKET "ctl.sock"
#define DROVER_HMP_SOCKET "hmp.sock"
/* What the user types into the QMP console and the monitor goes over a connection of its own. */
#define DROVER_USER_SOCKET "user.sock"

DroverLaunchPlan *drover_launch_plan_new  (DroverDocument *document, const char *runtime_dir,
                                           const char *log_dir, const char *accelerator);
DroverLaunchPlan *drover_launch_plan_new_with_display (DroverDocument *document,
                                           const char *runtime_dir, const char *log_dir,
                                           const char *accelerator, const char *display);
void              drover_launch_plan_make_disposable (DroverLaunchPlan *self,
                                           gboolean has_services);
void              drover_launch_plan_free (DroverLaunchPlan *self);
void              drover_console_plan_free (DroverConsolePlan *self);

gboolean          drover_launch_plan_names_accelerator (DroverDocument *document);
gboolean          drover_launch_plan_wants_display (DroverDocument *document);
char             *drover_launch_plan_dup_value (DroverDocument *document, const char *option,
                                                const char *implied_key, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverLaunchPlan, drover_launch_plan_free)

G_END_DECLS
