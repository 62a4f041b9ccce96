/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-image-use.h"
#include "drover-launch-plan.h"
#include "drover-run-record.h"
#include "drover-run.h"

G_BEGIN_DECLS

/* One machine's running, or not running.
 *
 * drover-run.c has the object, drover-run-start.c the way from off to running,
 * drover-run-attach.c the way back to a guest that somebody started before,
 * drover-run-connection.c what QEMU tells us and how we learn of its end,
 * drover-run-power.c what is done to it, drover-run-accelerator.c what it runs with,
 * drover-run-status.c why it is as it is, drover-run-disposable.c how it is made to keep nothing,
 * drover-run-services.c the programs that live with it. */
struct _DroverRun
{
  GObject parent_instance;

  DroverMachine *machine;
  char *qmp_socket; /* which of the two QMP sockets is ours */

  char *state;
  GError *error;           /* why the last start or run failed */
  char *blocker;           /* (nullable): the folder of the machine that has what it needs */
  char *shutdown_reason;   /* of QEMU's last SHUTDOWN event */
  GStrv notices;           /* what the last start left out or changed, for people */
  char *accelerator;        /* what it runs with, or would: kvm, tcg … */
  char *accelerator_reason;
  char *launch_accelerator; /* (nullable): what Drover adds to the arguments */

  char *launch_display;     /* (nullable): the same for the display */
  char *display_notice;     /* (nullable): why there is none */

  DroverRunRecord *record; /* while there is a process */
  GSubprocess *subprocess; /* only when we started it */
  DroverQmp *qmp;
  DroverEventLog *events;
  GListStore *consoles;
  GPtrArray *services;     /* element-type DroverService: what runs beside QEMU */
  DroverService *failed_service; /* (nullable): the one that ended while the guest went on */
  char *service_failure;         /* (nullable): why, for people */
  gboolean attach_consoles;
  gboolean start_paused;   /* the arguments of what we started last have -S */
  gboolean holds_lock;     /* nobody but us can be making a run of this machine */
  gboolean asked_off;      /* its end is what the user wanted */
  gboolean disposable;     /* what we started last keeps nothing */
  DroverTrouble *trouble;  /* (nullable): what is wrong, see drover-run-status.c */
  char *end_reason;        /* (nullable): why it is off */
  guint n_troubles;        /* how often the trouble changed, or was settled */
  guint looking_at_disks;  /* n_troubles + 1 when QEMU was asked about its disks */
  guint patience;          /* seconds */
  guint patience_source;
  guint64 oom_kills;       /* of this computer when we met QEMU */
  gboolean coming_up;      /* a start or an attach is under way, and sees an end itself */
};

/* How long QEMU gets to obey `quit`, and then a signal, before the next, harder way. */
#define DROVER_RUN_QUIT_MSEC 3000

void       _drover_run_emit_event      (DroverRun *self, const char *name, JsonObject *message);
gboolean   _drover_run_await_gone      (GPid pid, guint64 start_time, guint msec);
void       _drover_run_set_state       (DroverRun *self, const char *state);
void       _drover_run_set_error       (DroverRun *self, const GError *error);
void       _drover_run_set_accelerator (DroverRun *self, const char *accelerator,
                                        const char *reason);
void       _drover_run_set_consoles    (DroverRun *self, GPtrArray *plans);
void       _drover_run_set_off         (DroverRun *self);
DexFuture *_drover_run_await_qmp       (DroverRun *self);
gboolean   _drover_run_connected       (DroverRun *self, DroverQmp *qmp, GError **error);
GError    *_drover_run_describe_end    (DroverRun *self);
gboolean   _drover_run_mark_started    (DroverRun *self, const char *uuid, GError **error);
void       _drover_run_has_come_up     (DroverRun *self);
DexFuture *_drover_run_choose_display  (DroverRun *self);
DexFuture *_drover_run_ask_accelerator (DroverRun *self);
gboolean   _drover_run_save_record     (DroverRun *self, DroverDocument *document,
                                        DroverLaunchPlan *plan, const char *runtime_dir,
                                        GError **error);
GError    *_drover_run_note_holder     (DroverRun *self, DroverImageHolder *holder);
gboolean   _drover_run_set_going       (DroverRun *self, GError **error);
gboolean   _drover_run_start_services  (DroverRun *self, DroverDocument *document,
                                        const char *runtime_dir, const char *log_dir,
                                        GError **error);
void       _drover_run_end_services    (DroverRun *self, gboolean at_once);
void       _drover_run_watch_services  (DroverRun *self);
DexFuture *_drover_run_clear_up        (DroverRun *self, const char *runtime_dir);
void       _drover_run_take_trouble    (DroverRun *self, DroverTrouble *trouble);
void       _drover_run_clear_status    (DroverRun *self);
void       _drover_run_note_event      (DroverRun *self, const char *name, JsonObject *data);
void       _drover_run_note_state      (DroverRun *self);
void       _drover_run_note_sudden_end (DroverRun *self);
void       _drover_run_note_end        (DroverRun *self);
guint64    _drover_run_count_oom_kills (void);
gboolean   _drover_run_shield_disks    (DroverRun *self, DroverQmp *qmp, GError **error);
void       _drover_run_emit_service_failed (DroverRun *self, const char *message);

G_END_DECLS
