/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <libdex.h>

#include "drover-event-log.h"
#include "drover-library.h"
#include "drover-qmp.h"
#include "drover-run-trouble.h"
#include "drover-service.h"

G_BEGIN_DECLS

#define DROVER_TYPE_RUN (drover_run_get_type ())
G_DECLARE_FINAL_TYPE (DroverRun, drover_run, DROVER, RUN, GObject)

/* Words of Drover's own beside those of QMP's RunState. */
#define DROVER_STATE_OFF "off"
#define DROVER_STATE_STARTING "starting"
#define DROVER_STATE_NOT_ANSWERING "not-answering"

/**
 * DroverStartFlags:
 * @DROVER_START_ATTACH_CONSOLES: connect all consoles before the guest is set going, so that
 *   their consumers miss nothing; without it the logs still have all
 * @DROVER_START_PAUSED: leave it standing before its first instruction, as `-S` does
 * @DROVER_START_DISPOSABLE: keep nothing of what it writes to its disks (`-snapshot`)
 *
 * How a machine is started.
 */
typedef enum
{
  DROVER_START_NONE = 0,
  DROVER_START_ATTACH_CONSOLES = 1 << 0,
  DROVER_START_PAUSED = 1 << 1,
  DROVER_START_DISPOSABLE = 1 << 2,
} DroverStartFlags;

DroverRun     *drover_run_new            (DroverMachine *machine, const char *qmp_socket);

DexFuture     *drover_run_start          (DroverRun *self, gboolean attach_consoles) G_GNUC_WARN_UNUSED_RESULT;
DexFuture     *drover_run_start_full     (DroverRun *self, DroverStartFlags flags) G_GNUC_WARN_UNUSED_RESULT;
DexFuture     *drover_run_attach         (DroverRun *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture     *drover_run_pause          (DroverRun *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture     *drover_run_resume         (DroverRun *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture     *drover_run_reset          (DroverRun *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture     *drover_run_shut_down      (DroverRun *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture     *drover_run_wake           (DroverRun *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture     *drover_run_wait_off       (DroverRun *self, guint msec) G_GNUC_WARN_UNUSED_RESULT;
DexFuture     *drover_run_force_off      (DroverRun *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture     *drover_run_refresh        (DroverRun *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture     *drover_run_choose_accelerator (DroverRun *self) G_GNUC_WARN_UNUSED_RESULT;

gboolean       drover_run_delete_machine (DroverRun *self, DroverLibrary *library,
                                          GStrv *left_behind, GError **error);

DroverMachine *drover_run_get_machine    (DroverRun *self);
const char    *drover_run_get_state      (DroverRun *self);
gboolean       drover_run_is_off         (DroverRun *self);
gboolean       drover_run_is_live        (DroverRun *self);
gboolean       drover_run_is_running     (DroverRun *self);
const GError  *drover_run_get_error      (DroverRun *self);
const char    *drover_run_get_blocker       (DroverRun *self);
const char    *drover_run_get_shutdown_reason (DroverRun *self);
const char    *drover_run_get_reason     (DroverRun *self);
gint64         drover_run_get_started    (DroverRun *self);
gint64         drover_run_get_uptime     (DroverRun *self);
DroverTrouble *drover_run_get_trouble    (DroverRun *self);
void           drover_run_dismiss_trouble (DroverRun *self);
void           drover_run_recall_end     (DroverRun *self);
void           drover_run_set_patience   (DroverRun *self, guint seconds);
gboolean       drover_run_is_disposable  (DroverRun *self);
const char    *drover_run_get_accelerator (DroverRun *self);
const char    *drover_run_get_accelerator_reason (DroverRun *self);
const char *const *drover_run_get_notices (DroverRun *self);
GPid           drover_run_get_pid        (DroverRun *self);
GListModel    *drover_run_get_consoles   (DroverRun *self);
GPtrArray     *drover_run_get_services   (DroverRun *self);
char          *drover_run_dup_service_log_path (DroverRun *self, const char *id);
const DroverService *drover_run_get_failed_service (DroverRun *self, const char **message);
DroverQmp     *drover_run_get_qmp        (DroverRun *self);
DroverEventLog *drover_run_get_events    (DroverRun *self);
char          *drover_run_dup_qemu_log   (DroverRun *self);
char          *drover_run_dup_log_path   (DroverRun *self);
char          *drover_run_dup_runtime_dir (DroverRun *self);
GStrv          drover_run_dup_launch_argv (DroverRun *self);
gboolean       drover_run_differs        (DroverRun *self, DroverDocument *document);
gboolean       drover_run_was_started    (DroverRun *self);
gboolean       drover_run_has_window     (DroverRun *self);
gboolean       drover_run_waits_by_itself (DroverRun *self);

G_END_DECLS
