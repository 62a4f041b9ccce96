/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-launch-plan.h"
#include "drover-service.h"

G_BEGIN_DECLS

/**
 * DroverRunRecord:
 * @uuid: the machine's
 * @folder: the machine's folder
 * @pid: QEMU's process; 0 while there is none yet
 * @start_time: see drover_process_get_start_time()
 * @argv: what was started
 * @command: (nullable): the saved arguments then, without what the launch added; %NULL of a
 *   guest that an older Drover started
 * @directory: (nullable): the folder in which it was started
 * @consoles: (element-type DroverConsolePlan): its consoles
 * @services: (element-type DroverService): the programs that live with it
 * @service_entries: (nullable): the saved `services` then, an object; %NULL of a guest that an
 *   older Drover started
 * @accelerator: (nullable): the accelerator that Drover chose
 * @accelerator_reason: (nullable): why
 * @starting: whether the guest has yet to be set going (`cont`)
 * @unshielded: whether its disks have yet to get the temporary files that the guest of a
 *   disposable start writes to
 *
 * `run.json` in a machine's runtime folder: what another Drover needs to find a guest again. It is
 * written before a process is started, and again when its pid is known. Should Drover be killed in
 * between, the pid is in a note that the process itself left before it became QEMU, see
 * drover_process_note_self().
 */
typedef struct
{
  char *uuid;
  char *folder;
  GPid pid;
  guint64 start_time;
  GStrv argv;
  GStrv command;
  char *directory;
  GPtrArray *consoles;
  GPtrArray *services;
  JsonNode *service_entries;
  char *accelerator;
  char *accelerator_reason;
  gboolean starting;
  gboolean unshielded;
} DroverRunRecord;

#define DROVER_RUN_RECORD_FILE "run.json"
#define DROVER_RUN_NOTE_FILE "qemu.pid"

DroverRunRecord *drover_run_record_load  (const char *runtime_dir, GError **error);
gboolean         drover_run_record_save  (DroverRunRecord *self, const char *runtime_dir,
                                          GError **error);
char            *drover_run_record_find_dir (const char *folder);
int              drover_run_record_lock  (const char *runtime_dir, GError **error);
int              drover_run_record_open_note (const char *path, GError **error);
GPtrArray       *drover_run_record_list_alive (void);
void             drover_run_record_clear (const char *runtime_dir);
void             drover_run_record_clear_dead (const char *runtime_dir);
gboolean         drover_run_record_is_alive (DroverRunRecord *self);
gboolean         drover_run_record_is_unfinished (DroverRunRecord *self);
void             drover_run_record_free  (DroverRunRecord *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DroverRunRecord, drover_run_record_free)

G_END_DECLS
